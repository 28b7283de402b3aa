"""Cohere. Its models think unless told not to, where they can; those of `default`, `fast` and `cheap` can not.

Command A+, A Reasoning and A Vision have no public price: the vendor serves them for trials, or on machines rented
from it.
"""

from functools import partial

from perpetuo.core.catalog import Capability, Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, VISION, chat

READ_ON = "2026-11-24"

_MODELS_PAGE = "https://docs.cohere.com/docs/models"
_NO_THINKING = frozenset(("reasoning_effort", "thinking"))
_thinking_model = partial(chat, source_url=_MODELS_PAGE)
_model = partial(chat, source_url=_MODELS_PAGE, refused_fields=_NO_THINKING)
_model_without_tool_choice = partial(
    chat,
    # Taken by Command R7B and newer: https://docs.cohere.com/reference/chat (read 2026-11-24).
    source_url=_MODELS_PAGE,
    refused_fields=_NO_THINKING | {"tool_choice.none", "tool_choice.required", "tool_choice.named"},
)
_SEES: frozenset[Capability] = frozenset(("vision", "json_object", "json_schema"))
"""No tools: https://docs.cohere.com/docs/command-a-vision (read 2026-11-24)."""

COHERE = Vendor(
    name="cohere",
    title="Cohere",
    protocol="cohere_chat",
    base_url="https://api.cohere.com",
    env_var="CO_API_KEY",
    models=(
        _thinking_model("command-a-plus-05-2026", VISION, 128_000, 64_000, tiers=("premium",)),
        _model("command-a-03-2025", STRUCTURED, 256_000, 8_000, tiers=("default",)),
        _thinking_model("command-a-reasoning-08-2025", STRUCTURED, 256_000, 32_000),
        _model("command-a-vision-07-2025", _SEES, 128_000, 8_000),
        _model("command-r7b-12-2024", STRUCTURED, 128_000, 4_000, tiers=("fast", "cheap")),
        _model_without_tool_choice("command-r-plus-08-2024", STRUCTURED, 128_000, 4_000),
        _model_without_tool_choice("command-r-08-2024", STRUCTURED, 128_000, 4_000),
    ),
    source_url="https://docs.cohere.com/reference/chat",
    read_on=READ_ON,
)
