"""Bodies, lengths and addresses made to break something: an answer in the 400s, security headers, and life goes on."""

import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from broken_routes import broken_client
from control_harness import ControlHarness, Person, running_control
from control_routes import build_request, every_case
from perpetuo.control import app as app_module
from schema_examples import body_schema, example

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 1024 * 1024

BODIES: dict[str, bytes] = {
    "a megabyte of opening brackets": b"[" * LIMIT,
    "ten thousand opening braces": b'{"a":' * 10_000,
    "a number of a hundred thousand digits": b'{"name": ' + b"9" * 100_000 + b"}",
    "a hundred thousand keys": b"{" + b",".join(b'"k%d":1' % number for number in range(90_000)) + b"}",
    "half of a surrogate pair": b'{"name": "\\ud800"}',
    "a NUL in a text": b'{"name": "a\\u0000b"}',
    "a NUL in a key": b'{"na\\u0000me": "x"}',
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": "x", "requests_per_minute": Infinity}',
    "a number beyond every float": b'{"name": "x", "requests_per_minute": 1e400}',
    "a number beyond 64 bits": b'{"name": "x", "requests_per_minute": 18446744073709551617}',
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a list of a hundred thousand": b'{"name": [' + b",".join([b"1"] * 100_000) + b"]}",
    "nothing": b"",
    "white space": b" " * 1000,
    "a list": b"[]",
    "a text": b'"name"',
    "null": b"null",
    "half an object": b'{"name": "x"',
    "two objects": b'{"name": "x"}{"name": "y"}',
    "a comment": b'{"name": "x" /* */}',
    "a key of the prototype": b'{"__proto__": {"name": "x"}}',
    "a megabyte of text": b'{"name": "' + b"x" * (LIMIT - 20) + b'"}',
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(module_database_url: str) -> AsyncIterator[ControlHarness]:
    async with running_control(module_database_url) as harness:
        yield harness


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(control: ControlHarness) -> Person:
    return await control.member(await control.workspace("mine"), "owner", operator=True)


def own(case, who: Person) -> str:
    return build_request(case, {"workspace_id": who.workspace_id}).url


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_made_to_break_something_is_refused_by_every_route(control, owner, name) -> None:
    # Whoever decodes a megabyte is the same for every route.
    most = 3 if len(BODIES[name]) > 10_000 else None
    replies = {
        case.key: await control.http.request(
            case.method,
            own(case, owner),
            content=BODIES[name],
            headers={**owner.headers, "content-type": "application/json"},
        )
        for case in [case for case in every_case(control) if body_schema(case.operation or {})][:most]
    }
    # A body whose every field may be left out: nothing of it was wrong.
    bad = {key: reply.text[:200] for key, reply in replies.items() if not 400 <= reply.status_code < 500}
    if name in ("nothing", "white space", "null"):
        bad = {key: text for key, text in bad.items() if replies[key].status_code >= 500}
    assert bad == {}
    assert not any("Traceback" in reply.text for reply in replies.values())
    assert (await control.http.get(f"/workspaces/{owner.workspace_id}/api-keys", headers=owner.headers)).is_success


UNSTORABLE = {"a NUL": "a\0b", "half of a surrogate pair": "\ud800", "a number beyond 64 bits": 10**30}


@pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE)
async def test_a_value_that_can_not_be_stored_is_refused_in_every_field_of_every_route(control, owner, value) -> None:
    wrong = []
    for case in every_case(control):
        schema = body_schema(case.operation or {})
        if schema is None:
            continue
        whole = example(case.document, schema, everything=True)
        for path, body in with_each_leaf(whole, value):
            reply = await control.http.request(
                case.method,
                own(case, owner),
                content=json.dumps(body).encode(),
                headers={**owner.headers, "content-type": "application/json"},
            )
            if not 400 <= reply.status_code < 500:
                wrong.append(f"{case.key} {path}: {reply.status_code} {reply.text[:200]}")
    assert not wrong, "\n".join(wrong)


def with_each_leaf(whole: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """The body again and again, each time with another of its texts (or numbers) replaced."""
    if type(whole) is type(value):
        yield "", value
    elif isinstance(whole, dict):
        for name, inner in whole.items():
            for path, changed in with_each_leaf(inner, value):
                yield f"{name}.{path}", {**whole, name: changed}
    elif isinstance(whole, list) and whole:
        for path, changed in with_each_leaf(whole[0], value):
            yield f"0.{path}", [changed, *whole[1:]]


LENGTHS = {
    "no number": b"abc",
    "empty": b"",
    "negative": b"-1",
    "with a sign": b"+5",
    "with an underscore": b"1_0",
    "with a space": b"1 0",
    "of five thousand digits": b"9" * 5000,
    "in digits of another script": "١٢".encode(),
}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
async def test_a_content_length_that_is_none_is_refused(control, owner, length) -> None:
    reply = await call(
        control, "POST", f"/workspaces/{owner.workspace_id}/api-keys", owner, [(b"content-length", length)]
    )
    assert reply["status"] == 400


async def test_two_content_lengths_are_refused(control, owner) -> None:
    lengths = [(b"content-length", b"2"), (b"content-length", b"2")]
    reply = await call(control, "POST", f"/workspaces/{owner.workspace_id}/api-keys", owner, lengths)
    assert reply["status"] == 400


async def test_a_body_over_the_limit_is_refused_with_and_without_a_declared_length(control, owner) -> None:
    url = f"/workspaces/{owner.workspace_id}/api-keys"
    json_type = {**owner.headers, "content-type": "application/json"}

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name": "'
        for _ in range(LIMIT // 65536 + 1):
            yield b"x" * 65536

    for content in (b"x" * (LIMIT + 1), chunks()):
        reply = await control.http.post(url, headers=json_type, content=content)
        assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
    "x" * 1000,
    "application/json; charset=utf-7",
]


@pytest.mark.parametrize("content_type", TYPES)
async def test_what_a_page_of_another_origin_can_send_without_asking_is_no_body(control, owner, content_type) -> None:
    """Forms and plain text need no preflight."""
    headers = {**owner.headers, "content-type": content_type}
    url = f"/workspaces/{owner.workspace_id}/api-keys"
    reply = await control.http.post(url, headers=headers, content=b'{"name": "from elsewhere"}')
    assert reply.status_code == (201 if content_type.startswith("application/json") else 422), reply.text


ADDRESSES = [
    "/workspaces/%00/api-keys", "/workspaces/{w}/api-keys/%00", "/workspaces/{w}/api-keys?cursor=%00",
    "/workspaces/{w}/api-keys?limit=0", "/workspaces/{w}/api-keys?limit=201", "/workspaces/{w}/api-keys?limit=1e9",
    "/workspaces/{w}/api-keys?limit=99999999999999999999999", "/workspaces/{w}/api-keys?limit=NaN",
    "/workspaces/{w}/api-keys?cursor=%ff%fe", "/workspaces/{w}/api-keys?cursor=%ed%a0%80",
    "/workspaces/{w}/api-keys?cursor=" + "A" * 5000, "/workspaces/{w}/api-keys/%ed%a0%80", "/workspaces/%ff/api-keys",
    "/workspaces/{w}/api-keys/" + "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES, ids=[address[:60] for address in ADDRESSES])
async def test_an_address_made_to_break_something_is_refused(control, owner, address) -> None:
    reply = await control.http.get(address.replace("{w}", str(owner.workspace_id)), headers=owner.headers)
    assert 400 <= reply.status_code < 500, reply.text


EXPECTED: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


async def test_every_reply_of_every_route_and_every_method_carries_the_security_headers(control, owner) -> None:
    addresses = {own(case, owner) for case in every_case(control)}
    addresses |= {"/workspaces", "/auth/none", "/admin/none", "/docs/none", "/workspaces/%00/api-keys"}
    for address in sorted(addresses):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
            if address.endswith("/logout-all") and method == "POST":
                continue
            for headers in ({}, owner.headers):
                if headers and method not in ("GET", "HEAD", "OPTIONS"):
                    continue
                reply = await control.http.request(method, address, headers=headers)
                assert EXPECTED.items() <= reply.headers.items(), (method, address, reply.headers)
                policy = reply.headers["content-security-policy"]
                assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy
                assert "unsafe-" not in policy and "*" not in policy and "script-src" not in policy
                assert "server" not in reply.headers and "x-powered-by" not in reply.headers


async def test_over_tls_browsers_are_told_to_stay_there(control) -> None:
    for scheme, expected in (("https", "max-age=31536000"), ("http", None)):
        reply = await control.http.get(f"{scheme}://localhost/docs")
        assert reply.headers.get("strict-transport-security") == expected


async def test_the_page_has_no_script_no_handler_and_nothing_from_elsewhere(control) -> None:
    page = (await control.http.get("/docs")).text.lower()
    for word in (
        "<script",
        "javascript:",
        "<iframe",
        "<object",
        "<embed",
        "<base",
        "<form",
        "http://",
        "https://",
        " style=",
        "<style",
    ):
        assert word not in page, word
    assert " on" not in page or not any(f" on{event}=" in page for event in ("load", "click", "error", "focus"))


@pytest.mark.parametrize("route", ["fails", "recurses", "replies-nonsense"])
async def test_a_mistake_of_ours_is_a_sentence_outside_and_a_place_without_values_in_the_log(
    control, route, caplog
) -> None:
    broken = broken_client(control.state)
    with caplog.at_level(logging.DEBUG):
        reply = await broken.get(f"/auth/{route}", params={"q": "canary"})
    await broken.aclose()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("perpetuo")]
    assert (reply.status_code, reply.json()["code"]) == (500, "internal_error")
    assert EXPECTED.items() <= reply.headers.items()
    assert "canary" not in reply.text and "Error" not in reply.text and ".py" not in reply.text
    assert not any("canary" in line for line in ours)
    assert any("/auth/" + route in line for line in ours)


async def call(
    control: ControlHarness, method: str, path: str, who: Person, headers: list[tuple[bytes, bytes]]
) -> dict:
    """Past every client library: these headers as they are."""
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": json.dumps({"name": "x"}).encode(), "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"localhost"), (b"content-type", b"application/json"),
            (b"authorization", who.headers["authorization"].encode()), *headers,
        ],
    }  # fmt: skip
    await app_module.build_control_app(control.state)(scope, receive, send)
    return sent[0]
