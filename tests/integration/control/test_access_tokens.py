"""Machines' tokens: shown once, and never more than their maker may, at the moment of use."""

import asyncio
import datetime

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from control_harness import running_control
from perpetuo.control.access_tokens.service import MAX_LIVE
from perpetuo.core.access import GRANTS, PEOPLE_ONLY
from perpetuo.core.ids import api_key_digest
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import memberships
from perpetuo.db.tables import access_tokens, audit_log

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
async def admin(control, mine):
    return await control.member(mine, "admin")


def in_days(days):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).isoformat()


async def mint(control, who, workspace_id, **fields):
    body = {"name": "ci", "actions": ["logs:read"], "expires_at": in_days(30), **fields}
    return await control.http.post(f"/workspaces/{workspace_id}/access-tokens", headers=who.headers, json=body)


def bearer(made):
    return {"authorization": f"Bearer {made['token']}"}


async def row_of(control, token_id):
    async with system_transaction(control.engine) as conn:
        return dict((await conn.execute(select(access_tokens).where(access_tokens.c.id == token_id))).mappings().one())


async def test_a_token_is_shown_once_and_only_its_hash_is_stored(control, mine, admin):
    made = (await mint(control, admin, mine)).json()["data"]
    row = await row_of(control, made["id"])
    async with system_transaction(control.engine) as conn:
        entry = (await conn.execute(select(audit_log).where(audit_log.c.target_id == made["id"]))).mappings().one()
    assert len(made["token"]) == 52 and made["token"].startswith("ppt_")
    assert bytes(row["token_hash"]) == api_key_digest(made["token"])
    assert made["token"] not in f"{row} {dict(entry)}"
    url = f"/workspaces/{mine}/access-tokens/{made['id']}"
    read = (await control.http.get(url, headers=admin.headers)).json()["data"]
    assert read == {name: value for name, value in made.items() if name != "token"}
    assert read["token_hint"] == f"{made['token'][:8]}…{made['token'][-4:]}"


async def test_a_token_does_what_it_was_made_for_and_nothing_else(control, mine, admin):
    made = (await mint(control, admin, mine, actions=["api_keys:read"])).json()["data"]
    assert (await control.http.get(f"/workspaces/{mine}/api-keys", headers=bearer(made))).status_code == 200
    refused = await control.http.post(f"/workspaces/{mine}/api-keys", headers=bearer(made), json={"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    other = await control.workspace("other", admin.user_id)
    assert (await control.http.get(f"/workspaces/{other}/api-keys", headers=bearer(made))).status_code == 404


async def test_no_token_is_given_what_its_maker_lacks_or_what_is_for_people_only(control, mine, admin):
    for actions in (["workspace:delete"], ["logs:read", "members:write"], ["access_tokens:write"]):
        reply = await mint(control, admin, mine, actions=actions)
        assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (403, "beyond_your_role", "actions")
        assert actions[-1] in reply.json()["error"]
    everything = sorted(GRANTS["admin"] - PEOPLE_ONLY)
    assert (await mint(control, admin, mine, actions=everything)).status_code == 201


async def test_a_token_makes_no_token(control, mine, admin):
    made = (await mint(control, admin, mine, actions=["access_tokens:read"])).json()["data"]
    body = {"name": "successor", "actions": ["logs:read"], "expires_at": in_days(1)}
    for headers in (bearer(made), await control.machine(mine, admin.user_id, ["access_tokens:write"])):
        reply = await control.http.post(f"/workspaces/{mine}/access-tokens", headers=headers, json=body)
        assert reply.status_code == 403


async def test_a_demoted_maker_s_token_loses_the_action_at_the_next_request_and_gets_it_back(control, mine, admin):
    owner = await control.member(mine, "owner")
    made = (await mint(control, admin, mine, actions=["workspace:read", "audit:read"])).json()["data"]
    url = f"/workspaces/{mine}/access-tokens/{made['id']}"

    async def may_now():
        read = (await control.http.get(f"/workspaces/{mine}", headers=bearer(made))).json()["data"]["actions"]
        assert (await control.http.get(url, headers=owner.headers)).json()["data"]["actions_now"] == read
        return read

    assert await may_now() == ["workspace:read", "audit:read"]
    for role, actions in (("viewer", ["workspace:read"]), ("admin", ["workspace:read", "audit:read"])):
        await control.http.patch(
            f"/workspaces/{mine}/members/{admin.user_id}", headers=owner.headers, json={"role": role}
        )
        assert await may_now() == actions


async def test_a_token_whose_maker_is_suspended_or_gone_opens_nothing(control, mine):
    owner, ann, bob = [await control.member(mine, role) for role in ("owner", "admin", "admin")]
    anns = (await mint(control, ann, mine, actions=["workspace:read"])).json()["data"]
    bobs = (await mint(control, bob, mine, actions=["workspace:read"])).json()["data"]
    await control.suspend_user(ann.user_id)
    await control.http.delete(f"/workspaces/{mine}/members/{bob.user_id}", headers=owner.headers)
    statuses = [
        (await control.http.get(f"/workspaces/{mine}", headers=bearer(made))).status_code for made in (anns, bobs)
    ]
    assert statuses == [404, 401]
    page = (await control.http.get(f"/workspaces/{mine}/access-tokens", headers=owner.headers)).json()["data"]
    assert [(row["status"], row["actions_now"]) for row in page] == [("revoked", []), ("active", [])]


async def test_whoever_is_removed_at_that_moment_makes_no_token(control, mine, admin):
    """Removing revokes the tokens there are: one that comes later would work again when its maker is back."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with system_transaction(control.engine) as conn, asyncio.timeout(20):
        await memberships.delete_membership(conn, mine, admin.user_id)
        minting = asyncio.create_task(mint(control, admin, mine))
        while not minting.done() and not await conn.scalar(waiting):
            await asyncio.sleep(0.01)
    assert (await minting).status_code == 403
    async with system_transaction(control.engine) as conn:
        assert await conn.scalar(select(access_tokens.c.id).where(access_tokens.c.created_by == admin.user_id)) is None


async def test_a_revoked_or_expired_token_opens_nothing(control, mine, admin):
    revoked, expired = [(await mint(control, admin, mine, actions=["workspace:read"])).json()["data"] for _ in range(2)]
    url = f"/workspaces/{mine}/access-tokens"
    assert (await control.http.get(f"/workspaces/{mine}", headers=bearer(revoked))).status_code == 200
    assert (await control.http.delete(f"{url}/{revoked['id']}", headers=admin.headers)).status_code == 200
    past = datetime.datetime.now(datetime.UTC)
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(access_tokens).where(access_tokens.c.id == expired["id"]).values(expires_at=past))
    for made in (revoked, expired):
        assert (await control.http.get(f"/workspaces/{mine}", headers=bearer(made))).status_code == 401
    again = await control.http.delete(f"{url}/{revoked['id']}", headers=admin.headers)
    assert (again.status_code, again.json()["code"]) == (409, "already_revoked")
    page = (await control.http.get(url, headers=admin.headers)).json()["data"]
    assert [row["status"] for row in page] == ["expired", "revoked"]


async def test_when_a_token_was_used_is_noted_once_a_minute_and_not_at_each_request(control, mine, admin):
    made = (await mint(control, admin, mine, actions=["workspace:read"])).json()["data"]

    async def used_at():
        await control.http.get(f"/workspaces/{mine}", headers=bearer(made))
        return (await row_of(control, made["id"]))["last_used_at"]

    first = await used_at()
    assert first is not None and await used_at() == first
    long_ago = first - datetime.timedelta(seconds=61)
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(access_tokens).where(access_tokens.c.id == made["id"]).values(last_used_at=long_ago))
    assert await used_at() > long_ago


async def test_a_token_that_is_being_changed_can_be_used_meanwhile(control, mine, admin):
    made = (await mint(control, admin, mine, actions=["workspace:read"])).json()["data"]
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(access_tokens).where(access_tokens.c.id == made["id"]).values(name="changing"))
        assert (await control.http.get(f"/workspaces/{mine}", headers=bearer(made))).status_code == 200


async def test_a_workspace_has_so_many_tokens_that_work(control, mine, admin):
    async with system_transaction(control.engine) as conn:
        for number in range(MAX_LIVE):
            await conn.execute(
                access_tokens.insert().values(
                    id=control.state.new_id(),
                    workspace_id=mine,
                    created_by=admin.user_id,
                    name="x",
                    prefix="ppt_",
                    last4="xxxx",
                    token_hash=api_key_digest(f"{mine} {number}"),
                    actions=[],
                    expires_at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1),
                )
            )
    reply = await mint(control, admin, mine)
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_access_tokens")


REFUSED = {
    "no end": ({"expires_at": None}, "expires_at"),
    "an end that has passed": ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    "an end after more than a year": ({"expires_at": in_days(366)}, "expires_at"),
    "no actions": ({"actions": []}, "actions"),
    "an action that there is not": ({"actions": ["root:write"]}, "actions.0"),
    "a maker": ({"created_by": "somebody"}, "created_by"),
}


@pytest.mark.parametrize(("fields", "field"), REFUSED.values(), ids=REFUSED)
async def test_a_mistake_is_named_by_its_field_and_nothing_is_made(control, mine, admin, fields, field):
    reply = await mint(control, admin, mine, **fields)
    assert (reply.status_code, reply.json()["field"]) == (422, field)
    page = (await control.http.get(f"/workspaces/{mine}/access-tokens", headers=admin.headers)).json()
    assert page["data"] == []
