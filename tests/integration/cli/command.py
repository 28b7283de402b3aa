"""Running `perpetuo` as a person does: a process, its output, its exit code."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "perpetuo.cli.main"]
START_WITHIN_S = 180
STOP_WITHIN_S = 90


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """Nothing of the developer's own settings or keys."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(data_dir.parent),
        "PERPETUO_DATA_DIR": str(data_dir),
        "PERPETUO_PORT": "0",
        "PERPETUO_DRAIN_TIMEOUT_S": "5",
        **variables,
    }


def run(variables: dict[str, str], *arguments: str, cwd: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments], env=variables, cwd=cwd, input=text, capture_output=True, text=True, timeout=120
    )


class Running:
    """A gateway's process, once it has said that it is ready."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def said(self) -> str:
        return self._output.read_text()

    def wait_until_said(self, words: str) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def everything(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        return [process for process in self.everything() if "perpetuo.cli.worker" in process.cmdline()]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_WITHIN_S)


@contextlib.contextmanager
def started(variables: dict[str, str], *arguments: str, cwd: Path) -> Iterator[Running]:
    output = cwd / f"output-{time.monotonic_ns()}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*COMMAND, *arguments], env=variables, cwd=cwd, stdout=file, stderr=subprocess.STDOUT
        )
    running = Running(process, output)
    try:
        running.wait_until_said(" ready at ")
        yield running
    finally:
        if process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.stop()
        if process.poll() is None:
            process.kill()
            process.wait()


def first_run(data_dir: Path) -> dict[str, str]:
    return json.loads((data_dir / "first-run.json").read_text())


def chat(base_url: str, api_key: str, model: str = "gpt-4") -> tuple[int, dict[str, str], dict[str, object]]:
    body = {"model": model, "max_tokens": 8, "messages": [{"role": "user", "content": "Say hello."}]}
    request = urllib.request.Request(
        f"{base_url}/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, dict(reply.headers), json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), json.load(error)


def wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []
