"""Settings of a workspace: read, and changed field by field under a lock, so that two people who change different
fields both get what they wanted."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.change import changing, reading
from perpetuo.control.policies import Access
from perpetuo.control.replies import not_found
from perpetuo.control.settings.alias_warnings import alias_warnings, unknown_models
from perpetuo.control.settings.document import BY_ENTRY, changed_document, check_given, read_document
from perpetuo.control.settings.schemas import ChangedSettings, Settings, SettingsUpdate
from perpetuo.control.state import ControlState
from perpetuo.db.queries.offered_models import offered_names
from perpetuo.db.queries.usage_counters import month_of_workspace
from perpetuo.db.queries.workspaces import get_workspace, update_workspace_settings
from perpetuo.db.settings_documents import WorkspaceSettings


async def get_settings(state: ControlState, access: Access) -> WorkspaceSettings:
    """Raises ControlError 404, and 409 for a document that can not be read."""
    async with reading(state, access.workspace_id) as conn:
        row = await get_workspace(conn, access.workspace_id)
    if row is None:
        raise not_found()
    return read_document(row["settings"])


async def read_settings(state: ControlState, access: Access) -> Settings:
    """As `get_settings`, with what was used of the quotas."""
    settings = await get_settings(state, access)
    async with reading(state, access.workspace_id) as conn:
        return _shown(settings, await month_of_workspace(conn, access.workspace_id, state.month()))


async def update_settings(state: ControlState, access: Access, wanted: SettingsUpdate) -> ChangedSettings:
    """Raises ControlError 404, 422."""
    given = wanted.model_dump(exclude_unset=True, mode="json")
    check_given(given, state.catalog, state.settings.retention_days)
    async with changing(state, access, "settings.update", "workspace", access.workspace_id) as change:
        settings = await change_settings(change.conn, access.workspace_id, given)
        change.details = {name: sorted(value) if name in BY_ENTRY else value for name, value in given.items()}
        warnings = await warnings_of(state, change.conn, access.workspace_id, settings, given.get("aliases", {}))
        used = await month_of_workspace(change.conn, access.workspace_id, state.month())
    return ChangedSettings(warnings=warnings, **_shown(settings, used).model_dump())


async def change_settings(conn: AsyncConnection, workspace_id: str, given: Mapping[str, Any]) -> WorkspaceSettings:
    """given: as `changed_document` takes it. Raises ControlError 404, 422."""
    row = await get_workspace(conn, workspace_id, lock=True)
    if row is None:
        raise not_found()
    document = changed_document(row["settings"], given)
    await update_workspace_settings(conn, workspace_id, document)
    return read_document(document)


async def warnings_of(
    state: ControlState, conn: AsyncConnection, workspace_id: str, settings: WorkspaceSettings, names: Mapping[str, Any]
) -> list[str]:
    """Of the aliases that were just set. names: theirs."""
    given = {name: settings.aliases[name] for name in names if name in settings.aliases}
    unknown = unknown_models(given, state.catalog)
    offered = await offered_names(conn, workspace_id, unknown) if unknown else set[str]()
    # Names that look alike take milliseconds each to find.
    return await asyncio.to_thread(alias_warnings, given, state.catalog, settings.aliases.keys(), offered)


def _shown(settings: WorkspaceSettings, used: tuple[int, int]) -> Settings:
    """used: requests and tokens of this month."""
    fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
    fields |= {"used_requests_month": used[0], "used_tokens_month": used[1]}
    return Settings.model_validate({**fields, **{name: msgspec.to_builtins(fields[name]) for name in BY_ENTRY}})
