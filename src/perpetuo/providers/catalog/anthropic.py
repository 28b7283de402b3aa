"""Anthropic. Tiers: the models of `default`, `fast` and `cheap` do not think unless asked to, because a request written
for another model may allow so few tokens that thinking would use up all of them.

From generation 4.6 on an id without a date is itself a fixed snapshot; before, it is an alias of a dated one.
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import READ_ON, SAMPLING, VISION_AND_FILES, chat

_model = partial(chat, source_url="https://platform.claude.com/docs/en/about-claude/models/overview")
_model_without_sampling = partial(
    chat,
    # Sampling fields were removed with Opus 4.7; sending one is a 400 (read 2026-11-23).
    source_url="https://platform.claude.com/docs/en/models/opus-5-5/migration-guide",
    refused_fields=SAMPLING,
)

ANTHROPIC = Vendor(
    name="anthropic",
    title="Anthropic",
    protocol="anthropic_messages",
    base_url="https://api.anthropic.com",
    auth="x-api-key",
    env_var="ANTHROPIC_API_KEY",
    extra_headers=(("anthropic-version", "2023-06-01"),),
    models=(
        _model_without_sampling("claude-fable-5-2", VISION_AND_FILES, 1_000_000, 128_000),
        _model_without_sampling("claude-fable-5-1", VISION_AND_FILES, 1_000_000, 128_000),
        _model_without_sampling("claude-opus-5-5", VISION_AND_FILES, 1_000_000, 128_000, tiers=("premium",)),
        _model_without_sampling("claude-opus-5", VISION_AND_FILES, 1_000_000, 128_000),
        _model_without_sampling("claude-opus-4-8", VISION_AND_FILES, 1_000_000, 128_000),
        _model_without_sampling("claude-opus-4-7", VISION_AND_FILES, 1_000_000, 128_000),
        _model("claude-opus-4-6", VISION_AND_FILES, 1_000_000, 128_000),
        _model("claude-opus-4-5", VISION_AND_FILES, 200_000, 64_000),
        _model("claude-opus-4-5-20251101", VISION_AND_FILES, 200_000, 64_000),
        _model_without_sampling("claude-sonnet-5-5", VISION_AND_FILES, 1_000_000, 128_000),
        _model_without_sampling("claude-sonnet-5", VISION_AND_FILES, 1_000_000, 128_000),
        _model("claude-sonnet-4-6", VISION_AND_FILES, 1_000_000, 64_000, tiers=("default",)),
        _model("claude-sonnet-4-5", VISION_AND_FILES, 200_000, 64_000),
        _model("claude-sonnet-4-5-20250929", VISION_AND_FILES, 200_000, 64_000),
        _model_without_sampling("claude-haiku-5-5", VISION_AND_FILES, 1_000_000, 128_000),
        _model("claude-haiku-4-5", VISION_AND_FILES, 200_000, 64_000, tiers=("fast", "cheap")),
        _model("claude-haiku-4-5-20251001", VISION_AND_FILES, 200_000, 64_000),
    ),
    source_url="https://platform.claude.com/docs/en/api/overview",
    read_on=READ_ON,
)
