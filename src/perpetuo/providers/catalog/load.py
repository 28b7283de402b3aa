"""Builds the `Catalog` out of the rows and the installed price data."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import msgspec

from perpetuo.core.catalog import AliasRow, Catalog, Intent, Model, Price, PriceBand, Vendor
from perpetuo.providers.catalog.aliases import LOGICAL_NAMES, TIER_OF_MODEL
from perpetuo.providers.catalog.prices import PRICE_DATA_VERSION, list_price
from perpetuo.providers.catalog.vendors import VENDORS


def load_catalog(today: date) -> Catalog:
    """The catalog as it ships, with the prices of a day."""
    vendors = {vendor.name: _priced(vendor, today) for vendor in VENDORS}
    models = [model for vendor in vendors.values() for model in vendor.models]
    names = _names(models)
    return Catalog(
        version=PRICE_DATA_VERSION,
        vendors=MappingProxyType(vendors),
        aliases=MappingProxyType(_aliases(models, names)),
        names=MappingProxyType(names),
    )


def with_price_override(model: Model, *bands: PriceBand) -> Model:
    """The model at the workspace's own price, for a provider key's `models`. Raises ValueError."""
    check_price_bands(bands)
    return msgspec.structs.replace(model, price=Price(bands=bands, source="workspace override"))


def check_price_bands(bands: Sequence[PriceBand]) -> None:
    """Raises ValueError unless the bands start at 0, rise, and hold no negative price."""
    starts = [band.above_input_tokens for band in bands]
    if not starts or starts[0] != 0 or any(later <= earlier for earlier, later in pairwise(starts)):
        raise ValueError("Price bands start at 0 input tokens and rise.")
    if any(min(band.input, band.output, band.cached_input or 0, band.cache_write or 0) < 0 for band in bands):
        raise ValueError("A price is never negative.")


def _priced(vendor: Vendor, today: date) -> Vendor:
    return msgspec.structs.replace(vendor, models=tuple(_priced_model(vendor, model, today) for model in vendor.models))


def _priced_model(vendor: Vendor, model: Model, today: date) -> Model:
    if model.price is not None:
        return model
    return msgspec.structs.replace(model, price=list_price(vendor.name, model.id, today))


def _names(models: Iterable[Model]) -> dict[str, str]:
    """Every spelling -> canonical name: the canonical name, each vendor's id, and the id without its author
    (`claude-opus-5.5` of `anthropic/claude-opus-5.5`). Canonical names and whole ids win."""
    names: dict[str, str] = {}
    for model in models:
        names[model.id] = model.canonical
        names[model.canonical] = model.canonical
    for model in models:
        names.setdefault(model.id.rpartition("/")[2], model.canonical)
    return names


def _aliases(models: Iterable[Model], names: dict[str, str]) -> dict[str, AliasRow]:
    """A row for every name, so that each has a tier; hand-written rows win."""
    intents: dict[str, Intent] = {model.canonical: model.intent for model in models}
    rows = {
        name: AliasRow(name, intents[canonical], TIER_OF_MODEL[canonical], canonical)
        for name, canonical in names.items()
    }
    return rows | {row.name: row for row in LOGICAL_NAMES}
