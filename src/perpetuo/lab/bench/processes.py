"""CPU time and memory of processes, from Linux's /proc, and on which cores they run."""

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Memory(msgspec.Struct, frozen=True):
    """rss: pages in memory. pss: the same, those shared with others counted by share."""

    rss_bytes: int
    pss_bytes: int


def cpu_s_of(stat: str, *, with_waited: bool = False) -> float:
    """User and system time from the text of /proc/PID/stat, which may have spaces and brackets in the name.

    with_waited: with that of the children which ended and were waited for.
    """
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_waited else 13])) / _TICKS_PER_S


def parent_of(stat: str) -> int:
    return int(stat.rpartition(")")[2].split()[1])


def cpu_s(pids: Iterable[int], *, with_waited: bool = False) -> float:
    """Of all of them together.

    with_waited: what has ended counts at its parent, which is among them. Else raises FileNotFoundError or
    ProcessLookupError when one has ended.
    """
    total_s = 0.0
    for pid in pids:
        try:
            total_s += cpu_s_of((_PROC / str(pid) / "stat").read_text(), with_waited=with_waited)
        except (FileNotFoundError, ProcessLookupError):
            if not with_waited:
                raise
    return total_s


def memory(pid: int) -> Memory:
    values: dict[str, int] = {}
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0]) * 1024
    return Memory(values["Rss"], values["Pss"])


def memory_of(pids: Iterable[int]) -> Memory:
    all_of_them = [memory(pid) for pid in pids]
    return Memory(sum(one.rss_bytes for one in all_of_them), sum(one.pss_bytes for one in all_of_them))


def descendants(pid: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(parent_of((entry / "stat").read_text()), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, ()))
    return found


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def pin(pids: Iterable[int], cores: set[int]) -> None:
    """All threads of these processes, to these cores."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in (_PROC / str(pid) / "task").iterdir():
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread.name), cores)


def step_back(pids: Iterable[int]) -> None:
    """What works in the background gives way at once to the load generator, whose clock would be late otherwise.
    Niceness is not enough: a slice that has begun is worked to its end."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for thread in (_PROC / str(pid) / "task").iterdir():
                with contextlib.suppress(OSError):
                    os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))


def wait_until_quiet(pids: Iterable[int], within_s: float, *, share: float = 0.05, look_s: float = 0.25) -> bool:
    """True when they together use less than `share` of a core; False when they still use more after within_s."""
    deadline = time.monotonic() + within_s
    pids = list(pids)
    while pids and time.monotonic() < deadline:
        before, began = cpu_s(pids, with_waited=True), time.monotonic()
        time.sleep(look_s)
        if cpu_s(pids, with_waited=True) - before <= share * (time.monotonic() - began):
            return True
    return not pids
