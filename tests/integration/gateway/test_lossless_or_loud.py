"""What of a request a candidate does not carry is told, or keeps it from answering."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.catalog import Model
from perpetuo.lab import Script, SimulatedVendor

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
STRICT = {"x-perpetuo-strict": "on"}


@asynccontextmanager
async def gateway_of(
    tmp_path: Path, *shapes: str, models: tuple[Model, ...] = (), **workspace: Any
) -> AsyncIterator[tuple[RunningGateway, list[SimulatedVendor]]]:
    """Vendors in order of priority."""
    vendors = [SimulatedVendor(shape, shape, seed=number) for number, shape in enumerate(shapes)]  # type: ignore[arg-type]
    for vendor in vendors:
        await vendor.start()
    keys = [
        provider(vendor.name, vendor.base_url, priority=number + 1, models=models)
        for number, vendor in enumerate(vendors)
    ]
    try:
        async with running_gateway(tmp_path, keys, workspace=workspace) as gateway:
            yield gateway, vendors
    finally:
        for vendor in vendors:
            await vendor.stop()


async def test_what_is_dropped_or_approximated_is_listed_and_recorded(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "anthropic") as (gateway, _):
        reply = await gateway.chat("claude-haiku-4-5", seed=7, frequency_penalty=0.5, temperature=1.5, made_up=1)
        assert reply.status_code == 200
        assert reply.headers["x-perpetuo-dropped"] == "frequency_penalty, made_up, seed"
        assert reply.headers["x-perpetuo-approximated"] == "temperature"
        (row,) = await gateway.settled(1)
        assert row.decision is not None
        assert row.decision.candidates[0].dropped == ("frequency_penalty", "made_up", "seed")


async def test_nothing_is_listed_when_nothing_is_lost(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "openai") as (gateway, _):
        reply = await gateway.chat("gpt-4o", seed=7, made_up=1, temperature=1.5, headers=STRICT)
        assert reply.status_code == 200
        assert not {"x-perpetuo-dropped", "x-perpetuo-approximated"} & reply.headers.keys()


@pytest.mark.parametrize("stream", [False, True])
async def test_a_candidate_that_would_change_the_answer_is_passed_over(tmp_path: Path, stream: bool) -> None:
    async with gateway_of(tmp_path, "anthropic", "openai") as (gateway, (anthropic, _)):
        usual = await gateway.chat("perpetuo/chat-default", stream=stream)
        assert usual.headers["x-perpetuo-provider"] == "anthropic"
        reply = await gateway.chat("perpetuo/chat-default", stream=stream, logit_bias={"5": 100})
        assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "openai")
        assert len(anthropic.ledger) == 1


async def test_strictness_passes_over_every_loss(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "anthropic", "openai") as (gateway, _):
        reply = await gateway.chat("perpetuo/chat-default", seed=7)
        assert reply.headers["x-perpetuo-provider"] == "anthropic"
        strict = await gateway.chat("perpetuo/chat-default", seed=7, headers=STRICT)
        assert strict.headers["x-perpetuo-provider"] == "openai"


async def test_when_nobody_can_carry_it_the_client_learns_which_field(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "anthropic") as (gateway, (vendor,)):
        refused = await gateway.chat("claude-haiku-4-5", n=2)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_value")
        assert "`n`" in refused.json()["error"]["message"]
        strict = await gateway.chat("claude-haiku-4-5", seed=7, headers=STRICT)
        assert (strict.status_code, strict.json()["error"]["code"]) == (400, "not_lossless")
        assert "`seed`" in strict.json()["error"]["message"]
        odd = await gateway.chat("claude-haiku-4-5", headers={"x-perpetuo-strict": "maybe"})
        assert (odd.status_code, odd.json()["error"]["param"]) == (400, "X-Perpetuo-Strict")
        assert len(vendor.ledger) == 0


async def test_a_list_of_made_up_fields_stays_short_and_harmless(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "anthropic") as (gateway, _):
        odd = {f"field {number} ü,\r\nx: {'y' * 200}": 1 for number in range(200)}
        reply = await gateway.chat("claude-haiku-4-5", **odd)
        assert reply.status_code == 200
        assert "x" not in reply.headers
        listed = reply.headers["x-perpetuo-dropped"].split(", ")
        assert (len(listed), listed[-1]) == (33, "...")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", ["openai", "anthropic"])
async def test_a_model_without_schemas_is_asked_by_tool(tmp_path: Path, shape: str, stream: bool) -> None:
    only_tools = Model("calls-only", "calls-only", capabilities=frozenset(("tools",)))
    async with gateway_of(tmp_path, shape, models=(only_tools,)) as (gateway, (vendor,)):
        wanted = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}
        reply = await gateway.chat("calls-only", stream=stream, response_format=wanted)
        assert reply.status_code == 200, reply.text
        assert reply.headers["x-perpetuo-approximated"] == "response_format.json_schema"
        assert msgspec.json.decode(content_of(reply.content, stream)).keys() == {"city"}
        (row,) = await gateway.settled(1)
        (entry,) = list(vendor.ledger)
        assert row.finish_reason == "stop"
        assert (row.usage.input_tokens, row.usage.output_tokens) == (entry.input_tokens, entry.output_tokens)
        no_tools = await gateway.chat(
            "calls-only", response_format=wanted, tools=[{"type": "function", "function": {"name": "f"}}]
        )
        assert no_tools.status_code == 400, "its own tools leave no room for ours"


def content_of(body: bytes, stream: bool) -> str:
    if not stream:
        (choice,) = msgspec.json.decode(body)["choices"]
        assert (choice["finish_reason"], "tool_calls" in choice["message"]) == ("stop", False)
        return choice["message"]["content"]
    events = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    choices = [choice for event in events[:-1] for choice in msgspec.json.decode(event)["choices"]]
    assert choices[-1]["finish_reason"] == "stop"
    assert not any("tool_calls" in choice["delta"] for choice in choices)
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def thinking_turn(gateway: RunningGateway, vendor: SimulatedVendor) -> list[dict[str, Any]]:
    """A first turn at the vendor that thinks, and the conversation as the client would go on with it."""
    vendor.set_script(Script(text="done", reasoning="let me see"))
    question = {"role": "user", "content": "go"}
    never = {"x-perpetuo-substitution": "never"}
    reply = await gateway.chat("claude-haiku-4-5", messages=[question], headers=never)
    assert reply.headers["x-perpetuo-provider"] == "anthropic"
    answer = reply.json()["choices"][0]["message"]
    assert answer["thinking_blocks"][0]["signature"]
    return [question, answer, {"role": "user", "content": "and on"}]


async def test_signed_reasoning_goes_back_to_its_origin_only(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "openai", "anthropic") as (gateway, (openai, anthropic)):
        messages = await thinking_turn(gateway, anthropic)
        reply = await gateway.chat("perpetuo/chat-default", messages=messages)
        assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "anthropic"), reply.text
        assert "x-perpetuo-dropped" not in reply.headers
        assert len(openai.ledger) == 0


async def test_a_workspace_may_let_signed_reasoning_go(tmp_path: Path) -> None:
    async with gateway_of(tmp_path, "openai", "anthropic", drop_reasoning=True) as (gateway, (_, anthropic)):
        messages = await thinking_turn(gateway, anthropic)
        reply = await gateway.chat("perpetuo/chat-default", messages=messages)
        assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "openai"), reply.text
        assert reply.headers["x-perpetuo-dropped"] == "assistant.thinking_blocks"
