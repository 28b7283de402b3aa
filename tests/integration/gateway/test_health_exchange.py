"""Two workers of one machine, here two gateways of one process, tell each other what they find out: real sockets."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.shared_health import FoundWell, ProbeSent
from perpetuo.gateway.health_exchange import HealthExchange, exchange_directory, make_private
from perpetuo.gateway.state import GatewayState
from perpetuo.lab import SimulatedVendor

SHARED_KEY = b"the same in both workers"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def exchange_of(state: GatewayState, directory: Path, name: int) -> AsyncIterator[HealthExchange]:
    exchange = HealthExchange(directory, name, state.clock, state.availability, state.health, state.headroom)
    state.peers = exchange
    running = asyncio.create_task(exchange.run())
    try:
        await until(lambda: exchange.has_begun)
        yield exchange
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def worker(tmp_path: Path, name: int, vendor: SimulatedVendor) -> AsyncIterator[RunningGateway]:
    directory = tmp_path / f"worker-{name}"
    async with running_gateway(directory, [provider("openai", vendor.base_url)]) as gateway:
        gateway.state.availability = Availability(SHARED_KEY)
        async with exchange_of(gateway.state, tmp_path / "run", name):
            yield gateway


def knows(gateway: RunningGateway, code: str) -> bool:
    state = gateway.state
    view = state.availability.view(state.clock.monotonic_s(), gateway.snapshots.workspace.provider_keys)
    return code in {blocked.code for blocked in view.values()}


def exchange(gateway: RunningGateway) -> HealthExchange:
    assert isinstance(gateway.state.peers, HealthExchange)
    return gateway.state.peers


@asynccontextmanager
async def two_workers(tmp_path: Path) -> AsyncIterator[tuple[RunningGateway, RunningGateway, SimulatedVendor]]:
    async with (
        SimulatedVendor("first", "openai", seed=1) as vendor,
        worker(tmp_path, 101, vendor) as first,
        worker(tmp_path, 102, vendor) as second,
    ):
        await until(lambda: exchange(first).peer_names == {102} and exchange(second).peer_names == {101})
        yield first, second, vendor


@pytest.mark.parametrize(
    ("fault", "code", "requests"),
    [("status_401", "quarantined", 1), ("status_402", "cooling", 1), ("status_429=60", "cooling", 1),
     ("status_404", "model_missing", 1), ("status_500", "breaker_open", 5)],
)  # fmt: skip
async def test_what_one_worker_finds_out_keeps_the_other_from_asking(
    tmp_path: Path, fault: str, code: str, requests: int
) -> None:
    async with two_workers(tmp_path) as (first, second, vendor):
        vendor.set_fault(fault)
        for _ in range(requests):
            await first.chat()
        await until(lambda: knows(second, code))
        calls = len(vendor.ledger)
        reply = await second.chat()
        assert reply.status_code in (404, 503)
        assert len(vendor.ledger) == calls


async def test_what_was_measured_is_known_to_both(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (first, second, _):
        for _ in range(3):
            assert (await first.chat()).status_code == 200
        (key,) = first.snapshots.workspace.provider_keys
        await until(lambda: bool(second.state.health.view(second.state.clock.monotonic_s(), [key.id])))
        (window,) = second.state.health.view(second.state.clock.monotonic_s(), [key.id]).values()
        assert window.first_byte_ms is not None and 2.5 < window.samples <= 3.0


async def test_a_worker_that_starts_asks_what_the_others_know(tmp_path: Path) -> None:
    async with SimulatedVendor("first", "openai", seed=1) as vendor, worker(tmp_path, 101, vendor) as first:
        vendor.set_fault("status_401")
        await first.chat()
        async with worker(tmp_path, 102, vendor) as second:
            await until(lambda: knows(second, "quarantined"))
            assert (await second.chat()).status_code == 503
        assert len(vendor.ledger) == 1


async def test_frozen_workers_keep_nobody_from_hearing(tmp_path: Path) -> None:
    """Many and long messages: together, what they do not read is more than one socket's sender may have under way."""
    async with two_workers(tmp_path) as (first, second, _):
        frozen = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(40)]
        for number, sleeper in enumerate(frozen):
            sleeper.bind(str(tmp_path / "run" / f"{200 + number}.sock"))  # listens and never reads
        await until(lambda: len(exchange(first).peer_names) == 41)
        heard = exchange(second).counts.received
        for _ in range(500):
            long = FoundWell(first.state.clock.monotonic_s(), "k", b"", ("m" * 250,) * 12)
            exchange(first).tell(long)
            await asyncio.sleep(0)
        assert exchange(first).counts.dropped > 0
        await until(lambda: exchange(second).counts.received - heard >= 450)
        for sleeper in frozen:
            sleeper.close()


async def test_the_socket_of_a_dead_worker_is_removed(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (first, _, _vendor):
        dead = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = tmp_path / "run" / "104.sock"
        dead.bind(str(path))
        dead.close()
        await until(lambda: not path.exists())
        assert exchange(first).peer_names == {102}


async def test_a_worker_that_ends_is_forgotten(tmp_path: Path) -> None:
    async with SimulatedVendor("first", "openai", seed=1) as vendor, worker(tmp_path, 101, vendor) as first:
        async with worker(tmp_path, 102, vendor):
            await until(lambda: exchange(first).peer_names == {102})
        first.state.peers.tell(ProbeSent(first.state.clock.monotonic_s(), "k", "m"))
        assert exchange(first).peer_names == set()


async def test_what_is_no_message_is_counted_and_changes_nothing(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as (first, _, vendor):
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        stranger.setblocking(False)
        stranger.connect(str(tmp_path / "run" / "101.sock"))
        for data in (b"", b"\xc1", b"\x91" * 4000, os.urandom(500), b"x" * 60_000):
            stranger.send(data)
        stranger.close()
        await until(lambda: exchange(first).counts.rejected == 5)
        assert (await first.chat()).status_code == 200
        assert len(vendor.ledger) == 1


def test_a_data_directory_too_deep_for_a_socket_gets_a_place_elsewhere(tmp_path: Path) -> None:
    assert exchange_directory(Path("/data")) == Path("/data/run/health")
    deep = exchange_directory(tmp_path / ("d" * 60) / ("e" * 60))
    assert len(os.fsencode(deep / "4194304.sock")) <= 100
    assert deep != exchange_directory(tmp_path / ("d" * 60) / ("f" * 60))


def test_a_directory_that_others_may_use_is_not_used(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    with pytest.raises(PermissionError):
        make_private(directory)


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(PermissionError):
        make_private(tmp_path / "run")
