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


def test_dotenv_is_read_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("GROQ_API_KEY=from-file\nOPENAI_API_KEY=from-file\n")
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    environment = environment_with_dotenv(dotenv)
    assert environment["OPENAI_API_KEY"] == "from-environment"
    assert environment["GROQ_API_KEY"] == "from-file"
