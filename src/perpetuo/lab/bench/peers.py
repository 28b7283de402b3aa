"""Other gateways, installed from their package registries into a cache of their own, one process each, without a
database: what they do at their quickest. One that can not be had is told of, never guessed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from perpetuo.lab.bench.children import BenchFailed, end, start, wait_until
from perpetuo.lab.bench.exchanges import MODEL
from perpetuo.lab.bench.probes import free_port, is_listening
from perpetuo.lab.bench.processes import descendants
from perpetuo.lab.bench.subjects import Subject

_INSTALL_WITHIN_S = 300.0
_START_WITHIN_S = 90.0
_KEY = "sk-bench-peer-0123456789"
# 1.82.7 and 1.82.8 were malicious; a package in the registry says that 1.107.0 was compromised.
_LITELLM = "litellm[proxy]>=1.83,!=1.107.0"
_PORTKEY = "@portkey-ai/gateway"


class Peer:
    """An installed one. headers: what its clients send beside the usual."""

    def __init__(self, name: str, version: str, headers: dict[str, str]) -> None:
        self.name = name
        self.version = version
        self.port = free_port()
        self._headers = headers

    def start(self, arguments: Sequence[str], environment: dict[str, str], directory: Path) -> None:
        """Returns when it listens. Raises BenchFailed."""
        log = directory / f"{self.name}.log"
        self._process = start(arguments, log, environment, directory)
        try:
            wait_until(lambda: is_listening(self.port), self._process, log, _START_WITHIN_S)
        except BenchFailed:
            self.stop()
            raise

    def stop(self) -> None:
        end(self._process)

    def subject(self) -> Subject:
        ports = {"unary": self.port, "stream": self.port}
        return Subject(self.name, ports, self._headers, lambda: descendants(self._process.pid), is_peer=True)


class PeerMissing(Exception):
    """A sentence: why one is left out."""


def start_litellm(cache: Path, directory: Path, upstream_port: int) -> Peer:
    """Its proxy with one worker and a master key. Raises PeerMissing, BenchFailed."""
    home = cache / "litellm"
    if not (home / "bin" / "litellm").exists():
        _install("litellm", [sys.executable, "-m", "venv", "--clear", str(home)], cache)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", _LITELLM]
        _install("litellm", pip, cache)
    version = _output(
        [str(home / "bin" / "python"), "-c", "import importlib.metadata as m; print(m.version('litellm'))"]
    )
    peer = Peer("litellm", version, {"authorization": f"Bearer {_KEY}"})
    upstream = {"model": f"openai/{MODEL}", "api_base": f"http://127.0.0.1:{upstream_port}/v1", "api_key": "sk-bench"}
    configuration = {
        "model_list": [{"model_name": MODEL, "litellm_params": upstream}],
        "general_settings": {"master_key": _KEY},
        "litellm_settings": {"telemetry": False},
    }
    file = directory / "litellm.yaml"
    file.write_text(json.dumps(configuration))  # JSON is YAML
    command = [
        *(str(home / "bin" / "litellm"), "--config", str(file), "--host", "127.0.0.1", "--port", str(peer.port)),
        *("--num_workers", "1", "--telemetry", "False"),
    ]
    peer.start(command, _environment(directory, LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_LOG="ERROR"), directory)
    return peer


def start_portkey(cache: Path, directory: Path, upstream_port: int) -> Peer:
    """Raises PeerMissing, BenchFailed."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise PeerMissing("portkey was left out: there is no Node with npm on PATH")
    home = cache / "portkey"
    package = home / "node_modules" / _PORTKEY
    if not (package / "package.json").exists():
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        _install("portkey", [npm, "install", "--prefix", str(home), *options, _PORTKEY], cache)
    peer = Peer(
        "portkey",
        json.loads((package / "package.json").read_text())["version"],
        {
            "authorization": f"Bearer {_KEY}",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{upstream_port}/v1",
        },
    )
    server = package / "build" / "start-server.js"
    peer.start([node, str(server), f"--port={peer.port}", "--headless"], _environment(directory), directory)
    return peer


class PeerStart(msgspec.Struct, frozen=True):
    """(cache directory, run's directory, port of the upstream) -> a running peer."""

    name: str
    start: Callable[[Path, Path, int], Peer]


PEERS = (PeerStart("litellm", start_litellm), PeerStart("portkey", start_portkey))


def _install(name: str, command: Sequence[str], cache: Path) -> None:
    """Raises PeerMissing."""
    cache.mkdir(parents=True, exist_ok=True)
    try:
        ended = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_INSTALL_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(f"{name} was left out: installing it failed ({type(error).__name__})") from error
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PeerMissing(f"{name} was left out: installing it failed: {last[:200]}")


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()  # noqa: S603


def _environment(directory: Path, **variables: str) -> dict[str, str]:
    """Nothing of the developer's own keys, and no proxy on the way to the upstream."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(directory), "NODE_ENV": "production", **variables}
