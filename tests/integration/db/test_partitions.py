from datetime import UTC, datetime

import pytest

from perpetuo.core.ids import month_bounds
from perpetuo.db.engine import owner_transaction, system_transaction
from perpetuo.db.partitions import build_missing_indexes, drop_expired, ensure_partitions
from perpetuo.db.queries.projection import insert_settlements
from perpetuo.db.queries.request_logs import list_request_logs

WORKSPACE = "00000000-0000-4000-8000-000000000001"


def at_ms(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def partition_of(run_sql):
    """Request id -> the partition its row is in."""

    async def look() -> dict[str, str]:
        return {str(i): str(p) for i, p in await run_sql("SELECT id::text, tableoid::regclass::text FROM request_logs")}

    return look


async def partitions(run_sql) -> set[str]:
    rows = await run_sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'request_logs'::regclass")
    return {str(name) for (name,) in rows}


async def test_rows_go_to_the_month_of_their_id_up_to_its_last_millisecond(engine, log_row, partition_of):
    async with owner_transaction(engine) as conn:
        await ensure_partitions(conn, at_ms(2027, 12, 31, 23))
    first_ms, next_ms = month_bounds(at_ms(2027, 12, 5))
    rows = {
        "request_logs_2027_12": [log_row(1, WORKSPACE, wall_ms=first_ms), log_row(2, WORKSPACE, wall_ms=next_ms - 1)],
        "request_logs_2028_01": [log_row(0, WORKSPACE, wall_ms=next_ms)],
        "request_logs_default": [log_row(4, WORKSPACE, wall_ms=at_ms(2019, 1, 1))],
    }
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [row for month in rows.values() for row in month])
    assert await partition_of() == {row["id"]: name for name, month in rows.items() for row in month}


async def test_this_and_the_next_two_months_exist_and_are_made_once(engine, run_sql):
    async with owner_transaction(engine) as conn:
        made = await ensure_partitions(conn, at_ms(2028, 11, 30, 23, 59, 59))
        assert made == ["request_logs_2028_11", "request_logs_2028_12", "request_logs_2029_01"]
        assert await ensure_partitions(conn, at_ms(2028, 11, 1)) == []
    assert set(made) < await partitions(run_sql)


async def test_rows_that_came_before_their_partition_move_into_it(engine, log_row, partition_of):
    row = log_row(1, WORKSPACE, wall_ms=at_ms(2030, 5, 5))
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [row])
    assert await partition_of() == {row["id"]: "request_logs_default"}
    async with owner_transaction(engine) as conn:
        await ensure_partitions(conn, at_ms(2030, 5, 6))
    assert await partition_of() == {row["id"]: "request_logs_2030_05"}
    async with system_transaction(engine) as conn:
        assert await insert_settlements(conn, [row]) == set()


async def test_only_months_wholly_past_their_retention_are_dropped(engine, log_row, run_sql, partition_of):
    async with owner_transaction(engine) as conn:
        for month in (1, 4):
            await ensure_partitions(conn, at_ms(2025, month, 1))
    old, kept = log_row(1, WORKSPACE, wall_ms=at_ms(2025, 1, 31)), log_row(2, WORKSPACE, wall_ms=at_ms(2025, 3, 1))
    stray = log_row(3, WORKSPACE, wall_ms=at_ms(2020, 1, 1))
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [old, kept, stray])
    async with owner_transaction(engine) as conn:
        dropped = await drop_expired(conn, at_ms(2025, 6, 14), retention_days=90)
    assert dropped == ["request_logs_2025_01", "request_logs_2025_02"]
    assert await partition_of() == {kept["id"]: "request_logs_2025_03"}
    assert "request_logs_default" in await partitions(run_sql)


async def test_a_page_of_logs_reads_only_the_partitions_of_its_id_bounds(engine, log_row, run_sql):
    row = log_row(1, WORKSPACE)
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [row])
        assert [r["id"] for r in await list_request_logs(conn, WORKSPACE)] == [row["id"]]
        assert await list_request_logs(conn, WORKSPACE, before_id=row["id"]) == []
        assert await list_request_logs(conn, WORKSPACE, after_id=row["id"]) == []
    plan = await run_sql(f"EXPLAIN SELECT * FROM request_logs WHERE id >= '{row['id']}' AND id < '{row['id'][:-1]}f'")
    assert "request_logs_2026_11" in str(plan) and "2026_12" not in str(plan)


INDEXED = (
    "SELECT count(*) FILTER (WHERE i.indisvalid), count(*) FROM pg_inherits p "
    "JOIN pg_index i ON i.indexrelid = p.inhrelid WHERE p.inhparent = 'request_logs_errors_idx'::regclass"
)
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'request_logs_errors_idx'::regclass"


async def test_partitions_that_were_too_large_for_the_migration_are_indexed_later(database_url, run_sql):
    """As the migration leaves them; and one where an earlier attempt was interrupted."""
    await run_sql("DROP INDEX request_logs_errors_idx")
    await run_sql(
        "CREATE INDEX request_logs_errors_idx ON ONLY request_logs (workspace_id, id DESC) WHERE status >= 400"
    )
    await run_sql("CREATE INDEX request_logs_default_errors_idx ON request_logs_default (id)")
    assert await run_sql(VALID) == [(False,)]
    built = await build_missing_indexes(database_url)
    assert "request_logs_default_errors_idx" in built and len(built) == len(await partitions(run_sql))
    assert await run_sql(VALID) == [(True,)]
    assert await run_sql(INDEXED) == [(len(built), len(built))]
    assert await build_missing_indexes(database_url) == []


async def test_a_new_month_has_every_index_while_old_ones_still_wait_for_theirs(engine, run_sql):
    await run_sql("DROP INDEX request_logs_errors_idx")
    await run_sql(
        "CREATE INDEX request_logs_errors_idx ON ONLY request_logs (workspace_id, id DESC) WHERE status >= 400"
    )
    async with owner_transaction(engine) as conn:
        made = await ensure_partitions(conn, at_ms(2030, 1, 1))
    assert await run_sql(INDEXED) == [(len(made), len(made))]
