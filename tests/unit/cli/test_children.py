import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from perpetuo.cli.children import Child, Lifeline

TIED = """
import sys, time
from perpetuo.cli.children import tie_to_parent
tie_to_parent(int(sys.argv[1]), int(sys.argv[2]), by_kernel=sys.argv[3] == "kernel")
print("tied", flush=True)
time.sleep(60)
"""

PARENT = """
import os, subprocess, sys, time
from perpetuo.cli.children import Lifeline
lifeline = Lifeline()
child = subprocess.Popen(
    [sys.executable, "-c", sys.argv[1], str(os.getpid()), str(lifeline.read_fd), sys.argv[2]],
    pass_fds=[lifeline.read_fd], stdout=subprocess.PIPE, start_new_session=True,
)
assert child.stdout.readline() == b"tied\\n"
print(child.pid, flush=True)
time.sleep(60)
"""

WAYS = ["kernel", "pipe"] if sys.platform == "linux" else ["pipe"]


@pytest.mark.parametrize("way", WAYS)
def test_a_child_ends_when_its_parent_is_killed(way: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, TIED, way], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child_pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(child_pid)


def wait_until_gone(pid: int) -> None:
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        signal.sigtimedwait([], 0.02)
    pytest.fail(f"process {pid} is still there")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


async def test_a_child_that_dies_is_started_again() -> None:
    said: list[str] = []
    restarted = asyncio.Event()

    def report(sentence: str) -> None:
        said.append(sentence)
        if len(said) == 2:
            restarted.set()

    child = Child("worker 1", python("raise SystemExit(7)"), dict(os.environ), report=report)
    await child.start()
    await asyncio.wait_for(restarted.wait(), 60)
    assert await child.first_exit == 7
    await child.stop(5)
    assert said[0] == "worker 1 ended with exit code 7; starting it again in 0.2 s"
    assert "in 0.4 s" in said[1], "the pause grows"


async def test_a_killed_child_is_named_by_its_signal(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child("worker 1", python("import time; time.sleep(60)"), dict(os.environ), report=said.append)
    await child.start()
    child.process.kill()
    assert await asyncio.wait_for(child.first_exit, 60) == -signal.SIGKILL
    await child.stop(5)
    assert "signal SIGKILL" in said[0]


async def test_stopping_is_gentle_first_and_final_then(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    stubborn = python(f"""
        import pathlib, signal, time
        signal.signal(signal.SIGTERM, lambda *_: pathlib.Path({str(marker)!r}).write_text("told"))
        pathlib.Path({str(marker)!r}).write_text("ready")
        while True:
            time.sleep(1)
    """)
    said: list[str] = []
    child = Child("worker 1", stubborn, dict(os.environ), report=said.append)
    await child.start()
    while not marker.exists() or marker.read_text() != "ready":
        await asyncio.sleep(0.01)
    await child.stop(1)
    assert marker.read_text() == "told"
    assert child.process.returncode == -signal.SIGKILL
    assert said == ["worker 1 did not stop within 1 s; killing it"]


async def test_a_child_is_not_in_the_terminals_process_group() -> None:
    child = Child("worker 1", python("import time; time.sleep(60)"), dict(os.environ), report=lambda _: None)
    await child.start()
    try:
        assert os.getpgid(child.process.pid) != os.getpgid(0)
    finally:
        await child.stop(5)


def test_only_the_parent_holds_the_write_end_of_the_lifeline() -> None:
    lifeline = Lifeline()
    try:
        assert not os.get_inheritable(lifeline._write_fd)
    finally:
        lifeline.close()
