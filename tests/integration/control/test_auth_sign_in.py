"""Signing up and in: what one gets, and what refuses."""

import datetime
import json

import pytest
from sqlalchemy import select, update

from control_harness import running_control
from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.state import ControlSettings
from perpetuo.core.ids import api_key_digest, looks_like_api_key
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.installation import set_installation_value
from perpetuo.db.queries.invitations import insert_invitation
from perpetuo.db.tables import api_keys, audit_log, invitations, memberships, users, workspaces

PASSWORD = "a good long password"
SIGN_UP = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann", "workspace_name": "Ann's"}


@pytest.fixture
async def set_up(control):
    """Somebody is there already."""
    return await control.user("operator@example.org", operator=True)


async def sign_up(control, **fields):
    reply = await control.http.post("/auth/signup", json=SIGN_UP | fields)
    assert reply.status_code == 201, reply.text
    return reply.json()["data"]


async def login(control, email="ann@example.org", password=PASSWORD, **options):
    return await control.http.post("/auth/login", json={"email": email, "password": password}, **options)


async def invite(control, workspace_id, invited_by, email="ann@example.org", role="member", token="i" * 64):
    async with system_transaction(control.engine) as conn:
        await insert_invitation(
            conn,
            workspace_id,
            id=control.state.new_id(),
            email=email,
            role=role,
            token_hash=api_key_digest(token),
            invited_by=invited_by,
            expires_at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1),
        )
    return token


def headers(data):
    return {"authorization": f"Bearer {data['token']}"}


async def logged(control):
    async with system_transaction(control.engine) as conn:
        return (await conn.execute(select(audit_log).order_by(audit_log.c.sequence))).mappings().all()


async def count(control, table):
    async with system_transaction(control.engine) as conn:
        return len((await conn.execute(select(table))).all())


async def test_signing_up_makes_an_account_a_workspace_and_its_first_key_and_signs_in(control, set_up):
    made = await sign_up(control)
    assert made["user"] == {"id": made["user"]["id"], "email": "ann@example.org", "name": "Ann", "is_operator": False}
    assert (made["workspace"]["name"], made["workspace"]["role"]) == ("Ann's", "owner")
    assert looks_like_api_key(made["api_key"]["key"])
    url = f"/workspaces/{made['workspace']['id']}/api-keys"
    listed = await control.http.get(url, headers=headers(made))
    assert [row["id"] for row in listed.json()["data"]] == [made["api_key"]["id"]]
    entries = await logged(control)
    assert [(row["action"], row["actor_id"]) for row in entries] == [("auth.signup", made["user"]["id"])]
    assert PASSWORD not in str(entries) and made["api_key"]["key"] not in str(entries)


async def test_signing_in_tells_who_one_is_and_where_one_belongs(control, set_up):
    made = await sign_up(control)
    data = (await login(control, "ANN@example.org")).json()["data"]
    assert (data["user"], data["workspace"]) == (made["user"], made["workspace"])
    me = (await control.http.get("/auth/me", headers=headers(data))).json()["data"]
    assert me["user"] == made["user"] and me["workspaces"] == [made["workspace"]]
    assert me["workspace_id"] == made["workspace"]["id"] and me["session"]["current"] is True
    assert "api_keys:write" in me["workspaces"][0]["actions"]
    assert [row["action"] for row in await logged(control)] == ["auth.signup", "auth.login"]


async def test_an_unknown_address_and_a_wrong_password_get_the_same_reply_and_leave_no_entry(control, set_up):
    await sign_up(control)
    replies = [await login(control, password="not this one, no"), await login(control, "nobody@example.org")]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert replies[0].content == replies[1].content
    assert {**replies[0].headers} == {**replies[1].headers}
    assert [row["action"] for row in await logged(control)] == ["auth.signup"]


async def test_a_suspended_person_can_not_sign_in_and_is_told_so_for_the_right_password_only(control, set_up):
    made = await sign_up(control)
    await control.suspend_user(made["user"]["id"])
    assert (await login(control)).json()["code"] == "user_suspended"
    assert (await login(control, password="not this one, no")).json()["code"] == "wrong_credentials"


async def test_a_password_is_taken_as_it_is_typed_spaces_and_letters_of_every_kind_included(control, set_up):
    password = "  Straße, café 你好  "
    await sign_up(control, password=password)
    assert (await login(control, password=password)).status_code == 200
    assert (await login(control, password=password.strip())).status_code == 401
    composed_otherwise = password.replace("é", "e\u0301")
    assert (await login(control, password=composed_otherwise)).status_code == 200


REFUSED = {
    "a short password": ({"password": "elevenchars"}, "password"),
    "a password that is too long": ({"password": "ab cd" * 52}, "password"),
    "the address as the password": ({"password": "ANN@example.org"}, "password"),
    "an obvious password": ({"password": "Password1234"}, "password"),
    "the same few characters": ({"password": "abababababababab"}, "password"),
    "half a character": ({"password": "\ud800 surrogates are none"}, "body"),
    "no address": ({"email": "ann"}, "email"),
    "two addresses": ({"email": "ann@example.org,eve@example.org"}, "email"),
    "an address with a line in it": ({"email": "ann@example.org\nbcc: eve@example.org"}, "email"),
    "an address of other letters": ({"email": "ännchen@example.org"}, "email"),
    "an address that is too long": ({"email": "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63}, "email"),
    "an operator of one's own making": ({"is_operator": True}, "is_operator"),
    "a workspace of one's own choosing": ({"workspace_id": "x"}, "workspace_id"),
}


async def test_a_mistake_is_named_by_its_field_and_nobody_is_made(control, set_up):
    for name, (fields, field) in REFUSED.items():
        control.state.throttle = AuthThrottle()
        body = json.dumps(SIGN_UP | fields)
        reply = await control.http.post("/auth/signup", content=body, headers={"content-type": "application/json"})
        assert (reply.status_code, reply.json().get("field")) == (422, field), (name, reply.text)
    assert await count(control, users) == 1


async def test_an_address_has_one_account_whatever_its_case(control, set_up):
    await sign_up(control)
    reply = await control.http.post("/auth/signup", json=SIGN_UP | {"email": "Ann@Example.ORG"})
    assert (reply.status_code, reply.json()["code"]) == (409, "email_taken")


async def test_nobody_can_sign_up_while_there_is_no_user_at_all(control):
    reply = await control.http.post("/auth/signup", json=SIGN_UP)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_set_up")
    assert await count(control, users) == 0
    settings = (await control.http.get("/auth/settings")).json()["data"]
    assert settings == {"sign_up": "open", "is_set_up": False, "sends_mail": False, "min_password_characters": 12}


async def test_what_the_operator_set_about_signing_up_holds_over_the_settings(control, set_up):
    for mode, code in (("invite", "invitation_needed"), ("closed", "sign_up_closed")):
        async with system_transaction(control.engine) as conn:
            await set_installation_value(conn, "sign_up", mode)
        reply = await control.http.post("/auth/signup", json=SIGN_UP)
        assert (reply.status_code, reply.json()["code"]) == (403, code)
        assert (await control.http.get("/auth/settings")).json()["data"]["sign_up"] == mode
    async with system_transaction(control.engine) as conn:
        await set_installation_value(conn, "sign_up", "open")
    await sign_up(control)


async def test_an_invitation_lets_in_its_own_address_in_its_role_and_makes_no_workspace(control, set_up):
    team = await control.workspace("team", set_up)
    token = await invite(control, team, set_up, role="viewer")
    async with system_transaction(control.engine) as conn:
        await set_installation_value(conn, "sign_up", "invite")
    shown = (await control.http.post("/auth/invitations/show", json={"token": token})).json()["data"]
    assert (shown["workspace_name"], shown["email"], shown["role"]) == ("team", "ann@example.org", "viewer")
    of_eve = {"email": "eve@example.org", "password": PASSWORD, "invitation": token}
    reply = await control.http.post("/auth/signup", json=of_eve)
    assert (reply.status_code, reply.json()["code"]) == (403, "invitation_of_another")
    made = await sign_up(control, invitation=token, workspace_name=None)
    assert (made["workspace"]["id"], made["workspace"]["role"], made["api_key"]) == (team, "viewer", None)
    assert await count(control, workspaces) == 1 and await count(control, api_keys) == 0
    entry = (await logged(control))[-1]
    assert (entry["action"], entry["workspace_id"]) == ("auth.signup", team)
    again = await control.http.post("/auth/signup", json=of_eve | {"email": "ann2@example.org"})
    assert (again.status_code, again.json()["code"]) == (404, "no_invitation"), "it works once"


async def test_with_an_invitation_one_can_ask_for_a_workspace_of_ones_own_too(control, set_up):
    team = await control.workspace("team", set_up)
    made = await sign_up(control, invitation=await invite(control, team, set_up))
    me = (await control.http.get("/auth/me", headers=headers(made))).json()["data"]
    assert {(row["name"], row["role"]) for row in me["workspaces"]} == {("team", "member"), ("Ann's", "owner")}
    assert made["workspace"]["id"] == team and made["api_key"] is not None
    entry = (await logged(control))[-1]
    assert entry["workspace_id"] == team and "Ann's" not in str(entry["details"]), "the team reads this entry"


async def test_names_are_one_line_at_signing_up_too(control, set_up):
    """A workspace's name is in the mails that invite to it: with line breaks it was a letter of its own."""
    for field in ("name", "workspace_name"):
        for text in ("mine\n\nYour account is locked: https://example.net", "mine\u202e"):
            reply = await control.http.post("/auth/signup", json=SIGN_UP | {field: text})
            assert (reply.status_code, reply.json()["field"]) == (422, field)


async def test_somebody_with_an_account_accepts_an_invitation_signed_in(control, set_up):
    team = await control.workspace("team", set_up)
    made = await sign_up(control)
    token = await invite(control, team, set_up)
    eve = await control.sign_in(await control.user("eve@example.org"))
    again = await control.http.post("/auth/signup", json=SIGN_UP | {"invitation": token})
    assert again.status_code == 409 and "POST /auth/invitations/accept" in again.json()["error"]
    body = {"token": token}
    reply = await control.http.post("/auth/invitations/accept", headers=eve.headers, json=body)
    assert (reply.status_code, reply.json()["code"]) == (403, "invitation_of_another")
    reply = await control.http.post("/auth/invitations/accept", headers=headers(made), json=body)
    assert (reply.json()["data"]["id"], reply.json()["data"]["role"]) == (team, "member")
    reply = await control.http.post("/auth/invitations/accept", headers=headers(made), json=body)
    assert (reply.status_code, reply.json()["code"]) == (404, "no_invitation")
    entry = (await logged(control))[-1]
    assert (entry["action"], entry["workspace_id"], entry["actor_id"]) == (
        "invitations.accept", team, made["user"]["id"],
    )  # fmt: skip
    switched = await control.http.post("/auth/switch", headers=headers(made), json={"workspace_id": team})
    reply = await control.http.get(f"/workspaces/{team}/api-keys", headers=headers(switched.json()["data"]))
    assert reply.status_code == 200


async def test_a_whole_link_is_as_good_as_its_token(control, set_up):
    token = await invite(control, await control.workspace("team", set_up), set_up)
    link = f"http://localhost/app/invitation#token={token}"
    shown = await control.http.post("/auth/invitations/show", json={"token": link + "\n"})
    assert (shown.status_code, shown.json()["data"]["workspace_name"]) == (200, "team")
    assert (await sign_up(control, invitation=link))["workspace"]["role"] == "member"


async def test_an_invitation_is_worth_no_more_than_who_made_it(control, set_up):
    team = await control.workspace("team", set_up)
    admin = await control.member(team, "admin")
    token = await invite(control, team, admin.user_id, role="admin")
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(memberships).where(memberships.c.user_id == admin.user_id).values(role="member"))
    for path, body in (("invitations/show", {"token": token}), ("signup", SIGN_UP | {"invitation": token})):
        reply = await control.http.post(f"/auth/{path}", json=body)
        assert (reply.status_code, reply.json()["code"]) == (404, "no_invitation")
    assert await count(control, invitations) == 1


async def test_a_member_who_accepts_another_invitation_keeps_the_role(control, set_up):
    team = await control.workspace("team", set_up)
    made = await sign_up(control, invitation=await invite(control, team, set_up, role="viewer", token="1" * 64))
    token = await invite(control, team, set_up, role="admin", token="2" * 64)
    reply = await control.http.post("/auth/invitations/accept", headers=headers(made), json={"token": token})
    assert (reply.status_code, reply.json()["code"]) == (409, "already_a_member")


async def test_switching_is_for_members(control, set_up):
    made = await sign_up(control)
    theirs = await control.workspace("theirs", set_up)
    replies = [
        await control.http.post("/auth/switch", headers=headers(made), json={"workspace_id": workspace_id})
        for workspace_id in (theirs, control.state.new_id(), "nonsense")
    ]
    assert {reply.status_code for reply in replies} == {404} and len({reply.content for reply in replies}) == 1


NOT_PRIVATE = {
    "another address": (("203.0.113.7", 5), "http://gateway.example.org"),
    "another address that says localhost": (("203.0.113.7", 5), "http://localhost:3000"),
    "a proxy on this machine, without a word about HTTPS": (("127.0.0.1", 5), "http://gateway.example.org"),
}


@pytest.mark.parametrize(("client", "url"), NOT_PRIVATE.values(), ids=NOT_PRIVATE)
async def test_passwords_and_tokens_in_clear_are_refused_whatever_the_public_url_says(database_url, client, url):
    settings = ControlSettings(sign_up="open", public_url="https://gateway.example.org")
    async with running_control(database_url, settings=settings) as control:
        await control.user("operator@example.org")
        http = control.http_from(client, url)
        for path, body in (
            ("login", {"email": "ann@example.org", "password": PASSWORD}),
            ("signup", SIGN_UP),
            ("refresh", {}),
            ("reset", {"token": "x", "password": PASSWORD}),
        ):
            reply = await http.post(f"/auth/{path}", json=body)
            assert (reply.status_code, reply.json()["code"]) == (403, "https_required"), path
        await http.aclose()


async def test_a_forwarded_request_is_not_taken_for_one_of_this_machine(control, set_up):
    reply = await login(control, headers={"x-forwarded-for": "203.0.113.7"})
    assert (reply.status_code, reply.json()["code"]) == (403, "https_required")
