"""Provider keys of one workspace. What is sealed stays sealed here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.snapshot import DEFAULT_PRIORITY
from perpetuo.db.tables import provider_keys

Row = dict[str, Any]

# Neither what is sealed nor the lists of models, which may be long: how many there are.
SHOWN = [
    *(column for column in provider_keys.c if column.name not in ("secret_sealed", "models", "discovered")),
    func.jsonb_array_length(provider_keys.c.models).label("own_models"),
    func.jsonb_array_length(provider_keys.c.discovered).label("discovered_models"),
]


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


async def page_provider_keys(
    conn: AsyncConnection, workspace_id: str, *, limit: int, after: tuple[int, datetime, str] | None
) -> list[Row]:
    """Like `list_provider_keys`, the columns of SHOWN. after: priority, created_at and id of the last one before."""
    order = (provider_keys.c.priority, provider_keys.c.created_at, provider_keys.c.id)
    statement = select(*SHOWN).where(provider_keys.c.workspace_id == workspace_id)
    if after is not None:
        typed = (literal(value, column.type) for value, column in zip(after, order, strict=True))
        statement = statement.where(tuple_(*order) > tuple_(*typed))
    rows = (await conn.execute(statement.order_by(*order).limit(limit))).mappings()
    return [dict(row) for row in rows]


async def get_provider_key(
    conn: AsyncConnection, workspace_id: str, provider_key_id: str, *, lock: bool = False
) -> Row | None:
    """lock: nobody else changes it before the end of this transaction."""
    statement = select(provider_keys).where(_this(workspace_id, provider_key_id))
    row = (await conn.execute(statement.with_for_update() if lock else statement)).mappings().first()
    return dict(row) if row else None


async def count_provider_keys(conn: AsyncConnection, workspace_id: str) -> int:
    statement = select(func.count()).select_from(provider_keys).where(provider_keys.c.workspace_id == workspace_id)
    return await conn.scalar(statement) or 0


async def measure_models(conn: AsyncConnection, workspace_id: str) -> int:
    """How many characters of JSON the keys' own models are together."""
    characters = func.sum(func.length(cast(provider_keys.c.models, Text)))
    return int(await conn.scalar(select(characters).where(provider_keys.c.workspace_id == workspace_id)) or 0)


async def lock_priorities(conn: AsyncConnection, workspace_id: str) -> dict[str, int]:
    """Id -> priority of every key, which nobody else changes before the end of this transaction. In the order of
    their ids, so that two who do this wait for each other instead of forever."""
    statement = select(provider_keys.c.id, provider_keys.c.priority).where(provider_keys.c.workspace_id == workspace_id)
    rows = await conn.execute(statement.order_by(provider_keys.c.id).with_for_update())
    return {key_id: priority for key_id, priority in rows.all()}


async def set_priorities(conn: AsyncConnection, workspace_id: str, priorities: dict[str, int]) -> None:
    """priorities: id -> the new one."""
    if priorities:
        await conn.execute(
            update(provider_keys)
            .where(provider_keys.c.workspace_id == workspace_id, provider_keys.c.id == bindparam("key_id"))
            .values(priority=bindparam("new_priority"), updated_at=func.now()),
            [{"key_id": key_id, "new_priority": priority} for key_id, priority in sorted(priorities.items())],
        )


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
