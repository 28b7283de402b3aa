"""Settlements into `request_logs` and `usage_counters`, and how far each journal has been read.

All of it needs a `system_transaction`, and one transaction for both makes replay harmless.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import journal_positions, request_logs

COUNTED_NAME_CHARACTERS = 128
"""Names in the counters' key are cut here: an index row holds 2,704 bytes, and clients choose what they ask for."""

_COLUMNS = [column.name for column in request_logs.c]
_TYPES = {column.name: column.type.compile(dialect=postgresql.dialect()) for column in request_logs.c}
_INCOMING = ", ".join(
    "received_at_ms double precision" if name == "received_at" else f"{name} {_TYPES[name]}" for name in _COLUMNS
)
_VALUES = ", ".join("to_timestamp(received_at_ms / 1000)" if name == "received_at" else name for name in _COLUMNS)
_COUNTERS = (
    "requests", "errors", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
    "reasoning_tokens", "cost_nanousd", "unpriced_requests",
)  # fmt: skip
_TOKENS = _COUNTERS[2:8]

# A sum that does not fit stays at the largest number that does: the projection of everybody else goes on.
_SUMS = ",\n        ".join(
    f"least(greatest(coalesce(sum({name}), 0), 0), 9223372036854775807)::bigint AS {name}" for name in _TOKENS
)
_ADDED = ",\n        ".join(
    f"{name} = least(usage_counters.{name}::numeric + excluded.{name}, 9223372036854775807)::bigint"
    for name in _COUNTERS
)

# One statement and one parameter for any number of rows. Counters move by the rows that were really inserted, in the
# order of their key, so that two projectors can not wait for each other.
INSERT_SETTLEMENTS = f"""
WITH inserted AS (
    INSERT INTO request_logs ({", ".join(_COLUMNS)})
    SELECT {_VALUES} FROM json_to_recordset($1::text::json) AS incoming ({_INCOMING})
    ON CONFLICT (id) DO NOTHING
    RETURNING *
), counted AS (
    INSERT INTO usage_counters (workspace_id, hour, api_key_id, provider, model, alias, {", ".join(_COUNTERS)})
    SELECT
        workspace_id,
        date_trunc('hour', received_at, 'UTC'),
        api_key_id::text,
        left(coalesce(provider, ''), {COUNTED_NAME_CHARACTERS}),
        left(coalesce(model, ''), {COUNTED_NAME_CHARACTERS}),
        left(coalesce(alias, ''), {COUNTED_NAME_CHARACTERS}),
        count(*),
        count(*) FILTER (WHERE outcome IN ('failed', 'interrupted')),
        {_SUMS},
        count(*) FILTER (WHERE cost_nanousd IS NULL AND provider IS NOT NULL)
    FROM inserted
    WHERE outcome <> 'rejected'
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (workspace_id, hour, api_key_id, provider, model, alias) DO UPDATE SET
        {_ADDED}
)
SELECT id::text FROM inserted
"""  # noqa: S608 - made of our own column names


async def insert_settlements(conn: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert rows whose id is new and move the counters by them; returns the ids inserted.

    rows: the columns of `request_logs`, with `received_at_ms` for `received_at`; missing ones are NULL.
    Raises asyncpg.PostgresError when a row can not be stored; none of them is then.
    """
    driver = (await conn.get_raw_connection()).driver_connection
    assert driver is not None
    inserted = await driver.fetch(INSERT_SETTLEMENTS, msgspec.json.encode(rows).decode())
    return {record[0] for record in inserted}


async def get_journal_positions(conn: AsyncConnection, journals: Sequence[str] | None = None) -> dict[str, int]:
    """Journal file -> bytes of it that are in the tables; None = all files."""
    statement = select(journal_positions.c.journal, journal_positions.c.position)
    if journals is not None:
        statement = statement.where(journal_positions.c.journal.in_(journals))
    return {journal: position for journal, position in (await conn.execute(statement)).all()}


async def set_journal_positions(conn: AsyncConnection, positions: Mapping[str, int]) -> None:
    """A position never goes back."""
    if not positions:
        return
    statement = insert(journal_positions).values(
        [{"journal": journal, "position": position} for journal, position in sorted(positions.items())]
    )
    await conn.execute(
        statement.on_conflict_do_update(
            index_elements=["journal"],
            set_={"position": func.greatest(journal_positions.c.position, statement.excluded.position)},
        )
    )


async def delete_journal_positions(conn: AsyncConnection, journals: Sequence[str]) -> None:
    await conn.execute(delete(journal_positions).where(journal_positions.c.journal.in_(journals)))
