"""The exemplary resource: what each route does, and what it refuses."""

import datetime

import pytest
from sqlalchemy import select

from perpetuo.core.ids import api_key_digest, looks_like_api_key
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import api_keys, audit_log


@pytest.fixture
async def mine(control):
    return await control.workspace("mine")


@pytest.fixture
async def ann(control, mine):
    return await control.member(mine, "member")


async def make(control, who, workspace_id, **fields):
    body = {"name": "app", **fields}
    reply = await control.http.post(f"/workspaces/{workspace_id}/api-keys", headers=who.headers, json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()["data"]


async def test_a_key_is_shown_once_and_only_its_hash_is_stored(control, mine, ann):
    made = await make(control, ann, mine)
    assert looks_like_api_key(made["key"]) and made["status"] == "active"
    async with system_transaction(control.engine) as conn:
        row = (await conn.execute(select(api_keys))).mappings().one()
        logged = (await conn.execute(select(audit_log))).mappings().one()
    assert bytes(row["key_hash"]) == api_key_digest(made["key"])
    assert made["key"] not in str(dict(row)) and made["key"] not in str(dict(logged))
    read = await control.http.get(f"/workspaces/{mine}/api-keys/{made['id']}", headers=ann.headers)
    assert read.json()["data"] == {name: value for name, value in made.items() if name != "key"}
    assert read.json()["data"]["key_hint"] == f"{made['key'][:7]}…{made['key'][-4:]}"


async def test_a_list_has_the_newest_first_and_goes_on_at_its_cursor(control, mine, ann):
    names = [f"key {number}" for number in range(5)]
    for name in names:
        await make(control, ann, mine, name=name)
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await control.http.get(f"/workspaces/{mine}/api-keys", headers=ann.headers, params=query)).json()
        seen += [row["name"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == names[::-1]


async def test_what_is_left_out_of_a_change_stays_and_null_takes_a_limit_away(control, mine, ann):
    made = await make(control, ann, mine, requests_per_minute=5, allowed_aliases=["gpt-4"])
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    reply = await control.http.patch(url, headers=ann.headers, json={"name": "other", "requests_per_minute": None})
    changed = reply.json()["data"]
    assert (changed["name"], changed["requests_per_minute"], changed["allowed_aliases"]) == ("other", None, ["gpt-4"])


async def test_a_rotated_key_works_on_for_the_overlap_and_its_successor_has_its_limits(control, mine, ann):
    made = await make(control, ann, mine, tokens_per_minute=7)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    new = (await control.http.post(f"{url}/rotate", headers=ann.headers, json={"overlap_s": 3600})).json()["data"]
    assert new["key"] != made["key"] and (new["name"], new["tokens_per_minute"]) == ("app", 7)
    old = (await control.http.get(url, headers=ann.headers)).json()["data"]
    left_s = (datetime.datetime.fromisoformat(old["expires_at"]) - datetime.datetime.now(datetime.UTC)).total_seconds()
    assert old["status"] == "active" and 3000 < left_s <= 3600


async def test_a_revoked_key_stays_in_the_list_and_can_not_be_changed_again(control, mine, ann):
    made = await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    assert (await control.http.delete(url, headers=ann.headers)).status_code == 200
    assert (await control.http.get(url, headers=ann.headers)).json()["data"]["status"] == "revoked"
    for reply in (
        await control.http.delete(url, headers=ann.headers),
        await control.http.patch(url, headers=ann.headers, json={"name": "x"}),
        await control.http.post(f"{url}/rotate", headers=ann.headers, json={}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "already_revoked")


REFUSED = {
    "no name": ({}, "name"),
    "an empty name": ({"name": " "}, "name"),
    "a field of the server": ({"name": "x", "workspace_id": "y"}, "workspace_id"),
    "a time that has passed": ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    "a time without a zone": ({"name": "x", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    "no limit that is a limit": ({"name": "x", "requests_per_minute": 0}, "requests_per_minute"),
}


@pytest.mark.parametrize(("body", "field"), REFUSED.values(), ids=REFUSED)
async def test_a_mistake_is_named_by_its_field_and_nothing_is_made(control, mine, ann, body, field):
    reply = await control.http.post(f"/workspaces/{mine}/api-keys", headers=ann.headers, json=body)
    assert (reply.status_code, reply.json()["field"], reply.json()["success"]) == (422, field, False)
    async with system_transaction(control.engine) as conn:
        assert (await conn.execute(select(api_keys))).all() == []
        assert (await conn.execute(select(audit_log))).all() == []


async def test_each_change_has_one_entry_in_the_audit_log_and_reading_has_none(control, mine, ann):
    made = await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    await control.http.get(url, headers=ann.headers)
    await control.http.patch(url, headers=ann.headers, json={"name": "other"})
    await control.http.delete(url, headers=ann.headers)
    async with system_transaction(control.engine) as conn:
        rows = (await conn.execute(select(audit_log).order_by(audit_log.c.sequence))).mappings().all()
    assert [row["action"] for row in rows] == ["api_keys.create", "api_keys.update", "api_keys.revoke"]
    assert {(row["actor_id"], row["workspace_id"], row["target_id"]) for row in rows} == {
        (ann.user_id, mine, made["id"])
    }
