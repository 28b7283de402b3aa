"""A whole `perpetuo up` as processes of its own, on a data directory that outlives them, beside simulated vendors.

async with home.up() as gateway:
    await home.command("admin", "key", "create")
    await gateway.fetch("SELECT id FROM request_logs")
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psutil

from perpetuo.db.engine import connect
from perpetuo.lab import SimulatedVendor, VendorSettings

COMMAND = [sys.executable, "-m", "perpetuo.cli.main"]
START_WITHIN_S = 90.0
STOP_WITHIN_S = 60.0
SEEN_WITHIN_S = 30.0

T = TypeVar("T")


class Home:
    """What a machine keeps while gateways come and go: data directory, port, and the ports of two vendors.

    snapshot_poll_s is so long that only a notification can bring a change to a running gateway in time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data_dir = path / "data"
        self.port, *self.vendor_ports = free_ports(3)
        self._starts = 0

    def environment(self, **variables: str) -> dict[str, str]:
        """Nothing of the developer's own settings or keys."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.path),
            "PERPETUO_DATA_DIR": str(self.data_dir),
            "PERPETUO_PORT": str(self.port),
            "PERPETUO_EGRESS_ALLOW": "127.0.0.0/8",
            "PERPETUO_IP_RATE_LIMIT": "0",
            "PERPETUO_SNAPSHOT_POLL_S": "600",
            "PERPETUO_DRAIN_TIMEOUT_S": "10",
            **variables,
        }

    @property
    def first_run(self) -> dict[str, str]:
        return json.loads((self.data_dir / "first-run.json").read_text())

    async def command(self, *arguments: str) -> str:
        """stdout of a command that succeeds."""
        done = await asyncio.to_thread(self._run, arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(),
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )

    async def add_provider(self, vendor_port: int, *, workspace: str = "default", provider: str, priority: int) -> None:
        await self.command(
            "admin", "provider", "add", "--workspace", workspace, "--provider", provider,
            "--base-url", f"http://127.0.0.1:{vendor_port}{'/v1' if provider == 'openai' else ''}",
            "--api-key", "sk-lab-0123456789abcdef0123456789", "--priority", str(priority),
        )  # fmt: skip

    @asynccontextmanager
    async def up(self, **variables: str) -> "AsyncIterator[GatewayProcess]":
        """A gateway that is ready. Whatever is left of it at the end is killed."""
        self._starts += 1
        output = self.path / f"up-{self._starts}.log"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [*COMMAND, "up", "--no-local"],
                env=self.environment(**variables),
                cwd=self.path,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        gateway = GatewayProcess(self, process, output)
        try:
            await gateway.wait_until_said("Perpetuo is ready at")
            yield gateway
        finally:
            await asyncio.to_thread(gateway.clean_up)

    def servers(self) -> list[psutil.Process]:
        """PostgreSQL processes that work below our directory, whoever their parent is now."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name() == "postgres" and process.cwd().startswith(f"{self.path}/"):
                    found.append(process)
        return found


class GatewayProcess:
    def __init__(self, home: Home, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.home = home
        self.process = process
        self._output = output
        self._seen: set[psutil.Process] = set()

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.home.port}"

    def client(self, api_key: str | None = None) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.base_url,
            headers={"authorization": f"Bearer {api_key or self.home.first_run['api_key']}"},
            timeout=30.0,
            limits=httpx2.Limits(max_connections=None),
        )

    async def wait_until_said(self, words: str) -> None:
        async def is_said() -> bool:
            assert self.process.poll() is None or words in self.said, self.said
            return words in self.said

        await until(is_said, START_WITHIN_S)

    async def fetch(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        """As the role that sees every workspace."""
        note = json.loads((self.home.data_dir / "run.json").read_text())
        connection = await connect(note["database_url"], "perpetuo_system")
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def rows(self, ids: set[str]) -> dict[str, dict[str, Any]]:
        """The rows of these requests, once all of them are there."""

        async def all_there() -> dict[str, dict[str, Any]] | None:
            found = await self.fetch("SELECT * FROM request_logs WHERE id = ANY($1::uuid[])", sorted(ids))
            assert len(found) == len({row["id"] for row in found})
            return {str(row["id"]): row for row in found} if len(found) == len(ids) else None

        return await until(all_there, SEEN_WITHIN_S)

    def everything(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        processes = [parent, *parent.children(recursive=True)]
        self._seen.update(processes)
        return processes

    def workers(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for process in self.everything():
            with contextlib.suppress(psutil.Error):
                if "perpetuo.cli.worker" in process.cmdline():
                    found.append(process)
        return found

    async def stopped(self) -> int:
        """The exit code, once it has ended."""
        return await asyncio.to_thread(self.process.wait, STOP_WITHIN_S)

    def terminate(self) -> None:
        self.everything()
        self.process.send_signal(signal.SIGTERM)

    def clean_up(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(psutil.Error, subprocess.TimeoutExpired):
                self.terminate()
                self.process.wait(STOP_WITHIN_S)
        for process in [*self._seen, *self.home.servers()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(STOP_WITHIN_S)


@asynccontextmanager
async def vendor(home: Home, number: int, shape: Any = "openai", **settings: Any) -> AsyncIterator[SimulatedVendor]:
    """A simulated vendor on the home's n-th vendor port, with books of its own."""
    simulated = SimulatedVendor(f"vendor-{number}", shape, seed=number, settings=VendorSettings(**settings))
    await simulated.start(port=home.vendor_ports[number])
    try:
        yield simulated
    finally:
        await simulated.stop()


async def until(check: Callable[[], Awaitable[T | None]], within_s: float = SEEN_WITHIN_S) -> T:
    """The first truthy answer. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not (found := await check()):
            await asyncio.sleep(0.05)
        return found


async def wait_until_gone(processes: Sequence[psutil.Process]) -> None:
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=STOP_WITHIN_S)
    assert alive == []


def chat_body(model: str = "gpt-4o", *, stream: bool = False, text: str = "go") -> dict[str, Any]:
    return {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]
