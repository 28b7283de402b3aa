"""Perpetuo as people run it, `perpetuo up` as a process of its own on a data directory of its own, with everything on:
authentication, the rate limit of addresses, a quota, a key's limit and budget, routing with a second candidate,
decisions, journal, events, metrics."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from perpetuo.lab.bench.children import BenchFailed, end, start, wait_until
from perpetuo.lab.bench.probes import free_port, is_ready
from perpetuo.lab.bench.processes import command_of, descendants

COMMAND = (sys.executable, "-m", "perpetuo.cli.main")
_START_WITHIN_S = 120.0
_REQUEST_TIMEOUT_S = 30.0
_UPSTREAM_KEY = "sk-bench-0123456789abcdef0123456789abcdef"
# High enough never to be reached, and looked at by every request.
_IP_RATE_LIMIT = 1_000_000_000
_QUOTA = 1_000_000_000_000
_REQUESTS_PER_MINUTE = 10_000_000
_BUDGET_NANOUSD = 2**53


class Gateway:
    """edge: of PERPETUO_EDGE, None = as it comes. A second workspace speaks with the upstream through TLS."""

    def __init__(
        self, directory: Path, *, edge: str | None = None, authority: Path | None = None, events_file: bool = False
    ) -> None:
        directory.mkdir(mode=0o700)
        self.port = free_port()
        self.keys: dict[bool, str] = {}
        self.ready_after_s: list[float] = []
        """Of each start, the first one with the making of a database."""
        self._directory = directory
        self._log = directory / "output.log"
        self._environment = _environment(directory, self.port, edge, authority)
        if events_file:
            self._environment["PERPETUO_EVENTS_FILE"] = str(directory / "events.jsonl")

    def start(self) -> None:
        """Returns when it is ready. Raises BenchFailed."""
        began_s = time.monotonic()
        self._process = start([*COMMAND, "up", "--no-local"], self._log, self._environment, self._directory)
        try:
            wait_until(lambda: is_ready(self.port, "/readyz"), self._process, self._log, _START_WITHIN_S)
            self.ready_after_s.append(time.monotonic() - began_s)
            # The records of a first start are noted before, the sentence comes after.
            wait_until(lambda: " ready at " in self._log.read_text(), self._process, self._log, _START_WITHIN_S)
        except BenchFailed:
            self.stop()
            raise

    def stop(self) -> None:
        end(self._process)

    def prepare(self, upstream_port: int, tls_port: int) -> None:
        """Its configuration, through the commands and the API that people use."""
        first_run = json.loads((self._directory / "data" / "first-run.json").read_text())
        session = self._api("POST", "/auth/login", {name: first_run[name] for name in ("email", "password")})
        token = session["token"]
        workspaces = {"default": f"http://127.0.0.1:{upstream_port}/v1"}
        if tls_port:
            self._command("admin", "workspace", "create", "secure")
            workspaces["secure"] = f"https://localhost:{tls_port}/v1"
        ids = {"default": first_run["workspace_id"]}
        for name, base_url in workspaces.items():
            for label, priority in (("first", "10"), ("second", "20")):
                self._command(
                    "admin", "provider", "add", "--workspace", name, "--provider", "openai", "--base-url", base_url,
                    "--api-key", f"{_UPSTREAM_KEY}{label}", "--label", label, "--priority", priority,
                )  # fmt: skip
            self._command(
                "admin", "workspace", "set", name, "--quota-requests", str(_QUOTA), "--quota-tokens", str(_QUOTA)
            )
            self.keys[name == "secure"] = self._make_key(token, ids.get(name), name)

    def _make_key(self, token: str, workspace_id: str | None, name: str) -> str:
        if workspace_id is None:
            listed = self._api("GET", "/workspaces", None, token)
            workspace_id = next(row["id"] for row in listed if row["name"] == name)
            token = self._api("POST", "/auth/switch", {"workspace_id": workspace_id}, token)["token"]
        limits = {"requests_per_minute": _REQUESTS_PER_MINUTE, "budget_nanousd_month": _BUDGET_NANOUSD}
        made = self._api("POST", f"/workspaces/{workspace_id}/api-keys", {"name": "bench", **limits}, token)
        return made["key"]

    @property
    def workers(self) -> list[int]:
        """The worker, and what works for it."""
        found = [pid for pid in descendants(self._process.pid) if "perpetuo.cli.worker" in command_of(pid)]
        return sorted({pid for worker in found for pid in descendants(worker)})

    @property
    def beside(self) -> list[int]:
        """The parent with its projector, and PostgreSQL."""
        workers = self.workers
        return [pid for pid in descendants(self._process.pid) if pid not in workers]

    def _command(self, *arguments: str) -> None:
        log = self._directory / "commands.log"
        process = start([*COMMAND, *arguments], log, self._environment, self._directory)
        if process.wait(_START_WITHIN_S):
            last = "\n".join(log.read_text().splitlines()[-5:])
            raise BenchFailed(f"perpetuo {' '.join(arguments[:3])} failed:\n{last}")

    def _api(self, method: str, path: str, body: object, token: str | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=_REQUEST_TIMEOUT_S) as reply:  # noqa: S310
                return json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise BenchFailed(f"{method} {path}: {error.code} {error.read(300).decode()}") from error


def _environment(directory: Path, port: int, edge: str | None, authority: Path | None) -> dict[str, str]:
    """Nothing of the developer's own settings or keys."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    environment = {
        **kept,
        "HOME": str(directory),
        "PERPETUO_DATA_DIR": str(directory / "data"),
        "PERPETUO_PORT": str(port),
        "PERPETUO_WORKERS": "1",
        "PERPETUO_EGRESS_ALLOW": "127.0.0.0/8,localhost",
        "PERPETUO_IP_RATE_LIMIT": str(_IP_RATE_LIMIT),
        "PERPETUO_MODEL_DISCOVERY": "off",
        "PERPETUO_DRAIN_TIMEOUT_S": "5",
    }
    if edge is not None:
        environment["PERPETUO_EDGE"] = edge
    if authority is not None:
        environment["PERPETUO_CA_BUNDLE"] = str(authority)
    return environment
