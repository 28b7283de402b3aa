"""Workspaces: made, listed, renamed, and deleted by whoever types their name."""

import asyncio

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text

from control_harness import running_control
from perpetuo.control.workspaces.service import MAX_OWNED
from perpetuo.core.access import GRANTS
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.workspaces import delete_workspace
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import access_tokens, api_keys, audit_log, memberships, workspaces

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(module_database_url):
    """One installation for all of them: each test has workspaces and people of its own."""
    async with running_control(module_database_url) as harness:
        yield harness


@pytest_asyncio.fixture(loop_scope="module")
async def mine(control):
    return await control.workspace("mine")


@pytest_asyncio.fixture(loop_scope="module")
async def owner(control, mine):
    return await control.member(mine, "owner")


async def create(control, who, **body):
    return await control.http.post("/workspaces", headers=who.headers, json=body)


async def delete(control, who, workspace_id, confirm_name):
    return await control.http.request(
        "DELETE", f"/workspaces/{workspace_id}", headers=who.headers, json={"confirm_name": confirm_name}
    )


async def actions_logged(control, actor):
    async with system_transaction(control.engine) as conn:
        mine = select(audit_log.c.action).where(audit_log.c.actor_id == actor.user_id)
        return list(await conn.scalars(mine.order_by(audit_log.c.sequence)))


async def test_whoever_makes_a_workspace_owns_it(control):
    ann = await control.sign_in(await control.user())
    reply = await create(control, ann, name="  new one ")
    made = reply.json()["data"]
    assert reply.status_code == 201
    assert (made["name"], made["role"], made["status"]) == ("new one", "owner", "active")
    there = await control.sign_in(ann.user_id, made["id"])
    read = (await control.http.get(f"/workspaces/{made['id']}", headers=there.headers)).json()["data"]
    assert read == made and set(read["actions"]) == GRANTS["owner"]
    assert await actions_logged(control, ann) == ["workspaces.create"]


async def test_the_list_has_those_somebody_belongs_to_newest_first_page_by_page(control, mine):
    ann = await control.member(mine, "viewer")
    await control.workspace("another's")
    for name in ("second", "third"):
        await create(control, ann, name=name)
    seen, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await control.http.get("/workspaces", headers=ann.headers, params=query)).json()
        seen += [(row["name"], row["role"]) for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [("third", "owner"), ("second", "owner"), ("mine", "viewer")]


async def test_nobody_owns_more_than_a_bounded_number(control):
    ann = await control.sign_in(await control.user())
    for number in range(MAX_OWNED):
        await control.workspace(f"w{number}", ann.user_id)
    reply = await create(control, ann, name="one more")
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_workspaces")
    async with system_transaction(control.engine) as conn:
        owned = select(func.count()).where(workspaces.c.owner_user_id == ann.user_id)
        assert await conn.scalar(owned) == MAX_OWNED


async def test_a_machine_s_token_has_its_own_actions_and_no_role(control, mine, owner):
    machine = await control.machine(mine, owner.user_id, ["workspace:read", "logs:read"])
    read = (await control.http.get(f"/workspaces/{mine}", headers=machine)).json()["data"]
    assert (read["role"], read["actions"]) == (None, ["workspace:read", "logs:read"])
    assert (await control.http.get("/workspaces", headers=machine)).status_code == 403


async def test_an_admin_renames_a_workspace_and_a_member_does_not(control, mine):
    admin, member = await control.member(mine, "admin"), await control.member(mine, "member")
    url = f"/workspaces/{mine}"
    refused = await control.http.patch(url, headers=member.headers, json={"name": "theirs"})
    renamed = await control.http.patch(url, headers=admin.headers, json={"name": "ours"})
    assert (refused.status_code, renamed.json()["data"]["name"]) == (403, "ours")
    assert (await control.http.get(url, headers=member.headers)).json()["data"]["name"] == "ours"


BAD_NAMES = {"none": None, "empty": " ", "a NUL": "a\0b", "two lines": "a\nb", "too long": "x" * 101, "a number": 7}


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
async def test_a_name_is_one_line_of_printable_characters(control, mine, owner, name):
    for reply in (
        await create(control, owner, name=name),
        await control.http.patch(f"/workspaces/{mine}", headers=owner.headers, json={"name": name}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_value")
    assert await actions_logged(control, owner) == []


async def test_before_a_workspace_is_deleted_one_is_told_what_goes_with_it(control, mine, owner):
    await control.machine(mine, owner.user_id, ["workspace:read"])
    await control.http.post(f"/workspaces/{mine}/api-keys", headers=owner.headers, json={"name": "app"})
    told = (await control.http.get(f"/workspaces/{mine}/deletion", headers=owner.headers)).json()["data"]
    counts = {kind: count["count"] for kind, count in told["counts"].items()}
    assert counts == {
        "provider_keys": 0,
        "api_keys": 1,
        "members": 2,
        "access_tokens": 1,
        "invitations": 0,
        "request_logs": 0,
        "usage": 0,
        "contents": 0,
    }
    assert told["deleted_later"] == ["request_logs", "usage", "contents"]


async def test_a_workspace_is_deleted_by_its_exact_name_only(control, mine, owner):
    for wrong in ("", "Mine", "mine!", "other"):
        reply = await delete(control, owner, mine, wrong)
        assert (reply.status_code, reply.json()["field"]) == (422, "confirm_name")
    assert (await control.http.get(f"/workspaces/{mine}", headers=owner.headers)).status_code == 200
    reply = await delete(control, owner, mine, "mine")
    assert (reply.status_code, reply.json()["data"]["counts"]["members"]["count"]) == (200, 2)
    assert await actions_logged(control, owner) == ["workspaces.delete"]


async def test_nothing_of_a_deleted_workspace_is_served_any_more(control, mine, owner):
    machine = await control.machine(mine, owner.user_id, ["workspace:read"])
    other = await control.workspace("other", owner.user_id)
    await control.http.post(f"/workspaces/{mine}/api-keys", headers=owner.headers, json={"name": "app"})
    await delete(control, owner, mine, "mine")
    assert (await control.http.get(f"/workspaces/{mine}", headers=owner.headers)).status_code == 404
    assert (await control.http.get(f"/workspaces/{mine}", headers=machine)).status_code == 401
    loader = SnapshotLoader(control.engine, control.state.catalog, control.state.sealer)
    assert await loader.load_workspace(mine) == (None, {})
    assert (await loader.load_workspace(other))[0] is not None
    async with system_transaction(control.engine) as conn:
        for table in (memberships, api_keys, access_tokens):
            assert (await conn.execute(select(table).where(table.c.workspace_id == mine))).all() == []


async def test_what_is_made_in_a_workspace_that_is_deleted_at_that_moment_is_not_found(control, mine, owner):
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    url = f"/workspaces/{mine}/api-keys"
    async with system_transaction(control.engine) as conn, asyncio.timeout(20):
        await delete_workspace(conn, mine)
        making = asyncio.create_task(control.http.post(url, headers=owner.headers, json={"name": "app"}))
        while not making.done() and not await conn.scalar(waiting):
            await asyncio.sleep(0.01)
    reply = await making
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


async def test_only_an_owner_deletes_a_workspace(control, mine):
    admin = await control.member(mine, "admin")
    assert (await delete(control, admin, mine, "mine")).status_code == 403
    assert (await control.http.get(f"/workspaces/{mine}/deletion", headers=admin.headers)).status_code == 403
