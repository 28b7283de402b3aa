"""A vendor that sends more than anybody can hold: another one answers, and the gateway stays small.

The lab runs in a process of its own, so that the memory measured is the gateway's (and that of the test's client).
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import httpx2
import msgspec
import psutil
import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.resilience.availability import Availability
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import HOSTILE_FAULTS

MIB = 1024 * 1024
MAX_REPLY_BYTES = 4 * MIB
# The parser's cap for one event and the gateway's for a whole reply are 4 MiB here; twice that, and what the
# allocator keeps besides. What the vendor would send is 200 MB.
MAX_GROWTH_BYTES = 40 * MIB
SPECS = {
    "many_headers": "many_headers=100000",
    "deep_json": "deep_json=100000",
    "giant_header": "giant_header=200",
    "gzip_bomb": "gzip_bomb=1024",
}


class Origins(NamedTuple):
    hostile: str
    healthy: str


@pytest.fixture(scope="module")
def lab() -> Iterator[Origins]:
    """An OpenAI-shaped vendor, which every test breaks anew, and an Anthropic-shaped one."""
    arguments = ["lab", "serve", "--openai", "1", "--anthropic", "1", "--words", "5"]
    command = [sys.executable, "-m", "perpetuo.cli.main", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        vendors = msgspec.json.decode(process.stdout.readline())["vendors"]
        yield Origins(*(vendor["control_url"].removesuffix("/__lab__") for vendor in vendors))
        process.terminate()


@asynccontextmanager
async def gateway_before_a_hostile_vendor(
    directory: Path, lab: Origins, fault: str, *, only: bool = False
) -> AsyncIterator[RunningGateway]:
    keys = [provider("openai", f"{lab.hostile}/v1", priority=1)]
    if not only:
        keys.append(provider("anthropic", lab.healthy, priority=2))
    deadlines = Deadlines(connect_s=10.0, first_byte_s=3.0, idle_s=10.0, total_s=30.0)
    async with running_gateway(directory, keys, deadlines=deadlines) as gateway, httpx2.AsyncClient() as control:
        gateway.state.limits = replace(gateway.state.limits, max_reply_bytes=MAX_REPLY_BYTES)
        assert (await control.post(f"{lab.hostile}/__lab__/reset")).status_code == 200
        assert (await gateway.chat()).status_code == 200
        assert (await gateway.chat(stream=True)).status_code == 200
        spec = SPECS.get(fault, f"{fault}=200" if "=" not in fault else fault)
        rules = {"rules": [{"fault": spec}]}
        assert (await control.post(f"{lab.hostile}/__lab__/faults", json=rules)).status_code == 200
        yield gateway


@asynccontextmanager
async def memory_bounded() -> AsyncIterator[None]:
    """The largest this process was, looked at every few milliseconds, minus what it was before."""
    process = psutil.Process()
    before = largest = process.memory_info().rss

    async def watch() -> None:
        nonlocal largest
        while True:
            largest = max(largest, process.memory_info().rss)
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    assert largest - before < MAX_GROWTH_BYTES, f"grew by {(largest - before) / MIB:.0f} MiB"


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("fault", HOSTILE_FAULTS)
async def test_another_vendor_answers_and_memory_stays_bounded(
    tmp_path: Path, lab: Origins, fault: str, stream: bool
) -> None:
    async with gateway_before_a_hostile_vendor(tmp_path, lab, fault) as gateway, memory_bounded():
        for _ in range(3):
            gateway.state.availability = Availability()
            reply = await gateway.chat(stream=stream)
            assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "anthropic"), reply.text[:500]
            assert reply.headers["x-perpetuo-fallback"] == "true"
            assert "word5" in reply.text


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("fault", HOSTILE_FAULTS)
async def test_without_another_vendor_the_client_gets_a_typed_error(
    tmp_path: Path, lab: Origins, fault: str, stream: bool
) -> None:
    async with gateway_before_a_hostile_vendor(tmp_path, lab, fault, only=True) as gateway, memory_bounded():
        reply = await gateway.chat(stream=stream)
        assert reply.status_code in (502, 504), reply.text[:500]
        assert reply.json()["error"]["code"] in ("upstream_failed", "upstream_timeout"), reply.text[:500]


async def test_a_line_that_never_ends_after_content_is_one_error_event(tmp_path: Path, lab: Origins) -> None:
    async with gateway_before_a_hostile_vendor(tmp_path, lab, "endless_line=200;after=3") as gateway, memory_bounded():
        body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "go"}]}
        received = b""
        with contextlib.suppress(httpx2.HTTPError):
            async with gateway.http.stream("POST", "/v1/chat/completions", json=body) as reply:
                assert reply.headers["x-perpetuo-provider"] == "openai"
                async for chunk in reply.aiter_raw():
                    received += chunk
                    assert len(received) < MIB
        assert received.count(b"stream_interrupted") == 1
        assert b"[DONE]" not in received
        (row,) = [row for row in await gateway.settled(3) if row.partial]
        assert row.usage.output_tokens == 3
