"""Usage by tag, end user and time: what the projector adds up, and what a series makes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from perpetuo.core.latency_histogram import histogram_of
from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.queries import projection
from perpetuo.db.queries.projection import LABELS_PER_HOUR, OTHER, insert_settlements
from perpetuo.db.queries.usage_counters import UsageFilter, usage_series

WORKSPACE = "00000000-0000-4000-8000-000000000001"
ELSEWHERE = "00000000-0000-4000-8000-000000000002"
NOON_MS = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
HOUR_MS = 3_600_000


@pytest.fixture
def insert(engine):
    async def run(*rows):
        async with system_transaction(engine) as conn:
            return await insert_settlements(conn, rows)

    return run


@pytest.fixture
def series(engine):
    async def ask(interval="day", **options):
        since, until = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
        async with workspace_transaction(engine, WORKSPACE) as conn:
            return await usage_series(conn, WORKSPACE, since, until, interval, **options)

    return ask


@pytest.fixture
def labels(run_sql):
    async def look(kind):
        rows = await run_sql(f"SELECT name, value, requests FROM usage_labels WHERE kind = '{kind}' ORDER BY 1, 2")
        return {(name, value): requests for name, value, requests in rows}

    return look


async def test_a_request_counts_for_each_of_its_tags_and_for_its_end_user(insert, log_row, labels):
    await insert(
        log_row(1, WORKSPACE, tags={"team": "a", "env": "x"}, end_user="ann"),
        log_row(2, WORKSPACE, tags={"team": "a"}, end_user="bob"),
        log_row(3, WORKSPACE, tags={}, end_user=None),
    )
    assert await labels("tag") == {("env", "x"): 1, ("team", "a"): 2}
    assert await labels("end_user") == {("", "ann"): 1, ("", "bob"): 1}


async def test_the_same_rows_again_add_nothing_to_labels_and_histograms(insert, log_row, run_sql):
    rows = [log_row(number, WORKSPACE, first_byte_ms=3.0, end_user="ann") for number in range(5)]
    await insert(*rows)
    everything = "SELECT * FROM usage_labels ORDER BY kind"
    before = await run_sql(everything)
    await insert(*rows)
    await insert(*rows[::-1], log_row(9, WORKSPACE, outcome="rejected"))
    assert await run_sql(everything) == before and len(before) == 2


async def test_latencies_are_those_of_requests_that_succeeded(insert, log_row, series):
    await insert(
        log_row(1, WORKSPACE, duration_ms=700.0, first_byte_ms=70.0),
        log_row(2, WORKSPACE, duration_ms=0.0),
        log_row(3, WORKSPACE, duration_ms=60_000.0, outcome="failed"),
    )
    await insert(log_row(4, WORKSPACE, duration_ms=800.0), log_row(5, WORKSPACE, duration_ms=1e300))
    (row,) = await series()
    assert row["durations"] == histogram_of([700, 0, 800, 1e300])
    assert row["first_bytes"] == histogram_of([70])


async def test_fallbacks_and_substitutions_are_counted(insert, log_row, series):
    await insert(
        log_row(1, WORKSPACE), log_row(2, WORKSPACE, fallback_used=True), log_row(3, WORKSPACE, substituted="strategy")
    )
    (row,) = await series()
    assert (row["requests"], row["fallbacks"], row["substituted"]) == (3, 1, 1)


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after the other"])
async def test_a_flood_of_labels_is_counted_as_other_and_no_request_is_lost(insert, log_row, labels, at_once):
    floods = [log_row(n, WORKSPACE, tags={"id": f"{n:04}"}, end_user=f"user {n}") for n in range(LABELS_PER_HOUR + 50)]
    elsewhere = log_row(5_000, ELSEWHERE, tags={"team": "other"})
    for batch in [floods] if at_once else [floods[:150], floods[150:220], floods[220:]]:
        await insert(*batch)
    await insert(
        log_row(6_000, WORKSPACE, tags={"id": "0001"}), log_row(6_001, WORKSPACE, tags={"id": "9999"}), elsewhere
    )
    tags, people = await labels("tag"), await labels("end_user")
    assert tags.pop(("team", "other")) == 1
    assert tags.pop((OTHER, "")) == 51 and people.pop((OTHER, "")) == 50
    assert len(tags) == len(people) == LABELS_PER_HOUR
    assert tags["id", "0001"] == 2 and sum(tags.values()) == LABELS_PER_HOUR + 1


async def test_each_hour_has_its_own_bound(insert, log_row, labels, monkeypatch):
    rows = [log_row(n, WORKSPACE, wall_ms=NOON_MS + n % 2 * HOUR_MS, tags={"id": str(n)}) for n in range(300)]
    await insert(*rows)
    assert (OTHER, "") not in await labels("tag")


async def test_the_longest_label_a_client_can_send_is_stored(insert, log_row, labels):
    name, value, person = "n" * 64, "🙂" * 64, "".join(chr(0x4E00 + n) for n in range(256))
    assert len(await insert(log_row(1, WORKSPACE, tags={name: value}, end_user=person))) == 1
    assert await labels("tag") == {(name, value): 1} and await labels("end_user") == {("", person[:128]): 1}


async def test_a_series_has_a_point_for_each_hour_or_day_and_group(insert, log_row, series):
    await insert(
        log_row(1, WORKSPACE),
        log_row(2, WORKSPACE, wall_ms=NOON_MS + HOUR_MS, model="other", cost_nanousd=9),
        log_row(3, WORKSPACE, wall_ms=NOON_MS + 24 * HOUR_MS),
        log_row(4, ELSEWHERE),
    )
    day = datetime(2026, 11, 23, tzinfo=UTC)
    assert [(row["start"], row["requests"]) for row in await series()] == [(day, 2), (day + timedelta(days=1), 1)]
    hours = [(row["start"].hour, row["group"], row["requests"]) for row in await series("hour", group_by="model")]
    assert hours == [(12, "gpt-4o", 1), (13, "other", 1), (12, "gpt-4o", 1)]
    only = await series(wanted=UsageFilter(model="other"))
    assert [(row["requests"], row["cost_nanousd"]) for row in only] == [(1, 9)]


GROUPS = {
    "provider": ["groq", "openai"],
    "model": ["gpt-4o"],
    "alias": ["gpt-4"],
    "api_key": ["00000000-0000-0000-0000-000000000007"],
    "tag": ["env=x", "team=a"],
    "end_user": ["ann"],
}


async def test_usage_can_be_grouped_by_everything_that_it_is_counted_by(insert, log_row, series):
    await insert(
        log_row(1, WORKSPACE, tags={"team": "a", "env": "x"}), log_row(2, WORKSPACE, provider="groq", end_user="ann")
    )
    found = {name: [row["group"] for row in await series(group_by=name)] for name in GROUPS}
    assert found == GROUPS


async def test_a_tag_can_be_looked_at_alone(insert, log_row, series):
    await insert(*(log_row(n, WORKSPACE, tags={"team": "ab"[n % 2], "env": "x"}) for n in range(5)))
    assert [r["requests"] for r in await series(wanted=UsageFilter(tag=("team", "a")))] == [3]
    named = await series(group_by="tag", wanted=UsageFilter(tag=("team", None)))
    assert [(row["group"], row["requests"]) for row in named] == [("team=a", 3), ("team=b", 2)]


async def test_the_most_costly_groups_are_named_and_the_others_are_one(insert, log_row, series):
    await insert(*(log_row(n, WORKSPACE, model=f"model-{n}", cost_nanousd=n) for n in range(1, 7)))
    rows = await series(group_by="model", groups=2)
    assert [(row["group"], row["cost_nanousd"]) for row in rows] == [(OTHER, 10), ("model-5", 5), ("model-6", 6)]


async def test_what_the_labels_could_not_hold_stays_other_in_a_series(insert, log_row, series):
    await insert(*(log_row(n, WORKSPACE, tags={"id": str(n)}) for n in range(LABELS_PER_HOUR + 7)))
    rows = {row["group"]: row["requests"] for row in await series(group_by="tag", groups=2)}
    assert rows[OTHER] == LABELS_PER_HOUR + 7 - 2 and sum(rows.values()) == LABELS_PER_HOUR + 7


PREVIOUS = """
INSERT INTO usage_counters (workspace_id, hour, api_key_id, provider, model, alias, requests, errors, input_tokens,
    cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_nanousd, unpriced_requests)
VALUES ('{workspace}', '2026-11-23 12:00Z', 'k', 'openai', 'm', 'a', 1, 0, 1, 1, 1, 1, 1, 1, 0)
ON CONFLICT (workspace_id, hour, api_key_id, provider, model, alias)
    DO UPDATE SET requests = usage_counters.requests + 1
"""


async def test_what_the_previous_version_counts_is_usage_without_percentiles(run_sql, series):
    """Both versions project while one replaces the other."""
    for _ in range(2):
        await run_sql(PREVIOUS.format(workspace=WORKSPACE))
    (row,) = await series()
    assert (row["requests"], row["durations"]) == (2, 0)


def test_the_projection_is_one_statement():
    assert projection.INSERT_SETTLEMENTS.count("$1") == 1 and ";" not in projection.INSERT_SETTLEMENTS
