"""People. No workspace owns them: all of these need a `system_transaction`."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, insert, select, text, update
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


async def get_user(conn: AsyncConnection, user_id: str, *, lock: bool = False) -> Row | None:
    """lock: nobody else changes the row, or locks it, to the end of the transaction."""
    statement = select(users).where(users.c.id == user_id)
    row = (await conn.execute(statement.with_for_update(key_share=True) if lock else statement)).mappings().first()
    return dict(row) if row else None


async def is_anybody_there(conn: AsyncConnection) -> bool:
    """Whether there is any user at all."""
    return (await conn.execute(select(users.c.id).limit(1))).first() is not None


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


async def lock_table(conn: AsyncConnection) -> None:
    """Nobody else makes or changes a user until the transaction ends: of two who look whether there is an operator, and
    make one, the second finds the first's."""
    await conn.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))


async def any_operator(conn: AsyncConnection) -> bool:
    return await conn.scalar(select(users.c.id).where(users.c.is_operator).limit(1)) is not None


async def lock_operators(conn: AsyncConnection) -> None:
    """Of two who make each other no operator, the second waits and then sees that it would be the last."""
    await conn.execute(select(users.c.id).where(users.c.is_operator).order_by(users.c.id).with_for_update())


async def other_operators(conn: AsyncConnection, user_id: str) -> bool:
    """Whether somebody else, not suspended, runs the installation."""
    others = select(users.c.id).where(users.c.is_operator, ~users.c.suspended, users.c.id != user_id)
    return await conn.scalar(others.limit(1)) is not None


async def update_user(conn: AsyncConnection, user_id: str, changes: dict[str, Any]) -> bool:
    """changes: of is_operator, suspended."""
    allowed = {"is_operator", "suspended"}
    if not changes or changes.keys() - allowed:
        raise ValueError(f"these columns can not be changed: {sorted(changes.keys() - allowed)}")
    changed = await conn.execute(update(users).where(users.c.id == user_id).values(changes))
    return changed.rowcount == 1


async def page_users(conn: AsyncConnection, *, limit: int, before_id: str | None, email_prefix: str = "") -> list[Row]:
    """Newest first, without their password hashes. email_prefix: in any case."""
    statement = select(*(column for column in users.c if column.name != "password_hash"))
    if before_id is not None:
        statement = statement.where(users.c.id < before_id)
    if email_prefix:
        statement = statement.where(func.lower(users.c.email).startswith(email_prefix.lower(), autoescape=True))
    rows = (await conn.execute(statement.order_by(users.c.id.desc()).limit(limit))).mappings()
    return [dict(row) for row in rows]
