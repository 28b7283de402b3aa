"""Provider keys: entered, ordered, changed, rotated, deleted. A secret goes in, sealed, and never comes out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.change import changing, reading
from perpetuo.control.pages import parse_id
from perpetuo.control.policies import Access
from perpetuo.control.provider_keys.schemas import (
    MAX_KEYS,
    MAX_MODELS_CHARACTERS,
    OwnModel,
    OwnPriceBand,
    ProviderKeyCreate,
    ProviderKeyOrder,
    ProviderKeyUpdate,
)
from perpetuo.control.provider_keys.validation import (
    KeyRefused,
    check_base_url,
    check_entered_secret,
    check_models,
    check_reachable,
    hint,
    in_order,
    offer,
)
from perpetuo.control.replies import conflict, invalid, not_found
from perpetuo.control.sealing import seal_secret
from perpetuo.control.state import ControlState
from perpetuo.core.catalog import Model, PriceBand, Vendor
from perpetuo.db.queries import provider_keys
from perpetuo.db.queries.workspaces import get_workspace
from perpetuo.db.sealing import provider_key_place
from perpetuo.db.settings_documents import WorkspaceSettings
from perpetuo.http.egress import EgressPolicy
from perpetuo.providers.catalog.load import with_price_override

Row = dict[str, Any]
After = tuple[int, datetime, str]
Allowed = frozenset[str] | None
"""Vendors that a workspace may use; None = all."""


async def list_keys(state: ControlState, access: Access, limit: int, after: After | None) -> tuple[list[Row], Allowed]:
    async with reading(state, access.workspace_id) as conn:
        rows = await provider_keys.page_provider_keys(conn, access.workspace_id, limit=limit, after=after)
        return rows, await allowed_vendors(conn, access.workspace_id)


async def get_key(state: ControlState, access: Access, provider_key_id: str) -> tuple[Row, Allowed]:
    """Raises ControlError 404."""
    async with reading(state, access.workspace_id) as conn:
        return await known_key(conn, access.workspace_id, provider_key_id), await allowed_vendors(
            conn, access.workspace_id
        )


async def create_key(state: ControlState, access: Access, wanted: ProviderKeyCreate) -> tuple[Row, Allowed]:
    """Raises ControlError 409, 422."""
    vendor = find_vendor(state, wanted.vendor)
    secret = wanted.secret.get_secret_value().strip()
    await check_entered(state, vendor, secret, wanted.base_url)
    models = own_models(vendor, wanted.models)
    key_id = state.new_id()
    async with changing(state, access, "provider_keys.create", "provider_key", key_id) as change:
        allowed = await allowed_vendors(change.conn, access.workspace_id)
        require_allowed(vendor, allowed)
        if await provider_keys.count_provider_keys(change.conn, access.workspace_id) >= MAX_KEYS:
            raise conflict("too_many", f"A workspace has at most {MAX_KEYS} provider keys.")
        place = provider_key_place(access.workspace_id, key_id)
        try:
            await provider_keys.insert_provider_key(
                change.conn,
                access.workspace_id,
                id=key_id,
                vendor=vendor.name,
                label=wanted.label,
                base_url=stored_url(wanted.base_url),
                secret_sealed=await seal_secret(change.conn, state, place, secret.encode()),
                secret_hint=hint(secret),
                priority=wanted.priority,
                enabled=wanted.enabled,
                models=models,
            )
        except IntegrityError as error:
            raise _taken(error) from None
        if models:
            await _require_room(change.conn, access.workspace_id)
        change.details = _told(wanted)
        return await known_key(change.conn, access.workspace_id, key_id), allowed


async def update_key(
    state: ControlState, access: Access, provider_key_id: str, wanted: ProviderKeyUpdate
) -> tuple[Row, Allowed]:
    """Raises ControlError 404, 409, 422."""
    given = wanted.model_fields_set
    for name in ("label", "secret", "priority", "enabled", "models"):
        if name in given and getattr(wanted, name) is None:
            raise invalid(name, "It can not be null: leave it out to keep it.")
    if "secret" in given and "base_url" not in given:
        raise invalid("secret", "A secret comes along with a base URL: to change it alone, use POST .../rotate.")
    entered = None if wanted.secret is None else wanted.secret.get_secret_value().strip()
    row, _ = await get_key(state, access, provider_key_id)
    plain = given & {"label", "priority", "enabled"}
    changes: dict[str, Any] = {name: getattr(wanted, name) for name in plain}
    if wanted.models is not None:
        changes["models"] = own_models(vendor_of(state, row), wanted.models)
    # What takes a while is looked at before anything is locked; whether the URL is another one, under the lock.
    if "base_url" in given:
        await check_entered(state, vendor_of(state, row), entered, wanted.base_url)
    async with changing(state, access, "provider_keys.update", "provider_key", provider_key_id) as change:
        row = await known_key(change.conn, access.workspace_id, provider_key_id, lock=True)
        if "base_url" in given:
            if entered is None:
                _require_same_url(row, vendor_of(state, row), wanted.base_url)
            else:
                changes |= await _sealed(state, change.conn, row, entered)
            changes["base_url"] = stored_url(wanted.base_url)
        if changes:
            try:
                await provider_keys.update_provider_key(change.conn, access.workspace_id, provider_key_id, changes)
            except IntegrityError as error:
                raise _taken(error) from None
        if changes.get("models"):
            await _require_room(change.conn, access.workspace_id)
        change.details = _told(wanted)
        return await known_key(change.conn, access.workspace_id, provider_key_id), await allowed_vendors(
            change.conn, access.workspace_id
        )


async def rotate_key(state: ControlState, access: Access, provider_key_id: str, entered: str) -> tuple[Row, Allowed]:
    """The same row with another secret: what is held against the old one does not hold for it.

    Raises ControlError 404, 409, 422.
    """
    row, allowed = await get_key(state, access, provider_key_id)
    secret = entered.strip()
    await check_entered(state, vendor_of(state, row), secret, row["base_url"])
    async with changing(state, access, "provider_keys.rotate", "provider_key", provider_key_id) as change:
        locked = await known_key(change.conn, access.workspace_id, provider_key_id, lock=True)
        if locked["base_url"] != row["base_url"]:
            raise conflict("base_url_changed", "The base URL was changed meanwhile: look where the secret would go.")
        changes = await _sealed(state, change.conn, locked, secret)
        await provider_keys.update_provider_key(change.conn, access.workspace_id, provider_key_id, changes)
        change.details = {"vendor": row["vendor"], "label": row["label"]}
        return await known_key(change.conn, access.workspace_id, provider_key_id), allowed


async def delete_key(state: ControlState, access: Access, provider_key_id: str) -> None:
    """Raises ControlError 404."""
    async with changing(state, access, "provider_keys.delete", "provider_key", provider_key_id) as change:
        row = await known_key(change.conn, access.workspace_id, provider_key_id, lock=True)
        await provider_keys.delete_provider_key(change.conn, access.workspace_id, provider_key_id)
        change.details = {"vendor": row["vendor"], "label": row["label"]}


async def order_keys(state: ControlState, access: Access, wanted: ProviderKeyOrder) -> None:
    """Priorities from 1 on. Raises ControlError 409 when these are not the workspace's keys."""
    ids = [parse_id(text) for text in wanted.ids]
    async with changing(state, access, "provider_keys.order", "workspace", access.workspace_id) as change:
        present = await provider_keys.lock_priorities(change.conn, access.workspace_id)
        if len(ids) != len(set(ids)) or set(ids) != set(present):
            raise conflict("order_is_stale", "These are not all the keys, each once: read the list again.", "ids")
        order = {key_id: place for place, key_id in enumerate(ids, start=1) if key_id is not None}
        moved = {key_id: place for key_id, place in order.items() if present[key_id] != place}
        await provider_keys.set_priorities(change.conn, access.workspace_id, moved)
        change.details = {"ids": list(order)}


async def read_allowed(state: ControlState, access: Access) -> Allowed:
    async with reading(state, access.workspace_id) as conn:
        return await allowed_vendors(conn, access.workspace_id)


# --- what is common to them -----------------------------------------------------------------------------------------


def find_vendor(state: ControlState, name: str) -> Vendor:
    """Raises ControlError 422."""
    vendor = state.catalog.vendors.get(name.lower())
    if vendor is None:
        raise invalid("vendor", "There is no such provider: GET .../provider-catalog lists them.")
    return vendor


async def check_entered(state: ControlState, vendor: Vendor, secret: str | None, base_url: str | None) -> str:
    """The URL that will be called. secret: None = none was entered. Raises ControlError 422."""
    try:
        return await asyncio.to_thread(_check, vendor, secret, base_url, state.egress, state.clock.wall_s())
    except KeyRefused as refused:
        raise invalid(refused.field, refused.sentence) from None


def _check(vendor: Vendor, secret: str | None, base_url: str | None, egress: EgressPolicy, wall_s: float) -> str:
    url = check_base_url(vendor, base_url)
    token_url = None if secret is None else check_entered_secret(vendor, secret, url, wall_s)
    check_reachable(egress, url, token_url)
    return url


def stored_url(base_url: str | None) -> str | None:
    return base_url.rstrip("/") if base_url else None


def own_models(vendor: Vendor, wanted: Sequence[OwnModel]) -> list[Any]:
    """As they are stored. Raises ControlError 422."""
    models = [_own_model(vendor, model) for model in wanted]
    try:
        check_models(models)
    except KeyRefused as refused:
        raise invalid(refused.field, refused.sentence) from None
    return [msgspec.to_builtins(model) for model in models]


def _own_model(vendor: Vendor, wanted: OwnModel) -> Model:
    model = offer(vendor, wanted.id, wanted.intent or "chat")
    changes: dict[str, Any] = wanted.model_dump(
        include={"canonical", "intent", "context_tokens", "max_output_tokens"}, exclude_none=True
    )
    if wanted.capabilities is not None:
        changes["capabilities"] = frozenset(wanted.capabilities)
    model = msgspec.structs.replace(model, tiers=in_order(wanted.tiers), **changes)
    return model if wanted.price is None else _with_price(model, wanted.price)


def _with_price(model: Model, bands: Sequence[OwnPriceBand]) -> Model:
    try:
        return with_price_override(model, *(PriceBand(**band.model_dump()) for band in bands))
    except ValueError as error:
        raise invalid("models", f"{model.id}: {error}") from None


async def known_key(conn: AsyncConnection, workspace_id: str, provider_key_id: str, *, lock: bool = False) -> Row:
    """Raises ControlError 404."""
    row = await provider_keys.get_provider_key(conn, workspace_id, provider_key_id, lock=lock)
    if row is None:
        raise not_found()
    return row


async def allowed_vendors(conn: AsyncConnection, workspace_id: str) -> Allowed:
    """Settings that can not be read allow nothing: the workspace is suspended for them."""
    row = await get_workspace(conn, workspace_id)
    try:
        settings = msgspec.convert(row["settings"] if row else {}, WorkspaceSettings)
    except msgspec.ValidationError:
        return frozenset()
    return None if settings.allowed_providers is None else frozenset(settings.allowed_providers)


async def _require_room(conn: AsyncConnection, workspace_id: str) -> None:
    """For the models just written. Raises ControlError 409."""
    if await provider_keys.measure_models(conn, workspace_id) > MAX_MODELS_CHARACTERS:
        raise conflict("too_many", "The models of this workspace's keys are too large together: remove some.", "models")


def require_allowed(vendor: Vendor, allowed: Allowed) -> None:
    """Raises ControlError 409."""
    if allowed is not None and vendor.name not in allowed:
        raise conflict(
            "provider_not_allowed", f"{vendor.title} is not among this workspace's allowed providers.", "vendor"
        )


def vendor_of(state: ControlState, row: Row) -> Vendor:
    """Raises ControlError 409."""
    vendor = state.catalog.vendors.get(row["vendor"])
    if vendor is None:
        raise conflict("unknown_vendor", "This version does not know the vendor of this key.")
    return vendor


def _require_same_url(row: Row, vendor: Vendor, base_url: str | None) -> None:
    """A secret that is stored may not be sent to a host that it was not entered for. What is never sent may."""
    if vendor.auth != "none" and (stored_url(base_url) or vendor.base_url) != (row["base_url"] or vendor.base_url):
        raise invalid("secret", "Enter the secret again: it was stored for another base URL.")


async def _sealed(state: ControlState, conn: AsyncConnection, row: Row, secret: str) -> dict[str, Any]:
    place = provider_key_place(row["workspace_id"], row["id"])
    return {"secret_sealed": await seal_secret(conn, state, place, secret.encode()), "secret_hint": hint(secret)}


def _told(wanted: ProviderKeyCreate | ProviderKeyUpdate) -> dict[str, Any]:
    """For the audit log: that there was a secret, and of models their names."""
    told = wanted.model_dump(mode="json", exclude_unset=True, exclude={"secret", "models"})
    if wanted.secret is not None and "secret" in wanted.model_fields_set:
        told["secret_entered"] = True
    if wanted.models is not None and "models" in wanted.model_fields_set:
        told["models"] = [model.id for model in wanted.models]
    return told


def _taken(error: IntegrityError) -> Exception:
    """What to raise instead: vendor and label are taken, or the workspace has just been deleted."""
    if getattr(error.orig, "sqlstate", None) == "23505":
        return conflict("label_taken", "There is a key of this vendor with this label: give another one.", "label")
    return not_found()
