from pathlib import Path

import pytest

from perpetuo.cli.provider_environment import (
    environment_with_dotenv,
    found_provider_keys,
    today,
    vendor_variables,
)
from perpetuo.providers.catalog.load import load_catalog

CATALOG = load_catalog(today())


def test_keys_are_found_under_the_vendors_own_names_and_ours_are_not() -> None:
    environment = {
        "OPENAI_API_KEY": "pk_" + "0" * 48,
        "ANTHROPIC_API_KEY": " sk-ant-x\n",
        "GROQ_API_KEY": "",
        "OPENROUTER_API_KEY": "sk-or-x",
    }
    assert found_provider_keys(environment, CATALOG) == {"anthropic": "sk-ant-x", "openrouter": "sk-or-x"}


def test_the_four_names_of_the_founding_vendors_are_known() -> None:
    assert vendor_variables() >= {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROQ_API_KEY", "OPENROUTER_API_KEY"}


def test_every_hosted_vendor_with_an_address_of_its_own_is_taken_over_under_its_sdks_variable() -> None:
    variables = {
        "MISTRAL_API_KEY": "mistral",
        "DEEPSEEK_API_KEY": "deepseek",
        "XAI_API_KEY": "xai",
        "TOGETHER_API_KEY": "together",
        "FIREWORKS_API_KEY": "fireworks",
        "CEREBRAS_API_KEY": "cerebras",
        "SAMBANOVA_API_KEY": "sambanova",
        "NVIDIA_API_KEY": "nvidia",
        "HF_TOKEN": "huggingface",
        "PERPLEXITY_API_KEY": "perplexity",
    }
    environment = {variable: f"sk-{vendor}" for variable, vendor in variables.items()}
    assert found_provider_keys(environment, CATALOG) == {vendor: f"sk-{vendor}" for vendor in variables.values()}


def test_no_variable_is_read_for_a_vendor_whose_address_only_its_owner_knows() -> None:
    hosted = (vendor for vendor in CATALOG.vendors.values() if not vendor.self_hosted)
    assert [vendor.name for vendor in hosted if vendor.base_url is None and vendor.env_var] == []


def test_dotenv_is_read_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("GROQ_API_KEY=from-file\nOPENAI_API_KEY=from-file\n")
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    environment = environment_with_dotenv(dotenv)
    assert environment["OPENAI_API_KEY"] == "from-environment"
    assert environment["GROQ_API_KEY"] == "from-file"


def test_the_example_of_settings_names_every_vendors_variable() -> None:
    lines = (Path(__file__).parents[3] / ".env.example").read_text().splitlines()
    assert {f"#{name}=" for name in vendor_variables()} <= set(lines)
