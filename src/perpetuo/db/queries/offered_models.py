"""Which models the provider keys of a workspace have, by their own rows or the vendor's list."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import provider_keys


async def offered_names(conn: AsyncConnection, workspace_id: str, names: Collection[str]) -> set[str]:
    """Those of `names` that are some model's id or canonical name."""
    model = func.jsonb_array_elements(
        provider_keys.c.models.op("||")(provider_keys.c.discovered), type_=JSONB
    ).column_valued("model")
    name_id, name_canonical = model["id"].astext, model["canonical"].astext
    statement = (
        select(name_id, name_canonical)
        .select_from(provider_keys, model)
        .where(provider_keys.c.workspace_id == workspace_id, name_id.in_(names) | name_canonical.in_(names))
        .distinct()
    )
    found = {name for row in (await conn.execute(statement)).all() for name in row}
    return found & set(names)
