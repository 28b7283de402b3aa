import math

import msgspec
import pytest
from core_factories import key

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.availability import QUARANTINE_PROBE_S, Availability, KeyState
from perpetuo.core.resilience.error_classifier import ErrorClassifier, Verdict
from perpetuo.core.resilience.headroom import Budget, Headroom, Need
from perpetuo.core.resilience.health import Health
from perpetuo.core.resilience.shared_health import (
    MAX_AGE_S,
    MAX_MESSAGE_BYTES,
    Answered,
    Failed,
    FoundWell,
    KeyTold,
    Message,
    ProbeSent,
    SampleRow,
    Samples,
    apply,
    decode_message,
    encode_message,
    failed_message,
    room_message,
    state_messages,
)
from perpetuo.core.snapshot import Secret

KEY = key("alpha", secret=Secret("a secret that must not travel"))
NOW_S = 1000.0


class Worker:
    """The books of one process, told by messages as bytes."""

    def __init__(self) -> None:
        self.availability, self.health, self.headroom = Availability(b"shared"), Health(), Headroom()

    def hear(self, message: Message, now_s: float = NOW_S) -> None:
        data = encode_message(message)
        assert data is not None
        decoded = decode_message(data, now_s)
        assert decoded == message
        apply(decoded, now_s, self.availability, self.health, self.headroom)

    def code(self, now_s: float = NOW_S, model: str = "sun") -> str | None:
        view = self.availability.view(now_s, [KEY])
        found = view.get((KEY.id, None)) or view.get((KEY.id, model))
        return None if found is None else found.code


def judged(status: int, **more: object) -> Verdict:
    return ErrorClassifier().classify(UpstreamFailure(kind="status", message="", status=status, **more))  # type: ignore[arg-type]


def failed(status: int, **more: object) -> Failed:
    secret = Availability(b"shared").fingerprint(KEY.secret)
    return failed_message(KEY.id, secret, "sun", judged(status, **more), 0.5, NOW_S)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "quarantined"), (402, "cooling"), (404, "model_missing"), (429, "cooling")]
)
def test_what_one_worker_is_told_once_holds_for_all(status: int, code: str) -> None:
    worker = Worker()
    worker.hear(failed(status))
    assert worker.code() == code


def test_failures_of_several_workers_open_the_breaker_together() -> None:
    worker = Worker()
    for _ in range(4):
        worker.hear(failed(500))
    assert worker.code() is None
    worker.availability.record_failure(KEY, "sun", judged(500), NOW_S, 0.5)
    assert worker.code() == "breaker_open"
    (window,) = worker.health.view(NOW_S, [KEY.id]).values()
    assert window.error_rate == 1.0


def test_a_success_elsewhere_starts_the_row_anew() -> None:
    worker = Worker()
    for _ in range(3):
        for _ in range(4):
            worker.hear(failed(500))
        worker.hear(Answered(NOW_S, KEY.id, "sun", True, None))
    assert worker.code() is None


def test_while_another_worker_probes_nobody_here_does() -> None:
    worker = Worker()
    for _ in range(5):
        worker.hear(failed(500))
    after_s = NOW_S + 10.0
    assert worker.code(after_s) is None
    worker.hear(ProbeSent(after_s, KEY.id, "sun"), after_s)
    assert worker.code(after_s) == "breaker_open"
    worker.hear(Answered(after_s, KEY.id, "sun", True, None), after_s)
    assert worker.code(after_s) is None


def test_a_probe_of_a_refused_key_that_succeeds_elsewhere_lifts_it_here() -> None:
    worker = Worker()
    worker.hear(failed(401))
    after_s = NOW_S + QUARANTINE_PROBE_S
    worker.hear(ProbeSent(after_s, KEY.id, "sun"), after_s)
    assert worker.code(after_s) == "quarantined"
    worker.hear(Answered(after_s, KEY.id, "sun", True, worker.availability.fingerprint(KEY.secret)), after_s)
    assert worker.code(after_s) is None


def test_a_provider_that_was_found_well_is_no_longer_left_alone() -> None:
    worker = Worker()
    for _ in range(5):
        worker.hear(failed(500))
    worker.hear(failed(403))
    worker.hear(FoundWell(NOW_S, KEY.id, worker.availability.fingerprint(KEY.secret), ("sun",)))
    assert worker.code() is None


def test_samples_of_others_count_as_one_s_own() -> None:
    worker = Worker()
    worker.hear(Samples(NOW_S, (SampleRow(KEY.id, "sun", 4, 400.0, 2, 100.0),)))
    (window,) = worker.health.view(NOW_S, [KEY.id]).values()
    assert (window.samples, window.first_byte_ms, window.tokens_per_s) == (4.0, 100.0, 50.0)


def test_what_is_left_of_a_limit_is_known_to_all() -> None:
    worker = Worker()
    worker.hear(room_message(KEY.id, "sun", [Budget("requests", "requests", 0.0, NOW_S + 12.0)], NOW_S))
    assert (KEY.id, "sun") in worker.headroom.short(NOW_S + 11.0, [KEY.id], Need())
    assert worker.headroom.short(NOW_S + 12.0, [KEY.id], Need()) == {}


def test_a_worker_that_starts_takes_over_the_whole_state_however_often_it_is_told() -> None:
    old, new = Worker(), Worker()
    for _ in range(5):
        old.hear(failed(500))
    old.hear(failed(402))
    old.hear(Samples(NOW_S, (SampleRow(KEY.id, "sun", 4, 400.0, 2, 100.0),)))
    old.hear(room_message(KEY.id, "sun", [Budget("requests", "requests", 0.0, NOW_S + 12.0)], NOW_S))
    for _ in range(3):
        for message in state_messages(NOW_S, old.availability, old.health, old.headroom):
            new.hear(message)
    assert new.availability.view(NOW_S, [KEY]) == old.availability.view(NOW_S, [KEY]) != {}
    assert new.health.view(NOW_S, [KEY.id]) == old.health.view(NOW_S, [KEY.id]) != {}
    assert new.headroom.short(NOW_S, [KEY.id], Need()) == old.headroom.short(NOW_S, [KEY.id], Need()) != {}


def test_no_secret_is_in_any_message() -> None:
    worker = Worker()
    messages = [failed(401), failed(402)]
    for message in messages:
        worker.hear(message)
    messages += state_messages(NOW_S, worker.availability, worker.health, worker.headroom)
    for message in messages:
        assert KEY.secret.reveal().encode() not in (encode_message(message) or b"")
    assert Availability(b"another").fingerprint(KEY.secret) != worker.availability.fingerprint(KEY.secret)


STATE = KeyState("k", None, 0.0, None, 0.0, ())
REFUSED = {
    "nothing": b"",
    "not msgpack": b"\xc1",
    "another shape": msgspec.msgpack.encode({"type": "failed"}),
    "an unknown tag": msgspec.msgpack.encode(["drop_tables", NOW_S]),
    "deep nesting": b"\x91" * 30_000,
    "too long": msgspec.msgpack.encode(["ask", NOW_S, 1]) + b"\x00" * MAX_MESSAGE_BYTES,
    "a name without end": msgspec.msgpack.encode(ProbeSent(NOW_S, "k", "x" * 1000)),
    "a negative wait": msgspec.msgpack.encode(msgspec.structs.replace(failed(429), cool_s=-1.0)),
    "a wait without end": msgspec.msgpack.encode(msgspec.structs.replace(failed(429), cool_s=1e9)),
    "a wait that is no number": msgspec.msgpack.encode(msgspec.structs.replace(failed(429), cool_s=math.nan)),
    "too many rows": msgspec.msgpack.encode(Samples(NOW_S, (SampleRow("k", "m", 1, 1.0, 0, 0.0),) * 1000)),
    "news that are old": msgspec.msgpack.encode(ProbeSent(NOW_S - MAX_AGE_S - 1, "k", "m")),
    "news of the future": msgspec.msgpack.encode(ProbeSent(NOW_S + MAX_AGE_S + 1, "k", "m")),
    "a time that is no number": msgspec.msgpack.encode(ProbeSent(math.nan, "k", "m")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_message_is_not_taken_that_is(case: str) -> None:
    assert decode_message(REFUSED[case], NOW_S) is None


@pytest.mark.parametrize("left_s", [math.nan, math.inf, -1.0, 1e9])
def test_a_state_with_times_that_are_none_changes_nothing(left_s: float) -> None:
    worker = Worker()
    told = msgspec.structs.replace(STATE, key_id=KEY.id, cooling=worker.availability.fingerprint(KEY.secret))
    apply(
        KeyTold(NOW_S, msgspec.structs.replace(told, cooling_left_s=left_s)),
        NOW_S,
        worker.availability,
        worker.health,
        worker.headroom,
    )
    assert worker.code() is None


def test_a_name_that_no_other_worker_would_take_is_not_sent() -> None:
    assert encode_message(ProbeSent(NOW_S, "k", "x" * 1000)) is None
