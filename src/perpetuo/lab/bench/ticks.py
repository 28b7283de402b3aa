"""A timer that is due at exact times: the event loop's own goes by the millisecond."""

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

_TFD_NONBLOCK = 0o4000
_TFD_CLOEXEC = 0o2000000


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class Ticks:
    """Calls `on_tick(intended_s)` for each tick, however late the loop is: the n-th is intended at start + n / per_s
    of time.monotonic(). Linux's timerfd; Python has it from 3.13 on."""

    def __init__(self, per_s: float, on_tick: Callable[[float], None]) -> None:
        self._on_tick = on_tick
        self._interval_ns = round(1e9 / per_s)
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd: int = libc.timerfd_create(time.CLOCK_MONOTONIC, _TFD_NONBLOCK | _TFD_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        interval = _Timespec(*divmod(self._interval_ns, 1_000_000_000))
        self._next_ns = time.monotonic_ns() + self._interval_ns
        libc.timerfd_settime(self._fd, 0, ctypes.byref(_Itimerspec(interval, interval)), None)
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def _read(self) -> None:
        for _ in range(int.from_bytes(os.read(self._fd, 8), "little")):
            self._on_tick(self._next_ns / 1e9)
            self._next_ns += self._interval_ns

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
