from typing import Annotated, Literal

from pydantic import Field

from perpetuo.control.replies import Input, Model
from perpetuo.core.catalog import Intent, Tier
from perpetuo.core.snapshot import StrategyName, Substitution

MAX_ALIASES = 500
MAX_PRICES = 1000

# A model's name or an alias: one word, with the slashes, colons and dots that vendors have in theirs.
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$"
AliasName = Annotated[str, Field(max_length=256, pattern=_NAME)]
ModelName = Annotated[str, Field(max_length=256, pattern=_NAME)]
PriceName = Annotated[
    str, Field(max_length=320, pattern=r"^[a-z0-9-]+/[A-Za-z0-9][A-Za-z0-9._:/@+-]*$", examples=["openai/gpt-4o"])
]

MicroUsd = Annotated[
    int, Field(ge=0, le=10**10, description="Micro-USD per million tokens: 150000 is $0.15 per million.")
]
Quota = Annotated[
    int | None,
    Field(ge=0, le=2**53, description="Per calendar month, UTC. Null: none of our own; the operators' counts too."),
]


class PriceBand(Input):
    """Null for a class: it costs what plain input costs. The first band starts at 0 input tokens, and they rise."""

    input: MicroUsd
    output: MicroUsd
    cached_input: MicroUsd | None = None
    cache_write: MicroUsd | None = None
    above_input_tokens: Annotated[int, Field(ge=0, le=10**9)] = 0


class Alias(Input):
    """What a name means: these models in this order, or whatever serves the intent and tier. `response_model`: which
    name the answer bears."""

    intent: Intent = "chat"
    tier: Tier = "default"
    models: Annotated[list[ModelName], Field(max_length=20, default_factory=list)]
    substitution: Substitution | None = None
    response_model: Literal["actual", "requested"] = "actual"


class SettingsUpdate(Input):
    """What is left out stays as it is. `aliases` and `prices` are changed entry by entry; null takes one away."""

    strategy: Annotated[StrategyName | None, Field(description="Null: the installation's.")] = None
    substitution: Substitution = "tier"
    unknown_models: Literal["reject", "default"] = "reject"
    drop_reasoning: bool = False
    own_quota_requests_month: Quota = None
    own_quota_tokens_month: Quota = None
    aliases: Annotated[dict[AliasName, Alias | None], Field(max_length=MAX_ALIASES, default_factory=dict)]
    prices: Annotated[
        dict[PriceName, Annotated[list[PriceBand], Field(min_length=1, max_length=10)] | None],
        Field(
            max_length=MAX_PRICES,
            default_factory=dict,
            description="`<vendor>/<model id>`: what you pay instead of the list price.",
        ),
    ]
    allowed_providers: Annotated[
        list[Annotated[str, Field(max_length=64)]] | None, Field(max_length=100, description="Vendors; null: all.")
    ] = None
    retention_days: Annotated[
        int | None, Field(ge=1, le=36_500, description="Of logs and usage. Null: the installation's, also the most.")
    ] = None
    log_content: bool = False
    content_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 7


class Settings(Model):
    """`quota_*` are the operators' and only theirs to change; the smaller of theirs and your own counts.
    `used_*_month`: since the first of the month, UTC, by the requests that are in the books, a second or so behind what
    is held against the quotas; tokens of input and output."""

    strategy: StrategyName | None
    substitution: Substitution
    unknown_models: Literal["reject", "default"]
    drop_reasoning: bool
    quota_requests_month: int | None
    quota_tokens_month: int | None
    own_quota_requests_month: int | None
    own_quota_tokens_month: int | None
    used_requests_month: int
    used_tokens_month: int
    aliases: dict[str, Alias]
    prices: dict[str, list[PriceBand]]
    allowed_providers: list[str] | None
    retention_days: int | None
    log_content: bool
    content_retention_days: int


class ChangedSettings(Settings):
    """`warnings`: what is allowed and yet may not be what was meant."""

    warnings: list[str]
