"""Sessions: signing in, refreshing, ending. What is wrong with a sign-in is told to nobody but the log, and there
without the secret."""

import hmac
import logging
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.auth.schemas import LoginInput, Me, MyWorkspace, NewToken, Session, SignedIn, SignedInUser
from perpetuo.control.auth.throttle import Attempt, account_bucket
from perpetuo.control.change import changing_everything, changing_unnoted, reading_everything
from perpetuo.control.pages import parse_id
from perpetuo.control.policies import Access, Caller
from perpetuo.control.refresh_tokens import RANDOM_BYTES, refresh_digest, session_ends_s
from perpetuo.control.replies import ControlError, not_found
from perpetuo.control.session_tokens import LIFETIME_S
from perpetuo.control.state import ControlState
from perpetuo.core.access import ACTIONS, GRANTS, Role
from perpetuo.db.queries import sessions, users
from perpetuo.db.queries.memberships import workspaces_of_user

log = logging.getLogger(__name__)

Row = dict[str, Any]


class Opened(msgspec.Struct, frozen=True):
    """A session as it leaves us: ids, and the refresh token for the cookie."""

    session_id: str
    refresh_token: str
    lives_s: int


async def login(state: ControlState, caller: Caller, wanted: LoginInput) -> tuple[SignedIn, Opened]:
    """Raises ControlError: 401 the same for an unknown address and a wrong password, 429."""
    check_attempt(state, "password", caller.address, wanted.email)
    with state.passwords.place() as place:
        async with reading_everything(state) as conn:
            user = await users.get_user_by_email(conn, wanted.email)
        matches = await place.matches(wanted.password, user["password_hash"] if user else None)
    if user is None or not matches:
        log.warning("a sign-in from %s failed, account %s", caller.address, account_bucket(wanted.email)[:12])
        raise _wrong_credentials()
    async with changing_everything(state, caller, "auth.login", "session") as change:
        present = await users.get_user(change.conn, user["id"], lock=True)
        if present is None or present["password_hash"] != user["password_hash"]:
            raise _wrong_credentials()
        if present["suspended"]:
            raise suspended()
        opened = await open_session(state, change.conn, user["id"], caller)
        change.actor, change.target_id = ("user", user["id"], user["email"]), opened.session_id
        mine = await workspaces_of_user(change.conn, user["id"])
    token = new_token(state, user["id"], opened.session_id, mine[0] if mine else None)
    return SignedIn(user=shown_user(user), **dict(token)), opened


async def me(state: ControlState, access: Access) -> Me:
    identity, now = access.identity, now_of(state)
    async with reading_everything(state) as conn:
        session = await sessions.get_live_session(conn, identity.session_id or "", now)
        mine = await workspaces_of_user(conn, identity.user_id)
    if session is None:
        raise over()
    return Me(
        user=shown_user(session | {"id": identity.user_id}),
        workspaces=[shown_workspace(row) for row in mine],
        workspace_id=identity.workspace_id,
        session=shown_session(session, identity.session_id),
    )


async def switch(state: ControlState, access: Access, workspace_id: str) -> NewToken:
    """Raises ControlError 404 for a workspace one is no member of."""
    identity = access.identity
    async with reading_everything(state) as conn:
        mine = await workspaces_of_user(conn, identity.user_id)
    found = _find(mine, workspace_id)
    if found is None:
        raise not_found()
    return new_token(state, identity.user_id, cast("str", identity.session_id), found)


async def refresh(
    state: ControlState, caller: Caller, token: str | None, workspace_id: str | None
) -> tuple[NewToken, Opened]:
    """A new pair for a session. Not an entry in the audit log: it happens every few minutes, and changes who may do
    what for nobody; a token that is used twice is one. Raises ControlError 401."""
    session_id = state.refresh_tokens.session_of(token) if token else None
    if token is None or session_id is None:
        raise over()
    now, old_hash = now_of(state), refresh_digest(token)
    async with changing_unnoted(state) as conn:
        session = await sessions.get_live_session(conn, session_id, now)
        if session is None:
            raise over()
        if session["suspended"]:
            raise suspended()
        opened = _next_refresh(state, session_id, session["created_at"], now)
        rotated = hmac.compare_digest(bytes(session["refresh_hash"]), old_hash) and await sessions.rotate_refresh_token(
            conn,
            session_id,
            old_hash=old_hash,
            new_hash=refresh_digest(opened.refresh_token),
            now=now,
            expires_at=_after(now, opened.lives_s),
            address=caller.address,
            user_agent=caller.user_agent,
        )
        mine = await workspaces_of_user(conn, session["user_id"])
    if not rotated:
        await _end_copied_session(state, caller, session_id, session["user_id"])
        raise over()
    found = _find(mine, workspace_id) or (mine[0] if mine else None)
    return new_token(state, session["user_id"], session_id, found), opened


async def logout(state: ControlState, caller: Caller, refresh_token: str | None, access_token: str | None) -> None:
    """Ends the session of the cookie, of the token, or of both. Raises ControlError 401 when there is none."""
    claims = state.tokens.read(access_token, state.clock.wall_s()) if access_token else None
    of_cookie = state.refresh_tokens.session_of(refresh_token) if refresh_token else None
    named = [session_id for session_id in (of_cookie, claims and claims.session) if session_id]
    async with changing_everything(state, caller, "auth.logout", "session") as change:
        ended: list[Row] = []
        for session_id in dict.fromkeys(named):
            row = await sessions.revoke_session(change.conn, session_id, now_of(state), "signed out")
            ended += [row] if row else []
        if not ended:
            raise over()
        user = await users.get_user(change.conn, ended[0]["user_id"])
        change.actor = ("user", ended[0]["user_id"], user["email"] if user else "")
        change.target_id = ended[0]["id"]
        change.details = {"sessions": [row["id"] for row in ended]}


async def logout_everywhere(state: ControlState, access: Access) -> None:
    user_id = access.identity.user_id
    async with changing_everything(state, access, "auth.logout_all", "user", user_id) as change:
        ended = await sessions.revoke_sessions_of_user(change.conn, user_id, now_of(state), "signed out everywhere")
        change.details = {"sessions": ended}


async def list_sessions(state: ControlState, access: Access, limit: int, before_id: str | None) -> list[Row]:
    async with reading_everything(state) as conn:
        return await sessions.page_live_sessions(
            conn, access.identity.user_id, now_of(state), limit=limit, before_id=before_id
        )


async def end_session(state: ControlState, access: Access, session_id: str) -> None:
    """Raises ControlError 404 for what is over, or is somebody else's."""
    async with changing_everything(state, access, "auth.end_session", "session", session_id) as change:
        ended = await sessions.revoke_session(
            change.conn, session_id, now_of(state), "ended by its user", user_id=access.identity.user_id
        )
        if ended is None:
            raise not_found()


async def open_session(state: ControlState, conn: AsyncConnection, user_id: str, caller: Caller) -> Opened:
    session_id, now = state.new_id(), now_of(state)
    opened = _next_refresh(state, session_id, now, now)
    await sessions.insert_session(
        conn,
        id=session_id,
        user_id=user_id,
        refresh_hash=refresh_digest(opened.refresh_token),
        created_at=now,
        expires_at=_after(now, opened.lives_s),
        address=caller.address,
        user_agent=caller.user_agent,
    )
    return opened


def new_token(state: ControlState, user_id: str, session_id: str, workspace: Row | None) -> NewToken:
    """workspace: a row of `workspaces_of_user`."""
    wall_s = state.clock.wall_s()
    token = state.tokens.issue(
        user_id=user_id,
        workspace_id=workspace["id"] if workspace else None,
        session_id=session_id,
        token_id=state.new_id(),
        wall_s=wall_s,
    )
    return NewToken(
        token=token,
        token_expires_at=datetime.fromtimestamp(int(wall_s) + LIFETIME_S, UTC),
        workspace=shown_workspace(workspace) if workspace else None,
    )


def check_attempt(state: ControlState, attempt: Attempt, address: str, email: str | None = None) -> None:
    """Raises ControlError 429."""
    try:
        state.throttle.check(attempt, address=address, email=email, now_s=state.clock.monotonic_s())
    except ControlError:
        log.warning("too many attempts (%s) from %s", attempt, address)
        raise


def shown_user(row: Row) -> SignedInUser:
    return SignedInUser(id=row["id"], email=row["email"], name=row["name"], is_operator=row["is_operator"])


def shown_workspace(row: Row) -> MyWorkspace:
    granted = GRANTS[cast("Role", row["role"])]
    return MyWorkspace(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        actions=[action for action in ACTIONS if action in granted],
        suspended=row["suspended"],
    )


def shown_session(row: Row, current_id: str | None) -> Session:
    return Session(
        id=row["id"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        address=row["address"],
        user_agent=row["user_agent"],
        current=row["id"] == current_id,
    )


def now_of(state: ControlState) -> datetime:
    return datetime.fromtimestamp(state.clock.wall_s(), UTC)


def suspended() -> ControlError:
    return ControlError(403, "user_suspended", "This account is suspended: ask an operator.")


def over() -> ControlError:
    return ControlError(401, "session_over", "Nobody is signed in here any more: sign in again.")


def _wrong_credentials() -> ControlError:
    return ControlError(401, "wrong_credentials", "The e-mail address or the password is wrong.")


async def _end_copied_session(state: ControlState, caller: Caller, session_id: str, user_id: str) -> None:
    log.warning("a refresh token was used twice, from %s: session %s is over", caller.address, session_id)
    async with changing_everything(state, caller, "auth.refresh_reused", "session", session_id) as change:
        ended = await sessions.revoke_session(change.conn, session_id, now_of(state), "refresh token used twice")
        if ended is None:
            raise over()  # Somebody else was faster, and made the entry.
        change.details = {"user_id": user_id}


def _next_refresh(state: ControlState, session_id: str, created_at: datetime, now: datetime) -> Opened:
    token = state.refresh_tokens.issue(session_id, state.entropy.random_bytes(RANDOM_BYTES))
    lives_s = int(session_ends_s(created_at.timestamp(), now.timestamp()) - now.timestamp())
    return Opened(session_id, token, lives_s)


def _after(now: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(now.timestamp() + seconds, UTC)


def _find(mine: list[Row], workspace_id: str | None) -> Row | None:
    wanted = parse_id(workspace_id) if workspace_id else None
    return next((row for row in mine if row["id"] == wanted), None)
