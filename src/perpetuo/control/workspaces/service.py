"""Workspaces: those somebody belongs to, made, renamed, deleted."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.change import changing, changing_everything, reading, reading_everything
from perpetuo.control.policies import Access
from perpetuo.control.replies import conflict, invalid, not_found
from perpetuo.control.state import ControlState
from perpetuo.control.workspaces.schemas import Count, Deletion, Kind, Workspace
from perpetuo.core.access import ACTIONS, GRANTS, Action, Role
from perpetuo.db.queries import memberships, workspaces

Row = dict[str, Any]

MAX_OWNED = 50
"""Per user: whoever may sign up can make these, and each is a part of every worker's snapshot."""

COUNT_AT_MOST = 10_000
"""A workspace with a million logs is not counted to the end for a warning."""

AT_ONCE: tuple[Kind, ...] = ("provider_keys", "api_keys", "members", "access_tokens", "invitations")
LATER: tuple[Kind, ...] = ("request_logs", "usage", "contents")
_TABLES: dict[Kind, str] = {"members": "memberships", "contents": "request_contents", "usage": "usage_counters"}


async def list_workspaces(state: ControlState, access: Access, limit: int, before_id: str | None) -> list[Row]:
    async with reading_everything(state) as conn:
        return await memberships.page_workspaces_of_user(
            conn, access.identity.user_id, limit=limit, before_id=before_id
        )


async def create_workspace(state: ControlState, access: Access, name: str) -> Row:
    """Whose maker owns it. Raises ControlError 409 for somebody who has too many."""
    workspace_id, user_id = state.new_id(), access.identity.user_id
    async with changing_everything(state, access, "workspaces.create", "workspace", workspace_id) as change:
        if await memberships.count_owned(change.conn, user_id) >= MAX_OWNED:
            raise conflict("too_many_workspaces", f"You own {MAX_OWNED} workspaces, which is the most: delete one.")
        await workspaces.insert_workspace(change.conn, id=workspace_id, name=name, owner_user_id=user_id)
        change.workspace_id = workspace_id
        change.details = {"name": name}
        return await _existing(change.conn, workspace_id)


async def get_workspace(state: ControlState, access: Access) -> Row:
    async with reading(state, access.workspace_id) as conn:
        return await _existing(conn, access.workspace_id)


async def rename_workspace(state: ControlState, access: Access, name: str) -> Row:
    async with changing(state, access, "workspaces.rename", "workspace", access.workspace_id) as change:
        before = await _existing(change.conn, access.workspace_id, lock=True)
        await workspaces.rename_workspace(change.conn, access.workspace_id, name)
        change.details = {"from": before["name"], "to": name}
    return {**before, "name": name}


async def describe_deletion(state: ControlState, access: Access) -> Deletion:
    async with reading(state, access.workspace_id) as conn:
        return await _deletion(conn, await _existing(conn, access.workspace_id))


async def delete_workspace(state: ControlState, access: Access, confirm_name: str) -> Deletion:
    """Raises ControlError 422 unless the name is the workspace's own."""
    async with changing_everything(
        state, access, "workspaces.delete", "workspace", access.workspace_id
    ) as change:  # perpetuo_app may delete no workspace
        change.workspace_id = access.workspace_id
        row = await _existing(change.conn, access.workspace_id, lock=True)
        if confirm_name != row["name"].strip():
            raise invalid("confirm_name", "This is not the workspace's name: nothing was deleted.")
        deletion = await _deletion(change.conn, row)
        await workspaces.delete_workspace(change.conn, access.workspace_id)
        change.details = {"name": row["name"], **{kind: count.count for kind, count in deletion.counts.items()}}
    return deletion


async def _deletion(conn: AsyncConnection, row: Row) -> Deletion:
    counts = await workspaces.count_contents(conn, row["id"], at_most=COUNT_AT_MOST)
    return Deletion(
        name=row["name"],
        deleted_at_once=list(AT_ONCE),
        deleted_later=list(LATER),
        counts={kind: _count(counts[_TABLES.get(kind, kind)]) for kind in (*AT_ONCE, *LATER)},
    )


def _count(found: int) -> Count:
    return Count(count=min(found, COUNT_AT_MOST), or_more=found > COUNT_AT_MOST)


async def _existing(conn: AsyncConnection, workspace_id: str, *, lock: bool = False) -> Row:
    row = await workspaces.get_workspace(conn, workspace_id, lock=lock)
    if row is None:
        raise not_found()
    return row


def shown(row: Row, role: Role | None, actions: frozenset[Action] | None = None) -> Workspace:
    """actions: None = the role's."""
    granted = actions if actions is not None else GRANTS[role] if role else frozenset[Action]()
    return Workspace(
        id=row["id"],
        name=row["name"],
        status="suspended" if row["suspended"] else "active",
        created_at=row["created_at"],
        role=role,
        actions=[action for action in ACTIONS if action in granted],
    )


def shown_to(row: Row, access: Access) -> Workspace:
    identity = access.identity
    return shown(row, identity.role if identity.kind == "user" else None, identity.actions)
