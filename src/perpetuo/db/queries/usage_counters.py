"""Sums of usage: per workspace for its own people, over all workspaces for the quota (`system_transaction`)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, MappingResult, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.projection import OTHER
from perpetuo.db.tables import usage_counters, usage_labels

Row = dict[str, Any]

Interval = Literal["hour", "day"]
GroupBy = Literal["provider", "model", "api_key", "alias", "tag", "end_user"]

SUMS = (
    "requests", "errors", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
    "reasoning_tokens", "cost_nanousd", "unpriced_requests", "fallbacks", "substituted", "durations", "first_bytes",
)  # fmt: skip
"""Integers; the last two are a `core.latency_histogram` each."""


_WIDTHS: dict[Interval, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


class UsageFilter(NamedTuple):
    """None = whatever. A tag can be combined with no other, neither as a filter nor as a group: it has rollups of its
    own. tag: name, and value or None for any."""

    provider: str | None = None
    model: str | None = None
    api_key_id: str | None = None
    alias: str | None = None
    tag: tuple[str, str | None] | None = None


ALL_USAGE = UsageFilter()


async def usage_series(
    conn: AsyncConnection,
    workspace_id: str,
    since: datetime,
    until: datetime,
    interval: Interval,
    *,
    group_by: GroupBy | None = None,
    groups: int = 20,
    wanted: UsageFilter = ALL_USAGE,
) -> list[Row]:
    """Rows of `start`, `group` (None without group_by) and SUMS, oldest first; hours and days are UTC.

    since, until: whole hours; [since, until). groups: the most costly ones; the others together are `OTHER`.
    """
    statement = series_statement(workspace_id, since, until, interval, group_by=group_by, groups=groups, wanted=wanted)
    # Numbers of hundreds of digits, and tens of thousands of them: read by a thread.
    return await asyncio.to_thread(_read, (await conn.execute(statement)).mappings())


def _read(rows: MappingResult) -> list[Row]:
    return [dict(row) | {name: int(row[name]) for name in SUMS} for row in rows]


def series_statement(
    workspace_id: str,
    since: datetime,
    until: datetime,
    interval: Interval,
    *,
    group_by: GroupBy | None,
    groups: int,
    wanted: UsageFilter,
) -> Select[Any]:
    labelled = group_by in ("tag", "end_user") or wanted.tag is not None
    table = usage_labels if labelled else usage_counters
    conditions = [table.c.workspace_id == workspace_id, table.c.hour >= since, table.c.hour < until]
    conditions += _of_labels(group_by, wanted) if labelled else _of_counters(wanted)
    # Not date_trunc: it looks its time zone up for each row.
    start = func.date_bin(_WIDTHS[interval], table.c.hour, _ORIGIN).label("start")
    sums = [func.sum(table.c[name]).label(name) for name in SUMS]
    group = _group(group_by)
    if group is None:
        alone = select(start, literal(None).label("group"), *sums).where(*conditions)
        return alone.group_by("start").order_by("start")
    # Twice over the same rows, so that what is added up is a few groups: 90 days of every end user would not fit.
    top = (
        select(group)
        .where(*conditions, group != OTHER)
        .group_by(group)
        .order_by(func.sum(table.c.cost_nanousd).desc(), func.sum(table.c.requests).desc(), group)
        .limit(groups)
    )
    shown = case((group.in_(top), group), else_=OTHER).label("group")
    return select(start, shown, *sums).where(*conditions).group_by("start", "group").order_by("start", "group")


def _group(group_by: GroupBy | None) -> ColumnElement[str] | None:
    match group_by:
        case None:
            return None
        case "api_key":
            return usage_counters.c.api_key_id
        case "tag":
            return case((usage_labels.c.name == OTHER, OTHER), else_=usage_labels.c.name + "=" + usage_labels.c.value)
        case "end_user":
            return case((usage_labels.c.name == OTHER, OTHER), else_=usage_labels.c.value)
        case _:
            return usage_counters.c[group_by]


def _of_labels(group_by: GroupBy | None, wanted: UsageFilter) -> list[ColumnElement[bool]]:
    conditions = [usage_labels.c.kind == ("end_user" if group_by == "end_user" else "tag")]
    if wanted.tag is not None:
        name, value = wanted.tag
        conditions.append(usage_labels.c.name == name)
        if value is not None:
            conditions.append(usage_labels.c.value == value)
    return conditions


def _of_counters(wanted: UsageFilter) -> list[ColumnElement[bool]]:
    names = ("provider", "model", "api_key_id", "alias")
    return [usage_counters.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]


async def list_usage(conn: AsyncConnection, workspace_id: str, since: datetime, until: datetime) -> list[Row]:
    """Counter rows of the hours in [since, until), oldest first."""
    statement = (
        select(usage_counters)
        .where(
            usage_counters.c.workspace_id == workspace_id,
            usage_counters.c.hour >= since,
            usage_counters.c.hour < until,
        )
        .order_by(usage_counters.c.hour)
    )
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def month_of_workspace(conn: AsyncConnection, workspace_id: str, since: datetime) -> tuple[int, int]:
    """Requests, and input + output tokens, since the beginning of a month."""
    statement = select(
        func.coalesce(func.sum(usage_counters.c.requests), 0),
        func.coalesce(func.sum(usage_counters.c.input_tokens + usage_counters.c.output_tokens), 0),
    ).where(usage_counters.c.workspace_id == workspace_id, usage_counters.c.hour >= since)
    requests, tokens = (await conn.execute(statement)).one()
    return int(requests), int(tokens)


async def month_totals(conn: AsyncConnection, since: datetime) -> dict[str, tuple[int, int]]:
    """Workspace id -> (requests, input + output tokens) since the beginning of a month."""
    statement = (
        select(
            usage_counters.c.workspace_id,
            func.sum(usage_counters.c.requests),
            func.sum(usage_counters.c.input_tokens + usage_counters.c.output_tokens),
        )
        .where(usage_counters.c.hour >= since)
        .group_by(usage_counters.c.workspace_id)
    )
    return {
        workspace_id: (int(requests), int(tokens))
        for workspace_id, requests, tokens in (await conn.execute(statement)).all()
    }
