"""Percentiles, medians and what CPU time comes to."""

import statistics
from collections.abc import Sequence

import msgspec


class Spread(msgspec.Struct, frozen=True):
    """The median of the rounds, and the range they lie in."""

    median: float
    lowest: float
    highest: float
    rounds: int


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values), len(values))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed. ordered: ascending, not empty."""
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def each_us(cpu_s: float, count: int) -> float:
    """CPU µs for each of count; nan where there were none."""
    return cpu_s * 1e6 / count if count else float("nan")


def per_core(count: int, cpu_s: float) -> float:
    """How many one whole core would do at that price. It has to be so: a gateway that waits for its load has a core
    to spare, and one that does not is the core."""
    return count / cpu_s if cpu_s > 0 else float("nan")
