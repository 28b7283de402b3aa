"""What the operators set for everybody (`system_transaction`)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import installation


async def get_installation_value(conn: AsyncConnection, name: str, *, share_lock: bool = False) -> Any:
    """None when it was never set. share_lock: it stays what it is to the end of the transaction."""
    statement = select(installation.c.value).where(installation.c.name == name)
    if share_lock:
        statement = statement.with_for_update(read=True)
    return await conn.scalar(statement)


async def set_installation_value(conn: AsyncConnection, name: str, value: Any) -> None:
    statement = insert(installation).values(name=name, value=value)
    await conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
