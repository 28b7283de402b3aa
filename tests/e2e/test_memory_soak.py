"""A million requests, a tenth of them left by their clients: what the worker keeps does not grow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from gateway_process import Home

from perpetuo.lab.bench.children import Spoken
from perpetuo.lab.bench.exchanges import Wanted, request_body, request_bytes
from perpetuo.lab.bench.load_plan import LoadPlan, LoadResult, Said

REQUESTS = 1_000_000
CONNECTIONS = 32
PART_S = 20.0


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_million_requests_leave_no_memory_behind(home: Home) -> None:
    async with (
        talking("perpetuo.lab.bench.stub", "--port", str(home.vendor_ports[0])) as stub,
        talking("perpetuo.lab.bench.generator") as load,
        home.up(PERPETUO_EDGE="fast", PERPETUO_IP_RATE_LIMIT="1000000000") as gateway,
    ):
        assert msgspec.json.decode(await said(stub))["port"] == home.vendor_ports[0]
        assert msgspec.json.decode(await said(load), type=Said).what == "ready"
        (worker,) = gateway.workers()
        headers = {"authorization": f"Bearer {home.first_run['api_key']}"}
        request = request_bytes(request_body(Wanted()), f"127.0.0.1:{home.port}", headers)
        plan = LoadPlan(port=home.port, request=request, connections=CONNECTIONS, seconds=PART_S, leave_every=10)
        asked, left, sizes = 0, 0, [worker.memory_info().rss]
        while asked < REQUESTS:
            result = await measured(load, plan)
            assert not result.problems
            asked += result.all_completed + result.left
            left += result.left
            sizes.append(worker.memory_info().rss)
            print(f"{asked:,} requests, {left:,} left, {sizes[-1] / 2**20:.2f} MiB", flush=True)
        half = sizes[len(sizes) // 2 :]
        grown = (half[-1] - half[0]) / 2**20
        hours = (len(half) - 1) * PART_S / 3600
        print(f"at rest {sizes[0] / 2**20:.1f} MiB; the second half grew {grown:.2f} MiB, {grown / hours:.1f} MiB/h")
        assert left > REQUESTS / 25
        assert grown <= 1.0
        assert len(worker.net_connections()) < CONNECTIONS * 3
        gateway.terminate()
        assert await gateway.stopped() == 0


@asynccontextmanager
async def talking(module: str, *arguments: str) -> AsyncIterator[Spoken]:
    process = await asyncio.to_thread(Spoken, module, *arguments)
    try:
        yield process
    finally:
        await asyncio.to_thread(process.stop)


async def said(process: Spoken) -> bytes:
    return await asyncio.to_thread(process.next_line, 60.0)


async def measured(load: Spoken, plan: LoadPlan) -> LoadResult:
    load.tell(msgspec.json.encode(plan))
    while (found := msgspec.json.decode(await said(load), type=Said)).result is None:
        pass
    return found.result
