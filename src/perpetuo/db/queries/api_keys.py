"""API keys of one workspace. Their hash is stored, never the key."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Text, cast, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import api_keys

Row = dict[str, Any]

# Everything but the hash, which nobody who lists keys needs.
SHOWN = [column for column in api_keys.c if column.name != "key_hash"]


async def insert_api_key(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    id: str,
    name: str,
    prefix: str,
    last4: str,
    key_hash: bytes,
    expires_at: datetime | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """key_hash: SHA-256 of the whole key. settings: an `ApiKeySettings` as builtins."""
    await conn.execute(
        insert(api_keys).values(
            id=id,
            workspace_id=workspace_id,
            name=name,
            prefix=prefix,
            last4=last4,
            key_hash=key_hash,
            expires_at=expires_at,
            settings=dict(settings or {}),
        )
    )


async def list_api_keys(conn: AsyncConnection, workspace_id: str) -> list[Row]:
    """Oldest first, revoked ones included, without the hashes."""
    statement = (
        select(*SHOWN).where(api_keys.c.workspace_id == workspace_id).order_by(api_keys.c.created_at, api_keys.c.id)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def page_api_keys(conn: AsyncConnection, workspace_id: str, *, limit: int, before_id: str | None) -> list[Row]:
    """Newest first, revoked ones included. before_id: the last of the page before."""
    statement = select(*SHOWN).where(api_keys.c.workspace_id == workspace_id)
    if before_id is not None:
        statement = statement.where(api_keys.c.id < before_id)
    statement = statement.order_by(api_keys.c.id.desc()).limit(limit)
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def get_api_key(conn: AsyncConnection, workspace_id: str, api_key_id: str, *, lock: bool = False) -> Row | None:
    """lock: nobody else changes it before the end of this transaction."""
    statement = select(*SHOWN).where(api_keys.c.workspace_id == workspace_id, api_keys.c.id == api_key_id)
    row = (await conn.execute(statement.with_for_update() if lock else statement)).mappings().first()
    return dict(row) if row else None


async def measure_api_keys(conn: AsyncConnection, workspace_id: str) -> tuple[int, int]:
    """Without those that are revoked: how many, and how many characters of JSON their settings are."""
    characters = func.coalesce(func.sum(func.length(cast(api_keys.c.settings, Text))), 0)
    statement = select(func.count(), characters).where(
        api_keys.c.workspace_id == workspace_id, api_keys.c.revoked_at.is_(None)
    )
    keys, settings_characters = (await conn.execute(statement)).one()
    return int(keys), int(settings_characters)


async def update_api_key(conn: AsyncConnection, workspace_id: str, api_key_id: str, changes: dict[str, Any]) -> bool:
    """changes: column -> new value, of name, expires_at, settings (an `ApiKeySettings` as builtins)."""
    if not changes or changes.keys() - {"name", "expires_at", "settings"}:
        raise ValueError(f"these columns can not be changed: {sorted(changes)}")
    changed = await conn.execute(
        update(api_keys).where(api_keys.c.workspace_id == workspace_id, api_keys.c.id == api_key_id).values(changes)
    )
    return changed.rowcount == 1


async def revoke_api_key(conn: AsyncConnection, workspace_id: str, api_key_id: str) -> bool:
    """False when there is no such key or it was revoked before."""
    revoked = await conn.execute(
        update(api_keys)
        .where(api_keys.c.workspace_id == workspace_id, api_keys.c.id == api_key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
    return revoked.rowcount == 1


async def note_api_keys_used(conn: AsyncConnection, used: Iterable[tuple[str, str, int]]) -> set[str]:
    """used: workspace id, API key id, when (Unix ms); an older time than the stored one changes nothing.

    Returns the ids that were found. Keys that somebody works on at the moment are passed over, nobody waits for them.
    """
    rows = [{"workspace_id": workspace_id, "id": key_id, "at_ms": at_ms} for workspace_id, key_id, at_ms in used]
    found = await conn.execute(_NOTE_USED, {"used": msgspec.json.encode(rows).decode()})
    return set(found.scalars())


_NOTE_USED = text("""
UPDATE api_keys SET last_used_at = greatest(api_keys.last_used_at, used.at)
FROM (
    SELECT known.id, to_timestamp(incoming.at_ms / 1000.0) AS at
    FROM jsonb_to_recordset(CAST(CAST(:used AS text) AS jsonb)) AS incoming (workspace_id uuid, id uuid, at_ms bigint)
    JOIN api_keys AS known USING (workspace_id, id)
    ORDER BY known.id
    FOR UPDATE OF known SKIP LOCKED
) AS used
WHERE api_keys.id = used.id
RETURNING api_keys.id::text
""")
