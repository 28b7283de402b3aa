"""A vendor whose bytes come too slowly is left, or the stream ends with an error."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import SimulatedVendor, VendorSettings

PATIENT = Deadlines(connect_s=10.0, first_byte_s=30.0, idle_s=30.0, total_s=60.0)
FLOOR = Deadlines(
    connect_s=10.0, first_byte_s=30.0, idle_s=30.0, total_s=60.0, stall_floor_bytes_per_s=2000.0, stall_window_s=0.5
)
STREAM = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "go"}]}
Two = tuple[RunningGateway, SimulatedVendor, SimulatedVendor]


@asynccontextmanager
async def two_vendors(tmp_path: Path, deadlines: Deadlines, words: int = 8) -> AsyncIterator[Two]:
    settings = VendorSettings(words=words)
    async with (
        SimulatedVendor("first", "openai", seed=1, settings=settings) as first,
        SimulatedVendor("second", "anthropic", seed=2, settings=settings) as second,
        running_gateway(
            tmp_path,
            [provider("openai", first.base_url, priority=1), provider("anthropic", second.base_url, priority=2)],
            deadlines=deadlines,
        ) as gateway,
    ):
        yield gateway, first, second


async def broken_stream(gateway: RunningGateway) -> str:
    """All of a stream that does not end as it should."""
    received = b""
    with pytest.raises(Exception):  # noqa: B017 - the connection is closed without a proper end
        async with gateway.http.stream("POST", "/v1/chat/completions", json=STREAM) as reply:
            assert reply.status_code == 200
            async for chunk in reply.aiter_raw():
                received += chunk
    return received.decode()


def outcomes(row: object) -> Sequence[str]:
    return [attempt.outcome for attempt in row.attempts]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("deadlines", "kind"),
    [(FLOOR, "stalled"), (Deadlines(connect_s=10.0, first_byte_s=30.0, idle_s=0.5, total_s=60.0), "idle_timeout")],
    ids=["a floor", "a gap"],
)
async def test_a_stream_that_hangs_after_content_ends_with_one_error_event(
    tmp_path: Path, deadlines: Deadlines, kind: str
) -> None:
    async with two_vendors(tmp_path, deadlines) as (gateway, first, second):
        first.set_fault("hang_after=3")
        text = await broken_stream(gateway)
        assert text.count('"error"') == 1 and "[DONE]" not in text
        assert len(second.ledger) == 0
        (row,) = await gateway.settled(1)
        assert outcomes(row) == [kind]
        (key, _) = gateway.snapshots.workspace.provider_keys
        (window,) = gateway.state.health.view(gateway.state.clock.monotonic_s(), [key.id]).values()
        assert window.error_rate > 0


async def test_a_stream_that_drips_below_the_floor_ends_with_one_error_event(tmp_path: Path) -> None:
    async with two_vendors(tmp_path, FLOOR, words=400) as (gateway, first, _):
        first.set_fault("drip=0.2")
        text = await broken_stream(gateway)
        assert text.count('"error"') == 1
        (row,) = await gateway.settled(1)
        assert outcomes(row) == ["stalled"]


async def test_before_content_the_next_candidate_answers(tmp_path: Path) -> None:
    async with two_vendors(tmp_path, FLOOR) as (gateway, first, _):
        first.set_fault("hang_before_content")
        reply = await gateway.chat(stream=True)
        assert reply.headers["x-perpetuo-provider"] == "anthropic"
        (row,) = await gateway.settled(1)
        assert outcomes(row) == ["stalled", "ok"]


async def test_without_a_floor_a_slow_stream_is_waited_for(tmp_path: Path) -> None:
    async with two_vendors(tmp_path, PATIENT) as (gateway, first, _):
        first.set_fault("drip=0.1")
        reply = await gateway.chat(stream=True)
        assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "openai")
        assert reply.content.rstrip().endswith(b"[DONE]")
