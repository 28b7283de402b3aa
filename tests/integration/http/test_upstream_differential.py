"""What the two upstream clients make of the same answer: the same reply, or the same kind of failure."""

import contextlib
import gzip

import pytest

from perpetuo.core.errors import TransportError
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.reference_client import ReferenceUpstream
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.providers.base import UpstreamRequest

PATIENT = Deadlines(connect_s=10, first_byte_s=10, idle_s=10, total_s=20)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"hello", mtime=0)

ANSWERS = {
    "a length": OK + b"Content-Length: 5\r\n\r\nhello",
    "length zero": OK + b"Content-Length: 0\r\n\r\n",
    "no length: to the end of the connection": OK + b"\r\nhello",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "chunks": CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "chunks with extensions": CHUNKED + b"5;a=b\r\nhello\r\n0\r\n\r\n",
    "chunks with a trailer": CHUNKED + b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
    "leading zeros of a chunk": CHUNKED + b"0005\r\nhello\r\n000\r\n\r\n",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "an odd reason": b"HTTP/1.1 503 \xc3\xa9 (busy)\r\nContent-Length: 2\r\n\r\nno",
    "an interim answer before": b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
    "early hints before": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
    "204": b"HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n",
    "304": b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
    "an error with a body": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 4\r\n\r\nslow",
    "a header twice": OK + b"X-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nok",
    "an empty value": OK + b"X-A:\r\nContent-Length: 2\r\n\r\nok",
    "packed although nobody asked": OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
    "more than its length": OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    "fewer bytes than its length": OK + b"Content-Length: 50\r\n\r\nhello",
    "chunks without an end": CHUNKED + b"5\r\nhello\r\n",
    "a chunk that is cut": CHUNKED + b"50\r\nhello",
    "nothing": b"",
    "half a head": OK + b"Content-Len",
    "a size that is none": CHUNKED + b"5g\r\nhello\r\n0\r\n\r\n",
    "a negative size": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a size beyond all bounds": CHUNKED + b"f" * 30 + b"\r\nhello\r\n0\r\n\r\n",
    "a length that is none": OK + b"Content-Length: five\r\n\r\nhello",
    "a negative length": OK + b"Content-Length: -5\r\n\r\nhello",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "an unknown coding": OK + b"Transfer-Encoding: rot13\r\n\r\nhello",
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a page without a head": b"<html>hello</html>",
    "a status that is none": b"HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\nok",
    "a header without a name": OK + b": x\r\nContent-Length: 2\r\n\r\nok",
    "a space before the colon": OK + b"Content-Length : 2\r\n\r\nok",
    "a NUL in a value": OK + b"X-A: a\0b\r\nContent-Length: 2\r\n\r\nok",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
    "a head without end": OK + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
}

DIFFERENT = {
    # h11 waits for the end of a line that is none; llhttp knows by its first byte.
    "no HTTP at all": ["ProtocolViolation", "ConnectionLost"],
    "a page without a head": ["ProtocolViolation", "ConnectionLost"],
}
"""What each of the two says where they differ."""


@pytest.mark.parametrize("name", ANSWERS)
async def test_both_clients_make_the_same_of_an_answer(serve, name: str) -> None:
    async def script(peer):
        await peer.receive_request()
        with contextlib.suppress(ConnectionError):
            await peer.send(ANSWERS[name])
        peer.close()

    server = await serve(script)
    found = [await outcome(implementation, server.url()) for implementation in (OwnUpstream, ReferenceUpstream)]
    if name in DIFFERENT:
        assert found == DIFFERENT[name]
    else:
        assert found[0] == found[1]


async def outcome(implementation: type[OwnUpstream | ReferenceUpstream], url: str) -> object:
    upstream: Upstream = implementation(EgressPolicy(("127.0.0.0/8",)), default_ssl_context())
    try:
        reply = await upstream.open(UpstreamRequest("POST", url, (), b"{}"), PATIENT)
        try:
            return reply.status, sorted(reply.headers), await reply.read_all(1 << 20)
        finally:
            reply.close()
    except TransportError as error:
        return type(error).__name__
    finally:
        await upstream.aclose()
