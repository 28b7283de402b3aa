"""OpenAI. Tiers: the models of `default`, `fast` and `cheap` do not reason unless asked to, because a request written
for another model may allow so few tokens that reasoning would use up all of them."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import (
    JSON,
    READ_ON,
    SAMPLING_AND_PENALTIES,
    STRUCTURED,
    VISION_AND_FILES,
    chat,
    embedding,
)

_MODELS_PAGE = "https://developers.openai.com/api/docs/models"
_model = partial(chat, source_url=_MODELS_PAGE)
_reasoning_model = partial(chat, source_url=_MODELS_PAGE, refused_fields=SAMPLING_AND_PENALTIES)
"""Reasoning is always on: sampling fields other than their defaults are a 400 (`unsupported_value`).
https://developers.openai.com/api/docs/guides/reasoning (read 2026-11-23)"""

# Announced shutdowns (https://developers.openai.com/api/docs/deprecations, read 2026-11-23): gpt-4, gpt-4-turbo,
# gpt-3.5-turbo, gpt-4.1-nano, o1, o3-mini and o4-mini on 2026-10-23; gpt-5, gpt-5-mini, gpt-5-nano and o3 on
# 2026-12-11; gpt-4o, gpt-4o-mini, gpt-4.1 and gpt-4.1-mini on 2027-01-14; gpt-5.1 and gpt-5.4-nano on 2027-04-01.
# The rows stay, because OpenAI-compatible servers go on serving these names behind a provider key's own base URL;
# at api.openai.com the 404 marks that candidate and the next one is tried.
_CURRENT = (
    _reasoning_model("gpt-6-astra", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-6.1-sol", VISION_AND_FILES, 1_050_000, 128_000, tiers=("premium",)),
    _reasoning_model("gpt-6.1-terra", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-6-sol", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-6-luna", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-5.6-sol", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-5.6-terra", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-5.6-luna", VISION_AND_FILES, 1_050_000, 128_000),
    _reasoning_model("gpt-5.5", VISION_AND_FILES, 1_050_000, 128_000),
    # From gpt-5.1 to gpt-5.4 reasoning is off unless asked for, and sampling fields are taken while it is off.
    _model("gpt-5.4", VISION_AND_FILES, 1_050_000, 128_000, tiers=("default",)),
    _model("gpt-5.4-mini", VISION_AND_FILES, 400_000, 128_000, tiers=("fast",)),
    _model("gpt-5.4-nano", VISION_AND_FILES, 400_000, 128_000, tiers=("cheap",)),
    _model("gpt-5.2", VISION_AND_FILES, 400_000, 128_000),
    _model("gpt-5.1", VISION_AND_FILES, 400_000, 128_000),
)
_DEPRECATED = (
    _reasoning_model("gpt-5", VISION_AND_FILES, 400_000, 128_000),
    _reasoning_model("gpt-5-mini", VISION_AND_FILES, 400_000, 128_000),
    _reasoning_model("gpt-5-nano", VISION_AND_FILES, 400_000, 128_000),
    _model("gpt-4.1", VISION_AND_FILES, 1_047_576, 32_768),
    _model("gpt-4.1-mini", VISION_AND_FILES, 1_047_576, 32_768),
    _model("gpt-4.1-nano", VISION_AND_FILES, 1_047_576, 32_768),
    _model("gpt-4o", VISION_AND_FILES, 128_000, 16_384),
    _model("gpt-4o-2024-11-20", VISION_AND_FILES, 128_000, 16_384),
    _model("gpt-4o-2024-08-06", VISION_AND_FILES, 128_000, 16_384),
    _model("gpt-4o-mini", VISION_AND_FILES, 128_000, 16_384),
    _model("gpt-4o-mini-2024-07-18", VISION_AND_FILES, 128_000, 16_384),
    _model("gpt-4-turbo", frozenset(("tools", "vision", "json_object")), 128_000, 4_096),
    _model("gpt-4", frozenset(("tools",)), 8_192, 8_192),
    _model("gpt-3.5-turbo", JSON, 16_385, 4_096),
    _reasoning_model("o3", VISION_AND_FILES, 200_000, 100_000),
    _reasoning_model("o4-mini", VISION_AND_FILES, 200_000, 100_000),
    _reasoning_model("o3-mini", STRUCTURED, 200_000, 100_000),
    _reasoning_model("o1", VISION_AND_FILES, 200_000, 100_000),
)
_AUDIO = (_model("gpt-audio", frozenset(("tools", "audio")), 128_000, 16_384),)

# https://developers.openai.com/api/docs/guides/embeddings (read 2026-11-23)
_embedding = partial(embedding, source_url="https://developers.openai.com/api/docs/guides/embeddings")
_EMBEDDINGS = (
    _embedding("text-embedding-3-small", 8_192),
    _embedding("text-embedding-3-large", 8_192),
    _embedding("text-embedding-ada-002", 8_192),
)

OPENAI = Vendor(
    name="openai",
    title="OpenAI",
    protocol="openai_chat",
    base_url="https://api.openai.com/v1",
    env_var="OPENAI_API_KEY",
    # `max_tokens` is a 400 on reasoning models; every chat model takes the newer field.
    max_tokens_field="max_completion_tokens",
    # "Unrecognized request argument supplied" is a 400: https://github.com/openai/openai-python/issues/1080
    refused_fields=frozenset(("top_k",)),
    models=_CURRENT + _DEPRECATED + _AUDIO + _EMBEDDINGS,
    source_url="https://developers.openai.com/api/reference/resources/chat",
    read_on=READ_ON,
)
