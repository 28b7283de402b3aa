"""Shorthand for writing vendor rows as tables: one call, one model."""

from collections.abc import Iterable

from perpetuo.core.catalog import Capability, Model, Tier

READ_ON = "2026-11-23"

JSON: frozenset[Capability] = frozenset(("tools", "json_object"))
STRUCTURED: frozenset[Capability] = frozenset(("tools", "json_object", "json_schema"))
VISION: frozenset[Capability] = frozenset(("tools", "vision", "json_object", "json_schema"))
VISION_AND_FILES: frozenset[Capability] = frozenset(("tools", "vision", "files", "json_object", "json_schema"))
SAMPLING = frozenset(("temperature", "top_p", "top_k"))
SAMPLING_AND_PENALTIES = frozenset(("temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias"))


def chat(
    id: str,
    capabilities: frozenset[Capability],
    context_tokens: int | None,
    max_output_tokens: int | None = None,
    *,
    source_url: str,
    tiers: Iterable[Tier] = (),
    canonical: str | None = None,
    refused_fields: frozenset[str] = frozenset(),
    efforts: tuple[str, ...] | None = None,
    thinking: frozenset[str] | None = None,
    read_on: str = READ_ON,
) -> Model:
    """A chat model; `canonical` is `id` when the vendor's name is the one everybody uses."""
    return Model(
        id=id,
        canonical=canonical or id,
        tiers=tuple(tiers),
        capabilities=capabilities,
        context_tokens=context_tokens,
        max_output_tokens=max_output_tokens,
        refused_fields=refused_fields,
        efforts=efforts,
        thinking=thinking,
        source_url=source_url,
        read_on=read_on,
    )


def embedding(id: str, context_tokens: int, *, source_url: str, read_on: str = READ_ON) -> Model:
    """An embedding model. No tier: another model's vectors would corrupt an index silently."""
    return Model(
        id=id,
        canonical=id,
        intent="embedding",
        context_tokens=context_tokens,
        source_url=source_url,
        read_on=read_on,
    )
