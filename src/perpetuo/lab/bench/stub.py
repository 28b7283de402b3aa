"""The upstream of the benchmark, a process of its own: it answers at once, so that the gateway is what is measured.

    python -m perpetuo.lab.bench.stub [--port PORT] [--certificate PEM --private-key PEM]

Prints one line of JSON with its ports, and ends with its standard input.
"""

import argparse
import asyncio
import functools
import gc
import ssl
import sys
from typing import cast

import msgspec
import uvloop

from perpetuo.lab.bench.exchanges import Wanted, read_wanted, stream_chunk, stream_end, stream_head, unary_reply

_BACKLOG = 8192
_CHUNKS = [stream_chunk(number) for number in range(10)]
_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"

unary_reply_once = functools.cache(unary_reply)
stream_end_once = functools.cache(stream_end)


class StubPorts(msgspec.Struct):
    """tls_port: 0 without a certificate."""

    port: int
    tls_port: int


class StubConnection(asyncio.Protocol):
    """One request at a time; a body comes with Content-Length."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._missing_bytes = 0  # of the body that is being collected
        self._sent_chunks = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if self._missing_bytes:
            self._missing_bytes -= len(data)
            if self._missing_bytes > 0:
                return
        whole = b"".join(self._parts) if len(self._parts) > 1 else data
        end = whole.find(b"\r\n\r\n")
        if end < 0:
            return
        missing = _content_length(whole, end) - (len(whole) - end - 4)
        if missing > 0:
            self._missing_bytes = missing
            self._parts = [whole]
            return
        self._missing_bytes = 0
        self._parts.clear()
        self._answer(whole, end + 4)

    def _answer(self, request: bytes, body_at: int) -> None:
        if not request.startswith(b"POST "):
            self._transport.write(_NOT_FOUND)
            return
        wanted = read_wanted(request[body_at : body_at + 4096])
        if wanted is None:
            self._transport.write(_BAD_REQUEST)
            self._transport.close()
        elif not wanted.chunks:
            self._transport.write(unary_reply_once(wanted.answer_bytes))
        else:
            self._start_stream(wanted)

    def _start_stream(self, wanted: Wanted) -> None:
        self._transport.write(stream_head() + _CHUNKS[0])
        self._sent_chunks = 1
        if wanted.chunks_per_s:
            self._due_s = self._loop.time()
            self._plan_chunk(wanted)

    def _plan_chunk(self, wanted: Wanted) -> None:
        self._due_s += 1 / wanted.chunks_per_s
        self._timer = self._loop.call_at(self._due_s, self._send_chunk, wanted)

    def _send_chunk(self, wanted: Wanted) -> None:
        if self._sent_chunks >= wanted.chunks:
            self._transport.write(stream_end_once(wanted.chunks))
            self._timer = None
            return
        self._transport.write(_CHUNKS[self._sent_chunks % 10])
        self._sent_chunks += 1
        self._plan_chunk(wanted)


def _content_length(request: bytes, head_end: int) -> int:
    head = request[:head_end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    line_end = head.find(b"\r\n", at + 2)
    return int(head[at + 17 : line_end if line_end > 0 else len(head)])


async def serve(tls: ssl.SSLContext | None, port: int) -> None:
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(StubConnection, "127.0.0.1", port, backlog=_BACKLOG)
    secure = None
    if tls is not None:
        secure = await loop.create_server(StubConnection, "127.0.0.1", 0, ssl=tls, backlog=_BACKLOG)
    ports = StubPorts(_port(plain), _port(secure) if secure else 0)
    sys.stdout.buffer.write(msgspec.json.encode(ports) + b"\n")
    sys.stdout.buffer.flush()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    gc.freeze()
    await ended.wait()


def _port(server: asyncio.Server) -> int:
    return server.sockets[0].getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--private-key")
    given = parser.parse_args()
    tls = None
    if given.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(given.certificate, given.private_key)
    uvloop.run(serve(tls, given.port))


if __name__ == "__main__":
    main()
