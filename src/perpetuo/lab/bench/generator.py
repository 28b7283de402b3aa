"""The load generator, a process of its own: reads a LoadPlan a line, answers with Said lines, ends with its input.

python -m perpetuo.lab.bench.generator
"""

import asyncio
import collections
import gc
import sys
import time
from collections.abc import Sequence
from typing import Literal, cast

import msgspec
import uvloop

from perpetuo.lab.bench.figures import percentile
from perpetuo.lab.bench.load_plan import LoadPlan, LoadResult, Quantiles, Said
from perpetuo.lab.bench.replies import ReplyReader, UnreadableReply
from perpetuo.lab.bench.ticks import Ticks

_CONNECT_AT_ONCE = 64
_LAST_ANSWERS_S = 20.0
_LONGEST_LINE_BYTES = 32 * 1024 * 1024
# One after the other, so that clients leave at all stages of a request.
_LEAVE_AFTER_S = (0.0, 0.0002, 0.0005, 0.001, 0.002, 0.003)

_now_s = time.monotonic


class Connection(asyncio.Protocol):
    """Carries one request at a time; tells the run when it has ended."""

    def __init__(self, run: "LoadRun") -> None:
        self._run = run
        self._reader = ReplyReader()
        self._busy = False
        self.due_s = 0.0
        self.first_byte_s = 0.0

    def send(self, due_s: float) -> None:
        self.due_s = due_s
        self.first_byte_s = 0.0
        self._busy = True
        self._reader.start()
        self._transport.write(self._run.plan.request)

    @property
    def is_busy(self) -> bool:
        return self._busy

    def take_busy(self) -> bool:
        """Whether a request was in flight; it is not any more."""
        was_busy, self._busy = self._busy, False
        return was_busy

    def close(self) -> None:
        self._busy = False
        self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        events = reader.events
        if not self._busy:
            self._run.fail(self, "bytes that nobody asked for")
            return
        try:
            is_whole = reader.feed(data)
        except (UnreadableReply, ValueError) as error:
            self._run.fail(self, f"unreadable: {error}")
            return
        if not self.first_byte_s and reader.body_bytes:
            self.first_byte_s = _now_s()
            self._run.began(self)
        self._run.events += reader.events - events
        if is_whole:
            self._busy = False
            self._run.ended(self, self._wrong_about(reader), reusable=not reader.closes)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._busy:
            self._run.fail(self, "the connection was cut in the middle of an answer")
        self._run.lost(self)

    def _wrong_about(self, reader: ReplyReader) -> str | None:
        plan = self._run.plan
        if reader.status != 200:
            return f"status {reader.status}"
        if plan.events and reader.events != plan.events:
            return f"{reader.events} events instead of {plan.events}"
        if plan.body_bytes and reader.body_bytes != plan.body_bytes:
            return f"a body of {reader.body_bytes} bytes instead of {plan.body_bytes}"
        return None


class LoadRun:
    """One plan, carried out. What ends is counted all the time; the window is the difference of two looks."""

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.events = 0
        self.left = 0
        self._sent = 0
        self._completed = 0
        self._in_flight = 0
        self._held = 0
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._waiting: collections.deque[float] = collections.deque()
        self._most_waiting = 0
        self._sending = False
        self._window_s = (float("inf"), float("inf"))
        self._latencies_s: list[float] = []
        self._first_bytes_s: list[float] = []
        self._problems: collections.Counter[str] = collections.Counter()
        self._quiet = asyncio.Event()
        self._opening: set[asyncio.Task[None]] = set()

    async def measure(self) -> LoadResult:
        plan = self.plan
        await self._connect(plan.connections)
        ticks = self._begin()
        await asyncio.sleep(plan.warm_up_s)
        began_s, cpu_s = _now_s(), time.process_time()
        self._window_s = (began_s, began_s + plan.seconds)
        completed, events = self._completed, self.events
        say("started")
        await asyncio.sleep(plan.seconds)
        completed, events = self._completed - completed, self.events - events
        ended_s, cpu_s = _now_s(), time.process_time() - cpu_s
        say("ended")
        self._window_s = (began_s, ended_s)
        if ticks is not None:
            ticks.stop()
        await self._finish()
        return LoadResult(
            completed=completed,
            events=events,
            all_completed=self._completed,
            all_events=self.events,
            window_s=ended_s - began_s,
            cpu_s=cpu_s,
            latency=quantiles(self._latencies_s),
            first_byte=quantiles(self._first_bytes_s),
            problems=dict(self._problems),
            most_waiting=self._most_waiting,
            left=self.left,
        )

    async def hold(self, released: asyncio.Future[bytes]) -> LoadResult:
        """Streams that stay open until `released`."""
        began_s = _now_s()
        await self._connect(self.plan.connections)
        for connection in self._idle:
            self._send(connection, began_s)
        self._idle = []
        async with asyncio.timeout(_LAST_ANSWERS_S):
            while self._held < self.plan.connections and not self._problems:  # noqa: ASYNC110 - not measured
                await asyncio.sleep(0.01)
        say("held")
        await released
        for connection in list(self._all):
            connection.close()
        return LoadResult(
            completed=0,
            events=self.events,
            all_completed=0,
            all_events=self.events,
            window_s=_now_s() - began_s,
            cpu_s=0.0,
            latency=None,
            first_byte=None,
            problems=dict(self._problems),
            most_waiting=0,
        )

    def _begin(self) -> Ticks | None:
        self._sending = True
        if self.plan.per_s:
            return Ticks(self.plan.per_s, self._due)
        loop, idle, now_s = asyncio.get_running_loop(), self._idle, _now_s()
        self._idle = []
        for number, connection in enumerate(idle):
            if self.plan.stagger_s:
                after_s = self.plan.stagger_s * number / len(idle)
                loop.call_later(after_s, self._send_late, connection, now_s + after_s)
            else:
                self._send(connection, _now_s())
        return None

    async def _finish(self) -> None:
        """Sends nothing more, and gives the last answers their time."""
        self._sending = False
        if self._in_flight:
            try:
                async with asyncio.timeout(_LAST_ANSWERS_S):
                    await self._quiet.wait()
            except TimeoutError:
                self._problems["no answer within 20 s"] += self._in_flight
        for connection in list(self._all):
            connection.close()

    async def _connect(self, count: int) -> None:
        for first in range(0, count, _CONNECT_AT_ONCE):
            await asyncio.gather(*(self._open() for _ in range(first, min(count, first + _CONNECT_AT_ONCE))))

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.plan.port)
        except OSError as error:
            self._problems[f"could not connect: {error.strerror}"] += 1
            return
        self._all.add(connection)
        self._idle.append(connection)
        if self._sending:
            self._use_idle()

    def _due(self, due_s: float) -> None:
        if self._idle:
            self._send(self._idle.pop(), due_s)
        else:
            self._waiting.append(due_s)
            self._most_waiting = max(self._most_waiting, len(self._waiting))

    def _send_late(self, connection: Connection, due_s: float) -> None:
        if self._sending and connection in self._all:
            self._send(connection, due_s)

    def _send(self, connection: Connection, due_s: float) -> None:
        self._in_flight += 1
        self._sent += 1
        connection.send(due_s)
        if self.plan.leave_every and self._sent % self.plan.leave_every == 0:
            after_s = _LEAVE_AFTER_S[self._sent // self.plan.leave_every % len(_LEAVE_AFTER_S)]
            asyncio.get_running_loop().call_later(after_s, self._leave, connection, due_s)

    def _leave(self, connection: Connection, due_s: float) -> None:
        """Unless it has its answer."""
        if connection.is_busy and connection.due_s == due_s:
            self.left += 1
            self._give_up(connection)

    def _give_up(self, connection: Connection) -> None:
        self._in_flight -= connection.take_busy()
        connection.close()
        if self._in_flight == 0:
            self._quiet.set()

    def _use_idle(self) -> None:
        connection = self._idle.pop()
        if self.plan.per_s and self._waiting:
            self._send(connection, self._waiting.popleft())
        elif self.plan.per_s or not self._sending:
            self._idle.append(connection)
        else:
            self._send(connection, _now_s())

    # told by the connections

    def began(self, connection: Connection) -> None:
        self._held += 1
        if self._window_s[0] <= connection.due_s < self._window_s[1]:
            self._first_bytes_s.append(connection.first_byte_s - connection.due_s)

    def ended(self, connection: Connection, problem: str | None, *, reusable: bool) -> None:
        self._in_flight -= 1
        if problem is None:
            self._completed += 1
        else:
            self._problems[problem] += 1
        if self._window_s[0] <= connection.due_s < self._window_s[1]:
            self._latencies_s.append(_now_s() - connection.due_s)
        if not self._sending:
            if self._in_flight == 0:
                self._quiet.set()
        elif reusable:
            self._idle.append(connection)
            self._use_idle()
        else:
            connection.close()

    def fail(self, connection: Connection, problem: str) -> None:
        """The connection is of no more use."""
        self._problems[problem] += 1
        self._give_up(connection)

    def lost(self, connection: Connection) -> None:
        """A server may end a connection between two answers; another one takes its place."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if self._sending:
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)


def quantiles(values_s: Sequence[float]) -> Quantiles | None:
    """None where there are no values."""
    ordered = sorted(values_s)
    if not ordered:
        return None
    p50, p90, p99 = (percentile(ordered, share) for share in (0.5, 0.9, 0.99))
    return Quantiles(p50, p90, p99, ordered[-1], len(ordered))


def say(what: Literal["ready", "started", "ended", "held", "result"], result: LoadResult | None = None) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(Said(what, result)) + b"\n")
    sys.stdout.buffer.flush()


async def serve() -> None:
    reader = asyncio.StreamReader(limit=_LONGEST_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    gc.disable()
    say("ready")
    while line := await reader.readline():
        plan = msgspec.json.decode(line, type=LoadPlan)
        run = LoadRun(plan)
        if plan.hold:
            result = await run.hold(asyncio.ensure_future(reader.readline()))
        else:
            result = await run.measure()
        say("result", result)
        gc.collect()


if __name__ == "__main__":
    uvloop.run(serve())
