"""Somebody can write to the database, but has no ENCRYPTION_KEY: whatever is moved, changed or cut opens nowhere."""

import itertools
import uuid

from sqlalchemy import select, update

from perpetuo.core.catalog import Catalog, Vendor
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import provider_keys as queries
from perpetuo.db.sealing import provider_key_place
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import provider_keys

CATALOG = Catalog("test", {"openai": Vendor("openai", "OpenAI", "openai_chat", "https://openai.example/v1")}, {}, {})


async def sealed(engine):
    """Provider key -> what is sealed of it."""
    async with system_transaction(engine) as conn:
        rows = await conn.execute(select(provider_keys.c.id, provider_keys.c.secret_sealed))
        return {key_id: bytes(envelope) for key_id, envelope in rows.all()}


async def put(engine, key_id, envelope):
    async with system_transaction(engine) as conn:
        await conn.execute(update(provider_keys).where(provider_keys.c.id == key_id).values(secret_sealed=envelope))


async def usable(engine, sealer):
    """Ids of the provider keys that the data plane gets, and how many workspaces it serves."""
    workspaces, _ = await SnapshotLoader(engine, CATALOG, sealer).load_all()
    return {key.id for workspace in workspaces.values() for key in workspace.provider_keys}, len(workspaces)


async def add_key(engine, sealer, one, label):
    key_id = str(uuid.uuid4())
    envelope = sealer.seal(
        f"sk-{label}".encode(), provider_key_place(one.workspace_id, key_id), uuid.uuid4().bytes[:12]
    )
    async with system_transaction(engine) as conn:
        await queries.insert_provider_key(
            conn, one.workspace_id, id=key_id, vendor="openai", label=label, secret_sealed=envelope, secret_hint=""
        )


async def test_a_ciphertext_put_into_another_row_is_left_out_and_said_and_everybody_else_is_served(
    engine, sealer, seed, caplog
):
    one, _ = await seed("one"), await seed("two")
    await add_key(engine, sealer, one, "second")
    all_of_them = await sealed(engine)
    assert await usable(engine, sealer) == (all_of_them.keys(), 2)
    for taken_from, put_into in itertools.permutations(all_of_them, 2):
        caplog.clear()
        await put(engine, put_into, all_of_them[taken_from])
        assert await usable(engine, sealer) == (all_of_them.keys() - {put_into}, 2)
        assert f"provider key {put_into} left out" in caplog.text and "sk-" not in caplog.text
        await put(engine, put_into, all_of_them[put_into])
    assert await usable(engine, sealer) == (all_of_them.keys(), 2)


async def test_a_changed_or_cut_ciphertext_is_left_out_and_its_workspace_served_on(engine, sealer, seed, caplog):
    one = await seed("one")
    await add_key(engine, sealer, one, "second")
    envelope = (await sealed(engine))[one.provider_key_id]
    flipped = [envelope[:at] + bytes((envelope[at] ^ 1 << at % 8,)) + envelope[at + 1 :] for at in range(len(envelope))]
    cut = [envelope[:length] for length in (0, 1, 9, 21, 36, len(envelope) - 12, len(envelope) - 1)]
    for broken in (*flipped, *cut, envelope + b"\0", b"sk-in-plain-text"):
        caplog.clear()
        await put(engine, one.provider_key_id, broken)
        kept, workspaces = await usable(engine, sealer)
        assert len(kept) == 1 and workspaces == 1 and one.provider_key_id not in kept
        assert f"provider key {one.provider_key_id} left out" in caplog.text and "sk-" not in caplog.text


async def test_a_provider_key_moved_to_another_workspace_does_not_open_there(engine, sealer, seed):
    one, two = await seed("one"), await seed("two")
    async with system_transaction(engine) as conn:
        moved = update(provider_keys).where(provider_keys.c.id == one.provider_key_id)
        await conn.execute(moved.values(workspace_id=two.workspace_id))
    assert await usable(engine, sealer) == ({two.provider_key_id}, 2)
