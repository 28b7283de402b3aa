from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, RootModel, SecretStr

from perpetuo.control.one_line import ONE_LINE
from perpetuo.control.replies import Input, Model
from perpetuo.core.catalog import Capability, Intent, Tier
from perpetuo.core.inspection import KeyTestError
from perpetuo.core.resilience.key_health import KeyHealthState, ModelHealthState

MAX_SECRET_CHARACTERS = 8192
"""A service account's JSON has about 2,500, a token of Entra up to 4,000; to read longer private keys takes seconds."""
MAX_MODELS = 200
MAX_KEYS = 200
"""Of one workspace: every worker holds all of them."""
MAX_MODELS_CHARACTERS = 4 * 1024 * 1024
"""Of the own models of all those keys together, as JSON: 200 keys with 60 priced models each."""
MAX_PRIORITY = 1_000_000

Vendor = Annotated[str, Field(min_length=1, max_length=64, description="A name of the provider catalog.")]
Label = Annotated[str, Field(max_length=100, description="To tell several keys of a vendor apart."), ONE_LINE]
EnteredSecret = Annotated[
    SecretStr,
    Field(max_length=MAX_SECRET_CHARACTERS, description="The key itself; the catalog says in which form. Never shown."),
]
BaseUrl = Annotated[str, Field(min_length=1, max_length=2048)]
Priority = Annotated[int, Field(ge=1, le=MAX_PRIORITY, description="Lower is asked first.")]
ModelName = Annotated[str, Field(min_length=1, max_length=256), ONE_LINE]
MicroUsd = Annotated[int, Field(ge=0, le=10**11, description="Micro-USD per million tokens: 150000 is $0.15 / 1M.")]
Tokens = Annotated[int, Field(ge=1, le=10**9)]


class OwnPriceBand(Input):
    """For inputs above `above_input_tokens`; a class without a price of its own costs what input does."""

    input: MicroUsd
    output: MicroUsd
    cached_input: MicroUsd | None = None
    cache_write: MicroUsd | None = None
    above_input_tokens: Annotated[int, Field(ge=0, le=10**9)] = 0


class OwnModel(Input):
    """A model that this key offers, whatever the catalog says. What is left out is the catalog's where it knows the
    model, else: chat, everything can be asked of it, price unknown."""

    id: ModelName
    canonical: ModelName | None = None
    intent: Intent | None = None
    tiers: Annotated[tuple[Tier, ...], Field(max_length=4)] = ()
    capabilities: Annotated[list[Capability], Field(max_length=16)] | None = None
    context_tokens: Tokens | None = None
    max_output_tokens: Tokens | None = None
    price: Annotated[list[OwnPriceBand], Field(min_length=1, max_length=10)] | None = None


OwnModels = Annotated[tuple[OwnModel, ...], Field(max_length=MAX_MODELS)]


class ProviderKeyCreate(Input):
    vendor: Vendor
    label: Label = ""
    secret: EnteredSecret = SecretStr("")
    base_url: BaseUrl | None = None
    priority: Priority = 100
    enabled: bool = True
    models: OwnModels = ()


class ProviderKeyUpdate(Input):
    """What is left out stays as it is. A new base URL needs the secret again; null is the vendor's own."""

    label: Label | None = None
    base_url: BaseUrl | None = None
    secret: EnteredSecret | None = None
    priority: Priority | None = None
    enabled: bool | None = None
    models: OwnModels | None = None


class ProviderKeyRotate(Input):
    secret: EnteredSecret


class ProviderKeyOrder(Input):
    ids: Annotated[
        list[Annotated[str, Field(min_length=36, max_length=36)]],
        Field(min_length=1, max_length=MAX_KEYS, description="Every key, the first to be asked first."),
    ]


class SavedKeyTest(Input):
    by_chat: Annotated[
        bool, Field(description="Ask a model for one token, although a list of models would do. May cost a little.")
    ] = False


class UnsavedKeyTest(SavedKeyTest):
    vendor: Vendor
    secret: EnteredSecret = SecretStr("")
    base_url: BaseUrl | None = None
    models: OwnModels = ()


class ProviderKey(Model):
    """`secret_hint`: how the secret ends. `base_url`: null is the vendor's own; `called_url` is what will be used.

    `status`: disabled by somebody; not_allowed by the workspace's settings; unknown_vendor and no_base_url when this
    version can not use it. `own_models`, `discovered_models`: how many, beside the catalog's.
    """

    id: str
    vendor: str
    vendor_title: str
    label: str
    secret_hint: str
    base_url: str | None
    called_url: str | None
    priority: int
    enabled: bool
    status: Literal["active", "disabled", "not_allowed", "unknown_vendor", "no_base_url"]
    created_at: datetime
    updated_at: datetime
    own_models: int
    discovered_models: int
    discovered_at: datetime | None
    discovery_error: str | None


class OfferedPriceBand(Model):
    """Micro-USD per million tokens, for inputs above `above_input_tokens`."""

    input: int
    output: int
    cached_input: int | None
    cache_write: int | None
    above_input_tokens: int


class OfferedModel(Model):
    """`source`: of this key's own models, of the catalog, or of the vendor's own list."""

    id: str
    canonical: str
    source: Literal["own", "catalog", "discovered"]
    intent: Intent
    tiers: list[Tier]
    capabilities: list[Capability]
    context_tokens: int | None
    max_output_tokens: int | None
    price: list[OfferedPriceBand] | None
    price_source: str | None


class ProviderKeyDetail(ProviderKey):
    models: list[OfferedModel]


class KeyTest(Model):
    """What the vendor said. `what`: its list was read, or a model was asked for one token. `message`: in the vendor's
    own words on a failure, without the secret. `status`: its HTTP status; null = no answer came."""

    ok: bool
    what: Literal["models", "chat"]
    message: str
    status: int | None
    error: KeyTestError | None
    model: str | None
    models_found: int | None
    duration_ms: float


class CatalogVendor(Model):
    """`secret`: whether one has to be entered; `secret_form`: in which form, where it is more than a word.
    `base_url`: used when none is entered; null = one has to be."""

    name: str
    title: str
    base_url: str | None
    base_url_example: str | None
    secret: Literal["required", "optional", "none"]
    secret_form: str | None
    environment_variable: str | None
    self_hosted: bool
    lists_models: bool
    models: int
    docs_url: str
    allowed: bool


class CatalogVendors(RootModel[list[CatalogVendor]]):
    """In the catalog's order."""


class ModelHealth(Model):
    """`error_rate`: 0 to 1, of the last minutes. Null: nothing measured. `samples`: how many requests that rests on,
    older ones counting less."""

    model: str
    state: ModelHealthState
    reason: str
    retry_after_s: float | None
    error_rate: float | None
    first_byte_ms: float | None
    tokens_per_s: float | None
    samples: float


class KeyHealth(Model):
    """`state`: `quarantined` after the provider refused the key, `cooling` after it limited it, `breaker_open` after
    failures in a row; until `retry_after_s` no request asks it. `degraded`: some of its models have such a pause, or
    many requests fail. `unknown`: not asked in the last minutes. `models`: those that something is known of."""

    provider_key_id: str
    vendor: str
    label: str
    state: KeyHealthState
    reason: str
    retry_after_s: float | None
    error_rate: float | None
    first_byte_ms: float | None
    tokens_per_s: float | None
    samples: float
    models: list[ModelHealth]


class ProvidersHealth(Model):
    """What the worker that answered knows at this moment. Workers of one machine tell each other."""

    keys: list[KeyHealth]
