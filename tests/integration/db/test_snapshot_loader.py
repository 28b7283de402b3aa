import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from perpetuo.core.catalog import Catalog, Model, Vendor
from perpetuo.core.ids import api_key_digest
from perpetuo.core.month_book import Amount, MonthTotals, TotalsWanted
from perpetuo.core.snapshot import AliasTarget, Secret
from perpetuo.db.discovery_store import SqlDiscoveryStore
from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.queries import api_keys as api_key_queries
from perpetuo.db.queries.projection import insert_settlements, set_journal_positions
from perpetuo.db.queries.provider_keys import update_provider_key
from perpetuo.db.queries.workspaces import delete_workspace, set_workspace_suspended, update_workspace_settings
from perpetuo.db.sealing import Sealer
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import api_keys, provider_keys, workspaces

CATALOG = Catalog(
    version="test",
    vendors={
        "openai": Vendor(
            "openai",
            "OpenAI",
            "openai_chat",
            "https://api.openai.example/v1",
            models=(Model("gpt-4o", "gpt-4o", capabilities=frozenset({"vision"})), Model("gpt-4", "gpt-4")),
        ),
        "custom": Vendor("custom", "Custom", "openai_chat", None),
    },
    aliases={},
    names={},
)


@pytest.fixture
def loader(engine, sealer):
    return SnapshotLoader(engine, CATALOG, sealer)


async def test_a_workspace_is_loaded_with_its_keys_unsealed_and_defaults_where_nothing_is_set(loader, seed):
    one, two = await seed("one"), await seed("two")
    workspaces, keys = await loader.load_all()
    assert workspaces.keys() == {one.workspace_id, two.workspace_id}
    loaded = workspaces[one.workspace_id]
    (provider_key,) = loaded.provider_keys
    assert provider_key.secret == Secret("sk-one") and provider_key.base_url == "https://api.openai.example/v1"
    assert (provider_key.id, provider_key.label, provider_key.priority) == (one.provider_key_id, "one", 100)
    assert (loaded.substitution, loaded.strategy, loaded.unknown_models) == ("tier", None, "reject")
    assert (loaded.quota_requests_month, loaded.suspended) == (None, False)
    assert keys.keys() == {api_key_digest("pk_one"), api_key_digest("pk_two")}
    assert keys[api_key_digest("pk_one")].workspace_id == one.workspace_id


async def test_settings_of_workspace_provider_key_and_api_key_arrive(engine, loader, seed):
    settings = {
        "strategy": "fastest",
        "substitution": "never",
        "unknown_models": "default",
        "quota_tokens_month": 5,
        "aliases": {"mine": {"tier": "premium", "models": ["gpt-4o"]}},
        "of a later version": 1,
    }
    one = await seed("one", settings=settings)
    expires_at = datetime(2027, 1, 1, tzinfo=UTC)
    async with workspace_transaction(engine, one.workspace_id) as conn:
        model = {"id": "gpt-4o", "canonical": "gpt-4o", "price": {"bands": [{"input": 1, "output": 2}], "source": "me"}}
        changes = {"models": [model], "base_url": "http://10.0.0.1/v1", "enabled": False}
        await update_provider_key(conn, one.workspace_id, one.provider_key_id, changes)
        await conn.execute(
            update(api_keys).values(
                settings={"allowed_aliases": ["gpt-4"], "substitution": "fallback"}, expires_at=expires_at
            )
        )
    workspace, keys = await loader.load_workspace(one.workspace_id)
    assert workspace is not None
    assert (workspace.strategy, workspace.substitution, workspace.unknown_models) == ("fastest", "never", "default")
    assert workspace.aliases == {"mine": AliasTarget(tier="premium", models=("gpt-4o",))}
    assert (workspace.quota_tokens_month, workspace.quota_requests_month) == (5, None)
    (provider_key,) = workspace.provider_keys
    (offer,) = provider_key.models
    assert isinstance(offer, Model) and offer.price is not None and offer.price.bands[0].output == 2
    assert (provider_key.base_url, provider_key.enabled) == ("http://10.0.0.1/v1", False)
    (key,) = keys.values()
    assert (key.allowed_aliases, key.substitution) == (("gpt-4",), "fallback")
    assert key.expires_at_s == expires_at.timestamp()


async def test_a_workspaces_own_price_replaces_the_list_price_of_that_vendors_model_only(loader, seed):
    prices = {"openai/gpt-4o": [{"input": 7, "output": 9}], "groq/gpt-4o": [{"input": 1, "output": 1}], "x/y": []}
    one = await seed("one", settings={"prices": prices})
    workspace, _ = await loader.load_workspace(one.workspace_id)
    assert workspace is not None and not workspace.suspended
    (provider_key,) = workspace.provider_keys
    assert provider_key.vendor == "openai"
    (offer,) = provider_key.models
    assert (offer.id, offer.price.bands[0].input, offer.price.source) == ("gpt-4o", 7, "workspace override")
    assert "vision" in offer.capabilities


async def test_revoked_keys_and_deleted_workspaces_are_not_loaded(engine, loader, seed):
    one, two = await seed("one"), await seed("two")
    async with system_transaction(engine) as conn:
        await api_key_queries.revoke_api_key(conn, one.workspace_id, one.api_key_id)
        await delete_workspace(conn, two.workspace_id)
    workspaces, keys = await loader.load_all()
    assert workspaces.keys() == {one.workspace_id} and keys == {}
    assert await loader.load_workspace(two.workspace_id) == (None, {})


async def test_a_provider_key_that_does_not_open_is_left_out_and_its_workspace_serves_on(engine, seed, caplog):
    one = await seed("one")
    other_key = SnapshotLoader(engine, CATALOG, Sealer(bytes(range(9, 250, 7))[:32]))
    workspaces, keys = await other_key.load_all()
    assert workspaces[one.workspace_id].provider_keys == () and len(keys) == 1
    assert one.provider_key_id in caplog.text and "another ENCRYPTION_KEY" in caplog.text


@pytest.mark.parametrize("vendor", ["custom", "unheard-of"])
async def test_a_provider_key_without_any_base_url_is_left_out(loader, seed, caplog, vendor):
    one = await seed("one", vendor=vendor)
    workspace, _ = await loader.load_workspace(one.workspace_id)
    assert workspace is not None and workspace.provider_keys == ()
    assert one.provider_key_id in caplog.text


async def test_settings_that_can_not_be_read_suspend_instead_of_lifting_limits(engine, loader, seed):
    broken, fine = await seed("broken", settings={"quota_tokens_month": "many"}), await seed("fine")
    async with workspace_transaction(engine, fine.workspace_id) as conn:
        await conn.execute(update(api_keys).values(settings={"allowed_aliases": 7}))
    workspaces, keys = await loader.load_all()
    assert workspaces[broken.workspace_id].suspended and not workspaces[fine.workspace_id].suspended
    assert keys.keys() == {api_key_digest("pk_broken")}


class Listener:
    """Runs `listen` and keeps what it is told. `after` waits until something more was."""

    def __init__(self, loader):
        self._told = asyncio.Queue()
        self.task = asyncio.create_task(loader.listen(self._told.put_nowait))

    async def next(self):
        return await asyncio.wait_for(self._told.get(), 10)

    def empty(self):
        return self._told.empty()


@pytest.fixture
async def listener(loader, run_sql):
    listener = Listener(loader)
    while await run_sql("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") == []:
        await asyncio.sleep(0.01)
    yield listener
    listener.task.cancel()
    await asyncio.gather(listener.task, return_exceptions=True)


async def test_each_kind_of_change_names_its_workspace_once(engine, seed, listener):
    one = await seed("one")
    assert await listener.next() == one.workspace_id

    async def change(work):
        async with system_transaction(engine) as conn:
            await work(conn)
        assert await listener.next() == one.workspace_id

    w, p, a = one.workspace_id, one.provider_key_id, one.api_key_id
    await change(lambda conn: update_workspace_settings(conn, w, {"strategy": "cheapest"}))
    await change(lambda conn: set_workspace_suspended(conn, w, suspended=True))
    await change(lambda conn: update_provider_key(conn, w, p, {"priority": 3}))
    await change(lambda conn: api_key_queries.revoke_api_key(conn, w, a))
    await change(lambda conn: delete_workspace(conn, w))
    assert listener.empty()


async def test_use_of_a_key_and_what_is_rolled_back_notify_nobody(engine, seed, listener):
    one, two = await seed("one"), await seed("two")
    assert {await listener.next(), await listener.next()} == {one.workspace_id, two.workspace_id}
    async with workspace_transaction(engine, one.workspace_id) as conn:
        await api_key_queries.note_api_keys_used(conn, [(one.workspace_id, one.api_key_id, 1)])
    with pytest.raises(RuntimeError):
        async with system_transaction(engine) as conn:
            await conn.execute(update(workspaces).values(name="x"))
            raise RuntimeError
    async with system_transaction(engine) as conn:
        await set_workspace_suspended(conn, two.workspace_id, suspended=True)
    assert await listener.next() == two.workspace_id


async def test_listening_ends_when_the_connection_is_lost_and_can_begin_again(loader, seed, listener, run_sql):
    await run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await asyncio.wait_for(asyncio.gather(listener.task, return_exceptions=True), 10)
    again = Listener(loader)
    while await run_sql("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") == []:
        await asyncio.sleep(0.01)
    one = await seed("one")
    assert await again.next() == one.workspace_id
    again.task.cancel()
    await asyncio.gather(again.task, return_exceptions=True)


async def test_usage_totals_are_this_months_and_tell_the_journal_positions_they_include(engine, loader, seed, log_row):
    one = await seed("one")
    row = log_row(1, one.workspace_id)
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [row])
        await set_journal_positions(conn, {"worker-1": 99})
    both, positions = TotalsWanted(workspaces=True, api_keys=[row["api_key_id"], one.api_key_id]), {"worker-1": 99}
    this_month = await loader.usage_totals(row["received_at_ms"], both)
    assert this_month == MonthTotals(
        {one.workspace_id: Amount(1, 15)}, {row["api_key_id"]: Amount(nanousd=1500)}, positions
    )
    next_month_ms = row["received_at_ms"] + 20 * 86_400_000
    assert await loader.usage_totals(next_month_ms, both) == MonthTotals({}, {}, positions)
    nothing = TotalsWanted(workspaces=False, api_keys=())
    assert await loader.usage_totals(row["received_at_ms"], nothing) == MonthTotals({}, {}, positions)


async def test_a_vendors_own_list_arrives_by_id_and_by_canonical_name(engine, loader, seed):
    one = await seed("one")
    listed = (Model("lab/new-1", "new-1", context_tokens=5), Model("new-1", "new-1", context_tokens=6))
    await SqlDiscoveryStore(engine).store(one.workspace_id, one.provider_key_id, listed)
    workspace, _ = await loader.load_workspace(one.workspace_id)
    (key,) = workspace.provider_keys
    assert {name: model.context_tokens for name, model in key.discovered.items()} == {"lab/new-1": 5, "new-1": 6}


async def test_a_list_that_can_not_be_read_costs_the_list_and_not_the_key(engine, loader, seed):
    one = await seed("one")
    async with system_transaction(engine) as conn:
        await conn.execute(update(provider_keys).values(discovered=[{"id": 7}]))
    workspace, _ = await loader.load_workspace(one.workspace_id)
    assert [key.discovered for key in workspace.provider_keys] == [{}]
