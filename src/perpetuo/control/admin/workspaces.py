"""Workspaces, for operators: what each holds and uses, suspended, limited."""

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.admin.schemas import Limits, LimitsUpdate, MonthUsage, WorkspaceOverview
from perpetuo.control.change import changing_everything, reading_everything
from perpetuo.control.policies import Access
from perpetuo.control.replies import conflict, not_found
from perpetuo.control.state import ControlState
from perpetuo.db.queries import workspaces
from perpetuo.db.queries.administration import (
    contents_of_workspaces,
    get_workspace_with_owner,
    page_workspaces,
    usage_of_workspaces,
)
from perpetuo.db.settings_documents import WorkspaceSettings

Row = dict[str, Any]


async def page(state: ControlState, limit: int, before_id: str | None, name_prefix: str) -> tuple[list[Row], list[Any]]:
    """The rows, and the same as they are shown."""
    async with reading_everything(state) as conn:
        rows = await page_workspaces(conn, limit=limit, before_id=before_id, name_prefix=name_prefix)
        return rows, await _shown(state, conn, rows)


async def read(state: ControlState, workspace_id: str) -> WorkspaceOverview:
    """Raises ControlError 404."""
    async with reading_everything(state) as conn:
        return await _read(state, conn, workspace_id)


async def set_suspended(state: ControlState, access: Access, workspace_id: str, suspended: bool) -> WorkspaceOverview:
    """The data plane refuses its keys within a second. Raises ControlError 404."""
    action = "workspaces.suspend" if suspended else "workspaces.unsuspend"
    async with changing_everything(state, access, action, "workspace", workspace_id) as change:
        change.workspace_id = workspace_id
        if not await workspaces.set_workspace_suspended(change.conn, workspace_id, suspended=suspended):
            raise not_found()
        return await _read(state, change.conn, workspace_id)


async def set_limits(state: ControlState, access: Access, workspace_id: str, wanted: LimitsUpdate) -> WorkspaceOverview:
    """Raises ControlError 404; 409 when its settings can not be read."""
    given = wanted.model_dump(exclude_unset=True)
    async with changing_everything(state, access, "workspaces.limit", "workspace", workspace_id) as change:
        change.workspace_id = workspace_id
        row = await workspaces.get_workspace(change.conn, workspace_id, lock=True)
        if row is None:
            raise not_found()
        try:
            msgspec.convert(row["settings"], WorkspaceSettings)
        except msgspec.ValidationError:
            raise conflict("settings_unreadable", "This workspace's settings can not be read.") from None
        # What another version has put there stays.
        await workspaces.update_workspace_settings(change.conn, workspace_id, {**row["settings"], **given})
        change.details = given
        return await _read(state, change.conn, workspace_id)


async def _read(state: ControlState, conn: AsyncConnection, workspace_id: str) -> WorkspaceOverview:
    row = await get_workspace_with_owner(conn, workspace_id)
    if row is None:
        raise not_found()
    return (await _shown(state, conn, [row]))[0]


async def _shown(state: ControlState, conn: AsyncConnection, rows: list[Row]) -> list[WorkspaceOverview]:
    ids = [row["id"] for row in rows]
    contents, usage = await contents_of_workspaces(conn, ids), await usage_of_workspaces(conn, ids, state.month())
    nothing = {"requests": 0, "tokens": 0, "cost_nanousd": 0}
    return [
        WorkspaceOverview(
            id=row["id"],
            name=row["name"],
            owner_id=row["owner_user_id"],
            owner_email=row["owner_email"],
            status="suspended" if row["suspended"] else "active",
            created_at=row["created_at"],
            **{kind: contents.get(row["id"], {}).get(kind, 0) for kind in ("members", "provider_keys", "api_keys")},
            month=MonthUsage(**usage.get(row["id"], nothing)),
            limits=Limits(**{name: row[name] for name in Limits.model_fields}),
        )
        for row in rows
    ]
