"""What the decisions and the data plane are given instead of importing it.

Nothing below `wiring.py` reads a clock, draws a random number, opens a socket or a file on its own:
it is handed one of these. So the whole data plane can run under a simulated clock and a seeded scheduler.
"""

from typing import Protocol


class Clock(Protocol):
    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start; never jumps. For durations and deadlines."""
        ...

    def wall_s(self) -> float:
        """Unix time in seconds; may jump. For stamps only."""
        ...


class Entropy(Protocol):
    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes for ids, keys and nonces."""
        ...
