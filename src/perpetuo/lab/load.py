"""Open-loop load: requests leave at the times that were planned, whatever became of those before.

Latency counts from the planned time. A generator that waits for answers before it goes on asks less of a slow server
and then reports how well it did ("coordinated omission"); here a late answer, and a late sender, are in the figures.
"""

import asyncio
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from perpetuo.lab.load_client import Exchange, LoadClient

Arrival = Literal["poisson", "constant"]

MAX_RATE = 2_000.0
MAX_SECONDS = 3_600.0
MAX_REQUESTS = 200_000
MAX_OPEN = 5_000
"""Requests in flight; one more waits its turn, and its latency counts that wait."""


class LoadPlan(msgspec.Struct, frozen=True):
    """models: taken in turn by the draw; stream_share: 0 to 1; words: asked of the lab in the message, None = not."""

    rate: float
    seconds: float
    arrival: Arrival = "poisson"
    stream_share: float = 0.0
    models: tuple[str, ...] = ("gpt-4o",)
    words: int | None = None
    timeout_s: float = 60.0
    seed: int = 0


class PlannedRequest(msgspec.Struct, frozen=True):
    """at_s: from the start."""

    at_s: float
    model: str
    stream: bool
    body: bytes


class Sample(msgspec.Struct, frozen=True):
    """One request that was planned. Seconds count from its planned time; late_s: how late it left.

    outcome: `ok`, `status_NNN`, `error_event`, `cut`, `incomplete`, `refused`, `timeout`, `unreadable`.
    """

    at_s: float
    stream: bool
    outcome: str
    late_s: float
    first_byte_s: float | None
    total_s: float


class Spread(msgspec.Struct, frozen=True):
    """Milliseconds; each percentile is a value that was measured (nearest rank)."""

    p50: float
    p90: float
    p99: float
    max: float


class Row(msgspec.Struct, frozen=True):
    outcome: str
    count: int
    first_byte_ms: Spread | None
    total_ms: Spread


class LoadReport(msgspec.Struct, frozen=True):
    planned: int
    seconds: float
    rate: float
    late_ms: Spread | None
    outcomes: dict[str, int]
    rows: tuple[Row, ...]


def plan_requests(plan: LoadPlan) -> list[PlannedRequest]:
    """The same plan gives the same requests at the same times. Raises ValueError for more than the bounds allow."""
    for name, value, limit in (("rate", plan.rate, MAX_RATE), ("seconds", plan.seconds, MAX_SECONDS)):
        if not 0 < value <= limit:
            raise ValueError(f"{name} is from 0 to {limit:g}, not {value:g}")
    if plan.rate * plan.seconds > MAX_REQUESTS:
        raise ValueError(f"at most {MAX_REQUESTS} requests: lower the rate or the seconds")
    draw = random.Random(plan.seed)  # noqa: S311 - a plan that can be repeated, not a secret
    return [_request(plan, number, at_s, draw) for number, at_s in enumerate(_arrivals(plan, draw), start=1)]


def _arrivals(plan: LoadPlan, draw: random.Random) -> list[float]:
    if plan.arrival == "constant":
        return [number / plan.rate for number in range(math.ceil(plan.rate * plan.seconds))]
    times: list[float] = []
    at_s = draw.expovariate(plan.rate)
    while at_s < plan.seconds and len(times) < MAX_REQUESTS:
        times.append(at_s)
        at_s += draw.expovariate(plan.rate)
    return times


def _request(plan: LoadPlan, number: int, at_s: float, draw: random.Random) -> PlannedRequest:
    model = plan.models[draw.randrange(len(plan.models))]
    stream = draw.random() < plan.stream_share
    text = f"request {number}"
    if plan.words is not None:
        text += f' [[lab {{"words": {plan.words}}}]]'
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}
    return PlannedRequest(at_s, model, stream, msgspec.json.encode(body))


async def run_load(
    plan: LoadPlan,
    client: LoadClient,
    *,
    on_sample: Callable[[Sample], None] = lambda _sample: None,
    now_s: Callable[[], float] = time.perf_counter,
) -> list[Sample]:
    """Sends every planned request once, and waits for all of them. No request is ever repeated."""
    samples: list[Sample] = []
    gate = asyncio.Semaphore(MAX_OPEN)
    started_s = now_s()

    async def one(request: PlannedRequest) -> None:
        async with gate:
            planned_s = started_s + request.at_s
            exchange = await client.send(request.body, timeout_s=plan.timeout_s)
            sample = sample_of(request, exchange, planned_s)
            samples.append(sample)
            on_sample(sample)

    async with asyncio.TaskGroup() as group:
        for request in plan_requests(plan):
            wait_s = started_s + request.at_s - now_s()
            # Even one that is late gives the others their turn.
            await asyncio.sleep(max(wait_s, 0.0))
            group.create_task(one(request))
    return samples


def sample_of(request: PlannedRequest, exchange: Exchange, planned_s: float) -> Sample:
    """planned_s and the times of the exchange: by the same clock."""
    return Sample(
        at_s=request.at_s,
        stream=request.stream,
        outcome=outcome_of(exchange, stream=request.stream),
        late_s=max(exchange.sent_s - planned_s, 0.0),
        first_byte_s=None if exchange.first_byte_s is None else exchange.first_byte_s - planned_s,
        total_s=exchange.ended_s - planned_s,
    )


def outcome_of(exchange: Exchange, *, stream: bool) -> str:
    """What became of a request, as a client has to see it: a 200 alone is not an answer."""
    if exchange.has_error_event:
        return "error_event"
    if exchange.problem is not None:
        return exchange.problem
    if exchange.status != 200:
        return f"status_{exchange.status}"
    if stream:
        return "ok" if exchange.tail.rstrip().endswith(b"data: [DONE]") else "incomplete"
    return "ok" if exchange.tail.rstrip().endswith(b"}") else "unreadable"


def report_of(plan: LoadPlan, samples: Sequence[Sample]) -> LoadReport:
    """Rows by outcome, the good ones first, streams apart."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[f"{sample.outcome}{' (stream)' if sample.stream else ''}"].append(sample)
    names = sorted(groups, key=lambda name: (not name.startswith("ok"), name))
    return LoadReport(
        planned=len(samples),
        seconds=plan.seconds,
        rate=plan.rate,
        late_ms=spread_ms([sample.late_s for sample in samples]),
        outcomes=dict(Counter(sample.outcome for sample in samples)),
        rows=tuple(row for name in names if (row := _row(name, groups[name])) is not None),
    )


def _row(name: str, samples: Sequence[Sample]) -> Row | None:
    total = spread_ms([sample.total_s for sample in samples])
    if total is None:
        return None
    first = spread_ms([sample.first_byte_s for sample in samples if sample.first_byte_s is not None])
    return Row(name, len(samples), first, total)


def spread_ms(values_s: Sequence[float]) -> Spread | None:
    if not values_s:
        return None
    ordered = sorted(values_s)

    def rank(share: float) -> float:
        return round(ordered[max(math.ceil(share * len(ordered)), 1) - 1] * 1000, 3)

    return Spread(rank(0.50), rank(0.90), rank(0.99), rank(1.0))


def report_lines(report: LoadReport) -> list[str]:
    """A table for a terminal."""
    head = ("outcome", "count", "share", *(f"{what} {name}" for what in ("first", "total") for name in _NAMES))
    rows = [head, *(_cells(row, report.planned) for row in report.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    late = report.late_ms
    lines.append("")
    lines.append(
        f"{report.planned} requests, {report.rate:g}/s for {report.seconds:g} s. Milliseconds from the planned time."
    )
    if late is not None:
        lines.append(
            f"They left late by p50 {late.p50:.1f}, p99 {late.p99:.1f}, max {late.max:.1f} ms, which is in the figures."
        )
    return lines


_NAMES = ("p50", "p90", "p99", "max")


def _cells(row: Row, planned: int) -> tuple[str, ...]:
    def cells(spread: Spread | None) -> list[str]:
        return ["-"] * 4 if spread is None else [f"{getattr(spread, name):.1f}" for name in _NAMES]

    return (
        row.outcome,
        str(row.count),
        f"{100 * row.count / planned:.1f} %",
        *cells(row.first_byte_ms),
        *cells(row.total_ms),
    )
