"""Request logs of one workspace, newest first."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import request_logs

Row = dict[str, Any]

MAXIMUM_PAGE = 500


async def list_request_logs(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    limit: int = 50,
    before_id: str | None = None,
    after_id: str | None = None,
) -> list[Row]:
    """before_id: go on below this one (the last of the page before). after_id: only newer than this one.

    Ids are UUIDv7: a time filter is an id bound (`uuid7_floor`), and prunes partitions.
    """
    statement = select(request_logs).where(request_logs.c.workspace_id == workspace_id)
    if before_id is not None:
        statement = statement.where(request_logs.c.id < before_id)
    if after_id is not None:
        statement = statement.where(request_logs.c.id > after_id)
    statement = statement.order_by(request_logs.c.id.desc()).limit(min(limit, MAXIMUM_PAGE))
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def get_request_log(conn: AsyncConnection, workspace_id: str, request_id: str) -> Row | None:
    statement = select(request_logs).where(request_logs.c.workspace_id == workspace_id, request_logs.c.id == request_id)
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None
