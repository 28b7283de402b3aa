"""How much a Claude model is to think: OpenAI's `reasoning_effort` and the extension `thinking`, as what it takes.

Sources, read 2026-11-24: https://platform.claude.com/docs/en/build-with-claude/effort,
https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting,
https://platform.claude.com/docs/en/build-with-claude/extended-thinking. What each model takes is in its catalog row.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from perpetuo.core.catalog import Model
from perpetuo.core.errors import ClientError
from perpetuo.providers.chat_input import Fields, Message, text, typed

DEFAULT_MAX_TOKENS = 4096
"""The API demands a limit. Every Claude model ever offered can write this much."""
MIN_BUDGET_TOKENS = 1024
"""Less is a 400."""

LEVELS = ("low", "medium", "high", "xhigh", "max")
"""Of effort, lowest first."""
_LEVEL_OF_EFFORT: Mapping[str, str] = {"minimal": "low"} | {level: level for level in LEVELS}
_BUDGET_OF_LEVEL: Mapping[str, int] = {"low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 32_000, "max": 32_000}
"""Ours: models without levels take a budget only. Above 32,000 the vendor wants batches."""
_OFF = ("disabled", "between_tools")
_HIGHEST_LEVEL_WHEN_OFF = "high"


class Thinking(msgspec.Struct, frozen=True):
    """max_tokens: the output limit. field: `thinking` of the body, None = left to the model. effort: of
    `output_config`, None = the model's own."""

    max_tokens: int
    field: dict[str, object] | None = None
    effort: str | None = None

    @property
    def is_on(self) -> bool:
        """Thinking that was asked for, beside which sampling fields are a 400."""
        return self.field is not None and self.field["type"] not in _OFF


class _Wish(msgspec.Struct):
    type: str
    budget_tokens: int | None = None
    display: str | None = None


def plan_thinking(
    fields: Fields, model: Model, messages: Sequence[Message], *, max_tokens: int | None, forced_tool: bool
) -> Thinking:
    """max_tokens: the client's. Raises ClientError for a budget that leaves nothing for the answer.

    A forced tool and thinking exclude each other: the tool is part of what the request means, thinking a wish.
    """
    limit = max_tokens or model.max_output_tokens or DEFAULT_MAX_TOKENS
    limit = min(limit, model.max_output_tokens or limit)
    wish = cast("_Wish | None", typed(fields, "thinking", _Wish))
    level = text(fields.get("reasoning_effort"))
    if wish is None and level is None:
        return Thinking(limit)
    if (wish is not None and wish.type in _OFF) or (wish is None and level == "none"):
        return _off(model, limit, wish, level)
    if wish is None or wish.budget_tokens is None or not _takes(model, "enabled"):
        thinking = _by_level(model, limit, wish, level)
    else:
        thinking = _by_budget(model, limit, wish.budget_tokens, level, limit_is_the_clients=max_tokens is not None)
    if thinking.field is not None and (forced_tool or _breaks_off_a_tool_turn(thinking.field, messages)):
        return msgspec.structs.replace(thinking, field=None)
    return thinking


def _off(model: Model, limit: int, wish: _Wish | None, level: str | None) -> Thinking:
    """In the nearest form the model has; some always think, and then as little as can be."""
    off = next((form for form in _OFF if _takes(model, form)), None)
    if off is None:
        return Thinking(limit, effort=_level(model, level if level not in (None, "none") else "low"))
    effort = _level(model, level) if wish is not None else None
    if effort in LEVELS and LEVELS.index(effort) > LEVELS.index(_HIGHEST_LEVEL_WHEN_OFF):
        effort = _HIGHEST_LEVEL_WHEN_OFF
    return Thinking(limit, {"type": off}, effort)


def _by_level(model: Model, limit: int, wish: _Wish | None, level: str | None) -> Thinking:
    if level is None and wish is not None and wish.budget_tokens is not None:
        level = _level_of_budget(wish.budget_tokens)
    effort = _level(model, level)
    if model.thinking is None:  # nothing is known: the vendor judges
        return Thinking(limit, None if wish is None else _adaptive(wish), effort)
    if "adaptive" in model.thinking:
        return Thinking(limit, _adaptive(wish), effort)
    budget = min(_BUDGET_OF_LEVEL[_LEVEL_OF_EFFORT.get(level or "", "medium")], limit // 2)
    if "enabled" not in model.thinking or budget < MIN_BUDGET_TOKENS:
        return Thinking(limit, None, effort)
    return Thinking(limit, {"type": "enabled", "budget_tokens": budget}, effort)


def _by_budget(model: Model, limit: int, budget: int, level: str | None, *, limit_is_the_clients: bool) -> Thinking:
    """The budget is part of the limit. A limit of our own gives way."""
    if budget >= limit and not limit_is_the_clients:
        limit = min(budget + DEFAULT_MAX_TOKENS, model.max_output_tokens or budget + DEFAULT_MAX_TOKENS)
    if budget >= limit:
        raise ClientError(
            "invalid_value",
            f"A thinking budget of {budget} tokens leaves nothing of the {limit} that may be written.",
            param="thinking.budget_tokens",
        )
    return Thinking(limit, {"type": "enabled", "budget_tokens": budget}, _level(model, level))


def _adaptive(wish: _Wish | None) -> dict[str, object]:
    """Newer models leave the text of their thinking out unless asked for it; who asks to think wants to see it."""
    return {"type": "adaptive", "display": (wish.display if wish is not None else None) or "summarized"}


def _level(model: Model, level: str | None) -> str | None:
    """The highest level the model has that is not above the one wished for, else its lowest."""
    wanted = _LEVEL_OF_EFFORT.get(level or "")
    if wanted is None or model.efforts == ():
        return None
    if model.efforts is None:
        return wanted
    reachable = [known for known in model.efforts if LEVELS.index(known) <= LEVELS.index(wanted)]
    return reachable[-1] if reachable else model.efforts[0]


def _level_of_budget(budget_tokens: int) -> str:
    return next((level for level, tokens in _BUDGET_OF_LEVEL.items() if budget_tokens <= tokens), "xhigh")


def _takes(model: Model, form: str) -> bool:
    return model.thinking is None or form in model.thinking


def _breaks_off_a_tool_turn(field: Mapping[str, object], messages: Sequence[Message]) -> bool:
    """With a budget, a turn that goes on after a tool's result must have begun with thinking, or it is a 400."""
    if field["type"] != "enabled" or not messages or messages[-1].role != "tool":
        return False
    calling = next((message for message in reversed(messages) if message.role == "assistant"), None)
    return calling is not None and bool(calling.tool_calls) and not calling.thinking_blocks
