"""What a failed attempt means: is another candidate worth asking, and what becomes of the one that failed."""

import email.utils
import math
from typing import Literal

import msgspec

from perpetuo.core.errors import UpstreamFailure

FailureClass = Literal["RETRYABLE", "FATAL"]

MAX_COOL_S = 3600.0
"""A vendor's Retry-After is honoured up to an hour; after that the candidate is tried again."""
DEFAULT_429_COOL_S = 5.0
QUOTA_COOL_S = 300.0

# `code` or `type` values that mean "this key's money is used up", whatever the status; read 2026-11-23.
# https://platform.openai.com/docs/guides/error-codes (insufficient_quota, billing_hard_limit_reached)
# https://openrouter.ai/docs/api-reference/errors (402: insufficient credits)
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "quota_exceeded", "insufficient_credits"})

# Invalid by status: the request itself is at fault and no other candidate would take it.
INVALID_STATUSES = frozenset({400, 413, 422})

# A 400 whose code says the model is missing is a 404 in disguise.
# https://console.groq.com/docs/errors (model_not_found, model_decommissioned), read 2026-11-23
MODEL_CODES = frozenset({"model_not_found", "model_decommissioned", "model_not_available"})

# A 400 whose type or code is really about capacity or money (in-band errors, and vendors that misuse 400).
# https://docs.anthropic.com/en/api/errors (overloaded_error, rate_limit_error), read 2026-11-23
RETRYABLE_CODES = frozenset(
    {"overloaded_error", "rate_limit_error", "rate_limit_exceeded", "api_error", "server_error"}
)


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


TIMEOUTS = frozenset({"connect_timeout", "first_byte_timeout", "idle_timeout", "total_timeout"})


class ErrorClassifier:
    """The status decides; `type` and `code` only for 400/413/422, and where money is used up."""

    def classify(self, failure: UpstreamFailure) -> Verdict:
        if failure.status is None:
            return _without_status(failure)
        return _with_status(failure, failure.status)


def parse_retry_after(value: str | None, now_wall_s: float) -> float | None:
    """`Retry-After` as seconds from now: a number, or an HTTP-date. None when absent or unreadable; never negative."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - now_wall_s
        except (TypeError, ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


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
    if status in (401, 403):
        return Verdict(
            "FATAL",
            f"The provider refused its key with {status}: the key is quarantined and the request aborted.",
            quarantine_key=True,
            counts_against_health=False,
        )
    if status == 402 or names & QUOTA_CODES:
        return Verdict(
            "RETRYABLE",
            f"The provider key's quota or credit is used up ({status}): the key cools, the next candidate is asked.",
            cool_s=_clamp(failure.retry_after_s, QUOTA_COOL_S),
            cool_key=True,
            counts_against_health=False,
            rate_limited=True,
        )
    if status == 404 or (status in INVALID_STATUSES and names & MODEL_CODES):
        return Verdict(
            "RETRYABLE",
            "This key does not have the model: it is marked and the next candidate is asked.",
            model_missing=True,
            counts_against_health=False,
        )
    if status == 429:
        return Verdict(
            "RETRYABLE",
            "The provider limits the rate: the candidate cools and the next one is asked.",
            cool_s=_clamp(failure.retry_after_s, DEFAULT_429_COOL_S),
            counts_against_health=False,
            rate_limited=True,
        )
    if status in INVALID_STATUSES and not names & RETRYABLE_CODES:
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


def _clamp(retry_after_s: float | None, default_s: float) -> float:
    return default_s if retry_after_s is None else min(max(retry_after_s, 0.0), MAX_COOL_S)
