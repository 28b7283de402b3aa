"""Accounts: signing up, and joining a workspace one is invited to."""

import logging
from typing import Any, get_args

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.api_keys.schemas import NewApiKey
from perpetuo.control.api_keys.service import insert_key
from perpetuo.control.api_keys.service import shown as shown_key
from perpetuo.control.auth.reset_links import token_digest
from perpetuo.control.auth.schemas import (
    AuthSettings,
    InvitationShown,
    MyWorkspace,
    SignedInUser,
    SignedUp,
    SignupInput,
)
from perpetuo.control.auth.service import (
    Opened,
    check_attempt,
    new_token,
    open_session,
    shown_workspace,
)
from perpetuo.control.change import Change, changing_everything, reading_everything
from perpetuo.control.passwords import MIN_CHARACTERS, why_not
from perpetuo.control.policies import Access, Caller
from perpetuo.control.replies import ControlError, conflict, invalid
from perpetuo.control.state import ControlState, SignUp
from perpetuo.core.access import may_invite
from perpetuo.db.queries import users, workspaces
from perpetuo.db.queries.installation import get_installation_value
from perpetuo.db.queries.invitations import accept_invitation, find_open_invitation
from perpetuo.db.queries.memberships import put_membership, workspaces_of_user

log = logging.getLogger(__name__)

Row = dict[str, Any]

FIRST_WORKSPACE = "My workspace"
FIRST_API_KEY = "First key"


async def auth_settings(state: ControlState) -> AuthSettings:
    async with reading_everything(state) as conn:
        return AuthSettings(
            sign_up=await _sign_up_mode(conn, state),
            is_set_up=await users.is_anybody_there(conn),
            sends_mail=sends_mail(state),
            min_password_characters=MIN_CHARACTERS,
        )


async def sign_up(state: ControlState, caller: Caller, wanted: SignupInput) -> tuple[SignedUp, Opened]:
    """Raises ControlError 403 where signing up is not open to this caller, 409 for an address that has an account."""
    check_attempt(state, "sign_up", caller.address)
    complaint = why_not(wanted.password, wanted.email)
    if complaint is not None:
        raise invalid("password", complaint)
    async with reading_everything(state) as conn:
        await _require_allowed(conn, state, wanted)
        if await users.get_user_by_email(conn, wanted.email) is not None:
            raise _taken(wanted)
    password_hash = await state.passwords.hash(wanted.password)
    try:
        return await _make_account(state, caller, wanted, password_hash)
    except IntegrityError as error:
        if "users_email_key" in str(error.orig):
            raise _taken(wanted) from None
        raise


async def _make_account(
    state: ControlState, caller: Caller, wanted: SignupInput, password_hash: str
) -> tuple[SignedUp, Opened]:
    user = SignedInUser(id=state.new_id(), email=wanted.email, name=wanted.name, is_operator=False)
    api_key: NewApiKey | None = None
    async with changing_everything(state, caller, "auth.signup", "user", user.id) as change:
        await _require_allowed(change.conn, state, wanted)
        await users.insert_user(
            change.conn, id=user.id, email=wanted.email, name=wanted.name, password_hash=password_hash
        )
        if wanted.invitation is None or wanted.workspace_name is not None:
            api_key = await _make_workspace(state, change, user.id, wanted.workspace_name or FIRST_WORKSPACE)
        if wanted.invitation is not None:
            await _join(change, wanted.invitation, user.id, wanted.email)
            # The entry is read in the workspace that was joined: what a new one beside it is called is not theirs.
            change.details.pop("workspace_name", None)
        opened = await open_session(state, change.conn, user.id, caller)
        change.actor = ("user", user.id, wanted.email)
        mine = await workspaces_of_user(change.conn, user.id)
    token = new_token(state, user.id, opened.session_id, _of(mine, change.workspace_id))
    return SignedUp(user=user, api_key=api_key, **dict(token)), opened


async def show_invitation(state: ControlState, caller: Caller, token: str) -> InvitationShown:
    """Raises ControlError 404 for what is no open invitation."""
    check_attempt(state, "secret_link", caller.address)
    async with reading_everything(state) as conn:
        row = await _open_invitation(conn, token)
    return InvitationShown(
        workspace_id=row["workspace_id"],
        workspace_name=row["workspace_name"],
        email=row["email"],
        role=row["role"],
        expires_at=row["expires_at"],
    )


async def accept(state: ControlState, access: Access, token: str) -> MyWorkspace:
    """Raises ControlError 404 for what is no open invitation, 403 for somebody else's, 409 for a member."""
    check_attempt(state, "secret_link", access.address)
    identity = access.identity
    async with changing_everything(state, access, "invitations.accept", "invitation") as change:
        await _join(change, token, identity.user_id, identity.name)
        mine = await workspaces_of_user(change.conn, identity.user_id)
    return shown_workspace(_of(mine, change.workspace_id))


def sends_mail(state: ControlState) -> bool:
    """Mails have links in them, and the address they lead to is never taken from a request."""
    return state.mailer is not None and state.settings.public_url is not None


async def _require_allowed(conn: AsyncConnection, state: ControlState, wanted: SignupInput) -> None:
    """A fresh installation is never open to whoever comes first: its first account is made by its operator."""
    if not await users.is_anybody_there(conn):
        raise ControlError(
            403,
            "not_set_up",
            "This installation is not set up yet: `perpetuo admin create-user` makes its first account.",
        )
    mode = await _sign_up_mode(conn, state)
    if mode == "closed":
        raise ControlError(403, "sign_up_closed", "New accounts are made by the operators of this installation only.")
    if wanted.invitation is not None:
        _require_own(await _open_invitation(conn, wanted.invitation), wanted.email)
    elif mode == "invite":
        raise ControlError(403, "invitation_needed", "Signing up needs an invitation.")


async def _sign_up_mode(conn: AsyncConnection, state: ControlState) -> SignUp:
    """What an operator has set, or else the settings."""
    value = await get_installation_value(conn, "sign_up")
    return value if value in get_args(SignUp) else state.settings.sign_up


async def _make_workspace(state: ControlState, change: Change, user_id: str, name: str) -> NewApiKey:
    workspace_id = state.new_id()
    await workspaces.insert_workspace(change.conn, id=workspace_id, name=name, owner_user_id=user_id)
    row, key = await insert_key(state, change.conn, workspace_id, FIRST_API_KEY, None, {})
    change.workspace_id = workspace_id
    change.details |= {"workspace_id": workspace_id, "workspace_name": name, "api_key_id": row["id"]}
    return NewApiKey(key=key, **shown_key(row, state.now_ms()).model_dump())


async def _join(change: Change, token: str, user_id: str, email: str) -> None:
    row = await _open_invitation(change.conn, token)
    _require_own(row, email)
    if not await put_membership(change.conn, row["workspace_id"], user_id, row["role"]):
        raise conflict("already_a_member", "You are a member of this workspace already.")
    if not await accept_invitation(change.conn, row["id"]):
        raise _no_invitation()
    change.workspace_id = row["workspace_id"]
    if change.target_id is None:
        change.target_id = row["id"]
    change.details |= {"invitation_id": row["id"], "joined": row["workspace_id"], "role": row["role"]}


async def _open_invitation(conn: AsyncConnection, token: str) -> Row:
    """One that who invited may still make. Raises ControlError 404."""
    row = await find_open_invitation(conn, token_digest(token))
    if row is None or not may_invite(row["inviter_role"], row["role"]):
        raise _no_invitation()
    return row


def _require_own(invitation: Row, email: str) -> None:
    if invitation["email"].lower() != email.lower():
        raise ControlError(
            403, "invitation_of_another", "This invitation is for another e-mail address.", field="email"
        )


def _of(mine: list[Row], workspace_id: str | None) -> Row:
    return next(row for row in mine if row["id"] == workspace_id)


def _no_invitation() -> ControlError:
    return ControlError(404, "no_invitation", "This invitation was used, withdrawn or has expired: ask for a new one.")


def _taken(wanted: SignupInput) -> ControlError:
    sentence = "This e-mail address has an account: sign in, or set a new password."
    if wanted.invitation is not None:
        sentence += " Then accept the invitation with POST /auth/invitations/accept."
    return conflict("email_taken", sentence, "email")
