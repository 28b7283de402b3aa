"""The shape of catalog data. The rows are in `perpetuo.providers.catalog`; a workspace may add its own."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Intent = Literal["chat", "embedding"]
Tier = Literal["default", "premium", "fast", "cheap"]
TIERS: tuple[Tier, ...] = ("default", "premium", "fast", "cheap")

Capability = Literal["vision", "tools", "json_object", "json_schema", "audio", "files"]
ALL_CAPABILITIES: frozenset[Capability] = frozenset(("vision", "tools", "json_object", "json_schema", "audio", "files"))


class PriceBand(msgspec.Struct, frozen=True):
    """Micro-USD per million tokens (150_000 is $0.15 / 1M), valid for inputs above `above_input_tokens`.

    None for a class means the vendor has no separate price: it is charged as plain input.
    """

    input: int
    output: int
    cached_input: int | None = None
    cache_write: int | None = None
    above_input_tokens: int = 0


class Price(msgspec.Struct, frozen=True):
    """A model's price; `bands` are sorted by `above_input_tokens`, the first one starting at 0.
    The band is chosen by the request's whole input and applies to all of its tokens."""

    bands: tuple[PriceBand, ...]
    source: str
    """Where it was read: `genai-prices 0.2.3`, `workspace override`, ..."""


class Model(msgspec.Struct, frozen=True):
    """A model at one vendor.

    id:        what the vendor calls it; goes into the upstream request.
    canonical: the name it is known by across vendors; two offers are the same model when these are equal.
    tiers:     the (intent, tier) promises it was hand-chosen for; at most one model per vendor and tier.
    price:     None = unknown: served, cost NULL, last under `cheapest`.
    refused_fields: fields (`core.carriage.FIELDS`) that this model answers with a 400: not sent to it.
    efforts:   the levels of effort it takes, lowest first; None = not known, () = none.
    thinking:  the values of `thinking.type` it takes, where its protocol has that field; None = not known.
    """

    id: str
    canonical: str
    intent: Intent = "chat"
    tiers: tuple[Tier, ...] = ()
    capabilities: frozenset[Capability] = frozenset()
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    price: Price | None = None
    refused_fields: frozenset[str] = frozenset()
    efforts: tuple[str, ...] | None = None
    thinking: frozenset[str] | None = None
    source_url: str = ""
    read_on: str = ""


Auth = Literal["bearer", "x-api-key", "api-key", "x-goog-api-key", "aws", "google", "azure", "none"]


class Vendor(msgspec.Struct, frozen=True):
    """A provider as data. A new vendor of a known wire protocol is one row of these.

    name:           lower case, unique: `openai`, `groq`, `custom`.
    protocol:       the file in `perpetuo.providers` that speaks to it: `openai_chat`, `anthropic_messages`, ...
    base_url:       as the vendor's own SDK takes it (OpenAI-compatible with `/v1`; Anthropic without a version);
                    None = the provider key must bring one.
    base_url_example: of a base URL, for people who have to bring one.
    auth:           how the key travels: a header (`bearer`, `x-api-key`, `api-key`, `x-goog-api-key`), a signature
                    (`aws`), a token fetched for it (`google`; `azure`, where the secret is no plain key), or `none`.
    chat_path, stream_path, models_path: behind the base URL, where they differ from the protocol's own; `{model}` is
                    the model's id, percent-encoded. An empty models_path: the vendor has no list.
    carries:        fields (`core.carriage.FIELDS`) that it takes although its protocol does not know them.
    refused_fields: fields that it answers with a 400, or ignores: not sent to it.
    approximates:   field -> how, where it takes a field in another sense than its protocol.
    renames:        field of a request's body -> the vendor's own name for it.
    env_var:        the variable `perpetuo up` looks at, or None.
    self_hosted:    has no tiers until an operator assigns one; serves any name when its model list is unknown.
    stream_usage:   `stream_options.include_usage` may be sent.
    max_tokens_field: the field that limits output in this vendor's dialect.
    extra_headers:  sent with each request, e.g. a version.
    body_fields:    put into each chat request's body, e.g. a version that its protocol has as a header.
    last_resort:    serves every chat tier, but only while the workspace has no other enabled provider.
    """

    name: str
    title: str
    protocol: str
    base_url: str | None
    auth: Auth = "bearer"
    env_var: str | None = None
    self_hosted: bool = False
    stream_usage: bool = True
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    extra_headers: tuple[tuple[str, str], ...] = ()
    body_fields: tuple[tuple[str, str], ...] = ()
    base_url_example: str = ""
    last_resort: bool = False
    chat_path: str | None = None
    stream_path: str | None = None
    models_path: str | None = None
    carries: frozenset[str] = frozenset()
    refused_fields: frozenset[str] = frozenset()
    approximates: Mapping[str, str] = {}
    renames: Mapping[str, str] = {}
    models: tuple[Model, ...] = ()
    source_url: str = ""
    read_on: str = ""


class AliasRow(msgspec.Struct, frozen=True):
    """A logical name: what it means, and which exact model it stands for (None = only the tier)."""

    name: str
    intent: Intent
    tier: Tier
    canonical: str | None = None


class Catalog(msgspec.Struct, frozen=True):
    """Everything that ships as data, indexed once at start.

    aliases:   name -> row, hand-chosen logical names; they win over model names.
    names:     every model id and canonical name any vendor row has -> its canonical name.
    """

    version: str
    vendors: Mapping[str, Vendor]
    aliases: Mapping[str, AliasRow]
    names: Mapping[str, str]
