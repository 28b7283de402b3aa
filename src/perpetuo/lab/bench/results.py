"""Figures of a run: rows as they are measured, and their medians."""

import csv
import io
import math
from collections.abc import Sequence

import msgspec

from perpetuo.lab.bench.figures import Spread, spread


class Figure(msgspec.Struct, frozen=True):
    """One measured value. case: of the scenario, as `64 connections`; unit is the end of the metric's name."""

    scenario: str
    case: str
    subject: str
    round: int
    metric: str
    value: float


class Metric(msgspec.Struct, frozen=True):
    """How a metric is shown. digits: after the point. lower_is_better: None where neither is."""

    name: str
    title: str
    digits: int


METRICS = (
    Metric("per_s", "requests/s", 0),
    Metric("per_s_per_core", "requests/s per core", 0),
    Metric("worker_cpu_us", "CPU µs/request", 1),
    Metric("beside_cpu_us", "beside it, µs/request", 1),
    Metric("chunks_per_s", "chunks/s", 0),
    Metric("chunk_worker_cpu_us", "CPU µs/chunk", 2),
    Metric("chunk_beside_cpu_us", "beside it, µs/chunk", 2),
    Metric("worker_busy_percent", "core busy %", 0),
    Metric("latency_p50_ms", "p50 ms", 3),
    Metric("latency_p99_ms", "p99 ms", 3),
    Metric("added_p50_ms", "added p50 ms", 3),
    Metric("added_p99_ms", "added p99 ms", 3),
    Metric("first_byte_p50_ms", "first byte p50 ms", 3),
    Metric("first_byte_p99_ms", "first byte p99 ms", 3),
    Metric("added_first_byte_p50_ms", "first byte added p50 ms", 3),
    Metric("added_first_byte_p99_ms", "first byte added p99 ms", 3),
    Metric("rest_rss_mib", "at rest, RSS MiB", 1),
    Metric("rest_pss_mib", "at rest, PSS MiB", 1),
    Metric("per_1000_streams_mib", "1,000 open streams, MiB", 1),
    Metric("ready_s", "ready after s", 2),
)
_KNOWN = {metric.name: metric for metric in METRICS}


class Results:
    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self.notes: list[str] = []
        """What a reader has to know: who was left out, what did not become quiet."""

    def add(self, scenario: str, case: str, subject: str, round_number: int, **values: float | None) -> None:
        """None and nan: there is no such figure."""
        for name, value in values.items():
            assert name in _KNOWN, name
            if value is not None and not math.isnan(value):
                self.figures.append(Figure(scenario, case, subject, round_number, name, value))

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def median(self, scenario: str, case: str, subject: str, metric: str) -> float | None:
        found = self.spreads(scenario).get((case, subject), {}).get(metric)
        return found.median if found else None

    def spreads(self, scenario: str) -> dict[tuple[str, str], dict[str, Spread]]:
        """(case, subject) -> metric -> the spread over the rounds; all in the order in which they were measured."""
        values: dict[tuple[str, str], dict[str, list[float]]] = {}
        for figure in self.figures:
            if figure.scenario == scenario:
                row = values.setdefault((figure.case, figure.subject), {})
                row.setdefault(figure.metric, []).append(figure.value)
        return {key: {metric: spread(row[metric]) for metric in _KNOWN if metric in row} for key, row in values.items()}

    @property
    def scenarios(self) -> list[str]:
        return list(dict.fromkeys(figure.scenario for figure in self.figures))


def table_of(results: Results, scenario: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the median, and the range in brackets where there was more than one round."""
    spreads = results.spreads(scenario)
    used = [metric for metric in METRICS if any(metric.name in row for row in spreads.values())]
    rows = [
        [case, subject, *(_cell(row.get(metric.name), metric.digits) for metric in used)]
        for (case, subject), row in sorted(spreads.items(), key=lambda item: _case_order(spreads, item[0][0]))
    ]
    return ["case", "subject", *(metric.title for metric in used)], rows


def _case_order(spreads: dict[tuple[str, str], dict[str, Spread]], case: str) -> int:
    return [known for known, _ in spreads].index(case)


def _cell(found: Spread | None, digits: int) -> str:
    if found is None:
        return "-"
    median = f"{found.median:,.{digits}f}"
    if found.rounds == 1:
        return median
    return f"{median} ({found.lowest:,.{digits}f}-{found.highest:,.{digits}f})"


def csv_of(figures: Sequence[Figure]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Figure.__struct_fields__)
    for figure in figures:
        writer.writerow(msgspec.structs.astuple(figure))
    return text.getvalue()


def markdown_of(results: Results, machine: Sequence[str]) -> str:
    """Tables to paste into a page."""
    lines = ["# Benchmark", "", *(f"- {sentence}" for sentence in machine), ""]
    for scenario in results.scenarios:
        head, rows = table_of(results, scenario)
        lines += [f"## {scenario}", ""]
        lines += [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines.append("")
    if results.notes:
        lines += ["## Notes", "", *(f"- {note}" for note in results.notes), ""]
    return "\n".join(lines)
