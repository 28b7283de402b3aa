"""Members of a workspace. Whoever changes one is looked at again inside of the transaction, under locks that every
such change takes in the same order: the owners first."""

from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.change import Change, changing, reading, reading_everything
from perpetuo.control.members.schemas import Member
from perpetuo.control.policies import Access
from perpetuo.control.replies import ControlError, conflict, not_found
from perpetuo.control.state import ControlState
from perpetuo.core.access import MemberRefusal, Role, refuse_member_change
from perpetuo.db.queries import memberships
from perpetuo.db.queries.access_tokens import revoke_access_tokens_of
from perpetuo.db.queries.invitations import revoke_invitations_by
from perpetuo.db.queries.users import names_of_users

Row = dict[str, Any]


async def list_members(state: ControlState, access: Access, limit: int, after_user_id: str | None) -> list[Row]:
    """Who signed up first comes first."""
    async with reading(state, access.workspace_id) as conn:
        rows = await memberships.page_memberships(conn, access.workspace_id, limit=limit, after_user_id=after_user_id)
    return await _with_names(state, rows)


async def get_member(state: ControlState, access: Access, user_id: str) -> Row:
    """Raises ControlError 404."""
    async with reading(state, access.workspace_id) as conn:
        row = await memberships.get_membership(conn, access.workspace_id, user_id)
    if row is None:
        raise not_found()
    return (await _with_names(state, [row]))[0]


async def change_role(state: ControlState, access: Access, user_id: str, wanted: Role) -> Row:
    """Raises ControlError 404, 403 for what goes beyond one's own role, 409 for the last owner."""
    async with changing(state, access, "members.update", "member", user_id) as change:
        present = await _require_allowed(change.conn, access, user_id, wanted)
        await memberships.set_role(change.conn, access.workspace_id, user_id, wanted)
        change.details = {"from": present, "to": wanted}
    return await get_member(state, access, user_id)


async def remove_member(state: ControlState, access: Access, user_id: str) -> None:
    """With their access tokens and open invitations. Raises ControlError as `change_role` does."""
    async with changing(state, access, "members.remove", "member", user_id) as change:
        await _remove(change, access, user_id, leaving=False)


async def leave(state: ControlState, access: Access) -> None:
    """Raises ControlError 409 for the last owner."""
    async with changing(state, access, "members.leave", "member", access.identity.user_id) as change:
        await _remove(change, access, access.identity.user_id, leaving=True)


async def _remove(change: Change, access: Access, user_id: str, *, leaving: bool) -> None:
    role = await _require_allowed(change.conn, access, user_id, None, leaving=leaving)
    await memberships.delete_membership(change.conn, access.workspace_id, user_id)
    # They would come back to life with the member.
    tokens = await revoke_access_tokens_of(change.conn, access.workspace_id, user_id)
    invitations = await revoke_invitations_by(change.conn, access.workspace_id, user_id)
    change.details = {"role": role, "access_tokens_revoked": tokens, "invitations_revoked": invitations}


async def _require_allowed(
    conn: AsyncConnection, access: Access, user_id: str, wanted: Role | None, *, leaving: bool = False
) -> Role:
    """The member's role now. Raises ControlError."""
    owners = await memberships.count_owners(conn, access.workspace_id)
    present = await locked_role(conn, access.workspace_id, user_id)
    if present is None:
        raise not_found()
    actor = await locked_role(conn, access.workspace_id, access.identity.user_id)
    refusal = refuse_member_change(actor, present, wanted, owners=owners, leaving=leaving)
    if refusal is not None:
        raise _refused(refusal)
    return present


async def locked_role(conn: AsyncConnection, workspace_id: str, user_id: str) -> Role | None:
    """A member's role, which stays to the end of the transaction."""
    return cast("Role | None", await memberships.get_role(conn, workspace_id, user_id, lock=True))


def _refused(refusal: MemberRefusal) -> ControlError:
    if refusal == "last_owner":
        return conflict("last_owner", "This is the last owner: make somebody else one first, or delete the workspace.")
    if refusal == "beyond_your_role":
        return ControlError(403, "beyond_your_role", "Nobody changes somebody above them, or grants what they lack.")
    return ControlError(403, "forbidden", "Your role does not include members:write any more.")


async def _with_names(state: ControlState, rows: list[Row]) -> list[Row]:
    """Names are the users' table's, which only perpetuo_system reads: asked for by id, for members found as
    perpetuo_app."""
    async with reading_everything(state) as conn:
        names = await names_of_users(conn, [row["user_id"] for row in rows])
    return [{**names[row["user_id"]], **row} for row in rows if row["user_id"] in names]


def shown(row: Row) -> Member:
    return Member(
        user_id=row["user_id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        suspended=row["suspended"],
        joined_at=row["created_at"],
    )
