"""What API keys have cost, out of `usage_counters`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
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
