"""What a bad day costs the vendors, by count: the gateway does not multiply what it is offered, and notices the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from stepped_clock import SteppedClock, stop_time

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import SimulatedVendor

OFFERED = 400
CONCURRENCY = 8
Outage = tuple[RunningGateway, Sequence[SimulatedVendor], SteppedClock]


@asynccontextmanager
async def three_vendors(tmp_path: Path) -> AsyncIterator[Outage]:
    patient = Deadlines(connect_s=10.0, first_byte_s=20.0, idle_s=20.0, total_s=60.0)
    async with (
        SimulatedVendor("first", "openai", seed=1) as first,
        SimulatedVendor("second", "anthropic", seed=2) as second,
        SimulatedVendor("third", "openai", seed=3) as third,
        running_gateway(
            tmp_path,
            [
                provider("openai", first.base_url, priority=1),
                provider("anthropic", second.base_url, priority=2),
                provider("openai", third.base_url, priority=3, label="third"),
            ],
            deadlines=patient,
        ) as gateway,
    ):
        yield gateway, (first, second, third), stop_time(gateway)


async def offer(gateway: RunningGateway, requests: int, clock: SteppedClock | None = None, each_s: float = 0.0) -> int:
    """Sends them, the clock moving with each; how many were answered."""
    gate = asyncio.Semaphore(CONCURRENCY)
    answered = 0

    async def one(number: int) -> None:
        nonlocal answered
        async with gate:
            if clock is not None:
                clock.move(each_s)
            reply = await gateway.chat(stream=number % 2 == 1)
            answered += reply.status_code == 200 and b'"error"' not in reply.content

    await asyncio.gather(*(one(number) for number in range(requests)))
    return answered


def calls(vendors: Sequence[SimulatedVendor]) -> int:
    return sum(len(vendor.ledger.inference()) for vendor in vendors)


EVERYTHING_FAILS = [
    "status_500", "status_503=0", "status_529", "status_429=0", "status_429_bare", "status_402", "status_404",
    "reset_before_byte", "html_200", "in_band_error_first", "cut_before_content",
]  # fmt: skip


@pytest.mark.parametrize("fault", EVERYTHING_FAILS)
async def test_when_everything_fails_the_vendors_see_no_more_than_was_offered(tmp_path: Path, fault: str) -> None:
    async with three_vendors(tmp_path) as (gateway, vendors, clock):
        for vendor in vendors:
            vendor.set_fault(fault)
        assert await offer(gateway, 100, clock, each_s=0.05) == 0  # the first five seconds
        before = calls(vendors)
        assert before > 0
        assert await offer(gateway, OFFERED, clock, each_s=0.05) == 0
        assert calls(vendors) - before <= 1.1 * OFFERED


async def test_streams_that_always_break_are_not_multiplied_either(tmp_path: Path) -> None:
    async with three_vendors(tmp_path) as (gateway, vendors, _):
        for vendor in vendors:
            vendor.set_fault("cut_after=3")
        broken = 0
        for _ in range(60):
            try:
                reply = await gateway.chat(stream=True)
                broken += reply.status_code != 200
            except Exception:  # noqa: BLE001 - the connection is closed without a proper end
                broken += 1
        assert broken == 60
        assert calls(vendors) <= 3 * 5, "the breakers did not open"


async def test_one_failure_in_a_hundred_costs_as_much_more(tmp_path: Path) -> None:
    async with three_vendors(tmp_path) as (gateway, vendors, clock):
        for vendor in vendors:
            vendor.set_fault("status_500", every=100)
        assert await offer(gateway, 1000, clock, each_s=0.05) == 1000
        assert 1000 < calls(vendors) <= 1.02 * 1000


async def open_breaker(gateway: RunningGateway, vendor: SimulatedVendor, clock: SteppedClock, failures: int) -> None:
    """An outage, long enough for so many probes to have failed."""
    vendor.set_fault("status_500")
    assert await offer(gateway, 10) == 0
    for _ in range(failures):
        clock.move(pause_left_s(gateway))
        assert await offer(gateway, 4) == 0


def pause_left_s(gateway: RunningGateway) -> float:
    keys = gateway.snapshots.workspace.provider_keys
    view = gateway.state.availability.view(gateway.state.clock.monotonic_s(), keys)
    return max(blocked.retry_after_s for blocked in view.values())


@asynccontextmanager
async def one_vendor(tmp_path: Path) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor, SteppedClock]]:
    async with (
        SimulatedVendor("only", "openai", seed=1) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        yield gateway, vendor, stop_time(gateway)


@pytest.mark.parametrize("failed_probes", [0, 1, 6], ids=["after a moment", "after a while", "after a long outage"])
async def test_after_an_outage_requests_are_fine_within_one_pause_and_a_second(
    tmp_path: Path, failed_probes: int
) -> None:
    async with one_vendor(tmp_path) as (gateway, vendor, clock):
        await open_breaker(gateway, vendor, clock, failed_probes)
        vendor.clear_faults()
        clock.move(pause_left_s(gateway))
        await offer(gateway, 16)
        clock.move(1.0)
        assert await offer(gateway, 200, clock, each_s=0.01) >= 0.95 * 200


async def test_exactly_one_request_finds_out_whether_it_works_again(tmp_path: Path) -> None:
    async with one_vendor(tmp_path) as (gateway, vendor, clock):
        await open_breaker(gateway, vendor, clock, 0)
        vendor.set_fault("slow_first_byte=0.5")
        clock.move(pause_left_s(gateway))
        before = len(vendor.ledger)
        replies = await asyncio.gather(*(gateway.chat() for _ in range(32)))
        assert sorted(reply.status_code for reply in replies) == [200] + [503] * 31
        assert len(vendor.ledger) - before == 1


async def test_a_client_that_leaves_takes_no_probe_with_it(tmp_path: Path) -> None:
    async with one_vendor(tmp_path) as (gateway, vendor, clock):
        await open_breaker(gateway, vendor, clock, 0)
        vendor.set_fault("slow_first_byte=5")
        clock.move(pause_left_s(gateway))
        before = len(vendor.ledger)
        leaving = asyncio.create_task(gateway.chat())
        async with asyncio.timeout(10):
            while len(vendor.ledger) == before:
                await asyncio.sleep(0.005)
        leaving.cancel()
        async with asyncio.timeout(10):
            while gateway.state.in_flight:
                await asyncio.sleep(0.005)
        vendor.clear_faults()
        assert (await gateway.chat()).status_code == 200
