"""Which troubled provider keys are asked for their model list now: each now and then, all together not too often."""

from collections import deque
from collections.abc import Iterable

from perpetuo.core.resilience.availability import Troubled

MINUTE_S = 60.0
MAX_PAUSE_S = 3600.0
MAX_KEYS = 10_000
"""Of more the oldest is forgotten, and may then be asked a little early."""


class _Key:
    __slots__ = ("in_vain", "next_s")

    def __init__(self) -> None:
        self.in_vain = 0
        self.next_s = float("-inf")


class ProbePlan:
    """A key that answers for its list and is refused again each time it is used is asked ever more rarely: every early
    end of a quarantine costs a request."""

    def __init__(self, every_s: float, per_minute: int) -> None:
        self._every_s = every_s
        self._per_minute = per_minute
        self._keys: dict[str, _Key] = {}
        self._asked_s: deque[float] = deque()

    def due(self, troubled: Iterable[Troubled], now_s: float) -> list[Troubled]:
        """Counts them as asked."""
        while self._asked_s and self._asked_s[0] <= now_s - MINUTE_S:
            self._asked_s.popleft()
        chosen: list[Troubled] = []
        for trouble in troubled:
            if len(self._asked_s) >= self._per_minute:
                break
            key = self._keys.get(trouble.key.id)
            if key is None:
                if len(self._keys) >= MAX_KEYS:
                    del self._keys[next(iter(self._keys))]
                key = self._keys[trouble.key.id] = _Key()
            if now_s < key.next_s:
                continue
            if now_s > key.next_s + MAX_PAUSE_S:
                key.in_vain = 0  # it was well for long
            key.next_s = now_s + self._pause_s(key)
            self._asked_s.append(now_s)
            chosen.append(trouble)
        return chosen

    def note_well(self, key_id: str, now_s: float) -> None:
        """It answered. Should it be in trouble again, that answer was not worth much."""
        key = self._keys.get(key_id)
        if key is not None:
            key.in_vain = min(key.in_vain + 1, 16)
            key.next_s = now_s + self._pause_s(key)

    def _pause_s(self, key: _Key) -> float:
        return min(self._every_s * 2**key.in_vain, max(MAX_PAUSE_S, self._every_s))
