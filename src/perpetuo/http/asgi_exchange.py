"""`Exchange` on raw ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol

from perpetuo.http.exchange import BodyTimeout, BodyTooLarge, ClientGone

Message = MutableMapping[str, Any]
TRANSPORT_EXTENSION = "perpetuo.transport"


class ClosableTransport(Protocol):
    def close(self) -> None:
        """Send what was written, then close; nothing is added."""
        ...


class AsgiExchange:
    """One ASGI `http` call. Whoever makes it calls `close` before the ASGI application returns."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        client = scope.get("client")
        self.peer: str = client[0] if client else ""
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._head: Message | None = None
        self._started = False
        self._finished = False
        self._aborted = False
        self._disconnected = asyncio.Event()
        self._tell_gone: Callable[[], None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def started(self) -> bool:
        return self._started

    @property
    def disconnected(self) -> asyncio.Event:
        return self._disconnected

    def header(self, name: bytes) -> bytes | None:
        for key, value in self._headers:
            if key == name:
                return value
        return None

    async def body(self, limit_bytes: int, within_s: float) -> bytes:
        """Raises BodyTooLarge before reading, where content-length already says so."""
        try:
            async with asyncio.timeout(within_s):
                body = await self._read_body(limit_bytes)
        except TimeoutError as exc:
            raise BodyTimeout from exc
        self._watcher = asyncio.create_task(self._watch_disconnect())
        return body

    def when_gone(self, tell: Callable[[], None]) -> None:
        if self._disconnected.is_set():
            tell()
        else:
            self._tell_gone = tell

    async def _read_body(self, limit_bytes: int) -> bytes:
        announced = self.header(b"content-length")
        if announced is not None and announced.isdigit() and int(announced) > limit_bytes:
            raise BodyTooLarge
        chunks: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._disconnected.set()
                raise ClientGone
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > limit_bytes:
                raise BodyTooLarge
            chunks.append(chunk)
            more = message.get("more_body", False)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def start(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        assert not self._started, "the response has a head"
        self._head = {"type": "http.response.start", "status": status, "headers": list(headers)}

    async def write(self, data: bytes) -> None:
        await self._send_head()
        await self._send_event({"type": "http.response.body", "body": data, "more_body": True})

    @property
    def takes_now(self) -> bool:
        """Never: an ASGI server is told what to send by a coroutine."""
        return False

    def write_now(self, data: bytes) -> None:
        raise NotImplementedError

    async def finish(self) -> None:
        await self._send_last(b"")

    async def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        self.start(status, [*headers, (b"content-length", b"%d" % len(body))])
        await self._send_last(body)

    def abort(self) -> None:
        """Without the server's transport in the scope, the server closes it when the application returns unfinished."""
        self._aborted = True
        transport: ClosableTransport | None = self._scope.get("extensions", {}).get(TRANSPORT_EXTENSION)
        if transport is not None:
            transport.close()

    async def close(self) -> None:
        """Stop watching for the disconnect."""
        watcher, self._watcher = self._watcher, None
        if watcher is None:
            return
        watcher.cancel()
        # `wait` and not `await watcher`: the task's own cancellation must not be taken for ours.
        await asyncio.wait((watcher,))

    async def _send_head(self) -> None:
        head = self._head
        assert head is not None, "the response has no head"
        if not self._started:
            # Told from waiting: as long as the socket takes nothing, another head may still take its place.
            await self._send_event(head)
            self._started = True

    async def _send_last(self, body: bytes) -> None:
        try:
            await self._send_head()
            self._finished = True
            await self._send_event({"type": "http.response.body", "body": body, "more_body": False})
        except ClientGone:
            # Told by `disconnected`: at the end of a response there is nothing left to stop.
            return

    async def _send_event(self, event: Message) -> None:
        if self._aborted or self._disconnected.is_set():
            raise ClientGone
        try:
            await self._send(event)
        except OSError as exc:  # what ASGI 2.4 servers raise after a disconnect
            self._disconnected.set()
            raise ClientGone from exc
        if self._disconnected.is_set() and not self._finished:
            raise ClientGone

    async def _watch_disconnect(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                # Servers also say so when the response has ended; then nobody is gone.
                if not self._finished:
                    self._disconnected.set()
                    if self._tell_gone is not None:
                        self._tell_gone()
                return
