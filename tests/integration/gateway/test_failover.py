"""Two of three vendors fail in every way there is: clients do not notice, and both sides' books agree.

`make soak` runs the same with 10,000 requests in each mode.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from cheap_client import CheapClient

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.resilience.availability import Availability
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import (
    AFTER_CONTENT_FAULTS,
    HARMLESS_FAULTS,
    INVALID_REQUEST_FAULTS,
    KEY_FAULTS,
    NEXT_CANDIDATE_FAULTS,
    RETRYABLE_FAULTS,
    TIMEOUT_FAULTS,
    SimulatedVendor,
    VendorSettings,
)
from perpetuo.lab.ledger import LedgerEntry
from perpetuo.ledger.records import Settlement

REQUESTS = 500
SOAK_REQUESTS = 10_000
CONCURRENCY = 32
WORDS = 8

# The vendor of each simulated one, as it is asked: the first two fail.
ORDER = {"first": "openai", "second": "anthropic", "third": "gemini"}
Three = tuple[RunningGateway, dict[str, SimulatedVendor]]


@asynccontextmanager
async def two_vendors(
    tmp_path: Path, *, reference_client: bool = False, silence_s: float = 10.0
) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor, SimulatedVendor]]:
    """The OpenAI-shaped one is asked first, the Anthropic-shaped one is healthy."""
    settings = VendorSettings(words=WORDS)
    async with (
        SimulatedVendor("first", "openai", seed=1, settings=settings) as first,
        SimulatedVendor("second", "anthropic", seed=2, settings=settings) as second,
        running_gateway(
            tmp_path,
            [
                provider("openai", first.base_url, priority=1),
                provider("anthropic", second.base_url, priority=2),
            ],
            deadlines=Deadlines(connect_s=10.0, first_byte_s=silence_s, idle_s=silence_s, total_s=60.0),
            reference_client=reference_client,
        ) as gateway,
    ):
        yield gateway, first, second


@asynccontextmanager
async def three_vendors(tmp_path: Path, silence_s: float) -> AsyncIterator[Three]:
    """One of each shape, asked in the order of `ORDER`. silence_s: how long a vendor may say nothing."""
    settings = VendorSettings(words=WORDS)
    async with (
        SimulatedVendor("first", "openai", seed=1, settings=settings) as first,
        SimulatedVendor("second", "anthropic", seed=2, settings=settings) as second,
        SimulatedVendor("third", "gemini", seed=3, settings=settings) as third,
        running_gateway(
            tmp_path,
            [
                provider(ORDER[vendor.name], vendor.base_url, priority=place)
                for place, vendor in enumerate((first, second, third), 1)
            ],
            deadlines=Deadlines(connect_s=10.0, first_byte_s=silence_s, idle_s=silence_s, total_s=60.0),
        ) as gateway,
    ):
        yield gateway, {"first": first, "second": second, "third": third}


def answer_text(stream: bool, body: bytes) -> str:
    """What a client makes of a whole, proper answer. Fails on anything else."""
    if not stream:
        return msgspec.json.decode(body)["choices"][0]["message"]["content"]
    events = [line[6:] for line in body.decode().split("\n") if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    chunks = [msgspec.json.decode(event) for event in events[:-1]]
    assert all("error" not in chunk for chunk in chunks)
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])


def forget_outages(gateway: RunningGateway) -> None:
    """Every request is to meet the failing vendors; cooling and breakers have tests of their own."""
    gateway.state.availability = Availability()


async def one_request(gateway: RunningGateway, client: CheapClient, number: int, answered: dict[str, str]) -> None:
    """answered: request id -> the vendor whose whole and proper answer the client has."""
    stream = number % 2 == 1
    forget_outages(gateway)
    messages = [{"role": "user", "content": f"request {number}"}]
    reply = await client.chat({"model": "gpt-4o", "stream": stream, "messages": messages})
    assert reply.status == 200, reply.body
    text = answer_text(stream, reply.body)
    assert text.split() and len(text.split()) == WORDS, text
    answered[reply.headers["x-perpetuo-request-id"]] = reply.headers["x-perpetuo-provider"]


async def run_mode(tmp_path: Path, fault: str, requests: int, silence_s: float = 20.0) -> None:
    """silence_s: far above what a loaded machine makes of an answer at once."""
    async with three_vendors(tmp_path, silence_s) as (gateway, vendors):
        vendors["first"].set_fault(fault, rate=0.5)
        vendors["second"].set_fault(fault, rate=0.5)
        answered: dict[str, str] = {}
        numbers = iter(range(requests))

        async def client_with_one_connection() -> None:
            client = CheapClient(gateway.base_url)
            for number in numbers:
                await one_request(gateway, client, number, answered)
            await client.aclose()

        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(client_with_one_connection())
        settled = await gateway.settled(requests)
        assert len(settled) == requests == len({settlement.id for settlement in settled})
        assert_books_agree(settled, answered, vendors)
        assert set(answered.values()) == set(ORDER.values()), "the fault never struck"


def assert_books_agree(
    settled: list[Settlement], answered: dict[str, str], vendors: dict[str, SimulatedVendor]
) -> None:
    """Token by token: what we say a request used is what the vendor that answered it billed."""
    billed: dict[tuple[str, str | None], LedgerEntry] = {}
    asked: dict[str | None, list[LedgerEntry]] = defaultdict(list)
    for name, vendor in vendors.items():
        for entry in vendor.ledger:
            asked[entry.request_id].append(entry)
            if entry.outcome == "finished" and entry.fault in (None, *HARMLESS_FAULTS):
                billed[ORDER[name], entry.request_id] = entry
    for row in settled:
        entry = billed[answered[row.id], row.id]
        assert row.provider == answered[row.id]
        assert (row.usage.input_tokens, row.usage.output_tokens) == (entry.input_tokens, entry.output_tokens)
        assert row.usage.source == "reported"
        # By number: a connection that was closed under a request is renewed once within the same attempt.
        seen = len({entry.attempt for entry in asked[row.id]})
        assert len(row.attempts) == seen, "an attempt nobody saw, or one nobody recorded"
        assert row.fallback_used == (seen > 1)
        # A neighbour's failure may have cooled the first vendor before this request was ordered.
        exact = row.model == "gpt-4o"
        assert row.substituted == ("none" if exact else "fallback" if seen > 1 else "priority")
        # Nothing was asked of anybody after content had come.
        assert all(other.content_chunks_sent == 0 for other in asked[row.id] if other is not entry)


@pytest.mark.parametrize("fault", RETRYABLE_FAULTS + NEXT_CANDIDATE_FAULTS)
async def test_every_request_is_answered_while_a_healthy_vendor_exists(tmp_path: Path, fault: str) -> None:
    await run_mode(tmp_path, fault, REQUESTS)


@pytest.mark.parametrize("fault", TIMEOUT_FAULTS)
async def test_silent_vendors_are_left_at_the_deadline(tmp_path: Path, fault: str) -> None:
    await run_mode(tmp_path, fault, CONCURRENCY, silence_s=1.0)


@pytest.mark.soak
@pytest.mark.parametrize("fault", RETRYABLE_FAULTS)
async def test_soak_every_request_is_answered_while_a_healthy_vendor_exists(tmp_path: Path, fault: str) -> None:
    await run_mode(tmp_path, fault, SOAK_REQUESTS)


@pytest.mark.parametrize("fault", HARMLESS_FAULTS)
async def test_what_is_only_odd_is_not_failed_over(tmp_path: Path, fault: str) -> None:
    async with two_vendors(tmp_path) as (gateway, first, _):
        first.set_fault("slow_first_byte=0.1" if fault == "slow_first_byte" else fault)
        for number in range(6):
            stream = number % 2 == 1
            reply = await gateway.chat(stream=stream)
            assert reply.headers["x-perpetuo-provider"] == "openai"
            assert len(answer_text(stream, reply.content).split()) == WORDS


@pytest.mark.parametrize("fault", AFTER_CONTENT_FAULTS)
@pytest.mark.parametrize("reference_client", [False, True], ids=["own", "reference"])
async def test_after_content_there_is_one_error_event_and_no_second_answer(
    tmp_path: Path, fault: str, reference_client: bool
) -> None:
    async with two_vendors(tmp_path, reference_client=reference_client) as (gateway, first, second):
        first.set_fault(f"{fault}=3")
        received = b""
        with pytest.raises(Exception):  # noqa: B017 - the connection is closed without a proper end
            async with gateway.http.stream(
                "POST",
                "/v1/chat/completions",
                json={"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "go"}]},
            ) as reply:
                assert reply.status_code == 200
                async for chunk in reply.aiter_raw():
                    received += chunk
        text = received.decode()
        assert text.count('"error"') == 1
        assert "stream_interrupted" in text
        assert "[DONE]" not in text
        assert len(second.ledger) == 0, "retried after the first byte"
        (row,) = await gateway.settled(1)
        assert (row.partial, row.status, row.outcome, row.usage.source) == (True, 200, "failed", "counted")
        (entry,) = list(first.ledger)
        assert row.usage.output_tokens == 3 == entry.output_tokens
        assert row.usage.input_tokens == entry.input_tokens


@pytest.mark.parametrize("fault", KEY_FAULTS)
async def test_a_refused_key_costs_one_request_and_is_then_left_alone(tmp_path: Path, fault: str) -> None:
    async with two_vendors(tmp_path) as (gateway, first, _):
        first.set_fault(fault)
        refused = await gateway.chat()
        assert (refused.status_code, refused.json()["error"]["code"]) == (502, "provider_auth_failed")
        assert "sk-lab-0123456789abcdef" not in refused.text
        for _ in range(5):
            reply = await gateway.chat()
            assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "anthropic")
        assert len(first.ledger) == 1


@pytest.mark.parametrize("fault", INVALID_REQUEST_FAULTS)
async def test_an_invalid_request_is_not_tried_elsewhere(tmp_path: Path, fault: str) -> None:
    async with two_vendors(tmp_path) as (gateway, first, second):
        first.set_fault(fault)
        reply = await gateway.chat()
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "upstream_rejected")
        assert len(second.ledger) == 0
        assert not gateway.state.availability.view(
            gateway.state.clock.monotonic_s(), gateway.snapshots.workspace.provider_keys
        ), "the client's own mistake opened something"


async def test_a_cooling_vendor_is_not_called_before_its_time(tmp_path: Path) -> None:
    async with two_vendors(tmp_path) as (gateway, first, _):
        first.set_fault("status_429=3", count=1)
        replies = [await gateway.chat() for _ in range(10)]
        assert {reply.headers["x-perpetuo-provider"] for reply in replies} == {"anthropic"}
        assert len(first.ledger) == 1
        refused_at = first.ledger[0].finished_at
        assert refused_at is not None
        async with asyncio.timeout(10):
            while (await gateway.chat()).headers["x-perpetuo-provider"] != "openai":
                await asyncio.sleep(0.05)
        assert first.ledger[1].received_at - refused_at >= 2.95


async def test_when_everybody_fails_the_client_gets_the_list_of_attempts(tmp_path: Path) -> None:
    async with two_vendors(tmp_path) as (gateway, first, second):
        first.set_fault("status_500")
        second.set_fault("status_529")
        reply = await gateway.chat()
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (502, "upstream_failed")
        assert [attempt["status"] for attempt in error["attempts"]] == [500, 529]
        assert reply.headers["x-perpetuo-attempts"] == "2"
        first_tried, then = (await gateway.settled(1))[0].attempts
        assert first_tried.started_ms is not None and then.started_ms is not None
        assert 0 <= first_tried.started_ms <= first_tried.started_ms + first_tried.duration_ms <= then.started_ms


async def test_a_client_that_leaves_closes_the_upstream_and_is_settled_with_the_tokens_so_far(tmp_path: Path) -> None:
    settings = VendorSettings(words=400, chunk_s=0.005)
    async with (
        SimulatedVendor("first", "openai", seed=1, settings=settings) as first,
        running_gateway(tmp_path, [provider("openai", first.base_url)]) as gateway,
    ):
        chosen = random.Random(7)
        for _ in range(8):
            stop_after = chosen.randint(1, 20)
            async with gateway.http.stream(
                "POST",
                "/v1/chat/completions",
                json={"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "go"}]},
            ) as reply:
                seen = 0
                async for chunk in reply.aiter_raw():
                    seen += chunk.count(b"data: ")
                    if seen >= stop_after:
                        break
        rows = await gateway.settled(8)
        assert {row.outcome for row in rows} == {"client_closed"}
        assert all(row.partial and row.status == 499 for row in rows)
        async with asyncio.timeout(5):
            while any(entry.outcome == "open" for entry in first.ledger):
                await asyncio.sleep(0.01)
        billed = {entry.request_id: entry for entry in first.ledger}
        for row in rows:
            sent = billed[row.id].content_chunks_sent
            assert row.usage.output_tokens is not None
            # What the vendor had handed to its socket may have been on the wire when we closed it.
            assert 0 <= sent - row.usage.output_tokens <= 20
        assert gateway.state.in_flight == set()


@pytest.mark.parametrize(("route", "expected"), [("default", "priority"), ("cheapest", "strategy"), (None, "priority")])
async def test_the_answer_says_why_another_model_took_part(tmp_path: Path, route: str | None, expected: str) -> None:
    async with (
        SimulatedVendor("second", "anthropic", seed=2) as second,
        running_gateway(tmp_path, [provider("anthropic", second.base_url)]) as gateway,
    ):
        reply = await gateway.chat("gpt-4o", headers={} if route is None else {"X-Perpetuo-Route": route})
        assert reply.headers["x-perpetuo-substituted"] == expected
        assert reply.json()["model"] == reply.headers["x-perpetuo-model"] != "gpt-4o"
