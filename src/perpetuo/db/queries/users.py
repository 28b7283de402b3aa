"""People. No workspace owns them: all of these need a `system_transaction`."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import users

Row = dict[str, Any]


async def insert_user(
    conn: AsyncConnection, *, id: str, email: str, password_hash: str, name: str = "", is_operator: bool = False
) -> None:
    """Raises IntegrityError when the e-mail address, in whatever case, is taken."""
    await conn.execute(
        insert(users).values(id=id, email=email, password_hash=password_hash, name=name, is_operator=is_operator)
    )


async def get_user(conn: AsyncConnection, user_id: str) -> Row | None:
    row = (await conn.execute(select(users).where(users.c.id == user_id))).mappings().first()
    return dict(row) if row else None


async def get_user_by_email(conn: AsyncConnection, email: str) -> Row | None:
    row = (await conn.execute(select(users).where(func.lower(users.c.email) == email.lower()))).mappings().first()
    return dict(row) if row else None


async def names_of_users(conn: AsyncConnection, user_ids: Collection[str]) -> dict[str, Row]:
    """User id -> email, name, suspended."""
    statement = select(users.c.id, users.c.email, users.c.name, users.c.suspended).where(users.c.id.in_(user_ids))
    return {row["id"]: dict(row) for row in (await conn.execute(statement)).mappings()}


async def list_users(conn: AsyncConnection) -> list[Row]:
    rows = (await conn.execute(select(users).order_by(users.c.id))).mappings()
    return [dict(row) for row in rows]


async def set_password_hash(conn: AsyncConnection, user_id: str, password_hash: str) -> bool:
    changed = await conn.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))
    return changed.rowcount == 1
