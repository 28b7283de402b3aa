"""What is deleted when its time is over, and what is not."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from perpetuo.db import retention
from perpetuo.db.engine import owner_transaction, system_transaction
from perpetuo.db.partitions import ensure_partitions
from perpetuo.db.queries.projection import insert_settlements
from perpetuo.db.queries.workspaces import delete_workspace
from perpetuo.db.retention import delete_expired
from perpetuo.db.tables import request_contents

NOW_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
TABLES = ("request_logs", "request_contents", "usage_counters", "usage_labels")


def in_table(run_sql, table, workspace_id):
    return run_sql(f"SELECT count(*)::int FROM {table} WHERE workspace_id = '{workspace_id}'")


@pytest.fixture
def ages(engine, log_row, run_sql):
    """Rows of every kind, one for each of these ages in days; what is left of each table."""

    written = []

    async def fill(workspace_id, days):
        rows = [
            log_row(len(written) + n, workspace_id, wall_ms=NOW_MS - day * DAY_MS, end_user="ann")
            for n, day in enumerate(days)
        ]
        written.extend(rows)
        async with system_transaction(engine) as conn:
            await insert_settlements(conn, rows)
            contents = [{"id": row["id"], "workspace_id": workspace_id, "content_sealed": b"x"} for row in rows]
            await conn.execute(insert(request_contents), contents)

    async def left(workspace_id):
        return {table: (await in_table(run_sql, table, workspace_id))[0][0] for table in TABLES}

    return fill, left


async def test_a_workspace_keeps_its_rows_as_long_as_it_says(engine, seed, ages):
    fill, left = ages
    short, usual = await seed("short", settings={"retention_days": 20}), await seed("usual")
    for one in (short, usual):
        await fill(one.workspace_id, [1, 19, 21, 40, 89])
    deleted = await delete_expired(engine, NOW_MS, 90)
    # An hour has two labels: a tag and an end user. Contents are kept for a week if nothing else is said.
    assert await left(short.workspace_id) == {
        "request_logs": 2, "request_contents": 1, "usage_counters": 3, "usage_labels": 4
    }  # fmt: skip
    assert await left(usual.workspace_id) == {
        "request_logs": 5, "request_contents": 1, "usage_counters": 5, "usage_labels": 10
    }  # fmt: skip
    assert deleted == {"request_logs": 3, "request_contents": 8, "usage_counters": 2, "usage_labels": 6}
    assert set((await delete_expired(engine, NOW_MS, 90)).values()) == {0}


async def test_no_workspace_keeps_more_than_the_installation_does(engine, seed, ages):
    fill, left = ages
    greedy = await seed("greedy", settings={"retention_days": 400, "content_retention_days": 400})
    await fill(greedy.workspace_id, [1, 29, 31, 60])
    await delete_expired(engine, NOW_MS, 30)
    kept = await left(greedy.workspace_id)
    assert (kept["request_contents"], kept["usage_counters"], kept["usage_labels"]) == (2, 2, 4)
    assert kept["request_logs"] == 4  # they leave by the month, with their partition


async def test_a_workspace_whose_settings_can_not_be_read_keeps_what_the_others_may_not(engine, seed, ages):
    fill, left = ages
    broken, short = (
        await seed("broken", settings={"retention_days": "all"}),
        await seed("short", settings={"retention_days": 20}),
    )
    for one in (broken, short):
        await fill(one.workspace_id, [1, 21, 29, 31])
    await delete_expired(engine, NOW_MS, 30)
    assert (await left(short.workspace_id))["request_logs"] == 1
    kept = await left(broken.workspace_id)
    assert (kept["request_contents"], kept["usage_labels"]) == (3, 6)


async def test_the_counters_of_this_month_stay_because_quotas_are_counted_from_them(engine, seed, ages):
    fill, left = ages
    one = await seed("one", settings={"retention_days": 1})
    await fill(one.workspace_id, [0, 5, 20, 30])
    await delete_expired(engine, NOW_MS, 90)
    kept = await left(one.workspace_id)
    assert (kept["usage_counters"], kept["usage_labels"], kept["request_logs"]) == (3, 2, 1)


async def test_what_a_deleted_workspace_leaves_behind_goes_whatever_its_age(engine, seed, ages):
    fill, left = ages
    gone, stays = await seed("gone"), await seed("stays")
    for one in (gone, stays):
        await fill(one.workspace_id, [0, 3])
    async with system_transaction(engine) as conn:
        assert await delete_workspace(conn, gone.workspace_id)
    before = await left(stays.workspace_id)
    await delete_expired(engine, NOW_MS, 90)
    assert set((await left(gone.workspace_id)).values()) == {0}
    assert await left(stays.workspace_id) == before


async def test_a_run_deletes_a_bounded_number_of_rows_and_the_next_goes_on(engine, seed, ages, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    monkeypatch.setattr(retention, "RUN_ROWS", 4)
    monkeypatch.setattr(retention, "WORKSPACES_AT_A_TIME", 1)
    fill, left = ages
    one = await seed("one", settings={"retention_days": 10})
    await fill(one.workspace_id, range(31, 37))
    assert (await delete_expired(engine, NOW_MS, 90))["request_logs"] == 4
    assert (await left(one.workspace_id))["request_logs"] == 2
    assert (await delete_expired(engine, NOW_MS, 90))["request_logs"] == 2


async def test_a_workspace_with_more_than_a_run_deletes_holds_up_nobody_else_s(engine, seed, ages, monkeypatch):
    monkeypatch.setattr(retention, "BATCH_ROWS", 4)
    monkeypatch.setattr(retention, "RUN_ROWS", 4)
    fill, left = ages
    seeded = [await seed(name, settings={"retention_days": 10}) for name in ("one", "other")]
    large, small = sorted(seeded, key=lambda each: each.workspace_id)
    await fill(large.workspace_id, range(31, 41))
    await fill(small.workspace_id, [31])
    await delete_expired(engine, NOW_MS, 90)
    assert (await left(small.workspace_id))["request_logs"] == 0
    assert (await left(large.workspace_id))["request_logs"] > 0


async def test_months_that_begin_after_the_cutoff_are_not_opened(engine, seed, ages, run_sql):
    async with owner_transaction(engine) as conn:
        await ensure_partitions(conn, NOW_MS - 70 * DAY_MS)
    fill, _ = ages
    one = await seed("one", settings={"retention_days": 40})
    await fill(one.workspace_id, [1, 39, 41, 60])
    # What finds the rows, with the values that it gets.
    found = retention._DUE_IDS["request_logs"].text
    values = {
        ":workspaces": f"'{{{one.workspace_id}}}'",
        ":ids": f"'{{{retention.uuid7_floor(NOW_MS - 40 * DAY_MS)}}}'",
        ":seconds": "'{0}'",
        ":rows": "10",
        ":each": "10",
    }
    for name, value in values.items():
        found = found.replace(name, value)
    plan = "\n".join(str(line) for (line,) in await run_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {found}"))
    opened = [line for line in plan.splitlines() if "request_logs_2026_11" in line and "never executed" not in line]
    assert "request_logs_2026_10" in plan and not opened, plan
