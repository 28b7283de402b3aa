"""What an operator sees of one worker."""

import os
from pathlib import Path

import msgspec

from gateway_harness import API_KEY, CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.gateway.system_health import WorkerFacts, WorkerInspector

OPENAI = provider("openai", "http://127.0.0.1:9/v1", label="tenant-label")
ANTHROPIC = provider("anthropic", "http://127.0.0.1:9", label="tenant-label")


class ReadAt:
    def __init__(self, read_at_s: float | None) -> None:
        self.read_at_s = read_at_s


def inspector(gateway: RunningGateway, read_at_s: float | None) -> WorkerInspector:
    facts = WorkerFacts("1.2.3", "2026-11-24", gateway.journal_dir, "batch")
    return WorkerInspector(gateway.state, gateway.state.journal, ReadAt(read_at_s), facts)  # type: ignore[arg-type]


async def test_counts_ages_and_versions_are_those_of_the_worker(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [OPENAI, ANTHROPIC]) as gateway:
        state = gateway.state
        now_s = state.clock.monotonic_s()
        looked_at = inspector(gateway, now_s - 5)
        for key, model, status in ((OPENAI, "gpt-4o", 500), (OPENAI, "gpt-5.4", 500), (ANTHROPIC, "m", 401)):
            verdict = ErrorClassifier().classify(UpstreamFailure("status", "no", status=status))
            for _ in range(10):
                state.availability.record_failure(key, model, verdict, now_s, 0.5)
        await gateway.chat()
        await gateway.settled(1)
        found = await looked_at.health()
        assert (found.pid, found.version, found.prices_of) == (os.getpid(), "1.2.3", "2026-11-24")
        assert (found.snapshot_version, found.catalog_version) == (1, CATALOG.version)
        assert (found.workspaces, found.provider_keys, found.api_keys) == (1, 2, 1)
        assert (found.breakers_open, found.keys_quarantined) == (2, 1)
        assert (found.in_flight, found.draining, found.open_intents) == (0, False, 0)
        assert found.journal_bytes == sum(path.stat().st_size for path in gateway.journal_dir.glob("*.journal")) > 0
        assert (found.journal_unwritten, found.journal_fsync) == (0, "batch")
        assert found.events_dropped == {"collecting": 0} and found.addresses_limited is None
        assert found.snapshot_age_s is not None and found.snapshot_age_s >= 5
        assert found.uptime_s >= 0
        text = msgspec.json.encode(found).decode()
        for secret in (
            API_KEY,
            OPENAI.secret.reveal(),
            "tenant-label",
            "127.0.0.1",
            *gateway.snapshots.current.workspaces,
        ):  # type: ignore[union-attr]
            assert secret not in text


async def test_a_worker_that_has_read_nothing_yet_can_be_looked_at(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as gateway:
        gateway.snapshots.current = None
        gateway.state.draining = True
        found = await inspector(gateway, None).health()
        assert (found.snapshot_version, found.snapshot_age_s, found.workspaces, found.api_keys) == (0, None, 0, 0)
        assert found.draining
