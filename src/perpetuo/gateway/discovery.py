"""Reads the vendors' own model lists, so that a model released today is usable without an upgrade.

Runs once per machine, beside the projector; workers see the result in their next snapshot.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, cast

from perpetuo.core.catalog import Catalog, Model, Vendor
from perpetuo.core.errors import TransportError
from perpetuo.core.ports import Clock
from perpetuo.core.snapshot import InvalidSecret, ProviderKey, Workspace
from perpetuo.gateway.credentials import Credentials
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.observability.redaction import Redactor
from perpetuo.providers.auth import signed
from perpetuo.providers.base import ChatProvider, ModelListing, Target
from perpetuo.providers.credentials import TokenRefused, secret_pieces

log = logging.getLogger(__name__)

EVERY_S = 3600.0
SELF_HOSTED_EVERY_S = 60.0
"""A list on one's own machine costs nothing and changes whenever somebody loads a model."""
CHECK_S = 5.0
BATCH = 16
FAILED_PAUSE_S = 30.0
DEADLINES = Deadlines(connect_s=5.0, first_byte_s=20.0, idle_s=20.0, total_s=60.0)
MAX_LIST_BYTES = 16 * 1024 * 1024
"""OpenRouter's list of 400 models has 0.6 MB."""
NO_MODEL = Model("", "")


class DiscoveryStore(Protocol):
    """Any exception means: not now."""

    async def claim(self, vendors: Sequence[str], every_s: float, limit: int) -> list[tuple[str, str]]:
        """(workspace id, provider key id) whose list is due; claimed, so that no other machine reads it too."""
        ...

    async def store(self, workspace_id: str, provider_key_id: str, models: Sequence[Model]) -> None: ...

    async def store_error(self, workspace_id: str, provider_key_id: str, error: str) -> None: ...


class ListUnavailable(Exception):
    """The list could not be read. The message is for the key's owner, without any secret."""


class ModelDiscovery:
    """load_workspace: its part of the configuration, None when it is gone. merge: of a vendor's list with what the
    catalog knows about these models."""

    def __init__(
        self,
        store: DiscoveryStore,
        load_workspace: Callable[[str], Awaitable[Workspace | None]],
        catalog: Catalog,
        protocols: Mapping[str, ChatProvider],
        upstream: Upstream,
        credentials: Credentials,
        clock: Clock,
        merge: Callable[[Vendor, tuple[Model, ...]], tuple[Model, ...]],
    ) -> None:
        self._store = store
        self._load_workspace = load_workspace
        self._catalog = catalog
        self._upstream = upstream
        self._credentials = credentials
        self._clock = clock
        self._merge = merge
        self._listings = {
            name: cast("ModelListing", protocol)
            for name, protocol in protocols.items()
            if hasattr(protocol, "encode_models")
        }

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                more = await self.read_due()
            except Exception as error:  # noqa: BLE001 - the store is away; the lists are not urgent
                log.warning("model lists are not read now: %s", type(error).__name__)
                await asyncio.sleep(FAILED_PAUSE_S)
                continue
            if not more:
                await asyncio.sleep(CHECK_S)

    async def read_due(self) -> bool:
        """One batch. True: there may be more."""
        groups: dict[float, list[str]] = {EVERY_S: [], SELF_HOSTED_EVERY_S: []}
        for vendor in self._catalog.vendors.values():
            if vendor.protocol in self._listings and vendor.models_path != "":
                groups[SELF_HOSTED_EVERY_S if vendor.self_hosted else EVERY_S].append(vendor.name)
        claimed = [
            claim
            for every_s, vendors in groups.items()
            if vendors
            for claim in await self._store.claim(vendors, every_s, BATCH)
        ]
        for workspace_id, key_id in claimed:
            await self._read(workspace_id, key_id)
        return len(claimed) >= BATCH

    async def _read(self, workspace_id: str, key_id: str) -> None:
        workspace = await self._load_workspace(workspace_id)
        key = next((key for key in workspace.provider_keys if key.id == key_id), None) if workspace else None
        if workspace is None or key is None or not workspace.may_use(key):
            return  # deleted, not usable (the loader has said so), or not allowed in this workspace
        vendor = self._catalog.vendors[key.vendor]
        try:
            models = await self.list_models(key, vendor)
        except ListUnavailable as error:
            log.info("the model list of provider key %s was not read: %s", key_id, error)
            await self._store.store_error(workspace_id, key_id, str(error))
            return
        await self._store.store(workspace_id, key_id, self._merge(vendor, models))

    async def list_models(self, key: ProviderKey, vendor: Vendor) -> tuple[Model, ...]:
        """What the vendor lists for this key. Raises ListUnavailable."""
        listing = self._listings[vendor.protocol]
        try:
            secret = self._credentials.current(key, vendor) or await self._credentials.fetch(key, vendor)
            target = Target(vendor, NO_MODEL, key.base_url, secret)
            request = listing.encode_models(target)
            if request is None:
                return ()
            reply = await self._upstream.open(signed(request, vendor, secret, self._clock.wall_s()), DEADLINES)
            try:
                body = await reply.read_all(MAX_LIST_BYTES)
            finally:
                reply.close()
            if reply.status != 200:
                raise ListUnavailable(f"The provider answered {reply.status}.")
            return listing.decode_models(body, target)
        except (TransportError, TokenRefused) as error:
            raise ListUnavailable(Redactor(secret_pieces(key.secret)).redact_text(error.message)) from error
        except InvalidSecret as error:
            raise ListUnavailable(str(error)) from error
        except ValueError as error:
            raise ListUnavailable("The provider's answer is not a list of models.") from error
