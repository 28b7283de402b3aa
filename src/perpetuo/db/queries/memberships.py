"""Who belongs to a workspace, in which role."""

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import memberships, users, workspaces

Row = dict[str, Any]

# Everything but the settings, which nobody who lists workspaces needs and which may be large.
SHOWN = [column for column in workspaces.c if column.name != "settings"]


async def put_membership(conn: AsyncConnection, workspace_id: str, user_id: str, role: str) -> bool:
    """False when the user is a member already: then nothing changes."""
    added = await conn.execute(
        insert(memberships).values(workspace_id=workspace_id, user_id=user_id, role=role).on_conflict_do_nothing()
    )
    return added.rowcount == 1


async def get_role(conn: AsyncConnection, workspace_id: str, user_id: str, *, lock: bool = False) -> str | None:
    statement = select(memberships.c.role).where(
        memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id
    )
    return await conn.scalar(statement.with_for_update() if lock else statement)


async def list_memberships(conn: AsyncConnection, workspace_id: str) -> list[Row]:
    """user_id, role, created_at; oldest first. Names are the `users` table's, which perpetuo_app may not read."""
    statement = (
        select(memberships)
        .where(memberships.c.workspace_id == workspace_id)
        .order_by(memberships.c.created_at, memberships.c.user_id)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def count_owners(conn: AsyncConnection, workspace_id: str) -> int:
    """Locks them, so that two owners can not leave at the same time."""
    statement = (
        select(memberships.c.user_id)
        .where(memberships.c.workspace_id == workspace_id, memberships.c.role == "owner")
        .order_by(memberships.c.user_id)
        .with_for_update()
    )
    return len((await conn.execute(statement)).all())


async def set_role(conn: AsyncConnection, workspace_id: str, user_id: str, role: str) -> bool:
    changed = await conn.execute(
        update(memberships)
        .where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
        .values(role=role)
    )
    return changed.rowcount == 1


async def delete_membership(conn: AsyncConnection, workspace_id: str, user_id: str) -> bool:
    deleted = await conn.execute(
        delete(memberships).where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
    )
    return deleted.rowcount == 1


async def workspaces_of_user(conn: AsyncConnection, user_id: str) -> list[Row]:
    """The workspaces' rows with the user's role, oldest first (`system_transaction`)."""
    statement = (
        select(*SHOWN, memberships.c.role)
        .join(memberships, memberships.c.workspace_id == workspaces.c.id)
        .where(memberships.c.user_id == user_id)
        .order_by(workspaces.c.created_at, workspaces.c.id)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def page_workspaces_of_user(
    conn: AsyncConnection, user_id: str, *, limit: int, before_id: str | None
) -> list[Row]:
    """As `workspaces_of_user`, but newest first. before_id: the last of the page before (`system_transaction`)."""
    statement = (
        select(*SHOWN, memberships.c.role)
        .join(memberships, memberships.c.workspace_id == workspaces.c.id)
        .where(memberships.c.user_id == user_id)
    )
    if before_id is not None:
        statement = statement.where(workspaces.c.id < before_id)
    rows = await conn.execute(statement.order_by(workspaces.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


async def count_owned(conn: AsyncConnection, user_id: str) -> int:
    """Workspaces of this user, who is locked: two can not be made at the same time (`system_transaction`)."""
    await conn.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True))
    statement = select(func.count()).where(memberships.c.user_id == user_id, memberships.c.role == "owner")
    return await conn.scalar(statement) or 0


async def page_memberships(
    conn: AsyncConnection, workspace_id: str, *, limit: int, after_user_id: str | None
) -> list[Row]:
    """user_id, role, created_at; those who signed up first come first. after_user_id: the last of the page before."""
    statement = select(memberships).where(memberships.c.workspace_id == workspace_id)
    if after_user_id is not None:
        statement = statement.where(memberships.c.user_id > after_user_id)
    rows = await conn.execute(statement.order_by(memberships.c.user_id).limit(limit))
    return [dict(row) for row in rows.mappings()]


async def get_membership(conn: AsyncConnection, workspace_id: str, user_id: str) -> Row | None:
    statement = select(memberships).where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def members_with_names(conn: AsyncConnection, workspace_id: str) -> list[Row]:
    """user_id, email, name, role, created_at; oldest first (`system_transaction`)."""
    statement = (
        select(
            memberships.c.user_id, users.c.email, users.c.name, memberships.c.role, memberships.c.created_at,
            func.coalesce(users.c.suspended, False).label("suspended"),
        )
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.workspace_id == workspace_id)
        .order_by(memberships.c.created_at, memberships.c.user_id)
    )  # fmt: skip
    return [dict(row) for row in (await conn.execute(statement)).mappings()]
