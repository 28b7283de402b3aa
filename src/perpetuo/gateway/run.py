"""One request while it is under way: what is known so far. `settle` turns it into the record."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from perpetuo.core.decision import Attempt, Candidate, Resolution, Selection, Strategy, Substituted
from perpetuo.core.limits import TakenTokens
from perpetuo.core.month_book import Amount
from perpetuo.core.principal import Principal
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.gateway.content_capture import ContentCapture
from perpetuo.ledger.records import Outcome

Interruption = Literal["client_gone", "draining"]


@dataclass(slots=True)
class Reservation:
    """What a request in flight takes of the limits of its principal; None of those that have no such limit."""

    month_start_ms: int
    of_workspace: Amount | None = None
    of_key: Amount | None = None
    of_minute: TakenTokens | None = None


@dataclass(slots=True, eq=False)
class Run:
    """Times: `received_ms` is Unix time, `started_s` monotonic."""

    id: str
    endpoint: str
    received_ms: int
    started_s: float
    task: asyncio.Task[object] | None = None
    interruption: Interruption | None = None

    principal: Principal | None = None
    request: ChatRequest | EmbeddingsRequest | None = None
    streaming: bool = False
    tags: dict[str, str] = field(default_factory=dict[str, str])
    reservation: Reservation | None = None

    resolution: Resolution | None = None
    strategy: Strategy | None = None
    selection: Selection | None = None
    steps: list[str] = field(default_factory=list[str])
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    answered_by: Candidate | None = None
    substituted: Substituted = "none"

    content: ContentCapture | None = None
    """Where the workspace wants it kept."""
    intent_written: bool = False
    outcome: Outcome = "failed"
    status: int = 0
    error_code: str | None = None
    usage: Usage = NOT_REPORTED
    cost_nanousd: int | None = None
    first_byte_ms: float | None = None
    partial: bool = False
    finish_reason: str | None = None
    settled: bool = False

    @property
    def fallback_used(self) -> bool:
        """Another candidate than the first one tried was asked."""
        if len(self.attempts) < 2:
            return False
        return len({(attempt.provider_key_id, attempt.model) for attempt in self.attempts}) > 1

    def interrupt(self, reason: Interruption) -> None:
        """Stop the request from outside: its task is cancelled and told why. Later reasons do not count, and a
        request whose answer has been handed over can no longer fail."""
        if self.interruption is None and not self.settled and self.outcome != "succeeded":
            self.interruption = reason
            if self.task is not None:
                self.task.cancel()
