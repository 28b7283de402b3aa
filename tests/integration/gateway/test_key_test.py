"""A provider key is tried out before it is saved: what the vendor says is told, the key itself never."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import msgspec
import pytest

from gateway_harness import CATALOG, provider
from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.inspection import KeyTestResult
from perpetuo.core.snapshot import ProviderKey, Secret
from perpetuo.gateway import key_test
from perpetuo.gateway.key_test import KeyTester
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.wiring import SystemClock

GOOD = "sk-lab-good+key/0123456789abcdefWXYZ"
WRONG = "sk-lab-wrong+key/0123456789abcdefQRST"
OPENAI, ANTHROPIC = CATALOG.vendors["openai"], CATALOG.vendors["anthropic"]
SELF_HOSTED = CATALOG.vendors["vllm"]
LISTING = {"openai": "openai", "anthropic": "anthropic", "gemini": "gemini", "cohere": "cohere"}


@asynccontextmanager
async def a_tester(allow: tuple[str, ...] = ("127.0.0.0/8",)) -> AsyncIterator[KeyTester]:
    upstream = OwnUpstream(EgressPolicy(allow), await asyncio.to_thread(default_ssl_context))
    try:
        yield KeyTester(upstream, PROTOCOLS, SystemClock())
    finally:
        await upstream.aclose()


async def try_out(key: ProviderKey, vendor: Vendor, *, by_chat: bool = False, **options: tuple[str, ...]):
    async with a_tester(**options) as testing:
        return await testing.test(key, vendor, by_chat=by_chat)


class Vendorlike:
    """Answers each request with what `answer` makes of its head; keeps what it was asked."""

    def __init__(self, answer: Callable[[str], bytes | None]) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.url = ""
        self.may_end = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        await reader.readexactly(length)
        self.asked.append(head.split("\r\n")[0])
        answer = self.answer(head)
        if answer is None:
            await self.may_end.wait()
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def vendorlike(answer: Callable[[str], bytes | None]) -> AsyncIterator[Vendorlike]:
    vendor = Vendorlike(answer)
    server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
    vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield vendor
    finally:
        vendor.may_end.set()
        server.close()
        await server.wait_closed()


def reply(status: int, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-type: {content_type}", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + body


def authorization(head: str) -> str:
    return next((line[15:] for line in head.split("\r\n") if line.lower().startswith("authorization: ")), "")


@pytest.mark.parametrize("shape", LISTING)
async def test_a_good_key_is_shown_by_the_vendor_s_list_and_nothing_is_generated(shape: str) -> None:
    settings = VendorSettings(api_keys=(GOOD,), models=("m-1", "m-2"))
    async with SimulatedVendor("v", shape, settings=settings) as vendor:  # type: ignore[arg-type]
        result = await try_out(provider(shape, vendor.base_url, secret=GOOD), CATALOG.vendors[LISTING[shape]])
        assert (result.ok, result.what, result.status, result.error) == (True, "models", 200, None), result
        assert result.models_found == 2
        assert {entry.method for entry in vendor.ledger} == {"GET"}


@pytest.mark.parametrize("shape", [*LISTING, "bedrock"])
async def test_a_chat_asks_for_one_token_of_the_cheapest_model(shape: str) -> None:
    async with SimulatedVendor("v", shape) as vendor:  # type: ignore[arg-type]
        keys = {"access_key_id": "AKIAABCDEFGHIJKLMNOP", "secret_access_key": "s" * 40, "region": "us-east-1"}
        secret = json.dumps(keys) if shape == "bedrock" else GOOD
        result = await try_out(provider(shape, vendor.base_url, secret=secret), CATALOG.vendors[shape], by_chat=True)
        assert (result.ok, result.what, result.status) == (True, "chat", 200), result
        (entry,) = vendor.ledger
        assert entry.output_tokens <= 1 and result.model is not None


async def test_the_cheapest_model_is_asked_and_one_without_a_price_last() -> None:
    async with vendorlike(lambda head: reply(401, b"")) as vendor:
        key = provider("openai", vendor.url)
        own = (Model("free-of-price", "x"),)
        result = await try_out(msgspec.structs.replace(key, models=own), OPENAI, by_chat=True)
        assert result.model is not None and "nano" in result.model
        only = await try_out(msgspec.structs.replace(key, models=own), SELF_HOSTED, by_chat=True)
        assert only.model == "free-of-price"


WORDS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda key: key.encode(),
    "in an OpenAI error": lambda key: json.dumps({"error": {"message": f"Incorrect API key: {key}."}}).encode(),
    "in an error's code and type": lambda key: json.dumps(
        {"error": {"message": "", "code": key, "type": key}}
    ).encode(),
    "JSON in JSON": lambda key: json.dumps({"error": {"message": json.dumps({"key": key})}}).encode(),
    "slashes escaped": lambda key: json.dumps({"error": {"message": key}}).replace("/", "\\/").encode(),
    "percent-encoded": lambda key: json.dumps({"error": {"message": quote(key, safe="")}}).encode(),
    "percent-encoded in small letters": lambda key: (
        quote(key, safe="").replace("%2F", "%2f").replace("%2B", "%2b").encode()
    ),
    "base64": lambda key: base64.b64encode(f"Bearer {key}".encode()),
    "an HTML page": lambda key: f"<html><body><h1>401</h1>{key}</body></html>".encode(),
    "text before a page": lambda key: f"error <b>{key}</b>".encode(),
    "where a message is cut": lambda key: json.dumps(
        {"error": {"message": "x" * (2000 - len(key) + 1) + key}}
    ).encode(),
    "cut often": lambda key: json.dumps({"error": {"message": f"{key} " * 60}}).encode(),
    "deep": lambda key: b"[" * 50_000 + key.encode(),
    "not UTF-8": lambda key: b"\xff\xfe" + key.encode(),
}


@pytest.mark.parametrize("status", [401, 302])
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
async def test_a_wrong_key_is_told_without_the_key(
    words: Callable[[str], bytes], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echoes = (f"location: http://127.0.0.1:9/?key={WRONG}", f"www-authenticate: Bearer {WRONG}", f"x-echo: {WRONG}")
    async with vendorlike(lambda head: reply(status, words(WRONG), "text/html", *echoes)) as vendor:
        result = await try_out(provider("openai", vendor.url, secret=WRONG), OPENAI)
        assert (result.ok, result.status, result.error) == (False, status, "status")
        assert len(vendor.asked) == 1, "a redirect is not followed"
    shown = msgspec.json.encode(result).decode() + caplog.text
    assert leaks(WRONG, shown) == []


def leaks(key: str, shown: str) -> list[str]:
    """Any twelve characters in a row of the key, as they are or encoded, but for the end that a mask leaves."""
    inside = key[3:-4]
    forms = {inside, quote(inside, safe=""), quote(inside, safe="").lower()}
    forms |= {base64.b64encode((" " * lead + key).encode()).decode()[4:-6] for lead in range(3)}
    return [form[at : at + 12] for form in forms for at in range(len(form) - 11) if form[at : at + 12] in shown]


@pytest.mark.parametrize("shape", LISTING)
async def test_a_lab_vendor_s_echo_is_redacted(shape: str) -> None:
    async with SimulatedVendor("v", shape) as vendor:  # type: ignore[arg-type]
        key = provider(shape, vendor.base_url, secret=WRONG)
        for by_chat in (False, True):
            assert (await try_out(key, CATALOG.vendors[LISTING[shape]], by_chat=by_chat)).ok
            vendor.set_fault("status_401_echo", path=list(vendor.ledger)[-1].path)
            result = await try_out(key, CATALOG.vendors[LISTING[shape]], by_chat=by_chat)
            assert (result.ok, result.status) == (False, 401)
            assert leaks(WRONG, msgspec.json.encode(result).decode()) == []


async def test_a_list_that_anybody_gets_says_nothing_so_a_model_is_asked() -> None:
    def answer(head: str) -> bytes:
        if head.startswith("GET"):
            return reply(200, b'{"object":"list","data":[{"id":"m-1"},{"id":"m-2"}]}')
        return reply(401, b'{"error":{"message":"No such key."}}')

    async with vendorlike(answer) as vendor:
        result = await try_out(provider("openai", vendor.url, secret=WRONG), OPENAI)
        assert (result.ok, result.what, result.status) == (False, "chat", 401)
        assert result.message == "No such key."
        assert [line.split()[0] for line in vendor.asked] == ["GET", "GET", "POST"]


async def test_a_server_that_wants_no_key_is_good_by_its_list() -> None:
    async with vendorlike(lambda head: reply(200, b'{"data":[{"id":"m-1"}]}')) as vendor:
        result = await try_out(provider("vllm", vendor.url, secret=""), SELF_HOSTED)
        assert (result.ok, result.models_found, len(vendor.asked)) == (True, 1, 1)


@pytest.mark.parametrize("status", [403, 404, 405])
async def test_a_key_that_may_not_list_may_still_chat(status: int) -> None:
    answered = {"choices": [{"message": {"role": "assistant", "content": "p"}, "finish_reason": "length"}]}

    def answer(head: str) -> bytes:
        return reply(status, b"{}") if head.startswith("GET") else reply(200, json.dumps(answered).encode())

    async with vendorlike(answer) as vendor:
        result = await try_out(provider("openai", vendor.url, secret=GOOD), OPENAI)
        assert (result.ok, result.what, result.models_found) == (True, "chat", None)


async def test_a_wrong_base_url_is_told_as_the_404_it_is() -> None:
    async with vendorlike(lambda head: reply(404, b"<html>not here</html>", "text/html")) as vendor:
        result = await try_out(provider("openai", vendor.url + "/v1"), OPENAI)
        assert (result.ok, result.status, result.error) == (False, 404, "status")


async def test_a_page_instead_of_a_list_is_not_a_good_key() -> None:
    async with vendorlike(lambda head: reply(200, b"<html>welcome</html>", "text/html")) as vendor:
        for by_chat in (False, True):
            result = await try_out(provider("openai", vendor.url), OPENAI, by_chat=by_chat)
            assert (result.ok, result.status, result.error) == (False, 200, "malformed")
            assert (result.what, len(vendor.asked)) == (("chat", 2) if by_chat else ("models", 1))


async def test_a_vendor_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_test, "DEADLINES", Deadlines(connect_s=1.0, first_byte_s=0.1, idle_s=0.1, total_s=1.0))
    async with vendorlike(lambda head: None) as vendor:
        result = await try_out(provider("openai", vendor.url), OPENAI)
        assert (result.ok, result.status, result.error) == (False, None, "first_byte_timeout")


async def test_the_whole_test_has_a_deadline_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_test, "TOTAL_S", 0.1)
    async with vendorlike(lambda head: None) as vendor:
        result = await try_out(provider("openai", vendor.url), OPENAI)
        assert (result.ok, result.error) == (False, "total_timeout")


async def test_a_list_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_test, "MAX_LIST_BYTES", 10_000)
    async with vendorlike(lambda head: reply(200, b'{"data":[' + b" " * 20_000 + b"]}")) as vendor:
        assert (await try_out(provider("openai", vendor.url), OPENAI)).error == "too_large"


async def test_a_port_where_nobody_listens_and_an_address_that_is_not_allowed_are_told() -> None:
    refused = await try_out(provider("openai", "http://127.0.0.1:9/v1"), OPENAI)
    assert (refused.ok, refused.error, refused.status) == (False, "connect_failed", None)
    async with vendorlike(lambda head: reply(200, b"{}")) as vendor:
        blocked = await try_out(provider("openai", vendor.url), OPENAI, allow=())
        assert (blocked.ok, blocked.error, vendor.asked) == (False, "egress_blocked", [])


@pytest.mark.parametrize("allow", [(), ("127.0.0.0/8",)])
async def test_a_token_is_fetched_for_a_key_that_needs_one_where_the_policy_lets_it(allow: tuple[str, ...]) -> None:
    azure = CATALOG.vendors["azure"]
    token = "token0123456789.fetched-for-this-test.abcdefghijkl"

    def answer(head: str) -> bytes:
        if "/oauth2/" in head.split("\r\n")[0]:
            return reply(200, json.dumps({"access_token": token, "expires_in": 60}).encode())
        return reply(401, f"refused: {authorization(head)[7:]}".encode())

    async with vendorlike(answer) as vendor:
        document = {"tenant_id": "t", "client_id": "c", "client_secret": WRONG, "authority": vendor.url[:-3]}
        key = provider("azure", vendor.url, secret=json.dumps(document), models=(Model("gpt-4o", "gpt-4o"),))
        result = await try_out(key, azure, allow=allow)
        if not allow:
            assert (result.error, vendor.asked) == ("egress_blocked", [])
            return
        assert (result.ok, result.what, result.status) == (False, "chat", 401), result
        assert (
            result.message.startswith("refused: ")
            and leaks(token, result.message) == []
            and leaks(WRONG, result.message) == []
        )


async def test_a_token_service_that_refuses_is_told_without_the_secret() -> None:
    refusal = {"error": "invalid_client", "error_description": f"AADSTS7000215: invalid secret {WRONG}"}
    async with vendorlike(lambda head: reply(401, json.dumps(refusal).encode())) as vendor:
        document = {"tenant_id": "t", "client_id": "c", "client_secret": WRONG, "authority": vendor.url[:-3]}
        key = provider("azure", vendor.url, secret=json.dumps(document), models=(Model("gpt-4o", "gpt-4o"),))
        result = await try_out(key, CATALOG.vendors["azure"])
        assert (result.ok, result.error, result.status) == (False, "token_refused", 401)
        assert "AADSTS7000215" in result.message and leaks(WRONG, result.message) == []


async def test_a_secret_that_can_not_be_sent_is_told_without_being_sent() -> None:
    async with vendorlike(lambda head: reply(200, b"{}")) as vendor:
        result = await try_out(provider("openai", vendor.url, secret="sk-line\r\nx-evil: 1"), OPENAI)
        assert (result.ok, result.error, vendor.asked) == (False, "invalid_secret", [])


async def test_without_a_model_there_is_nothing_to_ask() -> None:
    azure = msgspec.structs.replace(CATALOG.vendors["azure"], models=())
    result = await try_out(provider("azure", "http://127.0.0.1:9", secret=GOOD), azure)
    assert (result.ok, result.error) == (False, "no_model")


async def test_only_so_many_tests_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_test, "MAX_AT_ONCE", 2)
    async with vendorlike(lambda head: None) as vendor, a_tester() as testing:
        key = provider("openai", vendor.url)
        running = [asyncio.create_task(testing.test(key, OPENAI)) for _ in range(2)]
        async with asyncio.timeout(10):
            while len(vendor.asked) < 2:
                await asyncio.sleep(0.005)
        assert (await testing.test(key, OPENAI)).error == "busy"
        vendor.may_end.set()
        results: list[KeyTestResult] = await asyncio.gather(*running)
        assert {result.error for result in results} == {"connection_lost"}
        assert (await testing.test(key, OPENAI)).error != "busy"


async def test_a_test_is_logged_with_what_came_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    key = ProviderKey("", "w-1", "openai", "", "http://127.0.0.1:9/v1", Secret(GOOD))
    await try_out(key, OPENAI)
    (record,) = [record for record in caplog.records if record.name == "perpetuo.gateway.key_test"]
    fields = record.fields  # type: ignore[attr-defined]
    assert (fields["workspace_id"], fields["provider"], fields["ok"]) == ("w-1", "openai", False)
    assert fields["error"] == "connect_failed"
