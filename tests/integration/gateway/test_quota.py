"""The monthly quota holds while requests are in flight, and only what was really asked of a vendor uses it up."""

import asyncio
from pathlib import Path

from gateway_harness import provider, running_gateway
from perpetuo.lab import SimulatedVendor, VendorSettings


async def test_requests_in_flight_count_so_that_many_at_once_do_not_pass_the_quota(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai", settings=VendorSettings(first_byte_s=0.3)) as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], workspace={"quota_requests_month": 5}
        ) as gateway,
    ):
        replies = await asyncio.gather(*(gateway.chat() for _ in range(12)))
        assert sorted(reply.status_code for reply in replies) == [200] * 5 + [429] * 7
        assert len(first.ledger) == 5
        assert (await gateway.chat()).status_code == 429
        refused = next(reply for reply in replies if reply.status_code == 429)
        assert refused.json()["error"]["code"] == "insufficient_quota"
        assert int(refused.headers["retry-after"]) > 0


async def test_tokens_that_were_reserved_and_not_used_come_back(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai", settings=VendorSettings(words=2)) as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], workspace={"quota_tokens_month": 1500}
        ) as gateway,
    ):
        for _ in range(3):  # each reserves more than a thousand
            assert (await gateway.chat()).status_code == 200
        assert (await gateway.chat(max_tokens=2000)).status_code == 429


async def test_refusals_and_clients_that_leave_give_their_reservation_back(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], workspace={"quota_requests_month": 2}
        ) as gateway,
    ):
        for _ in range(4):
            refused = await gateway.chat(headers={"x-perpetuo-substitution": "no such"})
            assert refused.status_code == 400
        first.set_fault("hang", count=1)
        asking = asyncio.create_task(gateway.chat())
        async with asyncio.timeout(10):
            while not first.ledger:
                await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await gateway.settled(5)
        assert (await gateway.chat()).status_code == 200  # the one that left has used the other one up
        assert (await gateway.chat()).status_code == 429
