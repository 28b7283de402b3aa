"""Workspaces. Making, listing and suspending them is for a `system_transaction`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Text, cast, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import (
    access_tokens,
    api_keys,
    invitations,
    memberships,
    provider_keys,
    request_contents,
    request_logs,
    usage_counters,
    workspaces,
)

Row = dict[str, Any]

CONTENTS = (
    provider_keys,
    api_keys,
    memberships,
    access_tokens,
    invitations,
    request_logs,
    usage_counters,
    request_contents,
)


async def insert_workspace(
    conn: AsyncConnection, *, id: str, name: str, owner_user_id: str, settings: Mapping[str, Any] | None = None
) -> None:
    """settings: a `WorkspaceSettings` as builtins."""
    await conn.execute(
        insert(workspaces).values(id=id, name=name, owner_user_id=owner_user_id, settings=dict(settings or {}))
    )


async def get_workspace(conn: AsyncConnection, workspace_id: str, *, lock: bool = False) -> Row | None:
    """lock: nobody else changes or deletes it before the transaction ends; its keys and members can still come and
    go."""
    statement = select(workspaces).where(workspaces.c.id == workspace_id)
    row = (await conn.execute(statement.with_for_update(key_share=True) if lock else statement)).mappings().first()
    return dict(row) if row else None


async def list_workspaces(conn: AsyncConnection) -> list[Row]:
    """Oldest first."""
    rows = (await conn.execute(select(workspaces).order_by(workspaces.c.created_at, workspaces.c.id))).mappings()
    return [dict(row) for row in rows]


async def find_workspaces(conn: AsyncConnection, name_or_id: str) -> list[Row]:
    """Those whose id is this, or whose name is this in any case: what a person types on a command line."""
    statement = select(workspaces).where(
        (func.lower(workspaces.c.name) == name_or_id.lower()) | (cast(workspaces.c.id, Text) == name_or_id.lower())
    )
    rows = (await conn.execute(statement.order_by(workspaces.c.id))).mappings()
    return [dict(row) for row in rows]


async def update_workspace_settings(conn: AsyncConnection, workspace_id: str, settings: Mapping[str, Any]) -> bool:
    """Replaces the whole document. False when there is no such workspace."""
    changed = await conn.execute(
        update(workspaces).where(workspaces.c.id == workspace_id).values(settings=dict(settings))
    )
    return changed.rowcount == 1


async def rename_workspace(conn: AsyncConnection, workspace_id: str, name: str) -> bool:
    changed = await conn.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(name=name))
    return changed.rowcount == 1


async def count_contents(conn: AsyncConnection, workspace_id: str, *, at_most: int) -> dict[str, int]:
    """What there is in a workspace, by table; a table with more rows than `at_most` has `at_most` + 1 here."""
    counts: dict[str, int] = {}
    for table in CONTENTS:
        rows = select(literal(1)).select_from(table).where(table.c.workspace_id == workspace_id).limit(at_most + 1)
        counts[table.name] = await conn.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return counts


async def set_workspace_suspended(conn: AsyncConnection, workspace_id: str, *, suspended: bool) -> bool:
    changed = await conn.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(suspended=suspended))
    return changed.rowcount == 1


async def delete_workspace(conn: AsyncConnection, workspace_id: str) -> bool:
    """With its keys; its request logs and usage counters stay until their retention is over."""
    deleted = await conn.execute(delete(workspaces).where(workspaces.c.id == workspace_id))
    return deleted.rowcount == 1
