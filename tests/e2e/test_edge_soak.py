"""Clients that press on the edge: readers that hardly read, and sockets that hardly send."""

import asyncio
import contextlib
import os
import resource
import socket
import statistics
import time
from collections.abc import AsyncIterator

import msgspec
import psutil
import pytest
from bench_processes import stub_vendor
from gateway_process import GatewayProcess, Home, chat_body, until, vendor
from steady_client import latencies

from perpetuo.lab.bench.exchanges import request_bytes

READERS = 500
LORISES = 2_000
ASKED = 300


async def connect(gateway: GatewayProcess, receive_bytes: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", gateway.home.port))
    return sock


@pytest.fixture(autouse=True)
def many_descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384), most))


@pytest.mark.soak
@pytest.mark.parametrize("edge", ["fast", "asgi"])
async def test_readers_of_a_kilobyte_a_second_hold_up_the_vendor_and_no_memory(home: Home, edge: str) -> None:
    async with vendor(home, 0, words=50_000) as lab, home.up(PERPETUO_EDGE=edge) as gateway:
        (worker,) = gateway.workers()
        loop = asyncio.get_running_loop()
        async with gateway.client() as client:
            assert (await client.post("/v1/chat/completions", json=chat_body())).status_code == 200
        before_bytes = worker.memory_info().rss
        headers = {"authorization": f"Bearer {home.first_run['api_key']}"}
        request = request_bytes(msgspec.json.encode(chat_body(stream=True)), f"127.0.0.1:{home.port}", headers)
        readers = [await connect(gateway, 4096) for _ in range(READERS)]
        try:
            for sock in readers:
                await loop.sock_sendall(sock, request)
            most_bytes, sent = 0, [0]
            for _ in range(60):
                began_s = time.monotonic()
                for sock in readers:
                    await loop.sock_recv(sock, 1024)
                most_bytes = max(most_bytes, worker.memory_info().rss)
                sent.append(sum(entry.chunks_sent for entry in lab.ledger.inference()))
                await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began_s)))
            grown = (most_bytes - before_bytes) / 2**20
            print(f"{edge}: {READERS} slow readers, the worker grew by {grown:.1f} MiB")
            assert grown <= 64
            open_streams = [entry for entry in lab.ledger.inference() if entry.outcome == "open"]
            assert len(open_streams) == READERS
            assert max(entry.chunks_sent for entry in open_streams) < 25_000, "the vendor was never held up"
        finally:
            for sock in readers:
                sock.close()


@pytest.mark.soak
@pytest.mark.parametrize("edge", ["fast", "asgi"])
async def test_two_thousand_that_hardly_send_are_closed_and_disturb_nobody(home: Home, edge: str) -> None:
    async with stub_vendor(home), home.up(PERPETUO_EDGE=edge) as gateway, giving_way():
        api_key = home.first_run["api_key"]
        quiet_ms = await latencies(home.port, api_key, ASKED)
        loop = asyncio.get_running_loop()
        began_s = time.monotonic()
        lorises = [await connect(gateway, 4096) for _ in range(LORISES)]
        closed_after_s: list[float] = []

        async def drip(sock: socket.socket) -> None:
            try:
                for byte in b"POST /v1/chat/completions HTTP/1.1\r\nHost: " + b"x" * 60:
                    await loop.sock_sendall(sock, bytes([byte]))
                    try:
                        async with asyncio.timeout(0.5):
                            while await loop.sock_recv(sock, 1024):
                                pass
                            return
                    except TimeoutError:
                        continue
            except OSError:
                return
            finally:
                closed_after_s.append(time.monotonic() - began_s)
                sock.close()

        drips = [asyncio.create_task(drip(sock)) for sock in lorises]
        loaded_ms = await latencies(home.port, api_key, ASKED)
        await asyncio.gather(*drips)
        rise_ms = statistics.quantiles(loaded_ms, n=100)[98] - statistics.quantiles(quiet_ms, n=100)[98]
        print(f"{edge}: the last of {LORISES} closed after {max(closed_after_s):.1f} s; p99 rose by {rise_ms:.1f} ms")
        assert max(closed_after_s) <= 20
        (worker,) = gateway.workers()

        async def all_gone() -> bool:
            return len(psutil.Process(worker.pid).net_connections()) < 100

        await until(all_gone, 20)


@contextlib.asynccontextmanager
async def giving_way() -> AsyncIterator[None]:
    """This process has two thousand sockets to drip into: on a machine of two cores the gateway would wait for it."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    try:
        yield
    finally:
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)
