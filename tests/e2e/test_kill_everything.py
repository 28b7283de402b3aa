"""kill -9 of everything, of the parent, of a worker: every request a vendor has seen is in the books exactly once.

`make soak` kills twenty times.
"""

import asyncio
import contextlib
import random

import asyncpg
import httpx2
import psutil
import pytest
from gateway_process import GatewayProcess, Home, chat_body, until, vendor, wait_until_gone

from perpetuo.lab import SimulatedVendor

CONCURRENCY = 64
ROUNDS = 3
SOAK_ROUNDS = 20


async def test_after_each_kill_every_id_a_vendor_saw_is_in_the_logs_exactly_once(home: Home) -> None:
    await kill_again_and_again(home, ROUNDS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_soak_after_each_kill_every_id_a_vendor_saw_is_in_the_logs_exactly_once(home: Home) -> None:
    await kill_again_and_again(home, SOAK_ROUNDS)


async def kill_again_and_again(home: Home, rounds: int) -> None:
    """Each start shows that the kill before it lost nothing, and is killed itself."""
    dice = random.Random(7)
    async with vendor(home, 0, first_byte_s=0.05, chunk_s=0.01, jitter=0.9, words=2, words_max=80) as lab:
        before = 0
        for _ in range(rounds):
            async with home.up() as gateway:
                await assert_books_are_whole(gateway, lab, before)
                before = lab.ledger.last_seq
                await kill_in_the_middle(gateway, lab, dice)
            assert home.servers() == []
        async with home.up() as gateway:
            await assert_books_are_whole(gateway, lab, before)
            gateway.terminate()
            assert await gateway.stopped() == 0


async def kill_in_the_middle(gateway: GatewayProcess, lab: SimulatedVendor, dice: random.Random) -> None:
    async with gateway.client() as client:
        askers = [asyncio.create_task(ask_until_it_dies(client, number)) for number in range(CONCURRENCY)]
        enough = len(lab.ledger) + CONCURRENCY + dice.randrange(4 * CONCURRENCY)

        async def in_the_middle() -> bool:
            return len(lab.ledger) >= enough

        await until(in_the_middle)
        under_way = sum(entry.outcome == "open" for entry in lab.ledger.inference())
        everything = gateway.everything()
        assert {process.name() for process in everything} >= {"postgres"}
        dice.shuffle(everything)
        for process in everything:
            with contextlib.suppress(psutil.NoSuchProcess):  # a backend ends with its postmaster
                process.kill()
        await wait_until_gone(everything)
        async with asyncio.timeout(30):
            await asyncio.gather(*askers)
        assert under_way > CONCURRENCY // 2, "the kill did not strike in the middle"

    # What was on the wire when the gateway died reaches the vendor a little later.
    async def nothing_more_comes() -> bool:
        return lab.ledger.totals().open_connections == 0

    await until(nothing_more_comes)


async def ask_until_it_dies(client: httpx2.AsyncClient, number: int) -> None:
    """Half of them streams, one request after the other."""
    body = chat_body(stream=number % 2 == 0)
    with contextlib.suppress(httpx2.TransportError):
        for turn in range(1_000_000):
            body["messages"][0]["content"] = f"{number} {turn}"
            async with client.stream("POST", "/v1/chat/completions", json=body) as reply:
                assert reply.status_code == 200, await reply.aread()
                async for _ in reply.aiter_raw():
                    pass


async def assert_books_are_whole(gateway: GatewayProcess, lab: SimulatedVendor, since: int) -> None:
    """since: the vendor's number of the last request before the gateway that was killed."""
    seen = {entry.request_id for entry in lab.ledger.inference()}
    if not seen:
        return  # nothing was killed yet
    assert None not in seen
    rows = await gateway.rows({request_id for request_id in seen if request_id is not None})
    last_round = {entry.request_id for entry in lab.ledger.since(since)}
    outcomes = {(row["outcome"], row["streaming"]) for request_id, row in rows.items() if request_id in last_round}
    assert outcomes == {(outcome, stream) for outcome in ("interrupted", "succeeded") for stream in (True, False)}
    # An intent may have been written whose request did not leave any more; nothing else may be there unseen.
    every = await gateway.fetch("SELECT id::text, outcome FROM request_logs WHERE id >= $1::uuid", min(rows))
    assert {row["outcome"] for row in every if row["id"] not in rows} <= {"interrupted"}
    (counted,) = await gateway.fetch(
        "SELECT (SELECT sum(requests) FROM usage_counters)::bigint AS counters,"
        " (SELECT count(*) FROM request_logs WHERE outcome <> 'rejected') AS rows,"
        " (SELECT coalesce(sum(output_tokens), 0) FROM usage_counters)::bigint AS counted_tokens,"
        " (SELECT coalesce(sum(output_tokens), 0) FROM request_logs)::bigint AS logged_tokens"
    )
    assert counted["counters"] == counted["rows"]
    assert counted["counted_tokens"] == counted["logged_tokens"]


async def test_when_only_the_parent_dies_its_children_finish_what_they_have_and_end(home: Home) -> None:
    async with (
        vendor(home, 0, chunk_s=0.02, words=100) as lab,
        home.up() as gateway,
        gateway.client() as client,
        client.stream("POST", "/v1/chat/completions", json=chat_body(stream=True)) as reply,
    ):
        chunks = reply.aiter_raw()
        received = await anext(chunks)
        everything = gateway.everything()
        gateway.process.kill()
        async with home.up() as successor:  # at once: the old worker no longer listens
            async for chunk in chunks:
                received += chunk
            assert received.endswith(b"data: [DONE]\n\n")
            await wait_until_gone(everything)
            (entry,) = lab.ledger.inference()
            assert entry.request_id is not None
            (row,) = (await successor.rows({entry.request_id})).values()
            assert row["outcome"] == "succeeded"


async def test_when_a_worker_dies_it_is_replaced_and_its_open_requests_are_settled(home: Home) -> None:
    async with (
        vendor(home, 0, chunk_s=0.05, words=2000) as lab,
        home.up() as gateway,
        gateway.client() as client,
    ):
        askers = [asyncio.create_task(ask_until_it_dies(client, 2 * number)) for number in range(8)]

        async def all_under_way() -> bool:
            return sum(entry.content_chunks_sent > 0 for entry in lab.ledger.inference()) == len(askers)

        await until(all_under_way)
        (worker,) = gateway.workers()
        worker.kill()
        await asyncio.gather(*askers)
        await gateway.wait_until_said("worker 1 ended with signal SIGKILL; starting it again")
        rows = await gateway.rows({entry.request_id or "" for entry in lab.ledger.inference()})
        assert {row["outcome"] for row in rows.values()} == {"interrupted"}

        async def answers_again() -> bool:
            with contextlib.suppress(httpx2.TransportError):
                return (await client.get("/readyz")).status_code == 200
            return False

        await until(answers_again)
        (replacement,) = gateway.workers()
        assert replacement.pid != worker.pid


async def test_when_the_database_dies_requests_go_on_and_come_into_the_logs_later(home: Home) -> None:
    async with vendor(home, 0, words=4), home.up() as gateway:
        async with gateway.client() as client:
            (postmaster,) = [
                child for child in psutil.Process(gateway.process.pid).children() if child.name() == "postgres"
            ]
            postmaster.kill()
            await wait_until_gone([postmaster])
            replies = [await client.post("/v1/chat/completions", json=chat_body()) for _ in range(4)]
            assert {reply.status_code for reply in replies} == {200}

        async def is_back() -> bool:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return bool(await gateway.fetch("SELECT 1"))
            return False

        await until(is_back)
        rows = await gateway.rows({reply.headers["x-perpetuo-request-id"] for reply in replies})
        assert {row["outcome"] for row in rows.values()} == {"succeeded"}
        gateway.terminate()
        assert await gateway.stopped() == 0
