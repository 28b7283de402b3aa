"""When an API key was last used is known to the minute, and costs no write per request."""

from datetime import UTC, datetime

import pytest

from perpetuo.db.engine import workspace_transaction
from perpetuo.db.projection_store import SqlProjectionStore
from perpetuo.db.queries.api_keys import get_api_key
from perpetuo.db.tables import api_keys

START_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
async def used(engine, seed, log_row):
    """(request, seconds after the start) -> when its key is then said to have been used last, likewise."""
    one, store = await seed("one"), SqlProjectionStore(engine)
    other = await seed("other")

    async def apply(number, after_s):
        at_ms = START_MS + int(after_s * 1000)
        row = log_row(number, one.workspace_id, wall_ms=START_MS) | {
            "api_key_id": one.api_key_id, "received_at_ms": at_ms,
        }  # fmt: skip
        await store.apply([row], {"journal": number})
        async with workspace_transaction(engine, other.workspace_id) as conn:
            untouched = await get_api_key(conn, other.workspace_id, other.api_key_id)
        assert untouched is not None and untouched["last_used_at"] is None
        return await last_used(engine, one)

    apply.one, apply.store = one, store
    return apply


async def last_used(engine, one):
    async with workspace_transaction(engine, one.workspace_id) as conn:
        found = await get_api_key(conn, one.workspace_id, one.api_key_id)
    assert found is not None
    return None if found["last_used_at"] is None else found["last_used_at"].timestamp() - START_MS / 1000


async def test_a_use_is_noted_once_a_minute_and_a_request_read_twice_is_no_use(used):
    assert await used(1, 0.5) == 0.5
    assert await used(2, 30) == 0.5
    assert await used(3, 59.9) == 0.5
    assert await used(4, 60.5) == 60.5
    assert await used(5, 10) == 60.5, "what a slow journal brings late does not set it back"
    assert await used(4, 500) == 60.5
    assert await used(6, 500) == 500


async def test_a_key_that_somebody_works_on_keeps_no_request_waiting(engine, used):
    assert await used(1, 0) == 0
    async with workspace_transaction(engine, used.one.workspace_id) as conn:
        await conn.execute(api_keys.update().where(api_keys.c.id == used.one.api_key_id).values(name="other"))
        assert await used(2, 100) == 0
    assert await used(3, 101) == 101


async def test_requests_of_a_key_that_is_gone_are_kept_and_note_nothing(engine, used, log_row, run_sql):
    row = log_row(9, used.one.workspace_id)  # of an API key that no table has
    assert await used.store.apply([row], {"journal": 9}) == ({row["id"]}, {})
    assert await last_used(engine, used.one) is None
    assert await run_sql("SELECT count(*) FROM request_logs") == [(1,)]
