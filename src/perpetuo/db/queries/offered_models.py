"""Which models the provider keys of a workspace have, by their own rows or the vendor's list."""

from collections.abc import Collection

from sqlalchemy import column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import provider_keys


async def offered_names(conn: AsyncConnection, workspace_id: str, names: Collection[str]) -> set[str]:
    """Those of `names` that are some model's id or canonical name."""
    both = provider_keys.c.models.op("||")(provider_keys.c.discovered)
    models = func.jsonb_array_elements(both).table_valued(column("model", JSONB)).render_derived(name="offered")
    name_id, name_canonical = models.c.model["id"].astext, models.c.model["canonical"].astext
    statement = (
        select(name_id, name_canonical)
        .select_from(provider_keys.join(models, true()))
        .where(provider_keys.c.workspace_id == workspace_id, name_id.in_(names) | name_canonical.in_(names))
        .distinct()
    )
    found = {name for row in (await conn.execute(statement)).all() for name in row}
    return found & set(names)
