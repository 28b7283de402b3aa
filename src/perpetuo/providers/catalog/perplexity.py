"""Perplexity's Sonar: it searches the web for each answer, and charges a fee for each request beside its tokens, so its
models have no price here. They have no tier either: the floor of every tier asks for tools.

The vendor ended its support of Sonar through Chat Completions on 2026-09-27 in favour of an API of another shape
(https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar/overview, as genai-prices cites it). The rows stay for
keys that are still served; for others the 404 marks that candidate and the next one is asked.

Fields: the request types of its SDK, `perplexityai` 0.46.1 (read 2026-11-24).
"""

from functools import partial

from perpetuo.core.catalog import Capability, Vendor
from perpetuo.providers.catalog.rows import chat

READ_ON = "2026-11-24"

_SEES: frozenset[Capability] = frozenset(("vision", "json_schema"))
_model = partial(chat, source_url="https://docs.perplexity.ai/docs/sonar/models", read_on=READ_ON)

PERPLEXITY = Vendor(
    name="perplexity",
    title="Perplexity",
    protocol="openai_chat",
    base_url="https://api.perplexity.ai",
    env_var="PERPLEXITY_API_KEY",
    stream_usage=False,  # each chunk has it: the request has no `stream_options`
    models_path="/v1/models",
    approximates={"message.developer": "sent as a system message"},
    refused_fields=frozenset(
        (
            *("content.input_audio", "content.file_pdf", "content.file_other", "content.file_url", "content.file_id"),
            # Sonar answers from the web and calls no tools of the client's.
            *("tools.function", "tools.other"),
            *("functions", "function_call", "modalities", "audio", "logit_bias", "seed", "prediction", "verbosity"),
            *("service_tier", "metadata", "user", "safety_identifier", "prompt_cache_key", "store"),
        )
    ),
    models=(
        _model("sonar", _SEES, 128_000),
        _model("sonar-pro", _SEES, 200_000),
        _model("sonar-reasoning-pro", _SEES, 128_000),
    ),
    source_url="https://docs.perplexity.ai/docs/sonar/openai-compatibility",
    read_on=READ_ON,
)
