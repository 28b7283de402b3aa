"""Groq. Every current model of theirs reasons, so the rule of the other vendors' tiers can not be kept here."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import JSON, READ_ON, STRUCTURED, VISION, chat

_model = partial(chat, source_url="https://console.groq.com/docs/models")

GROQ = Vendor(
    name="groq",
    title="Groq",
    protocol="openai_chat",
    base_url="https://api.groq.com/openai/v1",
    env_var="GROQ_API_KEY",
    max_tokens_field="max_completion_tokens",
    # A 400: https://console.groq.com/docs/openai. Penalties: "not yet supported by any of our models", says the SDK's
    # `groq` 1.7.0 (both read 2026-11-24).
    refused_fields=frozenset(
        (
            *("logprobs", "top_logprobs", "logit_bias", "message.name", "n"),
            *("presence_penalty", "frequency_penalty"),
        )
    ),
    models=(
        _model(
            "qwen/qwen3.8-27b",
            frozenset(("tools", "vision", "json_object")),
            131_072,
            canonical="qwen3.8-27b",
            tiers=("premium",),
            source_url="https://console.groq.com/docs/model/qwen/qwen3.8-27b",
        ),
        _model("openai/gpt-oss-120b", STRUCTURED, 131_072, 65_536, canonical="gpt-oss-120b", tiers=("default",)),
        _model("openai/gpt-oss-20b", STRUCTURED, 131_072, 65_536, canonical="gpt-oss-20b", tiers=("fast", "cheap")),
        _model("llama-3.3-70b-versatile", JSON, 131_072, 32_768, canonical="llama-3.3-70b-instruct"),
        _model("llama-3.1-8b-instant", JSON, 131_072, 131_072, canonical="llama-3.1-8b-instruct"),
        _model("meta-llama/llama-4-scout-17b-16e-instruct", VISION, 131_072, 8_192, canonical="llama-4-scout"),
        _model("meta-llama/llama-4-maverick-17b-128e-instruct", VISION, 131_072, 8_192, canonical="llama-4-maverick"),
        _model("qwen/qwen3-32b", JSON, 131_072, 40_960, canonical="qwen3-32b"),
        _model("moonshotai/kimi-k2-instruct-0905", STRUCTURED, 262_144, 16_384, canonical="kimi-k2-0905"),
    ),
    source_url="https://console.groq.com/docs/openai",
    read_on=READ_ON,
)
