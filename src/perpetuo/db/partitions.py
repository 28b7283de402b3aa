"""Months of `request_logs` as partitions: made ahead of time, dropped when their time is over.

The id is a UUIDv7, so a month is a range of ids. All of it needs the tables' owner (`owner_transaction`).
"""

import re
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.ids import month_bounds, uuid7_floor
from perpetuo.db.engine import create_engine

MONTHS_AHEAD = 2
LOCK_TIMEOUT = "2s"
"""Waiting for a table lock makes everybody behind us wait too; the caller tries again an hour later."""

PARTITION_LOCK = 0x7065_7270_7061_7274
"""The advisory lock's number: "perppart" in ASCII."""

INDEX_LOCK = 0x7065_7270_696E_6478
"""The advisory lock's number: "perpindx" in ASCII."""

LATE_INDEXES = {"errors_idx": "(workspace_id, id DESC) WHERE status >= 400"}
"""Indexes that a migration made on `request_logs` alone, because its partitions may be large."""

_NAME = re.compile(r"^request_logs_(\d{4})_(\d{2})$")


async def ensure_partitions(conn: AsyncConnection, wall_ms: int) -> list[str]:
    """Make the partitions of the current and the next two months; returns the names of new ones.

    Rows that are already in the DEFAULT partition move along.
    """
    await conn.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT})
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": PARTITION_LOCK})
    existing = set(await _partitions(conn))
    made: list[str] = []
    start_ms = wall_ms
    for _ in range(MONTHS_AHEAD + 1):
        first_ms, next_ms = month_bounds(start_ms)
        name = _partition_name(first_ms)
        if name not in existing:
            await _make(conn, name, str(uuid7_floor(first_ms)), str(uuid7_floor(next_ms)))
            made.append(name)
        start_ms = next_ms
    return made


async def drop_expired(conn: AsyncConnection, wall_ms: int, retention_days: int) -> list[str]:
    """Drop partitions that hold nothing younger than the retention, and such rows of DEFAULT; returns their names."""
    oldest_ms = wall_ms - retention_days * 86_400_000
    await conn.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": LOCK_TIMEOUT})
    dropped: list[str] = []
    for name, end_ms in sorted((await _partitions(conn)).items()):
        if end_ms <= oldest_ms:
            await conn.execute(text(f"DROP TABLE {name}"))
            dropped.append(name)
    await conn.execute(
        text("DELETE FROM request_logs_default WHERE id < CAST(:oldest AS uuid)"),
        {"oldest": str(uuid7_floor(oldest_ms))},
    )
    return dropped


async def build_missing_indexes(url: str) -> list[str]:
    """Index partitions that were too large for a migration to; returns the names of new indexes.

    Nobody waits for it: each is built CONCURRENTLY, which takes as long as it takes, and then attached. One that an
    interrupted attempt left invalid is made anew. Does nothing while another process is at it.
    """
    built: list[str] = []
    engine = create_engine(url, "owner", pool_size=1)
    try:
        async with engine.connect() as conn:
            await conn.execution_options(isolation_level="AUTOCOMMIT")
            if await conn.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": INDEX_LOCK}):
                for suffix, definition in LATE_INDEXES.items():
                    missing = await conn.scalars(_NOT_INDEXED, {"parent": f"request_logs_{suffix}"})
                    built += [await _build_index(conn, partition, suffix, definition) for partition in missing.all()]
    finally:
        await engine.dispose()
    return built


async def _build_index(conn: AsyncConnection, partition: str, suffix: str, definition: str) -> str:
    name = f"{partition}_{suffix}"
    await conn.execute(text("RESET lock_timeout"))
    await conn.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
    await conn.execute(text(f"CREATE INDEX CONCURRENTLY {name} ON {partition} {definition}"))
    await conn.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    await conn.execute(text(f"ALTER INDEX request_logs_{suffix} ATTACH PARTITION {name}"))
    return name


# Partitions without an index under this one of request_logs.
_NOT_INDEXED = text("""
SELECT p.inhrelid::regclass::text AS name FROM pg_inherits p
WHERE p.inhparent = 'request_logs'::regclass AND NOT EXISTS (
    SELECT FROM pg_index i JOIN pg_inherits c ON c.inhrelid = i.indexrelid
    WHERE i.indrelid = p.inhrelid AND c.inhparent = to_regclass(:parent)
) AND to_regclass(:parent) IS NOT NULL
ORDER BY 1
""")


async def months_ahead(conn: AsyncConnection, wall_ms: int) -> int:
    """Months after this one that have their partition; -1: not even this one has. Any role may ask."""
    ends, ahead, at_ms = set((await _partitions(conn)).values()), -1, wall_ms
    while month_bounds(at_ms)[1] in ends:
        at_ms, ahead = month_bounds(at_ms)[1], ahead + 1
    return ahead


async def _partitions(conn: AsyncConnection) -> dict[str, int]:
    """Name -> the millisecond its month ends."""
    names = await conn.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'request_logs'::regclass"
        )
    )
    ends: dict[str, int] = {}
    for name in names:
        if match := _NAME.match(name):
            first = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
            ends[name] = month_bounds(int(first.timestamp() * 1000))[1]
    return ends


async def _make(conn: AsyncConnection, name: str, lower: str, upper: str) -> None:
    # Attached when filled: `CREATE ... PARTITION OF` would lock all of request_logs and fail on rows in DEFAULT.
    await conn.execute(text(f"CREATE TABLE {name} (LIKE request_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    await conn.execute(
        text(
            "WITH moved AS (DELETE FROM request_logs_default "  # noqa: S608 - the name is made of two numbers
            "WHERE id >= CAST(:lower AS uuid) AND id < CAST(:upper AS uuid) RETURNING *) "
            f"INSERT INTO {name} SELECT * FROM moved"
        ),
        {"lower": lower, "upper": upper},
    )
    await conn.execute(
        text(f"ALTER TABLE request_logs ATTACH PARTITION {name} FOR VALUES FROM ('{lower}') TO ('{upper}')")
    )


def _partition_name(month_start_ms: int) -> str:
    return datetime.fromtimestamp(month_start_ms / 1000, UTC).strftime("request_logs_%Y_%m")
