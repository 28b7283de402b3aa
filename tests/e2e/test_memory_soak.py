"""A million requests, a tenth of them left by their clients: what the worker keeps does not grow."""

import pytest
from bench_processes import load_generator, measured, stub_vendor
from gateway_process import Home

from perpetuo.lab.bench.exchanges import Wanted, request_body, request_bytes
from perpetuo.lab.bench.load_plan import LoadPlan

REQUESTS = 1_000_000
CONNECTIONS = 64
PER_S = 2_500.0
"""Evenly, since the limit per address keeps the stamps of a minute: a faster minute is a larger book."""
PART_S = 20.0


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_million_requests_leave_no_memory_behind(home: Home) -> None:
    async with (
        stub_vendor(home),
        load_generator() as load,
        home.up(PERPETUO_EDGE="fast", PERPETUO_IP_RATE_LIMIT="1000000000") as gateway,
    ):
        (worker,) = gateway.workers()
        headers = {"authorization": f"Bearer {home.first_run['api_key']}"}
        request = request_bytes(request_body(Wanted()), f"127.0.0.1:{home.port}", headers)
        plan = LoadPlan(
            port=home.port, request=request, connections=CONNECTIONS, per_s=PER_S, seconds=PART_S, leave_every=8
        )
        asked, left, sizes = 0, 0, [worker.memory_info().rss]
        while asked < REQUESTS:
            result = await measured(load, plan)
            assert not result.problems
            asked += result.all_completed + result.left
            left += result.left
            sizes.append(worker.memory_info().rss)
            journal = sum(file.stat().st_size for file in (home.data_dir / "journal").iterdir()) / 2**20
            print(
                f"{asked:,} requests, {left:,} left, {sizes[-1] / 2**20:.2f} MiB, journal {journal:.0f} MiB", flush=True
            )
        half = sizes[len(sizes) // 2 :]
        grown = (half[-1] - half[0]) / 2**20
        hours = (len(half) - 1) * PART_S / 3600
        print(f"at rest {sizes[0] / 2**20:.1f} MiB; the second half grew {grown:.2f} MiB, {grown / hours:.1f} MiB/h")
        assert left > REQUESTS / 25
        assert grown <= 1.0
        assert len(worker.net_connections()) < CONNECTIONS * 3
        gateway.terminate()
        assert await gateway.stopped() == 0
