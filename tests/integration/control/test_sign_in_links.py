"""A link that the command line made signs in: once, soon, its user, and nothing made for something else does."""

import asyncio
import datetime

import pytest
from sqlalchemy import select, update

from perpetuo.control.auth.reset_links import mint_reset_token
from perpetuo.control.auth.service import now_of
from perpetuo.control.auth.sign_in_links import LIFETIME_S, mint_sign_in_token, sign_in_link
from perpetuo.control.auth.throttle import LIMITS
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import audit_log, one_time_tokens


@pytest.fixture
async def ann(control):
    return await control.member(await control.workspace("mine"), "owner")


@pytest.fixture
def mint(control, ann):
    async def run(mint_token=mint_sign_in_token):
        async with system_transaction(control.engine) as conn:
            return await mint_token(
                conn,
                ann.user_id,
                token_id=control.state.new_id(),
                random=control.state.entropy.random_bytes(32),
                now=now_of(control.state),
            )

    return run


async def follow(control, token, **headers):
    return await control.http.post("/auth/link", json={"token": token}, headers=headers)


async def test_a_link_signs_its_user_in_once(control, ann, mint):
    token = await mint()
    reply = await follow(control, sign_in_link("http://localhost:3000", token))
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert (data["user"]["id"], data["workspace"]["id"]) == (ann.user_id, ann.workspace_id)
    me = await control.http.get("/auth/me", headers={"authorization": f"Bearer {data['token']}"})
    assert me.json()["data"]["user"]["id"] == ann.user_id
    assert "perpetuo-refresh" in reply.headers["set-cookie"]
    again = await follow(control, token)
    assert (again.status_code, again.json()["code"]) == (403, "link_used_up")
    async with system_transaction(control.engine) as conn:
        (entry,) = (await conn.execute(select(audit_log))).mappings()
    assert (entry["action"], entry["actor_id"], token in str(dict(entry))) == ("auth.link", ann.user_id, False)


async def test_of_two_who_follow_a_link_at_the_same_time_one_is_signed_in(control, mint):
    token = await mint()
    replies = await asyncio.gather(*(follow(control, token) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [200, 403, 403, 403]


async def test_a_link_signs_in_for_a_quarter_of_an_hour(control, mint):
    token = await mint()
    async with system_transaction(control.engine) as conn:
        (row,) = (await conn.execute(select(one_time_tokens))).mappings()
        assert (row["expires_at"] - row["created_at"]).total_seconds() == LIFETIME_S == 900
        over = now_of(control.state) - datetime.timedelta(seconds=1)
        await conn.execute(update(one_time_tokens).values(expires_at=over))
    assert (await follow(control, token)).json()["code"] == "link_used_up"


async def test_a_link_for_a_password_does_not_sign_in_and_one_that_signs_in_sets_no_password(control, mint):
    to_reset, to_sign_in = await mint(mint_reset_token), await mint()
    assert (await follow(control, to_reset)).json()["code"] == "link_used_up"
    body = {"token": to_sign_in, "password": "another good password"}
    assert (await control.http.post("/auth/reset", json=body)).json()["code"] == "link_used_up"
    assert (await follow(control, to_sign_in)).status_code == 200


async def test_a_new_link_makes_the_one_before_worthless(control, mint):
    old, new = await mint(), await mint()
    assert [(await follow(control, token)).status_code for token in (old, new)] == [403, 200]


async def test_a_link_lets_nobody_in_who_is_suspended(control, ann, mint):
    token = await mint()
    await control.suspend_user(ann.user_id)
    reply = await follow(control, token)
    assert (reply.status_code, reply.json()["code"]) == (403, "user_suspended")
    assert "set-cookie" not in reply.headers


async def test_only_the_hash_of_a_link_is_stored(control, mint):
    token = await mint()
    async with system_transaction(control.engine) as conn:
        (row,) = (await conn.execute(select(one_time_tokens))).mappings()
    assert token not in str(dict(row)) and bytes.fromhex(token) not in bytes(row["token_hash"])


async def test_another_site_s_page_signs_nobody_in(control, mint):
    reply = await follow(control, await mint(), origin="https://elsewhere.example.org")
    assert (reply.status_code, reply.json()["code"]) == (403, "wrong_origin")


async def test_links_are_tried_as_often_as_reset_links(control):
    most = LIMITS["secret_link"].address
    statuses = [(await follow(control, f"{number:064x}")).status_code for number in range(most + 1)]
    assert statuses == [403] * most + [429]
