"""Provider keys and vendors as the API shows them. Nothing here has seen a secret."""

from collections.abc import Mapping
from typing import Any

import msgspec

from perpetuo.control.provider_keys.schemas import (
    CatalogVendor,
    CatalogVendors,
    OfferedModel,
    OfferedPriceBand,
    ProviderKey,
    ProviderKeyDetail,
)
from perpetuo.control.provider_keys.validation import CUSTOM_EXAMPLE, needs_secret
from perpetuo.core.catalog import Auth, Catalog, Model, Vendor

Row = dict[str, Any]

SECRET_FORMS: Mapping[Auth, str] = {
    "aws": (
        "ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it for temporary keys; or JSON with access_key_id "
        "and secret_access_key, and where needed session_token, region, role_arn, external_id, role_session_name; or "
        "an API key of Bedrock."
    ),
    "google": "The JSON file of a service account, or an access token.",
    "azure": "The key; or a token of Entra; or JSON with tenant_id, client_id and client_secret of an application.",
}
"""As `providers.aws_credentials` and `providers.credentials` read them."""


def shown(row: Row, catalog: Catalog, allowed: frozenset[str] | None) -> ProviderKey:
    """allowed: vendors that the workspace may use; None = all."""
    return ProviderKey(**_fields(row, catalog.vendors.get(row["vendor"]), allowed))


def shown_with_models(row: Row, catalog: Catalog, allowed: frozenset[str] | None) -> ProviderKeyDetail:
    vendor = catalog.vendors.get(row["vendor"])
    return ProviderKeyDetail(**_fields(row, vendor, allowed), models=_offers(row, vendor))


def _fields(row: Row, vendor: Vendor | None, allowed: frozenset[str] | None) -> dict[str, Any]:
    called_url = row["base_url"] or (vendor.base_url if vendor else None)
    kept = ("id", "vendor", "label", "secret_hint", "base_url", "priority", "enabled", "created_at", "updated_at")
    return {name: row[name] for name in kept} | {
        "vendor_title": vendor.title if vendor else row["vendor"],
        "called_url": called_url,
        "status": _status(row, vendor, called_url, allowed),
        "own_models": len(row["models"]) if "models" in row else row["own_models"],
        "discovered_models": len(row["discovered"]) if "discovered" in row else row["discovered_models"],
        "discovered_at": row["discovered_at"],
        "discovery_error": row["discovery_error"],
    }


def _status(row: Row, vendor: Vendor | None, called_url: str | None, allowed: frozenset[str] | None) -> str:
    if vendor is None:
        return "unknown_vendor"
    if called_url is None:
        return "no_base_url"
    if not row["enabled"]:
        return "disabled"
    return "active" if allowed is None or vendor.name in allowed else "not_allowed"


def _offers(row: Row, vendor: Vendor | None) -> list[OfferedModel]:
    """In the order in which they are found: the key's own hide the catalog's of the same id, and both the vendor's."""
    offered: dict[str, OfferedModel] = {}
    for source, models in (
        ("own", _read(row["models"])),
        ("catalog", vendor.models if vendor else ()),
        ("discovered", _read(row["discovered"])),
    ):
        for model in models:
            offered.setdefault(model.id, offered_model(model, source))
    return list(offered.values())


def _read(document: Any) -> tuple[Model, ...]:
    """What another version wrote in another form is not shown, as it is not used."""
    try:
        return msgspec.convert(document, tuple[Model, ...])
    except msgspec.ValidationError:
        return ()


def offered_model(model: Model, source: Any) -> OfferedModel:
    price = model.price
    return OfferedModel(
        id=model.id,
        canonical=model.canonical,
        source=source,
        intent=model.intent,
        tiers=list(model.tiers),
        capabilities=sorted(model.capabilities),
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        price=None if price is None else [OfferedPriceBand(**msgspec.to_builtins(band)) for band in price.bands],
        price_source=price.source if price else None,
    )


def catalog_vendors(catalog: Catalog, allowed: frozenset[str] | None) -> CatalogVendors:
    """Without what nobody enters a key for, because `perpetuo up` brings it along."""
    return CatalogVendors([_vendor(vendor, allowed) for vendor in catalog.vendors.values() if not vendor.last_resort])


def _vendor(vendor: Vendor, allowed: frozenset[str] | None) -> CatalogVendor:
    required = "required" if needs_secret(vendor) else "none" if vendor.auth == "none" else "optional"
    return CatalogVendor(
        name=vendor.name,
        title=vendor.title,
        base_url=vendor.base_url,
        base_url_example=vendor.base_url_example or (CUSTOM_EXAMPLE if vendor.base_url is None else None),
        secret=required,
        secret_form=SECRET_FORMS.get(vendor.auth),
        environment_variable=vendor.env_var,
        self_hosted=vendor.self_hosted,
        lists_models=vendor.models_path != "",
        models=len(vendor.models),
        docs_url=vendor.source_url,
        allowed=allowed is None or vendor.name in allowed,
    )
