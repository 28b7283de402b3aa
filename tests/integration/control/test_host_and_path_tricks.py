"""Requests whose address means one thing to a gate and another to a router, as bytes through a real server.

A policy belongs to the matched route, so there is nothing to disagree about: these show that no spelling gets past.
Seen elsewhere: CVE-2026-48710, CVE-2026-49468.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastapi.routing
import pytest
import pytest_asyncio

from control_harness import Person, running_control
from gateway_harness import running_gateway
from perpetuo.control.app import build_control_app
from perpetuo.control.policies import Access

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Door:
    """entered: (endpoint, whoever it was entered as) of every handler that was run."""

    port: int
    workspace_id: str
    api_key_id: str
    stranger: Person
    owner: Person
    entered: list[tuple[str, Access]] = field(default_factory=list)

    async def send(self, line: str, *headers: str, host: str | None = "Host: localhost") -> tuple[int, bytes]:
        """Status and the whole reply."""
        lines = [line, *([] if host is None else [host]), "Connection: close", *headers, "", ""]
        text = "\r\n".join(lines).replace("{w}", self.workspace_id).replace("{k}", self.api_key_id)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(text.encode("latin-1"))
            reply = await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()
        return int(reply.split(b" ", 2)[1]), reply


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    directory: Path = tmp_path_factory.mktemp("gateway")
    async with running_control(module_database_url) as control:
        workspace_id = await control.workspace("mine")
        owner = await control.member(workspace_id, "owner")
        made = await control.http.post(
            f"/workspaces/{workspace_id}/api-keys", headers=owner.headers, json={"name": "canary"}
        )
        stranger = await control.member(await control.workspace("other"), "owner")
        async with running_gateway(directory, drain_s=0.1, control=build_control_app(control.state)) as gateway:
            port = int(gateway.base_url.rpartition(":")[2])
            yield Door(port, workspace_id, made.json()["data"]["id"], stranger, owner)


@pytest.fixture(autouse=True)
def note_who_enters(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """FastAPI's one place where endpoints are called."""
    run = fastapi.routing.run_endpoint_function
    door.entered.clear()

    async def run_and_note(*, dependant: Any, values: dict[str, Any], is_coroutine: bool) -> Any:
        door.entered += [(dependant.call.__name__, value) for value in values.values() if isinstance(value, Access)]
        return await run(dependant=dependant, values=values, is_coroutine=is_coroutine)

    monkeypatch.setattr(fastapi.routing, "run_endpoint_function", run_and_note)


KEYS = "/workspaces/{w}/api-keys"

HOSTS = {
    "a path and a query in it": "Host: a/?x=",
    "the protected path in it": "Host: localhost/docs?x=",
    "a fragment": "Host: h/#",
    "a fragment alone": "Host: h#",
    "somebody before an at sign": "Host: h@x",
    "a space in it": "Host: a b",
    "a backslash": "Host: a\\b",
    "a percent": "Host: a%2fb",
    "a scheme": "Host: http://localhost",
    "two ports": "Host: localhost:1:2",
    "a port that is none": "Host: localhost:docs",
    "a question mark": "Host: localhost?",
    "a comma": "Host: localhost, docs",
    "quotes": 'Host: "localhost"',
    "a list of brackets": "Host: [::1",
    "letters beyond ASCII": "Host: l\xf6calhost",
    "nothing": "Host: ",
    "none at all": None,
    "two of them": "Host: localhost\r\nHost: localhost",
    "two that differ": "Host: localhost\r\nHost: docs",
    "three hundred characters": "Host: " + "a" * 300,
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
async def test_a_host_that_is_none_is_refused_even_from_the_owner(door: Door, host: str | None) -> None:
    bearer = f"Authorization: Bearer {door.owner.token}"
    for headers in ((), (bearer,)):
        status, reply = await door.send(f"GET {KEYS} HTTP/1.1", *headers, host=host)
        assert status == 400 and b"canary" not in reply, reply
    assert door.entered == []


PATHS = {
    "as it is": KEYS,
    "two slashes before it": "/" + KEYS,
    "two slashes in it": "/workspaces//{w}/api-keys",
    "a slash after it": KEYS + "/",
    "a dot before it": "/." + KEYS,
    "an encoded dot": "/%2e" + KEYS,
    "out of a public one": "/docs/.." + KEYS,
    "out of a public one, encoded": "/docs/%2e%2e" + KEYS,
    "out of a public one, twice encoded": "/docs/%252e%252e" + KEYS,
    "out of a public one with an encoded slash": "/docs/..%2f" + KEYS[1:],
    "out of a public one with a backslash": "/docs\\.." + KEYS,
    "out of the data plane": "/v1/.." + KEYS,
    "out of the data plane, encoded": "/v1/%2e%2e" + KEYS,
    "out of the probe": "/livez/.." + KEYS,
    "an encoded slash": "/workspaces%2f{w}/api-keys",
    "an encoded slash, twice": "/workspaces%252f{w}%252fapi-keys",
    "up from a key": KEYS + "/..%2f",
    "up from the workspaces": "/workspaces/..%2f",
    "a parameter of the path": "/workspaces;x=1/{w}/api-keys",
    "a parameter behind": KEYS + ";.css",
    "a suffix of a file": KEYS + ".json",
    "a stylesheet behind": KEYS + "/style.css",
    "a question mark, encoded": "/docs%3f" + KEYS,
    "a fragment": "/docs#" + KEYS,
    "a fragment, encoded": KEYS + "%23/docs",
    "a query of a public path": KEYS + "?/docs",
    "large letters": "/WORKSPACES/{w}/API-KEYS",
    "an encoded letter": "/%77orkspaces/{w}/api-keys",
    "an encoded letter of the last part": "/workspaces/{w}/api-key%73",
    "a wide letter": "/workspaces/{w}/api-ke%ef%bd%99s",
    "a space": "/workspaces/{w}/api-keys%20",
    "a tab": "/workspaces/{w}/api-keys%09",
    "a line feed": "/workspaces/{w}/api-keys%0a",
    "a new request in it": "/docs%20HTTP/1.1%0d%0aX:%20y" + KEYS,
    "a NUL": "/workspaces/{w}/api-keys%00",
    "a NUL and a public path": KEYS + "%00/docs",
    "dots behind": KEYS + "...",
    "another host": "@google.com" + KEYS,
    "another host behind a slash": "/@google.com" + KEYS,
    "absolute": "http://localhost" + KEYS,
    "absolute, of another host": "http://docs" + KEYS,
    "absolute, of somebody": "http://docs@localhost" + KEYS,
    "absolute, of another scheme": "file:///" + KEYS,
    "a list of paths": "/docs," + KEYS,
    "the key itself": KEYS + "/{k}",
    "the operator's, out of a workspace": "/workspaces/{w}/../../admin/users",
    "the operator's, out of the data plane": "/v1/../admin/users",
    "the operator's, encoded": "/%61dmin/users",
    "the operator's in large letters": "/Admin/users",
    "the operator's, doubled": "//admin//users",
}

# What proxies put into headers, for whoever believes it.
HEADERS = {
    "X-Original-URL": "/docs", "X-Rewrite-URL": "/docs", "X-Forwarded-Prefix": "/docs", "X-Forwarded-Path": "/docs",
    "X-HTTP-Method-Override": "OPTIONS", "X-Method-Override": "OPTIONS", "X-Forwarded-Host": "docs",
    "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1;host=docs",
    "X-Forwarded-User": "owner", "X-Remote-User": "owner", "X-Auth-Request-User": "owner", "X-User-Id": "1",
    "X-Original-Method": "OPTIONS", "X-Custom-IP-Authorization": "127.0.0.1", "X-Middleware-Subrequest": "middleware",
    "Cookie": "session=owner; access_token=owner", "Authorization": "Basic b3duZXI6b3duZXI=",
    "Proxy-Authorization": "Bearer owner", "Upgrade": "h2c",
}  # fmt: skip

REFUSED = {400, 401, 403, 404, 405}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_no_spelling_of_a_path_opens_it_to_who_has_no_right(door: Door, path: str) -> None:
    for method in ("GET", "HEAD", "get", "POST"):
        for headers in ((), (f"Authorization: Bearer {door.stranger.token}",)):
            status, reply = await door.send(f"{method} {path} HTTP/1.1", *headers, "Content-Length: 0")
            public = b"<!doctype html" in reply and path.startswith("/docs#")  # what follows `#` is no part of a path
            assert status in REFUSED or public, (method, status, reply[:300])
            assert b"canary" not in reply
    assert [who for _, who in door.entered if who.workspace_id == door.workspace_id] == []
    assert [who for name, who in door.entered if who.identity.is_operator] == []


@pytest.mark.parametrize("name", HEADERS)
async def test_no_header_but_authorization_says_who_somebody_is_or_what_is_asked(door: Door, name: str) -> None:
    for path in (KEYS, KEYS + "/{k}", "/admin/users"):
        status, reply = await door.send(f"GET {path} HTTP/1.1", f"{name}: {HEADERS[name]}")
        assert status in REFUSED and b"canary" not in reply, (status, reply[:300])
        # And the other way about: on a public path such a header opens nothing either.
        status, reply = await door.send(
            "GET /docs/none HTTP/1.1", f"{name}: {HEADERS[name]}", f"X-Original-URL: {KEYS}"
        )
        assert status in REFUSED and b"canary" not in reply
    assert door.entered == []


METHODS = ["get", "Get", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GETX", "PUT", "MERGE", "PURGE"]


@pytest.mark.parametrize("method", METHODS)
async def test_no_other_method_reads_what_get_reads(door: Door, method: str) -> None:
    status, reply = await door.send(f"{method} {KEYS} HTTP/1.1")
    assert status in REFUSED and b"canary" not in reply
    assert door.entered == []


CREDENTIALS = {
    "twice": "Authorization: Bearer {t}\r\nAuthorization: Bearer {t}",
    "in another case of another header": "Authorisation: Bearer {t}",
    "without its scheme": "Authorization: {t}",
    "as a user name": "Authorization: Basic {t}",
    "with something behind it": "Authorization: Bearer {t} {t}",
    "with a comma": "Authorization: Bearer {t},x",
    "in the query": "X: y",
    "in a cookie": "Cookie: token={t}",
    "in x-api-key": "X-Api-Key: {t}",
    "with a letter changed": "Authorization: Bearer x{t}",
    "of nobody": "Authorization: Bearer ",
    "null": "Authorization: Bearer null",
}


@pytest.mark.parametrize("name", CREDENTIALS)
async def test_a_credential_counts_in_one_place_and_one_spelling(door: Door, name: str) -> None:
    token = door.owner.token
    header = CREDENTIALS[name].replace("{t}", token)
    status, reply = await door.send(f"GET {KEYS}?access_token={token}&token={token} HTTP/1.1", header)
    assert status in (400, 401) and b"canary" not in reply
    assert door.entered == []


async def test_asked_plainly_the_owner_gets_it(door: Door) -> None:
    """So that what the others show is not that nothing works."""
    status, reply = await door.send(f"GET {KEYS} HTTP/1.1", f"Authorization: Bearer {door.owner.token}")
    assert status == 200 and b"canary" in reply
    assert [name for name, _ in door.entered] == ["list_api_keys"]
