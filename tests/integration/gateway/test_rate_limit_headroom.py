"""Rate-limit headers turn traffic away before the vendor refuses it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from stepped_clock import stop_time

from gateway_harness import RunningGateway, provider, running_gateway

ANSWER = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"five"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,'
    b'"total_tokens":4}}'
)


class CountingVendor:
    """Answers each request, its replies carrying these headers."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.calls = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        self.calls += 1
        await self.gate.wait()
        told = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n"
            f"connection: close\r\n{told}\r\n".encode()
            + ANSWER
        )
        writer.close()


@asynccontextmanager
async def gateway_of(
    tmp_path: Path, vendors: Sequence[CountingVendor], **workspace: object
) -> AsyncIterator[RunningGateway]:
    servers = [await asyncio.start_server(vendor.answer, "127.0.0.1", 0) for vendor in vendors]
    keys = [
        provider(
            "openai", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", label=str(place), priority=place
        )
        for place, server in enumerate(servers, 1)
    ]
    try:
        async with running_gateway(tmp_path, keys, workspace=workspace) as gateway:
            yield gateway
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()


SPENT = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12s"}


async def test_whose_requests_are_used_up_is_not_asked_until_they_are_new_again(tmp_path: Path) -> None:
    first, second = CountingVendor(SPENT), CountingVendor({})
    async with gateway_of(tmp_path, [first, second]) as gateway:
        clock = stop_time(gateway)
        for _ in range(5):
            assert (await gateway.chat()).status_code == 200
        assert (first.calls, second.calls) == (1, 4)
        clock.move(12.0)
        await gateway.chat()
        assert (first.calls, second.calls) == (2, 4)
        rows = await gateway.settled(6)
        assert rows[1].decision is not None
        assert "Its rate limit has 0 requests left for 12 s." in rows[1].decision.candidates[1].reason
        assert {len(row.attempts) for row in rows} == {1}


async def test_whose_requests_are_used_up_is_asked_where_there_is_nobody_else(tmp_path: Path) -> None:
    only = CountingVendor(SPENT)
    async with gateway_of(tmp_path, [only]) as gateway:
        assert [(await gateway.chat()).status_code for _ in range(3)] == [200] * 3
        assert only.calls == 3


async def test_a_request_too_large_for_the_tokens_left_goes_elsewhere_and_a_small_one_does_not(tmp_path: Path) -> None:
    first = CountingVendor({"x-ratelimit-remaining-tokens": "500", "x-ratelimit-reset-tokens": "1m0s"})
    second = CountingVendor({})
    async with gateway_of(tmp_path, [first, second]) as gateway:
        await gateway.chat()
        await gateway.chat(max_tokens=2000)
        assert (first.calls, second.calls) == (1, 1)
        await gateway.chat(max_tokens=50)
        assert (first.calls, second.calls) == (2, 1)


async def test_requests_under_way_are_counted_before_the_vendor_counts_them(tmp_path: Path) -> None:
    first = CountingVendor({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "1m0s"})
    second = CountingVendor({})
    async with gateway_of(tmp_path, [first, second]) as gateway:
        await gateway.chat()
        first.gate.clear()
        waiting = [asyncio.create_task(gateway.chat()) for _ in range(8)]
        async with asyncio.timeout(10):
            while first.calls + second.calls < 9:
                await asyncio.sleep(0.005)
        assert (first.calls, second.calls) == (1 + 3, 5)
        first.gate.set()
        assert {reply.status_code for reply in await asyncio.gather(*waiting)} == {200}
