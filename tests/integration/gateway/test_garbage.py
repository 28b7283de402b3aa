"""What a request held goes with it, however it ended: the garbage collector comes rarely."""

import asyncio
import contextlib
import gc
import json
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from gateway_harness import API_KEY, RunningGateway, provider, running_gateway
from perpetuo.core.resilience.availability import Availability
from perpetuo.lab import SimulatedVendor, VendorSettings

CLIENTS = 20
FAULTS = [
    "reset_before_byte",
    "status_500",
    "status_401",
    "short_body",
    "html_200",
    "bad_framing",
    "cut_after",
    "malformed_chunk_after",
]
OURS = ("perpetuo.gateway", "perpetuo.http", "perpetuo.core", "perpetuo.providers")


def request(*, stream: bool) -> bytes:
    asked = {"model": "gpt-4o", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
    body = json.dumps(asked).encode()
    head = f"host: x\r\nauthorization: Bearer {API_KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    return b"POST /v1/chat/completions HTTP/1.1\r\n" + head.encode() + body


async def ask_through(gateway: RunningGateway, *, stream: bool) -> None:
    """The answer may break off."""
    with contextlib.suppress(httpx2.HTTPError):
        await gateway.chat(stream=stream)


async def ask_and_leave(gateway: RunningGateway, *, stream: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.base_url.rpartition(":")[2]))
    writer.write(request(stream=stream))
    if stream:
        await reader.readuntil(b"data: ")
    else:
        async with asyncio.timeout(10):
            while not any(run.selection for run in gateway.state.in_flight):
                await asyncio.sleep(0.001)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while gateway.state.in_flight:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)  # what was closed is told of its end in a later turn of the loop


@contextmanager
def garbage() -> Generator[Counter[str]]:
    """What of ours only the collector frees, by type; counted at the end of the block."""
    found: Counter[str] = Counter()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found.update(type(each).__qualname__ for each in gc.garbage if type(each).__module__.startswith(OURS))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
async def test_clients_that_leave_make_none(tmp_path: Path, stream: bool) -> None:
    slow = VendorSettings(chunk_s=0.05, words=200) if stream else VendorSettings(chunk_s=30.0, words=3)
    async with (
        SimulatedVendor("v", settings=slow) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)], edge_kind="fast") as gateway,
    ):
        await ask_and_leave(gateway, stream=stream)
        with garbage() as found:
            for _ in range(CLIENTS):
                await ask_and_leave(gateway, stream=stream)
        assert not found


async def test_vendors_that_fail_make_none(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v") as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)], edge_kind="fast") as gateway,
    ):
        await gateway.chat()
        for fault in FAULTS:
            vendor.set_fault(fault)
            await ask_through(gateway, stream=True)
            with garbage() as found:
                for stream in (False, True) * (CLIENTS // 2):
                    gateway.state.availability = Availability()
                    await ask_through(gateway, stream=stream)
            assert not found, fault


@pytest.mark.parametrize("content", [5, "large"], ids=["small", "large"])
async def test_refusals_make_none(tmp_path: Path, content: object) -> None:
    """With the body, which may be large."""
    body: dict[str, object] = {"messages": [{"role": "user", "content": 5}], "x": " " * 300_000 if content != 5 else ""}
    async with running_gateway(tmp_path, edge_kind="fast") as gateway:
        assert (await gateway.chat(**body)).status_code == 400
        with garbage() as found:
            for _ in range(CLIENTS):
                await gateway.chat(**body)
        assert not found
