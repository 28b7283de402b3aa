"""SIGHUP: every worker hands over to a successor, and no client notices."""

import asyncio
import resource
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from gateway_process import GatewayProcess, Home, chat_body, until, vendor, wait_until_gone


@pytest.mark.parametrize("edge", ["asgi", "fast"])
async def test_reloads_under_load_cut_and_refuse_nothing(home: Home, edge: str) -> None:
    await reload_under_load(home, edge, reloads=2, streams=6, words=40)


@pytest.mark.soak
@pytest.mark.parametrize("edge", ["asgi", "fast"])
async def test_ten_reloads_under_load_with_200_long_streams(home: Home, edge: str) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    await reload_under_load(home, edge, reloads=10, streams=200, words=150)


async def reload_under_load(home: Home, edge: str, *, reloads: int, streams: int, words: int) -> None:
    """Clients that never retry: some ask again and again on kept connections, others hold streams that outlast a
    reload and are shorter than the drain limit."""
    async with (
        vendor(home, 0, chunk_s=0.05, words=words) as lab,
        home.up(PERPETUO_WORKERS="2", PERPETUO_EDGE=edge, PERPETUO_DRAIN_TIMEOUT_S="60") as gateway,
    ):
        first = {process.pid for process in gateway.workers()}
        async with asking(gateway, streams) as seen:
            for number in range(1, reloads + 1):
                before = {process.pid for process in gateway.workers()}
                gateway.process.send_signal(signal.SIGHUP)

                async def has_reloaded(number: int = number) -> bool:
                    return gateway.said.count("perpetuo: reloaded") == number

                await until(has_reloaded, 60)
                assert len({process.pid for process in gateway.workers()} - before) == 2
        assert set(seen) <= {"answer", "whole stream"}, seen
        assert seen["answer"] > reloads
        assert seen["whole stream"] >= streams

        async def have_the_first_ended() -> bool:
            return not first & {process.pid for process in gateway.workers()}

        await until(have_the_first_ended, 60)
        ids = {entry.request_id or "" for entry in lab.ledger.inference()}
        rows = await gateway.rows(ids)
        assert {(row["outcome"], row["partial"]) for row in rows.values()} == {("succeeded", False)}
        gateway.terminate()
        assert await gateway.stopped() == 0


@asynccontextmanager
async def asking(gateway: GatewayProcess, streams: int) -> AsyncIterator[Counter[str]]:
    """Keeps asking until the block ends; the streams that are then open are waited for."""
    seen: Counter[str] = Counter()
    ending = asyncio.Event()

    async def ask_again_and_again(client: httpx2.AsyncClient) -> None:
        while not ending.is_set():
            seen[await outcome_of(client, stream=False)] += 1

    async def stream_again_and_again(client: httpx2.AsyncClient) -> None:
        while not ending.is_set():
            seen[await outcome_of(client, stream=True)] += 1

    async with gateway.client() as client, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask_again_and_again(client))
        for _ in range(streams):
            group.create_task(stream_again_and_again(client))
        try:
            yield seen
        finally:
            ending.set()


async def outcome_of(client: httpx2.AsyncClient, *, stream: bool) -> str:
    try:
        reply = await client.post("/v1/chat/completions", json=chat_body(stream=stream), timeout=60.0)
    except httpx2.TransportError as error:
        return f"{type(error).__name__} of a {'stream' if stream else 'request'}"
    if reply.status_code != 200:
        return f"{reply.status_code}: {reply.text[:200]}"
    if not stream:
        return "answer"
    return "whole stream" if reply.content.endswith(b"data: [DONE]\n\n") else "cut stream"


async def test_a_successor_that_does_not_get_ready_leaves_the_worker_in_place(home: Home) -> None:
    async with vendor(home, 0, words=3), home.up() as gateway, gateway.client() as client:
        (worker,) = gateway.workers()
        lock = home.data_dir / "journal"
        moved = home.data_dir / "journal-moved"
        lock.rename(moved)
        lock.write_text("in the way of a successor's journal")
        try:
            gateway.process.send_signal(signal.SIGHUP)
            await gateway.wait_until_said("the reload was broken off")
        finally:
            lock.unlink()
            moved.rename(lock)
        assert [process.pid for process in gateway.workers()] == [worker.pid]
        assert (await client.post("/v1/chat/completions", json=chat_body())).status_code == 200
        gateway.process.send_signal(signal.SIGHUP)
        await gateway.wait_until_said("perpetuo: reloaded")
        assert (await client.post("/v1/chat/completions", json=chat_body())).status_code == 200


async def test_told_to_stop_in_the_middle_of_a_reload_everything_ends(home: Home) -> None:
    async with vendor(home, 0, words=3), home.up(PERPETUO_WORKERS="2") as gateway:
        gateway.process.send_signal(signal.SIGHUP)
        await gateway.wait_until_said("reloading")
        everything = gateway.everything()
        gateway.terminate()
        assert await gateway.stopped() == 0
        assert "Traceback" not in gateway.said
        await wait_until_gone(everything)
