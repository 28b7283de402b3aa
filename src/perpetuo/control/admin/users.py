"""People, for operators: made, suspended, made operators. There is always an operator who can sign in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.admin.schemas import Account, AccountDetail, NewAccount, ResetLink, UserCreate, UserWorkspace
from perpetuo.control.auth.browser import link_warnings
from perpetuo.control.auth.reset_links import LIFETIME_S, TOKEN_BYTES, mint_reset_token, reset_link
from perpetuo.control.change import changing_everything, reading_everything
from perpetuo.control.policies import Access
from perpetuo.control.replies import conflict, not_found
from perpetuo.control.state import ControlState
from perpetuo.db.queries import users
from perpetuo.db.queries.memberships import workspaces_of_user
from perpetuo.db.queries.sessions import revoke_sessions_of_user

Row = dict[str, Any]

NO_PASSWORD = "!"  # noqa: S105 - no hash: nothing matches it
NEW_USER_LINK_S = 7 * 86_400


async def page(state: ControlState, limit: int, before_id: str | None, email_prefix: str) -> list[Row]:
    async with reading_everything(state) as conn:
        return await users.page_users(conn, limit=limit, before_id=before_id, email_prefix=email_prefix)


async def read(state: ControlState, user_id: str) -> AccountDetail:
    """Raises ControlError 404."""
    async with reading_everything(state) as conn:
        row = await _existing(conn, user_id)
        belongs_to = await workspaces_of_user(conn, user_id)
    return AccountDetail(
        **shown(row).model_dump(),
        workspaces=[UserWorkspace(id=each["id"], name=each["name"], role=each["role"]) for each in belongs_to],
    )


async def create(state: ControlState, access: Access, wanted: UserCreate, origin: str) -> NewAccount:
    """origin: `browser.link_origin`. Raises ControlError 409 for an address that has an account."""
    user_id = state.new_id()
    try:
        async with changing_everything(state, access, "users.create", "user", user_id) as change:
            await users.insert_user(
                change.conn,
                id=user_id,
                email=wanted.email,
                password_hash=NO_PASSWORD,
                name=wanted.name or "",
                is_operator=wanted.is_operator,
            )
            row = await _existing(change.conn, user_id)
            link = await _link(state, change.conn, user_id, NEW_USER_LINK_S, origin)
            change.details = {"email": wanted.email, "is_operator": wanted.is_operator}
    except IntegrityError:
        raise conflict("email_taken", "This e-mail address has an account already.", "email") from None
    return NewAccount(**shown(row).model_dump(), reset_link=link)


async def set_suspended(state: ControlState, access: Access, user_id: str, suspended: bool) -> Account:
    """Suspending ends their sessions. Raises ControlError 404; 409 for oneself and for the last operator."""
    action = "users.suspend" if suspended else "users.unsuspend"
    async with changing_everything(state, access, action, "user", user_id) as change:
        row = await _locked(change.conn, user_id)
        if suspended:
            _require_not_oneself(access, user_id)
            await _require_another_operator(change.conn, row)
            ended = await revoke_sessions_of_user(change.conn, user_id, _now(state), "suspended")
            change.details = {"sessions_ended": ended}
        await users.update_user(change.conn, user_id, {"suspended": suspended})
    return shown({**row, "suspended": suspended})


async def set_operator(state: ControlState, access: Access, user_id: str, is_operator: bool) -> Account:
    """Raises ControlError 404; 409 for oneself and for the last operator."""
    action = "users.grant_operator" if is_operator else "users.revoke_operator"
    async with changing_everything(state, access, action, "user", user_id) as change:
        row = await _locked(change.conn, user_id)
        if not is_operator:
            _require_not_oneself(access, user_id)
            await _require_another_operator(change.conn, row)
        await users.update_user(change.conn, user_id, {"is_operator": is_operator})
    return shown({**row, "is_operator": is_operator})


async def make_reset_link(state: ControlState, access: Access, user_id: str, origin: str) -> ResetLink:
    """origin: `browser.link_origin`. Raises ControlError 404."""
    async with changing_everything(state, access, "users.reset_link", "user", user_id) as change:
        await _existing(change.conn, user_id)
        return await _link(state, change.conn, user_id, LIFETIME_S, origin)


def shown(row: Row) -> Account:
    return Account(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        is_operator=row["is_operator"],
        status="suspended" if row["suspended"] else "active",
        created_at=row["created_at"],
    )


async def _link(state: ControlState, conn: AsyncConnection, user_id: str, lifetime_s: int, origin: str) -> ResetLink:
    now = _now(state)
    token = await mint_reset_token(
        conn,
        user_id,
        token_id=state.new_id(),
        random=state.entropy.random_bytes(TOKEN_BYTES),
        now=now,
        lifetime_s=lifetime_s,
    )
    return ResetLink(
        link=reset_link(origin, token), warnings=link_warnings(origin), expires_at=now + timedelta(seconds=lifetime_s)
    )


async def _existing(conn: AsyncConnection, user_id: str) -> Row:
    row = await users.get_user(conn, user_id)
    if row is None:
        raise not_found()
    return row


async def _locked(conn: AsyncConnection, user_id: str) -> Row:
    """Operators are locked first, all of them in one order, so that no two end each other."""
    await users.lock_operators(conn)
    row = await users.get_user(conn, user_id, lock=True)
    if row is None:
        raise not_found()
    return row


def _require_not_oneself(access: Access, user_id: str) -> None:
    if access.identity.user_id == user_id:
        raise conflict("oneself", "Another operator has to do this to you.")


async def _require_another_operator(conn: AsyncConnection, row: Row) -> None:
    if row["is_operator"] and not await users.other_operators(conn, row["id"]):
        raise conflict("last_operator", "This is the last operator who can sign in: make another one first.")


def _now(state: ControlState) -> datetime:
    return datetime.fromtimestamp(state.clock.wall_s(), UTC)
