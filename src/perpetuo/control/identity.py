"""Who is calling? The only ways to an identity are a session's token and a machine's, both checked in the database."""

import asyncio
import logging
import re
from typing import Literal, cast, get_args

import msgspec
from fastapi import Request

from perpetuo.control.replies import ControlError, database_unavailable
from perpetuo.control.state import ControlState
from perpetuo.core.access import GRANTS, Action, Role, token_actions
from perpetuo.core.ids import api_key_digest
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.access_tokens import note_access_token_used
from perpetuo.db.queries.identities import access_token_identity, session_identity

log = logging.getLogger(__name__)

IDENTIFY_WITHIN_S = 2.0
_ACCESS_TOKEN = re.compile(r"ppt_[0-9a-f]{48}")


class Identity(msgspec.Struct, frozen=True):
    """kind and id: the user's, or the machine token's. user_id: the person; for a token the one who made it.

    workspace_id: the one the credential speaks for. role, actions: there, now. name: for people to read.
    """

    kind: Literal["user", "access_token"]
    id: str
    name: str
    user_id: str
    workspace_id: str | None
    role: Role | None
    actions: frozenset[Action]
    is_operator: bool = False
    session_id: str | None = None
    workspace_suspended: bool = False


async def identify(request: Request, state: ControlState) -> Identity:
    """Raises ControlError: 401 without a valid credential, 503 when that can not be found out. Never anything else."""
    try:
        async with asyncio.timeout(IDENTIFY_WITHIN_S):
            identity = await _identify(bearer(request), state)
    except ControlError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever fails here, nobody is let in and nobody is sent away
        log.error("a caller could not be identified: %s", type(error).__name__)
        raise database_unavailable() from None
    if type(identity) is not Identity:
        raise database_unavailable()
    return identity


def bearer(request: Request) -> str:
    """Raises ControlError."""
    values = request.headers.getlist("authorization")
    scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ControlError(401, "unauthenticated", "Sign in first: send `Authorization: Bearer` with your token.")
    if token.startswith("pk_"):
        raise ControlError(
            401,
            "wrong_credential",
            "An API key (pk_...) is for /v1: here a session's token or an access token (ppt_...) is needed.",
        )
    return token


async def _identify(token: str, state: ControlState) -> Identity:
    if token.startswith("ppt_"):
        return await _machine(token, state)
    return await _person(token, state)


async def _person(token: str, state: ControlState) -> Identity:
    claims = state.tokens.read(token, state.clock.wall_s())
    if claims is None:
        raise _over()
    async with system_transaction(state.engine) as conn:
        row = await session_identity(conn, claims.session, claims.sub, claims.workspace)
    if row is None:
        raise _over()
    if row["suspended"]:
        raise ControlError(403, "user_suspended", "This account is suspended: ask an operator.")
    role = _role(row["role"])
    return Identity(
        kind="user",
        id=claims.sub,
        name=row["email"],
        user_id=claims.sub,
        workspace_id=claims.workspace if role else None,
        role=role,
        actions=GRANTS[role] if role else frozenset(),
        is_operator=row["is_operator"] is True,
        session_id=claims.session,
        workspace_suspended=row["workspace_suspended"] is True,
    )


async def _machine(token: str, state: ControlState) -> Identity:
    row = None
    if _ACCESS_TOKEN.fullmatch(token):
        async with system_transaction(state.engine) as conn:
            row = await access_token_identity(conn, api_key_digest(token))
            if row is not None and row["use_unnoted"]:
                await note_access_token_used(conn, row["workspace_id"], row["id"])
    if row is None:
        raise ControlError(401, "invalid_token", "The access token is unknown, expired or revoked.")
    role = None if row["maker_suspended"] else _role(row["role"])
    return Identity(
        kind="access_token",
        id=row["id"],
        name=row["name"],
        user_id=row["created_by"],
        workspace_id=row["workspace_id"],
        role=role,
        actions=token_actions(cast("list[Action]", row["actions"]), role),
        workspace_suspended=row["workspace_suspended"] is True,
    )


def _role(value: object) -> Role | None:
    return cast("Role", value) if value in get_args(Role) else None


def _over() -> ControlError:
    return ControlError(401, "invalid_token", "The token is invalid or the session is over: sign in again.")
