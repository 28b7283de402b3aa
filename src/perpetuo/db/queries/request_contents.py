"""What was asked and answered, of one workspace. What is sealed (`sealing.request_content_place`) stays sealed here."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import request_contents


async def get_request_content(conn: AsyncConnection, workspace_id: str, request_id: str) -> bytes | None:
    return await conn.scalar(
        select(request_contents.c.content_sealed).where(
            request_contents.c.workspace_id == workspace_id, request_contents.c.id == request_id
        )
    )
