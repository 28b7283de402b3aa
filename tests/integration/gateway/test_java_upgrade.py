"""Java's HttpClient asks for HTTP/2 with its first request and sends the body at once. Byte for byte."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway_harness import API_KEY, provider, running_gateway
from perpetuo.lab import Script, SimulatedVendor

BODY = msgspec.json.encode({"model": "gpt-4o", "messages": [{"role": "user", "content": "grüezi"}]})


def post(*, upgrade: bool, chunked: bool = False) -> bytes:
    """As jdk.internal.net.http.Http1Request writes it: its own headers in alphabetical order, then the caller's.
    https://github.com/openjdk/jdk/tree/master/src/java.net.http/share/classes/jdk/internal/net/http (read 2026-11-23)
    """
    own = {"Host": "127.0.0.1", "User-Agent": "Java-http-client/21.0.5"}
    own |= {"Transfer-encoding": "chunked"} if chunked else {"Content-Length": str(len(BODY))}
    if upgrade:
        own |= {
            "Connection": "Upgrade, HTTP2-Settings",
            "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
            "Upgrade": "h2c",
        }
    headers = [f"{name}: {own[name]}" for name in sorted(own, key=str.lower)]
    headers += [f"Authorization: Bearer {API_KEY}", "Content-Type: application/json"]
    head = "\r\n".join(["POST /v1/chat/completions HTTP/1.1", *headers, "", ""]).encode()
    return head + (b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY) if chunked else BODY)


async def read_answer(reader: asyncio.StreamReader) -> str:
    """One HTTP/1.1 answer: its text. Fails on anything but a 200 with a length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    assert head.startswith("http/1.1 200 "), head
    assert "\r\nupgrade:" not in head
    (length,) = [int(line.partition(":")[2]) for line in head.split("\r\n") if line.startswith("content-length:")]
    return msgspec.json.decode(await reader.readexactly(length))["choices"][0]["message"]["content"]


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("cut", [None, 40, 120, len(post(upgrade=True)) - len(BODY), len(post(upgrade=True)) - 5])
async def test_an_upgrade_with_a_body_gets_a_normal_answer_and_so_does_what_follows(
    tmp_path: Path, cut: int | None, chunked: bool
) -> None:
    """cut: where the client's first segment ends; None = both requests in one."""
    async with (
        SimulatedVendor("vendor") as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)]) as gateway,
        asyncio.timeout(20),
    ):
        vendor.set_script(Script(text="hello Java"))
        host, port = gateway.base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            # The second is pipelined: it is on the wire before the first has its answer.
            data = post(upgrade=True, chunked=chunked) + post(upgrade=False, chunked=chunked)
            writer.write(data[:cut])
            if cut is not None:
                await writer.drain()
                await asyncio.sleep(0.05)  # lets the first segment leave alone; the result is the same if it does not
                writer.write(data[cut:])
            await writer.drain()
            assert [await read_answer(reader), await read_answer(reader)] == ["hello Java", "hello Java"]
            writer.write(post(upgrade=True, chunked=chunked))
            assert await read_answer(reader) == "hello Java"
        finally:
            writer.close()
            await writer.wait_closed()
        rows = await gateway.settled(3)
        assert {row.outcome for row in rows} == {"succeeded"}
        assert [entry.body_bytes > 0 for entry in vendor.ledger] == [True] * 3
