"""The port through which the data plane calls upstreams; `client.py` and `reference_client.py` implement it."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from perpetuo.core.errors import UpstreamTooLarge
from perpetuo.providers.base import UpstreamRequest


class Deadlines(msgspec.Struct, frozen=True):
    """Seconds. first_byte_s: from the request's last byte to the reply's first. idle_s: between two reads.
    total_s: from `open` to the reply's last byte. stall_floor_bytes_per_s: what a stream has to bring while it is
    waited for, on average of `stall_window_s`; 0 = no floor."""

    connect_s: float = 5.0
    first_byte_s: float = 60.0
    idle_s: float = 60.0
    total_s: float = 600.0
    stall_floor_bytes_per_s: float = 0.0
    stall_window_s: float = 30.0


Through = Callable[[bytes], Literal["left", "taken", "enough"]]
"""Takes a chunk the moment it arrives. left: not now, `read_chunk` returns it. enough: taken, and it was the last."""


class UpstreamReply(Protocol):
    """An open reply: the head is here, the body is read chunk by chunk."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Lower-case names."""

    async def read_chunk(self, through: Through | None = None) -> bytes | None:
        """The next bytes as they arrived, b"" once at the end. Raises a TransportError.

        through: is given what arrives while this waits, without a task in between, as often as it takes it; None is
        returned when it has had enough. It may not be called at all. What it raises is raised here."""
        ...

    async def read_all(self, limit_bytes: int) -> bytes:
        """The rest of the body. Raises UpstreamTooLarge over the limit, or another TransportError."""
        ...

    def close(self) -> None:
        """Done with it. Returns the connection to the pool if the body was read to its end, else closes the
        socket at once. Safe to call twice, and from a cancelled task."""
        ...


async def read_to_end(reply: UpstreamReply, limit_bytes: int) -> bytes:
    """What both clients mean by `read_all`: closes the reply when it is over the limit."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await reply.read_chunk():
        size += len(chunk)
        if size > limit_bytes:
            reply.close()
            raise UpstreamTooLarge(f"The reply's body is over {limit_bytes} bytes.", sent=True)
        chunks.append(chunk)
    return b"".join(chunks)


class Upstream(Protocol):
    async def open(self, request: UpstreamRequest, deadlines: Deadlines) -> UpstreamReply:
        """Send the request and wait for the reply's head. Raises a TransportError. Cancelling it closes the socket."""
        ...

    async def aclose(self) -> None: ...
