"""What the journal holds: an intent before a request is forwarded, a settlement when it has ended."""

from typing import Literal

import msgspec

from perpetuo.core.decision import Attempt, DecisionNote, Substituted
from perpetuo.core.usage import Usage

Outcome = Literal["succeeded", "failed", "rejected", "client_closed", "interrupted"]
"""rejected: refused before any attempt. interrupted: the process died; settled by recovery."""


class Intent(msgspec.Struct, frozen=True, tag="intent"):
    """Written before the first byte leaves for a provider. Enough for a row if nothing else is ever known."""

    id: str
    """The request id, a UUIDv7 in text form; the row's primary key."""
    workspace_id: str
    api_key_id: str
    received_at_ms: int
    endpoint: str
    requested_model: str
    streaming: bool
    tags: dict[str, str] = {}


class Settlement(msgspec.Struct, frozen=True, tag="settlement"):
    """How a request ended: one row of `request_logs`. Carries the intent's fields again, so that it stands alone.

    cost_nanousd: 1e-9 USD; None = no price or no usage known. status: what the client got (499: it left first).
    """

    id: str
    workspace_id: str
    api_key_id: str
    received_at_ms: int
    endpoint: str
    requested_model: str
    streaming: bool
    outcome: Outcome
    status: int
    tags: dict[str, str] = {}
    alias: str | None = None
    intent: str | None = None
    tier: str | None = None
    strategy: str | None = None
    strategy_source: str | None = None
    decision: DecisionNote | None = None
    attempts: tuple[Attempt, ...] = ()
    provider: str | None = None
    provider_key_id: str | None = None
    model: str | None = None
    fallback_used: bool = False
    substituted: Substituted = "none"
    error_code: str | None = None
    usage: Usage = Usage()
    cost_nanousd: int | None = None
    price_source: str | None = None
    first_byte_ms: float | None = None
    duration_ms: float = 0.0
    partial: bool = False
    finish_reason: str | None = None
    end_user: str | None = None


class Content(msgspec.Struct, frozen=True, tag="content"):
    """What was asked and answered (`core.content`), sealed. Written after the settlement; the first to go when there is
    little room."""

    id: str
    workspace_id: str
    sealed: bytes


Record = Intent | Settlement | Content
