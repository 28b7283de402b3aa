"""What all connections of one worker share: limits, how many there are, and who looks for those that take too long."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from perpetuo.core.client_address import TrustedProxies
from perpetuo.core.limits import ip_bucket
from perpetuo.http.exchange import Exchange

# One clock for all connections instead of a timer for each: deadlines strike up to this much late, in seconds.
SWEEP_S = 1.0


class EdgeLimits(msgspec.Struct, frozen=True):
    """header_s: for the whole head of a request. body_grace_s: before the body's rate is looked at.
    keep_alive_s: for the next request on an idle connection. drain_idle_s: the same once the worker drains.
    max_connections: of this worker. max_connections_per_address: 0 = no such limit."""

    header_s: float = 10.0
    body_grace_s: float = 10.0
    body_min_bytes_per_s: float = 1024.0
    keep_alive_s: float = 75.0
    drain_idle_s: float = 1.0
    max_connections: int = 10_000
    max_connections_per_address: int = 0


class Connection(Protocol):
    """What the edge sees of a connection."""

    peer: str

    def close_if_overdue(self, now_s: float) -> None:
        """now_s: the loop's time."""
        ...


class Edge:
    """handle: carries a request of `/v1/*` that does not take the way through ASGI; None = all take it.

    uncounted: CIDRs that have no limit per address: of trusted proxies, which speak for many, and exempt ones.
    """

    def __init__(
        self,
        limits: EdgeLimits | None = None,
        handle: Callable[[Exchange], Awaitable[None]] | None = None,
        *,
        trusted_proxies: Sequence[str] = (),
        uncounted: Sequence[str] = (),
    ) -> None:
        self.limits = limits or EdgeLimits()
        self.handle = handle
        self.proxies = TrustedProxies(trusted_proxies) if trusted_proxies else None
        self.draining = False
        self.refused = 0
        """Connections over a limit, since start."""
        self._uncounted = TrustedProxies((*trusted_proxies, *uncounted))
        self._connections: set[Connection] = set()
        self._of_address: Counter[str] = Counter()
        self._standing_headers: list[tuple[bytes, bytes]] = []
        self._standing_head = b""
        self._sweep_s = min(SWEEP_S, self.limits.header_s / 4, self.limits.keep_alive_s / 4)
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._connections)

    def admit(self, connection: Connection) -> bool:
        """False: there are too many, close it. Each admitted one is to be given to `forget` when it is lost."""
        limits = self.limits
        if len(self._connections) >= limits.max_connections or self._is_over_its_share(connection):
            self.refused += 1
            return False
        self._connections.add(connection)
        if limits.max_connections_per_address:
            self._of_address[_address(connection)] += 1
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(self._sweep_s, self._sweep)
        return True

    def forget(self, connection: Connection) -> None:
        if connection not in self._connections:
            return
        self._connections.remove(connection)
        if self.limits.max_connections_per_address:
            address = _address(connection)
            self._of_address[address] -= 1
            if self._of_address[address] <= 0:
                del self._of_address[address]

    def standing_head(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """The lines of these headers, which every response has: `date`. uvicorn makes another list once a second."""
        if headers is not self._standing_headers:
            self._standing_headers = headers
            self._standing_head = b"".join(b"%b: %b\r\n" % header for header in headers)
        return self._standing_head

    def _is_over_its_share(self, connection: Connection) -> bool:
        share = self.limits.max_connections_per_address
        if not share or self._of_address[_address(connection)] < share:
            return False
        return not self._uncounted.trusts(connection.peer)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        for connection in tuple(self._connections):
            connection.close_if_overdue(now_s)
        self._sweeper = loop.call_later(self._sweep_s, self._sweep) if self._connections else None


def _address(connection: Connection) -> str:
    """What is counted together."""
    return ip_bucket(connection.peer) or connection.peer
