"""Access tokens of machines: never more than their maker may, when they are made and whenever they are used."""

from datetime import datetime, timedelta
from typing import Any

from perpetuo.control.access_tokens.schemas import AccessToken, AccessTokenCreate, NewAccessToken
from perpetuo.control.change import changing, reading, reading_everything
from perpetuo.control.members.service import locked_role
from perpetuo.control.policies import Access
from perpetuo.control.replies import ControlError, conflict, invalid, not_found
from perpetuo.control.state import ControlState
from perpetuo.core.access import ACTIONS, GRANTS, PEOPLE_ONLY, Action, beyond, token_actions
from perpetuo.core.ids import api_key_digest
from perpetuo.db.queries import access_tokens
from perpetuo.db.queries.users import names_of_users
from perpetuo.db.queries.workspaces import get_workspace

Row = dict[str, Any]

MAX_LIFETIME = timedelta(days=365)
MAX_LIVE = 200
"""Per workspace."""


async def list_tokens(state: ControlState, access: Access, limit: int, before_id: str | None) -> list[Row]:
    async with reading(state, access.workspace_id) as conn:
        rows = await access_tokens.page_access_tokens(conn, access.workspace_id, limit=limit, before_id=before_id)
    return await _with_makers(state, rows)


async def get_token(state: ControlState, access: Access, access_token_id: str) -> Row:
    """Raises ControlError 404."""
    async with reading(state, access.workspace_id) as conn:
        row = await access_tokens.get_access_token(conn, access.workspace_id, access_token_id)
    if row is None:
        raise not_found()
    return (await _with_makers(state, [row]))[0]


async def create_token(state: ControlState, access: Access, wanted: AccessTokenCreate) -> NewAccessToken:
    """Raises ControlError 403 for actions that are not the caller's to give, 409 for too many, 422."""
    _require_lifetime(state, wanted.expires_at)
    _require_own(access.identity.actions, wanted)
    token, token_id = f"ppt_{state.entropy.random_bytes(24).hex()}", state.new_id()
    actions = [action for action in ACTIONS if action in wanted.actions]
    async with changing(state, access, "access_tokens.create", "access_token", token_id) as change:
        # The lock makes those who make some at the same time count each other's.
        if await get_workspace(change.conn, access.workspace_id, lock=True) is None:
            raise not_found()
        # Whoever is removed at this moment has had their tokens revoked: this one would come back to life with them.
        maker = await locked_role(change.conn, access.workspace_id, access.identity.user_id)
        _require_own(GRANTS[maker] if maker else frozenset(), wanted)
        if await access_tokens.count_live_access_tokens(change.conn, access.workspace_id) >= MAX_LIVE:
            raise conflict("too_many_access_tokens", f"A workspace has at most {MAX_LIVE} that work: revoke some.")
        await access_tokens.insert_access_token(
            change.conn,
            access.workspace_id,
            id=token_id,
            created_by=access.identity.user_id,
            name=wanted.name,
            prefix=token[:8],
            last4=token[-4:],
            token_hash=api_key_digest(token),
            actions=actions,
            expires_at=wanted.expires_at,
        )
        row = await access_tokens.get_access_token(change.conn, access.workspace_id, token_id)
        change.details = {"name": wanted.name, "actions": actions, "expires_at": wanted.expires_at.isoformat()}
    assert row is not None
    return NewAccessToken(token=token, **shown(row, state.now_ms()).model_dump())


async def revoke_token(state: ControlState, access: Access, access_token_id: str) -> None:
    """Raises ControlError 404, 409 when it is revoked already."""
    async with changing(state, access, "access_tokens.revoke", "access_token", access_token_id) as change:
        row = await access_tokens.get_access_token(change.conn, access.workspace_id, access_token_id)
        if row is None:
            raise not_found()
        if not await access_tokens.revoke_access_token(change.conn, access.workspace_id, access_token_id):
            raise conflict("already_revoked", "This token is revoked already.")
        change.details = {"name": row["name"]}


async def _with_makers(state: ControlState, rows: list[Row]) -> list[Row]:
    """`role` is None where an operator has suspended the maker, which only perpetuo_system can read."""
    async with reading_everything(state) as conn:
        makers = await names_of_users(conn, {row["created_by"] for row in rows})
    working = {user_id for user_id, maker in makers.items() if not maker["suspended"]}
    return [{**row, "role": row["role"] if row["created_by"] in working else None} for row in rows]


def shown(row: Row, now_ms: int) -> AccessToken:
    minted: list[Action] = [action for action in ACTIONS if action in row["actions"]]
    allowed = token_actions(minted, row["role"])
    expired = row["expires_at"].timestamp() * 1000 <= now_ms
    return AccessToken(
        id=row["id"],
        name=row["name"],
        token_hint=f"{row['prefix']}…{row['last4']}",
        status="revoked" if row["revoked_at"] else "expired" if expired else "active",
        actions=minted,
        actions_now=[action for action in minted if action in allowed],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )


def _require_lifetime(state: ControlState, expires_at: datetime) -> None:
    left_s = expires_at.timestamp() - state.clock.wall_s()
    if left_s <= 0:
        raise invalid("expires_at", "This time has passed.")
    if left_s > MAX_LIFETIME.total_seconds():
        raise invalid("expires_at", f"A token lives at most {MAX_LIFETIME.days} days.")


def _require_own(granted: frozenset[Action], wanted: AccessTokenCreate) -> None:
    refused = beyond(wanted.actions, granted)
    if refused:
        people_only = [action for action in refused if action in PEOPLE_ONLY]
        why = f"; for people only: {', '.join(people_only)}" if people_only else ""
        raise ControlError(403, "beyond_your_role", f"Not yours to give: {', '.join(refused)}{why}.", field="actions")
