"""Fireworks AI. Fields: the request types of its SDK, `fireworks-ai` 1.2.30 (read 2026-11-24).

Every serverless model of theirs that takes tools reasons, so the rule of the other vendors' tiers can not be kept here.
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, chat

READ_ON = "2026-11-24"

_AUTHOR = "accounts/fireworks/models/"
_model = partial(chat, source_url="https://docs.fireworks.ai/serverless/pricing", read_on=READ_ON)

FIREWORKS = Vendor(
    name="fireworks",
    title="Fireworks AI",
    protocol="openai_chat",
    base_url="https://api.fireworks.ai/inference/v1",
    env_var="FIREWORKS_API_KEY",
    stream_usage=False,  # the request has no `stream_options`: usage is in the last chunk
    carries=frozenset(("thinking",)),
    refused_fields=frozenset(("modalities", "audio", "web_search_options")),
    models=(
        _model(_AUTHOR + "glm-5p3", STRUCTURED, 1_048_573, 262_144, canonical="glm-5.3", tiers=("premium",)),
        _model(_AUTHOR + "gpt-oss-120b", STRUCTURED, 131_072, 32_768, canonical="gpt-oss-120b", tiers=("default",)),
        _model(_AUTHOR + "gpt-oss-20b", STRUCTURED, 131_072, canonical="gpt-oss-20b", tiers=("fast", "cheap")),
    ),
    source_url="https://docs.fireworks.ai/tools-sdks/openai-compatibility",
    read_on=READ_ON,
)
