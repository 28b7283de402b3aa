"""What is measured. In each round every subject has its turn, so that what disturbs the machine disturbs all."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import msgspec

from perpetuo.lab.bench.exchanges import Wanted
from perpetuo.lab.bench.figures import each_us, per_core
from perpetuo.lab.bench.load_plan import Quantiles
from perpetuo.lab.bench.measuring import WARM_UP_S, Measured, Meter
from perpetuo.lab.bench.processes import memory_of
from perpetuo.lab.bench.results import Results
from perpetuo.lab.bench.subjects import Subject

UNARY = Wanted()
CONNECTIONS = 64
STREAMS, CHUNKS_PER_S = 400, 50
IDLE_STREAMS = 1000
BODIES = {"1 KB": 1_000, "16 KB": 16_000, "128 KB": 128_000, "1 MB": 1_000_000}
BODY_CONNECTIONS = 16
CONNECTION_COUNTS = (1, 8, 64, 256, 1000)
OPEN_LOOP_CONNECTIONS = 128
PROMPT_BYTES = 400_000
PROMPTS_PER_S = 20.0
SMALL_PER_S = 200.0
"""Few, so that small requests wait for large ones and not for each other."""
_MIB = 1024 * 1024
_MEMORY_ROUNDS = 3
_LEAST_PER_S = 10.0
_SHARE_OF_DIRECT = 0.3
"""Above, load and upstream, which share a core, would wait for each other, and that would be what is measured."""


class Scale(msgspec.Struct, frozen=True):
    """connections, streams: at most so many, for a small run."""

    rounds: int
    seconds: float
    connections: int = 1000
    streams: int = 1000


class Bench(msgspec.Struct):
    meter: Meter
    subjects: Sequence[Subject]
    results: Results
    scale: Scale
    tell: Callable[[str], None]

    @property
    def own(self) -> list[Subject]:
        """Without others' gateways, which are asked the unary requests only."""
        return [subject for subject in self.subjects if not subject.is_peer]

    def rounds(self, scenario: str, at_most: int | None = None) -> range:
        count = min(self.scale.rounds, at_most or self.scale.rounds)
        self.tell(f"{scenario}: {count} rounds")
        return range(1, count + 1)


def run_unary(bench: Bench) -> None:
    connections = min(CONNECTIONS, bench.scale.connections)
    for number in bench.rounds("unary"):
        for subject in bench.subjects:
            measured = bench.meter.measure(subject, UNARY, connections=connections, seconds=bench.scale.seconds)
            _note_unary(bench, "unary", _plural(connections, "connection"), subject, number, measured)


def run_latency(bench: Bench) -> None:
    """At a fixed rate, from the time each request was due; the upstream itself at the same rate in the same round."""
    capacities = {subject.name: _capacity(bench, subject) for subject in bench.own}
    direct = next(subject for subject in bench.own if subject.is_direct)
    connections = min(OPEN_LOOP_CONNECTIONS, bench.scale.connections)
    for number in bench.rounds("latency"):
        for subject in bench.own:
            if subject.is_direct:
                continue
            half, most = 0.5 * capacities[subject.name], _SHARE_OF_DIRECT * capacities[direct.name]
            per_s = max(min(half, most), _LEAST_PER_S)
            case = f"{subject.name} at {'half capacity' if half <= most else 'what the load allows'}, {per_s:,.0f}/s"
            found = {
                one.name: bench.meter.measure(
                    one, UNARY, connections=connections, seconds=bench.scale.seconds, per_s=per_s
                )
                for one in (direct, subject)
            }
            for one in (direct, subject):
                _note_latency(bench, case, one, number, found[one.name], found[direct.name])


def _capacity(bench: Bench, subject: Subject) -> float:
    """Requests a second of one core, as the unary scenario found it; else measured now."""
    metric = "per_s" if subject.is_direct else "per_s_per_core"
    case = _plural(min(CONNECTIONS, bench.scale.connections), "connection")
    known = bench.results.median("unary", case, subject.name, metric)
    if known is not None:
        return known
    measured = bench.meter.measure(
        subject, UNARY, connections=min(CONNECTIONS, bench.scale.connections), seconds=min(2.0, bench.scale.seconds)
    )
    per_s = measured.result.completed / measured.result.window_s
    return per_s if subject.is_direct else per_core(measured.result.completed, measured.worker_cpu_s)


def run_streams(bench: Bench) -> None:
    """The cost of chunks while nothing but chunks flows; and at half load, with streams that begin all the time, when
    their first byte is there."""
    full, half = min(STREAMS, bench.scale.streams), min(STREAMS // 2, bench.scale.streams)
    for number in bench.rounds("streams"):
        for subject in bench.own:
            _measure_chunks(bench, subject, number, full)
        measured = {subject.name: _measure_first_bytes(bench, subject, half) for subject in bench.own}
        direct = next(measured[subject.name].result.first_byte for subject in bench.own if subject.is_direct)
        for subject in bench.own:
            first_byte = measured[subject.name].result.first_byte
            bench.results.add(
                "streams",
                f"{half} streams of one second",
                subject.name,
                number,
                first_byte_p50_ms=_ms(first_byte, "p50"),
                first_byte_p99_ms=_ms(first_byte, "p99"),
                **({} if subject.is_direct else _added(first_byte, direct, "added_first_byte")),
            )


def _measure_chunks(bench: Bench, subject: Subject, number: int, streams: int) -> None:
    seconds = bench.scale.seconds
    stagger_s = min(1.0, seconds)
    lasts_s = stagger_s + seconds + 3 * WARM_UP_S
    wanted = Wanted(chunks=int(lasts_s * CHUNKS_PER_S), chunks_per_s=CHUNKS_PER_S)
    measured = bench.meter.measure(
        subject, wanted, connections=streams, seconds=seconds, stagger_s=stagger_s, warm_up_s=stagger_s + WARM_UP_S
    )
    result = measured.result
    bench.results.add(
        "streams",
        f"{streams} streams, {CHUNKS_PER_S} chunks/s each",
        subject.name,
        number,
        chunks_per_s=result.events / result.window_s,
        **_costs(subject, measured, "chunk_", result.events, result.all_events),
    )


def _measure_first_bytes(bench: Bench, subject: Subject, streams: int) -> Measured:
    wanted = Wanted(chunks=CHUNKS_PER_S, chunks_per_s=CHUNKS_PER_S)
    return bench.meter.measure(
        subject, wanted, connections=streams, seconds=bench.scale.seconds, stagger_s=1.0, warm_up_s=1.0 + WARM_UP_S
    )


def run_bodies(bench: Bench) -> None:
    connections = min(BODY_CONNECTIONS, bench.scale.connections)
    for number in bench.rounds("bodies"):
        for title, body_bytes in BODIES.items():
            for subject in bench.own:
                measured = bench.meter.measure(
                    subject, UNARY, connections=connections, seconds=bench.scale.seconds / 3, body_bytes=body_bytes
                )
                _note_unary(bench, "bodies", title, subject, number, measured)


def run_prompts(bench: Bench) -> None:
    """Small requests alone, beside large prompts of other clients, and alone once more, which shows the noise."""
    seconds = bench.scale.seconds
    connections = min(CONNECTIONS, bench.scale.connections)
    beside = f"beside {PROMPTS_PER_S:.0f} prompts of {PROMPT_BYTES // 1000} KB a second"

    def small(subject: Subject) -> Measured:
        return bench.meter.measure(subject, UNARY, connections=connections, seconds=seconds, per_s=SMALL_PER_S)

    def prompts(subject: Subject, lasting_s: float) -> AbstractContextManager[None]:
        return bench.meter.others(
            subject, UNARY, connections=4, seconds=lasting_s, per_s=PROMPTS_PER_S, body_bytes=PROMPT_BYTES
        )

    for number in bench.rounds("prompts"):
        for subject in bench.own:
            with prompts(subject, 0.2):  # what starts with the first large body has started
                pass
            before = small(subject)
            with prompts(subject, seconds + 2 * WARM_UP_S):
                meanwhile = small(subject)
            again = small(subject)
            alone = before.result.latency
            for case, measured in (("alone", before), (beside, meanwhile), ("alone again", again)):
                latency = measured.result.latency
                bench.results.add(
                    "prompts",
                    case,
                    subject.name,
                    number,
                    latency_p50_ms=_ms(latency, "p50"),
                    latency_p99_ms=_ms(latency, "p99"),
                    **({} if measured is before else _added(latency, alone, "added")),
                )


def run_connections(bench: Bench) -> None:
    for number in bench.rounds("connections"):
        for connections in CONNECTION_COUNTS:
            if connections > bench.scale.connections:
                continue
            for subject in bench.own:
                measured = bench.meter.measure(subject, UNARY, connections=connections, seconds=bench.scale.seconds / 3)
                _note_unary(bench, "connections", _plural(connections, "connection"), subject, number, measured)


def run_memory(bench: Bench) -> None:
    """Before anything else, so that `at rest` is: started, configured, and asked once."""
    streams = min(IDLE_STREAMS, bench.scale.streams)
    measurable = [subject for subject in bench.own if subject.workers()]
    for number in bench.rounds("memory", _MEMORY_ROUNDS):
        for subject in measurable:
            rest = memory_of(subject.workers())
            with bench.meter.held_streams(subject, streams):
                held = memory_of(subject.workers())
            bench.results.add(
                "memory",
                "before any load" if number == 1 else "after streams",
                subject.name,
                number,
                rest_rss_mib=rest.rss_bytes / _MIB,
                rest_pss_mib=rest.pss_bytes / _MIB,
                per_1000_streams_mib=(held.pss_bytes - rest.pss_bytes) / _MIB * 1000 / streams,
            )


def _note_unary(bench: Bench, scenario: str, case: str, subject: Subject, number: int, measured: Measured) -> None:
    result = measured.result
    bench.results.add(
        scenario,
        case,
        subject.name,
        number,
        per_s=result.completed / result.window_s,
        per_s_per_core=None if subject.is_direct else per_core(result.completed, measured.worker_cpu_s),
        latency_p50_ms=_ms(result.latency, "p50"),
        latency_p99_ms=_ms(result.latency, "p99"),
        **_costs(subject, measured, "", result.completed, result.all_completed),
    )


def _note_latency(bench: Bench, case: str, subject: Subject, number: int, measured: Measured, direct: Measured) -> None:
    result = measured.result
    bench.results.add(
        "latency",
        case,
        subject.name,
        number,
        per_s=result.completed / result.window_s,
        latency_p50_ms=_ms(result.latency, "p50"),
        latency_p99_ms=_ms(result.latency, "p99"),
        **({} if subject.is_direct else _added(result.latency, direct.result.latency, "added")),
        **_costs(subject, measured, "", result.completed, result.all_completed),
    )


def _costs(subject: Subject, measured: Measured, prefix: str, count: int, all_count: int) -> dict[str, float]:
    if subject.is_direct:
        return {}
    costs = {
        f"{prefix}worker_cpu_us": each_us(measured.worker_cpu_s, count),
        "worker_busy_percent": 100 * measured.worker_cpu_s / measured.result.window_s,
    }
    if measured.beside_cpu_s > 0:
        costs[f"{prefix}beside_cpu_us"] = each_us(measured.beside_cpu_s, all_count)
    return costs


def _added(one: Quantiles | None, other: Quantiles | None, prefix: str) -> dict[str, float]:
    if one is None or other is None:
        return {}
    return {f"{prefix}_p50_ms": (one.p50 - other.p50) * 1000, f"{prefix}_p99_ms": (one.p99 - other.p99) * 1000}


def _ms(found: Quantiles | None, name: str) -> float | None:
    return None if found is None else getattr(found, name) * 1000


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


SCENARIOS: dict[str, Callable[[Bench], None]] = {
    "memory": run_memory,
    "unary": run_unary,
    "latency": run_latency,
    "streams": run_streams,
    "bodies": run_bodies,
    "connections": run_connections,
    "prompts": run_prompts,
}
"""In the order in which they run; `startup` is apart, it has processes of its own."""
