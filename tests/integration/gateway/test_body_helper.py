"""Large bodies are worked on in a process of their own, with the same result as in place."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from gateway_harness import CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.errors import ClientError, GatewayError, UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.gateway.body_helper import LARGE_BODY_BYTES, BodyHelper
from perpetuo.gateway.body_work import Decode, Encode, decode, encode, parse
from perpetuo.lab import Script, SimulatedVendor
from perpetuo.lab.vendor import ShapeName
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.registry import PROTOCOLS

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": 'word \\ " ä 漢 \n' * 40_000}]
PARTS = [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b" * 600_000}]}]
TOOL = {"type": "function", "function": {"name": "f", "description": "x" * 300_000, "parameters": {"type": "object"}}}
CHATS: list[dict[str, Any]] = [
    {"messages": MESSAGES, "temperature": 0.7, "stream": True, "stream_options": {"include_usage": True}},
    {"messages": PARTS, "tools": [TOOL], "tool_choice": "required", "max_completion_tokens": 5, "user": "u"},
    {"messages": MESSAGES, "response_format": {"type": "json_object"}, "vendor_field": {"kept": [1, 2.50, "\u2028"]}},
]
WRONG: list[tuple[str, bytes]] = [
    ("chat.completions", b'{"model":"gpt-4o","messages":[{"role":"user","content":5}]}' + b" " * 300_000),
    ("chat.completions", b'{"model":"gpt-4o","messages":' + b"[" * 300_000),
    ("chat.completions", b'{"model":"gpt-4o"}' + b" " * 300_000),
    ("chat.completions", b"\xff" * 300_000),
    ("embeddings", b'{"model":"text-embedding-3-small","input":[]}' + b" " * 300_000),
]


@asynccontextmanager
async def helper(**options: Any) -> AsyncGenerator[BodyHelper]:
    bodies = BodyHelper(**options)
    try:
        yield bodies
    finally:
        await bodies.aclose()


def body_of(fields: dict[str, Any]) -> bytes:
    return json.dumps({"model": "gpt-4o", **fields}, ensure_ascii=False).encode()


def target(protocol: str, *, secret: str = "sk-lab-0123456789abcdef") -> Target:
    vendor = next(row for row in CATALOG.vendors.values() if row.protocol == protocol and row.models)
    return Target(
        vendor, vendor.models[0], vendor.base_url or "https://bedrock-runtime.us-east-1.amazonaws.com", Secret(secret)
    )


async def test_a_request_is_read_the_same_as_in_place() -> None:
    async with helper() as bodies:
        for fields in CHATS:
            body = body_of(fields)
            read = await bodies.parse("a", "chat.completions", body)
            assert read == parse("chat.completions", body)
            assert read.body is body
        texts = body_of({"input": ["text " * 1000] * 100})
        assert await bodies.parse("a", "embeddings", texts) == parse("embeddings", texts)
        assert bodies.starts == 1


async def test_a_refusal_names_what_it_names_in_place() -> None:
    async with helper() as bodies:
        for endpoint, body in WRONG:
            with pytest.raises(ClientError) as here:
                parse(endpoint, body)
            with pytest.raises(ClientError) as there:
                await bodies.parse("a", endpoint, body)
            for name in ("code", "message", "param", "retry_after_s", "headers", "details"):
                assert getattr(there.value, name) == getattr(here.value, name)
        assert bodies.starts == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_requests_and_replies_become_the_same_as_in_place(protocol: str) -> None:
    aws = (
        '{"access_key_id":"AKIDEXAMPLE012345","secret_access_key":"wJalrXUtnFEMIK7MDENGbPxRfiCY","region":"us-east-1"}'
    )
    at = target(protocol, secret=aws if protocol == "bedrock_converse" else "sk-lab-0123456789abcdef")
    labels = (("x-perpetuo-request-id", "r"), ("x-perpetuo-attempt", "1"))
    body = body_of(CHATS[0])
    context = ReplyContext("chatcmpl-r", 1, "label", include_usage=True, model_id="m")
    async with helper() as bodies:
        work = Encode("chat.completions", at, labels, by_tool=False, wall_s=1_764_000_000.0)
        there = await bodies.encode("a", work, body)
        assert there == encode(PROTOCOLS[protocol], parse("chat.completions", body), work)
        assert b"word" in there.body
        assert there.labels == labels
        reply = json.dumps(REPLIES[protocol]).encode()
        reading = Decode("chat.completions", protocol, context, by_tool=False)
        read = await bodies.decode("a", reading, reply)
        assert read == decode(PROTOCOLS[protocol], reply, reading)
        assert isinstance(read, Reply)
        broken = await bodies.decode("a", reading, b"{")
        assert isinstance(broken, UpstreamFailure)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_reply_with_bytes_that_are_no_utf_8_is_malformed(protocol: str) -> None:
    reply = json.dumps({**REPLIES[protocol], "x": "?"}).encode().replace(b"?", b"\xff")
    work = Decode("chat.completions", protocol, ReplyContext("chatcmpl-r", 1), by_tool=False)
    failure = decode(PROTOCOLS[protocol], reply, work)
    assert isinstance(failure, UpstreamFailure)
    assert failure.kind == "malformed"


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
REPLIES: dict[str, Any] = {
    "openai_chat": {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
        "usage": USAGE,
    },
    "anthropic_messages": {
        "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hi."}], "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 2},
    },
    "bedrock_converse": {
        "output": {"message": {"role": "assistant", "content": [{"text": "Hi."}]}}, "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    },
    "gemini_generate": {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Hi."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3},
    },
    "cohere_chat": {
        "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
        "usage": {"tokens": {"input_tokens": 1, "output_tokens": 2}},
    },
}  # fmt: skip


async def test_a_secret_that_does_not_fit_is_refused_as_in_place() -> None:
    work = Encode("chat.completions", target("openai_chat", secret="two words"), (), by_tool=False, wall_s=0.0)
    async with helper() as bodies:
        with pytest.raises(InvalidSecret, match="may not go into a header"):
            await bodies.encode("a", work, body_of(CHATS[0]))


async def test_a_helper_that_is_killed_costs_no_request() -> None:
    async with helper() as bodies:
        body = body_of(CHATS[0])
        await bodies.parse("a", "chat.completions", body)
        assert bodies.pid is not None
        os.kill(bodies.pid, signal.SIGKILL)
        assert isinstance(await bodies.parse("a", "chat.completions", body), ChatRequest)
        assert bodies.starts == 2


@pytest.mark.parametrize("what", ["import time; time.sleep(60)", "raise SystemExit(1)"], ids=["silent", "dead"])
async def test_a_helper_that_does_not_answer_is_ended_and_the_client_told(what: str) -> None:
    async with helper(command=[sys.executable, "-c", what], work_s=0.2) as bodies:
        with pytest.raises(GatewayError) as told:
            await bodies.parse("a", "chat.completions", b'{"model":"m"}')
        assert told.value.code == "internal_error"
        assert bodies.starts == 2
        assert bodies.pid is None


async def test_workspaces_take_turns() -> None:
    body = body_of(CHATS[0])
    ended: list[str] = []

    async def one(workspace: str) -> None:
        await bodies.parse(workspace, "chat.completions", body)
        ended.append(workspace)

    async with helper() as bodies, asyncio.TaskGroup() as group:
        for workspace in "aaaaab":
            group.create_task(one(workspace))
    assert ended.index("b") <= 2
    assert len(ended) == 6


async def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    """Of two waiting for a helper that never answers, one leaves: only the other costs a try."""
    body = b'{"model":"m"}'
    silent = [sys.executable, "-c", "import time; time.sleep(60)"]
    async with helper(command=silent, work_s=0.2) as bodies:
        first = asyncio.create_task(bodies.parse("a", "chat.completions", body))
        second = asyncio.create_task(bodies.parse("b", "chat.completions", body))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(GatewayError):
            await first
        with pytest.raises(asyncio.CancelledError):
            await second
        third = asyncio.create_task(bodies.parse("a", "chat.completions", body))
        with pytest.raises(GatewayError):
            await third
        assert bodies.starts == 4


async def test_it_ends_when_nothing_large_comes_and_comes_back() -> None:
    async with helper(idle_s=0.05) as bodies:
        body = body_of(CHATS[0])
        for starts in (1, 2):
            await bodies.parse("a", "chat.completions", body)
            assert bodies.starts == starts
            async with asyncio.timeout(10):
                while bodies.pid is not None:
                    await asyncio.sleep(0.01)


async def test_closing_tells_who_still_waits() -> None:
    bodies = BodyHelper(command=[sys.executable, "-c", "import time; time.sleep(60)"])
    waiting = [asyncio.create_task(bodies.parse(name, "chat.completions", b"{}")) for name in "ab"]
    async with asyncio.timeout(10):
        while bodies.pid is None:
            await asyncio.sleep(0.01)
        await bodies.aclose()
    for each in waiting:
        with pytest.raises(GatewayError):
            await each
    assert bodies.pid is None


ORPHAN = """
import asyncio
from perpetuo.gateway.body_helper import BodyHelper
async def main():
    bodies = BodyHelper()
    await bodies.parse("a", "chat.completions", b'{"model":"m","messages":[{"role":"user","content":"x"}]}')
    print(bodies.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_it_does_not_outlive_a_worker_that_is_killed() -> None:
    def spawn() -> int:
        with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            pid = int(worker.stdout.readline())
            worker.kill()
        return pid

    pid = await asyncio.to_thread(spawn)
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


# --- in the gateway

PROMPT = "word " * (LARGE_BODY_BYTES // 4)
MODELS: dict[ShapeName, str] = {
    "openai": "gpt-4o",
    "anthropic": "claude-opus-4-5",
    "bedrock": "us.anthropic.claude-sonnet-4-6",
    "cohere": "command-a-03-2025",
    "gemini": "gemini-3.5-flash",
}


@asynccontextmanager
async def gateway_at(
    directory: Path, shape: ShapeName = "openai"
) -> AsyncGenerator[tuple[RunningGateway, SimulatedVendor]]:
    async with (
        SimulatedVendor("vendor", shape) as vendor,
        running_gateway(directory, [provider(shape, vendor.base_url)]) as gateway,
    ):
        yield gateway, vendor


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("shape", MODELS)
async def test_a_large_prompt_is_carried_by_each_protocol(tmp_path: Path, shape: ShapeName, stream: bool) -> None:
    async with gateway_at(tmp_path, shape) as (gateway, vendor):
        for count, prompt in enumerate(("small", PROMPT)):
            assert gateway.state.bodies.starts == 0
            messages = [{"role": "user", "content": prompt}]
            reply = await gateway.chat(MODELS[shape], messages=messages, stream=stream)
            assert reply.status_code == 200, reply.text
            settlement = (await gateway.settled(count + 1))[-1]
            assert settlement.usage.input_tokens == vendor.ledger[-1].input_tokens
        assert gateway.state.bodies.starts == 1


async def test_a_large_answer_is_read_whole(tmp_path: Path) -> None:
    answer = ("word" * 10 + " ") * 40_000
    async with gateway_at(tmp_path, "anthropic") as (gateway, vendor):
        vendor.default_script = Script(text=answer)
        reply = await gateway.chat(MODELS["anthropic"])
        assert reply.json()["choices"][0]["message"]["content"] == answer
        assert gateway.state.bodies.starts == 1


async def test_a_client_that_leaves_meanwhile_is_settled_once(tmp_path: Path) -> None:
    async with gateway_at(tmp_path) as (gateway, _):
        gateway.state.bodies = BodyHelper(command=[sys.executable, "-c", "import time; time.sleep(60)"])
        asking = asyncio.create_task(gateway.chat(messages=[{"role": "user", "content": PROMPT}]))
        async with asyncio.timeout(10):
            while gateway.state.bodies.pid is None:
                await asyncio.sleep(0.01)
        asking.cancel()
        async with asyncio.timeout(10):
            while gateway.state.in_flight:
                await asyncio.sleep(0.01)
        await asyncio.gather(asking, return_exceptions=True)


async def test_when_it_can_not_be_done_the_client_is_told_so(tmp_path: Path) -> None:
    async with gateway_at(tmp_path) as (gateway, _):
        gateway.state.bodies = BodyHelper(command=[sys.executable, "-c", "raise SystemExit(1)"])
        reply = await gateway.chat(messages=[{"role": "user", "content": PROMPT}])
        assert reply.status_code == 500
        assert reply.json()["error"]["code"] == "internal_error"
