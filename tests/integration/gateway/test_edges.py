"""Which way a request takes, and what both ways have in common: deadlines, caps, and heads that nobody mistakes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway_harness import API_KEY, RunningGateway, provider, running_gateway
from perpetuo.http.edge import EdgeLimits
from perpetuo.lab import SimulatedVendor, VendorSettings

CHAT = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
PATIENT_S = 10.0
"""None of these waits for it when all is well."""


def request(body: bytes = CHAT, *lines: str, method: str = "POST", path: str = "/v1/chat/completions") -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {API_KEY}", *lines]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


@pytest.fixture(autouse=True)
async def connections() -> AsyncIterator[None]:
    yield
    for client in OPENED:
        client.writer.transport.abort()
    OPENED.clear()


OPENED: list["Raw"] = []


class Raw:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, gateway: RunningGateway) -> "Raw":
        port = int(gateway.base_url.rpartition(":")[2])
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        OPENED.append(client)
        return client

    async def head(self) -> str:
        async with asyncio.timeout(PATIENT_S):
            return (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()

    async def reply(self) -> tuple[int, bytes]:
        head = await self.head()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split()[1]), await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """Up to the other end's close."""
        async with asyncio.timeout(PATIENT_S):
            return await self.reader.read()


async def test_the_edge_is_the_one_asked_for(tmp_path: Path, edge: str) -> None:
    async with running_gateway(tmp_path) as gateway:
        chosen = gateway.server.config.http_protocol_class.keywords["edge"]
        assert (chosen.handle is not None) == (edge == "fast")


async def test_requests_sent_ahead_are_answered_one_after_the_other(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        client = await Raw.connect(gateway)
        livez = request(method="GET", path="/livez", body=b"")
        client.writer.write(request() + request(b"{", path="/v1/embeddings") + livez + request())
        assert [(await client.reply())[0] for _ in range(4)] == [200, 400, 200, 200]
        assert len(vendor.ledger) == 2


async def test_nothing_behind_the_last_request_is_answered(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        client = await Raw.connect(gateway)
        client.writer.write(request(CHAT, "Connection: close") + request() + b"\0garbage")
        assert (await client.reply())[0] == 200
        assert await client.rest() == b""
        assert len(vendor.ledger) == 1


async def test_who_expects_it_is_told_to_go_on(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        client = await Raw.connect(gateway)
        whole = request(CHAT, "Expect: 100-continue")
        client.writer.write(whole.removesuffix(CHAT))
        assert await client.head() == "http/1.1 100 continue\r\n\r\n"
        client.writer.write(CHAT)
        assert (await client.reply())[0] == 200


async def test_a_body_in_chunks_cut_anywhere_is_the_body(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        client = await Raw.connect(gateway)
        head = request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (CHAT[:7], CHAT[7:40], CHAT[40:]))
        raw = head + chunks + b"0\r\nX-Trailer: dropped\r\n\r\n"
        for at in range(0, len(raw), 11):
            client.writer.write(raw[at : at + 11])
            await asyncio.sleep(0)
        assert (await client.reply())[0] == 200
        assert len(vendor.ledger) == 1


POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
GET = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (
            POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
        (POST + b"Content-Length: +5\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (b"POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400),
        (GET + b"Host: y\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nHost: a/?x=\r\n\r\n", 400),
        (b"GET http://x/v1/models HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v1/models#a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\nHost: x\n\n", 400),
        (GET + b"X: a\r\n b\r\n\r\n", 400),
        (b"GET /v1/models HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (GET + b"X: a\0b\r\n\r\n", 400),
        (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (GET + b"" + b"A: b\r\n" * 101 + b"\r\n", 431),
        (GET + b"A: " + b"b" * 70_000 + b"\r\n\r\n", 431),
    ],
)
async def test_a_head_that_two_parsers_could_read_differently_is_refused(
    tmp_path: Path, raw: bytes, status: int
) -> None:
    """And what follows it on the connection is not taken for a request."""
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
    ):
        client = await Raw.connect(gateway)
        client.writer.write(raw + b"0\r\n\r\n" + request())
        assert (await client.reply())[0] == status
        assert await client.rest() == b""
        assert len(vendor.ledger) == 0


async def test_a_broken_chunk_ends_the_request_that_waits_for_it(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as gateway:
        client = await Raw.connect(gateway)
        client.writer.write(
            request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"5\r\nabcde\r\n"
        )
        await asyncio.sleep(0.05)
        client.writer.write(b"zz\r\n")
        assert (await client.reply())[0] == 400
        assert await client.rest() == b""
        async with asyncio.timeout(PATIENT_S):
            while gateway.state.in_flight:
                await asyncio.sleep(0.01)


LIMITS = EdgeLimits(
    header_s=0.4, body_grace_s=0.2, body_min_bytes_per_s=1e6, keep_alive_s=0.4, max_connections=3, drain_idle_s=0.1
)


async def test_a_head_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, edge_limits=LIMITS) as gateway:
        silent, slow = await Raw.connect(gateway), await Raw.connect(gateway)
        slow.writer.write(b"POST /v1/chat/completions HT")
        assert (await slow.reply())[0] == 408
        assert await slow.rest() == b""
        assert await silent.rest() == b""


async def test_a_body_that_drips_is_not_waited_for(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, edge_limits=LIMITS) as gateway:
        client = await Raw.connect(gateway)
        client.writer.write(request().removesuffix(CHAT) + CHAT[:5])
        assert (await client.reply())[0] == 408
        assert await client.rest() == b""


async def test_an_idle_connection_is_closed_and_one_under_way_is_not(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3, first_byte_s=1.5)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)], edge_limits=LIMITS) as gateway,
    ):
        client = await Raw.connect(gateway)
        client.writer.write(request())
        assert (await client.reply())[0] == 200  # long after the deadline of idle ones
        assert await client.rest() == b""


async def test_beyond_the_cap_of_connections_is_a_503(tmp_path: Path) -> None:
    limits = EdgeLimits(max_connections=3, drain_idle_s=0.1)
    async with running_gateway(tmp_path, edge_limits=limits) as gateway:
        held = [await Raw.connect(gateway) for _ in range(3)]
        refused = await Raw.connect(gateway)
        assert (await refused.reply())[0] == 503
        assert await refused.rest() == b""
        held.pop().writer.transport.abort()
        async with asyncio.timeout(PATIENT_S):
            while True:
                again = await Raw.connect(gateway)
                again.writer.write(request(method="GET", path="/livez", body=b""))
                if (await again.reply())[0] == 200:
                    break


async def test_one_address_has_its_own_cap(tmp_path: Path) -> None:
    limits = EdgeLimits(max_connections_per_address=2, drain_idle_s=0.1)
    async with running_gateway(tmp_path, edge_limits=limits) as gateway:
        held = [await Raw.connect(gateway) for _ in range(2)]
        assert (await (await Raw.connect(gateway)).reply())[0] == 503
        assert len(held) == 2
    async with running_gateway(tmp_path / "b", edge_limits=limits, trusted_proxies=["127.0.0.1"]) as gateway:
        clients = [await Raw.connect(gateway) for _ in range(4)]
        clients[-1].writer.write(request(method="GET", path="/livez", body=b""))
        assert (await clients[-1].reply())[0] == 200
