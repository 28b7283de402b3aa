"""Mistral. What its API does not know is a 422 (`extra_forbidden`), so every such field is listed.

Fields: the request and message types of its SDK, `mistralai` 3.7.0 (read 2026-11-24).
"""

from functools import partial

from perpetuo.core.catalog import Capability, Vendor
from perpetuo.providers.catalog.rows import VISION, chat, embedding

READ_ON = "2026-11-24"

_model = partial(chat, read_on=READ_ON)
_HEARS: frozenset[Capability] = frozenset(("tools", "json_object", "json_schema", "audio"))

MISTRAL = Vendor(
    name="mistral",
    title="Mistral",
    protocol="openai_chat",
    base_url="https://api.mistral.ai/v1",
    env_var="MISTRAL_API_KEY",
    stream_usage=False,  # it is in the last chunk, asked for or not
    renames={"seed": "random_seed"},
    approximates={"message.developer": "sent as a system message"},
    refused_fields=frozenset(
        (
            *("message.name", "message.function", "functions", "function_call"),
            *("content.file_pdf", "content.file_other", "content.file_url", "content.file_id"),
            *("assistant.audio", "assistant.refusal", "assistant.reasoning_content"),
            *("logit_bias", "modalities", "audio", "web_search_options", "verbosity", "service_tier", "store"),
            *("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"),
        )
    ),
    models=(
        # A public preview since October 2026.
        _model(
            "mistral-large-4",
            VISION,
            1_048_576,
            tiers=("premium",),
            source_url="https://docs.mistral.ai/models/mistral-large-4-0",
        ),
        # Reasons only when asked to (`reasoning_effort` of `high`).
        _model(
            "mistral-medium-3.5",
            VISION,
            262_144,
            tiers=("default",),
            source_url="https://docs.mistral.ai/models/mistral-medium-3-5-26-04",
        ),
        _model(
            "mistral-small-latest",
            VISION,
            128_000,
            tiers=("fast",),
            source_url="https://docs.mistral.ai/getting-started/models",
        ),
        _model(
            "ministral-8b-latest",
            VISION,
            128_000,
            tiers=("cheap",),
            source_url="https://docs.mistral.ai/getting-started/models",
        ),
        _model(
            "voxtral-small-latest",
            _HEARS,
            32_000,
            source_url="https://docs.mistral.ai/capabilities/audio",
        ),
        embedding(
            "mistral-embed", 8_192, source_url="https://docs.mistral.ai/capabilities/embeddings", read_on=READ_ON
        ),
    ),
    source_url="https://docs.mistral.ai/api",
    read_on=READ_ON,
)
