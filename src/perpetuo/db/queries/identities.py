"""Who is behind a session or a machine's token: one query each, at every request (`system_transaction`)."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.access_tokens import use_is_unnoted
from perpetuo.db.tables import access_tokens, memberships, sessions, users, workspaces

Row = dict[str, Any]


async def session_identity(
    conn: AsyncConnection, session_id: str, user_id: str, workspace_id: str | None
) -> Row | None:
    """None when the session is over, or the user is not its own. `role` is None for somebody who is no member.

    email, name, is_operator, suspended; role, workspace_suspended of workspace_id.
    """
    statement = (
        select(
            users.c.email,
            users.c.name,
            users.c.is_operator,
            users.c.suspended,
            memberships.c.role,
            workspaces.c.suspended.label("workspace_suspended"),
        )
        .select_from(sessions)
        .join(users, users.c.id == sessions.c.user_id)
        .outerjoin(memberships, (memberships.c.user_id == users.c.id) & (memberships.c.workspace_id == workspace_id))
        .outerjoin(workspaces, workspaces.c.id == memberships.c.workspace_id)
        .where(
            sessions.c.id == session_id,
            sessions.c.user_id == user_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > func.now(),
        )
    )
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def access_token_identity(conn: AsyncConnection, token_hash: bytes) -> Row | None:
    """None when there is no such token, or it is revoked or expired. `role` is its maker's role now, None if gone.

    id, name, workspace_id, actions, created_by, maker_suspended, workspace_suspended; use_unnoted: `last_used_at` is
    older than `access_tokens.USED_GRAIN_S`.
    """
    statement = (
        select(
            access_tokens.c.id,
            access_tokens.c.name,
            access_tokens.c.workspace_id,
            access_tokens.c.actions,
            access_tokens.c.created_by,
            use_is_unnoted().label("use_unnoted"),
            users.c.suspended.label("maker_suspended"),
            memberships.c.role,
            workspaces.c.suspended.label("workspace_suspended"),
        )
        .select_from(access_tokens)
        .join(users, users.c.id == access_tokens.c.created_by)
        .join(workspaces, workspaces.c.id == access_tokens.c.workspace_id)
        .outerjoin(
            memberships,
            (memberships.c.user_id == users.c.id) & (memberships.c.workspace_id == access_tokens.c.workspace_id),
        )
        .where(
            access_tokens.c.token_hash == token_hash,
            access_tokens.c.revoked_at.is_(None),
            access_tokens.c.expires_at > func.now(),
        )
    )
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None
