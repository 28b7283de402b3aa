"""What people may ask a worker about itself, and its answers: values that the control plane and the data plane share.

Neither plane imports the other: the control plane holds ports that take and give these, `wiring.py` joins them.
"""

from typing import Literal

import msgspec

from perpetuo.core.catalog import Capability, Intent
from perpetuo.core.decision import DecisionNote
from perpetuo.core.errors import FailureKind
from perpetuo.core.snapshot import Substitution


class RouteQuestion(msgspec.Struct, frozen=True):
    """A request as far as its decision depends on it.

    strategy, substitution: what the client would send as X-Perpetuo-Route and X-Perpetuo-Substitution, as text.
    needs:      what a candidate has to be able to carry. uses: fields of the request, as `core.carriage.FIELDS` names
                them, beyond those that its needs imply.
    api_key_id: whose constraints hold; None = of a key without any.
    request_id: decides whether a little known candidate goes first; "" = the order without such trials.
    """

    workspace_id: str
    model: str
    intent: Intent = "chat"
    strategy: str | None = None
    substitution: str | None = None
    input_tokens: int = 0
    max_output_tokens: int | None = None
    needs: frozenset[Capability] = frozenset()
    uses: frozenset[str] = frozenset()
    forced_tool: bool = False
    strict: bool = False
    api_key_id: str | None = None
    request_id: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """What the client would get instead of an answer: a row of `core.errors.TABLE`, and its sentence."""

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after_s: float | None = None


class CandidateFigures(msgspec.Struct, frozen=True):
    """What this worker knows of a candidate now. None = nothing measured, no price known.

    samples: decayed count of recent requests behind the rates. short_of: why its rate limit has no room, if so.
    """

    priority: int
    estimated_cost_nanousd: int | None = None
    first_byte_ms: float | None = None
    error_rate: float | None = None
    tokens_per_s: float | None = None
    samples: float = 0.0
    short_of: str | None = None
    standby: bool = False


class Explanation(msgspec.Struct, frozen=True):
    """The decision that a request would get now at this worker.

    decision: as it would be logged; None when the request would be refused before its name is looked up.
    figures:  of `decision.candidates`, in their order. refusal: None = it would be forwarded.
    snapshot_version, catalog_version: of the configuration it rests on.
    """

    decision: DecisionNote | None
    figures: tuple[CandidateFigures, ...] = ()
    substitution: Substitution | None = None
    refusal: Refusal | None = None
    snapshot_version: int = 0
    catalog_version: str = ""


KeyTestError = FailureKind | Literal["invalid_secret", "token_refused", "no_model", "busy"]
"""invalid_secret: it could not even be sent. token_refused: by the service that exchanges it for a token.
no_model: nothing is known that could be asked for. busy: too many tests at once, try again."""


class KeyTestResult(msgspec.Struct, frozen=True):
    """What a vendor said to a provider key.

    what:         `models`: its list was read; `chat`: a model was asked for one token.
    status:       the vendor's HTTP status; None = none came.
    message:      a sentence for people: the vendor's own words on a failure. Holds neither the key nor a part of it.
    models_found: length of the list, where one was read. model: the one that was asked, for `chat`.
    error:        None when `ok`.
    """

    ok: bool
    what: Literal["models", "chat"]
    message: str
    status: int | None = None
    duration_ms: float = 0.0
    models_found: int | None = None
    model: str | None = None
    error: KeyTestError | None = None


class WorkerHealth(msgspec.Struct, frozen=True):
    """One worker process as an operator wants to see it: counts, ages and versions; no secret, no tenant.

    prices_of:         the day (ISO 8601) whose prices it computes with: that of its start.
    snapshot_age_s:    since the configuration was last read whole or in part; None = never.
    journal_bytes:     of all workers of this machine, not projected yet or kept.
    journal_unwritten: settlements that wait in memory for the disk. events_dropped: sink -> events it missed.
    addresses_limited: that the per-address limiter keeps a count for; None = switched off.
    """

    pid: int
    version: str
    uptime_s: float
    draining: bool
    in_flight: int
    catalog_version: str
    prices_of: str
    snapshot_version: int
    snapshot_age_s: float | None
    workspaces: int
    provider_keys: int
    api_keys: int
    journal_bytes: int
    journal_unwritten: int
    journal_fsync: str
    open_intents: int
    events_dropped: dict[str, int]
    addresses_limited: int | None
    breakers_open: int
    keys_quarantined: int
