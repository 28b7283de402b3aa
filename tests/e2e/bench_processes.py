"""The benchmark's upstream and load generator beside a gateway: processes of their own, so that what a test does
itself is not in what it measures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from gateway_process import Home

from perpetuo.lab.bench.children import Spoken
from perpetuo.lab.bench.load_plan import LoadPlan, LoadResult, Said


@asynccontextmanager
async def stub_vendor(home: Home) -> AsyncIterator[None]:
    """Answers at once, in the place of the first vendor."""
    async with talking("perpetuo.lab.bench.stub", "--port", str(home.vendor_ports[0])) as stub:
        assert msgspec.json.decode(await said(stub))["port"] == home.vendor_ports[0]
        yield


@asynccontextmanager
async def load_generator() -> AsyncIterator[Spoken]:
    """For `measured`."""
    async with talking("perpetuo.lab.bench.generator") as load:
        assert msgspec.json.decode(await said(load), type=Said).what == "ready"
        yield load


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
