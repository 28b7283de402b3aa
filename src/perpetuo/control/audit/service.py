"""The audit log, newest first: a workspace's own part, or all of it for operators."""

from typing import Any

from perpetuo.control.audit.schemas import AuditEntry, AuditQuery
from perpetuo.control.change import reading, reading_everything
from perpetuo.control.pages import decode_cursor, next_cursor
from perpetuo.control.policies import Access
from perpetuo.control.replies import Page, invalid
from perpetuo.control.state import ControlState
from perpetuo.db.queries.audit_log import AuditFilter, list_audit_entries

MAX_SEQUENCE = 2**63 - 1


async def page_of_workspace(state: ControlState, access: Access, wanted: AuditQuery) -> Page[AuditEntry]:
    before, filters = _before(wanted.cursor), _filter(wanted)
    async with reading(state, access.workspace_id) as conn:
        rows = await list_audit_entries(
            conn, access.workspace_id, limit=wanted.limit, before_sequence=before, wanted=filters
        )
    return _page(rows, wanted.limit)


async def page_of_everything(state: ControlState, wanted: AuditQuery) -> Page[AuditEntry]:
    before, filters = _before(wanted.cursor), _filter(wanted)
    async with reading_everything(state) as conn:
        rows = await list_audit_entries(conn, None, limit=wanted.limit, before_sequence=before, wanted=filters)
    return _page(rows, wanted.limit)


def _filter(wanted: AuditQuery) -> AuditFilter:
    """Raises ControlError 422 for a time that ends before it begins."""
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise invalid("since", "It must be before `until`.")
    return AuditFilter(wanted.action, wanted.actor_id, wanted.since, wanted.until)


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
