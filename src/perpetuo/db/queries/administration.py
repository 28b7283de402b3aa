"""What operators look at: every workspace with its owner and what it holds, and the state of the tables themselves
(`system_transaction`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Numeric, Table, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import (
    api_keys,
    journal_positions,
    memberships,
    provider_keys,
    request_logs,
    usage_counters,
    users,
    workspaces,
)

Row = dict[str, Any]

QUOTAS = ("quota_requests_month", "quota_tokens_month")
"""Of a workspace's settings: what only operators set."""


async def page_workspaces(
    conn: AsyncConnection, *, limit: int, before_id: str | None = None, name_prefix: str = ""
) -> list[Row]:
    """Newest first, with owner_email and QUOTAS, without the settings. name_prefix: in any case."""
    statement = _workspaces_with_owner()
    if before_id is not None:
        statement = statement.where(workspaces.c.id < before_id)
    if name_prefix:
        statement = statement.where(func.lower(workspaces.c.name).startswith(name_prefix.lower(), autoescape=True))
    rows = (await conn.execute(statement.order_by(workspaces.c.id.desc()).limit(limit))).mappings()
    return [dict(row) for row in rows]


async def get_workspace_with_owner(conn: AsyncConnection, workspace_id: str) -> Row | None:
    row = (await conn.execute(_workspaces_with_owner().where(workspaces.c.id == workspace_id))).mappings().first()
    return dict(row) if row else None


async def contents_of_workspaces(conn: AsyncConnection, ids: list[str]) -> dict[str, dict[str, int]]:
    """Workspace id -> members, provider_keys, api_keys (not revoked). What there is none of is left out."""
    counts: dict[str, dict[str, int]] = {}
    for name, table in (("members", memberships), ("provider_keys", provider_keys), ("api_keys", api_keys)):
        for workspace_id, count in await _count(conn, table, ids):
            counts.setdefault(workspace_id, {})[name] = count
    return counts


async def usage_of_workspaces(conn: AsyncConnection, ids: list[str], since: datetime) -> dict[str, dict[str, int]]:
    """Workspace id -> requests, tokens (input and output), cost_nanousd."""
    statement = (
        select(
            usage_counters.c.workspace_id,
            func.sum(usage_counters.c.requests),
            func.sum(usage_counters.c.input_tokens + usage_counters.c.output_tokens),
            func.sum(cast(usage_counters.c.cost_nanousd, Numeric)),
        )
        .where(usage_counters.c.workspace_id.in_(ids), usage_counters.c.hour >= since)
        .group_by(usage_counters.c.workspace_id)
    )
    return {
        workspace_id: {"requests": int(requests), "tokens": int(tokens), "cost_nanousd": int(cost)}
        for workspace_id, requests, tokens, cost in (await conn.execute(statement)).all()
    }


async def newest_log(conn: AsyncConnection) -> datetime | None:
    """When the newest request that is in the tables came in."""
    return await conn.scalar(select(request_logs.c.received_at).order_by(request_logs.c.id.desc()).limit(1))


async def journals(conn: AsyncConnection) -> tuple[int, int]:
    """How many journal files are known, and how many bytes of them are in the tables."""
    count, position = (
        await conn.execute(select(func.count(), func.coalesce(func.sum(journal_positions.c.position), 0)))
    ).one()
    return int(count), int(position)


async def database_facts(conn: AsyncConnection) -> Row:
    """server_version, size_bytes, connections (of this database), connections_most."""
    row = (
        await conn.execute(
            text(
                "SELECT current_setting('server_version') AS server_version, "
                "pg_database_size(current_database()) AS size_bytes, "
                "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections, "
                "current_setting('max_connections')::int AS connections_most"
            )
        )
    ).mappings()
    return dict(row.one())


def _workspaces_with_owner() -> Any:
    """Of the settings only the quotas: the whole documents of 200 workspaces may be large."""
    quotas = (workspaces.c.settings[name].label(name) for name in QUOTAS)
    shown = (column for column in workspaces.c if column.name != "settings")
    return select(*shown, *quotas, users.c.email.label("owner_email")).join(
        users, users.c.id == workspaces.c.owner_user_id
    )


async def _count(conn: AsyncConnection, table: Table, ids: list[str]) -> list[tuple[str, int]]:
    statement = select(table.c.workspace_id, func.count()).where(table.c.workspace_id.in_(ids))
    if "revoked_at" in table.c:
        statement = statement.where(table.c.revoked_at.is_(None))
    return [
        (workspace_id, count) for workspace_id, count in await conn.execute(statement.group_by(table.c.workspace_id))
    ]
