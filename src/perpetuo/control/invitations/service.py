"""Invitations: made, mailed or shown, listed, revoked. Taking one up is `control.auth`'s."""

from datetime import UTC, datetime, timedelta
from typing import Any

from perpetuo.control.auth.browser import link_warnings
from perpetuo.control.change import changing, reading, reading_everything
from perpetuo.control.invitations.schemas import Invitation, InvitationCreate, NewInvitation
from perpetuo.control.members.service import locked_role
from perpetuo.control.policies import Access
from perpetuo.control.replies import ControlError, conflict, not_found
from perpetuo.control.state import ControlState
from perpetuo.core.access import may_grant_role, may_invite
from perpetuo.core.ids import api_key_digest
from perpetuo.db.queries import invitations, memberships
from perpetuo.db.queries.users import get_user_by_email
from perpetuo.db.queries.workspaces import get_workspace

Row = dict[str, Any]

LIFETIME_S = 7 * 86_400
MAX_PER_DAY = 100
"""Per workspace, whatever became of them: each may be a mail to somebody who did not ask for it."""


async def list_invitations(state: ControlState, access: Access, limit: int, before_id: str | None) -> list[Row]:
    async with reading(state, access.workspace_id) as conn:
        return await invitations.page_invitations(conn, access.workspace_id, limit=limit, before_id=before_id)


async def invite(state: ControlState, access: Access, wanted: InvitationCreate, origin: str) -> NewInvitation:
    """origin: `browser.link_origin`, for a link that is shown. An earlier invitation of the same address is revoked.
    Raises ControlError 403 beyond one's own role, 409 for a member and for too many a day."""
    await _require_no_member(state, access.workspace_id, wanted.email)
    token, invitation_id = f"inv_{state.entropy.random_bytes(24).hex()}", state.new_id()
    now = datetime.fromtimestamp(state.clock.wall_s(), UTC)
    async with changing(state, access, "invitations.create", "invitation", invitation_id) as change:
        # The lock also makes those who invite at the same time count each other's.
        workspace = await get_workspace(change.conn, access.workspace_id, lock=True)
        if workspace is None:
            raise not_found()
        if not may_invite(await locked_role(change.conn, access.workspace_id, access.identity.user_id), wanted.role):
            raise _beyond()
        since = now - timedelta(days=1)
        if await invitations.count_invitations_since(change.conn, access.workspace_id, since) >= MAX_PER_DAY:
            raise conflict("too_many_invitations", f"A workspace invites at most {MAX_PER_DAY} times a day.")
        replaced = await invitations.revoke_invitations_to(change.conn, access.workspace_id, wanted.email)
        await invitations.insert_invitation(
            change.conn,
            access.workspace_id,
            id=invitation_id,
            email=wanted.email,
            role=wanted.role,
            token_hash=api_key_digest(token),
            invited_by=access.identity.user_id,
            expires_at=now + timedelta(seconds=LIFETIME_S),
        )
        row = await invitations.get_invitation(change.conn, access.workspace_id, invitation_id)
        change.details = {"email": wanted.email, "role": wanted.role, "replaced": replaced}
    assert row is not None
    mailed = _mail(state, access, wanted, workspace["name"], token)
    link = None if mailed else invitation_link(origin, token)
    warnings = [] if mailed else link_warnings(origin)
    return NewInvitation(mailed=mailed, link=link, warnings=warnings, **shown(row, state.now_ms()).model_dump())


async def revoke(state: ControlState, access: Access, invitation_id: str) -> None:
    """Raises ControlError 404, 403 for one beyond one's own role, 409 when it is not open."""
    async with changing(state, access, "invitations.revoke", "invitation", invitation_id) as change:
        row = await invitations.get_invitation(change.conn, access.workspace_id, invitation_id)
        if row is None:
            raise not_found()
        actor = await locked_role(change.conn, access.workspace_id, access.identity.user_id)
        if actor is None or not may_grant_role(actor, row["role"]):
            raise _beyond()
        if not await invitations.revoke_invitation(change.conn, access.workspace_id, invitation_id):
            raise conflict("not_open", "This invitation was taken up or revoked already.")
        change.details = {"email": row["email"], "role": row["role"]}


def invitation_link(origin: str, token: str) -> str:
    """The token is in the fragment, which browsers send to nobody: no log of a server or proxy has it."""
    return f"{origin}/app/invitation#token={token}"


def shown(row: Row, now_ms: int) -> Invitation:
    expired = row["expires_at"].timestamp() * 1000 <= now_ms
    closed = "accepted" if row["accepted_at"] else "revoked" if row["revoked_at"] else "expired" if expired else None
    return Invitation(
        id=row["id"],
        email=row["email"],
        role=row["role"],
        status=closed or "open",
        invited_by=row["invited_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


async def _require_no_member(state: ControlState, workspace_id: str, email: str) -> None:
    async with reading_everything(state) as conn:
        user = await get_user_by_email(conn, email)
        if user is not None and await memberships.get_role(conn, workspace_id, user["id"]) is not None:
            raise conflict("already_member", "They are a member already: change their role instead.", "email")


def _mail(state: ControlState, access: Access, wanted: InvitationCreate, workspace_name: str, token: str) -> bool:
    """Only with a public URL: the Host of a request is whatever its sender wrote, and would choose where the link in
    our mail leads."""
    if state.mailer is None or state.settings.public_url is None:
        return False
    state.mailer.send(
        wanted.email,
        "An invitation to a Perpetuo workspace",
        f"{access.identity.name} invites you to the workspace {workspace_name} as {wanted.role}.\n\n"
        f"{invitation_link(state.settings.public_url, token)}\n\n"
        f"The link works once, for {LIFETIME_S // 86_400} days. If you do not know them, do nothing.\n",
    )
    return True


def _beyond() -> ControlError:
    return ControlError(403, "beyond_your_role", "Nobody hands on more than they have.", field="role")
