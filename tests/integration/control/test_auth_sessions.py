"""A session from its beginning to its end: the refresh cookie, who may send it, and what ends it at once."""

import asyncio
import datetime

import pytest
from sqlalchemy import delete, select, update

from control_harness import running_control
from perpetuo.control import change
from perpetuo.control.refresh_tokens import IDLE_S, LONGEST_S
from perpetuo.control.state import ControlSettings
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.sessions import delete_what_is_over
from perpetuo.db.tables import audit_log, memberships, sessions

PASSWORD = "a good long password"
EMAIL = "ann@example.org"
OURS = {"origin": "http://localhost"}
COOKIE = "perpetuo-refresh"


@pytest.fixture
async def ann(control):
    """Signed up, with her cookie beside."""
    await control.user("operator@example.org", operator=True)
    reply = await control.http.post("/auth/signup", json={"email": EMAIL, "password": PASSWORD})
    assert reply.status_code == 201, reply.text
    control.http.cookies.clear()
    return reply.json()["data"] | {"cookie": reply.cookies[COOKIE]}


def headers(data):
    return {"authorization": f"Bearer {data['token']}"}


def with_cookie(cookie, **more):
    return {"cookie": f"{COOKIE}={cookie}"} | more


async def sign_in(control):
    reply = await control.http.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert reply.status_code == 200, reply.text
    control.http.cookies.clear()
    return reply.json()["data"] | {"cookie": reply.cookies[COOKIE]}


async def refresh(control, cookie, body=None, **more):
    reply = await control.http.post("/auth/refresh", json=body, headers=with_cookie(cookie, **(OURS | more)))
    control.http.cookies.clear()
    return reply


async def is_signed_in(control, data):
    status = (await control.http.get("/auth/me", headers=headers(data))).status_code
    assert status in (200, 401)
    return status == 200


async def rows(control, table=sessions):
    order = audit_log.c.sequence if table is audit_log else sessions.c.id
    async with system_transaction(control.engine) as conn:
        return [dict(row) for row in (await conn.execute(select(table).order_by(order))).mappings()]


async def test_each_refresh_brings_a_token_and_another_cookie_and_is_no_entry_in_the_log(control, ann):
    cookies = {ann["cookie"]}
    cookie = ann["cookie"]
    for _ in range(3):
        reply = await refresh(control, cookie)
        assert reply.status_code == 200, reply.text
        cookie = reply.cookies[COOKIE]
        cookies.add(cookie)
        assert await is_signed_in(control, reply.json()["data"])
        assert reply.json()["data"]["workspace"] == ann["workspace"]
    assert len(cookies) == 4
    assert len(await rows(control)) == 1
    assert [row["action"] for row in await rows(control, audit_log)] == ["auth.signup"]


async def test_a_refresh_token_used_twice_ends_the_session_for_both_who_have_it(control, ann):
    mine = await refresh(control, ann["cookie"])
    theirs = await refresh(control, ann["cookie"])
    assert theirs.status_code == 401
    assert not await is_signed_in(control, mine.json()["data"]) and not await is_signed_in(control, ann)
    assert (await refresh(control, mine.cookies[COOKIE])).status_code == 401
    assert [row["revoked_because"] for row in await rows(control)] == ["refresh token used twice"]
    assert [row["action"] for row in await rows(control, audit_log)] == ["auth.signup", "auth.refresh_reused"]


async def test_a_refresh_that_the_database_does_not_answer_is_given_up(control, ann, monkeypatch):
    monkeypatch.setattr(change, "STATEMENT_MS", 100)
    async with system_transaction(control.engine) as conn:
        await conn.execute(select(sessions).with_for_update())
        async with asyncio.timeout(10):
            reply = await refresh(control, ann["cookie"])
    assert (reply.status_code, reply.json()["code"]) == (503, "database_unavailable")
    assert (await refresh(control, ann["cookie"])).status_code == 200


async def test_of_many_refreshes_at_the_same_time_with_one_token_at_most_one_succeeds(control, ann):
    replies = await asyncio.gather(*(refresh(control, ann["cookie"]) for _ in range(8)))
    assert sorted(reply.status_code for reply in replies)[:2] in ([200, 401], [401, 401])
    assert [row["revoked_because"] for row in await rows(control)] == ["refresh token used twice"]


async def test_nobody_ends_a_session_with_a_token_that_is_made_up(control, ann):
    cookie = ann["cookie"]
    made_up = {
        "another end": cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        "another random part": cookie[:30] + ("A" if cookie[30] != "A" else "B") + cookie[31:],
        "short": cookie[:-4],
        "long": cookie + "AAAA",
        "padded": cookie + "=",
        "empty": "",
        "an access token": ann["token"],
    }
    for name, token in made_up.items():
        assert (await refresh(control, token)).status_code == 401, name
    assert await is_signed_in(control, ann)
    assert (await refresh(control, cookie)).status_code == 200


WRONG_PAGES = {
    "another site": {"origin": "https://evil.example"},
    "another port of this machine": {"origin": "http://localhost:8080"},
    "another scheme": {"origin": "https://localhost"},
    "a name that begins like ours": {"origin": "http://localhost.evil.example"},
    "a sandboxed page": {"origin": "null"},
    "an empty origin": {"origin": ""},
    "no origin": {},
    "no origin, from another site": {"sec-fetch-site": "cross-site"},
    "no origin, from a neighbour": {"sec-fetch-site": "same-site"},
    "no origin, typed": {"sec-fetch-site": "none"},
}


async def test_another_sites_page_can_not_use_the_cookie(control, ann):
    for name, sent in WRONG_PAGES.items():
        for path in ("refresh", "logout"):
            reply = await control.http.post(f"/auth/{path}", headers=with_cookie(ann["cookie"], **sent))
            assert (reply.status_code, reply.json()["code"]) == (403, "wrong_origin"), (name, path)
    both = [("cookie", f"{COOKIE}={ann['cookie']}"), ("origin", "http://localhost"), ("origin", "https://evil.example")]
    assert (await control.http.post("/auth/refresh", headers=both)).status_code == 403
    assert await is_signed_in(control, ann)
    ours = with_cookie(ann["cookie"], **{"sec-fetch-site": "same-origin"})
    assert (await control.http.post("/auth/refresh", headers=ours)).status_code == 200


async def test_another_sites_page_can_not_sign_anybody_in(control, ann):
    for path, body in (
        ("login", {"email": EMAIL, "password": PASSWORD}),
        ("signup", {"email": "eve@example.org", "password": PASSWORD}),
    ):
        reply = await control.http.post(f"/auth/{path}", json=body, headers={"origin": "https://evil.example"})
        assert (reply.status_code, reply.json()["code"]) == (403, "wrong_origin")
        assert "set-cookie" not in reply.headers


async def test_pages_at_the_public_url_and_those_that_are_named_are_ours(database_url):
    settings = ControlSettings(
        sign_up="open", public_url="https://gateway.example.org", origins=("http://localhost:3001",)
    )
    async with running_control(database_url, settings=settings) as control:
        await control.user("operator@example.org")
        http = control.http_from(("198.51.100.1", 5), "https://inner.example.org")
        body = {"email": EMAIL, "password": PASSWORD}
        await http.post("/auth/signup", json=body)
        for origin in ("https://gateway.example.org", "https://inner.example.org:443", "http://localhost:3001"):
            reply = await http.post("/auth/refresh", headers={"origin": origin})
            assert reply.status_code == 200, origin
        for origin in ("http://gateway.example.org", "https://gateway.example.org.evil.example"):
            assert (await http.post("/auth/refresh", headers={"origin": origin})).status_code == 403, origin
        await http.aclose()


async def test_the_cookie_is_out_of_reach_of_scripts_other_hosts_and_plain_http(control, ann):
    http = control.http_from(("198.51.100.1", 5), "https://gateway.example.org")
    reply = await http.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    name, *attributes = reply.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-perpetuo-refresh=")
    assert {attribute.lower() for attribute in attributes} == {
        "httponly", "secure", "samesite=strict", "path=/", f"max-age={IDLE_S}"
    }  # fmt: skip
    plain = await control.http.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    name, *attributes = plain.headers["set-cookie"].split("; ")
    assert name.startswith("perpetuo-refresh="), "browsers take the prefix over HTTPS only"
    assert {attribute.lower() for attribute in attributes} == {
        "httponly", "samesite=strict", "path=/", f"max-age={IDLE_S}"
    }  # fmt: skip
    planted = {"cookie": name.replace("__Host-", ""), "origin": "https://gateway.example.org"}
    http.cookies.clear()
    assert (await http.post("/auth/refresh", headers=planted)).status_code == 401, "a cookie without the prefix"
    await http.aclose()


async def test_a_session_ends_two_weeks_after_its_last_refresh_and_a_month_after_its_first(control, ann):
    (row,) = await rows(control)
    assert abs((row["expires_at"] - row["created_at"]).total_seconds() - IDLE_S) <= 1
    created_at = row["created_at"] - datetime.timedelta(seconds=LONGEST_S - 3600)
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(sessions).values(created_at=created_at))
    reply = await refresh(control, ann["cookie"])
    assert reply.status_code == 200
    (row,) = await rows(control)
    assert abs((row["expires_at"] - created_at).total_seconds() - LONGEST_S) <= 2
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(sessions).values(expires_at=created_at))
    assert (await refresh(control, reply.cookies[COOKIE])).status_code == 401
    assert not await is_signed_in(control, reply.json()["data"])


async def test_a_refresh_can_keep_the_workspace_and_falls_back_when_one_has_left_it(control, ann):
    team = await control.workspace("team")
    await control.member(team, "viewer", user_id=ann["user"]["id"])
    reply = await refresh(control, ann["cookie"], {"workspace_id": team})
    assert reply.json()["data"]["workspace"]["id"] == team
    async with system_transaction(control.engine) as conn:
        await conn.execute(delete(memberships).where(memberships.c.workspace_id == team))
    reply = await refresh(control, reply.cookies[COOKIE], {"workspace_id": team})
    assert reply.json()["data"]["workspace"] == ann["workspace"]


async def test_signing_out_ends_the_session_of_the_cookie_of_the_token_or_of_both(control, ann):
    other, third = await sign_in(control), await sign_in(control)
    by_token = await control.http.post("/auth/logout", headers=headers(ann))
    assert by_token.status_code == 200 and not await is_signed_in(control, ann)
    by_cookie = await control.http.post("/auth/logout", headers=with_cookie(other["cookie"], **OURS))
    assert by_cookie.status_code == 200 and not await is_signed_in(control, other)
    assert 'perpetuo-refresh=""' in by_cookie.headers["set-cookie"] and "Max-Age=0" in by_cookie.headers["set-cookie"]
    assert (await refresh(control, other["cookie"])).status_code == 401
    assert await is_signed_in(control, third)
    again = await control.http.post("/auth/logout", headers=headers(ann))
    assert again.status_code == 401
    assert (await control.http.post("/auth/logout")).status_code == 401
    both = await control.http.post("/auth/logout", headers=headers(third) | with_cookie(third["cookie"], **OURS))
    assert both.status_code == 200
    entries = [(row["action"], row["actor_name"]) for row in await rows(control, audit_log)]
    assert entries[3:] == [("auth.logout", EMAIL)] * 3


async def test_signing_out_everywhere_ends_every_session_of_ones_own_and_nobody_elses(control, ann):
    other, eve = await sign_in(control), await control.sign_in(await control.user("eve@example.org"))
    reply = await control.http.post("/auth/logout-all", headers=headers(ann))
    assert reply.status_code == 200
    assert not await is_signed_in(control, ann) and not await is_signed_in(control, other)
    assert (await control.http.get("/auth/me", headers=eve.headers)).status_code == 200


async def test_one_sees_where_one_is_signed_in_and_ends_what_is_not_ones_own_doing(control, ann):
    await control.http.post("/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers={"user-agent": "Phone"})
    eve = await control.sign_in(await control.user("eve@example.org"))
    page = (await control.http.get("/auth/sessions", headers=headers(ann), params={"limit": 1})).json()
    rest = (
        await control.http.get(
            "/auth/sessions", headers=headers(ann), params={"limit": 50, "cursor": page["next_cursor"]}
        )
    ).json()
    listed = page["data"] + rest["data"]
    assert [row["user_agent"] for row in listed[:1]] == ["Phone"]
    assert [row["current"] for row in listed] == [False, True] and rest["next_cursor"] is None
    assert listed[0]["address"] == "127.0.0.1" and "refresh_hash" not in listed[0]
    for session_id in (eve.session_id, control.state.new_id(), "nonsense"):
        reply = await control.http.delete(f"/auth/sessions/{session_id}", headers=headers(ann))
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    assert (await control.http.get("/auth/me", headers=eve.headers)).status_code == 200
    reply = await control.http.delete(f"/auth/sessions/{listed[0]['id']}", headers=headers(ann))
    assert reply.status_code == 200
    assert len((await control.http.get("/auth/sessions", headers=headers(ann))).json()["data"]) == 1
    assert [row["action"] for row in await rows(control, audit_log)][-1] == "auth.end_session"


async def test_suspension_and_removal_act_at_the_next_request(control, ann):
    workspace_id = ann["workspace"]["id"]
    url = f"/workspaces/{workspace_id}/api-keys"
    assert (await control.http.get(url, headers=headers(ann))).status_code == 200
    async with system_transaction(control.engine) as conn:
        await conn.execute(delete(memberships).where(memberships.c.workspace_id == workspace_id))
    assert (await control.http.get(url, headers=headers(ann))).status_code == 404
    await control.suspend_user(ann["user"]["id"])
    assert (await control.http.get("/auth/me", headers=headers(ann))).json()["code"] == "user_suspended"
    assert (await refresh(control, ann["cookie"])).json()["code"] == "user_suspended"


async def test_what_is_long_over_is_deleted_and_nothing_else(control, ann):
    now = datetime.datetime.now(datetime.UTC)
    old, recent, open_still = [await control.sign_in(ann["user"]["id"]) for _ in range(3)]
    async with system_transaction(control.engine) as conn:
        for person, days in ((old, 31), (recent, 29)):
            ended_at = now - datetime.timedelta(days=days)
            await conn.execute(update(sessions).where(sessions.c.id == person.session_id).values(revoked_at=ended_at))
        assert await delete_what_is_over(conn, now - datetime.timedelta(days=30)) == 1
    left = {row["id"] for row in await rows(control)}
    assert old.session_id not in left and {recent.session_id, open_still.session_id} <= left and len(left) == 3


async def test_a_machines_token_is_nobodys_session(control, ann):
    machine = await control.machine(ann["workspace"]["id"], ann["user"]["id"], ["api_keys:read"])
    for method, path in (("GET", "me"), ("GET", "sessions"), ("POST", "logout-all"), ("POST", "switch")):
        body = {"workspace_id": ann["workspace"]["id"]} if path == "switch" else None
        reply = await control.http.request(method, f"/auth/{path}", headers=machine, json=body)
        assert (reply.status_code, reply.json()["code"]) == (403, "people_only"), path
    assert (await control.http.post("/auth/logout", headers=machine)).status_code == 401
