"""Claude, at its vendor and on Google Cloud. Tiers: the models of `default`, `fast` and `cheap` do not think unless
asked to, because a request written for another model may allow so few tokens that thinking would use up all of them.

From generation 4.6 on an id without a date is itself a fixed snapshot; before, it is an alias of a dated one.

What each model takes of thinking, effort, sampling and forced tools (read 2026-11-24):
https://platform.claude.com/docs/en/build-with-claude/effort,
https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting, and the pages "What's new" and
"Migration guide" of Fable 5.1, Opus 5, Opus 5.5 and Sonnet 5.5.
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import READ_ON, SAMPLING, VISION_AND_FILES, chat

_ALL_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_FORCED_TOOLS = frozenset(("tool_choice.required", "tool_choice.named"))
"""A 400 since Fable 5.1."""
_OVERVIEW = "https://platform.claude.com/docs/en/about-claude/models/overview"
_MIGRATION = "https://platform.claude.com/docs/en/models/opus-5-5/migration-guide"

_always_thinks = partial(
    chat,
    source_url=_MIGRATION,
    refused_fields=SAMPLING | _FORCED_TOOLS,
    efforts=_ALL_EFFORTS,
    thinking=frozenset(("adaptive",)),
)
_thinks_between_tools = partial(
    chat,
    source_url="https://platform.claude.com/docs/en/models/sonnet-5-5/whats-new-sonnet-5-5",
    refused_fields=SAMPLING | _FORCED_TOOLS,
    efforts=_ALL_EFFORTS,
    thinking=frozenset(("adaptive", "between_tools")),
)
_adaptive = partial(
    chat,
    # Sampling fields were removed with Opus 4.7; sending one is a 400 (read 2026-11-23).
    source_url=_MIGRATION,
    refused_fields=SAMPLING,
    efforts=_ALL_EFFORTS,
    thinking=frozenset(("adaptive", "disabled")),
)
_adaptive_or_budget = partial(
    chat,
    source_url=_OVERVIEW,
    efforts=("low", "medium", "high", "max"),
    thinking=frozenset(("adaptive", "enabled", "disabled")),
)
_budget = partial(chat, source_url=_OVERVIEW, efforts=(), thinking=frozenset(("enabled", "disabled")))
_budget_and_effort = partial(
    chat,
    source_url=_OVERVIEW,
    efforts=("low", "medium", "high"),
    thinking=frozenset(("enabled", "disabled")),
)

_SINCE_4_6 = (
    _always_thinks("claude-fable-5-2", VISION_AND_FILES, 1_000_000, 128_000),
    _always_thinks("claude-fable-5-1", VISION_AND_FILES, 1_000_000, 128_000),
    _always_thinks("claude-opus-5-5", VISION_AND_FILES, 1_000_000, 128_000, tiers=("premium",)),
    _adaptive("claude-opus-5", VISION_AND_FILES, 1_000_000, 128_000),
    _adaptive("claude-opus-4-8", VISION_AND_FILES, 1_000_000, 128_000),
    _adaptive("claude-opus-4-7", VISION_AND_FILES, 1_000_000, 128_000),
    _adaptive_or_budget("claude-opus-4-6", VISION_AND_FILES, 1_000_000, 128_000),
    _thinks_between_tools("claude-sonnet-5-5", VISION_AND_FILES, 1_000_000, 128_000),
    _adaptive_or_budget("claude-sonnet-4-6", VISION_AND_FILES, 1_000_000, 64_000, tiers=("default",)),
    _adaptive("claude-haiku-5-5", VISION_AND_FILES, 1_000_000, 128_000),
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
        *_SINCE_4_6,
        _adaptive("claude-sonnet-5", VISION_AND_FILES, 1_000_000, 128_000),
        _budget_and_effort("claude-opus-4-5", VISION_AND_FILES, 200_000, 64_000),
        _budget_and_effort("claude-opus-4-5-20251101", VISION_AND_FILES, 200_000, 64_000),
        _budget("claude-sonnet-4-5", VISION_AND_FILES, 200_000, 64_000),
        _budget("claude-sonnet-4-5-20250929", VISION_AND_FILES, 200_000, 64_000),
        _budget("claude-haiku-4-5", VISION_AND_FILES, 200_000, 64_000, tiers=("fast", "cheap")),
        _budget("claude-haiku-4-5-20251001", VISION_AND_FILES, 200_000, 64_000),
    ),
    source_url="https://platform.claude.com/docs/en/api/overview",
    read_on=READ_ON,
)

# Model in the path, version in the body: https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai; ids
# of generation 4.5 and before have a date behind an @:
# https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude (read 2026-11-24).
VERTEX_ANTHROPIC = Vendor(
    name="vertex-anthropic",
    title="Claude on Google Vertex AI",
    protocol="anthropic_messages",
    # For `global`, without the location in the host's name.
    base_url=None,
    base_url_example="https://us-east5-aiplatform.googleapis.com/v1/projects/PROJECT/locations/us-east5",
    auth="google",
    chat_path="/publishers/anthropic/models/{model}:rawPredict",
    stream_path="/publishers/anthropic/models/{model}:streamRawPredict",
    models_path="",
    body_fields=(("anthropic_version", "vertex-2023-10-16"),),
    # Not named among what Google's side takes: https://platform.claude.com/docs/en/api/service-tiers (read 2026-11-24).
    refused_fields=frozenset(("service_tier",)),
    models=(
        *_SINCE_4_6,
        _budget_and_effort(
            "claude-opus-4-5@20251101", VISION_AND_FILES, 200_000, 64_000, canonical="claude-opus-4-5-20251101"
        ),
        _budget(
            "claude-sonnet-4-5@20250929", VISION_AND_FILES, 200_000, 64_000, canonical="claude-sonnet-4-5-20250929"
        ),
        _budget(
            "claude-haiku-4-5@20251001",
            VISION_AND_FILES,
            200_000,
            64_000,
            canonical="claude-haiku-4-5-20251001",
            tiers=("fast", "cheap"),
        ),
    ),
    source_url="https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai",
    read_on="2026-11-24",
)
