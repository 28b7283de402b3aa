"""What the load generator is told, and what it says: lines of JSON on its standard input and output."""

from typing import Literal

import msgspec


class LoadPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: a warm-up, then a window of `seconds` in which what ends is counted.

    request: the whole HTTP request. connections: of the closed loop how many requests are in flight all the time;
    of the open loop how many are opened before it begins. per_s: requests a second of the open loop; 0 = closed loop.
    body_bytes: of each answer; 0 = not looked at. events: of each answer, when it is a stream.
    stagger_s: the connections of a closed loop begin spread over this time.
    leave_every: of so many requests one is left by its client, 0 to 3 ms after it was sent; 0 = none.
    hold: open `connections` streams, wait until each has brought something, and keep them until the next line.
    """

    port: int
    request: bytes
    connections: int
    seconds: float = 0.0
    warm_up_s: float = 0.5
    per_s: float = 0.0
    body_bytes: int = 0
    events: int = 0
    stagger_s: float = 0.0
    leave_every: int = 0
    hold: bool = False


class Said(msgspec.Struct, frozen=True):
    """`started` and `ended` enclose the window; `result` comes when nothing is in flight any more."""

    what: Literal["ready", "started", "ended", "held", "result"]
    result: "LoadResult | None" = None


class Quantiles(msgspec.Struct, frozen=True):
    """In seconds."""

    p50: float
    p90: float
    p99: float
    highest: float
    count: int


class LoadResult(msgspec.Struct, frozen=True, kw_only=True):
    """completed, events: what ended within the window; all_*: warm-up and end included. latency: of requests due
    within the window, however late they ended, from the time they were due (closed loop: sent). first_byte: the same,
    to the first byte of the body. problems: sentence -> how often, over the whole run. most_waiting: requests of an
    open loop that were due and had no free connection, at worst. left: by their clients, over the whole run."""

    completed: int
    events: int
    all_completed: int
    all_events: int
    window_s: float
    cpu_s: float
    latency: Quantiles | None
    first_byte: Quantiles | None
    problems: dict[str, int]
    most_waiting: int
    left: int = 0
