"""What requests find out about providers: into this worker's books, and to the other workers of the machine."""

from perpetuo.core.decision import Candidate
from perpetuo.core.resilience.availability import Started
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.resilience.headroom import read_budgets
from perpetuo.core.resilience.shared_health import Answered, ProbeSent, failed_message, room_message
from perpetuo.gateway.state import GatewayState


def note_started(state: GatewayState, candidate: Candidate) -> Started:
    """A request goes out; the others wait where it is a probe."""
    now_s = state.clock.monotonic_s()
    started = state.availability.note_started(candidate.key.id, candidate.model.id, now_s)
    if started.probes_key or started.probes_model:
        state.peers.tell(ProbeSent(now_s, candidate.key.id, candidate.model.id))
    return started


def note_abandoned(state: GatewayState, candidate: Candidate, started: Started) -> None:
    """Nobody waits for the answer any more: a probe that is not finished says nothing."""
    if started.probes_key or started.probes_model:
        state.availability.forget_probe(candidate.key.id, candidate.model.id, state.clock.monotonic_s())


def note_content(state: GatewayState, candidate: Candidate, started: Started, first_byte_ms: float) -> None:
    """A stream has begun to answer."""
    _note_answer(state, candidate, started, whole=False)
    _count(state, candidate, first_byte_ms)


def note_answer(state: GatewayState, candidate: Candidate, started: Started, first_byte_ms: float) -> None:
    """A whole answer came at once."""
    _note_answer(state, candidate, started, whole=True)
    _count(state, candidate, first_byte_ms)


def note_ended(state: GatewayState, candidate: Candidate) -> None:
    """A stream that had begun has ended as it should."""
    _note_answer(state, candidate, Started(), whole=True)


def note_throughput(state: GatewayState, candidate: Candidate, tokens_per_s: float) -> None:
    key_id, model_id = candidate.key.id, candidate.model.id
    state.health.record_throughput(key_id, model_id, state.clock.monotonic_s(), tokens_per_s)
    state.peers.count_throughput(key_id, model_id, tokens_per_s)


def note_failure(state: GatewayState, candidate: Candidate, verdict: Verdict) -> None:
    now_s = state.clock.monotonic_s()
    jitter01 = state.entropy.random_bytes(1)[0] / 255
    key, model_id = candidate.key, candidate.model.id
    state.availability.record_failure(key, model_id, verdict, now_s, jitter01)
    if verdict.counts_against_health:
        state.health.record_failure(key.id, model_id, now_s)
    if not verdict.invalid_request:
        secret = state.availability.fingerprint(key.secret)
        state.peers.tell(failed_message(key.id, secret, model_id, verdict, jitter01, now_s))


def note_headers(state: GatewayState, candidate: Candidate, headers: tuple[tuple[str, str], ...]) -> None:
    """What the vendor says is left of its limits."""
    now_s = state.clock.monotonic_s()
    budgets = read_budgets(headers, now_s, state.clock.wall_s())
    if not budgets:
        return
    state.headroom.record(candidate.key.id, candidate.model.id, budgets)
    for budget in budgets:
        if budget.remaining < 1:
            state.peers.tell(room_message(candidate.key.id, candidate.model.id, budgets, now_s))
            return
    state.peers.tell_room(candidate.key.id, candidate.model.id, budgets)


def _note_answer(state: GatewayState, candidate: Candidate, started: Started, *, whole: bool) -> None:
    now_s = state.clock.monotonic_s()
    key, model_id = candidate.key, candidate.model.id
    record = state.availability.record_success if whole else state.availability.record_content
    if record(key.id, model_id, now_s):
        lifts = state.availability.fingerprint(key.secret) if started.probes_key else None
        state.peers.tell(Answered(now_s, key.id, model_id, whole, lifts))


def _count(state: GatewayState, candidate: Candidate, first_byte_ms: float) -> None:
    key_id, model_id = candidate.key.id, candidate.model.id
    state.health.record_success(key_id, model_id, state.clock.monotonic_s(), first_byte_ms=first_byte_ms)
    state.peers.count_success(key_id, model_id, first_byte_ms)
