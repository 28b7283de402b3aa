"""Nobody's workspace takes the whole pool: so many transactions of one at a time in this worker, the others wait."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from perpetuo.control.replies import ControlError

AT_ONCE = 3
"""Of the pool's eight connections; a page of the dashboard asks for a handful of things, each for milliseconds."""
TOGETHER = 6
"""All workspaces: somebody may own many. Two connections are left to find out who is calling, and to sign in."""
WAIT_S = 3.0


class Shares:
    def __init__(self, at_once: int = AT_ONCE, wait_s: float = WAIT_S, together: int = TOGETHER) -> None:
        self._at_once = at_once
        self._wait_s = wait_s
        self._together = asyncio.Semaphore(together)
        self._taken: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    def __len__(self) -> int:
        """Workspaces that have or want a transaction now."""
        return len(self._taken)

    @asynccontextmanager
    async def of(self, workspace_id: str) -> AsyncGenerator[None]:
        """Not to be nested. Raises ControlError 429 after a while, or 503 where it is others who take too long."""
        semaphore = self._taken.setdefault(workspace_id, asyncio.Semaphore(self._at_once))
        self._users[workspace_id] = self._users.get(workspace_id, 0) + 1
        try:
            try:
                async with asyncio.timeout(self._wait_s):
                    await semaphore.acquire()
            except TimeoutError:
                raise _too_many() from None
            try:
                async with self._place():
                    yield
            finally:
                semaphore.release()
        finally:
            self._users[workspace_id] -= 1
            if not self._users[workspace_id]:
                del self._users[workspace_id], self._taken[workspace_id]

    @asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._together.acquire()
        except TimeoutError:
            raise ControlError(
                503, "busy", "Too many workspaces ask for something at this moment: try again.", retry_after_s=1.0
            ) from None
        try:
            yield
        finally:
            self._together.release()


def _too_many() -> ControlError:
    return ControlError(
        429, "too_many_at_once", "This workspace asks for too much at the same time: try again.", retry_after_s=1.0
    )
