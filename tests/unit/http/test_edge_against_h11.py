"""What the edge's handlers get is what h11 reads of the same bytes, or nothing where the edge is stricter."""

import itertools
import random

import pytest

from edge_readers import PLAIN, check, read_by_edge, read_by_h11
from smuggling_vectors import VECTORS

TWICE = {name: data * 2 for name, data in PLAIN.items()}

PIECES = [
    b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b";", b",", b"=", b'"', b"0", b"5", b"a", b"\x80", b"chunked",
    b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n",
    b"Connection: close\r\n", b"Host: y\r\n", b" HTTP/1.1", b"HTTP/1.0", b"GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n",
]  # fmt: skip
EDGES = ["fast", "asgi"]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", PLAIN)
async def test_plain_requests_are_read_alike(name: str, edge: str) -> None:
    for data in (PLAIN[name], TWICE[name]):
        found = await read_by_edge([data], edge)
        assert found
        assert found == read_by_h11(data)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", VECTORS)
async def test_odd_and_hostile_requests_are_read_alike_or_refused(name: str, edge: str) -> None:
    await check(VECTORS[name], edge)


@pytest.mark.parametrize("edge", EDGES)
async def test_damaged_requests_are_read_alike_or_refused(edge: str) -> None:
    await damage(edge, 1_500, random.Random(20261125))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("edge", EDGES)
async def test_very_many_damaged_requests_are_read_alike_or_refused(edge: str) -> None:
    seed = random.SystemRandom().getrandbits(64)
    print(f"seed {seed}")
    await damage(edge, 300_000, random.Random(seed))


async def damage(edge: str, count: int, dice: random.Random) -> None:
    sound = [*PLAIN.values(), *TWICE.values()]
    for _ in range(count):
        data = dice.choice(sound)
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(data) + 1)
            cut = dice.choice((0, 0, 1, 2, dice.randrange(12)))
            data = data[:at] + dice.choice((b"", *PIECES)) + data[at + cut :]
        await check(data, edge)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", PLAIN)
async def test_it_does_not_matter_how_the_socket_cut_a_request(name: str, edge: str) -> None:
    data = PLAIN[name]
    whole = await read_by_edge([data], edge)
    for at in range(1, len(data)):
        assert await read_by_edge([data[:at], data[at:]], edge) == whole, f"cut at {at}"
    dice = random.Random(name)
    twice_cut = list(itertools.combinations(range(1, len(data)), 2))
    for first, second in dice.sample(twice_cut, min(len(twice_cut), 120)):
        pieces = [data[:first], data[first:second], data[second:]]
        assert await read_by_edge(pieces, edge) == whole, f"cut at {first} and {second}"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", PLAIN)
async def test_all_cuts_in_two_places(name: str) -> None:
    data = PLAIN[name]
    whole = await read_by_edge([data])
    for first, second in itertools.combinations(range(1, len(data)), 2):
        assert await read_by_edge([data[:first], data[first:second], data[second:]]) == whole, (first, second)
