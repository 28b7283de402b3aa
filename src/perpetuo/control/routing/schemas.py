from typing import Annotated, Literal

from pydantic import Field

from perpetuo.control.replies import Input, Model
from perpetuo.core.catalog import Capability, Intent, Tier
from perpetuo.core.decision import StrategySource
from perpetuo.core.snapshot import StrategyName, Substitution

Tokens = Annotated[int, Field(ge=0, le=100_000_000)]


class RouteExplain(Input):
    """A request as far as its decision depends on it. `strategies`: `all` asks under each of them, not under one."""

    model: Annotated[str, Field(min_length=1, max_length=256, description="As a client would write it.")]
    strategy: Annotated[StrategyName | None, Field(description="As X-Perpetuo-Route. Null: the workspace's.")] = None
    strategies: Literal["all"] | None = None
    substitution: Annotated[Substitution | None, Field(description="As X-Perpetuo-Substitution.")] = None
    intent: Intent = "chat"
    input_tokens: Annotated[Tokens, Field(description="Size of the request whose price is compared.")] = 500
    max_output_tokens: Annotated[Tokens | None, Field(description="Null: the request sets no limit.")] = None
    needs: Annotated[
        tuple[Capability, ...], Field(max_length=16, description="What whoever answers has to be able to carry.")
    ] = ()
    strict: Annotated[bool, Field(description="As X-Perpetuo-Strict: on.")] = False
    api_key_id: Annotated[str | None, Field(description="Whose constraints hold. Null: of a key without any.")] = None


class Resolved(Model):
    """`models`: canonical names that count as exact, in order of wish; empty: only the tier is promised."""

    requested: str
    alias: str
    intent: Intent
    tier: Tier
    models: list[str]
    recognised: bool
    exact_only: bool
    explanation: str


class ChosenStrategy(Model):
    name: StrategyName
    source: StrategySource
    explanation: str


class Candidate(Model):
    """In the order in which they would be asked. `reason` has the number that ordered it; the other numbers are what
    this worker has measured lately, null where nothing. `standby`: only if this key lacks the exact model after all."""

    provider: str
    provider_key_id: str
    model: str
    exact: bool
    standby: bool
    reason: str
    priority: int
    estimated_cost_nanousd: int | None
    first_byte_ms: float | None
    error_rate: float | None
    tokens_per_s: float | None
    samples: float
    rate_limit: Annotated[str | None, Field(description="Why its rate limit has no room, if so.")]
    dropped: list[str]
    approximated: list[str]


class SkippedKey(Model):
    provider: str
    provider_key_id: str
    model: str | None
    code: str
    reason: str
    retry_after_s: float | None


class RouteRefusal(Model):
    """What the client would get instead of an answer."""

    status: int
    code: str
    message: str
    param: str | None
    retry_after_s: float | None


class RouteDecision(Model):
    """`refusal`: null when the request would be forwarded. What was not decided because of it is null or empty."""

    resolution: Resolved | None
    strategy: ChosenStrategy | None
    substitution: Substitution | None
    candidates: list[Candidate]
    skipped: list[SkippedKey]
    explanation: str
    refusal: RouteRefusal | None


class RouteExplained(Model):
    """`decisions`: one, or with `strategies: all` one for each strategy. They are those of the worker that answered,
    by the configuration and the catalog it had."""

    decisions: list[RouteDecision]
    snapshot_version: int
    catalog_version: str
