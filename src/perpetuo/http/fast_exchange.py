"""`Exchange` straight on the socket: what llhttp has read of a request, and the bytes of its response."""

import asyncio
import http
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import unquote

from perpetuo.http.exchange import BodyTimeout, BodyTooLarge, ClientGone

# Of a body nobody has asked for yet; more stays in the socket.
UNASKED_BYTES = 64 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

Headers = Sequence[tuple[bytes, bytes]]


def _status_line(status: http.HTTPStatus) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())


_STATUS_LINES = {int(status): _status_line(status) for status in http.HTTPStatus}


class Wire(Protocol):
    """The connection, as a response needs it."""

    peer: str
    send_paused: bool
    """The client takes less than is sent."""

    def standing_head(self) -> bytes:
        """Header lines of every response."""
        ...

    def send(self, data: bytes) -> None: ...

    async def until_sendable(self) -> None:
        """Returns at the latest when the client is gone."""
        ...

    def resume_body(self) -> None:
        """Read on: the body is wanted."""
        ...

    def pause_body(self) -> None: ...

    def is_last(self) -> bool:
        """No further request is answered on this connection."""
        ...

    def end(self, *, close: bool) -> None:
        """The response is complete. close: after it has been flushed."""
        ...

    def break_off(self) -> None:
        """Flush, then close without ending the response."""
        ...


class FastExchange:
    """headers: the first of each lower-case name. content_length: None where the request does not say.
    expects_continue: the client waits for our word before it sends its body."""

    __slots__ = (
        "_aborted",
        "_body_done",
        "_chunked",
        "_chunks",
        "_closes",
        "_content_length",
        "_ended",
        "_expects_continue",
        "_gone",
        "_head",
        "_headers",
        "_http_1_0",
        "_limit_bytes",
        "_overdue",
        "_size",
        "_started",
        "_tell_gone",
        "_waiter",
        "_wire",
        "method",
        "path",
        "peer",
        "query",
        "task",
    )

    def __init__(
        self,
        wire: Wire,
        method: str,
        target: bytes,
        headers: Mapping[bytes, bytes],
        *,
        peer: str,
        content_length: int | None,
        expects_continue: bool,
        keeps_alive: bool,
        http_1_0: bool,
    ) -> None:
        raw_path, _, self.query = target.partition(b"?")
        path = raw_path.decode("ascii")
        self.path: str = unquote(path) if "%" in path else path
        self.method = method
        self.peer = peer
        self._wire = wire
        self._headers = headers
        self._content_length = content_length
        self._expects_continue = expects_continue
        self._closes = not keeps_alive
        self._http_1_0 = http_1_0
        self._chunks: list[bytes] = []
        self._size = 0
        self._limit_bytes = UNASKED_BYTES
        self._body_done = False
        self._overdue = False
        self._waiter: asyncio.Future[None] | None = None
        self._head: bytes | None = None
        self._chunked = False
        self._started = False
        self._ended = False
        self._aborted = False
        self._gone = False
        self._tell_gone: Callable[[], None] | None = None
        self.task: asyncio.Task[None] | None = None
        """That carries it."""

    # --- what handlers call

    @property
    def started(self) -> bool:
        return self._started

    def header(self, name: bytes) -> bytes | None:
        return self._headers.get(name)

    async def body(self, limit_bytes: int, within_s: float) -> bytes:
        """Raises BodyTooLarge before reading, where content-length already says so."""
        if self._content_length is not None and self._content_length > limit_bytes:
            raise BodyTooLarge
        self._limit_bytes = limit_bytes
        if not self._body_done:
            await self._receive_rest(within_s)
        if self._size > limit_bytes:
            raise BodyTooLarge
        chunks, self._chunks = self._chunks, []
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def when_gone(self, tell: Callable[[], None]) -> None:
        if self._gone:
            tell()
        else:
            self._tell_gone = tell

    def start(self, status: int, headers: Headers) -> None:
        assert not self._started, "the response has a head"
        self._chunked = not self._http_1_0
        self._closes = self._closes or self._http_1_0
        self._head = self._encode_head(status, headers, b"transfer-encoding: chunked\r\n" if self._chunked else b"")

    async def write(self, data: bytes) -> None:
        if self._wire.send_paused and not self._gone:
            await self._wire.until_sendable()
        if self._gone or self._aborted:
            raise ClientGone
        out = b"%x\r\n%b\r\n" % (len(data), data) if self._chunked and data else data
        self._wire.send(out if self._started else self._take_head() + out)

    @property
    def takes_now(self) -> bool:
        return self._started and not (self._wire.send_paused or self._gone or self._aborted)

    def write_now(self, data: bytes) -> None:
        self._wire.send(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    async def finish(self) -> None:
        if self._aborted or self._gone:
            return
        head = b"" if self._started else self._take_head()
        self._end(head + b"0\r\n\r\n" if self._chunked else head)

    async def respond(self, status: int, headers: Headers, body: bytes) -> None:
        assert not self._started, "the response has a head"
        if self._gone:
            return
        self._started = True
        head = self._encode_head(status, headers, b"content-length: %d\r\n" % len(body))
        self._end(head if self.method == "HEAD" else head + body)

    def abort(self) -> None:
        if not (self._aborted or self._ended or self._gone):
            self._aborted = True
            self._wire.break_off()

    # --- what the connection calls

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def body_done(self) -> bool:
        return self._body_done

    @property
    def size(self) -> int:
        """Of the body so far, in bytes."""
        return self._size

    def take(self, data: bytes) -> None:
        """A part of the body."""
        self._size += len(data)
        self._chunks.append(data)
        if self._size > self._limit_bytes:
            self._wire.pause_body()
            self._wake()

    def take_end(self) -> None:
        self._body_done = True
        self._wake()

    def take_overdue(self) -> None:
        """The body comes too slowly."""
        self._overdue = True
        self._wake()

    def take_gone(self) -> None:
        if self._gone or self._ended:
            return
        self._gone = True
        self._wake()
        tell, self._tell_gone = self._tell_gone, None
        if tell is not None:
            tell()

    # ---

    async def _receive_rest(self, within_s: float) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(within_s, self.take_overdue)
        if self._expects_continue and not self._size:
            self._wire.send(CONTINUE)
        try:
            self._wire.resume_body()
            while not (self._body_done or self._gone or self._overdue or self._size > self._limit_bytes):
                self._waiter = loop.create_future()
                await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        if self._gone:
            raise ClientGone
        if self._overdue and not self._body_done:
            raise BodyTimeout

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _encode_head(self, status: int, headers: Headers, framing: bytes) -> bytes:
        # Whoever still has a body to send would take what follows for its next request's answer.
        self._closes = self._closes or not self._body_done or self._wire.is_last()
        own = b"".join([b"%b: %b\r\n" % header for header in headers])
        if own.count(b"\r") != len(headers) or own.count(b"\n") != len(headers) or b"\0" in own:
            raise ValueError("a header of the response contains a line break or NUL")
        if b"connection: close\r\n" in own:
            self._closes = True
        elif self._closes:
            framing += b"connection: close\r\n"
        return b"%b%b%b%b\r\n" % (_STATUS_LINES[status], self._wire.standing_head(), own, framing)

    def _take_head(self) -> bytes:
        assert self._head is not None, "the response has no head"
        self._started = True
        return self._head

    def _end(self, data: bytes) -> None:
        self._ended = True
        self._tell_gone = None
        self._wire.send(data)
        self._wire.end(close=self._closes)
