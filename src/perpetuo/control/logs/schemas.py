from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from perpetuo.control.pages import MAXIMUM
from perpetuo.control.replies import Input, Model
from perpetuo.control.tags import Tag
from perpetuo.core.decision import Substituted
from perpetuo.core.usage import UsageSource
from perpetuo.ledger.records import Outcome

Name = Annotated[str | None, Field(min_length=1, max_length=256)]
Id = Annotated[str | None, Field(max_length=36)]
Format = Literal["csv", "jsonl"]


class LogFilters(Input):
    """All of them must hold. Times are when the request came in; [since, until)."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    request_id: Id = None
    api_key_id: Id = None
    provider: Name = None
    model: Annotated[Name, Field(description="The one that answered.")] = None
    alias: Name = None
    end_user: Name = None
    tag: Tag = None
    status: Annotated[
        str | None,
        Field(pattern="^[1-5]([0-9][0-9]|xx)$", description="What the client got: `429`, or a class as `4xx`."),
    ] = None
    outcome: Outcome | None = None
    fallback: bool | None = None
    substituted: bool | None = None
    min_cost_nanousd: Annotated[int | None, Field(ge=0, le=2**53)] = None
    min_duration_ms: Annotated[float | None, Field(ge=0, le=1e12, allow_inf_nan=False)] = None


class LogQuery(LogFilters):
    limit: Annotated[int, Field(ge=1, le=MAXIMUM, description="How many at most.")] = 50
    cursor: Annotated[str | None, Field(max_length=200, description="`next_cursor` of the page before.")] = None


class ExportQuery(LogFilters):
    format: Format = "csv"


class Log(Model):
    """One request. `id` is the request id that the client got. A count that is null was not reported, a cost that is
    null is unknown. `cost_nanousd`: 1e-9 USD; `cost_usd`: the same as a decimal, exact."""

    id: str
    received_at: datetime
    api_key_id: str
    endpoint: str
    requested_model: str
    alias: str | None
    intent: str | None
    tier: str | None
    strategy: str | None
    strategy_source: str | None
    provider: str | None
    provider_key_id: str | None
    model: str | None
    streaming: bool
    outcome: Outcome
    status: int
    error_code: str | None
    fallback_used: bool
    substituted: Substituted
    partial: bool
    finish_reason: str | None
    input_tokens: int | None
    cached_input_tokens: int | None
    cache_write_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    billed_input_tokens: int | None
    billed_output_tokens: int | None
    usage_source: UsageSource
    cost_nanousd: int | None
    cost_usd: str | None
    price_source: str | None
    first_byte_ms: float | None
    duration_ms: float
    end_user: str | None
    tags: dict[str, str]


class LogDetail(Log):
    """`decision`: what was considered, in which order and why; `attempts`: what was then tried. Both as they were
    written when the request ended."""

    decision: dict[str, Any] | None
    attempts: list[dict[str, Any]]


class ContentPart(Model):
    """`text`, or `base64` of what is not UTF-8. `whole_bytes`: of what was sent; `truncated`: only its beginning is
    here."""

    whole_bytes: int
    text: str | None
    base64: str | None
    truncated: bool


class LogContent(Model):
    """`request`: the body as it was received. `answer`: as the client got it: a body, or the bytes of its event
    stream."""

    request_id: str
    request: ContentPart
    answer: ContentPart
