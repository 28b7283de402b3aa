"""Usage out of the rollups: series, groups, totals. Nothing here reads a request's own row."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.change import reading
from perpetuo.control.money import usd
from perpetuo.control.pages import parse_id
from perpetuo.control.policies import Access
from perpetuo.control.replies import invalid
from perpetuo.control.state import ControlState
from perpetuo.control.tags import parse_tag
from perpetuo.control.usage.schemas import Figures, Group, Latency, Point, Summary, SummaryQuery, Usage, UsageQuery
from perpetuo.core.latency_histogram import percentiles
from perpetuo.db.queries.request_logs import newest_request_at
from perpetuo.db.queries.usage_counters import SUMS, Interval, Row, UsageFilter, usage_series

USUAL_RANGE = timedelta(days=30)
LONGEST: dict[Interval, timedelta] = {"hour": timedelta(days=31), "day": timedelta(days=400)}
MAX_POINTS = 21_000
"""Each takes 0.1 ms of a thread: 50 groups by day for 400 days, or 27 by hour for 31."""

WIDTHS: dict[Interval, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)

Sums = dict[str, int]


async def usage(state: ControlState, access: Access, wanted: UsageQuery) -> Usage:
    """Raises ControlError 422 for a time that is none or too long, for too many points, and for a tag together with
    another filter."""
    since, until = _range(state, wanted, wanted.interval, LONGEST[wanted.interval])
    if wanted.group_by is not None and (until - since) / WIDTHS[wanted.interval] * (wanted.groups + 1) > MAX_POINTS:
        raise invalid("groups", "These are too many points at once: ask for fewer groups, or a shorter time.")
    filters = usage_filter(wanted)
    if wanted.tag is not None and wanted.group_by not in (None, "tag"):
        raise invalid("group_by", "With a tag, usage can be grouped by tag only.")
    if wanted.group_by in ("tag", "end_user") and any(filters[:4]):
        raise invalid("group_by", f"Usage by {wanted.group_by} can be filtered by tag only.")
    async with reading(state, access.workspace_id) as conn:
        rows = await usage_series(
            conn, access.workspace_id, since, until, wanted.interval,
            group_by=wanted.group_by, groups=wanted.groups, wanted=filters,
        )  # fmt: skip
        total = added(rows)
        if wanted.group_by in ("tag", "end_user"):
            total = await _total(conn, access, since, until, filters)
        newest = await newest_request_at(conn, access.workspace_id)
    return Usage(
        since=since,
        until=until,
        interval=wanted.interval,
        group_by=wanted.group_by,
        total=Figures(**figures(total)),
        groups=await asyncio.to_thread(grouped, rows),
        newest_request_at=newest,
    )


async def summary(state: ControlState, access: Access, wanted: SummaryQuery) -> Summary:
    """Raises ControlError 422, as `usage`."""
    since, until = _range(state, wanted, "hour", LONGEST["day"])
    async with reading(state, access.workspace_id) as conn:
        total = await _total(conn, access, since, until, usage_filter(wanted))
        newest = await newest_request_at(conn, access.workspace_id)
    requests = total["requests"]
    return Summary(
        since=since,
        until=until,
        error_rate=round(total["errors"] / requests, 6) if requests else None,
        fallback_rate=round(total["fallbacks"] / requests, 6) if requests else None,
        newest_request_at=newest,
        **figures(total),
    )


async def _total(conn: AsyncConnection, access: Access, since: datetime, until: datetime, filters: UsageFilter) -> Sums:
    return added(await usage_series(conn, access.workspace_id, since, until, "day", wanted=filters))


def grouped(rows: Sequence[Row]) -> list[Group]:
    """The most costly group first."""
    by_group: dict[str | None, list[Row]] = {}
    for row in rows:
        by_group.setdefault(row["group"], []).append(row)
    totals = {group: added(points) for group, points in by_group.items()}
    most = sorted(by_group, key=lambda group: (-totals[group]["cost_nanousd"], -totals[group]["requests"], group or ""))
    return [
        Group(
            group=group,
            total=Figures(**figures(totals[group])),
            points=[Point(start=row["start"], **figures(row)) for row in by_group[group]],
        )
        for group in most
    ]


def added(rows: Iterable[Row]) -> Sums:
    sums: Sums = dict.fromkeys(map(str, SUMS), 0)
    for row in rows:
        for name in SUMS:
            sums[name] += row[name]
    return sums


def figures(sums: Row) -> dict[str, Any]:
    """The fields of `Figures`."""
    plain = {name: sums[name] for name in SUMS if name in Figures.model_fields}
    return plain | {
        "cost_usd": usd(sums["cost_nanousd"]),
        "latency": _latency(sums["durations"]),
        "first_byte": _latency(sums["first_bytes"]),
    }


def _latency(histogram: int) -> Latency:
    return Latency(**percentiles(histogram)._asdict())


def usage_filter(wanted: SummaryQuery) -> UsageFilter:
    if wanted.tag is not None and any((wanted.provider, wanted.model, wanted.api_key_id, wanted.alias)):
        raise invalid("tag", "A tag can not be combined with other filters: usage by tag is counted apart.")
    api_key_id = None if wanted.api_key_id is None else parse_id(wanted.api_key_id)
    if wanted.api_key_id is not None and api_key_id is None:
        raise invalid("api_key_id", "This is not an id.")
    return UsageFilter(wanted.provider, wanted.model, api_key_id, wanted.alias, parse_tag(wanted.tag))


def _range(
    state: ControlState, wanted: SummaryQuery, interval: Interval, longest: timedelta
) -> tuple[datetime, datetime]:
    """Whole hours or days that hold all of it."""
    width = WIDTHS[interval]
    until = wanted.until or datetime.fromtimestamp(state.clock.wall_s(), UTC)
    if not EARLIEST <= until <= LATEST:
        raise invalid("until", "There is no usage of that time.")
    since = wanted.since or until - USUAL_RANGE
    if not EARLIEST <= since < until:
        raise invalid("since", "It must be before `until`, and in this century.")
    since = EARLIEST + (since - EARLIEST) // width * width
    until = EARLIEST - (EARLIEST - until) // width * width
    if until - since > longest + width:
        raise invalid("since", f"At most {longest.days} days at once" + (" by hour." if interval == "hour" else "."))
    return since, until
