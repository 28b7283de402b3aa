"""What was considered for a request, in which order, why, and what happened. The whole of it is logged."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from perpetuo.core.carriage import LOSSLESS, Loss
from perpetuo.core.catalog import Intent, Model, Tier, Vendor
from perpetuo.core.snapshot import ProviderKey, StrategyName, Substitution
from perpetuo.core.usage import Usage

StrategySource = Literal["header", "workspace", "fallback"]
Substituted = Literal["none", "strategy", "priority", "fallback"]


class Resolution(msgspec.Struct, frozen=True):
    """What a requested name means.

    requested:  as the client wrote it. alias: after a vendor prefix was stripped.
    models:     canonical names that count as exact, in order of wish; empty = only the tier is promised.
    recognised: False for a name nobody knows; `Workspace.unknown_models` says what then happens.
    exact_only: substitution is off whatever the settings say (embeddings, dated snapshots, `ft:` models).
    """

    requested: str
    alias: str
    intent: Intent
    tier: Tier
    models: tuple[str, ...]
    recognised: bool
    exact_only: bool
    explanation: str
    substitution: Substitution | None = None
    response_model: Literal["actual", "requested"] = "actual"


class Strategy(msgspec.Struct, frozen=True):
    name: StrategyName
    source: StrategySource
    explanation: str


class Candidate(msgspec.Struct, frozen=True):
    """A provider key + the model it would use. `reason`: the number that ordered it, in one sentence.

    standby: this key also has the exact model; this one is asked only if the vendor says it lacks that.
    loss:    what of the request does not travel, or not as it is.
    json_by_tool: the model lacks the wanted response format; a forced tool call stands in for it.
    """

    key: ProviderKey
    vendor: Vendor
    model: Model
    exact: bool
    reason: str = ""
    estimated_cost_nanousd: int | None = None
    standby: bool = False
    loss: Loss = LOSSLESS
    json_by_tool: bool = False


class Skipped(msgspec.Struct, frozen=True):
    """A provider key that was not a candidate, and why, in one sentence. `retry_after_s`: when it may be one again."""

    provider: str
    provider_key_id: str
    model: str | None
    code: Literal[
        "no_model", "capability", "context_length", "cooling", "breaker_open", "quarantined",
        "model_missing", "substitution", "last_resort", "disabled", "not_allowed", "protocol", "strict",
    ]  # fmt: skip
    reason: str
    retry_after_s: float | None = None


class Selection(msgspec.Struct, frozen=True):
    ordered: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]
    explanation: str
    explored: bool = False


class CandidateNote(msgspec.Struct, frozen=True):
    """A candidate as logged: no secret, no base URL."""

    provider: str
    provider_key_id: str
    model: str
    exact: bool
    reason: str
    estimated_cost_nanousd: int | None = None
    dropped: tuple[str, ...] = ()
    approximated: tuple[str, ...] = ()


class DecisionNote(msgspec.Struct, frozen=True):
    """Why it went there. Stored as `request_logs.decision`."""

    resolution: Resolution | None = None
    strategy: Strategy | None = None
    candidates: tuple[CandidateNote, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    explanation: str = ""
    explored: bool = False
    steps: tuple[str, ...] = ()


def note_decision(
    resolution: Resolution, strategy: Strategy | None, selection: Selection | None, steps: Sequence[str] = ()
) -> DecisionNote:
    """As far as the decision had come. steps: what was then done, sentence by sentence."""
    if selection is None:
        return DecisionNote(resolution, strategy, steps=tuple(steps))
    return DecisionNote(
        resolution=resolution,
        strategy=strategy,
        candidates=tuple(_note_candidate(candidate) for candidate in selection.ordered),
        skipped=selection.skipped,
        explanation=selection.explanation,
        explored=selection.explored,
        steps=tuple(steps),
    )


def _note_candidate(candidate: Candidate) -> CandidateNote:
    return CandidateNote(
        provider=candidate.vendor.name,
        provider_key_id=candidate.key.id,
        model=candidate.model.id,
        exact=candidate.exact,
        reason=candidate.reason,
        estimated_cost_nanousd=candidate.estimated_cost_nanousd,
        dropped=candidate.loss.dropped,
        approximated=candidate.loss.approximated,
    )


class Attempt(msgspec.Struct, frozen=True):
    """One try at one candidate, as it is logged.

    outcome:    `ok`, or the failure's kind (`status`, `first_byte_timeout`, ...), or `cancelled`: the client left, or
                the gateway stopped, before there was anything.
    class_:     what ErrorClassifier said: `RETRYABLE` or `FATAL`; None when ok.
    billed:     the vendor may have charged for it although it failed.
    started_ms: after the request came in; None in records of versions that did not note it.
    duration_ms: of a stream until its first content: what follows lasts until the request's end.
    """

    number: int
    provider: str
    provider_key_id: str
    model: str
    outcome: str
    duration_ms: float
    class_: str | None = msgspec.field(default=None, name="class")
    status: int | None = None
    first_byte_ms: float | None = None
    message: str | None = None
    retry_after_s: float | None = None
    possibly_billed: bool = False
    usage: Usage | None = None
    started_ms: float | None = None
