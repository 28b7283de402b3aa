"""What workers of one machine tell each other about providers: small typed messages, and what each one changes.

Nothing in a message is a secret: a provider key's secret is named by its keyed fingerprint.
"""

import math
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from perpetuo.core.resilience.availability import Availability, KeyState
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.resilience.headroom import MAX_BUDGETS, Budget, Headroom
from perpetuo.core.resilience.health import Health, WindowState

MAX_MESSAGE_BYTES = 32 * 1024
MAX_AGE_S = 30.0
"""What a process says that was frozen since, or what was told to one, is no news any more."""
MAX_ROWS = 64
MAX_MODELS = 256

KeyId = Annotated[str, Meta(min_length=1, max_length=128)]
ModelId = Annotated[str, Meta(min_length=1, max_length=256)]
Fingerprint = Annotated[bytes, Meta(max_length=32)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Amount = Annotated[float, Meta(ge=0, le=1e15)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class _Message(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    at_s: Annotated[float, Meta(ge=0, le=1e12)]
    """The sender's monotonic clock, which processes of one machine share."""


class Failed(_Message, frozen=True, tag="failed"):
    """An attempt failed; the fields are those of the verdict that matter to others."""

    key_id: KeyId
    secret: Fingerprint
    model_id: ModelId
    cool_s: Seconds | None
    cool_key: bool
    quarantine_key: bool
    model_missing: bool
    counts_against_health: bool
    jitter01: Annotated[float, Meta(ge=0, le=1)]


class Answered(_Message, frozen=True, tag="answered"):
    """An answer that ended a row of failures or a pause. whole: False for the first content of a stream.
    lifts: the fingerprint of the secret that is no longer refused."""

    key_id: KeyId
    model_id: ModelId
    whole: bool
    lifts: Fingerprint | None


class ProbeSent(_Message, frozen=True, tag="probe"):
    """One request finds out whether it works again; everybody else waits for it."""

    key_id: KeyId
    model_id: ModelId


class FoundWell(_Message, frozen=True, tag="well"):
    """The provider was asked for its models and answered."""

    key_id: KeyId
    secret: Fingerprint
    model_ids: Annotated[tuple[ModelId, ...], Meta(max_length=MAX_MODELS)]


class SampleRow(msgspec.Struct, frozen=True, array_like=True):
    """Sums since the last message. rates: answers whose output tokens per second are in `rate_sum`."""

    key_id: KeyId
    model_id: ModelId
    successes: Count
    first_byte_ms_sum: Amount
    rates: Count
    rate_sum: Amount


class Samples(_Message, frozen=True, tag="samples"):
    rows: Annotated[tuple[SampleRow, ...], Meta(max_length=MAX_ROWS)]


class BudgetRow(msgspec.Struct, frozen=True, array_like=True):
    name: Annotated[str, Meta(max_length=64)]
    unit: Annotated[str, Meta(max_length=16)]
    remaining: Amount
    left_s: Seconds


class RoomTold(_Message, frozen=True, tag="room"):
    """What a vendor's headers said is left."""

    key_id: KeyId
    model_id: ModelId
    budgets: Annotated[tuple[BudgetRow, ...], Meta(max_length=MAX_BUDGETS)]


class StateAsked(_Message, frozen=True, tag="ask"):
    """A worker that has just started."""

    pid: Annotated[int, Meta(ge=1, le=2**31)]


class KeyTold(_Message, frozen=True, tag="key"):
    state: KeyState


class WindowTold(_Message, frozen=True, tag="window"):
    state: WindowState


Message = Failed | Answered | ProbeSent | FoundWell | Samples | RoomTold | StateAsked | KeyTold | WindowTold

_DECODER = msgspec.msgpack.Decoder(Message)
_UNITS = ("requests", "tokens", "input_tokens", "output_tokens")


def decode_message(data: bytes, now_s: float) -> Message | None:
    """None for what is too long, malformed, out of bounds or too old."""
    if len(data) > MAX_MESSAGE_BYTES:
        return None
    try:
        message = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return message if now_s - MAX_AGE_S <= message.at_s <= now_s + MAX_AGE_S else None


def encode_message(message: Message) -> bytes | None:
    """None for one that no receiver would take: names come from clients and may be longer than fits."""
    data = msgspec.msgpack.encode(message)
    return data if decode_message(data, message.at_s) is not None else None


def failed_message(
    key_id: str, secret: bytes, model_id: str, verdict: Verdict, jitter01: float, now_s: float
) -> Failed:
    return Failed(
        now_s,
        key_id,
        secret,
        model_id,
        verdict.cool_s,
        verdict.cool_key,
        verdict.quarantine_key,
        verdict.model_missing,
        verdict.counts_against_health,
        jitter01,
    )


def room_message(key_id: str, model_id: str, budgets: Iterable[Budget], now_s: float) -> RoomTold:
    rows = tuple(BudgetRow(b.name, b.unit, b.remaining, max(0.0, b.until_s - now_s)) for b in budgets)
    return RoomTold(now_s, key_id, model_id, rows)


def state_messages(now_s: float, availability: Availability, health: Health, headroom: Headroom) -> Iterable[Message]:
    """All that a worker that starts should know."""
    for key in availability.states(now_s):
        # One message for each model: all of a key's may be too long for one.
        for model in key.models:
            yield KeyTold(now_s, msgspec.structs.replace(key, models=(model,)))
        if not key.models:
            yield KeyTold(now_s, key)
    for window in health.states(now_s):
        yield WindowTold(now_s, window)
    for key_id, model_id, budgets in headroom.known():
        if any(budget.until_s > now_s for budget in budgets):
            yield room_message(key_id, model_id, budgets, now_s)


def apply(message: Message, now_s: float, availability: Availability, health: Health, headroom: Headroom) -> None:
    """What a decoded message changes. Its times count from when it was said."""
    at_s = min(message.at_s, now_s)
    match message:
        case Failed():
            _apply_failed(message, at_s, availability, health)
        case Answered():
            if message.lifts is not None:
                availability.note_probed(message.key_id, message.lifts, (), at_s)
            if message.whole:
                availability.record_success(message.key_id, message.model_id, at_s)
            else:
                availability.record_content(message.key_id, message.model_id, at_s)
        case ProbeSent():
            availability.note_probe_elsewhere(message.key_id, message.model_id, at_s)
        case FoundWell():
            availability.note_probed(message.key_id, message.secret, message.model_ids, at_s)
        case Samples():
            for row in message.rows:
                health.merge(
                    row.key_id, row.model_id, at_s, row.successes, row.first_byte_ms_sum, row.rates, row.rate_sum
                )
        case RoomTold():
            budgets = [
                Budget(row.name, row.unit, row.remaining, at_s + row.left_s)  # type: ignore[arg-type] - tested below
                for row in message.budgets
                if row.unit in _UNITS
            ]
            headroom.record(message.key_id, message.model_id, tuple(budgets))
        case KeyTold():
            if _is_sound(message.state):
                availability.adopt(message.state, at_s)
        case WindowTold():
            health.adopt(message.state, at_s)
        case StateAsked():
            pass  # answered by whoever received it


def _apply_failed(message: Failed, at_s: float, availability: Availability, health: Health) -> None:
    verdict = Verdict(
        "RETRYABLE",
        "",
        cool_s=message.cool_s,
        cool_key=message.cool_key,
        quarantine_key=message.quarantine_key,
        model_missing=message.model_missing,
        counts_against_health=message.counts_against_health,
    )
    availability.record_verdict(message.key_id, message.secret, message.model_id, verdict, at_s, message.jitter01)
    if message.counts_against_health:
        health.record_failure(message.key_id, message.model_id, at_s)


def _is_sound(state: KeyState) -> bool:
    """Times that are numbers and end within a day."""
    times = [state.quarantined_left_s, state.cooling_left_s]
    for model in state.models:
        times += [model.cooling_left_s, model.missing_left_s, model.open_left_s or 0.0]
    return all(math.isfinite(left_s) and 0 <= left_s <= 86_400 for left_s in times)
