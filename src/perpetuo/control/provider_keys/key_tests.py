"""A real call with a provider key, saved or not: at most so many a minute, and on the record before it is made."""

from typing import Any

import msgspec

from perpetuo.control.change import changing
from perpetuo.control.policies import Access
from perpetuo.control.provider_keys.schemas import KeyTest, SavedKeyTest, UnsavedKeyTest
from perpetuo.control.provider_keys.service import (
    allowed_vendors,
    check_entered,
    find_vendor,
    known_key,
    own_models,
    require_allowed,
    vendor_of,
)
from perpetuo.control.replies import ControlError, conflict
from perpetuo.control.state import ControlState
from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.snapshot import ProviderKey, Secret
from perpetuo.db.sealing import SealBroken, provider_key_place

TESTS_PER_MINUTE = 20
"""Of one workspace, all workers together: they cost money, and call addresses of somebody's choice."""


async def test_saved_key(state: ControlState, access: Access, provider_key_id: str, wanted: SavedKeyTest) -> KeyTest:
    """At the base URL it was stored for. Raises ControlError 404, 409, 422, 429."""
    async with changing(state, access, "provider_keys.test", "provider_key", provider_key_id) as change:
        row = await known_key(change.conn, access.workspace_id, provider_key_id)
        vendor = vendor_of(state, row)
        require_allowed(vendor, await allowed_vendors(change.conn, access.workspace_id))
        key = _opened(state, row, await check_entered(state, vendor, None, row["base_url"]))
        _require_room(state, access.workspace_id)
        change.details = {"vendor": vendor.name, "label": key.label, "called_url": key.base_url}
    return await _ask(state, key, vendor, wanted.by_chat)


async def test_unsaved_key(state: ControlState, access: Access, wanted: UnsavedKeyTest) -> KeyTest:
    """Raises ControlError 409, 422, 429."""
    vendor = find_vendor(state, wanted.vendor)
    secret = wanted.secret.get_secret_value().strip()
    url = await check_entered(state, vendor, secret, wanted.base_url)
    models = own_models(vendor, wanted.models)
    async with changing(state, access, "provider_keys.test", "provider_key") as change:
        require_allowed(vendor, await allowed_vendors(change.conn, access.workspace_id))
        _require_room(state, access.workspace_id)
        change.details = {"vendor": vendor.name, "called_url": url}
    key = ProviderKey(
        id="",
        workspace_id=access.workspace_id,
        vendor=vendor.name,
        label="",
        base_url=url,
        secret=Secret(secret),
        models=msgspec.convert(models, tuple[Model, ...]),
    )
    return await _ask(state, key, vendor, wanted.by_chat)


def _opened(state: ControlState, row: dict[str, Any], url: str) -> ProviderKey:
    try:
        place = provider_key_place(row["workspace_id"], row["id"])
        secret = state.sealer.open(bytes(row["secret_sealed"]), place).decode()
        models = msgspec.convert(row["models"], tuple[Model, ...])
    except (SealBroken, UnicodeDecodeError, msgspec.ValidationError):
        raise conflict("key_unreadable", "What is stored can not be read: enter the secret again.") from None
    return ProviderKey(
        id=row["id"],
        workspace_id=row["workspace_id"],
        vendor=row["vendor"],
        label=row["label"],
        base_url=url,
        secret=Secret(secret),
        priority=row["priority"],
        enabled=row["enabled"],
        models=models,
    )


def _require_room(state: ControlState, workspace_id: str) -> None:
    """Raises ControlError 429. Each worker holds its share of the limit."""
    now_s = state.clock.monotonic_s()
    minute = state.key_tests.of(workspace_id, now_s)
    limit = max(1, TESTS_PER_MINUTE // state.settings.workers)
    wait_s = minute.wait_s(limit, now_s)
    if wait_s is not None:
        raise ControlError(
            429, "too_many_tests", "Too many provider keys were tested in the last minute.", retry_after_s=wait_s
        )
    minute.add(now_s)


async def _ask(state: ControlState, key: ProviderKey, vendor: Vendor, by_chat: bool) -> KeyTest:
    if state.test_provider_key is None:
        raise ControlError(503, "no_key_tests", "This process can not call providers.")
    result = await state.test_provider_key(key, vendor, by_chat=by_chat)
    return KeyTest(**msgspec.to_builtins(result))
