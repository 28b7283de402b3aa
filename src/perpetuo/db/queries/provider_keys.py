"""Provider keys of one workspace. What is sealed stays sealed here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.snapshot import DEFAULT_PRIORITY
from perpetuo.db.tables import provider_keys

Row = dict[str, Any]


async def insert_provider_key(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    id: str,
    vendor: str,
    label: str,
    secret_sealed: bytes,
    secret_hint: str,
    base_url: str | None = None,
    priority: int = DEFAULT_PRIORITY,
    enabled: bool = True,
    models: Sequence[Any] = (),
) -> None:
    """models: `core.catalog.Model`s as builtins. Raises IntegrityError when vendor and label are taken."""
    await conn.execute(
        insert(provider_keys).values(
            id=id,
            workspace_id=workspace_id,
            vendor=vendor,
            label=label,
            base_url=base_url,
            secret_sealed=secret_sealed,
            secret_hint=secret_hint,
            priority=priority,
            enabled=enabled,
            models=list(models),
        )
    )


async def list_provider_keys(conn: AsyncConnection, workspace_id: str) -> list[Row]:
    """In the order of their priority, oldest first within one."""
    statement = (
        select(provider_keys)
        .where(provider_keys.c.workspace_id == workspace_id)
        .order_by(provider_keys.c.priority, provider_keys.c.created_at, provider_keys.c.id)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def get_provider_key(conn: AsyncConnection, workspace_id: str, provider_key_id: str) -> Row | None:
    statement = select(provider_keys).where(_this(workspace_id, provider_key_id))
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def find_provider_key(conn: AsyncConnection, workspace_id: str, vendor: str, label: str) -> Row | None:
    statement = select(provider_keys).where(
        provider_keys.c.workspace_id == workspace_id,
        provider_keys.c.vendor == vendor,
        provider_keys.c.label == label,
    )
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def update_provider_key(
    conn: AsyncConnection, workspace_id: str, provider_key_id: str, changes: dict[str, Any]
) -> bool:
    """changes: column -> new value, of label, base_url, secret_sealed, secret_hint, priority, enabled, models."""
    allowed = {"label", "base_url", "secret_sealed", "secret_hint", "priority", "enabled", "models"}
    if not changes or changes.keys() - allowed:
        raise ValueError(f"these columns can not be changed: {sorted(changes.keys() - allowed)}")
    values = {**changes, "updated_at": func.now()}
    if changes.keys() & {"base_url", "secret_sealed"}:
        values["discovery_tried_at"] = None  # another account may have other models: its list is read at once
    changed = await conn.execute(update(provider_keys).where(_this(workspace_id, provider_key_id)).values(values))
    return changed.rowcount == 1


async def delete_provider_key(conn: AsyncConnection, workspace_id: str, provider_key_id: str) -> bool:
    deleted = await conn.execute(delete(provider_keys).where(_this(workspace_id, provider_key_id)))
    return deleted.rowcount == 1


def _this(workspace_id: str, provider_key_id: str) -> Any:
    return (provider_keys.c.workspace_id == workspace_id) & (provider_keys.c.id == provider_key_id)
