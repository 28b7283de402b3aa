"""Usage over HTTP: series, groups, totals, and the times one can ask for."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from perpetuo.core.ids import uuid7
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.projection import insert_settlements

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOVEMBER = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}


def log_row(number, workspace_id, *, at=NOON, **changes):
    wall_ms = int(at.timestamp() * 1000)
    return {
        "id": str(uuid7(wall_ms, number.to_bytes(10, "big"))), "workspace_id": workspace_id,
        "api_key_id": str(uuid.UUID(int=7)), "received_at_ms": wall_ms, "endpoint": "/v1/chat/completions",
        "requested_model": "gpt-4", "streaming": False, "outcome": "succeeded", "status": 200, "tags": {"team": "a"},
        "alias": "gpt-4", "attempts": [], "provider": "openai", "model": "gpt-4o", "fallback_used": False,
        "substituted": "none", "input_tokens": 10, "output_tokens": 5, "usage_source": "reported",
        "cost_nanousd": 1_500_000_000, "duration_ms": 100.0, "partial": False,
    } | changes  # fmt: skip


@pytest.fixture
async def mine(control):
    return await control.workspace("mine")


@pytest.fixture
async def ann(control, mine):
    return await control.member(mine, "viewer")


@pytest.fixture
def settle(control):
    async def run(*rows):
        async with system_transaction(control.engine) as conn:
            await insert_settlements(conn, rows)

    return run


@pytest.fixture
def ask(control, mine, ann):
    async def get(path="", **query):
        reply = await control.http.get(f"/workspaces/{mine}/usage{path}", headers=ann.headers, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    return get


async def test_a_series_has_its_total_its_points_and_the_newest_request(mine, settle, ask):
    await settle(
        log_row(1, mine, duration_ms=700.0, fallback_used=True),
        log_row(2, mine, outcome="failed", cost_nanousd=None),
        log_row(3, mine, at=NOON + timedelta(days=1)),
    )
    found = await ask(**NOVEMBER)
    assert (found["total"]["requests"], found["total"]["errors"], found["total"]["unpriced_requests"]) == (3, 1, 1)
    assert (found["total"]["cost_nanousd"], found["total"]["cost_usd"]) == (3_000_000_000, "3.00")
    (group,) = found["groups"]
    assert group["group"] is None and group["total"] == found["total"]
    assert [(point["start"], point["requests"]) for point in group["points"]] == [
        ("2026-11-23T00:00:00Z", 2),
        ("2026-11-24T00:00:00Z", 1),
    ]
    assert found["newest_request_at"] == "2026-11-24T12:00:00Z"


async def test_percentiles_of_a_range_are_of_all_its_requests(mine, settle, ask):
    """Not of its points: percentiles can not be added up."""
    await settle(*(log_row(n, mine, at=NOON + timedelta(hours=n), duration_ms=100.0 * 2**n) for n in range(5)))
    latency = (await ask(**NOVEMBER, interval="hour"))["total"]["latency"]
    assert latency["requests"] == 5 and abs(latency["p50_ms"] - 400) < 40 and abs(latency["p99_ms"] - 1600) < 160


async def test_groups_come_with_the_most_costly_first_and_the_rest_together(mine, settle, ask):
    await settle(*(log_row(n, mine, model=f"m{n}", cost_nanousd=n) for n in range(1, 6)))
    found = await ask(**NOVEMBER, group_by="model", groups=2)
    assert [(g["group"], g["total"]["cost_nanousd"]) for g in found["groups"]] == [("(other)", 6), ("m5", 5), ("m4", 4)]
    assert found["total"]["cost_nanousd"] == 15


async def test_a_request_with_two_tags_is_in_two_groups_and_once_in_the_total(mine, settle, ask):
    await settle(log_row(1, mine, tags={"team": "a", "env": "x"}), log_row(2, mine, tags={}))
    found = await ask(**NOVEMBER, group_by="tag")
    assert {g["group"]: g["total"]["requests"] for g in found["groups"]} == {"team=a": 1, "env=x": 1}
    assert found["total"]["requests"] == 2
    assert (await ask(**NOVEMBER, tag="env=x"))["total"]["requests"] == 1


async def test_usage_can_be_filtered(mine, settle, ask):
    await settle(log_row(1, mine), log_row(2, mine, provider="groq", model="llama", alias="fast"))
    for name, value in {"provider": "groq", "model": "llama", "alias": "fast"}.items():
        assert (await ask(**NOVEMBER, **{name: value}))["total"]["requests"] == 1
    assert (await ask(**NOVEMBER, api_key_id=str(uuid.UUID(int=8))))["total"]["requests"] == 0


async def test_a_summary_has_rates_and_percentiles_and_none_of_nothing(mine, settle, ask):
    nothing = await ask("/summary", **NOVEMBER)
    assert (nothing["requests"], nothing["error_rate"], nothing["latency"]["p50_ms"]) == (0, None, None)
    assert nothing["newest_request_at"] is None
    await settle(
        *(log_row(n, mine, fallback_used=n == 0, outcome="failed" if n == 1 else "succeeded") for n in range(4))
    )
    found = await ask("/summary", **NOVEMBER)
    assert (found["requests"], found["error_rate"], found["fallback_rate"]) == (4, 0.25, 0.25)
    assert found["latency"]["requests"] == 3 and found["cost_usd"] == "6.00"


async def test_times_are_widened_to_whole_hours_and_days(ask):
    found = await ask(since="2026-11-23T12:34:00+02:00", until="2026-11-23T12:01:00Z", interval="hour")
    assert (found["since"], found["until"]) == ("2026-11-23T10:00:00Z", "2026-11-23T13:00:00Z")
    found = await ask(since="2026-11-23T12:34:00Z", until="2026-11-24T00:00:00Z")
    assert (found["since"], found["until"]) == ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")


async def test_a_workspace_sees_no_usage_of_another(control, settle, ask):
    await settle(log_row(1, await control.workspace("other")))
    for group_by in ("tag", "end_user", "provider"):
        assert (await ask(**NOVEMBER, group_by=group_by))["groups"] == []
    assert (await ask("/summary", **NOVEMBER))["requests"] == 0


REFUSED = {
    "until before since": ({"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, "since"),
    "two years by day": ({"since": "2024-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, "since"),
    "a year by hour": (
        {"since": "2025-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z", "interval": "hour"},
        "since",
    ),
    "a month by hour in fifty groups": (
        {
            "since": "2026-11-01T00:00:00Z",
            "until": "2026-12-01T00:00:00Z",
            "interval": "hour",
            "group_by": "model",
            "groups": 50,
        },
        "groups",
    ),
    "a time before there was any": ({"until": "0001-01-01T00:00:00+14:00"}, "until"),
    "a time after everything": ({"until": "9999-12-31T23:59:59-14:00"}, "until"),
    "a tag and a provider": ({"tag": "a", "provider": "openai"}, "tag"),
    "a tag grouped by model": ({"tag": "a", "group_by": "model"}, "group_by"),
    "end users of one model": ({"group_by": "end_user", "model": "m"}, "group_by"),
    "a group that is none": ({"group_by": "prompt"}, "group_by"),
    "an id that is none": ({"api_key_id": "x"}, "api_key_id"),
    "a week": ({"interval": "week"}, "interval"),
}


async def test_a_question_that_makes_no_sense_is_refused_by_name(control, mine, ann):
    for case, (query, field) in REFUSED.items():
        reply = await control.http.get(f"/workspaces/{mine}/usage", headers=ann.headers, params=query)
        assert (reply.status_code, reply.json().get("field")) == (422, field), (case, reply.text)


async def test_what_takes_long_is_done_beside_the_event_loop(mine, settle, ask):
    """A month by the hour in twenty groups once took the loop, and with it every stream of this worker, 4 s of CPU."""
    await settle(log_row(1, mine))
    by_threads = []

    class Counting(ThreadPoolExecutor):
        def submit(self, work, /, *args, **kwargs):
            by_threads.append(work)
            return super().submit(work, *args, **kwargs)

    asyncio.get_running_loop().set_default_executor(Counting(1))
    await ask(**NOVEMBER, interval="hour", group_by="model")
    # Rows become numbers, numbers percentiles, and those JSON.
    assert len(by_threads) == 3
