"""Links that sign somebody in, once: made by the command line only, for whoever sits at the machine (`perpetuo up`)."""

import logging
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.auth.reset_links import mint_token, token_digest
from perpetuo.control.auth.schemas import SignedIn
from perpetuo.control.auth.service import Opened, check_attempt, new_token, now_of, open_session, shown_user, suspended
from perpetuo.control.change import changing_everything, reading_everything
from perpetuo.control.policies import Caller
from perpetuo.control.replies import ControlError
from perpetuo.control.state import ControlState
from perpetuo.db.queries import users
from perpetuo.db.queries.memberships import workspaces_of_user
from perpetuo.db.queries.one_time_tokens import find_one_time_token, use_up_tokens_for

log = logging.getLogger(__name__)

PURPOSE = "sign_in"
LIFETIME_S = 900


async def mint_sign_in_token(
    conn: AsyncConnection, user_id: str, *, token_id: str, random: bytes, now: datetime
) -> str:
    """The token for a link, which exists nowhere else; the ones before it are worth nothing then."""
    await use_up_tokens_for(conn, user_id, PURPOSE, now)
    return await mint_token(conn, user_id, PURPOSE, token_id=token_id, random=random, now=now, lifetime_s=LIFETIME_S)


def sign_in_link(origin: str, token: str) -> str:
    """origin: empty = just the path. The token is in the fragment, as a reset link's is."""
    return f"{origin}/app/login#token={token}"


async def sign_in_by_link(state: ControlState, caller: Caller, token: str) -> tuple[SignedIn, Opened]:
    """Raises ControlError 403 for a link that works no more, and for somebody who is suspended; 429."""
    check_attempt(state, "secret_link", caller.address)
    hashed = token_digest(token)
    async with reading_everything(state) as conn:
        found = await find_one_time_token(conn, PURPOSE, hashed, now_of(state))
    if found is None:
        log.warning("a link that signs in was refused, from %s", caller.address)
        raise _used_up()
    async with changing_everything(state, caller, "auth.link", "session") as change:
        user = await users.get_user(change.conn, found["user_id"], lock=True)
        if user is None or await find_one_time_token(change.conn, PURPOSE, hashed, now_of(state), lock=True) is None:
            raise _used_up()
        if user["suspended"]:
            raise suspended()
        await use_up_tokens_for(change.conn, user["id"], PURPOSE, now_of(state))
        opened = await open_session(state, change.conn, user["id"], caller)
        change.actor, change.target_id = ("user", user["id"], user["email"]), opened.session_id
        mine = await workspaces_of_user(change.conn, user["id"])
    signed_in = new_token(state, user["id"], opened.session_id, mine[0] if mine else None)
    return SignedIn(user=shown_user(user), **dict(signed_in)), opened


def _used_up() -> ControlError:
    return ControlError(
        403,
        "link_used_up",
        "This link was used or has expired: sign in with your password, or have `perpetuo admin sign-in-link` make "
        "another one.",
        field="token",
    )
