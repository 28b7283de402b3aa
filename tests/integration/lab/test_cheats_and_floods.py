"""Vendors that cheat, that cache, and that send more than anybody can hold: on the wire, and in their books."""

import asyncio
from typing import Any

import pytest
from lab_client import ask, connect, request_of, until

from perpetuo.lab import CHEATING_FAULTS, HOSTILE_FAULTS, LabPrice, SimulatedVendor, VendorSettings
from perpetuo.lab.cheats import OTHER_MODEL
from perpetuo.lab.script import Tokens

LONG = "x" * 1024  # 256 tokens
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"properties": {"city": {"type": "string"}}}}}
SHAPES = ["openai", "anthropic"]


def usage_of(document: dict[str, Any]) -> Any:
    return document.get("usage")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
async def test_the_books_know_the_truth_beside_the_usage_that_was_told(shape: Any, stream: bool):
    async with SimulatedVendor(
        "a", shape, settings=VendorSettings(words=5, price=LabPrice(output=1_000_000))
    ) as vendor:
        vendor.set_fault("wrong_usage=3")
        options = {"stream_options": {"include_usage": True}} if stream and shape == "openai" else {}
        reply = await ask(vendor, stream=stream, **options)
        assert b"15" in reply.body
        (entry,) = vendor.ledger
        assert (entry.input_tokens, entry.output_tokens, entry.cost_nanousd) == (2, 5, 5000)
        assert entry.reported == Tokens(6, 0, 0, 15, 0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
async def test_usage_that_is_left_out_is_booked_as_not_reported(shape: Any, stream: bool):
    async with SimulatedVendor("a", shape, settings=VendorSettings(words=5)) as vendor:
        vendor.set_fault("no_usage")
        reply = await ask(vendor, stream=stream)
        assert reply.status == 200
        assert b"usage" not in reply.body
        (entry,) = vendor.ledger
        assert (entry.reported, entry.output_tokens, entry.outcome) == (None, 5, "finished")


async def test_a_schema_a_limit_and_a_demanded_call_are_ignored_on_demand():
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    async with SimulatedVendor("a", settings=VendorSettings(words=5)) as vendor:
        honest = (await ask(vendor, response_format=SCHEMA)).json["choices"][0]["message"]["content"]
        assert honest.startswith("{")
        vendor.set_fault("ignore_schema")
        assert (await ask(vendor, response_format=SCHEMA)).json["choices"][0]["message"]["content"].startswith("word1")
        vendor.set_fault("ignore_max_tokens")
        choice = (await ask(vendor, max_tokens=2)).json["choices"][0]
        assert (choice["finish_reason"], len(choice["message"]["content"].split())) == ("stop", 5)
        vendor.set_fault("ignore_tools")
        choice = (await ask(vendor, tools=[tool], tool_choice="required")).json["choices"][0]
        assert (choice["finish_reason"], "tool_calls" in choice["message"]) == ("stop", False)
        vendor.set_fault("wrong_model")
        assert (await ask(vendor)).json["model"] == OTHER_MODEL


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", CHEATING_FAULTS)
async def test_a_cheat_is_a_whole_answer(fault: str, stream: bool):
    async with SimulatedVendor("a", settings=VendorSettings(words=5)) as vendor:
        vendor.set_fault(fault)
        reply = await ask(vendor, stream=stream)
        assert (reply.status, reply.ended, vendor.ledger[0].outcome) == (200, "whole", "finished")
        assert vendor.ledger[0].fault == fault


async def test_a_repeated_prompt_is_told_and_billed_as_cached():
    price = LabPrice(input=1_000_000, cached_input=100_000)
    settings = VendorSettings(words=0, cache_ttl_s=60, price=price)
    async with SimulatedVendor("a", settings=settings) as vendor:
        first = await ask(vendor, messages=[{"role": "system", "content": LONG}, {"role": "user", "content": "one"}])
        again = await ask(vendor, messages=[{"role": "system", "content": LONG}, {"role": "user", "content": "two"}])
        other = await ask(
            vendor,
            {"authorization": "Bearer another"},
            messages=[{"role": "system", "content": LONG}, {"role": "user", "content": "two"}],
        )
        cached = [reply.json["usage"]["prompt_tokens_details"]["cached_tokens"] for reply in (first, again, other)]
        assert cached == [0, 256, 0]
        assert [entry.cost_nanousd for entry in vendor.ledger] == [257_000, 1_000 + 25_600, 257_000]
        assert vendor.ledger.totals().cached_input_tokens == 256


async def test_a_marked_prompt_is_written_once_and_then_read():
    block = {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}
    price = LabPrice(input=1_000_000, cached_input=100_000, cache_write=1_250_000)
    settings = VendorSettings(words=0, cache_ttl_s=60, price=price)
    async with SimulatedVendor("a", "anthropic", settings=settings) as vendor:
        seen = [(await ask(vendor, system=[block])).json["usage"] for _ in range(2)]
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        assert [tuple(usage[name] for name in names) for usage in seen] == [(2, 256, 0), (2, 0, 256)]
        assert [entry.cost_nanousd for entry in vendor.ledger] == [2_000 + 320_000, 2_000 + 25_600]


async def test_a_refused_request_is_not_cached():
    async with SimulatedVendor("a", settings=VendorSettings(cache_ttl_s=60)) as vendor:
        vendor.set_fault("status_500", count=1)
        messages = [{"role": "user", "content": LONG}]
        await ask(vendor, messages=messages)
        assert (await ask(vendor, messages=messages)).json["usage"]["prompt_tokens_details"]["cached_tokens"] == 0


async def read_to_the_end(vendor: SimulatedVendor, *, stream: bool) -> tuple[int, bytes]:
    """How many bytes came until the vendor had enough, and the first of them."""
    connection = await connect(vendor)
    connection.send(*request_of(vendor, stream=stream))
    count, head = 0, b""
    while data := await connection.reader.read(1 << 20):
        count += len(data)
        head = (head + data[:4000])[:4000]
        if vendor.ledger[0].outcome == "finished":
            break
    connection.close()
    return count, head


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", HOSTILE_FAULTS)
async def test_a_flood_ends_by_itself(fault: str, stream: bool):
    async with SimulatedVendor("a") as vendor:
        spec = {"many_headers": "many_headers=500", "deep_json": "deep_json=5000"}.get(fault, f"{fault}=1")
        vendor.set_fault(spec)
        async with asyncio.timeout(20):
            count, _ = await read_to_the_end(vendor, stream=stream)
        (entry,) = vendor.ledger
        assert entry.outcome == ("finished" if fault == "giant_body" else "cut")
        if fault not in ("many_headers", "deep_json", "gzip_bomb", "giant_body"):
            assert (1 << 20) - 65_536 <= count <= (1 << 20) + 65_536
        assert len(entry.content_sent) <= 65_536


async def test_a_flood_ends_when_the_client_leaves():
    async with SimulatedVendor("a") as vendor:
        vendor.set_fault("endless_line=1024")
        connection = await connect(vendor)
        connection.send(*request_of(vendor, stream=True))
        await connection.reader.read(1000)
        connection.writer.transport.abort()
        await until(vendor, lambda seen: seen.ledger[0].outcome == "client_closed")


async def test_a_line_may_become_endless_after_content():
    async with SimulatedVendor("a") as vendor:
        vendor.set_fault("endless_line=1;after=3")
        _, head = await read_to_the_end(vendor, stream=True)
        assert head.count(b'"content":" word') == 2
        assert vendor.ledger[0].content_chunks_sent == 3
