"""Journals projected into a real PostgreSQL: every id once, counters equal to the sum of the rows."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.core.decision import Attempt, CandidateNote, DecisionNote
from perpetuo.core.ids import uuid7
from perpetuo.core.usage import Usage
from perpetuo.db.engine import create_engine
from perpetuo.db.projection_store import COMPLETE, SqlProjectionStore
from perpetuo.ledger.journal import JournalWriter, list_segments
from perpetuo.ledger.projector import MAX_TOKENS, Projector, log_row
from perpetuo.ledger.records import Intent, Settlement
from perpetuo.ledger.recovery import Recovery

WORKSPACE = "01932b00-0000-7000-8000-00000000aaaa"
API_KEY = "01932b00-0000-7000-8000-00000000bbbb"
HOUR_MS = 1_795_000_000_000 // 3_600_000 * 3_600_000

RunSql = Callable[[str], Awaitable[list[tuple[Any, ...]]]]


class RealClock:
    monotonic_s = staticmethod(time.monotonic)
    wall_s = staticmethod(time.time)


class RealEntropy:
    random_bytes = staticmethod(os.urandom)


@pytest.fixture
async def store(engine: AsyncEngine) -> AsyncIterator[SqlProjectionStore]:
    yield SqlProjectionStore(engine)


def intent(number: int, **changes: Any) -> Intent:
    fields: dict[str, Any] = {
        "id": str(uuid7(HOUR_MS + number, number.to_bytes(10, "big"))),
        "workspace_id": WORKSPACE,
        "api_key_id": API_KEY,
        "received_at_ms": HOUR_MS + number,
        "endpoint": "chat",
        "requested_model": "gpt-4",
        "streaming": False,
    }
    return Intent(**fields | changes)


def settlement(number: int, **changes: Any) -> Settlement:
    known = intent(number)
    fields: dict[str, Any] = {name: getattr(known, name) for name in known.__struct_fields__}
    fields |= {
        "outcome": "succeeded",
        "status": 200,
        "alias": "gpt-4",
        "provider": "openai",
        "model": "gpt-4o",
        "usage": Usage(input_tokens=10, output_tokens=number, source="reported"),
        "cost_nanousd": 1000 * number,
    }
    return Settlement(**fields | changes)


async def counters(run_sql: RunSql) -> tuple[Any, ...]:
    (sums,) = await run_sql(
        "SELECT coalesce(sum(requests), 0)::int, coalesce(sum(errors), 0)::int, coalesce(sum(input_tokens), 0),"
        " coalesce(sum(output_tokens), 0), coalesce(sum(cost_nanousd), 0),"
        " coalesce(sum(unpriced_requests), 0)::int FROM usage_counters"
    )
    return sums


async def test_a_row_says_all_that_the_settlement_said(store: SqlProjectionStore, run_sql: RunSql):
    full = settlement(
        7,
        tags={"team": "a"},
        attempts=(Attempt(1, "openai", "k", "gpt-4o", "status", 3.5, class_="RETRYABLE", status=500),),
        decision=DecisionNote(candidates=(CandidateNote("openai", "k", "gpt-4o", True, "first"),), explanation="why"),
        first_byte_ms=1.5,
        duration_ms=2.5,
        end_user="u",
    )
    inserted, rejected = await store.apply([log_row(full)], {"x.000001.journal": 99})
    assert (inserted, rejected) == ({full.id}, {})
    (row,) = await run_sql("SELECT to_jsonb(l) FROM request_logs l")
    found = msgspec.json.decode(row[0])
    expected = log_row(full)
    at_ms = expected.pop("received_at_ms")
    assert datetime.fromisoformat(found.pop("received_at")) == datetime.fromtimestamp(at_ms / 1000, UTC)
    assert found == expected
    assert await store.positions(["x.000001.journal", "y.000001.journal"]) == {"x.000001.journal": 99}


async def test_applying_again_moves_no_counter(store: SqlProjectionStore, run_sql: RunSql):
    rows = [log_row(settlement(number)) for number in range(1, 6)]
    await store.apply(rows, {})
    before = await counters(run_sql)
    assert before == (5, 0, 50, 15, 15000, 0)
    inserted, _ = await store.apply([*rows, log_row(settlement(6))], {})
    assert inserted == {settlement(6).id}
    assert await counters(run_sql) == (6, 0, 60, 21, 21000, 0)


async def test_refused_requests_are_rows_but_spend_no_quota(store: SqlProjectionStore, run_sql: RunSql):
    refused = settlement(1, outcome="rejected", status=429, provider=None, model=None, usage=Usage(), cost_nanousd=None)
    inserted, _ = await store.apply([log_row(refused)], {})
    assert inserted == {refused.id}
    assert await counters(run_sql) == (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "bad",
    [
        {"workspace_id": "not-a-uuid"},
        {"id": "not-a-uuid"},
        {"duration_ms": float("nan")},
        {"status": 2**40},
        {"status": None},
    ],
    ids=lambda bad: next(iter(bad)),
)
async def test_a_row_the_tables_can_never_take_does_not_stop_the_others(
    store: SqlProjectionStore, run_sql: RunSql, bad: dict[str, Any]
):
    rows = [log_row(settlement(number)) for number in (1, 2, 3)]
    rows[1] |= bad
    inserted, rejected = await store.apply(rows, {"x.000001.journal": 5})
    assert inserted == {settlement(1).id, settlement(3).id}
    assert set(rejected) == {rows[1]["id"]}
    assert await counters(run_sql) == (2, 0, 20, 4, 4000, 0)
    assert await store.positions(["x.000001.journal"]) == {"x.000001.journal": 5}


async def test_absurd_counts_and_endless_names_cost_nobody_else_their_books(store: SqlProjectionStore, run_sql: RunSql):
    absurd = Usage(input_tokens=2**63, output_tokens=2**70, source="reported")
    noise = "".join(random.Random(1).choice("abcdefghijklmnopqrstuvwxyzäöü") for _ in range(20_000))
    for number in (1, 2, 3):
        row = log_row(settlement(number, usage=absurd, cost_nanousd=2**80, alias=noise, requested_model=noise + "\x00"))
        assert (await store.apply([row], {}))[0] == {settlement(number).id}
    assert (await counters(run_sql))[:4] == (3, 0, 3 * MAX_TOKENS, 3 * MAX_TOKENS)
    await store.apply([log_row(settlement(4))], {})
    assert (await counters(run_sql))[0] == 4


async def test_an_absent_database_is_not_the_rows_fault(database_url: str):
    absent = create_engine(database_url.replace("/test_", "/absent_"))
    with pytest.raises(DBAPIError):
        await SqlProjectionStore(absent).apply([log_row(settlement(1))], {})
    await absent.dispose()


async def test_positions_of_deleted_files_stay_beyond_every_offset_until_their_writer_is_gone(
    store: SqlProjectionStore,
):
    await store.apply([log_row(settlement(1))], {"a.000001.journal": 10, "a.000002.journal": 20})
    await store.finish(["a.000001.journal"])
    await store.apply([log_row(settlement(2))], {"a.000001.journal": 10})
    names = ["a.000001.journal", "a.000002.journal"]
    assert await store.positions(names) == {"a.000001.journal": COMPLETE, "a.000002.journal": 20}
    await store.forget(names)
    assert await store.positions(names) == {}


async def test_from_the_journals_of_dead_and_living_writers_every_id_becomes_one_row(
    tmp_path: Path, store: SqlProjectionStore, run_sql: RunSql
):
    def write(worker: int) -> JournalWriter:
        journal = JournalWriter(
            tmp_path,
            f"w{worker}",
            max_segment_bytes=50_000,
            max_total_bytes=None,
            clock=RealClock(),
            entropy=RealEntropy(),
        )
        for number in range(worker * 1000, worker * 1000 + 700):
            journal.append_intent(intent(number))
            if number % 7:
                journal.append_settlement(settlement(number))
        return journal

    living, dead = await asyncio.to_thread(write, 0), await asyncio.to_thread(write, 1)
    books = Projector(tmp_path, store, RealClock())
    assert await books.project_once() == 1200
    dead.close()
    recovered = await asyncio.to_thread(Recovery(tmp_path, RealClock(), RealEntropy()).recover)
    assert recovered.interrupted == 100
    assert await books.project_once() == 100
    settled = [n for worker in (0, 1) for n in range(worker * 1000, worker * 1000 + 700) if n % 7]
    assert await counters(run_sql) == (1300, 100, 12_000, sum(settled), 1000 * sum(settled), 0)
    assert await run_sql("SELECT count(*), count(DISTINCT id) FROM request_logs") == [(1300, 1300)]
    living.close()
    await asyncio.to_thread(Recovery(tmp_path, RealClock(), RealEntropy()).recover)
    await books.project_once()
    assert await asyncio.to_thread(list_segments, tmp_path) == []
    assert await run_sql("SELECT count(*) FROM request_logs") == [(1400,)]
    assert await run_sql("SELECT * FROM journal_positions") == []
    books.close()
