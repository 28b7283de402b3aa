"""Real calls with provider keys, at a vendor on loopback; and secrets that are searched for everywhere afterwards."""

import asyncio
import base64
import gzip
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from sqlalchemy import select, text, update

from control_harness import ControlHarness, running_control
from perpetuo.control.state import ControlSettings
from perpetuo.db.engine import connect, system_transaction
from perpetuo.db.tables import audit_log, provider_keys
from perpetuo.gateway.key_test import KeyTester
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.wiring import SystemClock

GOOD = "sk-good+0123456789/abcdef=WXYZ"
EGRESS = EgressPolicy(("127.0.0.0/8",))


@asynccontextmanager
async def calling_control(database_url: str, **parts) -> AsyncIterator[ControlHarness]:
    """A control plane that can call providers, as `wiring.build_control` joins it."""
    upstream = OwnUpstream(EGRESS, await asyncio.to_thread(default_ssl_context))
    tester = KeyTester(upstream, PROTOCOLS, SystemClock())
    try:
        async with running_control(database_url, egress=EGRESS, test_provider_key=tester.test, **parts) as harness:
            yield harness
    finally:
        await upstream.aclose()


@pytest.fixture
async def control(database_url):
    async with calling_control(database_url) as harness:
        yield harness


@pytest.fixture
async def vendor():
    async with SimulatedVendor("v", settings=VendorSettings(api_keys=(GOOD,))) as simulated:
        yield simulated


async def test_a_key_is_tried_before_and_after_it_is_saved_and_the_vendor_is_quoted(control, vendor):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    url = f"/workspaces/{mine}/providers"

    async def post(path, body):
        return (await control.http.post(f"{url}{path}", headers=ann.headers, json=body)).json()["data"]

    fields = {"vendor": "openai", "base_url": vendor.base_url}
    assert await post("/test", {**fields, "secret": GOOD}) | {"duration_ms": 0} == {
        "ok": True, "what": "models", "message": "The provider lists 4 models.", "status": 200, "error": None,
        "model": None, "models_found": 4, "duration_ms": 0,
    }  # fmt: skip
    wrong = await post("/test", {**fields, "secret": "sk-wrong-0123456789abcdef"})
    assert (wrong["ok"], wrong["status"], wrong["error"]) == (False, 401, "status") and "sk-wrong" not in str(wrong)
    saved = await post("", {**fields, "secret": GOOD})
    tried = await post(f"/{saved['id']}/test", {"by_chat": True})
    assert (tried["ok"], tried["what"]) == (True, "chat") and tried["model"] in tried["message"]
    async with system_transaction(control.engine) as conn:
        rows = (await conn.execute(select(audit_log).order_by(audit_log.c.sequence))).mappings().all()
    assert [(row["action"], row["target_id"]) for row in rows] == [
        ("provider_keys.test", None), ("provider_keys.test", None), ("provider_keys.create", saved["id"]),
        ("provider_keys.test", saved["id"]),
    ]  # fmt: skip
    assert rows[0]["details"] == {"vendor": "openai", "called_url": vendor.base_url}


async def test_a_saved_key_is_tried_where_it_was_stored_for_and_nowhere_else(control, vendor):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    url = f"/workspaces/{mine}/providers"
    async with SimulatedVendor("other") as other:
        body = {"vendor": "openai", "base_url": vendor.base_url, "secret": GOOD}
        saved = (await control.http.post(url, headers=ann.headers, json=body)).json()["data"]
        for name in ("base_url", "api_base", "host", "vendor", "extra_headers"):
            body = {name: other.base_url}
            reply = await control.http.post(f"{url}/{saved['id']}/test", headers=ann.headers, json=body)
            assert (reply.status_code, reply.json()["field"]) == (422, name)
        assert list(other.ledger) == [] and list(vendor.ledger) == []


async def test_a_workspace_tries_so_many_keys_a_minute_and_others_are_not_kept_waiting(database_url, vendor):
    settings = ControlSettings(sign_up="open", workers=10)
    async with calling_control(database_url, settings=settings) as control:
        body = {"vendor": "openai", "base_url": vendor.base_url, "secret": GOOD}
        for name in ("one", "two"):
            workspace_id = await control.workspace(name)
            admin = await control.member(workspace_id, "admin")
            replies = [
                await control.http.post(f"/workspaces/{workspace_id}/providers/test", headers=admin.headers, json=body)
                for _ in range(3)
            ]
            assert [reply.status_code for reply in replies] == [200, 200, 429]
            assert replies[2].json()["code"] == "too_many_tests" and 1 <= int(replies[2].headers["retry-after"]) <= 60
        async with system_transaction(control.engine) as conn:
            assert len((await conn.execute(select(audit_log))).all()) == 4, "what was not done is not on the record"


async def test_a_stored_key_that_does_not_open_is_said_to_be_entered_again(control, vendor):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    url = f"/workspaces/{mine}/providers"
    body = {"vendor": "openai", "base_url": vendor.base_url, "secret": GOOD}
    saved = (await control.http.post(url, headers=ann.headers, json=body)).json()["data"]
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(provider_keys).values(secret_sealed=b"\x01" + bytes(60)))
    reply = await control.http.post(f"{url}/{saved['id']}/test", headers=ann.headers)
    assert (reply.status_code, reply.json()["code"]) == (409, "key_unreadable")
    assert list(vendor.ledger) == []
    await control.http.post(f"{url}/{saved['id']}/rotate", headers=ann.headers, json={"secret": GOOD})
    reply = await control.http.post(f"{url}/{saved['id']}/test", headers=ann.headers, json={})
    assert reply.json()["data"]["ok"] is True


# --- canaries -------------------------------------------------------------------------------------------------------

CANARY = 'sk-canary+0123456789/"abcdef"=WXYZ'
DOCUMENTS = {
    "azure": {"tenant_id": "t", "client_id": "c", "client_secret": CANARY, "authority": "http://127.0.0.1:9"},
    "vertex": {"client_email": "a@example.org", "private_key": CANARY},
    "bedrock": {"access_key_id": "AKIA0123456789ABCDEF", "secret_access_key": CANARY, "region": "us-east-1"},
}
BROKEN = (
    {"secret": [CANARY]}, {"secret": {"value": CANARY}}, {"secret": f"{CANARY}\n{CANARY}"}, {"secret": CANARY * 300},
    {"secret": f"{CANARY}ключ"}, {"secret": f"pk_{CANARY}"}, {"secret": f"ppt_{CANARY}"}, {"secret": f"{CANARY}\0"},
    {"vendor": "bedrock", "secret": f"AKIA:{CANARY}:x:y"}, {"vendor": "bedrock", "secret": '{"x": "' + CANARY},
    {"priority": CANARY}, {"enabled": CANARY}, {"vendor": CANARY}, {"vendor": [CANARY]}, {"label": [CANARY]},
    {"base_url": f"https://user:{CANARY}@example.com"}, {"base_url": f"https://example.com/?key={CANARY}"},
    {"base_url": CANARY}, {"models": CANARY}, {"models": [CANARY]}, {"models": [{"id": [CANARY]}]},
    {"models": [{"id": "m", "intent": CANARY}]}, {"models": [{"id": "m", "tiers": [CANARY]}]}, CANARY, [CANARY],
)  # fmt: skip
"""What of a body is broken, instead of the usual; or a body that is none at all."""


def traces(secret: str) -> dict[bytes, str]:
    """The forms in which a secret could be somewhere: bytes -> what form that is."""
    plain = secret.encode()
    found = {plain: "plain", quote(secret, safe="").encode(): "url", json.dumps(secret)[1:-1].encode(): "json"}
    found |= {json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(): "json in json", plain.hex().encode(): "hex"}
    for before in range(3):
        encoded = base64.b64encode(b"?" * before + plain)
        middle = encoded[4 if before else 0 : len(encoded) // 4 * 4 - 4]
        found |= {middle: "base64", middle.replace(b"+", b"-").replace(b"/", b"_"): "base64url"}
    return found


def found_in(place: bytes, secret: str) -> list[str]:
    if b"\x1f\x8b" in place:
        place += gzip.decompress(place[place.index(b"\x1f\x8b") :])
    return [form for trace, form in traces(secret).items() if trace in place]


async def dump(database_url: str) -> bytes:
    """Every row of every table as text; what is sealed as well."""
    connection = await connect(database_url, "owner")
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [await connection.fetch(f'SELECT t::text AS row FROM "{table[0]}" t') for table in tables]
        return "\n".join(row["row"] for table in rows for row in table).encode()
    finally:
        await connection.close()


def test_the_search_finds_a_secret_in_every_form():
    for form in (
        CANARY.encode(), quote(CANARY, safe="").encode(), json.dumps({"a": CANARY}).encode(),
        gzip.compress(CANARY.encode()), CANARY.encode().hex().encode(), json.dumps(json.dumps(CANARY)).encode(),
        *(base64.b64encode(b"x" * before + CANARY.encode()) for before in range(4)),
    ):  # fmt: skip
        assert found_in(form, CANARY), form


async def test_a_secret_is_in_no_reply_no_log_no_audit_entry_and_in_no_plain_column(database_url, control, caplog):
    """Entered, rotated, changed, tried; with a vendor that repeats it; and in bodies that are wrong in every way."""
    caplog.set_level(logging.DEBUG)
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    url, said = f"/workspaces/{mine}/providers", []

    async def call(method, path, body=None, content=None):
        headers = ann.headers | {"accept-encoding": "gzip", "content-type": "application/json"}
        reply = await control.http.request(method, f"{url}{path}", headers=headers, json=body, content=content)
        said.append(str(reply.headers).encode() + reply.content)
        return reply.status_code, reply.json()

    async with repeating_vendor() as echo:
        entered = CANARY.replace('"', "")  # as it can go into a header
        usual = {"vendor": "openai", "secret": entered, "base_url": echo}
        _, made = await call("POST", "", usual)
        key = f"/{made['data']['id']}"
        assert (await call("POST", f"{key}/rotate", {"secret": entered}))[0] == 200
        assert (await call("PATCH", key, {"base_url": f"{echo}/v2", "secret": entered}))[0] == 200
        for path, body in ((f"{key}/test", {}), (f"{key}/test", {"by_chat": True}), ("/test", usual)):
            status, tried = await call("POST", path, body)
            assert (status, tried["data"]["ok"]) == (200, False) and "wrong key" in tried["data"]["message"]
        for vendor, document in DOCUMENTS.items():
            body = {"vendor": vendor, "secret": json.dumps(document), "base_url": "https://example.com/v1"}
            await call("POST", "", body | {"label": "document"})
            await call("POST", "/test", body | {"base_url": echo})
        for broken in BROKEN:
            for method, path in (("POST", ""), ("POST", "/test"), ("PATCH", key), ("POST", f"{key}/rotate")):
                whole = isinstance(broken, dict) and method == "POST" and "rotate" not in path
                status, _ = await call(method, path, usual | broken if whole else broken)
                assert status == 422, (method, path, broken)
        assert (await call("POST", "", content=f'{{"secret": "{CANARY}'.encode()))[0] == 400
        await call("GET", "")
        await call("GET", key)
    kept = await dump(database_url)
    assert b"provider_keys.rotate" in kept and len(said) > 100
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records).encode()
    for secret in (CANARY, entered):
        for place in (*said, logged, kept):
            assert found_in(place, secret) == [], place[:2000]


@asynccontextmanager
async def repeating_vendor() -> AsyncIterator[str]:
    """Refuses every key, with the whole request in its error, as some do. Its base URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        body = json.dumps({"error": {"message": f"wrong key: {head}", "type": "auth", "code": "invalid_api_key"}})
        writer.write(
            f"HTTP/1.1 401 no\r\ncontent-type: application/json\r\nx-key: {head.split()[1]}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_database_dump_alone_opens_nothing(database_url, control):
    """Two workspaces with the same secret: nothing in the dump shows that it is the same."""
    for name in ("one", "two"):
        workspace_id = await control.workspace(name)
        admin = await control.member(workspace_id, "admin")
        body = {"vendor": "openai", "secret": CANARY.replace('"', "")}
        reply = await control.http.post(f"/workspaces/{workspace_id}/providers", headers=admin.headers, json=body)
        assert reply.status_code == 201
    async with system_transaction(control.engine) as conn:
        one, two = (await conn.execute(text("SELECT substr(secret_sealed, 10) FROM provider_keys"))).scalars()
    assert len(one) == len(two) and sum(a == b for a, b in zip(one, two, strict=True)) < 12
