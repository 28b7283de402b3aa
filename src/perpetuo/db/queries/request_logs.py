"""Request logs of one workspace, newest first."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.ids import uuid7_floor
from perpetuo.db.tables import request_logs

Row = dict[str, Any]

MAXIMUM_PAGE = 500

SCANNED_ROWS = 10_000
"""What one page looks through at most, however few of it match: a page without enough matches says where the next one
goes on. So a search for a needle costs the database no more than any other. Figures: docs/measurements.md."""

HEAVY = frozenset({"decision", "attempts"})
"""Left out of lists."""

_LISTED = [column for column in request_logs.c if column.name not in HEAVY]


class LogFilter(NamedTuple):
    """None = whatever. since_ms, until_ms: Unix time, [since, until). tag: name, and value or None for any.

    status_class: 4 for 400 to 499. model: the one that answered. substituted: by whatever reason.
    """

    since_ms: int | None = None
    until_ms: int | None = None
    request_id: str | None = None
    api_key_id: str | None = None
    provider: str | None = None
    model: str | None = None
    alias: str | None = None
    end_user: str | None = None
    tag: tuple[str, str | None] | None = None
    status: int | None = None
    status_class: int | None = None
    outcome: str | None = None
    fallback: bool | None = None
    substituted: bool | None = None
    min_cost_nanousd: int | None = None
    min_duration_ms: float | None = None


EVERYTHING = LogFilter()


class LogPage(NamedTuple):
    """next_id: go on below it; None = there is no more. rows may be fewer than asked for, even none, with a next_id."""

    rows: list[Row]
    next_id: str | None


async def list_request_logs(
    conn: AsyncConnection,
    workspace_id: str,
    *,
    limit: int = 50,
    before_id: str | None = None,
    after_id: str | None = None,
) -> list[Row]:
    """Whole rows. before_id: go on below this one (the last of the page before). after_id: only newer than this one.

    Ids are UUIDv7: a time filter is an id bound (`uuid7_floor`), and prunes partitions.
    """
    statement = select(request_logs).where(request_logs.c.workspace_id == workspace_id)
    if before_id is not None:
        statement = statement.where(request_logs.c.id < before_id)
    if after_id is not None:
        statement = statement.where(request_logs.c.id > after_id)
    statement = statement.order_by(request_logs.c.id.desc()).limit(min(limit, MAXIMUM_PAGE))
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def search_request_logs(
    conn: AsyncConnection,
    workspace_id: str,
    wanted: LogFilter = EVERYTHING,
    *,
    limit: int = 50,
    before_id: str | None = None,
) -> LogPage:
    """Rows without the HEAVY columns. before_id: the `next_id` of the page before."""
    limit = min(limit, MAXIMUM_PAGE)
    statement = search_statement(workspace_id, wanted, limit=limit, before_id=before_id)
    rows = [dict(row) for row in (await conn.execute(statement)).mappings()]
    if len(rows) > limit:
        return LogPage(rows[:limit], rows[limit - 1]["id"])
    return LogPage(rows, await conn.scalar(horizon_statement(workspace_id, wanted, before_id=before_id)))


def search_statement(workspace_id: str, wanted: LogFilter, *, limit: int, before_id: str | None) -> Select[Any]:
    """One row more than `limit`, which says that there is a next page."""
    scanned = select(*_LISTED).where(*_indexed(workspace_id, wanted, before_id)).order_by(request_logs.c.id.desc())
    listed = scanned.limit(SCANNED_ROWS).subquery("scanned")
    return select(listed).where(*_looked_at(listed, wanted)).order_by(listed.c.id.desc()).limit(limit + 1)


def horizon_statement(workspace_id: str, wanted: LogFilter, *, before_id: str | None) -> Select[Any]:
    """The last id that the search looked at, if it did not look at all there are."""
    statement = select(request_logs.c.id).where(*_indexed(workspace_id, wanted, before_id))
    return statement.order_by(request_logs.c.id.desc()).offset(SCANNED_ROWS - 1).limit(1)


async def get_request_log(conn: AsyncConnection, workspace_id: str, request_id: str) -> Row | None:
    statement = select(request_logs).where(request_logs.c.workspace_id == workspace_id, request_logs.c.id == request_id)
    row = (await conn.execute(statement)).mappings().first()
    return dict(row) if row else None


async def newest_request_at(conn: AsyncConnection, workspace_id: str) -> datetime | None:
    """When the newest request in the table came in."""
    newest = select(request_logs.c.received_at).where(request_logs.c.workspace_id == workspace_id)
    return await conn.scalar(newest.order_by(request_logs.c.id.desc()).limit(1))


def _indexed(workspace_id: str, wanted: LogFilter, before_id: str | None) -> list[ColumnElement[bool]]:
    """What an index finds: `request_logs_workspace_id_id_idx` or `request_logs_errors_idx`.

    Row-level security lets an index use leakproof operators only: none of jsonb's are, and tags are not among these.
    """
    logs = request_logs.c
    conditions: list[ColumnElement[bool]] = [logs.workspace_id == workspace_id]
    if wanted.since_ms is not None:
        conditions.append(logs.id >= str(uuid7_floor(wanted.since_ms)))
    if wanted.until_ms is not None:
        conditions.append(logs.id < str(uuid7_floor(wanted.until_ms)))
    if before_id is not None:
        conditions.append(logs.id < before_id)
    if wanted.request_id is not None:
        conditions.append(logs.id == wanted.request_id)
    if (wanted.status or 0) >= 400 or (wanted.status_class or 0) >= 4:
        # The errors' index is partial: the condition must be its own, in letters, for whatever plan to see it.
        conditions.append(logs.status >= literal_column("400"))
    return conditions


def _looked_at(rows: FromClause, wanted: LogFilter) -> list[ColumnElement[bool]]:
    logs = rows.c
    equal = ("api_key_id", "provider", "model", "alias", "end_user", "status", "outcome")
    conditions = [logs[name] == getattr(wanted, name) for name in equal if getattr(wanted, name) is not None]
    if wanted.status_class is not None:
        conditions += [logs.status >= wanted.status_class * 100, logs.status < (wanted.status_class + 1) * 100]
    if wanted.tag is not None:
        name, value = wanted.tag
        conditions.append(logs.tags.has_key(name) if value is None else logs.tags.contains({name: value}))
    if wanted.fallback is not None:
        conditions.append(logs.fallback_used == wanted.fallback)
    if wanted.substituted is not None:
        conditions.append(logs.substituted != "none" if wanted.substituted else logs.substituted == "none")
    if wanted.min_cost_nanousd is not None:
        conditions.append(logs.cost_nanousd >= wanted.min_cost_nanousd)
    if wanted.min_duration_ms is not None:
        conditions.append(logs.duration_ms >= wanted.min_duration_ms)
    return conditions
