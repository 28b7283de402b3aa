"""Configuration from the tables into the frozen parts of a snapshot (`gateway.snapshot_feed.SnapshotSource`)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from perpetuo.core.catalog import Catalog, Model, PriceBand, Vendor
from perpetuo.core.month_book import Amount, MonthTotals, TotalsWanted
from perpetuo.core.snapshot import ApiKey, ProviderKey, Secret, Workspace
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.installation import get_installation_value
from perpetuo.db.queries.key_costs import month_costs
from perpetuo.db.queries.projection import get_journal_positions
from perpetuo.db.queries.sealing_key import SEALING_KEY, announce_keys
from perpetuo.db.queries.usage_counters import month_totals
from perpetuo.db.sealing import SealBroken, Sealer, provider_key_place
from perpetuo.db.settings_documents import ApiKeySettings, WorkspaceSettings, smaller_quota
from perpetuo.db.tables import api_keys, provider_keys, workspaces
from perpetuo.providers.catalog.load import with_price_override
from perpetuo.providers.catalog.prices import list_price

CHANNEL = "perpetuo_snapshot"
"""Its payload is the id of the workspace that changed."""

HEARTBEAT_S = 30.0
HEARTBEAT_TIMEOUT_S = 10.0
"""A connection whose other end silently vanished would listen for ever."""

log = logging.getLogger(__name__)

Loaded = tuple[dict[str, Workspace], dict[bytes, ApiKey]]


class SnapshotLoader:
    """Methods raise OSError, TimeoutError, SQLAlchemyError or asyncpg's errors when the database can not be asked."""

    def __init__(self, engine: AsyncEngine, catalog: Catalog, sealer: Sealer) -> None:
        self._engine = engine
        self._catalog = catalog
        self._sealer = sealer
        self.sealing_key_id: str | None = None
        """Of the key that the installation seals with, as of the last load of everything; None = ENCRYPTION_KEY."""

    async def load_all(self) -> Loaded:
        """Every workspace by id, and every unrevoked API key by its SHA-256 digest, as of one moment."""
        return await self._load(None)

    async def load_workspace(self, workspace_id: str) -> tuple[Workspace | None, dict[bytes, ApiKey]]:
        """One workspace and its API keys; None when it is gone."""
        loaded, keys = await self._load(workspace_id)
        return loaded.get(workspace_id), keys

    async def listen(self, on_change: Callable[[str], None]) -> None:
        """Call `on_change(workspace_id)` for each change, until the connection is lost: then return or raise."""
        async with self._engine.connect() as conn:
            driver: Any = (await conn.get_raw_connection()).driver_connection
            lost = asyncio.Event()

            def on_notify(_connection: object, _pid: int, _channel: str, payload: str) -> None:
                on_change(payload)

            def on_lost(_connection: object) -> None:
                lost.set()

            driver.add_termination_listener(on_lost)
            try:
                await announce_keys(driver, self._sealer.key_ids)
                await driver.add_listener(CHANNEL, on_notify)
                while not lost.is_set():
                    try:
                        await asyncio.wait_for(lost.wait(), HEARTBEAT_S)
                    except TimeoutError:
                        await driver.execute("SELECT 1", timeout=HEARTBEAT_TIMEOUT_S)
            finally:
                # Never back into the pool: it still listens.
                driver.terminate()
                await conn.invalidate()

    async def usage_totals(self, wall_ms: int, wanted: TotalsWanted) -> MonthTotals:
        """This month's, and the journal positions they include, as of one moment. Nothing is summed up that nobody
        wants."""
        month = datetime.fromtimestamp(wall_ms / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        async with system_transaction(self._engine, repeatable=True) as conn:
            used = await month_totals(conn, month) if wanted.workspaces else {}
            spent = await month_costs(conn, month, wanted.api_keys) if wanted.api_keys else {}
            positions = await get_journal_positions(conn)
        return MonthTotals(
            {workspace_id: Amount(requests, tokens) for workspace_id, (requests, tokens) in used.items()},
            {api_key_id: Amount(nanousd=cost) for api_key_id, cost in spent.items()},
            positions,
        )

    async def _load(self, workspace_id: str | None) -> Loaded:
        async with system_transaction(self._engine, repeatable=True) as conn:
            if workspace_id is None:
                self.sealing_key_id = await get_installation_value(conn, SEALING_KEY)
            workspace_rows = await _rows(conn, select(workspaces), workspaces.c.id, workspace_id)
            provider_rows = await _rows(
                conn,
                select(provider_keys).order_by(
                    provider_keys.c.priority, provider_keys.c.created_at, provider_keys.c.id
                ),
                provider_keys.c.workspace_id,
                workspace_id,
            )
            api_key_rows = await _rows(
                conn,
                select(api_keys).where(api_keys.c.revoked_at.is_(None)),
                api_keys.c.workspace_id,
                workspace_id,
            )
        by_workspace: dict[str, list[ProviderKey]] = {}
        for row in provider_rows:
            key = self._provider_key(row)
            if key is not None:
                by_workspace.setdefault(key.workspace_id, []).append(key)
        loaded = {
            row["id"]: _workspace(row, tuple(by_workspace.get(row["id"], ())), self._catalog) for row in workspace_rows
        }
        keys = {bytes(row["key_hash"]): key for row in api_key_rows if (key := _api_key(row)) is not None}
        return loaded, keys

    def _provider_key(self, row: dict[str, Any]) -> ProviderKey | None:
        """None, and a warning, for a key that can not be used; its workspace serves on with the others."""
        vendor = self._catalog.vendors.get(row["vendor"])
        base_url = row["base_url"] or (vendor.base_url if vendor else None)
        if vendor is None or not base_url:
            log.warning("provider key %s left out: vendor %s has no base URL here", row["id"], row["vendor"])
            return None
        try:
            secret = self._sealer.open(
                bytes(row["secret_sealed"]), provider_key_place(row["workspace_id"], row["id"])
            ).decode()
            models = tuple(
                _with_list_price(vendor, model) for model in msgspec.convert(row["models"], tuple[Model, ...])
            )
        except (SealBroken, UnicodeDecodeError, msgspec.ValidationError) as exc:
            reason = exc if isinstance(exc, SealBroken) else type(exc).__name__
            log.warning("provider key %s left out: %s", row["id"], reason)
            return None
        return ProviderKey(
            id=row["id"],
            workspace_id=row["workspace_id"],
            vendor=row["vendor"],
            label=row["label"],
            base_url=base_url,
            secret=Secret(secret),
            priority=row["priority"],
            enabled=row["enabled"],
            models=models,
            discovered=_discovered(row),
        )


def _with_list_price(vendor: Vendor, model: Model) -> Model:
    """A model that the workspace named itself costs what the vendor lists, if the price data knows it."""
    if model.price is not None or vendor.self_hosted:
        return model
    return msgspec.structs.replace(model, price=list_price(vendor.name, model.id, datetime.now(UTC).date()))


def _discovered(row: dict[str, Any]) -> dict[str, Model]:
    """A list that an older or newer version wrote is not worth a provider key: it is read again soon."""
    try:
        models = msgspec.convert(row["discovered"], tuple[Model, ...])
    except msgspec.ValidationError as exc:
        log.warning("provider key %s: its model list can not be read: %s", row["id"], exc)
        return {}
    return {model.canonical: model for model in reversed(models)} | {model.id: model for model in models}


def _workspace(row: dict[str, Any], keys: tuple[ProviderKey, ...], catalog: Catalog) -> Workspace:
    """A workspace whose settings can not be read is suspended: without them it would have no limits."""
    suspended: bool = row["suspended"]
    try:
        settings = msgspec.convert(row["settings"], WorkspaceSettings)
    except msgspec.ValidationError as exc:
        log.error("workspace %s suspended: its settings can not be read: %s", row["id"], exc)
        settings, suspended = WorkspaceSettings(), True
    return Workspace(
        id=row["id"],
        name=row["name"],
        provider_keys=tuple(_with_own_prices(key, catalog, settings.prices) for key in keys),
        aliases=settings.aliases,
        strategy=settings.strategy,
        substitution=settings.substitution,
        unknown_models=settings.unknown_models,
        drop_reasoning=settings.drop_reasoning,
        quota_requests_month=smaller_quota(settings.quota_requests_month, settings.own_quota_requests_month),
        quota_tokens_month=smaller_quota(settings.quota_tokens_month, settings.own_quota_tokens_month),
        suspended=suspended,
        allowed_providers=None if settings.allowed_providers is None else frozenset(settings.allowed_providers),
        log_content=settings.log_content,
    )


def _with_own_prices(key: ProviderKey, catalog: Catalog, prices: Mapping[str, tuple[PriceBand, ...]]) -> ProviderKey:
    """The key with the models that the workspace pays for differently as offers of its own."""
    offers = {model.id: model for model in catalog.vendors[key.vendor].models}
    offers |= {model.id: model for model in key.models}
    models = {model.id: model for model in key.models}
    for name, bands in prices.items():
        vendor, _, model_id = name.partition("/")
        if vendor != key.vendor or model_id not in offers:
            continue
        try:
            models[model_id] = with_price_override(offers[model_id], *bands)
        except ValueError as exc:
            log.warning("workspace %s: its price of %s is left out: %s", key.workspace_id, name, exc)
    return msgspec.structs.replace(key, models=tuple(models.values()))


def _api_key(row: dict[str, Any]) -> ApiKey | None:
    """None, and an error, for a key whose settings can not be read: without them it would have no limits."""
    try:
        settings = msgspec.convert(row["settings"], ApiKeySettings)
    except msgspec.ValidationError as exc:
        log.error("API key %s left out: its settings can not be read: %s", row["id"], exc)
        return None
    expires_at: datetime | None = row["expires_at"]
    return ApiKey(
        id=row["id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        expires_at_s=expires_at.timestamp() if expires_at else None,
        substitution=settings.substitution,
        allowed_aliases=settings.allowed_aliases,
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        budget_nanousd_month=settings.budget_nanousd_month,
    )


async def _rows(conn: AsyncConnection, statement: Select[Any], column: Any, workspace_id: str | None) -> list[Any]:
    if workspace_id is not None:
        statement = statement.where(column == workspace_id)
    return [dict(row) for row in (await conn.execute(statement)).mappings()]
