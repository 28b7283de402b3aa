"""An API key's own limits, through the real server: exact within a worker, and told apart from everybody else's."""

import asyncio
import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stepped_clock import stop_time

from gateway_harness import API_KEY, API_KEY_ID, WORKSPACE, provider, running_gateway
from perpetuo.core.ids import month_bounds
from perpetuo.core.month_book import Amount, MonthTotals
from perpetuo.core.snapshot import ApiKey
from perpetuo.lab import SimulatedVendor, VendorSettings

OTHER_KEY = "pk_" + "cd" * 24
OTHER = {"authorization": f"Bearer {OTHER_KEY}"}


def keys(**limits: Any) -> Mapping[str, ApiKey]:
    return {
        API_KEY: ApiKey(API_KEY_ID, WORKSPACE, "limited", **limits),
        OTHER_KEY: ApiKey("0192f000-0000-7000-8000-000000000003", WORKSPACE, "unlimited"),
    }


async def test_so_many_requests_a_minute_and_the_other_key_is_not_touched(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(requests_per_minute=5)
        ) as gateway,
    ):
        clock = stop_time(gateway)
        replies = await asyncio.gather(*(gateway.chat() for _ in range(12)))
        assert sorted(reply.status_code for reply in replies) == [200] * 5 + [429] * 7
        refused = next(reply for reply in replies if reply.status_code == 429)
        error = refused.json()["error"]
        assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
        assert "this API key's 5 requests a minute" in error["message"]
        assert refused.headers["retry-after"] == "60"
        assert (await gateway.chat(headers=OTHER)).status_code == 200
        assert len(first.ledger) == 6
        clock.move(60.0)
        assert (await gateway.chat()).status_code == 200


async def test_tokens_are_estimated_at_first_and_corrected_when_the_answer_is_there(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai", settings=VendorSettings(words=2)) as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(tokens_per_minute=1500)
        ) as gateway,
    ):
        stop_time(gateway)
        for count in range(1, 4):  # each may take more than a thousand, and takes a few
            assert (await gateway.chat()).status_code == 200
            await gateway.settled(count)
        refused = await gateway.chat(max_tokens=1490)
        assert refused.status_code == 429
        assert "1500 tokens a minute" in refused.json()["error"]["message"]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await gateway.chat(max_tokens=1490, headers=OTHER)).status_code == 200


async def test_at_once_only_as_many_requests_run_as_their_estimates_allow(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai", settings=VendorSettings(first_byte_s=0.3)) as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(tokens_per_minute=1000)
        ) as gateway,
    ):
        replies = await asyncio.gather(*(gateway.chat(max_tokens=300) for _ in range(9)))
        assert sorted(reply.status_code for reply in replies) == [200] * 3 + [429] * 6
        assert len(first.ledger) == 3


async def test_a_client_that_leaves_has_used_what_was_estimated(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(tokens_per_minute=1000)
        ) as gateway,
    ):
        first.set_fault("hang", count=1)
        asking = asyncio.create_task(gateway.chat(max_tokens=900))
        async with asyncio.timeout(10):
            while not first.ledger:
                await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await gateway.settled(1)
        assert (await gateway.chat(max_tokens=900)).status_code == 429


async def test_a_budget_counts_what_was_spent_and_tells_the_day_it_resets(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(budget_nanousd_month=50_000_000)
        ) as gateway,
    ):
        assert (await gateway.chat()).status_code == 200
        (settled,) = await gateway.settled(1)
        assert settled.cost_nanousd
        month_ms, next_month_ms = month_bounds(gateway.state.now_ms())
        spent = {API_KEY_ID: Amount(nanousd=50_000_000 - settled.cost_nanousd)}
        gateway.state.admission.note_totals(month_ms, MonthTotals({}, spent, {}))
        refused = await gateway.chat()
        error = refused.json()["error"]
        assert (refused.status_code, error["type"], error["code"]) == (429, "insufficient_quota", "insufficient_quota")
        day = datetime.datetime.fromtimestamp(next_month_ms / 1000, datetime.UTC).date().isoformat()
        assert "budget of $0.05 is used up" in error["message"] and day in error["message"]
        assert int(refused.headers["retry-after"]) > 0
        assert (await gateway.chat(headers=OTHER)).status_code == 200
        assert len(first.ledger) == 2


async def test_at_once_a_budget_admits_only_what_is_likely_to_fit(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai", settings=VendorSettings(first_byte_s=0.3)) as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url)], api_keys=keys(budget_nanousd_month=35_000_000)
        ) as gateway,
    ):
        # 1,000 tokens of gpt-4o's output cost $0.01.
        replies = await asyncio.gather(*(gateway.chat(max_tokens=1000) for _ in range(10)))
        assert sorted(reply.status_code for reply in replies) == [200] * 3 + [429] * 7
        refused = next(reply for reply in replies if reply.status_code == 429)
        assert "is likely to cost $0.01" in refused.json()["error"]["message"]
        assert len(first.ledger) == 3
        await gateway.settled(10)
        assert (await gateway.chat(max_tokens=1000)).status_code == 200


async def test_keys_without_limits_leave_nothing_behind(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)]) as gateway,
    ):
        await asyncio.gather(*(gateway.chat() for _ in range(5)))
        await gateway.settled(5)
        assert gateway.state.admission.accounts == 0
