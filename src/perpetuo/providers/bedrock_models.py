"""What an id of Bedrock tells about a model: its maker, its name across vendors, and the fields it does not take.

Converse is one form for every maker's models, but what it has no field for each maker spells in its own way, and not
every model takes every part of the form.
"""

import re
from collections.abc import Mapping
from typing import Literal

Maker = Literal["claude", "nova", "nova-2", "gpt-oss", "other"]

# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (read 2026-11-24)
_PROFILE = re.compile(r"^(?:us|us-gov|eu|apac|jp|au|ca|in|global)\.(?=[a-z0-9-]+\.)")
_MAKER_NAME = re.compile(r"^[a-z0-9-]+\.")
_VERSION = re.compile(r"(?:-v\d+(?::\w+)*|-\d+:\d+|:\d+)$")
# An undated name of Anthropic's stands for one snapshot; Bedrock has that snapshot alone, under its date.
# https://platform.claude.com/docs/en/about-claude/models/overview (read 2026-11-24)
_DATED_CLAUDE = re.compile(r"^(claude-[a-z]+-\d(?:-\d{1,2})?)-\d{8}$")

_KNOWN_ELSEWHERE: Mapping[str, str] = {
    "llama3-1-8b-instruct": "llama-3.1-8b-instruct",
    "llama3-3-70b-instruct": "llama-3.3-70b-instruct",
    "llama4-scout-17b-instruct": "llama-4-scout",
    "llama4-maverick-17b-instruct": "llama-4-maverick",
    "r1": "deepseek-r1",
    "v3": "deepseek-v3",
    "v3.2": "deepseek-v3.2",
}

_NOT_EVERY_MODELS = frozenset(
    (
        "top_k",
        "reasoning_effort",
        "thinking",
        "parallel_tool_calls",
        "web_search_options",
        "content.cache_control",
        "tool_choice.named",
        "tool.image",
        "tool.is_error",
        "tools.strict",
    )
)
# What of it each maker's models do take.
#   claude:  https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html;
#            one call at a time: https://github.com/BerriAI/litellm/pull/34347, tried there against the real API
#   nova:    https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html
#   nova-2:  https://docs.aws.amazon.com/nova/latest/nova2-userguide/request-response-schema.html, and for web search
#            the recorded `systemTool` of a vendor's answer
#   gpt-oss: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
#   caching: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
#   a named tool, images and errors in results: "only supported by" Claude and Nova, in botocore's service model
#   strict:  https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (all read 2026-11-24)
_CLAUDE_AND_NOVA = frozenset(("top_k", "content.cache_control", "tool_choice.named", "tool.image", "tool.is_error"))
_TAKEN: Mapping[Maker, frozenset[str]] = {
    "claude": _CLAUDE_AND_NOVA | {"reasoning_effort", "thinking", "parallel_tool_calls", "tools.strict"},
    "nova": _CLAUDE_AND_NOVA,
    "nova-2": _CLAUDE_AND_NOVA | {"reasoning_effort", "web_search_options"},
    "gpt-oss": frozenset(("reasoning_effort",)),
    "other": frozenset(),
}
# Generations of Claude -> what they do not take, although others do (read 2026-11-24).
_WITH_BUDGETS = re.compile(r"claude-(?:3-7|(?:sonnet|haiku)-4(?:-5)?(?:-\d{8})?(?:-v|$)|opus-4(?:-1)?-\d{8})")
"""Those that take a budget of thinking but no effort level: https://platform.claude.com/docs/en/build-with-claude/effort"""
_WITHOUT_THINKING = re.compile(r"claude-(?:3-(?!7)|instant|v2)")
_REFUSED_BY_CLAUDE: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (_WITHOUT_THINKING, frozenset(("reasoning_effort", "thinking"))),
    (re.compile(r"claude-(?:3|instant|v2)"), frozenset(("parallel_tool_calls",))),
    # https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html: from 4.5 on
    (re.compile(r"claude-(?:3|instant|v2|(?:sonnet|opus)-4(?:-1)?-\d{8})"), frozenset(("tools.strict",))),
    # https://platform.claude.com/docs/en/models/opus-5-5/migration-guide
    (re.compile(r"claude-(?:opus-4-[78]|[a-z]+-[5-9])"), frozenset(("temperature", "top_p", "top_k"))),
)


def maker_of(model_id: str, canonical: str = "") -> Maker:
    """canonical: tells it where the id is the opaque one of a workspace's own profile or deployment."""
    for name in (bare_name(model_id), canonical):
        if name.startswith("claude"):
            return "claude"
        if name.startswith("nova"):
            return "nova-2" if name.startswith("nova-2") else "nova"
        if name.startswith("gpt-oss"):
            return "gpt-oss"
    return "other"


def bare_name(model_id: str) -> str:
    """Without ARN, profile and maker: `claude-opus-4-6-v1` of `us.anthropic.claude-opus-4-6-v1`."""
    return _MAKER_NAME.sub("", _PROFILE.sub("", model_id.rpartition("/")[2]))


def canonical_name(model_id: str) -> str:
    """The name across vendors, without the version of the deployment: `claude-sonnet-4-5`, `nova-pro`."""
    name = _VERSION.sub("", bare_name(model_id))
    return _KNOWN_ELSEWHERE.get(name) or _DATED_CLAUDE.sub(r"\1", name)


def fields_refused_by(model_id: str) -> frozenset[str]:
    maker = maker_of(model_id)
    refused = _NOT_EVERY_MODELS - _TAKEN[maker]
    if maker == "claude":
        refused = refused.union(*(fields for names, fields in _REFUSED_BY_CLAUDE if names.match(bare_name(model_id))))
    return refused


def efforts_of(model_id: str) -> tuple[str, ...] | None:
    """`Model.efforts`, as far as the id tells."""
    return () if _WITH_BUDGETS.match(bare_name(model_id)) else None


def thinking_of(model_id: str) -> frozenset[str] | None:
    """`Model.thinking`, as far as the id tells."""
    return frozenset(("enabled", "disabled")) if _WITH_BUDGETS.match(bare_name(model_id)) else None


def profile_prefix(region: str) -> str | None:
    """Of the profiles that keep a request inside the region's geography."""
    return next((prefix for area, prefix in _GEOGRAPHIES.items() if region.startswith(f"{area}-")), None)


_GEOGRAPHIES: Mapping[str, str] = {"us-gov": "us-gov.", "us": "us.", "eu": "eu."}
"""Those where every model that is served through profiles has one of this name."""
