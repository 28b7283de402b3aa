"""Lists of models as each vendor writes them. The rows are written by hand in the shape of its documentation."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.catalog import ALL_CAPABILITIES, Model, PriceBand, Vendor
from perpetuo.core.snapshot import Secret
from perpetuo.providers.base import MAX_LISTED_MODELS, Target
from perpetuo.providers.openai_chat import OpenAIChat

PROTOCOL = OpenAIChat()


def aimed(**vendor: Any) -> Target:
    row = Vendor(name="v", title="V", protocol="openai_chat", base_url=None, **vendor)
    return Target(row, Model("", ""), "https://api.v.test/v1", Secret("sk"))


def read(*rows: Any) -> tuple[Model, ...]:
    return PROTOCOL.decode_models(json.dumps({"object": "list", "data": rows}).encode(), aimed())


def only(row: dict[str, Any]) -> Model:
    (model,) = read(row)
    return model


def test_the_list_is_asked_for_with_the_key_at_the_vendors_own_path() -> None:
    call = PROTOCOL.encode_models(aimed())
    assert call is not None
    assert (call.method, call.url) == ("GET", "https://api.v.test/v1/models")
    assert ("authorization", "Bearer sk") in call.headers
    own = PROTOCOL.encode_models(aimed(models_path="/language-models"))
    assert own is not None
    assert own.url == "https://api.v.test/v1/language-models"
    assert PROTOCOL.encode_models(aimed(models_path="")) is None


def test_a_bare_list_leaves_everything_to_the_vendors_judgement() -> None:
    model = only({"id": "gpt-5.4", "object": "model", "created": 1, "owned_by": "system"})
    assert model == Model(id="gpt-5.4", canonical="gpt-5.4", capabilities=ALL_CAPABILITIES)


OPENROUTER = {
    "id": "anthropic/claude-x",
    "context_length": 200_000,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    "supported_parameters": ["tools", "response_format", "seed"],
    "pricing": {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003", "image": "0.0048"},
    "top_provider": {"context_length": 200_000, "max_completion_tokens": 64_000},
}
GROQ = {"id": "llama", "active": True, "context_window": 131_072, "max_completion_tokens": 32_768}
MISTRAL = {
    "id": "mistral-x",
    "type": "base",
    "capabilities": {"completion_chat": True, "function_calling": True, "vision": False, "audio": False},
    "max_context_length": 131_072,
}
TOGETHER = {"id": "a/b", "type": "chat", "context_length": 8_192, "pricing": {"input": 0.88, "output": 0.88}}
FIREWORKS = {
    "id": "accounts/fireworks/models/kimi",
    "context_length": 262_144,
    "supports_chat": True,
    "supports_image_input": False,
    "supports_tools": True,
}
CEREBRAS = {
    "id": "qwen",
    "capabilities": {"function_calling": True, "vision": True, "json_mode": False, "structured_outputs": True},
    "limits": {"max_context_length": 65_536, "max_completion_tokens": 32_768},
    "pricing": {"prompt": "0.00000099", "completion": "0.00000149"},
}
XAI = {
    "id": "grok",
    "input_modalities": ["text", "image"],
    "output_modalities": ["text"],
    "prompt_text_token_price": 20_000,
    "cached_prompt_text_token_price": 5_000,
    "completion_text_token_price": 60_000,
    "prompt_text_token_price_long_context": 40_000,
    "completion_text_token_price_long_context": 120_000,
    "long_context_threshold": 200_000,
}
SAMBANOVA = {
    "id": "MiniMax",
    "context_length": 196_608,
    "max_completion_tokens": 131_072,
    "pricing": {"prompt": 6e-07, "completion": 2.4e-06},
}
DEEPINFRA = {
    "id": "meta-llama/Llama",
    "metadata": {
        "context_length": 131_072,
        "max_tokens": 16_384,
        "pricing": {"input_tokens": 0.23, "output_tokens": 0.4, "cache_read_tokens": 0.1},
    },
}
HUGGINGFACE = {
    "id": "openai/gpt-oss-120b",
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
    "providers": [
        {"provider": "a", "status": "live", "context_length": 131_072, "supports_tools": False,
         "supports_structured_output": False, "pricing": {"input": 0.15, "output": 0.6}},
        {"provider": "b", "status": "live", "context_length": 65_536, "supports_tools": True,
         "supports_structured_output": False, "pricing": {"input": 0.15, "output": 0.6}},
        {"provider": "c", "status": "error", "context_length": 1, "pricing": {"input": 9, "output": 9}},
    ],
}  # fmt: skip
LM_STUDIO = {"id": "qwen", "type": "llm", "max_context_length": 32_768, "loaded_context_length": 4_096}
VLLM = {"id": "Qwen/Qwen3", "object": "model", "owned_by": "vllm", "max_model_len": 40_960}
LLAMA_CPP = {"id": "/models/m.gguf", "meta": {"n_vocab": 32_000, "n_ctx_train": 8_192, "n_params": 1}}
VERCEL = {
    "id": "openai/gpt",
    "type": "language",
    "context_window": 400_000,
    "pricing": {"input": "0.00000125", "output": "0.00001"},
}

Facts = tuple[str, int | None, int | None, set[str], tuple[PriceBand, ...] | None]
# canonical name, context, longest output, what the list denies, price
TOLD: dict[str, tuple[dict[str, Any], Facts]] = {
    "OpenRouter": (OPENROUTER, ("claude-x", 200_000, 64_000, {"audio", "files", "json_schema"},
                                (PriceBand(3_000_000, 15_000_000, 300_000),))),
    "Groq": (GROQ, ("llama", 131_072, 32_768, set(), None)),
    "Mistral": (MISTRAL, ("mistral-x", 131_072, None, {"vision", "audio"}, None)),
    "Together": (TOGETHER, ("b", 8_192, None, set(), (PriceBand(880_000, 880_000),))),
    "Together, charged by the hour": (TOGETHER | {"pricing": {"input": 0, "output": 0, "hourly": 1}},
                                      ("b", 8_192, None, set(), None)),
    "Fireworks": (FIREWORKS, ("kimi", 262_144, None, {"vision"}, None)),
    "Cerebras": (CEREBRAS, ("qwen", 65_536, 32_768, {"json_object"}, (PriceBand(990_000, 1_490_000),))),
    "xAI": (XAI, ("grok", None, None, {"audio", "files"},
                  (PriceBand(2_000_000, 6_000_000, 500_000), PriceBand(4_000_000, 12_000_000, None, None, 199_999)))),
    "SambaNova": (SAMBANOVA, ("MiniMax", 196_608, 131_072, set(), (PriceBand(600_000, 2_400_000),))),
    "DeepInfra": (DEEPINFRA, ("Llama", 131_072, 16_384, set(), (PriceBand(230_000, 400_000, 100_000),))),
    "Hugging Face": (HUGGINGFACE, ("gpt-oss-120b", 65_536, None, {"vision", "audio", "files", "json_schema"},
                                   (PriceBand(150_000, 600_000),))),
    "LM Studio": (LM_STUDIO, ("qwen", 4_096, None, {"vision"}, None)),
    "vLLM": (VLLM, ("Qwen3", 40_960, None, set(), None)),
    "llama.cpp": (LLAMA_CPP, ("m.gguf", 8_192, None, set(), None)),
    "Vercel's gateway": (VERCEL, ("gpt", 400_000, None, set(), (PriceBand(1_250_000, 10_000_000),))),
}  # fmt: skip


@pytest.mark.parametrize("vendor", TOLD)
def test_what_a_list_tells_is_read(vendor: str) -> None:
    row, (canonical, context, output, denied, bands) = TOLD[vendor]
    model = only(row)
    assert (model.id, model.canonical, model.intent, model.tiers) == (row["id"], canonical, "chat", ())
    assert (model.context_tokens, model.max_output_tokens) == (context, output)
    assert ALL_CAPABILITIES - model.capabilities == denied
    assert (model.price and model.price.bands) == bands
    assert model.price is None or model.price.source == "v model list"


def test_providers_of_the_router_that_do_not_agree_leave_the_price_open() -> None:
    first = HUGGINGFACE["providers"][0]
    assert only({"id": "a", "providers": [first, first | {"pricing": {"input": 1, "output": 1}}]}).price is None


SHAPES = {
    "a list in `data`": {"data": [{"id": "a"}]},
    "a list in `models`, as xAI writes it": {"models": [{"id": "a"}]},
    "both, as llama.cpp writes them": {"models": [{"name": "b"}], "data": [{"id": "a"}]},
    "a bare list, as Together writes it": [{"id": "a"}],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_list_is_found_in(shape: str) -> None:
    assert [model.id for model in PROTOCOL.decode_models(json.dumps(SHAPES[shape]).encode(), aimed())] == ["a"]


EMBEDDINGS = [
    {"id": "text-embedding-3-small"},
    {"id": "BAAI/bge-m3"},
    {"id": "x", "type": "embedding"},
    {"id": "nomic-embed-text"},
    {"id": "mistral-embed", "capabilities": {"completion_chat": False}},
]
NO_CHAT = [
    *[{"id": name} for name in ("whisper-1", "gpt-4o-mini-tts", "dall-e-3", "gpt-image-1", "omni-moderation-latest")],
    *[{"id": name} for name in ("sora-2", "gpt-realtime", "mistral-ocr-latest", "black-forest-labs/FLUX.1-dev")],
    {"id": "a", "type": "image"},
    {"id": "b", "type": "moderation"},
    {"id": "c", "active": False},
    {"id": "d", "capabilities": {"completion_chat": False}},
    {"id": "e", "supports_chat": False},
    {"id": "f", "architecture": {"output_modalities": ["image"]}},
]


@pytest.mark.parametrize("row", EMBEDDINGS, ids=lambda row: row["id"])
def test_an_embedding_model_has_that_intent(row: dict[str, Any]) -> None:
    assert (only(row).intent, only(row).capabilities) == ("embedding", frozenset())


@pytest.mark.parametrize("row", NO_CHAT, ids=lambda row: row["id"])
def test_a_model_that_neither_chats_nor_embeds_is_left_out(row: dict[str, Any]) -> None:
    assert read(row) == ()


def test_what_the_list_says_wins_over_the_words_of_a_name() -> None:
    assert read({"id": "gemini-flash-image", "architecture": {"output_modalities": ["text", "image"]}})
    assert read({"id": "video-llama", "type": "chat"})


NAMES = [None, 7, "", " a", "a\n", "x" * 257, ["a"]]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_row_without_a_usable_name_is_left_out(name: object) -> None:
    assert read({"id": name}, {"id": "good"}) == read({"id": "good"})


def test_a_model_is_listed_once_and_a_list_is_bounded() -> None:
    assert len(read({"id": "a"}, {"id": "a"})) == 1
    assert len(read(*({"id": f"m{number}"} for number in range(MAX_LISTED_MODELS + 50)))) == MAX_LISTED_MODELS


PRICES = {
    "a price that depends on the model": {"prompt": "-1", "completion": "-1"},
    "words": {"prompt": "free", "completion": "free"},
    "no number": {"prompt": "NaN", "completion": "Infinity"},
    "a mistake of size": {"prompt": 10**30, "completion": 1},
    "one half": {"prompt": "0.1"},
    "a list": [1],
}


@pytest.mark.parametrize("case", PRICES)
def test_no_price_is_read_out_of(case: str) -> None:
    assert only({"id": "a", "pricing": PRICES[case]}).price is None


def test_a_free_model_costs_nothing() -> None:
    price = only({"id": "a:free", "pricing": {"prompt": "0", "completion": "0"}}).price
    assert price is not None
    assert price.bands == (PriceBand(0, 0),)


NO_LISTS = [
    b"",
    b"<html>",
    b"7",
    b'"a"',
    b"{}",
    b'{"data": 7}',
    b'{"error": {"message": "no"}}',
    b"[" * 100_000,
    b"\xff",
]


@pytest.mark.parametrize("body", NO_LISTS, ids=lambda body: repr(body[:20]))
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="list of models"):
        PROTOCOL.decode_models(body, aimed())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({key for row, _ in TOLD.values() for key in row} | {"archived", "metadata", "meta"})


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8), max_size=4))
def test_hostile_rows_never_raise(rows: list[dict[str, Any]]) -> None:
    for model in PROTOCOL.decode_models(json.dumps(rows).encode(), aimed()):
        assert model.context_tokens is None or model.context_tokens > 0
        assert model.max_output_tokens is None or 0 < model.max_output_tokens <= (model.context_tokens or 0)
