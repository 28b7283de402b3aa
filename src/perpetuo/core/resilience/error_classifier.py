"""What a failed attempt means: is another candidate worth asking, and what becomes of the one that failed."""

import datetime
import email.utils
import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from perpetuo.core.errors import UpstreamFailure

FailureClass = Literal["RETRYABLE", "FATAL"]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

MAX_COOL_S = 86_400.0
"""A vendor's Retry-After is honoured up to a day, the longest window of a vendor's limit by rate."""
DEFAULT_429_COOL_S = 5.0
MIN_429_COOL_S = 1.0
"""Some vendors refuse with a wait of nothing. Taken at their word, each request would be sent to all that refuse."""
QUOTA_COOL_S = 300.0

# What vendors write in `code` or `type`. All read 2026-11-23.
QUOTA_CODES = frozenset(
    {
        # https://developers.openai.com/api/docs/guides/error-codes
        "insufficient_quota",
        "billing_hard_limit_reached",
        # https://platform.claude.com/docs/en/api/errors
        "billing_error",
        # https://openrouter.ai/docs/api/reference/errors-and-debugging
        "insufficient_credits",
        "quota_exceeded",
        # Moonshot, a 429: https://github.com/anomalyco/opencode/issues/25458 (read 2026-11-24)
        "exceeded_current_quota_error",
        # Alibaba, a 400: https://github.com/tencentmusic/supersonic/issues/1572 (read 2026-11-24)
        "Arrearage",
    }
)
"""This key's money is used up, whatever the status."""

# https://github.com/anthropics/claude-code/issues/66314 and, read 2026-11-24,
# https://github.com/anthropics/claude-code/issues/38035
QUOTA_MESSAGES = ("your credit balance is too low", "you have reached your specified api usage limits")
"""Anthropic says so in a 400 `invalid_request_error`, by nothing but how its message begins; further on a message may
repeat what the client wrote."""

INVALID_STATUSES = frozenset({400, 413, 422})
"""The request itself is at fault and no other candidate would take it."""

MODEL_CODES = frozenset({"model_not_found", "model_decommissioned", "model_not_available"})
"""A 404 in disguise: https://console.groq.com/docs/deprecations; and OpenAI's 403
for a project without access to one model: https://github.com/Aider-AI/aider/issues/1903"""

FLAGGED_CODES = frozenset({"content_policy_violation"})
"""A 403 that is about the content of a request: whoever sends it must not cost everybody the key.
https://openrouter.ai/docs/api/reference/errors-and-debugging (read 2026-11-24)"""

KEY_CODES = frozenset({"invalid_api_key", "authentication_error", "api_key_invalid"})
"""A 401 in disguise: the names that vendors give to it, in a 400."""

RETRYABLE_CODES = frozenset(
    {
        # https://platform.claude.com/docs/en/api/errors, in-band
        "overloaded_error",
        "api_error",
        # https://developers.openai.com/api/docs/guides/error-codes
        "server_error",
        # Groq's model failed to write a valid call, another may not: https://github.com/groq/groq-typescript/issues/28
        "tool_use_failed",
        # Google does not serve where this key or the gateway is: https://ai.google.dev/gemini-api/docs/troubleshooting
        "FAILED_PRECONDITION",
    }
)
"""A 400 that is about the provider's state, not about the request."""

LIMIT_CODES = frozenset({"rate_limit_error", "rate_limit_exceeded"})
"""Groq's 413 with `rate_limit_exceeded` is this account's tokens per minute, not a body too large for everybody:
https://github.com/HunorLaczko/ha-groq-cloud-api/issues/27"""

# An in-band error that brought no status: what its `type` stands for.
IN_BAND_STATUS: dict[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "api_error": 500,
    "server_error": 500,
    "overloaded_error": 529,
}


class Verdict(msgspec.Struct, frozen=True):
    """class_: FATAL aborts the request. cool_s: how long the candidate is not asked. cool_key: the whole key cools,
    not only this model. quarantine_key: its secret was refused. model_missing: this model is not at this key."""

    class_: FailureClass
    explanation: str
    cool_s: float | None = None
    cool_key: bool = False
    quarantine_key: bool = False
    model_missing: bool = False
    invalid_request: bool = False
    counts_against_health: bool = True
    rate_limited: bool = False
    timed_out: bool = False

    @property
    def retry_next(self) -> bool:
        return self.class_ == "RETRYABLE"


TIMEOUTS = frozenset({"connect_timeout", "first_byte_timeout", "idle_timeout", "stalled", "total_timeout"})


class ErrorClassifier:
    """The status decides; `type` and `code` only for 400/413/422, and where money is used up."""

    def classify(self, failure: UpstreamFailure) -> Verdict:
        status = failure.status
        if status is None and failure.kind == "in_band":
            status = IN_BAND_STATUS.get(failure.code or "") or IN_BAND_STATUS.get(failure.type or "")
        return _without_status(failure) if status is None else _with_status(failure, status)


def retry_after_of(headers: Iterable[tuple[str, str]], now_wall_s: float) -> float | None:
    """The wait a reply's headers ask for, in seconds: `retry-after-ms` (OpenAI and Azure), else `retry-after`.
    headers: lower-case names."""
    found = dict(headers)
    milliseconds = parse_retry_after(found.get("retry-after-ms"), now_wall_s)
    return parse_retry_after(found.get("retry-after"), now_wall_s) if milliseconds is None else milliseconds / 1000


def parse_retry_after(value: str | None, now_wall_s: float) -> float | None:
    """`Retry-After` as seconds from now: a number, or an HTTP-date. None when absent or unreadable; never negative."""
    if value is None:
        return None
    text = value.strip()[:64]
    seconds = float(text) if _NUMBER.fullmatch(text) else _seconds_until(text, now_wall_s)
    return None if seconds is None else max(0.0, seconds)


def _seconds_until(http_date: str, now_wall_s: float) -> float | None:
    try:
        date = email.utils.parsedate_to_datetime(http_date)
        # A date without a zone is UTC, not the zone this process happens to run in.
        date = date if date.tzinfo is not None else date.replace(tzinfo=datetime.UTC)
        return date.timestamp() - now_wall_s
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _without_status(failure: UpstreamFailure) -> Verdict:
    if failure.kind in TIMEOUTS:
        return Verdict("RETRYABLE", f"It was too slow ({failure.kind}); the next candidate may answer.", timed_out=True)
    if failure.kind == "not_carried":
        return Verdict(
            "RETRYABLE",
            "Its wire protocol has no form for a part of the request; the next candidate may.",
            invalid_request=True,
            counts_against_health=False,
        )
    if failure.kind == "egress_blocked":
        return Verdict(
            "RETRYABLE",
            "Its address is not allowed by the egress policy; the next candidate may answer.",
            cool_s=10.0,
            counts_against_health=False,
        )
    return Verdict("RETRYABLE", f"Its answer could not be used ({failure.kind}); the next candidate may answer.")


def _with_status(failure: UpstreamFailure, status: int) -> Verdict:
    names = {failure.code, failure.type}
    flagged = status == 403 and bool(names & FLAGGED_CODES)
    invalid = status in INVALID_STATUSES or flagged
    if status in (404, 410) or ((invalid or status == 403) and names & MODEL_CODES):
        return Verdict(
            "RETRYABLE",
            f"This key does not have the model ({status}): it is marked and the next candidate is asked.",
            model_missing=True,
            counts_against_health=False,
        )
    if status == 402 or names & QUOTA_CODES or (invalid and _says_so(failure.message)):
        return Verdict(
            "RETRYABLE",
            f"The provider key's quota or credit is used up ({status}): the key cools, the next candidate is asked.",
            cool_s=_clamp(failure.retry_after_s, QUOTA_COOL_S),
            cool_key=True,
            counts_against_health=False,
            rate_limited=True,
        )
    if (status in (401, 403) and not flagged) or (invalid and names & KEY_CODES):
        return Verdict(
            "FATAL",
            f"The provider refused its key with {status}: the key is quarantined and the request aborted.",
            quarantine_key=True,
            counts_against_health=False,
        )
    if status == 429 or (invalid and names & LIMIT_CODES):
        return Verdict(
            "RETRYABLE",
            f"The provider limits the rate ({status}): the candidate cools and the next one is asked.",
            cool_s=max(_clamp(failure.retry_after_s, DEFAULT_429_COOL_S), MIN_429_COOL_S),
            counts_against_health=False,
            rate_limited=True,
        )
    if invalid and not names & RETRYABLE_CODES:
        return Verdict(
            "FATAL",
            f"The provider says the request is invalid ({status}): no other candidate would take it.",
            invalid_request=True,
            counts_against_health=False,
        )
    return Verdict(
        "RETRYABLE",
        f"The provider failed with {status}; the next candidate may answer.",
        cool_s=None if failure.retry_after_s is None else _clamp(failure.retry_after_s, 0.0),
        timed_out=status in (408, 504),
    )


def _says_so(message: str) -> bool:
    return message.lower().startswith(QUOTA_MESSAGES)


def _clamp(retry_after_s: float | None, default_s: float) -> float:
    return default_s if retry_after_s is None else min(max(retry_after_s, 0.0), MAX_COOL_S)
