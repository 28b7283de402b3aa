"""API keys: made, limited, rotated, revoked. The key itself exists in one reply and nowhere else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.api_keys.schemas import ApiKey, ApiKeyCreate, ApiKeyRotate, ApiKeyUpdate, NewApiKey
from perpetuo.control.change import changing, reading
from perpetuo.control.policies import Access
from perpetuo.control.replies import conflict, invalid, not_found
from perpetuo.control.state import ControlState
from perpetuo.core.ids import api_key_digest, new_api_key
from perpetuo.db.queries import api_keys
from perpetuo.db.queries.key_costs import month_costs_of_workspace
from perpetuo.db.settings_documents import ApiKeySettings

Row = dict[str, Any]

LIMITS = frozenset(ApiKeySettings.__struct_fields__) - {"replaced_by"}
"""Fields of the API that live in the settings document; they have the same names there."""
MAX_KEYS = 10_000
"""Of one workspace, revoked ones aside: every worker holds all of them."""
MAX_SETTINGS_CHARACTERS = 4 * 1024 * 1024
"""Of all those keys together, as JSON: 400 of each, and few need a tenth of that."""
MAX_LIFE_S = 100 * 366 * 86_400
"""Beyond this somebody mistyped; times near the year 9999 also end the calendar in some time zones."""


async def list_keys(state: ControlState, access: Access, limit: int, before_id: str | None) -> list[Row]:
    async with reading(state, access.workspace_id) as conn:
        rows = await api_keys.page_api_keys(conn, access.workspace_id, limit=limit, before_id=before_id)
        return await _with_costs(state, conn, access.workspace_id, rows)


async def get_key(state: ControlState, access: Access, api_key_id: str) -> Row:
    """Raises ControlError 404."""
    async with reading(state, access.workspace_id) as conn:
        row = await api_keys.get_api_key(conn, access.workspace_id, api_key_id)
        if row is None:
            raise not_found()
        return (await _with_costs(state, conn, access.workspace_id, [row]))[0]


async def create_key(state: ControlState, access: Access, wanted: ApiKeyCreate) -> NewApiKey:
    _require_future(state, wanted.expires_at)
    document = _settings(wanted.model_dump(include=set(LIMITS)))
    async with changing(state, access, "api_keys.create", "api_key") as change:
        row, key = await insert_key(state, change.conn, access.workspace_id, wanted.name, wanted.expires_at, document)
        change.target_id = row["id"]
        change.details = {"name": wanted.name, "limits": document}
    return NewApiKey(key=key, **shown(row, state.now_ms()).model_dump())


async def update_key(state: ControlState, access: Access, api_key_id: str, wanted: ApiKeyUpdate) -> Row:
    """Two who change a key at once both have their change. Raises ControlError 404, 409 for a revoked key, and for
    settings that are too large."""
    given = wanted.model_dump(exclude_unset=True)
    if given.get("name", "") is None:
        raise invalid("name", "A key has a name.")
    _require_future(state, given.get("expires_at"))
    async with changing(state, access, "api_keys.update", "api_key", api_key_id) as change:
        row = await _live_key(change.conn, access.workspace_id, api_key_id)
        changes: dict[str, Any] = {name: given[name] for name in ("name", "expires_at") if name in given}
        limits = {name: value for name, value in given.items() if name in LIMITS}
        if limits:
            changes["settings"] = _settings({**row["settings"], **limits})
        if changes:
            await api_keys.update_api_key(change.conn, access.workspace_id, api_key_id, changes)
        if "settings" in changes:
            await _require_room(change.conn, access.workspace_id)
        change.details = wanted.model_dump(exclude_unset=True, mode="json")
        updated = await api_keys.get_api_key(change.conn, access.workspace_id, api_key_id)
        assert updated is not None
        return (await _with_costs(state, change.conn, access.workspace_id, [updated]))[0]


async def rotate_key(state: ControlState, access: Access, api_key_id: str, wanted: ApiKeyRotate) -> NewApiKey:
    """A new key like the old one, which goes on working for the overlap. A key has one successor: of two who rotate it
    at once the second is refused, and so is who repeats it later, when its end is the overlap's and no longer its own.

    Raises ControlError 404, 409.
    """
    async with changing(state, access, "api_keys.rotate", "api_key", api_key_id) as change:
        old = await _live_key(change.conn, access.workspace_id, api_key_id)
        _require_rotatable(state, old)
        ends_at = datetime.fromtimestamp(state.clock.wall_s(), UTC) + timedelta(seconds=wanted.overlap_s)
        row, key = await insert_key(
            state, change.conn, access.workspace_id, old["name"], old["expires_at"], old["settings"]
        )
        changes: dict[str, Any] = {"settings": {**old["settings"], "replaced_by": row["id"]}}
        if old["expires_at"] is None or old["expires_at"] > ends_at:
            changes["expires_at"] = ends_at
        await api_keys.update_api_key(change.conn, access.workspace_id, api_key_id, changes)
        if wanted.overlap_s == 0:
            await api_keys.revoke_api_key(change.conn, access.workspace_id, api_key_id)
        change.details = {"new_id": row["id"], "overlap_s": wanted.overlap_s}
    return NewApiKey(key=key, **shown(row, state.now_ms()).model_dump())


async def revoke_key(state: ControlState, access: Access, api_key_id: str) -> None:
    """Raises ControlError 404, 409 when it is revoked already."""
    async with changing(state, access, "api_keys.revoke", "api_key", api_key_id) as change:
        row = await _live_key(change.conn, access.workspace_id, api_key_id)
        await api_keys.revoke_api_key(change.conn, access.workspace_id, api_key_id)
        change.details = {"name": row["name"]}


def shown(row: Row, now_ms: int) -> ApiKey:
    limits = msgspec.to_builtins(msgspec.convert(row["settings"], ApiKeySettings))
    expired = row["expires_at"] is not None and row["expires_at"].timestamp() * 1000 <= now_ms
    return ApiKey(
        id=row["id"],
        name=row["name"],
        key_hint=f"{row['prefix']}…{row['last4']}",
        status="revoked" if row["revoked_at"] else "expired" if expired else "active",
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        replaced_by=limits.get("replaced_by"),
        spent_nanousd_month=row.get("spent_nanousd_month", 0),
        **{name: limits.get(name) for name in LIMITS},
    )


async def _with_costs(state: ControlState, conn: AsyncConnection, workspace_id: str, rows: list[Row]) -> list[Row]:
    spent = await month_costs_of_workspace(conn, workspace_id, state.month(), [row["id"] for row in rows])
    return [row | {"spent_nanousd_month": spent.get(row["id"], 0)} for row in rows]


async def _live_key(conn: AsyncConnection, workspace_id: str, api_key_id: str) -> Row:
    """Nobody else changes it before the end of this transaction."""
    row = await api_keys.get_api_key(conn, workspace_id, api_key_id, lock=True)
    if row is None:
        raise not_found()
    if row["revoked_at"] is not None:
        raise conflict("already_revoked", "This key is revoked: make a new one.")
    return row


def _require_rotatable(state: ControlState, row: Row) -> None:
    if row["settings"].get("replaced_by") is not None:
        raise conflict("already_rotated", "This key was rotated before: rotate the key that replaced it.")
    if row["expires_at"] is not None and row["expires_at"].timestamp() <= state.clock.wall_s():
        raise conflict("expired", "This key has expired, and its successor would have too: make a new one.")


async def insert_key(
    state: ControlState,
    conn: AsyncConnection,
    workspace_id: str,
    name: str,
    expires_at: datetime | None,
    settings: dict[str, Any],
) -> tuple[Row, str]:
    """The row, and the key itself. Raises ControlError 409 when the workspace has too many."""
    key, key_id = new_api_key(state.entropy.random_bytes(24)), state.new_id()
    await api_keys.insert_api_key(
        conn,
        workspace_id,
        id=key_id,
        name=name,
        prefix=key[:7],
        last4=key[-4:],
        key_hash=api_key_digest(key),
        expires_at=expires_at,
        settings=settings,
    )
    await _require_room(conn, workspace_id)
    row = await api_keys.get_api_key(conn, workspace_id, key_id)
    assert row is not None
    return row, key


async def _require_room(conn: AsyncConnection, workspace_id: str) -> None:
    """For what was just written. Raises ControlError 409."""
    keys, characters = await api_keys.measure_api_keys(conn, workspace_id)
    if keys > MAX_KEYS:
        raise conflict("too_many", f"A workspace has at most {MAX_KEYS} keys that are not revoked.")
    if characters > MAX_SETTINGS_CHARACTERS:
        raise conflict(
            "too_many", "The limits and allowed names of this workspace's keys are too large together: shorten some."
        )


def _settings(fields: dict[str, Any]) -> dict[str, Any]:
    """The document as it is stored: defaults left out."""
    return msgspec.to_builtins(msgspec.convert(fields, ApiKeySettings))


def _require_future(state: ControlState, expires_at: datetime | None) -> None:
    left_s = 1.0 if expires_at is None else expires_at.timestamp() - state.clock.wall_s()
    if left_s <= 0:
        raise invalid("expires_at", "This time has passed.")
    if left_s > MAX_LIFE_S:
        raise invalid("expires_at", "This is more than a hundred years away: null is never.")
