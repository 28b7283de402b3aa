"""A new password: with the present one, or with a link. Every change ends sessions and makes open links worthless."""

import logging

from perpetuo.control.auth.accounts import sends_mail
from perpetuo.control.auth.reset_links import (
    LIFETIME_S,
    PURPOSE,
    TOKEN_BYTES,
    mint_reset_token,
    reset_link,
    token_digest,
)
from perpetuo.control.auth.schemas import PasswordChangeInput, ResetInput
from perpetuo.control.auth.service import check_attempt, now_of, over
from perpetuo.control.auth.throttle import account_bucket
from perpetuo.control.change import changing_everything, reading_everything
from perpetuo.control.passwords import why_not
from perpetuo.control.policies import Access, Caller
from perpetuo.control.replies import ControlError, invalid
from perpetuo.control.state import ControlState
from perpetuo.db.queries import users
from perpetuo.db.queries.one_time_tokens import count_open_tokens, find_one_time_token, use_up_tokens
from perpetuo.db.queries.sessions import revoke_sessions_of_user

log = logging.getLogger(__name__)

MAX_OPEN_LINKS = 3
"""Of one account: nobody's mailbox is filled by somebody who types their address."""


async def change_password(state: ControlState, access: Access, wanted: PasswordChangeInput) -> None:
    """Ends every other session. Raises ControlError 403 for a wrong present password, 429."""
    identity = access.identity
    check_attempt(state, "password", access.address, identity.name)
    complaint = why_not(wanted.new_password, identity.name)
    if complaint is not None:
        raise invalid("new_password", complaint)
    async with reading_everything(state) as conn:
        user = await users.get_user(conn, identity.user_id)
    if user is None:
        raise over()
    if not await state.passwords.matches(wanted.current_password, user["password_hash"]):
        log.warning("a wrong present password from %s, user %s", access.address, identity.user_id)
        raise ControlError(403, "wrong_password", "The present password is wrong.", field="current_password")
    new_hash = await state.passwords.hash(wanted.new_password)
    async with changing_everything(state, access, "auth.password", "user", identity.user_id) as change:
        present = await users.get_user(change.conn, identity.user_id, lock=True)
        if present is None or present["password_hash"] != user["password_hash"]:
            raise over()
        await users.set_password_hash(change.conn, identity.user_id, new_hash)
        await use_up_tokens(change.conn, identity.user_id, now_of(state))
        ended = await revoke_sessions_of_user(
            change.conn, identity.user_id, now_of(state), "password changed", except_id=identity.session_id
        )
        change.details = {"sessions": ended}
    _tell(state, user["email"])


async def mail_reset_link(state: ControlState, caller: Caller, email: str) -> None:
    """After the reply, which is the same for everybody: nothing of what happens here can be seen or timed."""
    try:
        await _mail_reset_link(state, caller, email)
    except Exception as error:  # noqa: BLE001 - the reply has gone out; the log is all there is
        log.error("a link to set a new password was not sent: %s", type(error).__name__)


async def _mail_reset_link(state: ControlState, caller: Caller, email: str) -> None:
    now, account = now_of(state), account_bucket(email)[:12]
    async with reading_everything(state) as conn:
        user = await users.get_user_by_email(conn, email)
        is_enough = user is not None and await count_open_tokens(conn, user["id"], PURPOSE, now) >= MAX_OPEN_LINKS
    if user is None or user["suspended"] or is_enough:
        log.info("no link to set a new password for account %s, asked for from %s", account, caller.address)
        return
    mailer, public_url = state.mailer, state.settings.public_url
    if not sends_mail(state) or mailer is None or public_url is None:
        log.warning("user %s wants a new password, and there is no mail: `perpetuo admin reset-link`", user["id"])
        return
    async with changing_everything(state, caller, "auth.reset_link", "user", user["id"]) as change:
        token = await mint_reset_token(
            change.conn,
            user["id"],
            token_id=state.new_id(),
            random=state.entropy.random_bytes(TOKEN_BYTES),
            now=now,
        )
    mailer.send(
        user["email"],
        "A new password for Perpetuo",
        "Somebody, hopefully you, wants to set a new password for this e-mail address.\n\n"
        f"{reset_link(public_url, token)}\n\n"
        f"The link works once, within {LIFETIME_S // 60} minutes. If it was not you, there is nothing to do: your "
        "password stays what it is.\n",
    )


async def reset_password(state: ControlState, caller: Caller, wanted: ResetInput) -> None:
    """Ends every session. Raises ControlError 403 for a link that works no more."""
    check_attempt(state, "secret_link", caller.address)
    hashed = token_digest(wanted.token)
    async with reading_everything(state) as conn:
        found = await find_one_time_token(conn, PURPOSE, hashed, now_of(state))
        user = await users.get_user(conn, found["user_id"]) if found else None
    if user is None:
        raise _used_up()
    complaint = why_not(wanted.password, user["email"])
    if complaint is not None:
        raise invalid("password", complaint)
    new_hash = await state.passwords.hash(wanted.password)
    async with changing_everything(state, caller, "auth.reset", "user", user["id"]) as change:
        await users.get_user(change.conn, user["id"], lock=True)
        if await find_one_time_token(change.conn, PURPOSE, hashed, now_of(state), lock=True) is None:
            raise _used_up()
        await users.set_password_hash(change.conn, user["id"], new_hash)
        await use_up_tokens(change.conn, user["id"], now_of(state))
        ended = await revoke_sessions_of_user(change.conn, user["id"], now_of(state), "password reset")
        change.actor, change.details = ("user", user["id"], user["email"]), {"sessions": ended}
    _tell(state, user["email"])


def _tell(state: ControlState, email: str) -> None:
    if state.mailer is not None:
        state.mailer.send(
            email,
            "Your password for Perpetuo was changed",
            "The password for this e-mail address was changed just now. If it was not you, ask an operator of this "
            "installation for help at once.\n",
        )


def _used_up() -> ControlError:
    return ControlError(403, "link_used_up", "This link was used or has expired: ask for a new one.", field="token")
