"""What a client that left had held goes with it, and does not wait for the garbage collector, which comes rarely."""

import asyncio
import gc
import json
from collections import Counter
from pathlib import Path

import pytest

from gateway_harness import API_KEY, RunningGateway, provider, running_gateway
from perpetuo.lab import SimulatedVendor, VendorSettings

CLIENTS = 20
OURS = ("perpetuo.gateway", "perpetuo.http", "perpetuo.core", "perpetuo.providers")


def request(*, stream: bool) -> bytes:
    asked = {"model": "gpt-4o", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
    body = json.dumps(asked).encode()
    head = f"host: x\r\nauthorization: Bearer {API_KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    return b"POST /v1/chat/completions HTTP/1.1\r\n" + head.encode() + body


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


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
async def test_clients_that_leave_make_no_garbage(tmp_path: Path, stream: bool) -> None:
    slow = VendorSettings(chunk_s=30.0, words=3) if not stream else VendorSettings(chunk_s=0.05, words=200)
    async with (
        SimulatedVendor("v", settings=slow) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)], edge_kind="fast") as gateway,
    ):
        await ask_and_leave(gateway, stream=stream)
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for _ in range(CLIENTS):
                await ask_and_leave(gateway, stream=stream)
            gc.collect()
            found = Counter(type(each).__qualname__ for each in gc.garbage if type(each).__module__.startswith(OURS))
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        assert not found
