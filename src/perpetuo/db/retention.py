"""Deletes what a workspace no longer wants to keep, and what is left of workspaces that are gone.

`partitions.drop_expired` drops whole months of logs by the installation's retention. Here go the rows of workspaces
with a shorter one, and rollups and contents, which have no partitions. In small transactions, a bounded number of rows
of each table in one run: what is left waits for the next one, an hour later.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from perpetuo.core.ids import month_bounds, uuid7_floor
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.workspaces import list_workspaces
from perpetuo.db.settings_documents import WorkspaceSettings

log = logging.getLogger(__name__)

BATCH_ROWS = 2_000
"""Deleted in one transaction: a fraction of a second. At most a quarter of them are one workspace's, so that one which
writes more than a run deletes holds up nobody else's."""

RUN_ROWS = 200_000
"""Deleted of one table in one run, of WORKSPACES_AT_A_TIME."""

WORKSPACES_AT_A_TIME = 500
DAY_MS = 86_400_000
ALL_MS = 2**48 - 1
"""The last millisecond a UUIDv7 can carry."""

Cutoffs = Mapping[str, int]
"""Workspace id -> Unix ms: rows from before are to go."""

_OLD = (
    "unnest(CAST(:workspaces AS uuid[]), CAST(:ids AS uuid[]), CAST(:seconds AS double precision[])) "
    "AS old (workspace, id, second)"
)

# Partitions that begin after a cutoff are not opened. The ids come out and go in again as values: a DELETE that looks
# them up itself would open every partition.
_DUE_IDS = {
    table: text(
        f"SELECT due.id::text FROM {_OLD} CROSS JOIN LATERAL ("  # noqa: S608 - our own table names
        f"SELECT id FROM {table} WHERE workspace_id = old.workspace AND id < old.id ORDER BY id DESC LIMIT :each"
        ") AS due LIMIT :rows"
    )
    for table in ("request_logs", "request_contents")
}
_DELETE_IDS = {
    table: text(f"DELETE FROM {table} WHERE id = ANY (CAST(:found AS uuid[]))")  # noqa: S608
    for table in _DUE_IDS
}

# Rollups have long keys: a batch is found and deleted by where its rows lie. One that moves meanwhile stays until the
# next run.
_DELETE_HOURS = {
    "usage_counters": text(
        "DELETE FROM usage_counters WHERE ctid = ANY (ARRAY("  # noqa: S608
        f"SELECT due.ctid FROM {_OLD} CROSS JOIN LATERAL (SELECT ctid FROM usage_counters "
        "WHERE workspace_id = old.workspace AND hour < to_timestamp(old.second) ORDER BY hour LIMIT :each"
        ") AS due LIMIT :rows))"
    ),
    "usage_labels": text(
        "DELETE FROM usage_labels WHERE ctid = ANY (ARRAY("  # noqa: S608
        f"SELECT due.ctid FROM {_OLD} CROSS JOIN (VALUES ('tag'), ('end_user')) AS k (kind) CROSS JOIN LATERAL ("
        "SELECT ctid FROM usage_labels WHERE workspace_id = old.workspace AND kind = k.kind "
        "AND hour < to_timestamp(old.second) ORDER BY hour LIMIT :each"
        ") AS due LIMIT :rows))"
    ),
}

# Skips along the index from workspace to workspace.
_NEXT_WORKSPACE = {
    table: text(
        f"SELECT workspace_id::text FROM {table} "  # noqa: S608
        "WHERE workspace_id > CAST(:after AS uuid) ORDER BY workspace_id LIMIT 1"
    )
    for table in (*_DUE_IDS, *_DELETE_HOURS)
}


async def delete_expired(engine: AsyncEngine, wall_ms: int, retention_days: int) -> dict[str, int]:
    """Table -> rows deleted. retention_days: the installation's, and the most that any workspace gets."""
    # Read before the workspaces are, so that one made meanwhile is not taken for one that is gone.
    present = {table: await _workspaces_in(engine, table) for table in _NEXT_WORKSPACE}
    async with system_transaction(engine) as conn:
        settings = {row["id"]: _settings(row["id"], row["settings"]) for row in await list_workspaces(conn)}
    kept_days = {
        workspace: retention_days if document is None else _days(document, retention_days)
        for workspace, document in settings.items()
    }
    rollups = {workspace: wall_ms - days * DAY_MS for workspace, days in kept_days.items()}
    logs = {workspace: rollups[workspace] for workspace, days in kept_days.items() if days < retention_days}
    contents = {
        workspace: wall_ms - (days if document is None else min(document.content_retention_days, days)) * DAY_MS
        for (workspace, days), document in zip(kept_days.items(), settings.values(), strict=True)
    }
    # Quotas and budgets of the month are counted from these.
    month_ms = month_bounds(wall_ms)[0]
    counters = {workspace: min(cutoff_ms, month_ms) for workspace, cutoff_ms in rollups.items()}
    cutoffs = {"request_logs": logs, "request_contents": contents, "usage_counters": counters, "usage_labels": rollups}
    deleted: dict[str, int] = {}
    for table, wanted in cutoffs.items():
        gone = dict.fromkeys(set(present[table]) - settings.keys(), ALL_MS)
        deleted[table] = await _delete(engine, table, {**wanted, **gone})
    return deleted


def _settings(workspace_id: str, document: Any) -> WorkspaceSettings | None:
    """None for what can not be read: nobody knows then what that workspace wants to keep, and the others go on."""
    try:
        return msgspec.convert(document, WorkspaceSettings)
    except msgspec.ValidationError as exc:
        log.error("workspace %s keeps everything there is: its settings can not be read: %s", workspace_id, exc)
        return None


def _days(document: WorkspaceSettings, most: int) -> int:
    return most if document.retention_days is None else min(document.retention_days, most)


async def _delete(engine: AsyncEngine, table: str, cutoffs: Cutoffs) -> int:
    everything = sorted(cutoffs.items())
    deleted = 0
    for first in range(0, len(everything), WORKSPACES_AT_A_TIME):
        some = everything[first : first + WORKSPACES_AT_A_TIME]
        of_these = 0
        while of_these < RUN_ROWS:
            async with system_transaction(engine) as conn:
                batch = await _delete_batch(conn, table, some)
            of_these += batch
            if batch == 0:
                break
        deleted += of_these
    return deleted


async def _delete_batch(conn: AsyncConnection, table: str, cutoffs: Sequence[tuple[str, int]]) -> int:
    values = {
        "workspaces": [workspace for workspace, _ in cutoffs],
        "ids": [str(uuid7_floor(cutoff_ms)) for _, cutoff_ms in cutoffs],
        "seconds": [cutoff_ms / 1000 for _, cutoff_ms in cutoffs],
        "rows": BATCH_ROWS,
        "each": max(1, BATCH_ROWS // 4),
    }
    if table in _DELETE_HOURS:
        return await _rows(conn, _DELETE_HOURS[table], values)
    found = (await conn.scalars(_DUE_IDS[table], values)).all()
    return await _rows(conn, _DELETE_IDS[table], {"found": list(found)}) if found else 0


async def _rows(conn: AsyncConnection, statement: TextClause, values: Mapping[str, Any]) -> int:
    result: CursorResult[Any] = await conn.execute(statement, values)
    return result.rowcount


async def _workspaces_in(engine: AsyncEngine, table: str) -> list[str]:
    """Every workspace that has a row there."""
    found: list[str] = []
    after = "00000000-0000-0000-0000-000000000000"
    async with system_transaction(engine) as conn:
        while (after := await conn.scalar(_NEXT_WORKSPACE[table], {"after": after}) or "") != "":
            found.append(after)
    return found
