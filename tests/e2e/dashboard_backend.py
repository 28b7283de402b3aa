"""A real gateway full of content, for the dashboard's browser tests and for whoever builds its pages.

    nice .venv/bin/python tests/e2e/dashboard_backend.py --port 3100

`perpetuo up` with its own PostgreSQL in a new directory below /tmp, simulated vendors, people of every role, keys,
requests of every kind and a week of history. Prints where everything is as JSON, stays until Ctrl-C, leaves nothing.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from dashboard_seed import SECRET, Seeded, seed
from gateway_process import Home, free_ports
from request_history import copy_over_a_week

from perpetuo.lab import SimulatedVendor, VendorSettings

SETTINGS = {
    "PERPETUO_SIGNUP": "open",
    "PERPETUO_SNAPSHOT_POLL_S": "5",
}


async def main() -> None:
    arguments = _arguments()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with backend(arguments.port, with_history=not arguments.no_history) as told:
        text = json.dumps(told, indent=2)
        if arguments.write is None:
            print(text, flush=True)
        else:
            _write_whole(arguments.write, text)
        await stop.wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--write", type=Path, help="write the JSON there instead of printing it")
    parser.add_argument("--no-history", action="store_true", help="only the requests of the last minute")
    return parser.parse_args()


@asynccontextmanager
async def backend(port: int = 0, *, with_history: bool = True) -> AsyncIterator[dict[str, Any]]:
    """What there is, as `dashboard/e2e/harness.ts` reads it."""
    # Short enough for a socket path, and open to the account that PostgreSQL runs as under root.
    path = Path(tempfile.mkdtemp(prefix="ppdash-", dir="/tmp"))
    path.chmod(0o755)
    home = Home(path)
    home.port = port or free_ports(1)[0]
    try:
        async with _vendors() as vendors, home.up(**SETTINGS) as gateway:
            seeded = await seed(
                gateway.base_url, home.first_run, {name: each.base_url for name, each in vendors.items()}
            )
            await gateway.rows(set(seeded.request_ids))
            if with_history:
                await copy_over_a_week(_database_url(home), seeded.workspace["id"])
            yield {"data_dir": str(home.data_dir), **_told(gateway.base_url, vendors, seeded)}
    finally:
        shutil.rmtree(path, ignore_errors=True)


@asynccontextmanager
async def _vendors() -> AsyncIterator[dict[str, SimulatedVendor]]:
    """By name; `broken` refuses every request. spare: no provider key leads there yet."""
    quick = VendorSettings(first_byte_s=0.04, chunk_s=0.002, jitter=0.5, words=12, words_max=60, api_keys=(SECRET,))
    vendors = {
        "openai": SimulatedVendor("openai", seed=1, settings=quick),
        "anthropic": SimulatedVendor("anthropic", "anthropic", seed=2, settings=quick),
        "broken": SimulatedVendor("broken", seed=3, settings=quick),
        "spare": SimulatedVendor("spare", seed=4, settings=VendorSettings(words=24, chunk_s=0.01)),
    }
    vendors["broken"].set_fault("status_500")
    async with AsyncExitStack() as started:
        for vendor in vendors.values():
            await started.enter_async_context(vendor)
        yield vendors


def _told(base_url: str, vendors: dict[str, SimulatedVendor], seeded: Seeded) -> dict[str, Any]:
    return {
        "base_url": base_url,
        "vendors": {
            name: {"base_url": vendor.base_url, "control_url": vendor.control_url, "secret": SECRET}
            for name, vendor in vendors.items()
        },
        **seeded.told(),
    }


def _database_url(home: Home) -> str:
    return json.loads((home.data_dir / "run.json").read_text())["database_url"]


def _write_whole(path: Path, text: str) -> None:
    """Whoever waits for the file never reads half of it."""
    half = path.with_suffix(".half")
    half.write_text(text)
    os.replace(half, path)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
