"""What the server edge and h11 read of the same bytes, without sockets."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

import h11
from uvicorn.config import Config
from uvicorn.server import ServerState

from perpetuo.http.edge import Edge
from perpetuo.http.exchange import BodyTimeout, BodyTooLarge, ClientGone, Exchange
from perpetuo.http.server import MAX_HEAD_BYTES, PerpetuoHttpProtocol

MAX_BODY_BYTES = 1 << 24
_OF_THE_CONNECTION = (b"connection", b"upgrade", b"http2-settings")
TURNS = 12
"""Of the loop, in which what was read is answered."""

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


class ReadRequest(NamedTuple):
    """headers: the first of each lower-case name, of those that both readers tell."""

    method: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def _request(method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> ReadRequest:
    raw_path, _, query = target.partition(b"?")
    return ReadRequest(method, unquote(raw_path.decode("ascii")), query, _told(dict(reversed(headers))), body)


def _told(headers: Mapping[bytes, bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """h11 writes the coding in small letters, and the edge takes an upgrade away that it does not take."""
    written = {name: value for name, value in headers.items() if name not in _OF_THE_CONNECTION}
    coding = headers.get(b"transfer-encoding")
    if coding is not None:
        written[b"transfer-encoding"] = coding.lower()
    return tuple(sorted(written.items()))


def read_by_h11(data: bytes) -> list[ReadRequest]:
    """The whole requests up to what it does not take, or the last one of the connection."""
    found: list[ReadRequest] = []
    rest: bytes | None = data
    while rest is not None:
        # Empty lines before a request are to be ignored (RFC 9112, section 2.2), which h11 leaves to its user.
        rest = _read_one_by_h11(rest.lstrip(b"\r\n"), found)
    return found


def _read_one_by_h11(data: bytes, found: list[ReadRequest]) -> bytes | None:
    """What comes behind it; None where nothing more is read."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
    connection.receive_data(data)
    head, body = cast(Any, None), b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                found.append(_request(head.method.decode(), head.target, list(head.headers), body))
                connection.send(h11.Response(status_code=404, headers=[("content-length", "0")]))
                connection.send(h11.EndOfMessage())
                goes_on = connection.our_state is h11.DONE and connection.their_state is h11.DONE
                return connection.trailing_data[0] if goes_on else None
            else:
                return None
    except h11.RemoteProtocolError:
        return None


class Socket(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.paused = self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass


async def read_by_edge(pieces: Sequence[bytes], edge_kind: str = "fast") -> list[ReadRequest]:
    """The whole requests that its handlers get. pieces: as the socket brings them."""
    found: list[ReadRequest] = []

    async def handle(exchange: Exchange) -> None:
        try:
            body = await exchange.body(MAX_BODY_BYTES, 60.0)
        except (ClientGone, BodyTimeout, BodyTooLarge):
            return
        headers = _told(exchange._headers)  # type: ignore[attr-defined]
        found.append(ReadRequest(exchange.method, exchange.path, exchange.query, headers, body))
        await exchange.respond(200, [], b"")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        found.append(_request(scope["method"], target, scope["headers"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    config = Config(app, lifespan="off", ws="none", log_config=None, access_log=False, proxy_headers=False)
    protocol = PerpetuoHttpProtocol(
        config, ServerState(), {}, edge=Edge(handle=handle if edge_kind == "fast" else None)
    )
    socket = Socket()
    protocol.connection_made(socket)
    for piece in pieces:
        for _ in range(TURNS):
            if not socket.paused:
                break
            await asyncio.sleep(0)
        if socket.closed:
            break
        protocol.data_received(piece)
        await asyncio.sleep(0)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    protocol.connection_lost(None)
    if protocol.tasks:
        await asyncio.wait(tuple(protocol.tasks))
    return found


async def check(data: bytes, edge: str) -> None:
    """Fails where the edge and h11 do not read the same, and no rule says why."""
    edge_read, h11_read = await read_by_edge([data], edge), read_by_h11(data)
    common = min(len(edge_read), len(h11_read))
    rules = STRICTER if len(edge_read) < len(h11_read) else LAXER
    told = f"the edge read {edge_read}\nh11 read {h11_read}\nof {data!r}"
    assert edge_read[:common] == h11_read[:common], told
    assert len(edge_read) == len(h11_read) or any(re.search(rule, data) for rule in rules.values()), told
