"""A vendor's own model list, merged with what the catalog knows."""

from collections.abc import Iterable
from datetime import date

import msgspec

from perpetuo.core.catalog import Catalog, Model, Vendor
from perpetuo.providers.catalog.prices import list_price


def with_known_facts(vendor: Vendor, models: Iterable[Model], catalog: Catalog, today: date) -> tuple[Model, ...]:
    """What is new in the list: models without a row in the catalog, with the list's price, else the known one, and
    under the name that the model has at other vendors, where the catalog knows it."""
    rows = {row.id for row in vendor.models}
    return tuple(_with_facts(vendor, model, catalog, today) for model in models if model.id not in rows)


def _with_facts(vendor: Vendor, model: Model, catalog: Catalog, today: date) -> Model:
    canonical = catalog.names.get(model.id) or catalog.names.get(model.canonical) or model.canonical
    known = catalog.aliases.get(canonical)
    if known is not None and known.intent != model.intent:  # the same name for something else
        canonical = model.id
    return msgspec.structs.replace(
        model, canonical=canonical, price=model.price or list_price(vendor.name, model.id, today)
    )
