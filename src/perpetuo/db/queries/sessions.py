"""Where people are signed in (`system_transaction`). `expires_at` moves with each refresh, never beyond a session's
longest life, so that whoever asks has one time to look at."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import one_time_tokens, sessions, users

Row = dict[str, Any]


async def insert_session(
    conn: AsyncConnection,
    *,
    id: str,
    user_id: str,
    refresh_hash: bytes,
    created_at: datetime,
    expires_at: datetime,
    address: str,
    user_agent: str,
) -> None:
    await conn.execute(
        insert(sessions).values(
            id=id,
            user_id=user_id,
            refresh_hash=refresh_hash,
            created_at=created_at,
            last_used_at=created_at,
            expires_at=expires_at,
            address=address,
            user_agent=user_agent,
        )
    )


async def get_live_session(conn: AsyncConnection, session_id: str, now: datetime) -> Row | None:
    """The session's row with its user's email, name, is_operator and suspended. None when it is over."""
    statement = (
        select(sessions, users.c.email, users.c.name, users.c.is_operator, users.c.suspended)
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.id == session_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
    )
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def rotate_refresh_token(
    conn: AsyncConnection,
    session_id: str,
    *,
    old_hash: bytes,
    new_hash: bytes,
    now: datetime,
    expires_at: datetime,
    address: str,
    user_agent: str,
) -> bool:
    """False when `old_hash` is not the session's present token, or the session is over: of two that come at the same
    time with the same token, one gets False."""
    changed = await conn.execute(
        update(sessions)
        .where(
            sessions.c.id == session_id,
            sessions.c.refresh_hash == old_hash,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now,
        )
        .values(refresh_hash=new_hash, last_used_at=now, expires_at=expires_at, address=address, user_agent=user_agent)
    )
    return changed.rowcount == 1


async def revoke_session(
    conn: AsyncConnection, session_id: str, now: datetime, because: str, *, user_id: str | None = None
) -> Row | None:
    """The row as it is now; None when the session was over, or is not `user_id`'s: then nothing changes."""
    statement = update(sessions).where(
        sessions.c.id == session_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now
    )
    if user_id is not None:
        statement = statement.where(sessions.c.user_id == user_id)
    changed = await conn.execute(statement.values(revoked_at=now, revoked_because=because).returning(sessions))
    row = changed.mappings().first()
    return dict(row) if row else None


async def revoke_sessions_of_user(
    conn: AsyncConnection, user_id: str, now: datetime, because: str, *, except_id: str | None = None
) -> int:
    """How many."""
    statement = update(sessions).where(
        sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now
    )
    if except_id is not None:
        statement = statement.where(sessions.c.id != except_id)
    changed = await conn.execute(statement.values(revoked_at=now, revoked_because=because))
    return changed.rowcount


async def page_live_sessions(
    conn: AsyncConnection, user_id: str, now: datetime, *, limit: int, before_id: str | None
) -> list[Row]:
    """Newest first."""
    statement = select(sessions).where(
        sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now
    )
    if before_id is not None:
        statement = statement.where(sessions.c.id < before_id)
    rows = (await conn.execute(statement.order_by(sessions.c.id.desc()).limit(limit))).mappings()
    return [dict(row) for row in rows]


async def delete_what_is_over(conn: AsyncConnection, before: datetime) -> int:
    """Sessions that had ended, and links that had expired, before that. How many."""
    ended = await conn.execute(
        delete(sessions).where(or_(sessions.c.revoked_at < before, sessions.c.expires_at < before))
    )
    links = await conn.execute(delete(one_time_tokens).where(one_time_tokens.c.expires_at < before))
    return ended.rowcount + links.rowcount
