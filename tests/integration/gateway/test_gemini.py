"""Google's protocol behind the gateway: signatures of a first turn are accepted in the second; Vertex's paths."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.lab import Script, ScriptedToolCall, SimulatedVendor

MODELS = ["gemini-3.5-flash", "gemini-2.5-flash"]
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("read_gauge", "list_boats")]
CALLS = (ScriptedToolCall("read_gauge", {"at": "Östhamn"}), ScriptedToolCall("list_boats"))


@asynccontextmanager
async def gateway_with(
    tmp_path: Path, vendor_name: str = "gemini", path: str = ""
) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor]]:
    async with (
        SimulatedVendor("google", "gemini") as vendor,
        running_gateway(tmp_path, [provider(vendor_name, vendor.base_url + path)]) as gateway,
    ):
        yield gateway, vendor


async def message_of(gateway: RunningGateway, model: str, *, stream: bool, **body: Any) -> dict[str, Any]:
    """The answer's message; of a stream, as a client joins it."""
    reply = await gateway.chat(model, stream=stream, tools=TOOLS, **body)
    assert reply.status_code == 200, reply.text
    if not stream:
        return msgspec.json.decode(reply.content)["choices"][0]["message"]
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    for block in reply.text.split("\n\n")[:-2]:
        for choice in msgspec.json.decode(block.removeprefix("data: "))["choices"]:
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            for call in delta.get("tool_calls") or ():
                message.setdefault("tool_calls", []).append({key: call[key] for key in call if key != "index"})
            if "extra_content" in delta:
                message["extra_content"] = delta["extra_content"]
    return message


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", MODELS)
async def test_signed_calls_and_texts_are_accepted_in_later_turns(tmp_path: Path, model: str, stream: bool) -> None:
    """The simulated vendor refuses a signature that changed and, for Gemini 3, a current turn without one."""
    async with gateway_with(tmp_path) as (gateway, vendor):
        messages: list[dict[str, Any]] = [{"role": "user", "content": "How high?"}]
        vendor.set_script(Script(text="I look. ", reasoning="Two calls.", tool_calls=CALLS))
        first = await message_of(gateway, model, stream=stream, messages=messages, reasoning_effort="low")
        assert "thought_signature" in first["tool_calls"][0]["extra_content"]["google"]
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "2 m"} for call in first["tool_calls"]]
        messages += [first, *results]
        vendor.set_script(Script(text="Two metres.", reasoning="It is two."))
        second = await message_of(gateway, model, stream=stream, messages=messages, reasoning_effort="low")
        assert "thought_signature" in second["extra_content"]["google"]
        messages += [second, {"role": "user", "content": "Sure?"}]
        vendor.set_script(Script(text="Yes."))
        third = await message_of(gateway, model, stream=stream, messages=messages)
        assert third["content"] == "Yes."


async def test_a_turn_that_another_vendor_began_goes_on(tmp_path: Path) -> None:
    async with gateway_with(tmp_path) as (gateway, vendor):
        call = {"id": "toolu_1", "type": "function", "function": {"name": "read_gauge", "arguments": "{}"}}
        messages = [
            {"role": "user", "content": "How high?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "toolu_1", "content": "2 m"},
        ]
        vendor.set_script(Script(text="Two metres."))
        assert (await message_of(gateway, MODELS[0], stream=False, messages=messages))["content"] == "Two metres."


@pytest.mark.parametrize("stream", [False, True])
async def test_vertex_is_asked_at_its_own_paths(tmp_path: Path, stream: bool) -> None:
    async with gateway_with(tmp_path, "vertex", "/v1/projects/p/locations/global") as (gateway, vendor):
        vendor.set_script(Script(text="Two metres."))
        message = await message_of(
            gateway, MODELS[0], stream=stream, messages=[{"role": "user", "content": "How high?"}]
        )
        assert message["content"] == "Two metres."
        assert len(vendor.ledger) == 1
