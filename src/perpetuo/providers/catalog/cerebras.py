"""Cerebras. Both of its models reason, so the rule of the other vendors' tiers can not be kept here.

Fields: the request types of its SDK, `cerebras-cloud-sdk` 1.91.0 (read 2026-11-24).
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, VISION, chat

READ_ON = "2026-11-24"

_model = partial(chat, source_url="https://inference-docs.cerebras.ai/models/overview", read_on=READ_ON)

CEREBRAS = Vendor(
    name="cerebras",
    title="Cerebras",
    protocol="openai_chat",
    base_url="https://api.cerebras.ai/v1",
    env_var="CEREBRAS_API_KEY",
    max_tokens_field="max_completion_tokens",
    refused_fields=frozenset(
        (
            *("content.input_audio", "content.file_pdf", "content.file_other", "content.file_url", "content.file_id"),
            # A 400, says the page on compatibility; the SDK has them for models to come.
            *("frequency_penalty", "presence_penalty", "logit_bias"),
            *("message.function", "functions", "function_call", "modalities", "audio", "web_search_options"),
            *("metadata", "store", "verbosity", "safety_identifier", "prompt_cache_retention"),
        )
    ),
    models=(
        _model("gpt-oss-120b", STRUCTURED, 131_072, tiers=("default", "fast", "cheap")),
        _model("qwen-3.8-27b", VISION, 65_536, 32_768, canonical="qwen3.8-27b"),
    ),
    source_url="https://inference-docs.cerebras.ai/resources/openai",
    read_on=READ_ON,
)
