"""Throughput below a floor, as a state machine without a clock: only the time we wait for the upstream counts."""


class StallMeter:
    """One reply. Windows of `window_s` of waiting follow each other; in each at least the floor must have come.

    A slow client lengthens no window: while we wait for it, we do not wait for the upstream.
    """

    __slots__ = ("_bytes", "_needed_bytes", "_waited_s", "_window_s")

    def __init__(self, floor_bytes_per_s: float, window_s: float) -> None:
        self._needed_bytes = floor_bytes_per_s * window_s
        self._window_s = window_s
        self._waited_s = 0.0
        self._bytes = 0

    def patience_s(self) -> float:
        """After so much more waiting without a byte the floor is certainly missed."""
        left_s = max(0.0, self._window_s - self._waited_s)
        return left_s if self._bytes < self._needed_bytes else left_s + self._window_s

    def is_below_floor(self, waited_s: float, size_bytes: int) -> bool:
        """Notes what came and how long it was waited for; True when a window has ended with too little in it."""
        self._waited_s += max(0.0, waited_s)
        self._bytes += size_bytes
        if self._waited_s < self._window_s:
            return False
        too_little = self._bytes < self._needed_bytes
        self._waited_s, self._bytes = 0.0, 0
        return too_little
