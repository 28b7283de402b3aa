"""Whose model list is to be read next, and what was read (`gateway.discovery.DiscoveryStore`)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.core.catalog import Model
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import provider_keys

MAX_ERROR_CHARS = 500


class SqlDiscoveryStore:
    """engine: of any role; everything here runs as perpetuo_system."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, vendors: Sequence[str], every_s: float, limit: int) -> list[tuple[str, str]]:
        """(workspace id, provider key id) of enabled keys of these vendors whose list was not tried for so long.
        Machines that ask at the same time get different ones."""
        due = func.now() - timedelta(seconds=every_s)
        chosen = (
            select(provider_keys.c.id)
            .where(
                provider_keys.c.enabled,
                provider_keys.c.vendor.in_(vendors),
                provider_keys.c.discovery_tried_at.is_(None) | (provider_keys.c.discovery_tried_at < due),
            )
            .order_by(provider_keys.c.discovery_tried_at.asc().nulls_first())
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(provider_keys)
            .where(provider_keys.c.id.in_(chosen))
            .values(discovery_tried_at=func.now())
            .returning(provider_keys.c.workspace_id, provider_keys.c.id)
        )
        async with system_transaction(self._engine) as conn:
            return [(row.workspace_id, row.id) for row in await conn.execute(statement)]

    async def store(self, workspace_id: str, provider_key_id: str, models: Sequence[Model]) -> None:
        """Gateways are told only if the list differs from the one they have."""
        listed = msgspec.to_builtins(list(models))
        this_one = _this(workspace_id, provider_key_id)
        async with system_transaction(self._engine) as conn:
            known = (await conn.execute(select(provider_keys.c.discovered).where(this_one))).scalar_one_or_none()
            values: dict[str, Any] = {"discovered_at": func.now(), "discovery_error": None}
            if known != listed:
                values["discovered"] = listed
            await conn.execute(update(provider_keys).where(this_one).values(values))

    async def store_error(self, workspace_id: str, provider_key_id: str, error: str) -> None:
        """The last list stays."""
        async with system_transaction(self._engine) as conn:
            await conn.execute(
                update(provider_keys)
                .where(_this(workspace_id, provider_key_id))
                .values(discovery_error=error[:MAX_ERROR_CHARS])
            )


def _this(workspace_id: str, provider_key_id: str) -> Any:
    return (provider_keys.c.workspace_id == workspace_id) & (provider_keys.c.id == provider_key_id)
