"""A reply that is given up when its bytes come too slowly."""

import asyncio

from perpetuo.core.errors import Stalled
from perpetuo.core.ports import Clock
from perpetuo.core.resilience.stall import StallMeter
from perpetuo.http.upstream import Deadlines, Through, UpstreamReply, read_to_end


class GuardedReply:
    """Measures only inside `read_chunk`, that is while we wait for the upstream."""

    def __init__(self, reply: UpstreamReply, deadlines: Deadlines, clock: Clock) -> None:
        self.status, self.headers = reply.status, reply.headers
        self._reply = reply
        self._clock = clock
        self._floor_bytes_per_s = deadlines.stall_floor_bytes_per_s
        self._meter = StallMeter(deadlines.stall_floor_bytes_per_s, deadlines.stall_window_s)

    async def read_chunk(self, through: Through | None = None) -> bytes | None:
        """Raises Stalled below the floor, and whatever the reply raises. Each chunk is measured, so none goes
        `through`."""
        del through
        began_s = self._clock.monotonic_s()
        try:
            async with asyncio.timeout(self._meter.patience_s()):
                data = await self._reply.read_chunk()
        except TimeoutError as error:
            raise self._stalled() from error
        # Of the end it does not matter how slowly it came.
        if data and self._meter.is_below_floor(self._clock.monotonic_s() - began_s, len(data)):
            raise self._stalled()
        return data

    async def read_all(self, limit_bytes: int) -> bytes:
        return await read_to_end(self, limit_bytes)

    def close(self) -> None:
        self._reply.close()

    def _stalled(self) -> Stalled:
        self._reply.close()
        return Stalled(f"The reply came with less than {self._floor_bytes_per_s:g} bytes a second.", sent=True)
