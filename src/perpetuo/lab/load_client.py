"""A small HTTP/1.1 client that measures: bare sockets on loopback, each byte stamped as it arrives, nothing retried."""

import asyncio
import ipaddress
import time
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

import httptools
import msgspec

_TAIL_BYTES = 256
_MAX_REPLY_BYTES = 256 * 1024 * 1024


class Exchange(msgspec.Struct):
    """What happened to one request, by the clock it was given.

    first_byte_s: of the body. tail: the body's last bytes. problem: why there is no whole reply:
    `refused`, `cut`, `timeout` or `unreadable`.
    """

    sent_s: float
    ended_s: float = 0.0
    first_byte_s: float | None = None
    status: int | None = None
    tail: bytes = b""
    body_bytes: int = 0
    has_error_event: bool = False
    problem: str | None = None
    headers: dict[str, str] = {}


class Target(msgspec.Struct, frozen=True):
    host: str
    port: int
    path: str


def loopback_target(url: str, path: str = "/v1/chat/completions") -> Target:
    """Where to send. Raises ValueError for anything that is not plain HTTP on this machine: load is for one's own."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http":
        raise ValueError(f"plain http only, not {parts.scheme}: load is sent to this machine alone")
    host = parts.hostname or ""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ValueError(f"load is sent to loopback only (127.0.0.1, ::1, localhost), not to {host!r}")
    base = parts.path.rstrip("/").removesuffix("/v1")
    return Target(address, parts.port or 80, base + path)


class LoadClient:
    """Connections are kept and used again, last in first out; a request that finds none opens one."""

    def __init__(self, target: Target, key: str, *, now_s: Callable[[], float] = time.perf_counter) -> None:
        self._target = target
        host = f"[{target.host}]" if ":" in target.host else target.host
        self._head = (
            f"POST {target.path} HTTP/1.1\r\nhost: {host}:{target.port}\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {key}\r\n"
        ).encode("latin-1")
        self._idle: list[_Connection] = []
        self._now_s = now_s

    async def send(self, body: bytes, *, timeout_s: float, headers: Mapping[str, str] | None = None) -> Exchange:
        """Never raises for what the other side does. Cancelled: the connection is closed."""
        own = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = self._head + f"{own}content-length: {len(body)}\r\n\r\n".encode("latin-1")
        exchange = Exchange(self._now_s())
        try:
            async with asyncio.timeout(timeout_s):
                connection = await self._connection()
                await connection.carry(head + body, exchange)
                if connection.is_reusable:
                    self._idle.append(connection)
        except TimeoutError:
            exchange.problem = "timeout"
        except OSError:
            exchange.problem = "refused"
        exchange.ended_s = self._now_s()
        return exchange

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> "_Connection":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_reusable:
                return connection
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: _Connection(self._now_s), self._target.host, self._target.port
        )
        return connection


class _Connection(asyncio.Protocol):
    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._exchange: Exchange | None = None
        self._done: asyncio.Future[None] | None = None
        self._keeps_alive = True

    @property
    def is_reusable(self) -> bool:
        return (
            self._keeps_alive
            and self._exchange is None
            and self._transport is not None
            and not self._transport.is_closing()
        )

    async def carry(self, request: bytes, exchange: Exchange) -> None:
        """Returns when the reply is whole, or can not be any more. Cancelled: the connection is gone."""
        assert self._transport is not None
        self._exchange = exchange
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            await self._done
        except asyncio.CancelledError:
            self._transport.abort()
            raise
        finally:
            self._exchange = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _end(self, problem: str | None) -> None:
        if self._exchange is not None and self._done is not None and not self._done.done():
            self._exchange.problem = problem
            self._done.set_result(None)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end("unreadable")
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("cut")

    # httptools callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._exchange is not None and name.lower().startswith(b"x-perpetuo-"):
            self._exchange.headers = {
                **self._exchange.headers, name.decode("latin-1").lower(): value.decode("latin-1"),
            }  # fmt: skip

    def on_headers_complete(self) -> None:
        if self._exchange is not None:
            self._exchange.status = self._parser.get_status_code()
        self._keeps_alive = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        if exchange.first_byte_s is None:
            exchange.first_byte_s = self._now_s()
        exchange.body_bytes += len(body)
        window = exchange.tail + body
        exchange.has_error_event = exchange.has_error_event or b'data: {"error"' in window
        exchange.tail = window[-_TAIL_BYTES:]
        if exchange.body_bytes > _MAX_REPLY_BYTES:
            self._end("unreadable")
            self.close()

    def on_message_complete(self) -> None:
        self._end(None)
