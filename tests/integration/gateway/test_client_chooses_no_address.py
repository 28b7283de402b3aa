"""Where a request goes, and with which key, is the workspace's: nothing in a client's request changes it.

An attacker listens on a port that the egress policy allows, so that only our not reading such fields holds it off.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway_harness import API_KEY, RunningGateway, provider, running_gateway
from perpetuo.lab import SimulatedVendor, VendorSettings

SECRET = "sk-lab-chosen-0123456789abcdef"
FOREIGN = "sk-attacker-0123456789abcdef"
MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-opus-4-5",
    "gemini": "gemini-3.5-flash",
}
# What SDKs, other gateways and vendors call an address, a proxy or a credential.
ADDRESSES = (
    "api_base", "base_url", "baseURL", "baseUrl", "api_url", "api_host", "apiBase", "host", "hostname", "endpoint",
    "endpoint_url", "url", "uri", "server", "target", "target_url", "upstream", "proxy", "proxies", "http_proxy",
    "https_proxy", "proxy_url", "no_proxy", "azure_endpoint", "azure_ad_token_provider", "aws_bedrock_runtime_endpoint",
    "aws_sts_endpoint", "aws_web_identity_token", "vertex_location", "vertex_project", "vertex_credentials",
    "token_uri", "token_url", "authority", "callback_url", "webhook_url", "redirect_uri", "langfuse_host",
    "custom_host", "organization", "project", "region", "location", "deployment_id", "api_version", "api_type",
    "transport",
)  # fmt: skip
CREDENTIALS = ("api_key", "apiKey", "key", "token", "secret", "authorization", "azure_ad_token", "provider_key_id")
NESTS = (
    "user_config", "extra_headers", "headers", "default_headers", "extra_query", "extra_body", "default_query",
    "config",
    "provider", "providers", "provider_options", "litellm_params", "model_list", "fallbacks", "router", "routing",
    "http_client", "client", "client_kwargs", "options", "portkey", "gateway", "cloudflare",
)  # fmt: skip
HEADERS = (
    "x-forwarded-host", "x-forwarded-server", "x-host", "x-original-host", "x-original-url", "x-rewrite-url",
    "x-api-base",
    "x-base-url", "api-base", "base-url", "x-upstream", "x-target-url", "x-proxy-url", "proxy", "x-portkey-custom-host",
    "x-portkey-config", "x-litellm-api-base", "helicone-target-url", "helicone-openai-api-base", "x-goog-api-client",
    "openai-organization", "openai-project", "openai-base-url", "anthropic-base-url", "x-perpetuo-base-url",
    "x-perpetuo-provider", "x-perpetuo-provider-key", "x-perpetuo-request-id", "forwarded", "via", "destination",
    "referer", "origin", "x-amz-security-token", "x-amz-target", "azureml-model-deployment", "cf-aig-authorization",
)  # fmt: skip


class Attacker:
    def __init__(self) -> None:
        self.connections = 0
        self.url = ""

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()

    def wishes(self) -> dict[str, Any]:
        """Every name, as a URL and within every nest."""
        flat: dict[str, Any] = dict.fromkeys(ADDRESSES, self.url) | dict.fromkeys(CREDENTIALS, FOREIGN)
        flat["proxies"] = {"http": self.url, "https": self.url, "all://": self.url}
        nests: dict[str, Any] = {name: dict(flat) for name in NESTS}
        nests["model_list"] = nests["fallbacks"] = [{"model_name": "gpt-4o", "litellm_params": dict(flat)}]
        return flat | nests

    def headers(self) -> dict[str, str]:
        values = dict.fromkeys(HEADERS, self.url)
        values |= {"forwarded": f"host={self.url[7:]};for=127.0.0.1", "x-forwarded-host": self.url[7:]}
        return values | {"proxy-authorization": f"Bearer {FOREIGN}", "x-goog-api-key": FOREIGN, "cookie": FOREIGN}


@asynccontextmanager
async def attacker_listening() -> AsyncIterator[Attacker]:
    attacker = Attacker()
    server = await asyncio.start_server(attacker.accepted, "127.0.0.1", 0)
    attacker.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield attacker
    finally:
        server.close()
        await server.wait_closed()


def bodies(model: str, wishes: dict[str, Any], url: str) -> dict[str, dict[str, Any]]:
    """Where in a request's body the wishes are."""
    plain = {"role": "user", "content": "hi"}
    function = {"name": "look", "description": "d", "parameters": {"type": "object", "properties": {}}}
    tool = {"type": "function", "function": function}
    text = {"type": "text", "text": "hi"}

    def chat(**fields: Any) -> dict[str, Any]:
        return {"model": model, "messages": [plain]} | fields

    called = {"id": "c", "type": "function", "function": {"name": "look", "arguments": json.dumps(wishes)}}
    image = {"type": "image_url", "image_url": wishes | {"url": f"{url}/image.png"}}
    schema = {"name": "n", "schema": wishes | {"type": "object", "$ref": f"{url}/schema.json", "$schema": url}}
    return {
        "the top": wishes | chat(),
        "extra_body": chat(extra_body=wishes),
        "deep in extra_body": chat(extra_body={"a": [{"b": wishes}]}),
        "a message": chat(messages=[wishes | plain]),
        "a part": chat(messages=[{"role": "user", "content": [wishes | text]}]),
        "an image": chat(messages=[{"role": "user", "content": [text, image]}]),
        "a file": chat(
            messages=[{"role": "user", "content": [text, {"type": "file", "file": {"file_url": f"{url}/a.pdf"}}]}]
        ),
        "a tool": chat(tools=[wishes | tool]),
        "a function": chat(tools=[tool | {"function": wishes | function}]),
        "a function's parameters": chat(tools=[tool | {"function": function | {"parameters": wishes}}]),
        "a tool at a server": chat(tools=[{"type": "mcp", "server_url": url, "server_label": "x", "headers": wishes}]),
        "a call": chat(
            messages=[
                plain,
                {"role": "assistant", "content": None, "tool_calls": [wishes | called]},
                wishes | {"role": "tool", "tool_call_id": "c", "content": "{}"},
            ],
            tools=[tool],
        ),
        "a tool choice": chat(tools=[tool], tool_choice=wishes | {"type": "function", "function": {"name": "look"}}),
        "a response format": chat(response_format={"type": "json_schema", "json_schema": schema}),
        "stream options": chat(stream=True, stream_options=wishes),
        "metadata": chat(metadata={name: str(value)[:500] for name, value in list(wishes.items())[:16]}),
        "web search": chat(web_search_options=wishes),
        "the user": chat(user=json.dumps(wishes)),
        "the model": chat() | {"model": f"{url}/v1/{model}"},
        "the model as a vendor's": chat() | {"model": f"custom/{url}"},
        "the model with a way out": chat() | {"model": f"{model}@{url[7:]}"},
        "a name twice": chat(),
    }


@asynccontextmanager
async def gateway_at(directory: Path, shape: str) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor, Attacker]]:
    settings = VendorSettings(api_keys=(SECRET,), words=3)
    async with (
        SimulatedVendor("v", shape, settings=settings) as vendor,  # type: ignore[arg-type]
        attacker_listening() as attacker,
        running_gateway(directory, [provider(shape, vendor.base_url, secret=SECRET)]) as gateway,
    ):
        yield gateway, vendor, attacker


@pytest.mark.parametrize("shape", MODELS)
async def test_no_field_of_a_body_opens_a_connection_or_changes_the_key(tmp_path: Path, shape: str) -> None:
    async with gateway_at(tmp_path, shape) as (gateway, vendor, attacker):
        statuses: dict[str, int] = {}
        for where, body in bodies(MODELS[shape], attacker.wishes(), attacker.url).items():
            text = json.dumps(body)
            if where == "a name twice":
                text = f'{{"base_url": "{attacker.url}", "base_url": "{attacker.url}", {text[1:]}'
            reply = await gateway.http.post("/v1/chat/completions", content=text)
            statuses[where] = reply.status_code
            assert FOREIGN not in reply.text or reply.status_code == 200
        assert attacker.connections == 0
        assert set(statuses.values()) <= {200, 400, 404}, statuses
        assert statuses["the top"] == statuses["a message"] == statuses["a part"] == statuses["a tool"] == 200, statuses
        # The vendor accepts no other key: whatever it answered, it was asked with the stored one.
        assert {entry.key_hint for entry in vendor.ledger} == {SECRET[-4:]}
        assert 401 not in {entry.status for entry in vendor.ledger}


@pytest.mark.parametrize("shape", ["openai", "gemini"])
async def test_no_header_and_no_query_does_either(tmp_path: Path, shape: str) -> None:
    async with gateway_at(tmp_path, shape) as (gateway, vendor, attacker):
        body = {"model": MODELS[shape], "messages": [{"role": "user", "content": "hi"}]}
        headers = attacker.headers() | gateway.headers()
        for path in ("/v1/chat/completions", "/v1/models", f"/v1/models/{MODELS[shape]}"):
            wishes = {name: str(value)[:200] for name, value in attacker.wishes().items()}
            method = "POST" if "chat" in path else "GET"
            reply = await gateway.http.request(
                method, path, json=body if method == "POST" else None, headers=headers, params=wishes
            )
            assert reply.status_code == 200, reply.text
        assert attacker.connections == 0
        assert {entry.key_hint for entry in vendor.ledger} == {SECRET[-4:]}
        assert {entry.status for entry in vendor.ledger} == {200}


async def test_an_absolute_address_or_another_host_in_the_request_line_stays_here(tmp_path: Path) -> None:
    async with gateway_at(tmp_path, "openai") as (gateway, _, attacker):
        port = int(gateway.base_url.rpartition(":")[2])
        body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]})
        for line in (
            f"POST {attacker.url}/v1/chat/completions HTTP/1.1",
            f"POST //{attacker.url[7:]}/v1/chat/completions HTTP/1.1",
            f"POST /v1/chat/completions/../../{attacker.url} HTTP/1.1",
            f"GET {attacker.url}/v1/models HTTP/1.1",
            f"CONNECT {attacker.url[7:]} HTTP/1.1",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = [line, f"host: {attacker.url[7:]}", f"authorization: Bearer {API_KEY}", "connection: close"]
            writer.write("\r\n".join([*head, f"content-length: {len(body)}", "", body]).encode())
            answer = await reader.read()
            writer.close()
            assert answer.startswith(b"HTTP/1.1 "), line
        assert attacker.connections == 0


async def test_the_vendor_is_sent_none_of_the_client_s_headers(tmp_path: Path) -> None:
    heads: list[str] = []

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        heads.append(head)
        length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(length)
        said = json.dumps({"choices": [{"message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]})
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(said)}\r\nconnection: close\r\n\r\n{said}".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(vendor, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with (
        attacker_listening() as attacker,
        running_gateway(tmp_path, [provider("openai", f"http://{address}/v1", secret=SECRET)]) as gateway,
    ):
        assert (await gateway.chat()).status_code == 200
        body = attacker.wishes() | {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
        headers = attacker.headers() | gateway.headers()
        assert (await gateway.http.post("/v1/chat/completions", json=body, headers=headers)).status_code == 200
        assert attacker.connections == 0
    server.close()
    await server.wait_closed()
    plain, wished = (
        sorted(line.partition(":")[0].lower() for line in head.split("\r\n")[1:] if line) for head in heads
    )
    assert plain == wished
    for head in heads:
        assert f"\r\nhost: {address}\r\n" in head
        assert f"\r\nauthorization: Bearer {SECRET}\r\n" in head
        assert FOREIGN not in head and API_KEY not in head
