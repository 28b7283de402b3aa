"""The machine a result is from."""

import datetime
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec

import perpetuo

_MIB = 1024 * 1024


class Machine(msgspec.Struct, frozen=True):
    """commit: with `+` when files differed from it; None where there is no git."""

    cpu: str
    cores: int
    memory_mib: int
    kernel: str
    python: str
    versions: dict[str, str]
    commit: str | None
    date: str
    load_average: float

    @property
    def sentences(self) -> list[str]:
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return [
            f"{self.cpu}, {self.cores} cores, {self.memory_mib:,} MiB, Linux {self.kernel}",
            f"Python {self.python}, {versions}",
            f"{self.date}, commit {self.commit or 'unknown'}, load average at the start {self.load_average:.1f}",
        ]


def this_machine(others: dict[str, str]) -> Machine:
    """others: name -> version of who is measured beside us."""
    own = {name: version(name) for name in ("uvloop", "httptools", "uvicorn")}
    return Machine(
        cpu=_cpu_model(Path("/proc/cpuinfo").read_text()),
        cores=len(os.sched_getaffinity(0)),
        memory_mib=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MIB,
        kernel=platform.release(),
        python=platform.python_version(),
        versions=own | others,
        commit=_commit(),
        date=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        load_average=os.getloadavg()[0],
    )


def _cpu_model(cpuinfo: str) -> str:
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def _commit() -> str | None:
    directory = Path(perpetuo.__file__).parent
    try:
        commit = _git(directory, "rev-parse", "--short=10", "HEAD")
        changed = _git(directory, "status", "--porcelain", "--untracked-files=no", "--", str(directory))
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changed else "")


def _git(directory: Path, *arguments: str) -> str:
    ended = subprocess.run(  # noqa: S603
        ["git", "-C", str(directory), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return ended.stdout.strip()
