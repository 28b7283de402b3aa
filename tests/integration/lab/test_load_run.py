"""The load generator against a simulated vendor: it does not wait for anybody, and forgets nothing."""

import asyncio
from typing import Any

import pytest
from lab_client import until

from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.lab.load import LoadPlan, Sample, report_of, run_load
from perpetuo.lab.load_client import LoadClient, loopback_target


async def loaded(vendor: SimulatedVendor, plan: LoadPlan) -> list[Sample]:
    client = LoadClient(loopback_target(vendor.origin), "sk-lab-1234")
    try:
        return await run_load(plan, client)
    finally:
        client.close()


async def test_every_planned_request_is_sent_once_and_is_in_the_report():
    plan = LoadPlan(rate=400, seconds=0.5, arrival="constant", stream_share=0.5, words=3)
    async with SimulatedVendor("a") as vendor:
        samples = await loaded(vendor, plan)
        assert len(samples) == 200 == len(vendor.ledger)
        assert report_of(plan, samples).outcomes == {"ok": 200}
        assert {entry.content_sent for entry in vendor.ledger} == {"word1 word2 word3"}
        assert vendor.ledger.totals().connections < 200, "connections are used again"
        assert all(sample.first_byte_s is not None and sample.first_byte_s <= sample.total_s for sample in samples)


async def test_requests_leave_at_their_time_though_none_was_answered():
    """A client that waits for answers would have sent one."""
    plan = LoadPlan(rate=200, seconds=0.1, arrival="constant", timeout_s=20)
    async with SimulatedVendor("a") as vendor:
        vendor.set_fault("hang")
        running = asyncio.create_task(loaded(vendor, plan))
        await until(vendor, lambda seen: len(seen.ledger) == 20)
        assert {entry.outcome for entry in vendor.ledger} == {"open"}
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await until(vendor, lambda seen: {entry.outcome for entry in seen.ledger} == {"client_closed"})


FAULTS: dict[str, Any] = {
    "status_503": "status_503",
    "reset_before_byte": "cut",
    "cut_after=2": "cut",
    "end_after=2": "incomplete",
    "in_band_error_after=2": "error_event",
    "bad_framing_after=2": "unreadable",
    "hang": "timeout",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failure_is_an_outcome_and_is_not_retried(fault: str):
    plan = LoadPlan(rate=100, seconds=0.1, arrival="constant", stream_share=1, timeout_s=0.5)
    async with SimulatedVendor("a") as vendor:
        vendor.set_fault(fault)
        samples = await loaded(vendor, plan)
        assert {sample.outcome for sample in samples} == {FAULTS[fault]}
        assert len(samples) == 10 == len(vendor.ledger)


async def test_nobody_there_is_an_outcome_too():
    async with SimulatedVendor("a") as vendor:
        target = loopback_target(vendor.origin)
    samples = await run_load(LoadPlan(rate=100, seconds=0.05, arrival="constant"), LoadClient(target, "k"))
    assert [sample.outcome for sample in samples] == ["refused"] * 5


async def test_a_slow_vendor_shows_in_the_latency():
    plan = LoadPlan(rate=50, seconds=0.1, arrival="constant")
    async with SimulatedVendor("a", settings=VendorSettings(first_byte_s=0.2)) as vendor:
        samples = await loaded(vendor, plan)
        assert min(sample.first_byte_s or 0 for sample in samples) >= 0.2
