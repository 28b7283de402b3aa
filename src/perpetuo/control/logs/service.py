"""Request logs: searched, read whole, exported. Nothing here writes."""

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator
from datetime import datetime

import msgspec

from perpetuo.control.change import reading
from perpetuo.control.logs import export
from perpetuo.control.logs.notes import read_attempts, read_decision
from perpetuo.control.logs.schemas import ContentPart, Format, Log, LogContent, LogDetail, LogFilters, LogQuery
from perpetuo.control.money import usd
from perpetuo.control.pages import encode_cursor, id_cursor, parse_id
from perpetuo.control.policies import Access
from perpetuo.control.replies import ControlError, Page, invalid, not_found
from perpetuo.control.state import ControlState
from perpetuo.control.tags import parse_tag
from perpetuo.core import content
from perpetuo.db.queries import request_contents, request_logs
from perpetuo.db.queries.request_logs import LogFilter, LogPage, Row
from perpetuo.db.sealing import SealBroken, request_content_place

EXPORT_ROWS = 500
"""Read in one transaction and held in memory at once."""

log = logging.getLogger(__name__)


async def page_of_logs(state: ControlState, access: Access, wanted: LogQuery) -> Page[Log]:
    page = await _search(state, access, log_filter(wanted), wanted.limit, id_cursor(wanted.cursor))
    return Page(
        data=[shown(row) for row in page.rows],
        next_cursor=None if page.next_id is None else encode_cursor(page.next_id),
    )


async def get_log(state: ControlState, access: Access, request_id: str) -> LogDetail:
    """Raises ControlError 404."""
    async with reading(state, access.workspace_id) as conn:
        row = await request_logs.get_request_log(conn, access.workspace_id, request_id)
    if row is None:
        raise not_found()
    return LogDetail(
        decision=read_decision(row["decision"]), attempts=read_attempts(row["attempts"]), **shown(row).model_dump()
    )


async def get_content(state: ControlState, access: Access, request_id: str) -> LogContent:
    """Raises ControlError 404 where nothing is kept, which is told of one's own requests only; 500 where no key of ours
    opens it."""
    async with reading(state, access.workspace_id) as conn:
        sealed = await request_contents.get_request_content(conn, access.workspace_id, request_id)
        row = None
        if sealed is None:
            row = await request_logs.get_request_log(conn, access.workspace_id, request_id)
    if sealed is None:
        raise not_found() if row is None else _not_kept()
    try:
        opened = state.content_sealer.open(bytes(sealed), request_content_place(access.workspace_id, request_id))
        found = content.decode_content(opened)
    except (SealBroken, msgspec.MsgspecError) as exc:
        log.error("the content of request %s does not open: %s", request_id, type(exc).__name__)
        raise ControlError(500, "content_unreadable", "What is kept of this request does not open.") from None
    return LogContent(request_id=request_id, request=_part(found.request), answer=_part(found.answer))


async def begin_export(state: ControlState, access: Access, wanted: LogFilters, form: Format) -> AsyncGenerator[bytes]:
    """The file in pieces. The first rows are read before this returns, so that what is wrong is said with a status."""
    filters = log_filter(wanted)
    return _pieces(state, access, filters, form, await _search(state, access, filters, EXPORT_ROWS, None))


async def _pieces(
    state: ControlState, access: Access, wanted: LogFilter, form: Format, page: LogPage
) -> AsyncGenerator[bytes]:
    """No transaction is open while a piece is on its way: a slow client holds nothing but its own rows."""
    yield export.header(form)
    while True:
        if page.rows:
            # 20 ms and more, again and again for as long as somebody exports: a thread's work.
            yield await asyncio.to_thread(_lines, form, page.rows)
        if page.next_id is None:
            return
        page = await _search(state, access, wanted, EXPORT_ROWS, page.next_id)


def _lines(form: Format, rows: list[Row]) -> bytes:
    return export.lines(form, [shown(row) for row in rows])


async def _search(state: ControlState, access: Access, wanted: LogFilter, limit: int, before_id: str | None) -> LogPage:
    async with reading(state, access.workspace_id) as conn:
        return await request_logs.search_request_logs(
            conn, access.workspace_id, wanted, limit=limit, before_id=before_id
        )


def log_filter(wanted: LogFilters) -> LogFilter:
    """Raises ControlError 422 for an id that is none, and for a time that ends before it begins."""
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise invalid("since", "It must be before `until`.")
    status = wanted.status
    status_class = int(status[0]) if status is not None and status.endswith("xx") else None
    return LogFilter(
        since_ms=_ms(wanted.since),
        until_ms=_ms(wanted.until),
        request_id=_id("request_id", wanted.request_id),
        api_key_id=_id("api_key_id", wanted.api_key_id),
        provider=wanted.provider,
        model=wanted.model,
        alias=wanted.alias,
        end_user=wanted.end_user,
        tag=parse_tag(wanted.tag),
        status=int(status) if status is not None and status_class is None else None,
        status_class=status_class,
        outcome=wanted.outcome,
        fallback=wanted.fallback,
        substituted=wanted.substituted,
        min_cost_nanousd=wanted.min_cost_nanousd,
        min_duration_ms=wanted.min_duration_ms,
    )


def shown(row: Row) -> Log:
    return Log(cost_usd=usd(row["cost_nanousd"]), **{name: row[name] for name in Log.model_fields if name in row})


def _ms(time: datetime | None) -> int | None:
    return None if time is None else max(0, int(time.timestamp() * 1000))


def _not_kept() -> ControlError:
    return ControlError(
        404,
        "content_not_kept",
        "What was asked and answered is not kept of this request: the workspace's setting `log_content` keeps it of "
        "those to come.",
    )


def _id(field: str, text: str | None) -> str | None:
    found = None if text is None else parse_id(text)
    if text is not None and found is None:
        raise invalid(field, "This is not an id.")
    return found


def _part(part: content.ContentPart) -> ContentPart:
    encoded = None if part.base64 is None else base64.b64encode(part.base64).decode()
    return ContentPart(whole_bytes=part.whole_bytes, text=part.text, base64=encoded, truncated=part.truncated)
