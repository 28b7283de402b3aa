import pytest

from perpetuo.providers.bedrock_models import (
    canonical_name,
    efforts_of,
    fields_refused_by,
    maker_of,
    profile_prefix,
    thinking_of,
)

NAMES = {
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": ("claude", "claude-sonnet-4-5"),
    "global.anthropic.claude-opus-5-5": ("claude", "claude-opus-5-5"),
    "eu.anthropic.claude-opus-4-6-v1": ("claude", "claude-opus-4-6"),
    "us-gov.anthropic.claude-haiku-4-5-20251001-v1:0": ("claude", "claude-haiku-4-5"),
    "anthropic.claude-3-5-sonnet-20241022-v2:0": ("claude", "claude-3-5-sonnet-20241022"),
    "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-6-v1": ("claude", "claude-opus-4-6"),
    "amazon.nova-pro-v1:0:300k": ("nova", "nova-pro"),
    "us.amazon.nova-2-lite-v1:0": ("nova-2", "nova-2-lite"),
    "openai.gpt-oss-120b-1:0": ("gpt-oss", "gpt-oss-120b"),
    "us.meta.llama3-3-70b-instruct-v1:0": ("other", "llama-3.3-70b-instruct"),
    "deepseek.v3.2": ("other", "deepseek-v3.2"),
    "mistral.mistral-7b-instruct-v0:2": ("other", "mistral-7b-instruct"),
    "moonshotai.kimi-k2.5": ("other", "kimi-k2.5"),
}


@pytest.mark.parametrize("model_id", NAMES)
def test_an_id_tells_the_maker_and_the_name_across_vendors(model_id: str) -> None:
    assert (maker_of(model_id), canonical_name(model_id)) == NAMES[model_id]


def test_the_name_tells_the_maker_where_the_id_is_opaque() -> None:
    opaque = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
    assert maker_of(opaque) == "other"
    assert maker_of(opaque, "claude-sonnet-4-5") == "claude"


REFUSED = {
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": {"web_search_options"},
    "us.anthropic.claude-opus-4-5-20251101-v1:0": {"web_search_options"},
    "us.anthropic.claude-sonnet-4-6": {"web_search_options"},
    "us.anthropic.claude-opus-4-7": {"web_search_options", "temperature", "top_p", "top_k"},
    "us.anthropic.claude-haiku-5-5": {"web_search_options", "temperature", "top_p", "top_k"},
    "anthropic.claude-3-haiku-20240307-v1:0": {
        "web_search_options",
        "reasoning_effort",
        "thinking",
        "parallel_tool_calls",
        "tools.strict",
    },
    "us.amazon.nova-2-lite-v1:0": {"thinking", "parallel_tool_calls", "tools.strict"},
    "amazon.nova-micro-v1:0": {
        "thinking",
        "parallel_tool_calls",
        "reasoning_effort",
        "web_search_options",
        "tools.strict",
    },
    "meta.llama3-3-70b-instruct-v1:0": {
        "thinking",
        "parallel_tool_calls",
        "reasoning_effort",
        "web_search_options",
        "top_k",
        "content.cache_control",
        "tool_choice.named",
        "tool.image",
        "tool.is_error",
        "tools.strict",
    },
}


@pytest.mark.parametrize("model_id", REFUSED)
def test_what_the_makers_models_do_not_take_is_refused(model_id: str) -> None:
    assert fields_refused_by(model_id) == REFUSED[model_id]


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("us-east-1", "us."), ("us-gov-west-1", "us-gov."), ("eu-central-1", "eu."), ("ap-northeast-1", None)],
)
def test_a_region_has_the_profiles_of_its_geography(region: str, prefix: str | None) -> None:
    assert profile_prefix(region) == prefix


@pytest.mark.parametrize(
    ("model_id", "by_budget"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", True),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", True),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", True),
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", False),
        ("us.anthropic.claude-sonnet-4-6", False),
        ("us.anthropic.claude-sonnet-5-5", False),
    ],
)
def test_older_claudes_think_by_a_budget_and_of_the_others_nothing_is_said(model_id: str, by_budget: bool) -> None:
    assert efforts_of(model_id) == (() if by_budget else None)
    assert thinking_of(model_id) == (frozenset(("enabled", "disabled")) if by_budget else None)
