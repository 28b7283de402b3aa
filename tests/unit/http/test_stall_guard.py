import pytest

from perpetuo.core.errors import IdleTimeout, Stalled
from perpetuo.http.stall_guard import GuardedReply
from perpetuo.http.upstream import Deadlines

FLOOR = Deadlines(stall_floor_bytes_per_s=10.0, stall_window_s=30.0)


class Clock:
    now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


class ScriptedReply:
    """Each read waits so long, by the clock, and brings so many bytes; then the end."""

    status = 200
    headers = (("content-type", "text/event-stream"),)

    def __init__(self, clock: Clock, reads: list[tuple[float, int]]) -> None:
        self.clock, self.reads, self.closed = clock, list(reads), False

    async def read_chunk(self) -> bytes:
        if not self.reads:
            return b""
        waited_s, size = self.reads.pop(0)
        self.clock.now_s += waited_s
        if size < 0:
            raise IdleTimeout("", sent=True)
        return b"x" * size

    async def read_all(self, limit_bytes: int) -> bytes:
        raise AssertionError("the guard reads chunk by chunk")

    def close(self) -> None:
        self.closed = True


def guarded(reads: list[tuple[float, int]]) -> tuple[GuardedReply, ScriptedReply, Clock]:
    clock = Clock()
    reply = ScriptedReply(clock, reads)
    return GuardedReply(reply, FLOOR, clock), reply, clock


async def test_enough_bytes_pass_to_the_end() -> None:
    guard, _, _ = guarded([(1.0, 10)] * 100)
    assert len(await guard.read_all(10_000)) == 1000
    assert (guard.status, guard.headers) == (200, ScriptedReply.headers)


async def test_too_few_bytes_close_it() -> None:
    guard, reply, _ = guarded([(1.0, 9)] * 100)
    with pytest.raises(Stalled):
        await guard.read_all(10_000)
    assert reply.closed
    assert len(reply.reads) == 70


async def test_the_time_for_which_nobody_read_does_not_count() -> None:
    guard, _, clock = guarded([(0.01, 1)] * 100)
    while await guard.read_chunk():
        clock.now_s += 100.0  # the client takes its time


async def test_what_breaks_the_reply_itself_is_told_as_it_is() -> None:
    guard, _, _ = guarded([(1.0, -1)])
    with pytest.raises(IdleTimeout):
        await guard.read_chunk()
