"""The audit log, newest first: a workspace's own part, or all of it for operators."""

from typing import Any

from perpetuo.control.audit.schemas import AuditEntry
from perpetuo.control.change import reading, reading_everything
from perpetuo.control.pages import decode_cursor, next_cursor
from perpetuo.control.policies import Access
from perpetuo.control.replies import Page, invalid
from perpetuo.control.state import ControlState
from perpetuo.db.queries.audit_log import list_audit_entries

MAX_SEQUENCE = 2**63 - 1


async def page_of_workspace(
    state: ControlState, access: Access, limit: int, cursor: str | None, action: str | None, actor_id: str | None
) -> Page[AuditEntry]:
    before = _before(cursor)
    async with reading(state, access.workspace_id) as conn:
        rows = await list_audit_entries(
            conn, access.workspace_id, limit=limit, before_sequence=before, action=action, actor_id=actor_id
        )
    return _page(rows, limit)


async def page_of_everything(
    state: ControlState, limit: int, cursor: str | None, action: str | None, actor_id: str | None
) -> Page[AuditEntry]:
    before = _before(cursor)
    async with reading_everything(state) as conn:
        rows = await list_audit_entries(
            conn, None, limit=limit, before_sequence=before, action=action, actor_id=actor_id
        )
    return _page(rows, limit)


def _page(rows: list[dict[str, Any]], limit: int) -> Page[AuditEntry]:
    return Page(data=[AuditEntry(**row) for row in rows], next_cursor=next_cursor(rows, limit, "sequence"))


def _before(cursor: str | None) -> int | None:
    """Raises ControlError for what we did not make."""
    key = decode_cursor(cursor)
    if key is None:
        return None
    if not key.isdigit() or not 0 < int(key) <= MAX_SEQUENCE:
        raise invalid("cursor", "This cursor is not one of ours: leave it out to start at the beginning.")
    return int(key)
