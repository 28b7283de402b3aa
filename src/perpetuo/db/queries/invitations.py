"""Invitations to a workspace. The token is in a link; its SHA-256 is stored.

An invitation is open until it is accepted, revoked or expired.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import invitations, memberships, users, workspaces

Row = dict[str, Any]

# Everything but the hash, which nobody who lists invitations needs.
SHOWN = [column for column in invitations.c if column.name != "token_hash"]

_OPEN = (
    invitations.c.accepted_at.is_(None),
    invitations.c.revoked_at.is_(None),
    invitations.c.expires_at > func.now(),
)


async def insert_invitation(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    id: str,
    email: str,
    role: str,
    token_hash: bytes,
    invited_by: str,
    expires_at: datetime,
) -> None:
    """token_hash: SHA-256 of the token. invited_by: the user's id."""
    await conn.execute(
        insert(invitations).values(
            id=id,
            workspace_id=workspace_id,
            email=email,
            role=role,
            token_hash=token_hash,
            invited_by=invited_by,
            expires_at=expires_at,
        )
    )


async def page_invitations(conn: AsyncConnection, workspace_id: str, *, limit: int, before_id: str | None) -> list[Row]:
    """Newest first, closed ones included. before_id: the last of the page before."""
    statement = select(*SHOWN).where(invitations.c.workspace_id == workspace_id)
    if before_id is not None:
        statement = statement.where(invitations.c.id < before_id)
    statement = statement.order_by(invitations.c.id.desc()).limit(limit)
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def get_invitation(conn: AsyncConnection, workspace_id: str, invitation_id: str) -> Row | None:
    statement = select(*SHOWN).where(invitations.c.workspace_id == workspace_id, invitations.c.id == invitation_id)
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def count_invitations_since(conn: AsyncConnection, workspace_id: str, since: datetime) -> int:
    """Whatever became of them."""
    statement = select(func.count()).where(invitations.c.workspace_id == workspace_id, invitations.c.created_at > since)
    return await conn.scalar(statement) or 0


async def revoke_invitations_to(conn: AsyncConnection, workspace_id: str, email: str) -> int:
    """How many to this address, in whatever case, were open."""
    revoked = await conn.execute(
        update(invitations)
        .where(invitations.c.workspace_id == workspace_id, func.lower(invitations.c.email) == email.lower(), *_OPEN)
        .values(revoked_at=func.now())
    )
    return revoked.rowcount


async def revoke_invitations_by(conn: AsyncConnection, workspace_id: str, user_id: str) -> int:
    """How many of this member's were open."""
    revoked = await conn.execute(
        update(invitations)
        .where(invitations.c.workspace_id == workspace_id, invitations.c.invited_by == user_id, *_OPEN)
        .values(revoked_at=func.now())
    )
    return revoked.rowcount


async def revoke_invitation(conn: AsyncConnection, workspace_id: str, invitation_id: str) -> bool:
    """False when there is none of that id that was neither accepted nor revoked."""
    revoked = await conn.execute(
        update(invitations)
        .where(
            invitations.c.workspace_id == workspace_id,
            invitations.c.id == invitation_id,
            invitations.c.accepted_at.is_(None),
            invitations.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    return revoked.rowcount == 1


async def find_open_invitation(conn: AsyncConnection, token_hash: bytes) -> Row | None:
    """By what the link holds (`system_transaction`); None when it is not open.

    id, workspace_id, workspace_name, email, role, invited_by, expires_at; inviter_role: what who
    invited is there now, None when they left or are suspended. `core.access.may_invite` says whether it still counts.
    """
    inviter_role = case((users.c.suspended, None), else_=memberships.c.role)
    statement = (
        select(
            *SHOWN,
            workspaces.c.name.label("workspace_name"),
            inviter_role.label("inviter_role"),
        )
        .select_from(invitations)
        .join(workspaces, workspaces.c.id == invitations.c.workspace_id)
        .join(users, users.c.id == invitations.c.invited_by)
        .outerjoin(
            memberships,
            (memberships.c.user_id == users.c.id) & (memberships.c.workspace_id == invitations.c.workspace_id),
        )
        .where(invitations.c.token_hash == token_hash, *_OPEN)
    )
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def accept_invitation(conn: AsyncConnection, invitation_id: str) -> bool:
    """False when it is no longer open, or somebody else was faster: then nobody may be made a member by it."""
    accepted = await conn.execute(
        update(invitations).where(invitations.c.id == invitation_id, *_OPEN).values(accepted_at=func.now())
    )
    return accepted.rowcount == 1
