"""Keeps the worker's snapshot: swapped whole, told by NOTIFY, polled behind it, kept when the store is gone."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from perpetuo.core.catalog import Catalog
from perpetuo.core.ids import month_bounds
from perpetuo.core.month_book import MonthTotals, TotalsWanted
from perpetuo.core.ports import Clock
from perpetuo.core.snapshot import ApiKey, Snapshot, Workspace
from perpetuo.gateway.admit import Admission

log = logging.getLogger(__name__)

# How long a request with an unknown key waits for the store, and the least time between two such reloads, in seconds.
UNKNOWN_KEY_WAIT_S = 1.0
UNKNOWN_KEY_PAUSE_S = 0.5
RECONNECT_S = 1.0
# A store that neither answers nor fails is given up for this time; the last snapshot serves on.
LOAD_S = 10.0


class SnapshotSource(Protocol):
    """The store as the feed sees it. Any exception means: not now."""

    async def load_all(self) -> tuple[Mapping[str, Workspace], Mapping[bytes, ApiKey]]: ...

    async def load_workspace(self, workspace_id: str) -> tuple[Workspace | None, Mapping[bytes, ApiKey]]: ...

    async def listen(self, on_change: Callable[[str], None]) -> None:
        """Call `on_change(workspace_id)` for each change; return or raise when the connection is lost."""
        ...

    async def usage_totals(self, wall_ms: int, wanted: TotalsWanted) -> MonthTotals: ...


class SnapshotFeed:
    def __init__(
        self, source: SnapshotSource, catalog: Catalog, admission: Admission, clock: Clock, poll_s: float
    ) -> None:
        self._source = source
        self._catalog = catalog
        self._admission = admission
        self._clock = clock
        self._poll_s = poll_s
        self._current: Snapshot | None = None
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._listening = False
        self._refresh: asyncio.Task[bool] | None = None
        self._refreshed_at_s = float("-inf")
        self._load_lock = asyncio.Lock()
        self.read_at_s: float | None = None
        """Monotonic: when the store was last read, whole or in part."""

    @property
    def current(self) -> Snapshot | None:
        return self._current

    async def run(self) -> None:
        """Load, then follow changes until cancelled."""
        listener = asyncio.create_task(self._listen_forever())
        try:
            while True:
                await self._reload_all()
                await self._reload_totals()
                await self._follow_changes()
        finally:
            listener.cancel()

    async def refresh_for_unknown_key(self) -> bool:
        """One reload for everybody who waits; at most one per half second. False: the store did not answer."""
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._refresh_soon())
        try:
            async with asyncio.timeout(UNKNOWN_KEY_WAIT_S):
                return await asyncio.shield(self._refresh)
        except TimeoutError:
            return False

    async def _refresh_soon(self) -> bool:
        pause_s = self._refreshed_at_s + UNKNOWN_KEY_PAUSE_S - self._clock.monotonic_s()
        if pause_s > 0:
            await asyncio.sleep(pause_s)
        self._refreshed_at_s = self._clock.monotonic_s()
        return await self._reload_all()

    async def _follow_changes(self) -> None:
        """Rebuild the named workspaces as they change, until the next poll is due."""
        try:
            async with asyncio.timeout(self._poll_s):
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    changed, self._changed = self._changed, set()
                    for workspace_id in changed:
                        await self._reload_workspace(workspace_id)
        except TimeoutError:
            return

    async def _listen_forever(self) -> None:
        while True:
            try:
                await self._source.listen(self._on_change)
            except Exception as error:  # noqa: BLE001 - whatever the store's driver raises, we listen again
                log.warning("not listening for configuration changes: %s", error)
            await asyncio.sleep(RECONNECT_S)

    def _on_change(self, workspace_id: str) -> None:
        self._changed.add(workspace_id)
        self._wake.set()

    async def _reload_all(self) -> bool:
        try:
            async with asyncio.timeout(LOAD_S), self._load_lock:
                workspaces, api_keys = await self._source.load_all()
                self._swap(workspaces, api_keys)
        except Exception as error:  # noqa: BLE001 - the last snapshot serves on
            log.warning("configuration not reloaded, the last one serves on: %s", error)
            return False
        return True

    async def _reload_workspace(self, workspace_id: str) -> None:
        try:
            async with asyncio.timeout(LOAD_S), self._load_lock:
                workspace, keys = await self._source.load_workspace(workspace_id)
                if self._current is None:
                    return
                workspaces = dict(self._current.workspaces)
                api_keys = {d: k for d, k in self._current.api_keys.items() if k.workspace_id != workspace_id}
                workspaces.pop(workspace_id, None)
                if workspace is not None:
                    workspaces[workspace_id] = workspace
                    api_keys.update(keys)
                self._swap(workspaces, api_keys)
        except Exception as error:  # noqa: BLE001 - the poll will mend it
            log.warning("workspace %s not reloaded: %s", workspace_id, error)

    async def _reload_totals(self) -> None:
        wanted = None if self._current is None else _totals_wanted(self._current)
        if wanted is None:
            return
        wall_ms = int(self._clock.wall_s() * 1000)
        try:
            async with asyncio.timeout(LOAD_S):
                totals = await self._source.usage_totals(wall_ms, wanted)
        except Exception as error:  # noqa: BLE001 - the worker's own count goes on
            log.warning("usage totals not reloaded: %s", error)
            return
        self._admission.note_totals(month_bounds(wall_ms)[0], totals)

    def _swap(self, workspaces: Mapping[str, Workspace], api_keys: Mapping[bytes, ApiKey]) -> None:
        self.read_at_s = self._clock.monotonic_s()
        version = 1 if self._current is None else self._current.version + 1
        self._current = Snapshot(version=version, catalog=self._catalog, workspaces=workspaces, api_keys=api_keys)


def _totals_wanted(snapshot: Snapshot) -> TotalsWanted | None:
    """What somebody's quota or budget needs; None when nobody has one."""
    workspaces = any(
        workspace.quota_requests_month is not None or workspace.quota_tokens_month is not None
        for workspace in snapshot.workspaces.values()
    )
    api_keys = [key.id for key in snapshot.api_keys.values() if key.budget_nanousd_month is not None]
    return TotalsWanted(workspaces, api_keys) if workspaces or api_keys else None
