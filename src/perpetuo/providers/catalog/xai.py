"""xAI. Its reasoning models answer penalties and stop sequences with a 400: a request with `stop` passes over them."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import VISION, chat

READ_ON = "2026-11-24"

_model = partial(chat, source_url="https://docs.x.ai/developers/models", read_on=READ_ON)
_reasoning_model = partial(
    _model,
    # https://docs.x.ai/developers/model-capabilities/text/reasoning (read 2026-11-24)
    refused_fields=frozenset(("presence_penalty", "frequency_penalty", "stop")),
)

XAI = Vendor(
    name="xai",
    title="xAI",
    protocol="openai_chat",
    base_url="https://api.x.ai/v1",
    env_var="XAI_API_KEY",
    models_path="/language-models",  # with prices and modalities, and without the models that draw
    models=(
        _reasoning_model("grok-4.7", VISION, 500_000, tiers=("premium",)),
        _reasoning_model("grok-4.3", VISION, 1_000_000),
        _model(
            "grok-4.20-0309-non-reasoning",
            VISION,
            1_000_000,
            refused_fields=frozenset(("reasoning_effort",)),
            tiers=("default", "fast"),
        ),
    ),
    source_url="https://docs.x.ai/docs/api-reference",
    read_on=READ_ON,
)
