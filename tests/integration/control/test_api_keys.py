"""The exemplary resource: what each route does, and what it refuses."""

import asyncio
import datetime

import pytest
from sqlalchemy import insert, select, update

from perpetuo.control.mistakes import NEEDS_JSON
from perpetuo.core.ids import api_key_digest, looks_like_api_key
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import api_keys, audit_log, usage_counters


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


async def test_a_rotation_without_a_body_has_the_usual_overlap_and_a_body_without_its_header_is_told(
    control, mine, ann
):
    made = await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    refused = await control.http.post(f"{url}/rotate", headers=ann.headers, content=b'{"overlap_s": 0}')
    assert (refused.status_code, refused.json()["error"]) == (422, NEEDS_JSON)
    assert (await control.http.post(f"{url}/rotate", headers=ann.headers)).status_code == 201
    old = (await control.http.get(url, headers=ann.headers)).json()["data"]
    left_s = datetime.datetime.fromisoformat(old["expires_at"]).timestamp() - control.state.clock.wall_s()
    assert 85_000 < left_s <= 86_400
    new = await control.http.post(f"/workspaces/{mine}/api-keys", headers=ann.headers)
    assert (new.status_code, new.json()["error"]) == (422, NEEDS_JSON)


async def test_a_key_has_one_successor_however_often_and_however_many_at_once_rotate_it(control, mine, ann):
    made = await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    replies = await asyncio.gather(
        *(control.http.post(f"{url}/rotate", headers=ann.headers, json={"overlap_s": 60}) for _ in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    (new,) = (reply.json()["data"] for reply in replies if reply.status_code == 201)
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"already_rotated"}
    old = (await control.http.get(url, headers=ann.headers)).json()["data"]
    assert old["replaced_by"] == new["id"] and new["replaced_by"] is None
    assert new["expires_at"] is None, "the old key's end is the overlap's, not its successor's"


async def test_of_two_who_change_different_limits_at_once_neither_loses(control, mine, ann):
    for number in range(1, 9):
        made = await make(control, ann, mine)
        url = f"/workspaces/{mine}/api-keys/{made['id']}"
        fields = ("requests_per_minute", "tokens_per_minute", "budget_nanousd_month")
        await asyncio.gather(*(control.http.patch(url, headers=ann.headers, json={field: number}) for field in fields))
        changed = (await control.http.get(url, headers=ann.headers)).json()["data"]
        assert [changed[field] for field in fields] == [number] * 3


async def test_an_expired_key_has_no_successor_but_can_be_given_more_time(control, mine, ann):
    made = await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys/{made['id']}"
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(api_keys).values(expires_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)))
    reply = await control.http.post(f"{url}/rotate", headers=ann.headers, json={})
    assert (reply.status_code, reply.json()["code"]) == (409, "expired")
    later = await control.http.patch(url, headers=ann.headers, json={"expires_at": None})
    assert later.json()["data"]["status"] == "active"


async def test_a_workspace_has_so_many_keys_at_most_revoked_ones_aside(control, mine, ann, monkeypatch):
    monkeypatch.setattr("perpetuo.control.api_keys.service.MAX_KEYS", 2)
    first, _ = await make(control, ann, mine), await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys"
    reply = await control.http.post(url, headers=ann.headers, json={"name": "third"})
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many")
    await control.http.delete(f"{url}/{first['id']}", headers=ann.headers)
    await make(control, ann, mine)


async def test_the_names_that_keys_may_ask_for_are_bounded_together(control, mine, ann, monkeypatch):
    """Every worker holds them: ten thousand keys of a thousand long names each once were 2.5 GB of all of them."""
    monkeypatch.setattr("perpetuo.control.api_keys.service.MAX_SETTINGS_CHARACTERS", 20_000)
    names = [f"{number:0>256}" for number in range(60)]
    made, other = await make(control, ann, mine, allowed_aliases=names), await make(control, ann, mine)
    url = f"/workspaces/{mine}/api-keys"
    body = {"name": "app", "allowed_aliases": names}
    for reply in (
        await control.http.post(url, headers=ann.headers, json=body),
        await control.http.patch(f"{url}/{other['id']}", headers=ann.headers, json=body),
        await control.http.post(f"{url}/{made['id']}/rotate", headers=ann.headers, json={}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "too_many")
    assert len((await control.http.get(url, headers=ann.headers)).json()["data"]) == 2


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
    "a time beyond the calendar": ({"name": "x", "expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
    "a name that turns the line around": ({"name": "a\u202eb"}, "name"),
    "an alias with a line break": ({"name": "x", "allowed_aliases": ["a\nb"]}, "allowed_aliases.0"),
    "names too long together": ({"name": "x", "allowed_aliases": ["a" * 256] * 65}, "allowed_aliases"),
    "a time without a zone": ({"name": "x", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
    "no limit that is a limit": ({"name": "x", "requests_per_minute": 0}, "requests_per_minute"),
}


async def test_a_mistake_is_named_by_its_field_and_nothing_is_made(control, mine, ann):
    for case, (body, field) in REFUSED.items():
        reply = await control.http.post(f"/workspaces/{mine}/api-keys", headers=ann.headers, json=body)
        assert (reply.status_code, reply.json()["field"], reply.json()["success"]) == (422, field, False), case
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


async def test_a_key_tells_what_it_has_spent_this_month_and_nobody_else_s(control, mine, ann):
    key, other = [await make(control, ann, mine, budget_nanousd_month=10**9) for _ in range(2)]
    assert key["spent_nanousd_month"] == 0
    foreign = await control.workspace("foreign")
    month = control.state.month()
    async with system_transaction(control.engine) as conn:
        for workspace_id, hour, model, cost in (
            (mine, month, "a", 700),
            (mine, month, "b", 50),
            (mine, month - datetime.timedelta(hours=1), "a", 9_000),
            (foreign, month, "a", 80_000),
        ):
            counted = {"hour": hour, "api_key_id": key["id"], "provider": "p", "model": model, "alias": "a"}
            await conn.execute(insert(usage_counters).values(workspace_id=workspace_id, cost_nanousd=cost, **counted))
    url = f"/workspaces/{mine}/api-keys"
    listed = (await control.http.get(url, headers=ann.headers)).json()["data"]
    assert {row["id"]: row["spent_nanousd_month"] for row in listed} == {key["id"]: 750, other["id"]: 0}
    read = await control.http.get(f"{url}/{key['id']}", headers=ann.headers)
    renamed = await control.http.patch(f"{url}/{key['id']}", headers=ann.headers, json={"name": "new"})
    assert {reply.json()["data"]["spent_nanousd_month"] for reply in (read, renamed)} == {750}
