"""What an operator wants to see of this worker: counts, ages and versions; no secret, no tenant."""

import asyncio
import os
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from perpetuo.core.inspection import WorkerHealth
from perpetuo.gateway.state import GatewayState
from perpetuo.ledger.journal import JournalWriter, total_bytes


class Feed(Protocol):
    @property
    def read_at_s(self) -> float | None:
        """Monotonic; None = the store was never read."""
        ...


class WorkerFacts(msgspec.Struct, frozen=True):
    """What is set at the worker's start. prices_of: the day whose prices it computes with, ISO 8601."""

    version: str
    prices_of: str
    journal_directory: Path
    journal_fsync: Literal["off", "batch"]


class WorkerInspector:
    """Implements the control plane's port. Made at the worker's start, from which its uptime counts."""

    def __init__(self, state: GatewayState, journal: JournalWriter, feed: Feed, facts: WorkerFacts) -> None:
        self._state = state
        self._journal = journal
        self._feed = feed
        self._facts = facts
        self._started_s = state.clock.monotonic_s()

    async def health(self) -> WorkerHealth:
        state, facts = self._state, self._facts
        journal_bytes = await asyncio.to_thread(total_bytes, facts.journal_directory)
        now_s = state.clock.monotonic_s()
        snapshot = state.snapshots.current
        workspaces = () if snapshot is None else tuple(snapshot.workspaces.values())
        keys = [key for workspace in workspaces for key in workspace.provider_keys]
        troubled = state.availability.troubled(now_s, keys)
        read_at_s = self._feed.read_at_s
        return WorkerHealth(
            pid=os.getpid(),
            version=facts.version,
            uptime_s=now_s - self._started_s,
            draining=state.draining,
            in_flight=len(state.in_flight),
            catalog_version="" if snapshot is None else snapshot.catalog.version,
            prices_of=facts.prices_of,
            snapshot_version=0 if snapshot is None else snapshot.version,
            snapshot_age_s=None if read_at_s is None else now_s - read_at_s,
            workspaces=len(workspaces),
            provider_keys=len(keys),
            api_keys=0 if snapshot is None else len(snapshot.api_keys),
            journal_bytes=journal_bytes,
            journal_unwritten=self._journal.unwritten,
            journal_fsync=facts.journal_fsync,
            open_intents=self._journal.open_intents,
            events_dropped=state.events.dropped,
            addresses_limited=state.admission.addresses,
            breakers_open=sum(len(trouble.model_ids) for trouble in troubled),
            keys_quarantined=sum(trouble.quarantined for trouble in troubled),
        )
