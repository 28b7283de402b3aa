"""The audit log on a real database: appended to by one change at a time, and changed by nobody unseen."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from control_harness import ENCRYPTION_KEY, ControlHarness, Person
from perpetuo.core.audit_chain import ChainCheck, Tampered
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries.audit_log import get_audit_head, read_audit_chain
from perpetuo.db.sealing import audit_key

RunSql = Callable[[str], Awaitable[list[tuple[object, ...]]]]
KEYS = (audit_key(ENCRYPTION_KEY),)


async def verify(control: ControlHarness) -> tuple[int, Tampered | None]:
    async with system_transaction(control.engine, repeatable=True) as conn:
        return await check(conn)


async def check(conn: AsyncConnection) -> tuple[int, Tampered | None]:
    chain = ChainCheck()
    async for entry, stored in read_audit_chain(conn):
        found = chain.add(entry, stored)
        if found is not None:
            return chain.count, found
    return chain.count, chain.finish(await get_audit_head(conn), KEYS)


@pytest.fixture
async def admin(control: ControlHarness) -> Person:
    return await control.member(await control.workspace("mine"), "admin")


async def make_keys(control: ControlHarness, admin: Person, count: int) -> list[int]:
    """The statuses of so many changes at once."""
    path = f"/workspaces/{admin.workspace_id}/api-keys"
    replies = await asyncio.gather(
        *(control.http.post(path, json={"name": f"k{number}"}, headers=admin.headers) for number in range(count))
    )
    return [reply.status_code for reply in replies]


async def test_fifty_changes_at_once_make_fifty_consecutive_entries(control: ControlHarness, admin: Person):
    assert await make_keys(control, admin, 50) == [201] * 50
    assert await verify(control) == (50, None)
    reply = await control.http.get(f"/workspaces/{admin.workspace_id}/audit?limit=200", headers=admin.headers)
    assert [entry["sequence"] for entry in reply.json()["data"]] == list(range(50, 0, -1))


async def test_nobody_edits_deletes_or_empties_the_log_not_even_its_owner(
    control: ControlHarness, admin: Person, run_sql: RunSql
):
    await make_keys(control, admin, 1)
    statements = ("UPDATE audit_log SET actor_name = 'eve'", "DELETE FROM audit_log", "TRUNCATE audit_log")
    for statement in statements:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await run_sql(statement)
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            async with system_transaction(control.engine) as conn:
                await conn.execute(text(statement))
    assert await verify(control) == (1, None)


# As an attacker would who owns the database: the trigger is switched off first.
TAMPERINGS = {
    "an id": "UPDATE audit_log SET id = gen_random_uuid() WHERE sequence = {n}",
    "a workspace": "UPDATE audit_log SET workspace_id = gen_random_uuid() WHERE sequence = {n}",
    "no workspace": "UPDATE audit_log SET workspace_id = NULL WHERE sequence = {n}",
    "a time": "UPDATE audit_log SET at = at + interval '1 millisecond' WHERE sequence = {n}",
    "a microsecond": "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE sequence = {n}",
    "a kind of actor": "UPDATE audit_log SET actor_kind = 'nobody' WHERE sequence = {n}",
    "an actor": "UPDATE audit_log SET actor_id = gen_random_uuid()::text WHERE sequence = {n}",
    "an actor's name": "UPDATE audit_log SET actor_name = actor_name || ' ' WHERE sequence = {n}",
    "an action": "UPDATE audit_log SET action = 'api_keys.revoke' WHERE sequence = {n}",
    "a kind of target": "UPDATE audit_log SET target_kind = 'user' WHERE sequence = {n}",
    "no target": "UPDATE audit_log SET target_id = NULL WHERE sequence = {n}",
    "details": 'UPDATE audit_log SET details = details || \'{{"name": "other"}}\' WHERE sequence = {n}',
    "an address": "UPDATE audit_log SET address = '192.0.2.9' WHERE sequence = {n}",
    "a hash": "UPDATE audit_log SET entry_hash = sha256('x') WHERE sequence = {n}",
    "a number": "UPDATE audit_log SET sequence = 1000 WHERE sequence = {n}",
    "an entry gone": "DELETE FROM audit_log WHERE sequence = {n}",
    "an entry gone and the rest moved up": (
        "DELETE FROM audit_log WHERE sequence = {n}; "
        "UPDATE audit_log SET sequence = -(sequence - 1) WHERE sequence > {n}; "
        "UPDATE audit_log SET sequence = -sequence WHERE sequence < 0"
    ),
    "two that changed places": (
        "UPDATE audit_log SET sequence = -sequence WHERE sequence IN ({n}, {m}); "
        "UPDATE audit_log SET sequence = {n} + {m} + sequence WHERE sequence < 0"
    ),
    "two hashes that changed places": (
        "UPDATE audit_log a SET entry_hash = b.entry_hash FROM audit_log b "
        "WHERE a.sequence IN ({n}, {m}) AND b.sequence = {n} + {m} - a.sequence"
    ),
    "an entry repeated": (
        "INSERT INTO audit_log SELECT 9, gen_random_uuid(), workspace_id, at, actor_kind, actor_id, actor_name, "
        "action, target_kind, target_id, details, address, entry_hash FROM audit_log WHERE sequence = {n}"
    ),
    "the end cut off": "DELETE FROM audit_log WHERE sequence > {n}",
    "everything gone": "TRUNCATE audit_log",
    "the end cut off and a head to match": (
        "DELETE FROM audit_log WHERE sequence > {n}; "
        "UPDATE audit_head SET entries = {n}, last_hash = (SELECT entry_hash FROM audit_log WHERE sequence = {n})"
    ),
    "a head that counts more": "UPDATE audit_head SET entries = entries + 1",
    "a head with another hash": "UPDATE audit_head SET last_hash = sha256('x')",
    "a head with another seal": "UPDATE audit_head SET seal = sha256('x')",
    "no head": "DELETE FROM audit_head",
}


async def test_whatever_the_databases_owner_does_to_the_log_is_found(
    control: ControlHarness, admin: Person, database_url: str
):
    """Each in a transaction of its own that is taken back; the log is verified as that transaction sees it."""
    assert await make_keys(control, admin, 8) == [201] * 8
    owner = create_engine(database_url, "owner", pool_size=1)
    chance = random.Random(7)
    async with owner.connect() as conn:
        await conn.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER append_only")
        await conn.commit()
        for _ in range(4):
            for name, statements in TAMPERINGS.items():
                n, m = chance.sample(range(1, 8), 2)
                for statement in statements.format(n=n, m=m).split("; "):
                    await conn.exec_driver_sql(statement)
                assert (await check(conn))[1] is not None, (name, n, m)
                await conn.rollback()
        assert await check(conn) == (8, None)
    await owner.dispose()


async def test_nothing_is_changed_after_a_head_that_is_not_ours(
    control: ControlHarness, admin: Person, run_sql: RunSql
):
    """Otherwise the next entry would seal what somebody did to the log."""
    assert await make_keys(control, admin, 3) == [201] * 3
    await run_sql("ALTER TABLE audit_log DISABLE TRIGGER append_only")
    await run_sql("DELETE FROM audit_log WHERE sequence = 3")
    await run_sql(
        "UPDATE audit_head SET entries = 2, last_hash = (SELECT entry_hash FROM audit_log WHERE sequence = 2)"
    )
    path = f"/workspaces/{admin.workspace_id}/api-keys"
    refused = await control.http.post(path, json={"name": "k"}, headers=admin.headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "audit_head_broken")
    listed = await control.http.get(path, headers=admin.headers)
    assert len(listed.json()["data"]) == 3
    _, found = await verify(control)
    assert found is not None


async def test_a_change_whose_entry_can_not_be_written_does_not_happen(
    control: ControlHarness, admin: Person, run_sql: RunSql
):
    assert await make_keys(control, admin, 1) == [201]
    await run_sql("ALTER TABLE audit_log ADD CONSTRAINT broken CHECK (sequence < 2)")
    assert await make_keys(control, admin, 1) == [500]
    listed = await control.http.get(f"/workspaces/{admin.workspace_id}/api-keys", headers=admin.headers)
    assert [key["name"] for key in listed.json()["data"]] == ["k0"]
    assert await verify(control) == (1, None)


async def test_the_log_is_read_by_page_action_and_actor_and_a_workspace_sees_its_own_part(
    control: ControlHarness, admin: Person
):
    boss = await control.sign_in(await control.user(operator=True))
    other = await control.member(await control.workspace("other"), "admin")
    for person in (admin, other, admin):
        await make_keys(control, person, 1)
    await control.http.put("/admin/sign-up", json={"sign_up": "closed"}, headers=boss.headers)

    async def sequences(path: str, person: Person) -> list[int]:
        reply = await control.http.get(path, headers=person.headers)
        assert reply.status_code == 200, reply.text
        return [entry["sequence"] for entry in reply.json()["data"]]

    mine = f"/workspaces/{admin.workspace_id}/audit"
    assert await sequences(mine, admin) == [3, 1]
    assert await sequences("/admin/audit", boss) == [4, 3, 2, 1]
    assert await sequences("/admin/audit?action=api_keys.create", boss) == [3, 2, 1]
    assert await sequences(f"/admin/audit?actor_id={boss.user_id}", boss) == [4]
    first = (await control.http.get(f"{mine}?limit=1", headers=admin.headers)).json()
    assert await sequences(f"{mine}?limit=1&cursor={first['next_cursor']}", admin) == [1]
    entries = (await control.http.get(mine, headers=admin.headers)).json()["data"]
    newest, oldest = entries[0]["at"], entries[-1]["at"]
    assert await sequences(f"{mine}?since={newest}", admin) == [3]
    assert await sequences(f"{mine}?until={newest}&since={oldest}", admin) == [1]
    assert await sequences(f"/admin/audit?until={oldest}", boss) == []
    backwards = await control.http.get(f"{mine}?since={newest}&until={oldest}", headers=admin.headers)
    assert (backwards.status_code, backwards.json()["field"]) == (422, "since")
    viewer = await control.member(admin.workspace_id or "", "viewer")
    assert (await control.http.get(mine, headers=viewer.headers)).status_code == 403
    for cursor in ("MA", "LTE", "eA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert (await control.http.get(f"{mine}?cursor={cursor}", headers=admin.headers)).status_code == 422
