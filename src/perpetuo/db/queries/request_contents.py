"""What was asked and answered, of one workspace. What is sealed (`sealing.request_content_place`) stays sealed here."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import request_contents

# A workspace may be deleted while its requests still wait in a journal: what it had logged goes with it.
INSERT_CONTENTS = """
INSERT INTO request_contents (id, workspace_id, content_sealed)
SELECT incoming.id, incoming.workspace_id, incoming.content_sealed
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS incoming (id, workspace_id, content_sealed)
WHERE EXISTS (SELECT FROM workspaces WHERE workspaces.id = incoming.workspace_id)
ON CONFLICT (id) DO NOTHING
"""


class SealedContent(Protocol):
    """id: the request's."""

    @property
    def id(self) -> str: ...

    @property
    def workspace_id(self) -> str: ...

    @property
    def sealed(self) -> bytes: ...


async def get_request_content(conn: AsyncConnection, workspace_id: str, request_id: str) -> bytes | None:
    return await conn.scalar(
        select(request_contents.c.content_sealed).where(
            request_contents.c.workspace_id == workspace_id, request_contents.c.id == request_id
        )
    )


async def insert_request_contents(conn: AsyncConnection, contents: Sequence[SealedContent]) -> None:
    """Those whose id is new and whose workspace exists. Needs a `system_transaction`."""
    driver = (await conn.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute(
        INSERT_CONTENTS,
        [content.id for content in contents],
        [content.workspace_id for content in contents],
        [content.sealed for content in contents],
    )
