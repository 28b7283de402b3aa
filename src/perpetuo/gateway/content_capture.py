"""Keeps hold of what was asked and answered while a request is under way, for workspaces that want it in their logs.

Only references are kept, to what exists anyway, and no chunk waits for it. Sealing and writing come after settlement.
"""

from collections.abc import Callable, Sequence

from perpetuo.core.content import MAX_ANSWER_BYTES, encode_content
from perpetuo.http.exchange import Exchange


class ContentCapture:
    __slots__ = ("_answer", "_answer_bytes", "_request")

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._answer: list[bytes] = []
        self._answer_bytes = 0

    def note(self, data: bytes) -> None:
        """What the client was sent."""
        if self._answer_bytes < MAX_ANSWER_BYTES:
            self._answer.append(data)
        self._answer_bytes += len(data)

    def encoded(self) -> bytes:
        return encode_content(self._request, self._answer, self._answer_bytes)


class CapturedExchange:
    """An `Exchange` that notes what was written once it was handed to the socket."""

    def __init__(self, exchange: Exchange, capture: ContentCapture) -> None:
        self._exchange = exchange
        self._capture = capture
        self.method = exchange.method
        self.path = exchange.path
        self.query = exchange.query
        self.peer = exchange.peer

    @property
    def started(self) -> bool:
        return self._exchange.started

    def header(self, name: bytes) -> bytes | None:
        return self._exchange.header(name)

    async def body(self, limit_bytes: int, within_s: float) -> bytes:
        return await self._exchange.body(limit_bytes, within_s)

    def when_gone(self, tell: Callable[[], None]) -> None:
        self._exchange.when_gone(tell)

    def start(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._exchange.start(status, headers)

    async def write(self, data: bytes) -> None:
        await self._exchange.write(data)
        self._capture.note(data)

    @property
    def takes_now(self) -> bool:
        return self._exchange.takes_now

    def write_now(self, data: bytes) -> None:
        self._exchange.write_now(data)
        self._capture.note(data)

    async def finish(self) -> None:
        await self._exchange.finish()

    async def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        await self._exchange.respond(status, headers, body)
        self._capture.note(body)

    def abort(self) -> None:
        self._exchange.abort()
