"""What is left of a vendor's rate limits, as its reply headers say, so that traffic turns away before the 429."""

import datetime
import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

Unit = Literal["requests", "tokens", "input_tokens", "output_tokens"]

MAX_HOLD_S = 86_400.0
MAX_MODELS_PER_KEY = 256
"""A self-hosted key serves any name, so names come from clients: of more than this the oldest is forgotten."""
MAX_BUDGETS = 8
"""No vendor has more for one model; a reply with more is made up."""
DEFAULT_WINDOW_S = 60.0
"""For a budget whose headers name neither a reset nor a window: vendors count by the minute."""

_LAST_WORD_FIRST = "anthropic-ratelimit-"
"""`anthropic-ratelimit-<budget>-<field>`; resets are RFC 3339. https://platform.claude.com/docs/en/api/rate-limits"""
_FIELD_FIRST = ("x-ratelimit-", "x-tokenlimit-")
"""`x-ratelimit-<field>[-<budget>[-<window>]]`. All read 2026-11-24.

requests, tokens; reset as a duration (`6m0s`, `20ms`)   https://developers.openai.com/api/docs/guides/rate-limits
the same, requests counted by the day                     https://console.groq.com/docs/rate-limits
requests-day, tokens-minute; reset in seconds             https://inference-docs.cerebras.ai/support/rate-limits
requests, requests-day; reset as Unix seconds             https://docs.sambanova.ai/docs/en/models/rate-limits
req-minute, tokens-minute, tokens-month; no reset         as Mistral's replies have them
tokens-prompt, tokens-generated; no reset                 https://docs.fireworks.ai/serverless/rate-limits
no budget (requests), x-tokenlimit (tokens), by the second: as Together's replies have them
no budget (requests); reset as Unix milliseconds          https://openrouter.ai/docs/api/reference/limits
tokens; reset in seconds; -1 where it does not count      https://github.com/openai/openai-dotnet/issues/838 (Azure)
"""
PREFIXES = (_LAST_WORD_FIRST, *_FIELD_FIRST)

_WINDOWS_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "month": 86_400.0}
_DURATION_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")
_NUMBER = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_EPOCH_S = 1e9
_EPOCH_MS = 1e11


class Budget(msgspec.Struct, frozen=True, array_like=True):
    """One limit as the vendor told it. name: as its headers call it. until_s: then it is new again, monotonic."""

    name: str
    unit: Unit
    remaining: float
    until_s: float


class Need(msgspec.Struct, frozen=True):
    """What one request takes. output_tokens: the limit the client set; 0 where it set none."""

    input_tokens: int = 0
    output_tokens: int = 0

    def of(self, unit: Unit) -> int:
        match unit:
            case "requests":
                return 1
            case "input_tokens":
                return self.input_tokens
            case "output_tokens":
                return self.output_tokens
            case "tokens":
                return self.input_tokens + self.output_tokens


class Taken(msgspec.Struct, frozen=True):
    """A request that is under way: what it takes is no longer there for others, though no header says so yet."""

    key_id: str
    model_id: str
    need: Need


class _Model:
    __slots__ = ("budgets", "input_tokens", "output_tokens", "requests")

    def __init__(self) -> None:
        self.budgets: tuple[Budget, ...] = ()
        self.requests = self.input_tokens = self.output_tokens = 0

    def count(self, need: Need, sign: int) -> None:
        self.requests = max(0, self.requests + sign)
        self.input_tokens = max(0, self.input_tokens + sign * need.input_tokens)
        self.output_tokens = max(0, self.output_tokens + sign * need.output_tokens)

    def under_way(self, unit: Unit) -> int:
        return self.requests if unit == "requests" else Need(self.input_tokens, self.output_tokens).of(unit)


class Headroom:
    """One worker's book of what each (provider key, model) has left, until it is reset. Time comes in."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, _Model]] = {}

    def take(self, key_id: str, model_id: str, need: Need) -> Taken | None:
        """None where nothing is known of a limit: then nothing is counted either."""
        model = self._keys.get(key_id, {}).get(model_id)
        if model is None:
            return None
        model.count(need, 1)
        return Taken(key_id, model_id, need)

    def give_back(self, taken: Taken | None) -> None:
        """The vendor has answered, or never will: its own figures count from now on."""
        if taken is not None and (model := self._keys.get(taken.key_id, {}).get(taken.model_id)) is not None:
            model.count(taken.need, -1)

    def record(self, key_id: str, model_id: str, budgets: tuple[Budget, ...]) -> None:
        """The newest figures replace those before them."""
        models = self._keys.setdefault(key_id, {})
        model = models.get(model_id)
        if model is None:
            if len(models) >= MAX_MODELS_PER_KEY:
                del models[next(iter(models))]
            model = models[model_id] = _Model()
        model.budgets = budgets[:MAX_BUDGETS]

    def known(self) -> Iterator[tuple[str, str, tuple[Budget, ...]]]:
        for key_id, models in self._keys.items():
            for model_id, model in models.items():
                yield key_id, model_id, model.budgets

    def short(self, now_s: float, key_ids: Iterable[str], need: Need) -> Mapping[tuple[str, str], str]:
        """(key id, model id) -> why it has no room for this request. Who is not in it has room, or is not known."""
        found: dict[tuple[str, str], str] = {}
        for key_id in key_ids:
            for model_id, model in self._keys.get(key_id, {}).items():
                if (reason := _shortage(model, now_s, need)) is not None:
                    found[key_id, model_id] = reason
        return found


def _shortage(model: _Model, now_s: float, need: Need) -> str | None:
    """Of several budgets that do not suffice, the one that stays short the longest."""
    worst: Budget | None = None
    for budget in model.budgets:
        if now_s >= budget.until_s or budget.remaining - model.under_way(budget.unit) >= need.of(budget.unit):
            continue
        if worst is None or budget.until_s > worst.until_s:
            worst = budget
    if worst is None:
        return None
    left = max(0, int(worst.remaining) - model.under_way(worst.unit))
    unit = worst.unit.replace("_", " ")
    return f"Its rate limit has {left} {unit} left for {math.ceil(worst.until_s - now_s)} s."


def read_budgets(headers: Iterable[tuple[str, str]], now_s: float, now_wall_s: float) -> tuple[Budget, ...]:
    """What a reply's headers (lower-case names) say is left; empty where they say nothing, or nothing that can be read.

    now_s: monotonic; now_wall_s: Unix time, for resets that are dates.
    """
    remaining: dict[str, str] = {}
    resets: dict[str, str] = {}
    for name, value in headers:
        # The cheap test first: most replies have no such header, and none has many.
        if not name.startswith(PREFIXES) or (place := _place_of(name)) is None:
            continue
        budget, field = place
        told = remaining if field == "remaining" else resets
        if len(told) < 2 * MAX_BUDGETS:
            told[budget] = value
    found: list[Budget] = []
    for name, text in remaining.items():
        budget = _budget(name, text, resets.get(name), now_s, now_wall_s)
        if budget is not None:
            found.append(budget)
    return tuple(found[:MAX_BUDGETS])


@functools.lru_cache(maxsize=512)
def _place_of(name: str) -> tuple[str, Literal["remaining", "reset"]] | None:
    """(budget, field) of a header's name; None for one that does not count. Remembered: vendors have few names, and
    they come with each reply."""
    if name.startswith(_LAST_WORD_FIRST):
        budget, _, field = name.removeprefix(_LAST_WORD_FIRST).rpartition("-")
    else:
        prefix = next(prefix for prefix in _FIELD_FIRST if name.startswith(prefix))
        field, _, budget = name.removeprefix(prefix).partition("-")
        budget = budget or ("by_second_tokens" if prefix == "x-tokenlimit-" else "requests")
    if field not in ("remaining", "reset") or _unit_of(budget) is None:
        return None
    return budget[:64], field


@functools.lru_cache(maxsize=512)
def _unit_of(budget: str) -> Unit | None:
    words = re.split("[-_]", budget)
    if words[0] in ("requests", "req"):
        return "requests"
    if "tokens" not in words:
        return None
    if "output" in words or "generated" in words:
        return "output_tokens"
    return "input_tokens" if "input" in words or "prompt" in words else "tokens"


def _budget(name: str, remaining_text: str, reset_text: str | None, now_s: float, now_wall_s: float) -> Budget | None:
    unit, remaining_text = _unit_of(name), remaining_text.strip()
    # Azure writes -1 where it does not count.
    if unit is None or _NUMBER.fullmatch(remaining_text) is None:
        return None
    left_s = parse_reset(reset_text, now_wall_s)
    if left_s is None:
        left_s = 1.0 if name.startswith("by_second") else _WINDOWS_S.get(name.rpartition("-")[2], DEFAULT_WINDOW_S)
    return Budget(name, unit, float(remaining_text), now_s + min(left_s, MAX_HOLD_S))


def parse_reset(value: str | None, now_wall_s: float) -> float | None:
    """A reset as seconds from now, never negative: a duration (`1m26.4s`, `20ms`), seconds, Unix time in seconds or
    milliseconds, or an RFC 3339 date. None when absent or unreadable."""
    if value is None:
        return None
    text = value.strip()[:64]
    if "T" in text:
        return _seconds_until(text, now_wall_s)
    seconds = _seconds(text)
    if seconds is None or seconds < _EPOCH_S:
        return seconds
    return max(0.0, (seconds / 1000 if seconds >= _EPOCH_MS else seconds) - now_wall_s)


@functools.lru_cache(maxsize=1024)
def _seconds(text: str) -> float | None:
    """A number, or a duration in seconds, never so long that it looks like Unix time. Remembered: most replies say one
    of few."""
    if _NUMBER.fullmatch(text):
        return float(text)
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return min(MAX_HOLD_S, sum([float(number) * _DURATION_S[unit] for number, unit in parts]))


def _seconds_until(date_text: str, now_wall_s: float) -> float | None:
    try:
        date = datetime.datetime.fromisoformat(date_text)
        date = date if date.tzinfo is not None else date.replace(tzinfo=datetime.UTC)
        return max(0.0, date.timestamp() - now_wall_s)
    except (ValueError, OverflowError):
        return None
