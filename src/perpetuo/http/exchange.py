"""What a handler sees of one request. The same under plain ASGI and under the fast protocol."""

from collections.abc import Callable, Sequence
from typing import Protocol


class ClientGone(Exception):
    """The client closed its connection; there is nobody to write to."""


class BodyTooLarge(Exception):
    """The request's body is over the limit given to `body`."""


class BodyTimeout(Exception):
    """The request's body did not come in the time given to `body`, or came too slowly."""


class Exchange(Protocol):
    method: str
    path: str
    """Percent-decoded, without the query."""
    query: bytes
    peer: str
    """The address of the socket's other end, or of whom a trusted proxy names; "" where there is none (a UNIX
    socket)."""

    def header(self, name: bytes) -> bytes | None:
        """The first header of that lower-case name."""
        ...

    async def body(self, limit_bytes: int, within_s: float) -> bytes:
        """The whole request body. Raises BodyTooLarge, BodyTimeout, ClientGone."""
        ...

    def when_gone(self, tell: Callable[[], None]) -> None:
        """`tell` is called once, from the loop, when the client leaves before the end of its response; at once if it
        has left. Watched from the moment the body was read."""
        ...

    def start(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Fix the response's head; it leaves with the first `write` or `finish`."""
        ...

    async def write(self, data: bytes) -> None:
        """Send bytes now. Returns when the socket takes more (a slow client slows the caller). Raises ClientGone."""
        ...

    @property
    def takes_now(self) -> bool:
        """`write_now` may be called: the response has begun, and the client keeps up."""
        ...

    def write_now(self, data: bytes) -> None:
        """`write`, for a caller that can not wait."""
        ...

    async def finish(self) -> None:
        """End the response properly."""
        ...

    async def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        """Head, content-length, body and end in one."""
        ...

    def abort(self) -> None:
        """Flush what was written, then close the connection without ending the response: never a clean 200."""
        ...

    @property
    def started(self) -> bool:
        """The head has been handed to the socket: no second answer is possible."""
        ...
