from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from perpetuo.control.replies import Input, Model
from perpetuo.control.tags import Tag
from perpetuo.db.queries.usage_counters import GroupBy, Interval

Name = Annotated[str | None, Field(min_length=1, max_length=256)]


class SummaryQuery(Input):
    """Whole hours: `since` is rounded down, `until` up. Without them: the last 30 days."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    api_key_id: Annotated[str | None, Field(max_length=36)] = None
    provider: Name = None
    model: Name = None
    alias: Name = None
    tag: Tag = None


class UsageQuery(SummaryQuery):
    """Whole hours or days (UTC), as `interval` says. A tag goes with no other filter and with no group but `tag`."""

    interval: Interval = "day"
    group_by: GroupBy | None = None
    groups: Annotated[
        int, Field(ge=1, le=50, description="How many are named, the most costly ones; the others are `(other)`.")
    ] = 20


class Latency(Model):
    """Of the `requests` that succeeded and were measured. Percentiles lie within 9.1 % of the real ones; null: none."""

    requests: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Figures(Model):
    """Requests that were refused before any attempt are not counted. Tokens that were not reported are counted as none.
    `cost_nanousd`: 1e-9 USD, without `unpriced_requests`; `cost_usd`: the same as a decimal, exact."""

    requests: int
    errors: int
    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_nanousd: int
    cost_usd: str
    unpriced_requests: int
    fallbacks: int
    substituted: int
    latency: Latency
    first_byte: Latency


class Point(Figures):
    start: datetime


class Group(Model):
    """`group`: what `group_by` says; null without it, '' for requests that had none. Hours or days without any request
    are left out."""

    group: str | None
    total: Figures
    points: list[Point]


class Usage(Model):
    """`total`: of all requests of the time and filters; groups of tags may add up to more, as a request has several.
    `newest_request_at`: of the newest request in the books; later ones are still on their way."""

    since: datetime
    until: datetime
    interval: Interval
    group_by: GroupBy | None
    total: Figures
    groups: list[Group]
    newest_request_at: datetime | None


class Summary(Figures):
    """`error_rate`, `fallback_rate`: of the requests, 0 to 1; null without any."""

    since: datetime
    until: datetime
    error_rate: float | None
    fallback_rate: float | None
    newest_request_at: datetime | None
