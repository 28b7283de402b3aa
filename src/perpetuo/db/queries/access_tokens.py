"""Access tokens of machines. Their hash is stored, never the token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import access_tokens, memberships

Row = dict[str, Any]

USED_GRAIN_S = 60
"""`last_used_at` moves at most once in so many seconds: reading does not become writing."""


async def insert_access_token(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    id: str,
    created_by: str,
    name: str,
    prefix: str,
    last4: str,
    token_hash: bytes,
    actions: Sequence[str],
    expires_at: datetime,
) -> None:
    """token_hash: SHA-256 of the whole token. actions: `core.access.Action`s."""
    await conn.execute(
        insert(access_tokens).values(
            id=id,
            workspace_id=workspace_id,
            created_by=created_by,
            name=name,
            prefix=prefix,
            last4=last4,
            token_hash=token_hash,
            actions=list(actions),
            expires_at=expires_at,
        )
    )


async def page_access_tokens(
    conn: AsyncConnection, workspace_id: str, *, limit: int, before_id: str | None
) -> list[Row]:
    """Newest first, revoked ones included, each with its maker's `role` now (None: gone). before_id: the last of the
    page before."""
    statement = _shown(workspace_id)
    if before_id is not None:
        statement = statement.where(access_tokens.c.id < before_id)
    rows = await conn.execute(statement.order_by(access_tokens.c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


async def get_access_token(conn: AsyncConnection, workspace_id: str, access_token_id: str) -> Row | None:
    statement = _shown(workspace_id).where(access_tokens.c.id == access_token_id)
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def count_live_access_tokens(conn: AsyncConnection, workspace_id: str) -> int:
    statement = select(func.count()).where(
        access_tokens.c.workspace_id == workspace_id,
        access_tokens.c.revoked_at.is_(None),
        access_tokens.c.expires_at > func.now(),
    )
    return await conn.scalar(statement) or 0


async def revoke_access_token(conn: AsyncConnection, workspace_id: str, access_token_id: str) -> bool:
    """False when there is no such token or it was revoked before."""
    revoked = await conn.execute(
        update(access_tokens)
        .where(
            access_tokens.c.workspace_id == workspace_id,
            access_tokens.c.id == access_token_id,
            access_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    return revoked.rowcount == 1


async def revoke_access_tokens_of(conn: AsyncConnection, workspace_id: str, user_id: str) -> int:
    """How many this member had made that were not revoked."""
    revoked = await conn.execute(
        update(access_tokens)
        .where(
            access_tokens.c.workspace_id == workspace_id,
            access_tokens.c.created_by == user_id,
            access_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    return revoked.rowcount


async def note_access_token_used(conn: AsyncConnection, workspace_id: str, access_token_id: str) -> None:
    """Waits for nobody: what is being changed at the moment is noted the next time."""
    free = (
        select(access_tokens.c.id)
        .where(access_tokens.c.workspace_id == workspace_id, access_tokens.c.id == access_token_id, use_is_unnoted())
        .with_for_update(skip_locked=True)
    )
    await conn.execute(update(access_tokens).where(access_tokens.c.id.in_(free)).values(last_used_at=func.now()))


def use_is_unnoted() -> ColumnElement[bool]:
    """Whether `last_used_at` is older than the grain."""
    limit = func.now() - timedelta(seconds=USED_GRAIN_S)
    return or_(access_tokens.c.last_used_at.is_(None), access_tokens.c.last_used_at <= limit)


def _shown(workspace_id: str) -> Select[Any]:
    """Everything but the hash, which nobody who lists tokens needs."""
    columns = [column for column in access_tokens.c if column.name != "token_hash"]
    made_by_member = (memberships.c.workspace_id == access_tokens.c.workspace_id) & (
        memberships.c.user_id == access_tokens.c.created_by
    )
    return (
        select(*columns, memberships.c.role)
        .outerjoin(memberships, made_by_member)
        .where(access_tokens.c.workspace_id == workspace_id)
    )
