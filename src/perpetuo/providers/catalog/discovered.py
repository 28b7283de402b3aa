"""A vendor's own model list, merged with what the catalog knows."""

from collections.abc import Iterable
from datetime import date

import msgspec

from perpetuo.core.catalog import Catalog, Model, Vendor
from perpetuo.providers.catalog.prices import list_price


def with_known_facts(vendor: Vendor, models: Iterable[Model], catalog: Catalog, today: date) -> tuple[Model, ...]:
    """What is new in the list: models without a row in the catalog, with the list's price, else the known one."""
    rows = {row.id for row in vendor.models}
    return tuple(
        model
        if model.price is not None
        else msgspec.structs.replace(model, price=list_price(vendor.name, model.id, today))
        for model in models
        if model.id not in rows
    )
