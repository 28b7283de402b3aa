"""A new password: what it takes, and what it ends."""

import asyncio
import re

import pytest
from sqlalchemy import select, update

from control_harness import running_control
from perpetuo.control.auth.reset_links import mint_reset_token
from perpetuo.control.auth.service import now_of
from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.passwords import hash_password
from perpetuo.control.state import ControlSettings
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import audit_log, one_time_tokens

PASSWORD = "a good long password"
NEW = "another good password"
HASHED = hash_password(PASSWORD)
EMAIL = "ann@example.org"


class Letters:
    """A mailer that keeps what it is given."""

    def __init__(self):
        self.sent = []

    def send(self, to, subject, text):
        self.sent.append((to, subject, text))


@pytest.fixture
async def control(database_url):
    settings = ControlSettings(sign_up="open", public_url="https://gateway.example.org")
    async with running_control(database_url, settings=settings, mailer=Letters()) as harness:
        yield harness


@pytest.fixture
async def ann(control):
    return await control.sign_in(await control.user(EMAIL, password_hash=HASHED))


async def login(control, password):
    return (await control.http.post("/auth/login", json={"email": EMAIL, "password": password})).status_code


async def is_signed_in(control, person):
    return (await control.http.get("/auth/me", headers=person.headers)).status_code == 200


async def mint(control, user_id):
    async with system_transaction(control.engine) as conn:
        return await mint_reset_token(
            conn, user_id, token_id=control.state.new_id(), random=bytes(range(32)), now=now_of(control.state)
        )


async def change(control, person, current, new):
    body = {"current_password": current, "new_password": new}
    return await control.http.post("/auth/password", headers=person.headers, json=body)


async def reset(control, token, password=NEW):
    return await control.http.post("/auth/reset", json={"token": token, "password": password})


async def actions_logged(control):
    async with system_transaction(control.engine) as conn:
        return list(await conn.scalars(select(audit_log.c.action).order_by(audit_log.c.sequence)))


async def test_changing_the_password_ends_every_other_session_and_open_links_and_keeps_this_one(control, ann):
    elsewhere, token = await control.sign_in(ann.user_id), await mint(control, ann.user_id)
    assert (await change(control, ann, PASSWORD, NEW)).status_code == 200
    assert await is_signed_in(control, ann) and not await is_signed_in(control, elsewhere)
    assert [await login(control, PASSWORD), await login(control, NEW)] == [401, 200]
    assert (await reset(control, token)).json()["code"] == "link_used_up"
    assert await actions_logged(control) == ["auth.password", "auth.login"]
    assert [(to, PASSWORD in text or NEW in text) for to, _, text in control.state.mailer.sent] == [(EMAIL, False)]


async def test_changing_the_password_needs_the_present_one_and_a_good_new_one(control, ann):
    wrong = await change(control, ann, "not this one, no", NEW)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    poor = await change(control, ann, PASSWORD, EMAIL)
    assert (poor.status_code, poor.json()["field"]) == (422, "new_password")
    assert await login(control, PASSWORD) == 200


async def test_guesses_of_the_present_password_count_with_those_at_signing_in(control, ann):
    control.state.throttle = AuthThrottle()
    statuses = [(await change(control, ann, "not this one, no", NEW)).status_code for _ in range(6)]
    statuses += [await login(control, "not this one, no") for _ in range(6)]
    assert statuses == [403] * 6 + [401] * 4 + [429] * 2


async def test_a_password_that_changes_while_somebody_signs_in_with_the_old_one_lets_nobody_in(control, ann):
    replies = await asyncio.gather(change(control, ann, PASSWORD, NEW), *(login(control, PASSWORD) for _ in range(4)))
    assert replies[0].status_code == 200
    listed = (await control.http.get("/auth/sessions", headers=ann.headers)).json()["data"]
    assert [row["id"] for row in listed] == [ann.session_id]


async def test_a_forgotten_password_is_reset_with_the_link_in_the_mail_once(control, ann):
    reply = await control.http.post("/auth/forgot", json={"email": EMAIL.upper()})
    assert reply.status_code == 202
    ((to, _, text),) = control.state.mailer.sent
    (token,) = re.findall(r"^https://gateway\.example\.org/app/reset-password#token=(\w+)$", text, re.MULTILINE)
    async with system_transaction(control.engine) as conn:
        row = (await conn.execute(select(one_time_tokens))).mappings().one()
    assert to == EMAIL and token not in str(dict(row))
    poor = await reset(control, token, "short")
    assert (poor.status_code, poor.json()["field"]) == (422, "password")
    whole_link = f"https://gateway.example.org/app/reset-password#token={token}"
    assert (await reset(control, whole_link)).status_code == 200
    assert not await is_signed_in(control, ann)
    assert [await login(control, PASSWORD), await login(control, NEW)] == [401, 200]
    again = await reset(control, token)
    assert (again.status_code, again.json()["code"]) == (403, "link_used_up")
    assert await actions_logged(control) == ["auth.reset_link", "auth.reset", "auth.login"]


async def test_asking_for_a_link_says_the_same_whoever_asks(control, ann):
    replies = [
        await control.http.post("/auth/forgot", json={"email": email})
        for email in (EMAIL, "nobody@example.org", "no address", "x" * 200)
    ]
    assert {(reply.status_code, reply.content) for reply in replies} == {
        (202, b'{"success":true,"data":{"done":true}}')
    }
    assert len(control.state.mailer.sent) == 1


async def test_nobodys_mailbox_is_filled(control, ann):
    for _ in range(10):
        control.state.throttle = AuthThrottle()
        await control.http.post("/auth/forgot", json={"email": EMAIL})
    assert len(control.state.mailer.sent) == 3


async def test_without_mail_nothing_is_made_and_the_reply_is_the_same(control, ann):
    control.state.mailer = None
    assert (await control.http.post("/auth/forgot", json={"email": EMAIL})).status_code == 202
    async with system_transaction(control.engine) as conn:
        assert (await conn.execute(select(one_time_tokens))).all() == []


async def test_a_link_that_is_over_or_made_up_or_for_something_else_resets_nothing(control, ann):
    token = await mint(control, ann.user_id)
    for wrong in ("x", token[:-1], token + "0", token.upper()):
        assert (await reset(control, wrong)).json()["code"] == "link_used_up"
    for change_made in (
        {"purpose": "something else"},
        {"purpose": "password_reset", "expires_at": now_of(control.state)},
    ):
        async with system_transaction(control.engine) as conn:
            await conn.execute(update(one_time_tokens).values(**change_made))
        assert (await reset(control, token)).json()["code"] == "link_used_up"
    assert await is_signed_in(control, ann) and await login(control, PASSWORD) == 200


async def test_of_two_who_use_a_link_at_the_same_time_one_succeeds(control, ann):
    token = await mint(control, ann.user_id)
    replies = await asyncio.gather(*(reset(control, token, f"password number {number}") for number in range(4)))
    assert sorted(reply.status_code for reply in replies) == [200, 403, 403, 403]
