"""Hands events to sinks without ever making a request wait: bounded queues, and a count of what they dropped."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from perpetuo.events.types import KINDS, Event

_log = logging.getLogger(__name__)
_BATCH = 500


class Sink(Protocol):
    """Where events go. `name` is how its drops are reported."""

    @property
    def name(self) -> str: ...

    @property
    def kinds(self) -> frozenset[type[Event]] | None:
        """What it wants to see; None = everything."""
        ...

    async def write(self, events: Sequence[Event]) -> None:
        """May be slow and may raise: then these events are lost for this sink only, and counted."""
        ...


class EventManager:
    """capacity: events that may wait for one sink; beyond it new ones are dropped."""

    def __init__(self, capacity: int, sinks: Sequence[Sink] = ()) -> None:
        self._lanes = [_Lane(sink, capacity) for sink in sinks]
        self._of_kind = {kind: [lane for lane in self._lanes if _wants(lane.sink, kind)] for kind in KINDS}
        self.wanted = frozenset(kind for kind, lanes in self._of_kind.items() if lanes)
        """Kinds that any sink sees: what nobody sees need not be made."""

    @property
    def dropped(self) -> dict[str, int]:
        """Sink name -> events it will never see, since start."""
        return {lane.sink.name: lane.dropped for lane in self._lanes}

    def emit(self, event: Event) -> None:
        """Called in the event loop's thread; never blocks, never raises."""
        for lane in self._of_kind[type(event)]:
            lane.put(event)

    async def run(self) -> None:
        """Feeds the sinks until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(lane.run(), name=f"events-{lane.sink.name}")

    async def flush(self) -> None:
        """Returns once every event emitted so far was handed to its sinks. The caller sets the deadline."""
        await asyncio.gather(*(lane.drain() for lane in self._lanes))


def _wants(sink: Sink, kind: type[Event]) -> bool:
    return sink.kinds is None or kind in sink.kinds


class _Lane:
    """One sink and its queue, so that a slow sink only loses its own events."""

    def __init__(self, sink: Sink, capacity: int) -> None:
        self.sink = sink
        self.dropped = 0
        self._capacity = capacity
        self._queue: deque[Event] = deque()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()

    def put(self, event: Event) -> None:
        if len(self._queue) >= self._capacity:
            self.dropped += 1
            return
        self._queue.append(event)
        if not self._filled.is_set():
            self._filled.set()

    async def run(self) -> None:
        while True:
            await self._filled.wait()
            await self.drain()

    async def drain(self) -> None:
        async with self._writing:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
                await self._hand_over(batch)
            self._filled.clear()

    async def _hand_over(self, batch: list[Event]) -> None:
        try:
            await self.sink.write(batch)
        except asyncio.CancelledError:
            self.dropped += len(batch)
            raise
        except Exception as exc:  # noqa: BLE001 - a sink is somebody else's code; its failure may not reach requests
            self.dropped += len(batch)
            _log.warning("event sink %s failed: %s", self.sink.name, type(exc).__name__)
