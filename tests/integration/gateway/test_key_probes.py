"""Active probes: asking for the model list ends a pause early, costs no inference, and never too often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from stepped_clock import SteppedClock, stop_time

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.gateway.key_probes import KeyProbes
from perpetuo.lab import SimulatedVendor
from perpetuo.lab.vendor import ShapeName


@asynccontextmanager
async def troubled(
    tmp_path: Path, fault: str, requests: int, shape: ShapeName = "openai"
) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor, SteppedClock, KeyProbes]]:
    async with (
        SimulatedVendor("only", shape, seed=1) as vendor,
        running_gateway(tmp_path, [provider(shape, vendor.base_url)]) as gateway,
    ):
        clock = stop_time(gateway)
        vendor.set_fault(fault)
        for _ in range(requests):
            await gateway.chat()
        yield gateway, vendor, clock, KeyProbes(gateway.state, tmp_path / "run" / "probes.lock", 30.0, 30)


def model_lists(vendor: SimulatedVendor) -> int:
    return len(vendor.ledger) - len(vendor.ledger.inference())


@pytest.mark.parametrize("shape", ["openai", "anthropic"])
@pytest.mark.parametrize(("fault", "requests"), [("status_401", 1), ("status_500", 5)])
async def test_an_answer_ends_the_pause_without_an_inference(
    tmp_path: Path, fault: str, requests: int, shape: ShapeName
) -> None:
    async with troubled(tmp_path, fault, requests, shape) as (gateway, vendor, _, probes):
        assert (await gateway.chat()).status_code == 503
        vendor.clear_faults()
        inferences = len(vendor.ledger.inference())
        assert await probes.probe_due() == 1
        assert (len(vendor.ledger.inference()), model_lists(vendor)) == (inferences, 1)
        assert (await gateway.chat()).status_code == 200


async def test_a_refusal_keeps_the_pause(tmp_path: Path) -> None:
    async with troubled(tmp_path, "status_401", 1) as (gateway, vendor, _, probes):
        vendor.set_fault("status_401", path="/v1/models")
        assert await probes.probe_due() == 1
        assert (await gateway.chat()).status_code == 503
        assert model_lists(vendor) == 1


async def test_a_key_is_asked_once_in_its_interval(tmp_path: Path) -> None:
    async with troubled(tmp_path, "status_401", 1) as (_, vendor, clock, probes):
        vendor.set_fault("status_401", path="/v1/models")
        for _ in range(90):
            await probes.probe_due()
            clock.move(1.0)
        assert model_lists(vendor) == 3


async def test_a_vendor_that_the_workspace_no_longer_allows_is_not_asked(tmp_path: Path) -> None:
    async with troubled(tmp_path, "status_401", 1) as (gateway, vendor, _, probes):
        current = gateway.snapshots.current
        assert current is not None
        changed = msgspec.structs.replace(gateway.snapshots.workspace, allowed_providers=frozenset(("groq",)))
        gateway.snapshots.current = msgspec.structs.replace(current, workspaces={changed.id: changed})
        assert await probes.probe_due() == 0
        assert model_lists(vendor) == 0


async def test_nobody_who_is_well_is_asked(tmp_path: Path) -> None:
    async with troubled(tmp_path, "drip=0", 3) as (_, vendor, _clock, probes):
        assert await probes.probe_due() == 0
        assert model_lists(vendor) == 0


async def test_of_the_workers_of_a_machine_only_one_asks(tmp_path: Path) -> None:
    async with troubled(tmp_path, "status_401", 1) as (gateway, _, _clock, probes):
        other = KeyProbes(gateway.state, tmp_path / "run" / "probes.lock", 30.0, 30)
        assert await probes.hold_lock()
        assert await probes.hold_lock()
        assert not await other.hold_lock()
        probes.release_lock()
        assert await other.hold_lock()
        other.release_lock()
