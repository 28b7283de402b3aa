"""Requests of the control plane start one at a time: one in each turn of the event loop, in the order they came.

The data plane lives in the same loop. Without this, two hundred sign-ins that come at once are two hundred pieces of
work in one turn, and whatever streams through this worker waits for all of them (measured: docs/measurements.md).
"""

import asyncio
from collections import deque

from perpetuo.control.guard import App, Receive, Scope, Send
from perpetuo.control.hash_pool import HashPool, busy
from perpetuo.control.replies import failure_response

HASHING_PATHS = frozenset({"/auth/login", "/auth/signup", "/auth/password", "/auth/reset"})


class Gate:
    """Whoever comes to hash while there is no place is refused here, before anything is read or parsed."""

    def __init__(self, app: App, passwords: HashPool) -> None:
        self._app = app
        self._passwords = passwords
        self._turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._turns.mine()
        if scope["type"] == "http" and scope["path"] in HASHING_PATHS and not self._passwords.has_room:
            await failure_response(busy())(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Turns:
    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_taken = False

    async def mine(self) -> None:
        """Returns in a turn of the loop in which it does for nobody else."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._next)
            return
        waiting = loop.create_future()
        self._waiting.append(waiting)
        await waiting

    def _next(self) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():  # or else whoever waited has left
                waiting.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._is_taken = False
