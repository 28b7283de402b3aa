"""What the edge's handlers get is what h11 reads of the same bytes, or nothing where the edge is stricter."""

import itertools
import random
import re

import pytest

from edge_readers import read_by_edge, read_by_h11
from smuggling_vectors import VECTORS

STRICTER = {
    "a length beside a transfer coding": rb"(?is)content-length:.*\ntransfer-encoding:|transfer-encoding:.*\ncontent-l",
    "a transfer coding in HTTP/1.0": rb"(?is)HTTP/1\.0\r?\n.*transfer-encoding:",
    "a header twice that says where things end or go": rb"(?is)\n(content-length|transfer-encoding|host):.*\n\1:",
    "a tab behind the coding": rb"(?im)^transfer-encoding:[^\r\n]*\t",
    "a list of equal lengths": rb"(?i)content-length:[ \t]*\d+[ \t]*,",
    "a header on two lines": rb"\n[ \t]",
    "a line that ends in LF": rb"(?<!\r)\n",
    "a CR that ends no line": rb"\r(?!\n)",
    "a control character": rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
    "a method that HTTP does not have": rb"(?m)^(?!(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE) )\S+ \S+ HTTP/",
    "CONNECT": rb"(?m)^CONNECT ",
    "another version": rb"(?m) HTTP/(?!1\.[01]\r)",
    "a target that is no path": rb"(?m)^\S+ (?!/[!-\"$-~]* HTTP)\S+ HTTP/",
    "a host that is none": rb"(?im)^host:[ \t]*[^\r\n]*[^A-Za-z0-9.\-_~!$&'()*+,;=%:\[\]\r\n \t]",
    "a host with a space": rb"(?im)^host:[ \t]*\S+[ \t]+\S",
    "a chunk extension that is none": rb"(?m)^[0-9a-fA-F]+[ \t]*;[^\r\n]*\r?$",
    "a space around the size of a chunk": rb"(?m)^[0-9a-fA-F]+[ \t]+\r?$",
    "a trailer that h11 takes": rb"(?m)^0+\r\n[^\r\n]",
    "an odd name or value": rb"[\x80-\xff]",
}  # fmt: skip
"""Name -> the bytes in which it shows. One of them is in all that h11 takes and the edge does not."""

LAXER = {
    "spaces in the first line, which llhttp counts as one": rb"[A-Z] {2,}\S+ |[A-Z] \S+ {2,}HTTP/",
}
"""The same for what the edge takes and h11 does not. Where it ends and what is in it, both read alike."""

HEAD = b"POST /v1/chat/completions?a=%20b HTTP/1.1\r\nHost: x\r\n"
PLAIN = {
    "no body": b"GET /v1/models HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
    "a length": HEAD + b"Content-Length: 5\r\n\r\nhello",
    "length zero": HEAD + b"Content-Length: 0\r\n\r\n",
    "leading zeros": HEAD + b"Content-Length: 005\r\n\r\nhello",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "chunks in capitals": HEAD + b"transfer-ENCODING:  Chunked \r\n\r\nA\r\n0123456789\r\n000\r\n\r\n",
    "chunks with extensions": HEAD + b'Transfer-Encoding: chunked\r\n\r\n5;a=b;c="d e"\r\nhello\r\n0;z\r\n\r\n',
    "a trailer": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n",
    "values with spaces and tabs": HEAD + b"X-A:  a \t b \r\nX-B:\r\nX-C: \xe9\r\nContent-Length: 1\r\n\r\nx",
    "a header twice": HEAD + b"X-A: 1\r\nX-A: 2\r\nContent-Length: 1\r\n\r\nx",
    "three in a row": b"GET /v1/a HTTP/1.1\r\nHost: x\r\n\r\n" * 2 + HEAD + b"Content-Length: 2\r\n\r\nhi",
    "the last one says so": HEAD
    + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi"
    + b"GET /v1/b HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/1.0": b"GET /v1/a HTTP/1.0\r\n\r\nGET /v1/b HTTP/1.0\r\n\r\n",
    "HTTP/1.0 that would go on": b"GET /v1/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /v1/b HTTP/1.0\r\n\r\n",
    "HEAD and OPTIONS": b"HEAD /v1/a HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS /v1/b HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": HEAD
    + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nContent-Length: 2\r\n\r\nhi",
    "it expects to be told": HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    "outside of the gateway's paths": b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
}
TWICE = {name: data * 2 for name, data in PLAIN.items()}

PIECES = [
    b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b";", b",", b"=", b'"', b"0", b"5", b"a", b"\x80", b"chunked",
    b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n",
    b"Connection: close\r\n", b"Host: y\r\n", b" HTTP/1.1", b"HTTP/1.0", b"GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n",
]  # fmt: skip
EDGES = ["fast", "asgi"]


async def check(data: bytes, edge: str) -> None:
    edge_read, h11_read = await read_by_edge([data], edge), read_by_h11(data)
    common = min(len(edge_read), len(h11_read))
    rules = STRICTER if len(edge_read) < len(h11_read) else LAXER
    told = f"the edge read {edge_read}\nh11 read {h11_read}\nof {data!r}"
    assert edge_read[:common] == h11_read[:common], told
    assert len(edge_read) == len(h11_read) or any(re.search(rule, data) for rule in rules.values()), told


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
