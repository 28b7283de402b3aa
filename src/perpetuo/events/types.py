"""What happened to a request, as it happens. Frozen; published through EventManager; sinks may drop them."""

from typing import get_args

import msgspec

from perpetuo.core.decision import Attempt, Substituted


class RequestReceived(msgspec.Struct, frozen=True, tag="request_received"):
    request_id: str
    workspace_id: str
    at_ms: int
    endpoint: str
    model: str
    streaming: bool


class DecisionTaken(msgspec.Struct, frozen=True, tag="decision"):
    """Emitted when the request has ended, since it says what was used."""

    request_id: str
    workspace_id: str
    at_ms: int
    alias: str
    intent: str
    tier: str
    strategy: str
    strategy_source: str
    candidates: tuple[str, ...]
    provider_used: str | None
    model_used: str | None
    fallback_used: bool
    substituted: Substituted
    latency_ms: float


class ProviderAttempted(msgspec.Struct, frozen=True, tag="provider_attempt"):
    request_id: str
    workspace_id: str
    at_ms: int
    attempt: Attempt


class ProviderFailed(msgspec.Struct, frozen=True, tag="provider_failure"):
    request_id: str
    workspace_id: str
    at_ms: int
    attempt: Attempt
    explanation: str


class RequestSucceeded(msgspec.Struct, frozen=True, tag="request_succeeded"):
    request_id: str
    workspace_id: str
    at_ms: int
    provider: str
    model: str
    status: int
    duration_ms: float
    input_tokens: int | None
    output_tokens: int | None
    cost_nanousd: int | None


class RequestFailed(msgspec.Struct, frozen=True, tag="request_failed"):
    request_id: str
    workspace_id: str
    at_ms: int
    status: int
    error_code: str
    duration_ms: float
    partial: bool


class QuotaBlocked(msgspec.Struct, frozen=True, tag="quota_blocked"):
    request_id: str
    workspace_id: str
    at_ms: int
    reason: str
    resets_at_ms: int


Event = (
    RequestReceived
    | DecisionTaken
    | ProviderAttempted
    | ProviderFailed
    | RequestSucceeded
    | RequestFailed
    | QuotaBlocked
)

KINDS: frozenset[type[Event]] = frozenset(get_args(Event))
