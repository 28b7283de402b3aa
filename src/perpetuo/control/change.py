"""Transactions of the control plane: reading one workspace, or changing something and saying so in the audit log.

A database that does not answer becomes a TimeoutError, and that a 503.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.policies import Access, Caller
from perpetuo.control.state import ControlState
from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.queries.audit_log import append_audit_entry

STATEMENT_MS = 5_000
"""A statement that takes longer is given up, with 503."""
BEGIN_WITHIN_S = 2.0
"""A connection, and the first answer on it."""
END_WITHIN_S = 15.0
"""From there to the commit. A server that is frozen gives nothing up by itself."""


class Change:
    """conn: the transaction. target_id and details go into the audit entry: ids and what changed, never a secret."""

    def __init__(self, conn: AsyncConnection, target_id: str | None) -> None:
        self.conn = conn
        self.target_id = target_id
        self.details: dict[str, Any] = {}
        self.workspace_id: str | None = None
        self.actor: tuple[str, str | None, str] | None = None


@asynccontextmanager
async def reading(state: ControlState, workspace_id: str) -> AsyncGenerator[AsyncConnection]:
    """Sees this workspace only."""
    async with state.shares.of(workspace_id), _bounded(workspace_transaction(state.engine, workspace_id)) as conn:
        yield conn


@asynccontextmanager
async def reading_everything(state: ControlState) -> AsyncGenerator[AsyncConnection]:
    """For operators, and for what no workspace owns."""
    async with _bounded(system_transaction(state.engine)) as conn:
        yield conn


@asynccontextmanager
async def changing_unnoted(state: ControlState) -> AsyncGenerator[AsyncConnection]:
    """Beyond a workspace, and without an audit entry: only for what changes who may do what for nobody."""
    async with _bounded(system_transaction(state.engine)) as conn:
        yield conn


@asynccontextmanager
async def changing(
    state: ControlState, access: Access, action: str, target_kind: str, target_id: str | None = None
) -> AsyncGenerator[Change]:
    """One change in the path's workspace, with its audit entry, in one transaction that sees this workspace only."""
    workspace_id = access.workspace_id
    async with state.shares.of(workspace_id), _bounded(workspace_transaction(state.engine, workspace_id)) as conn:
        change = Change(conn, target_id)
        change.workspace_id = workspace_id
        yield change
        await _append(state, access, change, action, target_kind)


@asynccontextmanager
async def changing_everything(
    state: ControlState, by: Access | Caller, action: str, target_kind: str, target_id: str | None = None
) -> AsyncGenerator[Change]:
    """One change beyond a workspace, with its audit entry. `change.actor` (kind, id, name) names somebody whom the
    change itself makes known (signing up); `change.workspace_id` a workspace that it concerns."""
    async with _bounded(system_transaction(state.engine)) as conn:
        change = Change(conn, target_id)
        yield change
        await _append(state, by, change, action, target_kind)


async def _append(state: ControlState, by: Access | Caller, change: Change, action: str, target_kind: str) -> None:
    if change.actor is not None:
        kind, actor_id, name = change.actor
    elif isinstance(by, Access):
        kind, actor_id, name = by.identity.kind, by.identity.id, by.identity.name
    else:
        kind, actor_id, name = "nobody", None, ""
    await append_audit_entry(
        change.conn,
        state.audit_keys,
        id=state.new_id(),
        workspace_id=change.workspace_id,
        at_ms=state.now_ms(),
        actor_kind=kind,
        actor_id=actor_id,
        actor_name=name,
        action=action,
        target_kind=target_kind,
        target_id=change.target_id,
        details=change.details,
        address=by.address,
    )


@asynccontextmanager
async def _bounded(transaction: AbstractAsyncContextManager[AsyncConnection]) -> AsyncGenerator[AsyncConnection]:
    """Raises TimeoutError."""
    async with asyncio.timeout(END_WITHIN_S), AsyncExitStack() as stack:
        async with asyncio.timeout(BEGIN_WITHIN_S):
            conn = await stack.enter_async_context(transaction)
            await conn.execute(
                text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": str(STATEMENT_MS)}
            )
        yield conn
