"""A vendor repeats the provider key that it was sent, in every place and encoding: nobody but the vendor sees it.

Looked through are the client's reply and its headers, the log, the events and the journal.
"""

import asyncio
import base64
import contextlib
import gzip
import html
import json
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx2
import msgspec
import pytest
import pytest_asyncio

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.resilience.availability import Availability
from perpetuo.observability.logging import CHATTY

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "sk-lab-echo+ed/key-0123456789abcdefghijWXYZ"
MESSAGES = [{"role": "user", "content": "hi"}]
CONTENT = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'

FORMS: dict[str, Callable[[str], str]] = {
    "bearer": lambda key: f"Bearer {key}",
    "in a URL": lambda key: f"https://api.example/v1?key={quote(key, safe='')}&x=1",
    "percent-encoded in small letters": lambda key: quote(key, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
    "base64": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "base64 for URLs": lambda key: base64.urlsafe_b64encode(f"user:{key}".encode()).decode(),
    "JSON": lambda key: json.dumps({"authorization": f"Bearer {key}"}).replace("/", "\\/"),
    "at the cut": lambda key: "x" * (1990 - len(key) // 2) + key,
    "often": lambda key: f"{key} " * 70,
}


class Place(NamedTuple):
    """Of the vendor's answer: bytes of one reply to a request, made of the echo. stream: to a request for one."""

    answer: Callable[[str], bytes]
    stream: bool = False


def reply(status: int, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-type: {content_type}", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1", "replace") + body


def error(status: int, **fields: object) -> bytes:
    return reply(status, json.dumps({"error": {"message": "no"} | fields}).encode())


def events(*parts: bytes) -> bytes:
    return reply(200, b"".join(parts), "text/event-stream")


def in_band(echo: str, **fields: object) -> bytes:
    return b"data: " + json.dumps({"error": {"message": echo, "code": 401} | fields}).encode() + b"\n\n"


def headers_of(echo: str) -> list[str]:
    named = (
        "x-echo", "www-authenticate", "location", "retry-after", "x-request-id", "set-cookie", "warning", "server",
        "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "content-language", "openai-organization",
    )  # fmt: skip
    return [f"{name}: {echo}" for name in named]


PLACES: dict[str, Place] = {
    **{
        f"message of a {status}": Place(lambda echo, status=status: error(status, message=echo))
        for status in (400, 401, 403, 404, 422, 429, 500, 529)
    },
    "type, code and param of a 401": Place(lambda echo: error(401, type=echo, code=echo, param=echo)),
    "param of a 400": Place(lambda echo: error(400, param=echo)),
    "code and type of a 400": Place(lambda echo: error(400, type=echo, code=echo)),
    "a message that is an object": Place(lambda echo: error(400, message={"key": echo, "deep": [[echo]]})),
    "a detail": Place(
        lambda echo: reply(422, json.dumps({"detail": [{"loc": ["header", echo], "msg": echo}]}).encode())
    ),
    "headers of a 401": Place(lambda echo: reply(401, b"{}", "application/json", *headers_of(echo))),
    "headers of a 429": Place(lambda echo: reply(429, b"{}", "application/json", *headers_of(echo))),
    "headers of an answer": Place(
        lambda echo: reply(
            200,
            b'{"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}',
            "application/json",
            *headers_of(echo),
        )
    ),
    "a redirect": Place(
        lambda echo: reply(302, echo.encode(), "text/html", f"location: https://evil.example/?k={echo}")
    ),
    "an HTML page": Place(
        lambda echo: reply(401, f"<html><body>{html.escape(echo)}</body></html>".encode(), "text/html")
    ),
    "text": Place(lambda echo: reply(401, f"error: {echo}".encode(), "text/plain")),
    "text that is not UTF-8": Place(lambda echo: reply(500, b"\xff\xfe\x00" + echo.encode(), "text/plain")),
    "a gzipped body": Place(
        lambda echo: reply(401, gzip.compress(echo.encode()), "application/json", "content-encoding: gzip")
    ),
    "a gzipped body that is stored": Place(
        lambda echo: reply(401, gzip.compress(echo.encode(), 0), "application/json", "content-encoding: gzip")
    ),
    "a content type": Place(lambda echo: reply(401, b"{}", echo)),
    "a reason phrase": Place(
        lambda echo: f"HTTP/1.1 401 {echo}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
    ),
    "no HTTP at all": Place(lambda echo: f"{echo}\r\n\r\n".encode()),
    "a broken header": Place(lambda echo: f"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n".encode()),
    "a broken length": Place(lambda echo: f"HTTP/1.1 200 OK\r\ncontent-length: {echo}\r\n\r\n".encode()),
    "a broken chunk": Place(lambda echo: f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{echo}\r\n".encode()),
    "a broken body": Place(lambda echo: reply(200, f'{{"choices": {echo}'.encode())),
    "an answer of another shape": Place(lambda echo: reply(200, json.dumps({"key": echo}).encode())),
    "an error with 200": Place(
        lambda echo: reply(200, json.dumps({"error": {"message": echo, "code": echo}}).encode())
    ),
    "param of an error with 200": Place(
        lambda echo: reply(
            200,
            json.dumps(
                {"error": {"message": "no", "type": "invalid_request_error", "code": 400, "param": echo}}
            ).encode(),
        )
    ),
    "an event before content": Place(lambda echo: events(in_band(echo)), stream=True),
    "type and code of an event": Place(
        lambda echo: events(in_band("no", type=echo, code=echo, param=echo)), stream=True
    ),
    "an event after content": Place(lambda echo: events(CONTENT, in_band(echo)), stream=True),
    "a broken event": Place(lambda echo: events(f"data: {{{echo}\n\n".encode()), stream=True),
    "a broken event after content": Place(lambda echo: events(CONTENT, f"data: {{{echo}\n\n".encode()), stream=True),
}


class EchoingVendor:
    """answer: to the next requests."""

    def __init__(self) -> None:
        self.answer = b""
        self.keys: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(length)
        self.keys.append(next(line for line in head.split("\r\n") if line.lower().startswith("authorization:")))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


class Running(NamedTuple):
    gateway: RunningGateway
    vendor: EchoingVendor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    vendor = EchoingVendor()
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
    vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    directory = tmp_path_factory.mktemp("echo")
    keys = [provider("openai", vendor.url, secret=KEY)]
    async with running_gateway(directory, keys) as gateway:
        yield Running(gateway, vendor)
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
async def test_what_a_vendor_repeats_of_the_key_stays_with_it(
    running: Running, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in CHATTY:
        caplog.set_level(logging.WARNING, name)
    gateway, vendor = running
    await gateway.state.events.flush()
    gateway.sink.events.clear()
    journal_before = len(await asyncio.to_thread(whole_journal, gateway.journal_dir))
    shown: list[str] = []
    for encode in FORMS.values():
        vendor.answer = place.answer(encode(KEY).replace("\r", "").replace("\n", ""))
        gateway.state.availability = Availability()
        asked = len(vendor.keys)
        with contextlib.suppress(httpx2.RemoteProtocolError):  # a stream that broke off after its one error event
            body = {"model": "gpt-4o", "messages": MESSAGES, "stream": place.stream}
            async with gateway.http.stream("POST", "/v1/chat/completions", json=body) as received:
                shown.append(str(received.headers))
                async for part in received.aiter_text():
                    shown.append(part)
        assert len(vendor.keys) > asked, "the vendor was asked"
    assert set(vendor.keys) == {f"authorization: Bearer {KEY}"}
    async with asyncio.timeout(10):
        while gateway.state.in_flight:
            await asyncio.sleep(0.001)
    await gateway.state.events.flush()
    journal = (await asyncio.to_thread(whole_journal, gateway.journal_dir))[journal_before:]
    for name, text in {
        "the reply": "".join(shown),
        "the log": caplog.text,
        "the events": msgspec.json.encode(gateway.sink.events).decode(),
        "the journal": journal,
    }.items():
        assert text or name == "the log", name
        assert leaks(KEY, text) == [], name


def whole_journal(directory: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in directory.iterdir())


def leaks(key: str, text: str) -> list[str]:
    """Any twelve characters in a row of the key, as they are or encoded, but for the end that a mask leaves."""
    inside = key[3:-4]
    forms = {inside, quote(inside, safe=""), quote(inside, safe="").lower()}
    for lead in ("", "x", "xx"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.add(encode((lead + key).encode()).decode()[8:-8])
    return sorted({form[at : at + 12] for form in forms for at in range(len(form) - 11) if form[at : at + 12] in text})


async def test_the_look_finds_what_it_looks_for() -> None:
    for encode in FORMS.values():
        assert leaks(KEY, f"before {encode(KEY)} after") != []
