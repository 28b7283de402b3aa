"""The upstream client of the hot path: pooled HTTP/1.1 on asyncio and llhttp.

One `_Connection` per socket; at most one reply at a time on each. A connection is pooled again only when its reply
ended as HTTP says and nothing followed it; in every other case it is closed at once.
"""

import asyncio
import functools
import ssl
import sys
from typing import cast

import httptools

from perpetuo.core.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    FirstByteTimeout,
    IdleTimeout,
    ProtocolViolation,
    TotalTimeout,
    TransportError,
    UpstreamTooLarge,
)
from perpetuo.http.connector import Connector, Resolver, system_resolver
from perpetuo.http.egress import Destination, EgressPolicy
from perpetuo.http.proxies import ProxySettings
from perpetuo.http.upstream import Deadlines, Through, UpstreamReply, read_to_end
from perpetuo.providers.base import UpstreamRequest

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 200
# One read fills at most this much, and reading pauses once as much waits: a stream holds at most 64 KiB.
_READ_BYTES = 32 * 1024
_WRITE_HIGH_BYTES = 64 * 1024
IDLE_POOLED_S = 30.0
MAX_IDLE_PER_HOST = 64
_REMEMBERED_URLS = 1024
_REMEMBERED_HEADS = 256

# Ours to send: a second one would let the two ends of the connection disagree on where the request ends.
OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect"}
)

_Key = tuple[str, str, int]


def _again(failure: TransportError) -> TransportError:
    """To be raised: what is raised holds frames, and these the connection, which would hold what it raised."""
    return type(failure)(failure.message, sent=failure.sent)


@functools.lru_cache(maxsize=1024)
def _name(raw: bytes) -> str:
    """Of a header: vendors have few, and send them with each reply."""
    return raw.decode("latin-1").lower()


class OwnUpstream:
    """Implements `Upstream`."""

    def __init__(
        self,
        egress: EgressPolicy,
        ssl_context: ssl.SSLContext,
        resolver: Resolver = system_resolver,
        proxies: ProxySettings | None = None,
        *,
        max_idle_per_host: int = MAX_IDLE_PER_HOST,
        idle_pooled_s: float = IDLE_POOLED_S,
    ) -> None:
        self._egress = egress
        self._connector = Connector(egress, ssl_context, resolver, proxies)
        self._pool = _Pool(max_idle_per_host, idle_pooled_s)
        self._destinations: dict[str, Destination] = {}
        self._heads: dict[tuple[str, str, tuple[tuple[str, str], ...]], str] = {}

    async def open(self, request: UpstreamRequest, deadlines: Deadlines) -> UpstreamReply:
        if self._pool.closed:
            raise ConnectFailed("The upstream client is closed.")
        total_at = asyncio.get_running_loop().time() + deadlines.total_s
        destination = self._destination(request.url)
        head = self._encode_head(request, destination)
        pooled = self._pool.take(destination.key)
        if pooled is not None:
            try:
                return await pooled.send(request.method, head, request.body, deadlines, total_at)
            except ConnectionLost:
                # The peer closed it while it lay in the pool. Once it has answered a byte it may have acted on it.
                if pooled.answered:
                    raise
        connection = await self._connect(destination, deadlines, total_at)
        return await connection.send(request.method, head, request.body, deadlines, total_at)

    @property
    def connections(self) -> int:
        """That are open, the idle ones among them."""
        return len(self._pool)

    async def aclose(self) -> None:
        """Close every connection, replies in flight included; later `open`s fail."""
        self._pool.close()

    def _destination(self, url: str) -> Destination:
        destination = self._destinations.get(url)
        if destination is None:
            destination = self._egress.check_url(url)
            if len(self._destinations) >= _REMEMBERED_URLS:
                self._destinations.clear()
            self._destinations[url] = destination
        return destination

    def _encode_head(self, request: UpstreamRequest, destination: Destination) -> bytes:
        """What many requests have in common is put together once: the head but for the labels and the length."""
        place = (request.method, request.url, request.headers)
        common = self._heads.get(place)
        if common is None:
            if len(self._heads) >= _REMEMBERED_HEADS:
                self._heads.clear()
            common = self._heads[place] = self._encode_common(request, destination)
        labels = "".join([f"{name}: {value}\r\n" for name, value in request.labels])
        if labels.count("\r") != len(request.labels) or labels.count("\n") != len(request.labels) or "\0" in labels:
            raise ProtocolViolation("A header of the request contains a line break.", sent=False)
        if request.body or request.method not in ("GET", "HEAD"):
            labels += f"content-length: {len(request.body)}\r\n"
        try:
            return f"{common}{labels}\r\n".encode("latin-1")
        except UnicodeEncodeError as exc:
            raise ProtocolViolation("A header of the request is not Latin-1.", sent=False) from exc

    def _encode_common(self, request: UpstreamRequest, destination: Destination) -> str:
        target = destination.path
        lines = [f"host: {destination.host_header}"]
        asks_encoding = False
        for name, value in request.headers:
            if name in OWN_HEADERS:
                continue
            asks_encoding = asks_encoding or name == "accept-encoding"
            lines.append(f"{name}: {value}")
        if not asks_encoding:
            lines.append("accept-encoding: identity")
        if destination.scheme == "http":
            proxy = self._connector.proxy_for(destination)
            if proxy is not None:
                target = f"http://{destination.host_header}{target}"
                if proxy.authorization is not None:
                    lines.append(f"proxy-authorization: {proxy.authorization}")
        text = f"{request.method} {target} HTTP/1.1\r\n" + "\r\n".join(lines)
        if text.count("\r") != len(lines) or text.count("\n") != len(lines) or "\0" in text:
            raise ProtocolViolation("A header of the request contains a line break.", sent=False)
        return text + "\r\n"

    async def _connect(self, destination: Destination, deadlines: Deadlines, total_at: float) -> "_Connection":
        connect_at = asyncio.get_running_loop().time() + deadlines.connect_s
        deadline = min(connect_at, total_at)
        try:
            async with asyncio.timeout_at(deadline):
                connection = await self._dial(destination, deadline)
        except TimeoutError as exc:
            if total_at <= connect_at:
                raise TotalTimeout(f"Not connected to {destination.host} within the total time.", sent=False) from exc
            raise ConnectTimeout(f"Not connected to {destination.host} in {deadlines.connect_s:g} s.") from exc
        if not connection.usable:
            raise ConnectFailed(f"{destination.host} closed the connection at once.")
        return connection

    async def _dial(self, destination: Destination, deadline: float) -> "_Connection":
        """What it made and does not return is dropped here: uvloop does not tell a connection of its loss that was
        cancelled while it opened."""
        made: list[_Connection] = []
        dialled: _Connection | None = None

        def make() -> _Connection:
            made.append(_Connection(destination, self._pool))
            return made[-1]

        try:
            dialled = await self._connector.dial(destination, make, deadline)
            return dialled
        finally:
            for connection in made:
                if connection is not dialled:
                    connection.drop()


class _Pool:
    """Idle connections by destination, last in first out; and all connections, so that they can be closed."""

    def __init__(self, max_idle_per_host: int, idle_s: float) -> None:
        self._max_idle_per_host = max_idle_per_host
        self._idle_s = idle_s
        self._idle: dict[_Key, list[_Connection]] = {}
        self._all: set[_Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._shared_buffer = memoryview(bytearray(_READ_BYTES))
        self.closed = False

    def __len__(self) -> int:
        return len(self._all)

    def read_buffer(self) -> memoryview:
        """Where the reads of a connection land.

        One for all: on a selector loop and on uvloop the read and `buffer_updated` follow `get_buffer` at once, and
        llhttp's callbacks copy. A proactor reads into it later, so there each has its own.
        """
        return memoryview(bytearray(_READ_BYTES)) if sys.platform == "win32" else self._shared_buffer

    def admit(self, connection: "_Connection") -> None:
        """Every connection enters here as it opens."""
        self._all.add(connection)
        if self.closed or connection.dropped:
            connection.drop()

    def take(self, key: _Key) -> "_Connection | None":
        stack = self._idle.get(key)
        while stack:
            connection = stack.pop()
            if connection.usable:
                return connection
            connection.drop()
        return None

    def give_back(self, connection: "_Connection") -> None:
        stack = self._idle.setdefault(connection.destination.key, [])
        if self.closed or not connection.usable or len(stack) >= self._max_idle_per_host:
            connection.drop()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        stack.append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_s, self._close_stale)

    def forget(self, connection: "_Connection") -> None:
        self._all.discard(connection)
        stack = self._idle.get(connection.destination.key)
        if stack is not None and connection in stack:
            stack.remove(connection)

    def close(self) -> None:
        self.closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for connection in tuple(self._all):
            connection.fail(ConnectionLost("The upstream client was closed.", sent=True))
            connection.drop()

    def _close_stale(self) -> None:
        loop = asyncio.get_running_loop()
        stale_before = loop.time() - self._idle_s
        for key, stack in tuple(self._idle.items()):
            for connection in tuple(stack):
                if connection.idle_since <= stale_before:
                    connection.drop()
            if not stack:
                del self._idle[key]
        # Half the time between sweeps: a connection lives at most 1.5 times idle_s.
        self._sweep = loop.call_later(self._idle_s / 2, self._close_stale) if self._idle else None


class _Reply:
    """Implements `UpstreamReply`."""

    def __init__(self, connection: "_Connection", status: int, headers: tuple[tuple[str, str], ...]) -> None:
        self._connection: _Connection | None = connection
        self.status = status
        self.headers = headers

    async def read_chunk(self, through: Through | None = None) -> bytes | None:
        if self._connection is None:
            raise ConnectionLost("The reply was closed.", sent=True)
        return await self._connection.read_chunk(through)

    async def read_all(self, limit_bytes: int) -> bytes:
        if self._connection is not None:
            whole = self._connection.take_whole(limit_bytes)
            if whole is not None:
                return whole
        return await read_to_end(self, limit_bytes)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.finish()


class _Connection(asyncio.BufferedProtocol):
    """One socket. Between `send` and `finish` it carries a reply; otherwise whatever arrives closes it."""

    def __init__(self, destination: Destination, pool: _Pool) -> None:
        self.destination = destination
        self.idle_since = 0.0
        self.dropped = False
        self.answered = False
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = pool.read_buffer()
        self._parser = httptools.HttpResponseParser(self)
        self._carrying = False
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._write_paused = False
        self._reading_paused = False
        self._total_at = 0.0
        self._reset("", Deadlines())

    def _reset(self, method: str, deadlines: Deadlines) -> None:
        self.answered = False
        self._method = method
        self._deadlines = deadlines
        self._failure: TransportError | None = None
        self._status = 0
        self._raw_headers: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._unframed_bytes = 0
        self._head_done = False
        self._interim = False
        self._ends_by_eof = False
        self._ended = False
        self._reusable = False
        self._chunks: list[bytes] = []
        self._buffered_bytes = 0
        self._waiting_since = 0.0
        self._unsent_bytes = 0
        self._through: Through | None = None
        self._through_enough = False
        self._through_error: Exception | None = None

    # --- what OwnUpstream and _Reply ask

    @property
    def usable(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def send(self, method: str, head: bytes, body: bytes, deadlines: Deadlines, total_at: float) -> UpstreamReply:
        """Write the request and wait for the reply's head. Raises a TransportError; then the socket is closed."""
        transport = self._transport
        assert transport is not None and not self._carrying
        self._reset(method, deadlines)
        self._carrying = True
        self._total_at = total_at
        if len(body) <= _WRITE_HIGH_BYTES:
            transport.write(head + body)
        else:
            transport.write(head)
            transport.write(body)
        self._waiting_since = self._loop.time()
        self._unsent_bytes = transport.get_write_buffer_size()
        self._watch_deadlines()
        while not self._head_done:
            if self._failure is not None:
                raise _again(self._failure)
            await self._wait()
        if self._failure is not None:
            raise _again(self._failure)
        headers = tuple([(_name(name), value.decode("latin-1")) for name, value in self._raw_headers])
        return _Reply(self, self._status, headers)

    async def read_chunk(self, through: Through | None) -> bytes | None:
        while True:
            if self._chunks:
                data = self._take_chunks()
                self._resume_reading()
                return data
            if self._failure is not None:
                raise _again(self._failure)
            if self._ended:
                return b""
            self._waiting_since = self._loop.time()
            self._through, self._through_enough = through, False
            try:
                await self._wait()
            finally:
                self._through = None
            if self._through_error is not None:
                raise self._through_error
            if self._through_enough:
                return None

    def _take_chunks(self) -> bytes:
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered_bytes = 0
        return data

    def _pass_through(self, through: Through) -> bool:
        """Whether the reader need not be woken: everything was taken, and more may come."""
        data = self._take_chunks()
        try:
            said = through(data)
        except Exception as exc:  # noqa: BLE001 - raised in the reader, whose mistake it is
            self._through_error = exc
            return False
        if said == "left":
            self._chunks.append(data)
            self._buffered_bytes = len(data)
        self._through_enough = said == "enough"
        self._waiting_since = self._loop.time()
        return said == "taken" and not self._ended

    def take_whole(self, limit_bytes: int) -> bytes | None:
        """The body, where it is here up to its end; else None, and it is to be read."""
        if not self._ended or self._failure is not None or self._buffered_bytes > limit_bytes:
            return None
        chunks, self._chunks = self._chunks, []
        self._buffered_bytes = 0
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def finish(self) -> None:
        self._stop_watching()
        self._carrying = False
        self._chunks.clear()
        everything_sent = self._transport is not None and self._transport.get_write_buffer_size() == 0
        if self._ended and self._reusable and everything_sent:
            self._resume_reading()
            self._pool.give_back(self)
        else:
            self.drop()

    def drop(self) -> None:
        """Close at once, without flushing; if it is not open yet, as soon as it is."""
        self.dropped = True
        self._stop_watching()
        self._pool.forget(self)
        if self._transport is not None:
            self._transport.abort()

    def fail(self, failure: TransportError) -> None:
        if self._ended or self._failure is not None or not self._carrying:
            return
        self._failure = failure
        self.drop()
        self._wake()

    # --- waiting and deadlines

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        except asyncio.CancelledError:
            self._carrying = False
            self.drop()
            raise
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _watch_deadlines(self) -> None:
        """One timer per reply, never moved by traffic: when it fires it looks at what is overdue, and re-arms."""
        now = self._loop.time()
        idle_s, first_byte_s = self._deadlines.idle_s, self._deadlines.first_byte_s
        host = self.destination.host
        if now >= self._total_at:
            self.fail(TotalTimeout(f"{host}: not finished within the total time.", sent=True))
        elif self._head_done:
            # A wait that begins after now ends after now + idle_s: looking again then misses none and is never late.
            next_at = (self._waiting_since if self._waiter is not None else now) + idle_s
            if now >= next_at:
                self.fail(IdleTimeout(f"{host}: nothing more for {idle_s:g} s.", sent=True))
            else:
                self._timer = self._loop.call_at(min(next_at, self._total_at), self._watch_deadlines)
        elif self._write_paused:
            self._watch_upload(now)
        else:
            overdue_at = self._waiting_since + first_byte_s
            if now >= overdue_at:
                self.fail(FirstByteTimeout(f"{host}: no answer in {first_byte_s:g} s.", sent=True))
            else:
                next_at = min(overdue_at, now + idle_s, self._total_at)
                self._timer = self._loop.call_at(next_at, self._watch_deadlines)

    def _watch_upload(self, now: float) -> None:
        assert self._transport is not None
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent_bytes:
            self._unsent_bytes = unsent
            self._waiting_since = now
        idle_s = self._deadlines.idle_s
        stalled_at = self._waiting_since + idle_s
        if now >= stalled_at:
            message = f"{self.destination.host}: took nothing of the request for {idle_s:g} s."
            self.fail(IdleTimeout(message, sent=True))
        else:
            next_at = min(stalled_at, now + self._deadlines.first_byte_s, self._total_at)
            self._timer = self._loop.call_at(next_at, self._watch_deadlines)

    def _stop_watching(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _resume_reading(self) -> None:
        if self._reading_paused and self._transport is not None:
            self._reading_paused = False
            self._transport.resume_reading()

    # --- asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # low=0: `resume_writing` then means that the kernel has the whole request, where first_byte_s begins.
        self._transport.set_write_buffer_limits(high=_WRITE_HIGH_BYTES, low=0)
        self._pool.admit(self)

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._waiting_since = self._loop.time()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if not self._carrying:
            self.drop()
            return
        self.answered = True
        if not self._head_done:
            self._head_bytes += nbytes
        self._unframed_bytes += nbytes
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            self._reusable = False
            self.fail(ProtocolViolation(f"{self.destination.host}: not valid HTTP: {exc}", sent=True))
        if not self._head_done and self._head_bytes > MAX_HEAD_BYTES:
            self._fail_large_head()
        elif self._unframed_bytes > MAX_HEAD_BYTES and self._head_done:
            # Chunk extensions and trailers without end: bytes that are no body and that nobody reads.
            self.fail(UpstreamTooLarge(f"{self.destination.host}: too much framing around the body.", sent=True))
        if self._through is not None and self._chunks and self._failure is None and self._pass_through(self._through):
            return
        if self._buffered_bytes >= _READ_BYTES and not self._reading_paused and not self._ended and self.usable:
            assert self._transport is not None
            self._reading_paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        if self._carrying and self._head_done and self._ends_by_eof and self._failure is None:
            self._ended = True
            self._wake()
        else:
            self._lost(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(exc)
        self._pool.forget(self)
        self._transport = None
        del self._parser  # which holds our methods: without it nothing is left for the garbage collector

    def _lost(self, exc: Exception | None) -> None:
        if self._carrying:
            why = f"connection lost ({exc})" if exc is not None else "connection closed before the end of the reply"
            self.fail(ConnectionLost(f"{self.destination.host}: {why}.", sent=True))
        else:
            self.drop()

    # --- llhttp calls these, from within `buffer_updated`

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_done:
            return  # a trailer
        self._raw_headers.append((name, value))
        if len(self._raw_headers) > MAX_HEADERS:
            self._fail_large_head()

    def on_headers_complete(self) -> None:
        if self._head_done:
            self._reusable = False
            return
        status = self._parser.get_status_code()
        if status == 101 or status < 100:
            self.fail(ProtocolViolation(f"{self.destination.host}: unexpected status {status}.", sent=True))
            return
        if status < 200:
            self._interim = True
            self._raw_headers.clear()
            return
        self._status = status
        framed = False
        size = 0
        for name, value in self._raw_headers:
            size += len(name) + len(value) + 4
            lower = name.lower()
            if lower == b"content-length":
                framed = True
            elif lower == b"transfer-encoding":
                framed = True
                if value.strip().lower() != b"chunked":
                    self.fail(ProtocolViolation(f"{self.destination.host}: unknown transfer-encoding.", sent=True))
        if size > MAX_HEAD_BYTES:
            self._fail_large_head()
        self._ends_by_eof = not framed
        self._head_done = True
        self._unframed_bytes = 0
        if self._method == "HEAD":
            self._ended = True

    def on_body(self, data: bytes) -> None:
        if self._ended or self._failure is not None:
            self._reusable = False
            return
        self._unframed_bytes = 0
        self._chunks.append(data)
        self._buffered_bytes += len(data)

    def on_message_begin(self) -> None:
        if self._ended:
            self._reusable = False  # bytes after the reply: whatever they are, they answer nothing we asked

    def on_message_complete(self) -> None:
        if self._interim:
            self._interim = False
        elif not self._ended:
            self._ended = True
            self._reusable = self._failure is None and self._parser.should_keep_alive()

    def _fail_large_head(self) -> None:
        message = f"{self.destination.host}: the reply's head is over {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers."
        self.fail(UpstreamTooLarge(message, sent=True))
