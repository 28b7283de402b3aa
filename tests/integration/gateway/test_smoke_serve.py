"""One request through the whole data plane, against a handwritten upstream."""

import asyncio
from pathlib import Path

from gateway_harness import provider, running_gateway

REPLY = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-2024-08-06","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"one two","x_unknown":[1,2]},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}'
)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(REPLY))
    writer.write(REPLY)
    await writer.drain()
    writer.close()


async def test_a_reply_comes_back_byte_for_byte_and_is_settled_with_its_cost(tmp_path: Path) -> None:
    upstream = await asyncio.start_server(_answer, "127.0.0.1", 0)
    port = upstream.sockets[0].getsockname()[1]
    async with running_gateway(tmp_path, [provider("openai", f"http://127.0.0.1:{port}/v1")]) as gateway:
        reply = await gateway.chat("gpt-4o", headers={"X-Perpetuo-Tags": "team=a"})
        assert reply.status_code == 200, reply.text
        assert reply.content == REPLY
        assert reply.headers["x-perpetuo-provider"] == "openai"
        assert reply.headers["x-perpetuo-substituted"] == "none"
        (settled,) = await gateway.settled(1)
        assert (settled.usage.input_tokens, settled.usage.output_tokens) == (3, 2)
        assert settled.cost_nanousd == 3 * 2500 + 2 * 10_000
        assert settled.tags == {"team": "a"}
        assert settled.id == reply.headers["x-perpetuo-request-id"]
    upstream.close()
    await upstream.wait_closed()
