"""HTTP/1.1 with the socket in our hands: what a well-behaved server library never sends has to be possible here."""

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import cast

import httptools
import msgspec

from perpetuo.lab.draws import between
from perpetuo.lab.ledger import Connection, LabLedger, LedgerEntry

MAX_BODY_BYTES = 64 * 1024 * 1024
"""More than any real vendor takes; only there so that a mistake can not eat the machine."""
_MAX_PIPELINED = 16


class HttpRequest(msgspec.Struct):
    """headers: lower-case names; of a repeated header the last one."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    keep_alive: bool
    received_at: float


class LabConnection(asyncio.Protocol):
    """One accepted socket. Requests are served one after the other, each by `serve` in a task of its own."""

    def __init__(
        self,
        serve: Callable[[HttpRequest, "Reply"], Awaitable[None]],
        ledger: LabLedger,
        now_s: Callable[[], float],
        open_connections: set["LabConnection"],
    ) -> None:
        self._serve = serve
        self._ledger = ledger
        self._open_connections = open_connections
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[HttpRequest] = deque()
        self._writable = asyncio.Event()
        self._writable.set()
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._is_stopping = False
        self.now_s = now_s
        self.transport: asyncio.Transport
        self.record: Connection
        self.entry: LedgerEntry | None = None
        self.task: asyncio.Task[None] | None = None

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.record = self._ledger.connect(self.now_s())
        self._open_connections.add(self)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.close()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_connections.discard(self)
        now = self.now_s()
        if self.record.closed_at is None:
            self.record.closed_at, self.record.closed_by = now, "client"
        if self.entry is not None and self.entry.outcome == "open":
            self.entry.outcome = "stopped" if self._is_stopping else "client_closed"
            if not self._is_stopping:
                self.entry.client_closed_at = now
        self._waiting.clear()
        self._writable.set()
        if self.task is not None:
            self.task.cancel()

    # httptools callbacks

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > MAX_BODY_BYTES:
            self.close()
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode("latin-1").partition("?")
        request = HttpRequest(
            method=self._parser.get_method().decode(),
            path=path,
            query=query,
            headers=self._headers,
            body=b"".join(self._body),
            keep_alive=self._parser.should_keep_alive(),
            received_at=self.now_s(),
        )
        self._url, self._headers, self._body, self._body_bytes = b"", {}, [], 0
        self._waiting.append(request)
        if len(self._waiting) >= _MAX_PIPELINED:
            self.transport.pause_reading()
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        is_done = False
        try:
            while self._waiting and not self.transport.is_closing():
                request = self._waiting.popleft()
                self.record.requests += 1
                await self._serve(request, Reply(self, request))
                self.entry = None
                if not request.keep_alive:
                    self.close()
                elif not self.transport.is_closing():
                    self.transport.resume_reading()
            is_done = True
        finally:
            if not is_done:
                # Cancelled because the socket is gone, or a defect of the lab: nobody may wait for it.
                self.transport.abort()
            self.entry = None
            self.task = None

    # for Reply and the vendor

    @property
    def is_full(self) -> bool:
        return not self._writable.is_set()

    async def drain(self) -> None:
        await self._writable.wait()

    def close(self) -> None:
        """FIN, after what is still to be sent."""
        self._mark_closed()
        self.transport.close()

    def reset(self) -> None:
        """RST: a zero linger time makes the kernel drop what it has not sent."""
        self._mark_closed()
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def stop(self) -> None:
        self._is_stopping = True
        self._mark_closed()
        self.transport.abort()

    def _mark_closed(self) -> None:
        if self.record.closed_at is None:
            self.record.closed_at, self.record.closed_by = self.now_s(), "lab"


class Reply:
    """What a request is answered with, step by step; keeps the entry of the books as it goes.

    split_seed: when set, bytes leave in small pieces cut at places drawn from it.
    """

    def __init__(self, connection: LabConnection, request: HttpRequest) -> None:
        self._connection = connection
        self._keep_alive = request.keep_alive
        self._is_chunked = False
        self._writes = 0
        self.entry: LedgerEntry | None = None
        self.split_seed: str | None = None

    def record_in(self, entry: LedgerEntry) -> None:
        self.entry = entry
        self._connection.entry = entry

    @property
    def connection(self) -> Connection:
        return self._connection.record

    def now_s(self) -> float:
        return self._connection.now_s()

    async def head(self, status: int, headers: Sequence[tuple[str, str]], length: int | None) -> None:
        """length: of the body in bytes; None = chunked."""
        self._is_chunked = length is None
        lines = [f"HTTP/1.1 {status} {_reason(status)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines.append("transfer-encoding: chunked" if length is None else f"content-length: {length}")
        if not self._keep_alive:
            lines.append("connection: close")
        if self.entry is not None:
            self.entry.status = status
        await self._write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")

    async def send(self, data: bytes) -> None:
        await self._write(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)

    async def send_raw(self, data: bytes) -> None:
        """Past all framing."""
        await self._write(data)

    async def send_bad_framing(self) -> None:
        await self._write(b"zz\r\nnot a chunk\r\n" if self._is_chunked else b"")

    async def finish(self) -> None:
        """The body's end. Whatever is booked as the outcome is decided before."""
        if self._is_chunked:
            await self._write(b"0\r\n\r\n")

    async def respond(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        await self.head(status, headers, len(body))
        await self.send(body)

    async def hang(self) -> None:
        """Until the client leaves or the vendor stops: both cancel this task."""
        await asyncio.Event().wait()

    def close(self) -> None:
        self._connection.close()

    def reset(self) -> None:
        if self.entry is not None:
            self.entry.reset_at = self.now_s()
        self._connection.reset()

    async def _write(self, data: bytes) -> None:
        if self._connection.transport.is_closing():
            # The client is gone and `connection_lost` is on its way to cancel this task.
            await self.hang()
        if self.entry is not None and self.entry.first_byte_at is None:
            self.entry.first_byte_at = self.now_s()
        if self.split_seed is None:
            self._connection.transport.write(data)
        else:
            await self._write_split(data, self.split_seed)
        if self._connection.is_full:
            await self._connection.drain()

    async def _write_split(self, data: bytes, seed: str) -> None:
        start = 0
        while start < len(data) and not self._connection.transport.is_closing():
            self._writes += 1
            size = between(1, 24, seed, self._writes)
            self._connection.transport.write(data[start : start + size])
            start += size
            await asyncio.sleep(0)


async def stop_connections(connections: set[LabConnection]) -> None:
    """Breaks every connection and waits for the tasks that served them."""
    tasks = [connection.task for connection in connections if connection.task is not None]
    for connection in list(connections):
        connection.stop()
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    # `connection_lost` is called in the next turn of the loop.
    await asyncio.sleep(0)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded"
