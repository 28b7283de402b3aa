from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

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


class Logged(Model):
    """A part of what was written when a request ended. Versions write more and less of it: what is not there is null or
    empty, and what this one does not know is not shown."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class LoggedResolution(Logged):
    """What the requested name meant. `models`: canonical names that counted as exact, in order of wish; empty: only the
    tier was promised. `recognised` false: nobody knew the name."""

    requested: str = ""
    alias: str = ""
    intent: str = ""
    tier: str = ""
    models: tuple[str, ...] = ()
    recognised: bool = True
    exact_only: bool = False
    explanation: str = ""
    substitution: str | None = None
    response_model: str = "actual"


class LoggedStrategy(Logged):
    """`source`: the request's header, the workspace, or the installation (`fallback`)."""

    name: str = ""
    source: str = ""
    explanation: str = ""


class LoggedCandidate(Logged):
    """In the order in which they were to be asked; `reason` has the number that ordered it. `dropped`,
    `approximated`: fields of the request that did not travel, or not as they were."""

    provider: str = ""
    provider_key_id: str | None = None
    model: str = ""
    exact: bool = False
    reason: str = ""
    estimated_cost_nanousd: int | None = None
    dropped: tuple[str, ...] = ()
    approximated: tuple[str, ...] = ()


class LoggedSkip(Logged):
    """A provider key that was no candidate, and why."""

    provider: str = ""
    provider_key_id: str | None = None
    model: str | None = None
    code: str = ""
    reason: str = ""
    retry_after_s: float | None = None


class LoggedDecision(Logged):
    """As far as it had come. `explored`: a little known candidate went first, to find out. `steps`: what was then done,
    sentence by sentence."""

    resolution: LoggedResolution | None = None
    strategy: LoggedStrategy | None = None
    candidates: tuple[LoggedCandidate, ...] = ()
    skipped: tuple[LoggedSkip, ...] = ()
    explanation: str = ""
    explored: bool = False
    steps: tuple[str, ...] = ()


class LoggedAttempt(Logged):
    """One try at one candidate. `started_ms`: after the request came in. `duration_ms`: of a stream that answered until
    its first content, and then it went on until the request's end. `outcome`: `ok`, `cancelled`, or the failure's kind,
    as `status` or `first_byte_timeout`. `verdict`: whether another candidate was worth asking, null when it answered.
    `fallback`: another key or model than the first that was asked. `possibly_billed`: although it failed."""

    number: int = 0
    provider: str = ""
    provider_key_id: str | None = None
    model: str = ""
    outcome: str = ""
    started_ms: float | None = None
    duration_ms: float | None = None
    first_byte_ms: float | None = None
    status: int | None = None
    verdict: Annotated[Literal["RETRYABLE", "FATAL"] | None, Field(validation_alias="class")] = None
    message: str | None = None
    retry_after_s: float | None = None
    possibly_billed: bool = False
    fallback: bool = False


class LogDetail(Log):
    """`decision`: what was considered, in which order and why; `attempts`: what was then tried. Both as they were
    written when the request ended."""

    decision: LoggedDecision | None
    attempts: list[LoggedAttempt]


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
