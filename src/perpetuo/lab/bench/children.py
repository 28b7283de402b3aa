"""Processes that the benchmark starts, speaks with in lines, and ends."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_STOP_WITHIN_S = 40.0


class BenchFailed(Exception):
    """A sentence for the person who runs it."""


class Spoken:
    """A Python module of ours as a process: a line in, lines out. It ends with its standard input."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.module = module
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._read = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(line + b"\n")
        while view:
            view = view[self._process.stdin.write(view) or 0 :]

    def next_line(self, within_s: float) -> bytes:
        """Raises BenchFailed."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + within_s
        while b"\n" not in self._read:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self._process.stdout], [], [], left_s)[0]:
                raise BenchFailed(f"{self.module} said nothing for {within_s:.0f} s.")
            data = os.read(self._process.stdout.fileno(), 1 << 16)
            if not data:
                raise BenchFailed(f"{self.module} ended; what it said is above.")
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return line

    def stop(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        end(self._process, within_s=5.0)
        self._process.stdout.close()


def start(
    arguments: Sequence[str], log: Path, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> "subprocess.Popen[bytes]":
    """A process whose output goes to `log`; its own session, so that Ctrl-C reaches only us, and we end it."""
    with log.open("ab") as file:
        return subprocess.Popen(  # noqa: S603 - programs named by ourselves
            arguments,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until(is_so: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, within_s: float) -> None:
    """Looks every few milliseconds. Raises BenchFailed when the process ends first, or the time is over."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if process.poll() is not None or time.monotonic() > deadline:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise BenchFailed(f"{Path(str(process.args[0])).name} did not start. What it said last:\n{last}")  # pyright: ignore
        time.sleep(0.005)


def end(process: "subprocess.Popen[bytes]", within_s: float = _STOP_WITHIN_S) -> None:
    """In order, and if it does not go, not in order."""
    if process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.send_signal(signal.SIGTERM)
            process.wait(within_s)
    if process.poll() is None:
        process.kill()
        process.wait()
