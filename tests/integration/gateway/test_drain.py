"""The gateway is told to stop: who is under way finishes, who is not done in time is told so, and the books say it."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from gateway_harness import provider, running_gateway
from perpetuo.http.edge import EdgeLimits
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import SimulatedVendor, VendorSettings

PATIENT = Deadlines(connect_s=2.0, first_byte_s=20.0, idle_s=20.0, total_s=60.0)
CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "go"}]}


async def test_a_stream_under_way_ends_and_its_connection_has_one_request_more(tmp_path: Path) -> None:
    """Its head had promised another one, which is perhaps on its way. New connections are refused."""
    settings = VendorSettings(words=10, chunk_s=0.05)
    async with (
        SimulatedVendor("first", "openai", settings=settings) as first,
        running_gateway(
            tmp_path,
            [provider("openai", first.base_url)],
            drain_s=20.0,
            edge_limits=EdgeLimits(drain_idle_s=10.0),
        ) as gateway,
    ):
        received = b""
        async with gateway.http.stream("POST", "/v1/chat/completions", json={**CHAT, "stream": True}) as reply:
            async for chunk in reply.aiter_raw():
                received += chunk
                gateway.server.should_exit = True
        assert received.rstrip().endswith(b"data: [DONE]")
        assert "connection" not in reply.headers
        last = await gateway.chat()
        assert (last.status_code, last.headers["connection"]) == (200, "close")
        with pytest.raises(httpx2.ConnectError):
            await gateway.chat()
        rows = await gateway.settled(2)
        assert [(row.outcome, row.partial) for row in rows] == [("succeeded", False)] * 2


async def test_a_stream_beyond_the_drain_deadline_ends_with_one_error_event_and_its_tokens(tmp_path: Path) -> None:
    settings = VendorSettings(words=1000, chunk_s=0.02)
    async with (
        SimulatedVendor("first", "openai", settings=settings) as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)], drain_s=0.3) as gateway,
    ):
        received = b""
        with pytest.raises(httpx2.TransportError):  # closed without a proper end
            async with gateway.http.stream("POST", "/v1/chat/completions", json={**CHAT, "stream": True}) as reply:
                async for chunk in reply.aiter_raw():
                    received += chunk
                    gateway.server.should_exit = True
        assert received.count(b'"error"') == 1
        assert b'"draining"' in received
        assert b"[DONE]" not in received
        (row,) = await gateway.settled(1)
        assert (row.outcome, row.error_code, row.partial, row.status) == ("failed", "draining", True, 200)
        assert row.usage.output_tokens


async def test_a_request_still_waiting_at_the_drain_deadline_is_a_503_with_its_attempt_in_the_log(
    tmp_path: Path,
) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)], deadlines=PATIENT, drain_s=0.3) as gateway,
    ):
        first.set_fault("hang")
        asking = asyncio.create_task(gateway.chat())
        async with asyncio.timeout(10):
            while not first.ledger:
                await asyncio.sleep(0.01)
        gateway.server.should_exit = True
        reply = await asking
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "draining")
        assert reply.headers["retry-after"]
        assert reply.headers["x-perpetuo-attempts"] == "1"
        (row,) = await gateway.settled(1)
        assert (row.outcome, row.error_code) == ("failed", "draining")
        assert [(attempt.provider, attempt.outcome) for attempt in row.attempts] == [("openai", "cancelled")]


async def test_a_client_that_leaves_while_waiting_leaves_the_attempt_in_the_log(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)], deadlines=PATIENT) as gateway,
    ):
        first.set_fault("hang")
        asking = asyncio.create_task(gateway.chat(stream=True))
        async with asyncio.timeout(10):
            while not first.ledger:
                await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        (row,) = await gateway.settled(1)
        assert (row.outcome, [attempt.outcome for attempt in row.attempts]) == ("client_closed", ["cancelled"])
        assert row.attempts[0].possibly_billed


EVENTS = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,'
    b'"delta":{"role":"assistant","content":"one"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)


async def test_an_answer_that_has_ended_is_no_failure_while_its_upstream_dawdles(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%s\r\n" % (len(EVENTS), EVENTS))  # and never the last chunk of HTTP
        while await reader.read(65536):
            pass
        writer.close()

    upstream = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = upstream.sockets[0].getsockname()[1]
    async with running_gateway(
        tmp_path, [provider("openai", f"http://127.0.0.1:{port}/v1")], deadlines=PATIENT
    ) as gateway:
        reply = await gateway.chat(stream=True)
        assert reply.text.rstrip().endswith("[DONE]"), reply.text
        (run,) = gateway.state.in_flight
        run.interrupt("draining")
        (row,) = await gateway.settled(1)
        assert (row.outcome, row.error_code, row.partial) == ("succeeded", None, False)
    upstream.close()
    await upstream.wait_closed()


async def test_when_the_operator_does_not_wait_what_is_under_way_is_still_settled(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)], deadlines=PATIENT, drain_s=20.0) as gateway,
    ):
        first.set_fault("hang")
        asking = asyncio.create_task(gateway.chat())
        async with asyncio.timeout(10):
            while not first.ledger:
                await asyncio.sleep(0.01)
        gateway.server.force_exit = True  # what a second Ctrl-C sets
        await gateway.server.shutdown()
        (row,) = await gateway.settlements()  # at once: after this the journal is closed
        assert (row.outcome, row.error_code) == ("interrupted", "draining")
        await asyncio.gather(asking, return_exceptions=True)
