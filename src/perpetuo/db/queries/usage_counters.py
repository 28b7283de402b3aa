"""Sums of usage: per workspace for its own people, over all workspaces for the quota (`system_transaction`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import usage_counters

Row = dict[str, Any]


async def list_usage(conn: AsyncConnection, workspace_id: str, since: datetime, until: datetime) -> list[Row]:
    """Counter rows of the hours in [since, until), oldest first."""
    statement = (
        select(usage_counters)
        .where(
            usage_counters.c.workspace_id == workspace_id,
            usage_counters.c.hour >= since,
            usage_counters.c.hour < until,
        )
        .order_by(usage_counters.c.hour)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def month_totals(conn: AsyncConnection, since: datetime) -> dict[str, tuple[int, int]]:
    """Workspace id -> (requests, input + output tokens) since the beginning of a month."""
    statement = (
        select(
            usage_counters.c.workspace_id,
            func.sum(usage_counters.c.requests),
            func.sum(usage_counters.c.input_tokens + usage_counters.c.output_tokens),
        )
        .where(usage_counters.c.hour >= since)
        .group_by(usage_counters.c.workspace_id)
    )
    return {
        workspace_id: (int(requests), int(tokens))
        for workspace_id, requests, tokens in (await conn.execute(statement)).all()
    }
