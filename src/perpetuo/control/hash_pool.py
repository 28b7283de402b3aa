"""Argon2id beside the event loop: one thread that hashes, a short queue, and an answer at once when that is full.

`cryptography` lets go of the interpreter's lock while it hashes: on 2026-11-25 (50.0.2) another thread took 359 turns
during one hash of 29 ms and waited 5 ms at most, CPython's switch interval. A test counts the loop's turns.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from perpetuo.control.passwords import UNKNOWN_USERS_HASH, hash_password, is_password_hash, password_matches
from perpetuo.control.replies import ControlError

THREADS = 1
"""A worker has one core to live on; its hashes take a part of another one."""
WAITING = 16
"""With the one at work: half a second of hashing on a slow machine."""
NICENESS = 10
"""Where cores are scarce, requests go before passwords."""

T = TypeVar("T")


class HashPool:
    """evaluated: how many hashes were made or compared."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="passwords", initializer=_be_nice)
        self._room = threads + waiting
        self.evaluated = 0

    @property
    def has_room(self) -> bool:
        return self._room > 0

    @contextlib.contextmanager
    def place(self) -> Generator["Place"]:
        """To be taken before anything else is asked, the database for instance, so that whoever comes while all places
        are taken costs nothing. Raises ControlError 429."""
        if not self.has_room:
            raise busy()
        self._room -= 1
        place = Place(self.run)
        try:
            yield place
        finally:
            # Whoever asked may have left: the thread works on, and the place is taken until it is done.
            place.when_done(self._make_room)

    async def hash(self, password: str) -> str:
        """Raises ControlError 429."""
        with self.place() as place:
            return await place.hash(password)

    async def matches(self, password: str, hashed: str | None) -> bool:
        """As `Place.matches`. Raises ControlError 429."""
        with self.place() as place:
            return await place.matches(password, hashed)

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def run(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        self.evaluated += 1
        return asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _make_room(self) -> None:
        self._room += 1


class Place:
    """One hash at a time."""

    def __init__(self, run: Callable[[Callable[[], Any]], "asyncio.Future[Any]"]) -> None:
        self._run = run
        self._at_work: asyncio.Future[Any] | None = None

    async def hash(self, password: str) -> str:
        return await self._do(lambda: hash_password(password))

    async def matches(self, password: str, hashed: str | None) -> bool:
        """hashed: None for a user who does not exist, which takes as long."""
        if hashed is None or not is_password_hash(hashed):
            await self._do(lambda: password_matches(password, UNKNOWN_USERS_HASH))
            return False
        return await self._do(lambda: password_matches(password, hashed))

    def when_done(self, then: Callable[[], None]) -> None:
        if self._at_work is None or self._at_work.done():
            then()
        else:
            self._at_work.add_done_callback(lambda future: (future.cancelled() or future.exception(), then()))

    async def _do(self, work: Callable[[], T]) -> T:
        self._at_work = self._run(work)
        return await asyncio.shield(self._at_work)


def busy() -> ControlError:
    return ControlError(429, "busy", "Too many people are signing in at this moment: try again.", retry_after_s=1.0)


def _be_nice() -> None:
    """On Linux a thread's id names the thread alone where POSIX says process (setpriority(2), notes)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
