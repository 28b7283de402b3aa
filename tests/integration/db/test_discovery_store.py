from sqlalchemy import select, text, update

from perpetuo.core.catalog import Model
from perpetuo.db.discovery_store import MAX_ERROR_CHARS, SqlDiscoveryStore
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.provider_keys import update_provider_key
from perpetuo.db.tables import provider_keys

NEW = (Model("gpt-9", "gpt-9", context_tokens=5),)


async def row_of(engine, seeded):
    async with system_transaction(engine) as conn:
        statement = select(provider_keys).where(provider_keys.c.id == seeded.provider_key_id)
        return (await conn.execute(statement)).mappings().one()


async def test_a_list_is_due_once_and_again_after_its_time(engine, seed):
    one, two = await seed("one"), await seed("two")
    store = SqlDiscoveryStore(engine)
    due = {(seeded.workspace_id, seeded.provider_key_id) for seeded in (one, two)}
    assert set(await store.claim(["openai"], 3600.0, 10)) == due
    assert await store.claim(["openai"], 3600.0, 10) == []
    async with system_transaction(engine) as conn:
        await conn.execute(update(provider_keys).values(discovery_tried_at=text("now() - interval '3601 s'")))
    assert set(await store.claim(["openai"], 3600.0, 10)) == due


async def test_only_enabled_keys_of_the_vendors_asked_for_are_due(engine, seed):
    one, _ = await seed("one"), await seed("two", vendor="groq")
    store = SqlDiscoveryStore(engine)
    async with system_transaction(engine) as conn:
        await update_provider_key(conn, one.workspace_id, one.provider_key_id, {"enabled": False})
    assert await store.claim(["openai"], 3600.0, 10) == []
    assert len(await store.claim(["openai", "groq"], 3600.0, 10)) == 1


async def test_machines_that_ask_at_the_same_time_get_different_ones(engine, seed):
    for number in range(3):
        await seed(f"key{number}")
    store = SqlDiscoveryStore(engine)
    claimed = [await store.claim(["openai"], 3600.0, 2), await store.claim(["openai"], 3600.0, 2)]
    assert [len(batch) for batch in claimed] == [2, 1]
    assert not set(claimed[0]) & set(claimed[1])


async def test_another_secret_or_base_url_makes_the_list_due_at_once(engine, seed):
    one = await seed("one")
    store = SqlDiscoveryStore(engine)
    await store.claim(["openai"], 3600.0, 10)
    async with system_transaction(engine) as conn:
        await update_provider_key(conn, one.workspace_id, one.provider_key_id, {"priority": 5})
    assert await store.claim(["openai"], 3600.0, 10) == []
    async with system_transaction(engine) as conn:
        await update_provider_key(conn, one.workspace_id, one.provider_key_id, {"secret_sealed": b"other"})
    assert len(await store.claim(["openai"], 3600.0, 10)) == 1


async def test_an_error_keeps_the_last_list_and_a_list_clears_the_error(engine, seed):
    one = await seed("one")
    store = SqlDiscoveryStore(engine)
    await store.store(one.workspace_id, one.provider_key_id, NEW)
    await store.store_error(one.workspace_id, one.provider_key_id, "x" * 2000)
    row = await row_of(engine, one)
    assert (row["discovered"][0]["id"], row["discovery_error"]) == ("gpt-9", "x" * MAX_ERROR_CHARS)
    await store.store(one.workspace_id, one.provider_key_id, NEW)
    assert (await row_of(engine, one))["discovery_error"] is None


async def test_a_workspace_can_not_be_written_through_another(engine, seed):
    one, two = await seed("one"), await seed("two")
    await SqlDiscoveryStore(engine).store(two.workspace_id, one.provider_key_id, NEW)
    assert (await row_of(engine, one))["discovered"] == []


async def test_gateways_hear_of_a_list_that_changed_and_of_nothing_else(engine, seed, database_url):
    one = await seed("one")
    store = SqlDiscoveryStore(engine)
    heard: list[str] = []
    async with engine.connect() as conn:
        driver = (await conn.get_raw_connection()).driver_connection
        await driver.add_listener("perpetuo_snapshot", lambda *message: heard.append(message[3]))
        await store.claim(["openai"], 3600.0, 10)
        await store.store_error(one.workspace_id, one.provider_key_id, "away")
        await store.store(one.workspace_id, one.provider_key_id, ())
        await driver.execute("SELECT 1")
        assert heard == []
        await store.store(one.workspace_id, one.provider_key_id, NEW)
        await driver.execute("SELECT 1")
        assert set(heard) == {one.workspace_id}
        driver.terminate()
        await conn.invalidate()
