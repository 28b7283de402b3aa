"""Asks troubled providers for their model list, which costs nothing, so that a pause can end before its time."""

import asyncio
import fcntl
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

from perpetuo.core.catalog import Catalog, Model
from perpetuo.core.errors import TransportError
from perpetuo.core.resilience.availability import Troubled
from perpetuo.core.resilience.probe_plan import ProbePlan
from perpetuo.core.resilience.shared_health import MAX_MODELS, FoundWell
from perpetuo.core.snapshot import InvalidSecret
from perpetuo.gateway.state import GatewayState
from perpetuo.http.upstream import Deadlines
from perpetuo.providers.auth import signed
from perpetuo.providers.base import ModelListing, Target
from perpetuo.providers.credentials import TokenRefused

log = logging.getLogger(__name__)

CHECK_S = 1.0
DEADLINES = Deadlines(connect_s=5.0, first_byte_s=10.0, idle_s=10.0, total_s=15.0)
NO_MODEL = Model("", "")


class KeyProbes:
    """lock_file: of the workers of one machine only the one that holds it asks. It is freed by the kernel when the
    process ends, however it ends."""

    def __init__(self, state: GatewayState, lock_file: Path, every_s: float, per_minute: int) -> None:
        self._state = state
        self._lock_file = lock_file
        self._lock: IO[str] | None = None
        self._plan = ProbePlan(every_s, per_minute)
        self._listings: Mapping[str, ModelListing] = {
            name: cast("ModelListing", protocol)
            for name, protocol in state.protocols.items()
            if hasattr(protocol, "encode_models")
        }

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                try:
                    if await self.hold_lock():
                        await self.probe_due()
                except Exception as error:  # noqa: BLE001 - tried again at the next turn
                    log.error("providers in trouble are not asked now: %s", error)
                await asyncio.sleep(CHECK_S)
        finally:
            self.release_lock()

    async def hold_lock(self) -> bool:
        """Whether this worker is the one that asks."""
        return self._lock is not None or await asyncio.to_thread(self._take_lock)

    def release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def probe_due(self) -> int:
        """Asks those whose turn it is, one after the other. How many were asked."""
        snapshot = self._state.snapshots.current
        if snapshot is None:
            return 0
        now_s = self._state.clock.monotonic_s()
        keys = (
            key
            for workspace in snapshot.workspaces.values()
            for key in workspace.provider_keys
            if workspace.may_use(key)
        )
        troubled = [
            trouble
            for trouble in self._state.availability.troubled(now_s, keys)
            if self._may_ask(snapshot.catalog, trouble)
        ]
        due = self._plan.due(troubled, now_s)
        for trouble in due:
            if await self._is_well(snapshot.catalog, trouble):
                self._lift(trouble)
        return len(due)

    def _may_ask(self, catalog: Catalog, trouble: Troubled) -> bool:
        vendor = catalog.vendors.get(trouble.key.vendor)
        return vendor is not None and vendor.protocol in self._listings and vendor.models_path != ""

    async def _is_well(self, catalog: Catalog, trouble: Troubled) -> bool:
        key, vendor = trouble.key, catalog.vendors[trouble.key.vendor]
        state = self._state
        try:
            secret = state.credentials.current(key, vendor) or await state.credentials.fetch(key, vendor)
            target = Target(vendor, NO_MODEL, key.base_url, secret)
            request = self._listings[vendor.protocol].encode_models(target)
            if request is None:
                return False
            reply = await state.upstream.open(signed(request, vendor, secret, state.clock.wall_s()), DEADLINES)
        except (TransportError, TokenRefused, InvalidSecret):
            return False
        # The status says it; the list itself is not read here.
        reply.close()
        return reply.status == 200

    def _lift(self, trouble: Troubled) -> None:
        state, key = self._state, trouble.key
        now_s, secret = state.clock.monotonic_s(), state.availability.fingerprint(key.secret)
        self._plan.note_well(key.id, now_s)
        state.availability.note_probed(key.id, secret, trouble.model_ids, now_s)
        state.peers.tell(FoundWell(now_s, key.id, secret, trouble.model_ids[:MAX_MODELS]))
        log.info("provider key %s answers again", key.id)

    def _take_lock(self) -> bool:
        self._lock_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = self._lock_file.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._lock = handle
        return True
