"""Requests that end at any moment leave nothing behind: no task, socket, reservation or open intent."""

import asyncio
import gc
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from gateway_harness import API_KEY, API_KEY_ID, WORKSPACE, RunningGateway, provider, running_gateway
from perpetuo.core.snapshot import ApiKey
from perpetuo.gateway.endpoints import handle
from perpetuo.http.client import OwnUpstream
from perpetuo.http.exchange import ClientGone
from perpetuo.lab import SimulatedVendor, VendorSettings

How = Literal["leaves", "cancelled"]
LIMITS = ApiKey(
    API_KEY_ID, WORKSPACE, "test", requests_per_minute=10**9, tokens_per_minute=10**9, budget_nanousd_month=10**15
)


class Client:
    """An exchange whose client may leave at any time."""

    method, path, query, peer = "POST", "/v1/chat/completions", b"", "127.0.0.1"

    def __init__(self, *, stream: bool) -> None:
        body = {"model": "gpt-4o", "stream": stream, "messages": [{"role": "user", "content": "hi"}]}
        self._body = msgspec.json.encode(body)
        self._tell: Callable[[], None] | None = None
        self.started = self.ended = self.gone = False

    def header(self, name: bytes) -> bytes | None:
        return b"Bearer " + API_KEY.encode() if name == b"authorization" else None

    async def body(self, limit_bytes: int, within_s: float) -> bytes:
        await asyncio.sleep(0)
        self._raise_if_gone()
        return self._body

    def when_gone(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def start(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        pass

    async def write(self, data: bytes) -> None:
        await asyncio.sleep(0)
        self._raise_if_gone()
        self.started = True

    takes_now = False

    def write_now(self, data: bytes) -> None:
        raise NotImplementedError

    async def finish(self) -> None:
        self.ended = True

    async def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        self.started = self.ended = True

    def abort(self) -> None:
        self.ended = True

    def leave(self) -> None:
        self.gone = True
        if self._tell is not None and not self.ended:
            self._tell()

    def _raise_if_gone(self) -> None:
        if self.gone:
            raise ClientGone


@pytest.mark.parametrize("how", ["leaves", "cancelled"])
@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
async def test_ended_in_each_turn_of_the_loop_it_leaves_nothing_behind(tmp_path: Path, stream: bool, how: How) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=4)) as vendor,
        gateway_at(tmp_path, vendor) as gateway,
    ):
        await ask(gateway, stream=stream)  # what is made once is there
        before = counted(gateway)
        turns = 0
        while True:
            client = await ask(gateway, stream=stream, turns=turns, how=how)
            await settled_down(gateway)
            assert leaks(gateway, before) == {}, f"after {turns} turns"
            if client.ended and not client.gone:
                break
            turns += 1
        assert turns > 5, "it was never ended on the way"
        assert (await ask(gateway, stream=stream)).ended


async def test_a_thousand_at_random(tmp_path: Path) -> None:
    await end_at_random(tmp_path, 1_000)


@pytest.mark.soak
async def test_a_hundred_thousand_at_random(tmp_path: Path) -> None:
    await end_at_random(tmp_path, 100_000)


async def end_at_random(tmp_path: Path, count: int) -> None:
    dice = random.Random(20261125)
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=4)) as vendor,
        gateway_at(tmp_path, vendor) as gateway,
    ):
        for stream in (False, True):
            await ask(gateway, stream=stream)
        before = counted(gateway)
        for _ in range(count // 20):
            together = [
                ask(
                    gateway,
                    stream=dice.random() < 0.5,
                    turns=dice.randrange(60),
                    how=dice.choice(("leaves", "cancelled")),
                )
                for _ in range(20)
            ]
            await asyncio.gather(*together)
            vendor.ledger.clear()
        await settled_down(gateway)
        assert leaks(gateway, before) == {}
        began_s = time.perf_counter()
        assert (await ask(gateway, stream=True)).ended
        print(f"{count} requests ended at random; the next one took {(time.perf_counter() - began_s) * 1000:.1f} ms")


def gateway_at(tmp_path: Path, vendor: SimulatedVendor):
    return running_gateway(
        tmp_path,
        [provider("openai", vendor.base_url)],
        workspace={"quota_requests_month": 10**9, "quota_tokens_month": 10**12},
        api_keys={API_KEY: LIMITS},
    )


async def ask(gateway: RunningGateway, *, stream: bool, turns: int | None = None, how: How = "leaves") -> Client:
    client = Client(stream=stream)
    task = asyncio.create_task(handle(client, gateway.state))
    if turns is not None:
        for _ in range(turns):
            await asyncio.sleep(0)
        if not task.done():
            if how == "leaves":
                client.leave()
            else:
                client.gone = True
                task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return client


def counted(gateway: RunningGateway) -> dict[str, int]:
    upstream = gateway.state.upstream
    assert isinstance(upstream, OwnUpstream)
    pool = upstream._pool
    admission = gateway.state.admission
    accounts = [*admission._workspaces._accounts.values(), *admission._api_keys._accounts.values()]
    return {
        "requests in flight": len(gateway.state.in_flight),
        "reservations in flight": sum(account.in_flight for account in accounts),
        "connections that carry": sum(connection._carrying for connection in pool._all),
        "connections nobody can use": len(pool._all) - sum(map(len, pool._idle.values())),
        "open intents": gateway.state.journal.open_intents,  # type: ignore[attr-defined]
        "tasks": len(asyncio.all_tasks()),
    }


def leaks(gateway: RunningGateway, before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in counted(gateway).items() if count > before[name]}


async def settled_down(gateway: RunningGateway) -> None:
    """Sockets that were closed are gone when the loop has come round; the lab's tasks end with them."""
    for _ in range(200):
        await asyncio.sleep(0)
    del gateway


async def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=4)) as vendor,
        gateway_at(tmp_path, vendor) as gateway,
    ):
        await asyncio.gather(*(ask(gateway, stream=True) for _ in range(4)))
        descriptors = open_descriptors()
        for turns in range(0, 80, 2):
            await asyncio.gather(*(ask(gateway, stream=True, turns=turns) for _ in range(4)))
        async with asyncio.timeout(10):
            while open_descriptors() > descriptors:
                await asyncio.sleep(0.05)


def open_descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))
