import asyncio
import collections
import json
from typing import Any

from perpetuo.control.gate import Gate, Turns
from perpetuo.control.hash_pool import HashPool


async def test_of_many_who_come_at_once_one_starts_in_each_turn_of_the_loop_in_their_order() -> None:
    turns, turn, started = Turns(), 0, []

    def count() -> None:
        nonlocal turn
        turn += 1
        loop.call_soon(count)

    loop = asyncio.get_running_loop()
    loop.call_soon(count)

    async def come(number: int) -> None:
        await turns.mine()
        started.append((turn, number))

    comers = [asyncio.ensure_future(come(number)) for number in range(50)]
    await asyncio.sleep(0)
    comers[20].cancel()
    await asyncio.gather(*comers, return_exceptions=True)
    assert [number for _, number in started] == [number for number in range(50) if number != 20]
    in_turn = collections.Counter(turn for turn, _ in started)
    assert max(in_turn.values()) == 1
    await asyncio.wait_for(turns.mine(), 5)


async def test_who_comes_to_hash_when_there_is_no_place_is_refused_before_anything_is_read() -> None:
    reached: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])

    pool = HashPool(threads=1, waiting=0)
    gate = Gate(app, pool)
    with pool.place():
        sent = [await ask(gate, path) for path in ("/auth/login", "/auth/signup", "/auth/password", "/auth/reset")]
        await ask(gate, "/auth/me")
    await ask(gate, "/auth/login")
    assert reached == ["/auth/me", "/auth/login"]
    for start, body in sent:
        assert start["status"] == 429 and (b"retry-after", b"1") in start["headers"]
        assert json.loads(body["body"])["code"] == "busy"
    pool.close()


async def ask(gate: Gate, path: str) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    await gate({"type": "http", "path": path, "headers": []}, receive, send)
    return sent
