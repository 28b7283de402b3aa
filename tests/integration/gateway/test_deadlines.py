"""Nobody waits for ever: neither for a vendor's words nor for a client that does not read."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import API_KEY, provider, running_gateway
from perpetuo.http.upstream import Deadlines

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def vendor(answer: Answer) -> AsyncIterator[str]:
    """A handwritten vendor: it reads the request's head and says what `answer` writes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        await server.wait_closed()


EVENT = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,'
    b'"delta":{"role":"assistant","content":"' + b"word " * 6000 + b'"},"finish_reason":null}]}\n\n'
)


async def _endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    while True:
        writer.write(EVENT)
        await writer.drain()


async def test_a_client_that_does_not_read_is_given_up_and_the_vendor_is_not_to_blame(tmp_path: Path) -> None:
    deadlines = Deadlines(connect_s=2.0, first_byte_s=5.0, idle_s=5.0, total_s=1.0)
    async with (
        vendor(_endless) as base_url,
        running_gateway(tmp_path, [provider("openai", base_url)], deadlines=deadlines) as gateway,
    ):
        body = b'{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"go"}]}'
        port = int(gateway.base_url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s"
            % (API_KEY.encode(), len(body), body)
        )
        (row,) = await gateway.settled(1)  # while the client still holds its connection, and reads nothing
        assert (row.outcome, row.partial, row.error_code) == ("failed", True, "stream_interrupted")
        (key,) = gateway.snapshots.workspace.provider_keys
        view = gateway.state.health.view(gateway.state.clock.monotonic_s(), [key.id])
        assert [window.error_rate for window in view.values()] == [0.0]
        writer.close()


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_body_that_never_ends_is_not_waited_for_and_settled_once(tmp_path: Path, leaves: bool) -> None:
    async with running_gateway(tmp_path, [provider("openai", "http://127.0.0.1:9/v1")]) as gateway:
        gateway.state.limits = dataclasses.replace(gateway.state.limits, body_s=30.0 if leaves else 0.3)
        port = int(gateway.base_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\ncontent-length: 99\r\n\r\n{"
            % API_KEY.encode()
        )
        if leaves:
            async with asyncio.timeout(10):
                while not gateway.state.in_flight:
                    await asyncio.sleep(0.01)
            writer.close()
        else:
            assert b" 408 " in await reader.readline()
            async with asyncio.timeout(10):
                assert await reader.read()  # to its end: the connection is closed
        (row,) = await gateway.settled(1)
        expected = ("client_closed", 499) if leaves else ("rejected", 408)
        assert (row.outcome, row.status, row.attempts) == (*expected, ())
        assert not gateway.state.in_flight
        writer.close()


async def test_the_milliseconds_a_vendor_asks_for_are_kept(tmp_path: Path) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 429 X\r\nretry-after-ms: 7500\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n")

    async with vendor(refuse) as base_url, running_gateway(tmp_path, [provider("openai", base_url)]) as gateway:
        for _ in range(2):  # the second time it is not asked: it cools
            reply = await gateway.chat()
            assert reply.status_code == 503
            assert 1 < int(reply.headers["retry-after"]) <= 8


@pytest.mark.parametrize("ending", ["close", "silence"], ids=["the body is cut", "the body never comes"])
async def test_the_status_of_an_error_decides_even_when_its_words_do_not_come(tmp_path: Path, ending: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()
        while ending == "silence" and await reader.read(65536):
            pass

    deadlines = Deadlines(connect_s=2.0, first_byte_s=1.0, idle_s=1.0, total_s=20.0)
    async with (
        vendor(refuse) as base_url,
        running_gateway(tmp_path, [provider("openai", base_url)], deadlines=deadlines) as gateway,
    ):
        reply = await gateway.chat()
        assert (reply.status_code, reply.json()["error"]["code"]) == (502, "provider_auth_failed")
        assert reply.json()["error"]["attempts"][0]["status"] == 401
