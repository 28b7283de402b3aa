"""What bombs of clients cost the worker: its memory, and how long it holds up everybody else."""

import asyncio
import contextlib
import http.client
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psutil
import pytest
from bench_processes import stub_vendor
from gateway_process import Home

from bombs import Bomb, bombs

SIZE = 30 * 1024 * 1024
MAX_STALL_MS = 50.0
MAX_GROWTH = 10


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_bombs_hold_up_nobody_and_take_ten_times_their_size_at_most(home: Home) -> None:
    async with (
        stub_vendor(home),
        home.up(PERPETUO_EDGE="fast", PERPETUO_IP_RATE_LIMIT="1000000") as gateway,
    ):
        (worker,) = gateway.workers()
        api_key = home.first_run["api_key"]
        async with watched(home.port, worker) as quiet:
            await asyncio.sleep(3)
        print(f"nothing: longest wait {quiet.longest_ms:.1f} ms")
        worst = Watched(quiet.before_bytes)
        for name, bomb in bombs(SIZE).items():
            async with watched(home.port, worker) as seen:
                status, answer = await asyncio.to_thread(post, home.port, api_key, bomb)
            if bomb.param is not None:
                assert json.loads(answer)["error"]["param"] == bomb.param, (name, status, answer[:500])
            grown = (seen.most_bytes - quiet.before_bytes) / SIZE
            print(f"{name}: {status}, longest wait {seen.longest_ms:.1f} ms, grown to {grown:.1f} x {SIZE >> 20} MiB")
            worst.longest_ms = max(worst.longest_ms, seen.longest_ms)
            worst.most_bytes = max(worst.most_bytes, seen.most_bytes)
        assert worker.is_running()
        assert worst.most_bytes - quiet.before_bytes <= MAX_GROWTH * SIZE
        assert worst.longest_ms <= MAX_STALL_MS
        gateway.terminate()
        assert await gateway.stopped() == 0


def post(port: int, api_key: str, bomb: Bomb) -> tuple[int, bytes]:
    """In a thread: what it does is done in system calls, so that it holds up nobody who measures."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"authorization": f"Bearer {api_key}", "content-type": "application/json"}
    if bomb.encoding is not None:
        headers["content-encoding"] = bomb.encoding
    # A refusal may come before the whole body was sent, and is there to be read all the same.
    with contextlib.suppress(ConnectionError):
        connection.request("POST", "/v1/chat/completions", bomb.body, headers)
    reply = connection.getresponse()
    with contextlib.closing(connection):
        return reply.status, reply.read()


class Watched:
    """longest_ms: of small requests, one after the other. most_bytes: of the worker and its helper together."""

    def __init__(self, before_bytes: int) -> None:
        self.before_bytes = self.most_bytes = before_bytes
        self.longest_ms = 0.0


@asynccontextmanager
async def watched(port: int, worker: psutil.Process) -> AsyncGenerator[Watched]:
    seen = Watched(resident_bytes(worker))

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            while True:
                began_s = time.perf_counter()
                writer.write(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                seen.longest_ms = max(seen.longest_ms, (time.perf_counter() - began_s) * 1000)
                await asyncio.sleep(0.002)

    async def weigh() -> None:
        while True:
            seen.most_bytes = max(seen.most_bytes, await asyncio.to_thread(resident_bytes, worker))
            await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(ask()), asyncio.create_task(weigh())]
    try:
        yield seen
        assert not any(task.done() for task in tasks), "the worker stopped answering"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def resident_bytes(worker: psutil.Process) -> int:
    total = worker.memory_info().rss
    for child in worker.children():
        with contextlib.suppress(psutil.Error):
            total += child.memory_info().rss
    return total
