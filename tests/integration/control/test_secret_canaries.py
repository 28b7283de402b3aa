"""The life of an installation in which every secret is a canary, and then a search for them, in five encodings.

A key is in the reply that shows it, and its hash in its own column; neither is anywhere else: not in another reply, a
header, an error, a log line, the audit log, or any column of any table.
"""

import base64
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import select

from broken_routes import broken_client
from control_harness import ControlHarness, running_control
from control_routes import every_case
from perpetuo.control.session_tokens import LIFETIME_S
from perpetuo.db.engine import connect, system_transaction
from perpetuo.db.tables import audit_log, metadata
from schema_examples import body_schema

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORDS = ("canary pässword/one +", "canary pässword/two +")
PROVIDER_SECRETS = ("sk-canary/provider+secret=one", "sk-canary/provider+secret=two")


@dataclass
class Story:
    """secrets: what each is -> the secret. shown_by: the same -> labels of the replies that may show it."""

    control: ControlHarness
    secrets: dict[str, str] = field(default_factory=dict)
    shown_by: dict[str, set[str]] = field(default_factory=dict)
    replies: list[tuple[str, httpx2.Response]] = field(default_factory=list)
    log: str = ""
    dump: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def call(self, method: str, path: str, token: str | None = None, label: str = "", **kwargs: Any) -> Any:
        headers = kwargs.pop("headers", {}) | ({"authorization": f"Bearer {token}"} if token else {})
        reply = await self.control.http.request(method, path, headers=headers, **kwargs)
        self.replies.append((label or f"{method} {path}", reply))
        return reply

    def note(self, name: str, secret: str, *labels: str) -> str:
        self.secrets[name] = secret
        self.shown_by[name] = set(labels)
        return secret


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(module_database_url: str) -> AsyncIterator[Story]:
    async with running_control(module_database_url) as control:
        story, lines = Story(control), _Lines()
        root, level = logging.getLogger(), logging.getLogger().level
        root.addHandler(lines)
        root.setLevel(logging.DEBUG)
        try:
            await live(story)
            await make_mistakes(story)
        finally:
            root.setLevel(level)
            root.removeHandler(lines)
        story.log = "\n".join(lines.lines)
        story.dump = await dump(module_database_url)
        yield story


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # What the test's own client and driver say of themselves is not ours.
        if record.name.partition(".")[0] not in ("httpx2", "httpcore2", "httpcore", "hypothesis"):
            self.lines.append(logging.Formatter().format(record))


async def live(story: Story) -> None:
    await story.control.member(await story.control.workspace("first"), "owner", operator=True)
    first, second = PASSWORDS
    story.note("password", first)
    story.note("new password", second)
    signup = {"email": "ann@example.org", "password": first, "workspace_name": "mine"}
    signed_up = (await story.call("POST", "/auth/signup", json=signup, label="signup")).json()["data"]
    cookie = story.note("refresh token", _cookie(story.replies[-1][1]), "signup")
    token = story.note("session's token", signed_up["token"], "signup")
    story.note("first API key", signed_up["api_key"]["key"], "signup")
    mine, ann = signed_up["workspace"]["id"], signed_up["user"]["id"]
    login = await story.call("POST", "/auth/login", json={k: signup[k] for k in ("email", "password")}, label="login")
    story.note("second session's token", login.json()["data"]["token"], "login")
    story.note("second refresh token", _cookie(login), "login")
    name, _, value = cookie.partition("=")
    again = await story.call(
        "POST", "/auth/refresh", label="refresh", headers={"cookie": f"{name}={value}", "origin": "http://localhost"}
    )
    assert again.is_success, again.text
    story.note("refreshed token", again.json()["data"]["token"], "refresh")
    story.note("refreshed refresh token", _cookie(again), "refresh")
    await _keys(story, mine, token)
    await _people(story, mine, ann, token)


async def _keys(story: Story, mine: str, token: str) -> None:
    made = (
        await story.call("POST", f"/workspaces/{mine}/api-keys", token, json={"name": "app"}, label="new key")
    ).json()
    story.note("API key", made["data"]["key"], "new key")
    url = f"/workspaces/{mine}/api-keys/{made['data']['id']}"
    rotated = (await story.call("POST", f"{url}/rotate", token, json={}, label="rotated key")).json()
    story.note("rotated API key", rotated["data"]["key"], "rotated key")
    await story.call("PATCH", url, token, json={"name": "other"})
    expires = story.control.state.clock.wall_s() + 86_400
    wanted = {"name": "ci", "actions": ["api_keys:read"], "expires_at": int(expires)}
    machine = await story.call("POST", f"/workspaces/{mine}/access-tokens", token, json=wanted, label="machine")
    assert machine.status_code == 201, machine.text
    story.note("access token", machine.json()["data"]["token"], "machine")
    await story.call("GET", f"/workspaces/{mine}/api-keys", story.secrets["access token"])
    first, second = PROVIDER_SECRETS
    story.note("provider secret", first)
    story.note("rotated provider secret", second)
    body = {"vendor": "openai", "label": "x", "secret": first}
    provider = await story.call("POST", f"/workspaces/{mine}/providers", token, json=body)
    assert provider.status_code == 201, provider.text
    url = f"/workspaces/{mine}/providers/{provider.json()['data']['id']}"
    assert (await story.call("POST", f"{url}/rotate", token, json={"secret": second})).is_success
    await story.call("GET", url, token)


async def _people(story: Story, mine: str, ann: str, token: str) -> None:
    invited = await story.call(
        "POST",
        f"/workspaces/{mine}/invitations",
        token,
        json={"email": "bob@example.org", "role": "viewer"},
        label="invite",
    )
    story.note("invitation's token", _token(invited.json()["data"]["link"]), "invite")
    await story.call("POST", "/auth/invitations/show", json={"token": story.secrets["invitation's token"]})
    operator = await story.control.member(await story.control.workspace("ops"), "owner", operator=True)
    link = await story.call("POST", f"/admin/users/{ann}/reset-link", operator.token, label="reset link")
    story.note("reset token", _token(link.json()["data"]["link"]), "reset link")
    body = {"token": story.secrets["reset token"], "password": PASSWORDS[1]}
    assert (await story.call("POST", "/auth/reset", json=body)).is_success
    login = await story.call(
        "POST", "/auth/login", json={"email": "ann@example.org", "password": PASSWORDS[1]}, label="in again"
    )
    token = story.note("last token", login.json()["data"]["token"], "in again")
    story.note("last refresh token", _cookie(login), "in again")
    # And everything that can be read is read.
    for person in (token, operator.token):
        for case in every_case(story.control):
            if case.method == "GET" and "{" not in case.path.replace("{workspace_id}", ""):
                await story.call("GET", case.path.replace("{workspace_id}", mine), person)


async def make_mistakes(story: Story) -> None:
    """Each secret where it does not belong: other fields, addresses, queries, headers, cookies, no JSON; and routes
    that fail with it in their hands."""
    token = story.secrets["last token"]
    paths = [
        case for case in every_case(story.control) if body_schema(case.operation or {}) and case.path.count("{") < 2
    ]
    mine = next(row["data"][0]["id"] for row in [(await story.call("GET", "/workspaces", token)).json()])
    broken = broken_client(story.control.state)
    secrets = list(story.secrets.values())
    for number, case in enumerate(paths):
        url = case.path.replace("{workspace_id}", mine)
        for secret in (secrets[number % len(secrets)], secrets[(number + 5) % len(secrets)]):
            body = {"name": {"x": secret}, secret: secret, "secret": [secret], "email": secret, "token": secret}
            await story.call(case.method, url, token, json=body)
            await story.call(case.method, url, token, content=f'{{"password": "{secret}'.encode())
    for secret in secrets:
        await story.call("GET", f"/workspaces/{mine}/api-keys/{quote(secret, safe='')}", token)
        await story.call("GET", f"/workspaces/{mine}/api-keys", token, params={"cursor": secret, "limit": secret})
        ascii_secret = quote(secret)
        await story.call("GET", "/auth/me", headers={"authorization": f"Bearer x{ascii_secret}"})
        await story.call("GET", "/auth/me", headers={"authorization": ascii_secret, "cookie": f"x={ascii_secret}"})
        await story.call("POST", "/auth/login", json={"email": "nobody@example.org", "password": secret})
        story.replies.append(("broken", await broken.get("/auth/fails", params={"secret": secret})))
    await broken.aclose()


def _cookie(reply: httpx2.Response) -> str:
    """`name=value`"""
    return reply.headers["set-cookie"].partition(";")[0]


def _token(link: str) -> str:
    return link.partition("token=")[2].partition("&")[0]


async def dump(database_url: str) -> dict[tuple[str, str], bytes]:
    """Every value of every column, as text and, where it is bytes, as they are."""
    owner = await connect(database_url, "owner")
    try:
        found = {}
        for table in metadata.tables.values():
            rows = await owner.fetch(f"SELECT * FROM {table.name}")
            for column in table.c:
                values = [row[column.name] for row in rows]
                found[table.name, column.name] = b"\n".join(
                    value if isinstance(value, bytes) else str(value).encode() for value in values if value is not None
                )
        return found
    finally:
        await owner.close()


def forms(secret: bytes) -> Iterator[bytes]:
    """As it is, in JSON, percent-encoded, in hexadecimal, in base64 at each alignment."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        text = ""
    if text:
        yield json.dumps(text)[1:-1].encode()
        yield json.dumps(text)[1:-1].replace("/", "\\/").encode()
        yield quote(text, safe="").encode()
        yield quote(text).encode()
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        for lead in range(3):
            whole = encode(b"\0" * lead + secret)
            yield whole[-(-lead * 8 // 6) : (lead + len(secret)) * 8 // 6]


def found(haystack: bytes, secret: bytes) -> bool:
    return any(form in haystack for form in forms(secret))


def value_of(secret: str) -> str:
    """Of a cookie, the part behind its name."""
    return secret.partition("=")[2] if "refresh" in secret[:20] else secret


def raw(reply: httpx2.Response) -> bytes:
    headers = "\n".join(f"{name}: {value}" for name, value in reply.headers.multi_items())
    return headers.encode() + b"\n" + reply.content


async def test_the_search_finds_what_is_there(story: Story) -> None:
    for name, secret in story.secrets.items():
        shown = [label for label, reply in story.replies if found(raw(reply), value_of(secret).encode())]
        assert set(shown) == story.shown_by[name] and len(shown) == len(story.shown_by[name]), (name, shown)
    for form in forms(b"sk-canary/x+y="):
        assert found(b"before " + form + b" after", b"sk-canary/x+y=")


async def test_no_secret_is_in_a_line_of_the_log(story: Story) -> None:
    assert "failed" in story.log, "something was logged"
    assert [
        name for name, secret in story.secrets.items() if found(story.log.encode(), value_of(secret).encode())
    ] == []


async def test_no_secret_is_in_any_column_of_the_database(story: Story) -> None:
    assert len(story.dump["audit_log", "details"]) > 100
    places = {
        (name, *place)
        for name, secret in story.secrets.items()
        for place, values in story.dump.items()
        if found(values, value_of(secret).encode())
    }
    assert places == set()


HASHED = {
    "first API key": ("api_keys", "key_hash"),
    "API key": ("api_keys", "key_hash"),
    "rotated API key": ("api_keys", "key_hash"),
    "access token": ("access_tokens", "token_hash"),
    "invitation's token": ("invitations", "token_hash"),
    "reset token": ("one_time_tokens", "token_hash"),
    "last refresh token": ("sessions", "refresh_hash"),
}


async def test_a_hash_is_in_its_own_column_and_nowhere_else(story: Story) -> None:
    for name, secret in story.secrets.items():
        digest = hashlib.sha256(value_of(secret).encode()).digest()
        places = {place for place, values in story.dump.items() if found(values, digest)}
        assert places <= {HASHED.get(name, ("sessions", "refresh_hash"))}, name
        if name in HASHED:
            assert places == {HASHED[name]}, name
        assert [label for label, reply in story.replies if found(raw(reply), digest)] == [], name
        assert not found(story.log.encode(), digest), name


async def test_hashes_of_passwords_and_sealed_secrets_are_in_no_reply_and_no_log(story: Story) -> None:
    everything = b"\n".join(raw(reply) for _, reply in story.replies) + story.log.encode()
    for place in (("users", "password_hash"), ("provider_keys", "secret_sealed")):
        for value in filter(None, story.dump[place].split(b"\n")):
            assert len(value) < 24 or not found(everything, value), place


async def test_a_refresh_cookie_is_out_of_a_script_s_reach(story: Story) -> None:
    cookies = [
        cookie
        for _, reply in story.replies
        for cookie in reply.headers.get_list("set-cookie")
        if "perpetuo-refresh" in cookie
    ]
    assert len(cookies) >= 4
    for cookie in cookies:
        words = {word.strip().lower() for word in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= words, cookie
        assert not any(word.startswith("domain") for word in words), cookie
    assert LIFETIME_S <= 15 * 60


async def test_the_audit_log_says_what_was_done_without_the_secrets(story: Story) -> None:
    async with system_transaction(story.control.engine) as conn:
        actions = set(await conn.scalars(select(audit_log.c.action)))
    assert {"api_keys.create", "api_keys.rotate"} <= actions
