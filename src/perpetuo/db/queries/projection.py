"""Settlements into `request_logs`, `usage_counters` and `usage_labels`, and how far each journal has been read.

All of it needs a `system_transaction`, and one transaction for both makes replay harmless.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.latency_histogram import weight_sql
from perpetuo.db.tables import journal_positions, request_logs

COUNTED_NAME_CHARACTERS = 128
"""Names in the counters' key are cut here: an index row holds 2,704 bytes, and clients choose what they ask for."""

LABELS_PER_HOUR = 200
"""Tags (name and value), and likewise end users, that an hour of a workspace is counted by. 90 days of an hour each are
432,000 rows at most; projectors of several machines may together exceed it by what they add at the same moment."""

OTHER = "(other)"
"""What every further one is counted as."""

_COLUMNS = [column.name for column in request_logs.c]
_TYPES = {column.name: column.type.compile(dialect=postgresql.dialect()) for column in request_logs.c}
_INCOMING = ", ".join(
    "received_at_ms double precision" if name == "received_at" else f"{name} {_TYPES[name]}" for name in _COLUMNS
)
_VALUES = ", ".join("to_timestamp(received_at_ms / 1000)" if name == "received_at" else name for name in _COLUMNS)
_TOKENS = (
    "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_nanousd",
)  # fmt: skip
_HISTOGRAMS = ("durations", "first_bytes")
_COUNTERS = ("requests", "errors", *_TOKENS, "unpriced_requests", "fallbacks", "substituted", *_HISTOGRAMS)

# A sum that does not fit stays at the largest number that does: the projection of everybody else goes on.
_SUMS = ",\n        ".join((
    "count(*) AS requests",
    "count(*) FILTER (WHERE outcome IN ('failed', 'interrupted')) AS errors",
    *(f"least(greatest(coalesce(sum({name}), 0), 0), 9223372036854775807)::bigint AS {name}" for name in _TOKENS),
    "count(*) FILTER (WHERE cost_nanousd IS NULL AND provider IS NOT NULL) AS unpriced_requests",
    "count(*) FILTER (WHERE fallback_used) AS fallbacks",
    "count(*) FILTER (WHERE substituted <> 'none') AS substituted",
    *(f"coalesce(sum({name}), 0) AS {name}" for name in _HISTOGRAMS),
))  # fmt: skip


def _add_to(table: str) -> str:
    sums = (f"least({table}.{name}::numeric + excluded.{name}, 9223372036854775807)::bigint" for name in _COUNTERS[:-2])
    histograms = (f"{table}.{name} + excluded.{name}" for name in _HISTOGRAMS)
    return ",\n        ".join(f"{name} = {added}" for name, added in zip(_COUNTERS, (*sums, *histograms), strict=True))


# One statement and one parameter for any number of rows. Counters move by the rows that were really inserted, in the
# order of their key, so that two projectors can not wait for each other.
INSERT_SETTLEMENTS = f"""
WITH inserted AS (
    INSERT INTO request_logs ({", ".join(_COLUMNS)})
    SELECT {_VALUES} FROM json_to_recordset($1::text::json) AS incoming ({_INCOMING})
    ON CONFLICT (id) DO NOTHING
    RETURNING id, workspace_id, received_at, api_key_id, provider, model, alias, tags, end_user, outcome, fallback_used,
        substituted, {", ".join(_TOKENS)}, duration_ms, first_byte_ms
), counted AS MATERIALIZED (
    SELECT
        *,
        date_trunc('hour', received_at, 'UTC') AS hour,
        CASE WHEN outcome = 'succeeded' THEN {weight_sql("duration_ms")} END AS durations,
        CASE WHEN outcome = 'succeeded' THEN {weight_sql("first_byte_ms")} END AS first_bytes
    FROM inserted
    WHERE outcome <> 'rejected'
), counters AS (
    INSERT INTO usage_counters (workspace_id, hour, api_key_id, provider, model, alias, {", ".join(_COUNTERS)})
    SELECT
        workspace_id,
        hour,
        api_key_id::text,
        left(coalesce(provider, ''), {COUNTED_NAME_CHARACTERS}),
        left(coalesce(model, ''), {COUNTED_NAME_CHARACTERS}),
        left(coalesce(alias, ''), {COUNTED_NAME_CHARACTERS}),
        {_SUMS}
    FROM counted
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (workspace_id, hour, api_key_id, provider, model, alias) DO UPDATE SET
        {_add_to("usage_counters")}
), labels AS (
    SELECT workspace_id, kind, hour, name, value,
        {_SUMS}
    FROM counted CROSS JOIN LATERAL (
        SELECT 'tag', left(key, {COUNTED_NAME_CHARACTERS}), left(tag, {COUNTED_NAME_CHARACTERS})
            FROM jsonb_each_text(tags) AS each_tag (key, tag)
        UNION ALL
        SELECT 'end_user', '', left(end_user, {COUNTED_NAME_CHARACTERS}) WHERE end_user IS NOT NULL
    ) AS label (kind, name, value)
    GROUP BY 1, 2, 3, 4, 5
), known AS (
    SELECT *, EXISTS (
        SELECT FROM usage_labels AS old
        WHERE (old.workspace_id, old.kind, old.hour, old.name, old.value)
            = (labels.workspace_id, labels.kind, labels.hour, labels.name, labels.value)
    ) AS is_known
    FROM labels
), rooms AS MATERIALIZED (
    SELECT workspace_id, kind, hour, {LABELS_PER_HOUR} - (
        SELECT count(*) FROM usage_labels AS old
        WHERE (old.workspace_id, old.kind, old.hour) = (hours.workspace_id, hours.kind, hours.hour)
            AND old.name <> '{OTHER}'
    ) AS room
    FROM (SELECT DISTINCT workspace_id, kind, hour FROM known WHERE NOT is_known) AS hours
), placed AS (
    SELECT known.*, is_known OR room >= row_number() OVER (
        PARTITION BY workspace_id, kind, hour, is_known ORDER BY requests DESC, name, value
    ) AS fits
    FROM known LEFT JOIN rooms USING (workspace_id, kind, hour)
), labelled AS (
    INSERT INTO usage_labels (workspace_id, kind, hour, name, value, {", ".join(_COUNTERS)})
    SELECT
        workspace_id,
        kind,
        hour,
        CASE WHEN fits THEN name ELSE '{OTHER}' END,
        CASE WHEN fits THEN value ELSE '' END,
        {", ".join(f"least(sum({name}), 9223372036854775807)::bigint" for name in _COUNTERS[:-2])},
        {", ".join(f"sum({name})" for name in _HISTOGRAMS)}
    FROM placed
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (workspace_id, kind, hour, name, value) DO UPDATE SET
        {_add_to("usage_labels")}
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
