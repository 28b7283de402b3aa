import asyncio
from collections.abc import Sequence

import pytest

from perpetuo.events.event_manager import EventManager
from perpetuo.events.types import Event, RequestReceived


def event(number: int) -> RequestReceived:
    return RequestReceived(str(number), "w", number, "chat", "gpt-4", False)


class Collecting:
    kinds = None

    def __init__(self, name: str = "collecting") -> None:
        self.name = name
        self.events: list[Event] = []

    async def write(self, events: Sequence[Event]) -> None:
        self.events.extend(events)


class Stuck(Collecting):
    def __init__(self) -> None:
        super().__init__("stuck")
        self.release = asyncio.Event()

    async def write(self, events: Sequence[Event]) -> None:
        await self.release.wait()
        await super().write(events)


class Failing(Collecting):
    async def write(self, events: Sequence[Event]) -> None:
        raise OSError("no space")


async def test_every_sink_gets_every_event_in_order():
    one, two = Collecting("one"), Collecting("two")
    manager = EventManager(2000, [one, two])
    events = [event(number) for number in range(1200)]
    for item in events:
        manager.emit(item)
    await manager.flush()
    assert one.events == two.events == events
    assert manager.dropped == {"one": 0, "two": 0}


async def test_a_running_manager_feeds_its_sinks_by_itself():
    sink = Collecting()
    manager = EventManager(10, [sink])
    running = asyncio.create_task(manager.run())
    for number in range(3):
        manager.emit(event(number))
        async with asyncio.timeout(5):
            while len(sink.events) <= number:
                await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_sink_that_is_stuck_loses_its_own_events_only_and_they_are_counted():
    stuck, fine = Stuck(), Collecting("fine")
    manager = EventManager(4, [stuck, fine])
    running = asyncio.create_task(manager.run())
    for number in range(20):
        manager.emit(event(number))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        while len(fine.events) < 20:
            await asyncio.sleep(0)
    assert manager.dropped["fine"] == 0
    assert manager.dropped["stuck"] > 0
    stuck.release.set()
    await manager.flush()
    assert len(stuck.events) + manager.dropped["stuck"] == 20
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_failing_sink_is_counted_and_does_not_reach_the_emitter_or_the_others():
    failing, fine = Failing("failing"), Collecting("fine")
    manager = EventManager(10, [failing, fine])
    manager.emit(event(1))
    await manager.flush()
    assert manager.dropped == {"failing": 1, "fine": 0}
    assert fine.events == [event(1)]


async def test_the_events_a_cancelled_write_held_are_counted_as_dropped():
    stuck = Stuck()
    manager = EventManager(10, [stuck])
    running = asyncio.create_task(manager.run())
    manager.emit(event(1))
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert manager.dropped == {"stuck": 1}


async def test_without_sinks_emitting_and_flushing_do_nothing():
    manager = EventManager(10)
    manager.emit(event(1))
    await manager.flush()
    assert manager.dropped == {}
