"""Settlements into rows and counters: new ones once, with nothing that one bad row could stop."""

import asyncpg
import pytest

from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.projection_store import SqlProjectionStore
from perpetuo.db.queries.projection import (
    delete_journal_positions,
    get_journal_positions,
    insert_settlements,
    set_journal_positions,
)
from perpetuo.db.queries.request_logs import get_request_log

WORKSPACE = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def insert(engine):
    async def run(*rows):
        async with system_transaction(engine) as conn:
            return await insert_settlements(conn, rows)

    return run


COUNTERS = (
    "requests, errors, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, "
    "cost_nanousd, unpriced_requests"
)


@pytest.fixture
def counters(run_sql):
    async def look(key="model"):
        rows = await run_sql(f"SELECT {key}, {COUNTERS} FROM usage_counters ORDER BY 1")
        return {row[0]: row[1:] for row in rows}

    return look


async def test_a_row_comes_back_as_it_was_written(engine, insert, log_row):
    row = log_row(1, WORKSPACE, first_byte_ms=1.25, reasoning_tokens=2**40, end_user="Ünïcode 🙂")
    assert await insert(row) == {row["id"]}
    async with workspace_transaction(engine, WORKSPACE) as conn:
        found = await get_request_log(conn, WORKSPACE, row["id"])
        assert await get_request_log(conn, OTHER, row["id"]) is None
    assert found is not None
    assert found.pop("received_at").timestamp() * 1000 == row.pop("received_at_ms")
    assert {name: found[name] for name in row} == row
    assert {found[name] for name in found.keys() - row.keys()} == {None}


async def test_the_same_rows_again_insert_nothing_and_count_nothing(insert, log_row, counters):
    rows = [log_row(number, WORKSPACE) for number in range(5)]
    assert await insert(*rows, rows[0]) == {row["id"] for row in rows}
    before = await counters()
    assert await insert(*rows) == set()
    assert await counters() == before == {"gpt-4o": (5, 0, 50, 0, 0, 25, 0, 7500, 0)}


async def test_counters_add_what_is_new_and_keep_unknown_apart_from_zero(insert, log_row, counters):
    await insert(log_row(1, WORKSPACE))
    await insert(
        log_row(1, WORKSPACE),
        log_row(2, WORKSPACE, outcome="failed", input_tokens=None, output_tokens=None, cost_nanousd=None),
        log_row(3, WORKSPACE, reasoning_tokens=3, cached_input_tokens=4, cache_write_tokens=2, cost_nanousd=0),
    )
    assert await counters() == {"gpt-4o": (3, 1, 20, 4, 2, 10, 3, 1500, 1)}


async def test_counters_are_kept_per_hour_key_provider_model_and_alias(insert, log_row, counters, run_sql):
    base = log_row(1, WORKSPACE)
    changes = [
        {"workspace_id": OTHER},
        {"received_at_ms": base["received_at_ms"] + 3_600_000},
        {"api_key_id": OTHER},
        {"provider": "groq"},
        {"model": "other"},
        {"alias": "other"},
        {"provider": None, "model": None, "alias": None},
    ]
    await insert(base, *(log_row(number, WORKSPACE) | change for number, change in enumerate(changes, 2)))
    assert await run_sql("SELECT count(*), sum(requests) FROM usage_counters") == [(8, 8)]
    hours = await run_sql("SELECT DISTINCT extract(epoch FROM hour)::bigint % 3600 FROM usage_counters")
    assert hours == [(0,)]


async def test_requests_refused_before_any_attempt_are_logged_but_spend_nothing(insert, log_row, counters):
    rejected = log_row(1, WORKSPACE, outcome="rejected", status=429)
    assert await insert(rejected) == {rejected["id"]}
    assert await counters() == {}


async def test_sums_beyond_64_bits_stay_at_the_largest_number(insert, log_row, counters):
    most = 2**63 - 1
    await insert(log_row(1, WORKSPACE, input_tokens=most), log_row(2, WORKSPACE, input_tokens=most))
    await insert(log_row(3, WORKSPACE, input_tokens=most, cost_nanousd=-5))
    assert (await counters())["gpt-4o"][2] == most


async def test_names_longer_than_an_index_holds_are_cut_in_the_counters_only(engine, insert, log_row, counters):
    long = "".join(chr(0x4E00 + n * 7 % 5000) for n in range(5000))
    row = log_row(1, WORKSPACE, alias=long, model=long, requested_model=long)
    await insert(row)
    assert list(await counters("alias")) == [long[:128]]
    async with workspace_transaction(engine, WORKSPACE) as conn:
        found = await get_request_log(conn, WORKSPACE, row["id"])
    assert found is not None and found["alias"] == long


IMPOSSIBLE = {
    "a NUL in a text": {"end_user": "a\0b"},
    "a number beyond 64 bits": {"input_tokens": 2**70},
    "no status": {"status": None},
    "an id that is none": {"api_key_id": "not-an-id"},
}


@pytest.mark.parametrize("change", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_an_impossible_row_is_named_and_the_others_are_stored(engine, log_row, counters, change):
    store = SqlProjectionStore(engine)
    rows = [log_row(number, WORKSPACE) for number in range(4)]
    bad = log_row(9, WORKSPACE) | change
    inserted, rejected = await store.apply([*rows[:2], bad, *rows[2:]], {"worker-1": 77})
    assert inserted == {row["id"] for row in rows}
    assert rejected.keys() == {bad["id"]} and "not-an-id" not in rejected[bad["id"]]
    assert await store.positions(["worker-1", "worker-2"]) == {"worker-1": 77}
    assert (await counters())["gpt-4o"][0] == 4


async def test_rows_counters_and_position_are_stored_together_or_not_at_all(engine, log_row, run_sql):
    with pytest.raises(RuntimeError):
        async with system_transaction(engine) as conn:
            await insert_settlements(conn, [log_row(1, WORKSPACE)])
            await set_journal_positions(conn, {"worker-1": 10})
            raise RuntimeError
    counts = "SELECT (SELECT count(*) FROM request_logs) + (SELECT count(*) FROM usage_counters)"
    assert await run_sql(f"{counts} + (SELECT count(*) FROM journal_positions)") == [(0,)]


async def test_a_position_never_goes_back_and_can_be_forgotten(engine):
    async with system_transaction(engine) as conn:
        await set_journal_positions(conn, {})
        await set_journal_positions(conn, {"a": 10, "b": 2**40})
        await set_journal_positions(conn, {"a": 5})
        assert await get_journal_positions(conn) == {"a": 10, "b": 2**40}
        assert await get_journal_positions(conn, ["a", "c"]) == {"a": 10}
        await delete_journal_positions(conn, ["a"])
        assert await get_journal_positions(conn) == {"b": 2**40}


async def test_the_application_role_can_not_write_the_books(engine, log_row):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with workspace_transaction(engine, WORKSPACE) as conn:
            await insert_settlements(conn, [log_row(1, WORKSPACE)])
