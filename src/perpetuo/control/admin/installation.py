"""The installation as a whole: its health, its catalog and prices, and who may sign up."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from perpetuo.control.admin.schemas import (
    Catalog,
    DatabaseHealth,
    PoolHealth,
    PriceBook,
    ProjectorHealth,
    SignUpPolicy,
    SystemHealth,
    VendorInCatalog,
    VendorPrices,
    WorkerHealth,
)
from perpetuo.control.change import changing_everything, reading_everything
from perpetuo.control.policies import Access
from perpetuo.control.provider_keys.shown import offered_model
from perpetuo.control.replies import invalid
from perpetuo.control.state import ControlState, SignUp
from perpetuo.db.engine import owner_transaction
from perpetuo.db.partitions import months_ahead
from perpetuo.db.queries.administration import database_facts, journals, newest_log
from perpetuo.db.queries.installation import get_installation_value, set_installation_value
from perpetuo.providers.catalog.prices import PRICE_DATA_VERSION

SIGN_UP = "sign_up"


def _read_migrations() -> tuple[Callable[[AsyncConnection], Awaitable[str | None]], str]:
    """How to ask for a database's revision, and the one that this version needs. Beside the event loop, and only when
    somebody looks: it brings Alembic along, 8 MB and the reading of every migration."""
    from perpetuo.db.migrate import head_revision, revision_of

    return revision_of, head_revision()


async def health(state: ControlState) -> SystemHealth:
    revision_of, needed = await asyncio.to_thread(_read_migrations)
    async with reading_everything(state) as conn:
        asked_s = time.perf_counter()
        await conn.execute(text("SELECT 1"))
        latency_ms = (time.perf_counter() - asked_s) * 1000
        facts = await database_facts(conn)
        ahead = await months_ahead(conn, state.now_ms())
        newest, (files, journal_bytes) = await newest_log(conn), await journals(conn)
    async with owner_transaction(state.engine) as conn:
        revision = await revision_of(conn)
    worker = None if state.worker_health is None else await state.worker_health()
    return SystemHealth(
        version=state.settings.version,
        database=DatabaseHealth(
            latency_ms=latency_ms,
            schema_revision=revision,
            schema_needed=needed,
            months_ahead=ahead,
            **facts,
        ),
        projector=ProjectorHealth(
            newest_request_at=newest,
            newest_request_age_s=None if newest is None else state.clock.wall_s() - newest.timestamp(),
            journals=files,
            journal_bytes=journal_bytes,
        ),
        pool=_pool(state),
        worker=None if worker is None else WorkerHealth(**msgspec.structs.asdict(worker)),
    )


def catalog(state: ControlState) -> Catalog:
    return Catalog(
        version=state.catalog.version,
        price_data=PRICE_DATA_VERSION,
        aliases=len(state.catalog.aliases),
        vendors=[
            VendorInCatalog(
                name=vendor.name,
                title=vendor.title,
                protocol=vendor.protocol,
                models=len(vendor.models),
                models_without_price=[model.id for model in vendor.models if model.price is None],
            )
            for vendor in state.catalog.vendors.values()
        ],
    )


def price_book(state: ControlState, vendor: str | None) -> PriceBook:
    """vendor: None = all. Raises ControlError 422."""
    vendors = state.catalog.vendors
    if vendor is not None and vendor not in vendors:
        raise invalid("vendor", "There is no provider of this name.")
    return PriceBook(
        price_data=PRICE_DATA_VERSION,
        vendors=[
            VendorPrices(
                name=each.name,
                title=each.title,
                self_hosted=each.self_hosted,
                source_url=each.source_url,
                read_on=each.read_on,
                models=[offered_model(model, "catalog") for model in each.models],
            )
            for each in ([vendors[vendor]] if vendor is not None else vendors.values())
        ],
    )


async def sign_up_policy(state: ControlState) -> SignUpPolicy:
    async with reading_everything(state) as conn:
        return _policy(state, await get_installation_value(conn, SIGN_UP))


async def set_sign_up_policy(state: ControlState, access: Access, wanted: SignUp | None) -> SignUpPolicy:
    """None: what the settings say."""
    async with changing_everything(state, access, "installation.sign_up", "installation") as change:
        before = await get_installation_value(change.conn, SIGN_UP)
        await set_installation_value(change.conn, SIGN_UP, wanted)
        change.details = {"from": before, "to": wanted}
    return _policy(state, wanted)


def _policy(state: ControlState, value: Any) -> SignUpPolicy:
    if value in get_args(SignUp):
        return SignUpPolicy(sign_up=value, chosen_by="operator")
    return SignUpPolicy(sign_up=state.settings.sign_up, chosen_by="settings")


def _pool(state: ControlState) -> PoolHealth:
    pool = state.engine.pool
    assert isinstance(pool, QueuePool)
    return PoolHealth(size=pool.size(), in_use=pool.checkedout())
