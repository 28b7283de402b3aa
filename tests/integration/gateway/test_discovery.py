"""A vendor's own model list, from a vendor on loopback into the table and out again with the snapshot."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway_harness import CATALOG
from perpetuo.core.catalog import Catalog
from perpetuo.core.resolvers.model_alias import ModelAliasResolver
from perpetuo.core.snapshot import ProviderKey, Workspace
from perpetuo.db.discovery_store import SqlDiscoveryStore
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import provider_keys, users, workspaces
from perpetuo.db.sealing import Sealer, provider_key_place
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import provider_keys as provider_key_table
from perpetuo.gateway.credentials import Credentials
from perpetuo.gateway.discovery import ModelDiscovery
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.wiring import SystemClock

SEALER = Sealer(bytes(range(32)))
VENDOR_OF_SHAPE = {"openai": "custom"}
LISTING = [
    shape
    for shape in ("openai", "anthropic", "gemini", "cohere")  # Bedrock's list is at another of AWS's own hosts
    if (vendor := CATALOG.vendors.get(VENDOR_OF_SHAPE.get(shape, shape))) is not None
    and hasattr(PROTOCOLS[vendor.protocol], "encode_models")
]


class Discovering(msgspec.Struct):
    """One workspace with one key, at a vendor on loopback."""

    engine: AsyncEngine
    loader: SnapshotLoader
    discovery: ModelDiscovery
    vendor: SimulatedVendor
    workspace_id: str

    async def workspace(self) -> Workspace:
        loaded, _ = await self.loader.load_workspace(self.workspace_id)
        assert loaded is not None
        return loaded

    async def key(self) -> ProviderKey:
        (key,) = (await self.workspace()).provider_keys
        return key

    async def error(self) -> str | None:
        async with system_transaction(self.engine) as conn:
            return (await conn.execute(select(provider_key_table.c.discovery_error))).scalar_one()


@asynccontextmanager
async def discovering(engine: AsyncEngine, shape: str, models: tuple[str, ...]) -> AsyncIterator[Discovering]:
    catalog: Catalog = CATALOG
    loader = SnapshotLoader(engine, catalog, SEALER)
    upstream = OwnUpstream(EgressPolicy(("127.0.0.0/8",)), await asyncio.to_thread(default_ssl_context))
    clock = SystemClock()

    async def load_workspace(workspace_id: str) -> Workspace | None:
        return (await loader.load_workspace(workspace_id))[0]

    discovery = ModelDiscovery(
        SqlDiscoveryStore(engine),
        load_workspace,
        catalog,
        PROTOCOLS,
        upstream,
        Credentials(upstream, clock),
        clock,
        lambda _, listed: listed,
    )
    async with SimulatedVendor("v", shape, settings=VendorSettings(models=models)) as vendor:  # type: ignore[arg-type]
        workspace_id = await seeded(engine, VENDOR_OF_SHAPE.get(shape, shape), vendor.base_url, "sk-hidden")
        try:
            yield Discovering(engine, loader, discovery, vendor, workspace_id)
        finally:
            await upstream.aclose()


async def seeded(engine: AsyncEngine, vendor: str, base_url: str, secret: str) -> str:
    user_id, workspace_id, key_id = (str(uuid.uuid4()) for _ in range(3))
    place = provider_key_place(workspace_id, key_id)
    async with system_transaction(engine) as conn:
        await users.insert_user(conn, id=user_id, email="a@example.org", password_hash="x")
        await workspaces.insert_workspace(conn, id=workspace_id, name="w", owner_user_id=user_id)
        await provider_keys.insert_provider_key(
            conn,
            workspace_id,
            id=key_id,
            vendor=vendor,
            label="",
            secret_sealed=SEALER.seal(secret.encode(), place, b"nonce1234567"),
            secret_hint="",
            base_url=base_url,
        )
    return workspace_id


@pytest.mark.parametrize("shape", LISTING)
async def test_a_model_released_today_is_usable_by_its_name(engine: AsyncEngine, shape: str) -> None:
    async with discovering(engine, shape, ("released-today-1",)) as running:
        assert not await running.discovery.read_due()
        assert "released-today-1" in (await running.key()).discovered
        workspace = await running.workspace()
        resolution = ModelAliasResolver(CATALOG).resolve("released-today-1", workspace)
        assert (resolution.recognised, resolution.models) == (True, ("released-today-1",))


async def test_a_vendor_that_the_workspace_does_not_allow_is_not_asked(engine: AsyncEngine) -> None:
    async with discovering(engine, "gemini", ("released-today-1",)) as running:
        settings = {"allowed_providers": ["openai"]}
        async with system_transaction(engine) as conn:
            await workspaces.update_workspace_settings(conn, running.workspace_id, settings)
        await running.discovery.read_due()
        assert list(running.vendor.ledger) == []


async def test_a_list_is_asked_for_once_while_it_is_fresh(engine: AsyncEngine) -> None:
    async with discovering(engine, "gemini", ("released-today-1",)) as running:
        for _ in range(3):
            await running.discovery.read_due()
        assert [entry.method for entry in running.vendor.ledger] == ["GET"]


@pytest.mark.parametrize("fault", ["status_401_echo", "status_500", "html_200", "empty_200", "reset_before_byte"])
async def test_a_list_that_can_not_be_read_is_told_and_harms_nothing(engine: AsyncEngine, fault: str) -> None:
    async with discovering(engine, "gemini", ("released-today-1",)) as running:
        running.vendor.set_fault(fault, path="/v1beta/models")
        await running.discovery.read_due()
        error = await running.error()
        assert error
        assert "sk-hidden" not in error
        if fault.startswith("status_"):
            assert fault.split("_")[1] in error
        assert (await running.key()).discovered == {}
