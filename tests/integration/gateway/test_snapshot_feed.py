"""Configuration changes reach the worker, and a store that is gone, slow or hung does not reach its clients."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from gateway_harness import CATALOG
from perpetuo.core.month_book import MonthTotals, TotalsWanted
from perpetuo.core.snapshot import ApiKey, Workspace
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.snapshot_feed import SnapshotFeed
from perpetuo.wiring import SystemClock


class Store:
    """A store in memory that can be stopped (`down`) or frozen (`frozen`)."""

    def __init__(self) -> None:
        self.workspaces: dict[str, Workspace] = {"w": Workspace(id="w", name="one")}
        self.keys: dict[bytes, ApiKey] = {}
        self.down = False
        self.frozen = asyncio.Event()
        self.frozen.set()
        self.loads = 0
        self.notify: Callable[[str], None] | None = None
        self.wanted: list[TotalsWanted] = []

    async def load_all(self) -> tuple[Mapping[str, Workspace], Mapping[bytes, ApiKey]]:
        self.loads += 1
        await self.frozen.wait()
        if self.down:
            raise ConnectionRefusedError
        return dict(self.workspaces), dict(self.keys)

    async def load_workspace(self, workspace_id: str) -> tuple[Workspace | None, Mapping[bytes, ApiKey]]:
        if self.down:
            raise ConnectionRefusedError
        keys = {digest: key for digest, key in self.keys.items() if key.workspace_id == workspace_id}
        return self.workspaces.get(workspace_id), keys

    async def listen(self, on_change: Callable[[str], None]) -> None:
        self.notify = on_change
        await asyncio.Event().wait()

    async def usage_totals(self, wall_ms: int, wanted: TotalsWanted) -> MonthTotals:
        self.wanted.append(wanted)
        return MonthTotals({}, {}, {})


@asynccontextmanager
async def running_feed(store: Store) -> AsyncIterator[SnapshotFeed]:
    feed = SnapshotFeed(store, CATALOG, Admission(None), SystemClock(), poll_s=3600.0)
    task = asyncio.create_task(feed.run())
    async with asyncio.timeout(5):
        while feed.current is None or store.notify is None:
            await asyncio.sleep(0)
    yield feed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_notice_rebuilds_only_the_named_workspace() -> None:
    store = Store()
    async with running_feed(store) as feed:
        assert feed.current is not None
        loads, version = store.loads, feed.current.version
        store.keys[b"k"] = ApiKey("id", "w", "new")
        assert store.notify is not None
        store.notify("w")
        async with asyncio.timeout(5):
            while b"k" not in feed.current.api_keys:
                await asyncio.sleep(0)
        del store.keys[b"k"]
        store.notify("w")
        async with asyncio.timeout(5):
            while b"k" in feed.current.api_keys:
                await asyncio.sleep(0)
        assert (store.loads, feed.current.version) == (loads, version + 2)


async def test_the_last_snapshot_serves_on_when_the_store_is_gone() -> None:
    store = Store()
    async with running_feed(store) as feed:
        before, read_at_s = feed.current, feed.read_at_s
        assert read_at_s is not None
        store.down = True
        assert not await feed.refresh_for_unknown_key()
        assert (feed.current is before, feed.read_at_s) == (True, read_at_s)


async def test_many_unknown_keys_wait_for_one_reload() -> None:
    store = Store()
    async with running_feed(store) as feed:
        loads = store.loads
        assert all(await asyncio.gather(*(feed.refresh_for_unknown_key() for _ in range(50))))
        assert store.loads == loads + 1


async def test_a_frozen_store_is_not_waited_for() -> None:
    store = Store()
    async with running_feed(store) as feed:
        store.frozen.clear()
        async with asyncio.timeout(5):
            assert not await feed.refresh_for_unknown_key()
        store.frozen.set()


async def test_totals_are_asked_for_only_when_a_quota_or_a_budget_needs_them() -> None:
    store = Store()
    async with running_feed(store):
        assert store.wanted == []
    store.keys[b"k"] = ApiKey("free", "w", "no budget", requests_per_minute=5)
    store.keys[b"l"] = ApiKey("dear", "w", "budget", budget_nanousd_month=5)
    async with running_feed(store):
        assert store.wanted == [TotalsWanted(workspaces=False, api_keys=["dear"])]
    store.keys.clear()
    store.workspaces["w"] = Workspace("w", "one", quota_tokens_month=5)
    async with running_feed(store):
        assert store.wanted[1:] == [TotalsWanted(workspaces=True, api_keys=[])]
