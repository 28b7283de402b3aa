"""One measurement: the load generator's window, and the CPU time that the subject's processes used in it."""

import contextlib
import os
from collections.abc import Generator

import msgspec

from perpetuo.lab.bench.children import BenchFailed, Spoken
from perpetuo.lab.bench.exchanges import Wanted
from perpetuo.lab.bench.load_plan import LoadPlan, LoadResult, Said
from perpetuo.lab.bench.probes import ask_checked
from perpetuo.lab.bench.processes import cpu_s, pin, step_back, wait_until_quiet
from perpetuo.lab.bench.results import Results
from perpetuo.lab.bench.subjects import Subject

_SPEAKS_WITHIN_S = 60.0
_QUIET_WITHIN_S = 30.0
WARM_UP_S = 0.5


class Cores(msgspec.Struct, frozen=True):
    """measured: where the subject's workers run. others: everything else; the same core where there is one only."""

    measured: set[int]
    others: set[int]

    @property
    def are_apart(self) -> bool:
        return not self.measured & self.others


def choose_cores(available: set[int]) -> Cores:
    ordered = sorted(available)
    if len(ordered) == 1:
        return Cores({ordered[0]}, {ordered[0]})
    return Cores({ordered[1]}, available - {ordered[1]})


class Measured(msgspec.Struct, frozen=True):
    """worker_cpu_s: within the window. beside_cpu_s: from before the first request until the background was quiet."""

    result: LoadResult
    worker_cpu_s: float
    beside_cpu_s: float


class Meter:
    """Owns the load generators: the one that measures, and one that only makes work beside it."""

    def __init__(self, cores: Cores, results: Results) -> None:
        os.sched_setaffinity(0, cores.others)  # what is started from here on is there too
        self._cores = cores
        self._results = results
        self._generator = Spoken("perpetuo.lab.bench.generator")
        self._checked: dict[tuple[str, Wanted, int], int] = {}
        self._beside: Spoken | None = None
        self._said("ready")

    def close(self) -> None:
        self._generator.stop()
        if self._beside is not None:
            self._beside.stop()

    def place(self, subject: Subject) -> None:
        """Onto the cores; what works in the background gives way to the generator."""
        pin(subject.workers(), self._cores.measured)
        step_back(subject.beside())

    def measure(
        self,
        subject: Subject,
        wanted: Wanted,
        *,
        connections: int,
        seconds: float,
        per_s: float = 0.0,
        body_bytes: int = 0,
        stagger_s: float = 0.0,
        warm_up_s: float = WARM_UP_S,
    ) -> Measured:
        """Raises BenchFailed when a single answer is not what it has to be."""
        plan = LoadPlan(
            port=subject.port[wanted.kind],
            request=subject.request(wanted, body_bytes),
            connections=connections,
            seconds=seconds,
            warm_up_s=warm_up_s,
            per_s=per_s,
            body_bytes=self._expected_bytes(subject, wanted, body_bytes),
            events=wanted.events,
            stagger_s=stagger_s,
        )
        workers, beside = subject.workers(), subject.beside()
        beside_s = cpu_s(beside, with_waited=True)
        self._generator.tell(msgspec.json.encode(plan))
        self._said("started")
        worker_s = cpu_s(workers)
        self._said("ended", seconds + warm_up_s)
        worker_s = cpu_s(workers) - worker_s
        result = self._result(subject)
        if not wait_until_quiet(beside, _QUIET_WITHIN_S):
            self._results.note(f"{subject.name}: its background work had not ended {_QUIET_WITHIN_S:.0f} s after a run")
        return Measured(result, worker_s, cpu_s(beside, with_waited=True) - beside_s)

    @contextlib.contextmanager
    def held_streams(self, subject: Subject, count: int) -> Generator[None]:
        """So many open streams, each of which has brought something, and brings nothing more."""
        wanted = Wanted(chunks=1_000_000, chunks_per_s=0)
        plan = LoadPlan(port=subject.port["stream"], request=subject.request(wanted), connections=count, hold=True)
        self._generator.tell(msgspec.json.encode(plan))
        self._said("held")
        yield
        self._generator.tell(b"")
        self._result(subject)
        wait_until_quiet(subject.beside(), _QUIET_WITHIN_S)

    @contextlib.contextmanager
    def others(
        self, subject: Subject, wanted: Wanted, *, connections: int, seconds: float, per_s: float, body_bytes: int
    ) -> Generator[None]:
        """Other clients' requests for so long, from a process of their own: making them is no part of what is
        measured meanwhile. Raises BenchFailed when they are not answered as they have to be."""
        if self._beside is None:
            self._beside = Spoken("perpetuo.lab.bench.generator")
            self._said("ready", by=self._beside)
        plan = LoadPlan(
            port=subject.port[wanted.kind],
            request=subject.request(wanted, body_bytes),
            connections=connections,
            seconds=seconds,
            per_s=per_s,
            body_bytes=self._expected_bytes(subject, wanted, body_bytes),
        )
        self._beside.tell(msgspec.json.encode(plan))
        self._said("started", by=self._beside)
        yield
        self._said("ended", seconds, by=self._beside)
        self._result(subject, by=self._beside)

    def _expected_bytes(self, subject: Subject, wanted: Wanted, body_bytes: int) -> int:
        """What every answer has to be as long as: the first one, which is looked at closely."""
        if wanted.chunks:
            return 0  # their events are counted
        key = (subject.name, wanted, body_bytes)
        if key not in self._checked:
            request = subject.request(wanted, body_bytes)
            self._checked[key] = ask_checked(subject.name, subject.port["unary"], request, wanted).body_bytes
        return self._checked[key]

    def _result(self, subject: Subject, by: Spoken | None = None) -> LoadResult:
        result = self._said("result", by=by).result
        assert result is not None
        if result.problems:
            told = "; ".join(f"{sentence} ({count} times)" for sentence, count in result.problems.items())
            raise BenchFailed(f"{subject.name} did not answer every request as it should: {told}.")
        return result

    def _said(self, what: str, more_s: float = 0.0, *, by: Spoken | None = None) -> Said:
        said = msgspec.json.decode((by or self._generator).next_line(_SPEAKS_WITHIN_S + more_s), type=Said)
        if said.what != what and said.result is not None:
            raise BenchFailed(f"The load generator stopped early: {said.result.problems}")
        assert said.what == what, said
        return said
