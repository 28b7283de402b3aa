"""Whether cores are in each other's way: on virtual machines two of them are often one, and CPU times grow with it."""

import subprocess
import sys

# The best of many short loops: what interrupts the machine does not count. argv: the core to run on.
_LOOP = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
best = 1e9
for _ in range(40):
    began = time.thread_time()
    for _ in range(100_000):
        pass
    best = min(best, time.thread_time() - began)
print(best)
"""
_BUSY = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
os.write(1, b".")
while True:
    pass
"""


def slowed_by(other: int, core: int) -> float:
    """How many times as much CPU time a loop takes on `core` while `other` is busy; 1.0 on cores of their own."""
    alone_s = _loop_s(core)
    with _python(_BUSY, other) as busy:
        try:
            assert busy.stdout is not None
            busy.stdout.read(1)
            beside_s = _loop_s(core)
        finally:
            busy.kill()
    return beside_s / alone_s


def _loop_s(core: int) -> float:
    with _python(_LOOP, core) as loop:
        return float(loop.communicate()[0])


def _python(code: str, core: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", code, str(core)], stdout=subprocess.PIPE)  # noqa: S603
