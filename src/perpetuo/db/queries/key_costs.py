"""What API keys have cost, out of `usage_counters`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Numeric, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import usage_counters


async def month_costs(conn: AsyncConnection, since: datetime, api_key_ids: Collection[str]) -> dict[str, int]:
    """API key id -> nano-USD since the beginning of a month; keys without usage are missing."""
    statement = (
        select(usage_counters.c.api_key_id, func.sum(usage_counters.c.cost_nanousd))
        .where(usage_counters.c.hour >= since, usage_counters.c.api_key_id.in_(api_key_ids))
        .group_by(usage_counters.c.api_key_id)
    )
    return {api_key_id: int(cost) for api_key_id, cost in (await conn.execute(statement)).all()}


async def month_costs_of_workspace(
    conn: AsyncConnection, workspace_id: str, since: datetime, api_key_ids: Collection[str]
) -> dict[str, int]:
    """The same of one workspace's keys."""
    statement = (
        select(usage_counters.c.api_key_id, func.sum(cast(usage_counters.c.cost_nanousd, Numeric)))
        .where(
            usage_counters.c.workspace_id == workspace_id,
            usage_counters.c.hour >= since,
            usage_counters.c.api_key_id.in_(api_key_ids),
        )
        .group_by(usage_counters.c.api_key_id)
    )
    return {api_key_id: int(cost) for api_key_id, cost in (await conn.execute(statement)).all()}
