"""Aliases of a workspace, one by one. They live in its settings."""

from typing import Any

import msgspec

from perpetuo.control.aliases.schemas import ChangedAlias, NamedAlias
from perpetuo.control.change import changing
from perpetuo.control.policies import Access
from perpetuo.control.replies import not_found
from perpetuo.control.settings.document import check_given, read_document
from perpetuo.control.settings.schemas import Alias
from perpetuo.control.settings.service import change_settings, get_settings, warnings_of
from perpetuo.control.state import ControlState
from perpetuo.core.snapshot import AliasTarget
from perpetuo.db.queries.workspaces import get_workspace


async def list_aliases(state: ControlState, access: Access, limit: int, after_name: str | None) -> list[NamedAlias]:
    """By name."""
    aliases = (await get_settings(state, access)).aliases
    names = sorted(name for name in aliases if after_name is None or name > after_name)
    return [shown(name, aliases[name]) for name in names[:limit]]


async def put_alias(state: ControlState, access: Access, name: str, wanted: Alias) -> ChangedAlias:
    """Raises ControlError 404, 422."""
    given: dict[str, Any] = {"aliases": {name: wanted.model_dump(mode="json")}}
    check_given(given, state.catalog, state.settings.retention_days)
    async with changing(state, access, "aliases.put", "alias", name) as change:
        settings = await change_settings(change.conn, access.workspace_id, given)
        change.details = given["aliases"][name]
        warnings = await warnings_of(state, change.conn, access.workspace_id, settings, given["aliases"])
    return ChangedAlias(warnings=warnings, **shown(name, settings.aliases[name]).model_dump())


async def delete_alias(state: ControlState, access: Access, name: str) -> None:
    """Raises ControlError 404."""
    async with changing(state, access, "aliases.delete", "alias", name) as change:
        row = await get_workspace(change.conn, access.workspace_id, lock=True)
        if row is None or name not in read_document(row["settings"]).aliases:
            raise not_found()
        await change_settings(change.conn, access.workspace_id, {"aliases": {name: None}})


def shown(name: str, target: AliasTarget) -> NamedAlias:
    return NamedAlias(name=name, target=Alias.model_validate(msgspec.to_builtins(target)))
