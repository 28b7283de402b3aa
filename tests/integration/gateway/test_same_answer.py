"""Streaming and not streaming of one scripted answer give the same text, calls, usage and cost, in each protocol.

What the vendor charges for it is worked out here a third time, from the script alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway_harness import CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.catalog import Price, PriceBand
from perpetuo.lab import Script, ScriptedToolCall, ScriptedUsage, SimulatedVendor
from perpetuo.ledger.records import Settlement

Shape = Literal["openai", "anthropic", "bedrock", "cohere", "gemini"]

EXAMPLES = 40
MODELS: dict[Shape, str] = {
    "openai": "gpt-4o",
    "anthropic": "claude-opus-4-5",
    "bedrock": "us.anthropic.claude-sonnet-4-6",
    "cohere": "command-a-03-2025",
    "gemini": "gemini-3.5-flash",
}
WITHOUT_REASONING_TOKENS: frozenset[Shape] = frozenset(("bedrock",))
"""Their usage does not tell reasoning apart from other output."""
WITH_BILLED_UNITS: frozenset[Shape] = frozenset(("cohere",))
"""They tell what they bill, and what is cached costs what the rest does. They write no cache of their own, call a text
beside calls a plan, which is reasoning, and give up where others filter."""
WITH_CALLS_BY_THEIR_PARTS: frozenset[Shape] = frozenset(("gemini",))
"""An answer has calls when it brings some: their one reason to stop does not say so. No cache of theirs is written."""
# Micro-USD per million tokens; no class divides another, so a token counted in the wrong class shows in the sum.
PRICE = Price((PriceBand(3_000_000, 15_000_000, 310_000, 3_770_000),), "this test")

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r") | st.sampled_from('"\\{}[]\n\t\u2028 \u00e9\U0001f388:,'),
    max_size=40,
)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
CALLS = st.builds(
    ScriptedToolCall,
    name=st.sampled_from(["get_weather", "get_time", "a"]),
    arguments=st.dictionaries(st.text("abc_\u00fc", min_size=1, max_size=6), JSON_VALUES, max_size=3),
)


@st.composite
def usages(draw: st.DrawFn) -> ScriptedUsage:
    """Parts never larger than their wholes."""
    input_tokens = draw(st.integers(0, 2_000_000))
    cached = draw(st.integers(0, input_tokens))
    output_tokens = draw(st.integers(0, 200_000))
    return ScriptedUsage(
        input_tokens=input_tokens,
        cached_input_tokens=cached,
        cache_write_tokens=draw(st.integers(0, input_tokens - cached)),
        output_tokens=output_tokens,
        reasoning_tokens=draw(st.integers(0, output_tokens)),
    )


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """With an answer in it: a vendor's reply without text and calls is a failure, and not the subject."""
    calls = tuple(draw(st.lists(CALLS, max_size=4)))
    text = draw(WORDS.filter(bool) if not calls else st.none() | WORDS)
    return Script(
        text=text,
        reasoning=draw(st.none() | WORDS),
        tool_calls=calls,
        finish_reason=draw(st.sampled_from([None, "stop", "length", "content_filter", "tool_calls"])),
        usage=draw(usages()),
    )


class Seen(msgspec.Struct, frozen=True):
    """What a client makes of an answer. calls: name and arguments, in order. usage: None = the client saw none."""

    text: str
    reasoning: str
    calls: tuple[tuple[str, str], ...]
    finish_reason: str
    usage: dict[str, Any] | None


def read_whole(body: bytes) -> Seen:
    completion = msgspec.json.decode(body)
    (choice,) = completion["choices"]
    message = choice["message"]
    calls = message.get("tool_calls") or []
    assert len({call["id"] for call in calls}) == len(calls)
    return Seen(
        message["content"] or "",
        message.get("reasoning_content") or "",
        tuple((call["function"]["name"], call["function"]["arguments"]) for call in calls),
        choice["finish_reason"],
        completion["usage"],
    )


def read_stream(body: bytes) -> Seen:
    """As a client library joins it. Fails on anything that is not a proper stream with one end."""
    blocks = body.decode().split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    text, reasoning, finish_reasons, shown = "", "", [], []
    calls: dict[int, dict[str, str]] = {}
    for block in blocks[:-2]:
        chunk = msgspec.json.decode(block.removeprefix("data: "))
        assert not shown, "something follows the usage"
        if chunk.get("usage") is not None:
            shown.append(chunk["usage"])
            assert chunk["choices"] == []
        for choice in chunk["choices"]:
            delta = choice["delta"]
            text += delta.get("content") or ""
            reasoning += delta.get("reasoning_content") or ""
            for part in delta.get("tool_calls") or ():
                call = calls.setdefault(part["index"], {"id": "", "name": "", "arguments": ""})
                call["id"] += part.get("id") or ""
                call["name"] += part["function"].get("name") or ""
                call["arguments"] += part["function"].get("arguments") or ""
            if choice["finish_reason"] is not None:
                finish_reasons.append(choice["finish_reason"])
    assert sorted(calls) == list(range(len(calls)))
    assert len({call["id"] for call in calls.values()}) == len(calls)
    (finish_reason,) = finish_reasons
    joined = tuple((calls[index]["name"], calls[index]["arguments"]) for index in sorted(calls))
    return Seen(text, reasoning, joined, finish_reason, shown[0] if shown else None)


def collect_scripts() -> list[Script]:
    """Generated first and run afterwards, in the test's own event loop."""
    found: list[Script] = []
    full = ScriptedUsage(1000, 300, 200, 500, 100)
    twice = (ScriptedToolCall("a", {"x": 1}), ScriptedToolCall("a", {"x": 1}), ScriptedToolCall("get_time"))

    @settings(max_examples=EXAMPLES - 2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @example(Script(text=None, tool_calls=twice, usage=full))
    @example(Script(text="so ", reasoning="hm", tool_calls=twice, finish_reason="length", usage=ScriptedUsage()))
    @given(scripts())
    def collect(script: Script) -> None:
        found.append(script)

    collect()
    return found


@asynccontextmanager
async def priced_gateway(tmp_path: Path, shape: Shape) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor]]:
    """The catalog's own model row, with a price of which every class is known."""
    rows = CATALOG.vendors[shape].models
    row = next(model for model in rows if model.id == MODELS[shape])
    priced = msgspec.structs.replace(row, price=PRICE)
    async with (
        SimulatedVendor("vendor", shape) as vendor,
        running_gateway(tmp_path, [provider(shape, vendor.base_url, models=[priced])]) as gateway,
    ):
        yield gateway, vendor


async def ask(gateway: RunningGateway, shape: Shape, **body: Any) -> bytes:
    reply = await gateway.chat(MODELS[shape], messages=[{"role": "user", "content": "go on"}], **body)
    assert reply.status_code == 200, reply.text
    return reply.content


def as_told_by(shape: Shape, script: Script) -> Script:
    """The script as far as a vendor of this shape can tell it."""
    if shape in WITH_CALLS_BY_THEIR_PARTS:
        finish_reason = None if script.finish_reason in ("stop", "tool_calls") else script.finish_reason
        usage = msgspec.structs.replace(script.usage, cache_write_tokens=None)
        return msgspec.structs.replace(script, usage=usage, finish_reason=finish_reason)
    if shape not in WITH_BILLED_UNITS:
        return script
    usage = msgspec.structs.replace(script.usage, cache_write_tokens=None)
    told = msgspec.structs.replace(script, usage=usage)
    if not told.tool_calls:
        return told
    return msgspec.structs.replace(told, text=None, reasoning=(told.reasoning or "") + (told.text or ""))


def assert_is_the_script(seen: Seen, script: Script) -> None:
    assert seen.text == (script.text or "")
    assert seen.reasoning == (script.reasoning or "")
    arguments = [(name, msgspec.json.decode(text)) for name, text in seen.calls]
    assert arguments == [(call.name, call.arguments) for call in script.tool_calls]
    assert seen.finish_reason == (script.finish_reason or ("tool_calls" if script.tool_calls else "stop"))


def assert_usage_is_shown(shown: dict[str, Any] | None, row: Settlement) -> None:
    """What the client is told is what is booked."""
    assert shown is not None
    usage = row.usage
    assert usage.input_tokens is not None
    assert usage.output_tokens is not None
    prompt, completion = shown.get("prompt_tokens_details") or {}, shown.get("completion_tokens_details") or {}
    assert (shown["prompt_tokens"], shown["completion_tokens"]) == (usage.input_tokens, usage.output_tokens)
    assert shown["total_tokens"] == usage.input_tokens + usage.output_tokens
    assert prompt.get("cached_tokens", 0) == (usage.cached_input_tokens or 0)
    assert prompt.get("cache_write_tokens", 0) == (usage.cache_write_tokens or 0)
    assert completion.get("reasoning_tokens", 0) == (usage.reasoning_tokens or 0)


def assert_books(row: Settlement, script: Script, shape: Shape) -> None:
    said, usage = script.usage, row.usage
    assert (row.outcome, row.status, row.partial, usage.source) == ("succeeded", 200, False, "reported")
    if said.input_tokens is None or said.output_tokens is None:
        return
    cached, written = said.cached_input_tokens or 0, said.cache_write_tokens or 0
    assert (usage.input_tokens, usage.output_tokens) == (said.input_tokens, said.output_tokens)
    assert (usage.cached_input_tokens or 0, usage.cache_write_tokens or 0) == (cached, written)
    assert (usage.reasoning_tokens or 0) == (0 if shape in WITHOUT_REASONING_TOKENS else said.reasoning_tokens or 0)
    (band,) = PRICE.bands
    assert band.cached_input is not None
    assert band.cache_write is not None
    picousd = (
        (said.input_tokens - cached - written) * band.input
        + cached * (band.input if shape in WITH_BILLED_UNITS else band.cached_input)
        + written * band.cache_write
        + said.output_tokens * band.output
    )
    assert row.cost_nanousd == (picousd + 500) // 1000


@pytest.mark.parametrize("shape", MODELS)
async def test_one_answer_is_the_same_whole_and_streamed(tmp_path: Path, shape: Shape) -> None:
    scripted = collect_scripts()
    assert 20 <= len(scripted) <= EXAMPLES
    async with priced_gateway(tmp_path, shape) as (gateway, vendor):
        for number, script in enumerate(scripted):
            if shape in WITH_BILLED_UNITS and script.finish_reason == "content_filter":
                script = msgspec.structs.replace(script, finish_reason=None)
            vendor.set_script(script)
            script = as_told_by(shape, script)
            whole = read_whole(await ask(gateway, shape))
            shown = read_stream(await ask(gateway, shape, stream=True, stream_options={"include_usage": True}))
            silent = read_stream(await ask(gateway, shape, stream=True))
            rows = (await gateway.settled(3 * number + 3))[-3:]

            assert_is_the_script(whole, script)
            assert whole == shown
            assert silent == msgspec.structs.replace(whole, usage=None), "usage the client did not ask for"
            for row in rows:
                assert_books(row, script, shape)
                assert_usage_is_shown(whole.usage, row)
            assert [row.streaming for row in rows] == [False, True, True]
            assert len({(row.usage, row.cost_nanousd, row.finish_reason) for row in rows}) == 1


@pytest.mark.parametrize("shape", MODELS)
@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}])
async def test_usage_is_settled_and_hidden_from_who_did_not_ask(
    tmp_path: Path, shape: Shape, options: dict[str, Any] | None
) -> None:
    async with priced_gateway(tmp_path, shape) as (gateway, vendor):
        vendor.set_script(Script(text="some words", usage=ScriptedUsage(1000, 300, 200, 500, 100)))
        body: dict[str, Any] = {"stream": True} if options is None else {"stream": True, "stream_options": options}
        content = await ask(gateway, shape, **body)
        assert b'"usage"' not in content
        (row,) = await gateway.settled(1)
        assert (row.usage.input_tokens, row.usage.output_tokens, row.usage.cached_input_tokens) == (1000, 500, 300)
        assert row.cost_nanousd is not None
