"""uvicorn's protocol class, strict: requests of `/v1/*` go straight to the gateway, everything else on through ASGI.

Stricter than uvicorn: heads are bounded in bytes, headers and time, bodies in time, idle connections too, and a request
that two parsers could read differently is refused and its connection closed (`_mistake`).

Java's HttpClient sends `Upgrade: h2c` with every first request, bodies included, and goes on with HTTP/1.1 when the
server does (RFC 9110 section 7.8). httptools skips the body of any request that asks for an upgrade, and uvicorn
then leaves the client waiting. Here the head that llhttp has already parsed and accepted is put together again
without the upgrade and goes through a fresh parser, followed by the bytes after it. So no byte is looked at twice
by two different parsers, and it does not matter how the socket cut the head.
"""

import asyncio
import functools
import http
import re
from collections import deque
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from perpetuo.http.asgi_exchange import TRANSPORT_EXTENSION
from perpetuo.http.edge import Edge
from perpetuo.http.fast_exchange import FastExchange

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 100
# Requests that a client may send before it has the answers of the earlier ones; what it sends beyond is not answered.
MAX_PIPELINED = 16
# How long a client that does not read keeps the tail of an aborted response alive.
ABORT_FLUSH_S = 5.0
# How long a client may go on sending what is not read any more.
LINGER_S = 1.0
# Bytes of a response that wait for a slow client, before its provider has to wait too.
WRITE_HIGH_BYTES = 32 * 1024

FAST_PREFIX = b"/v1/"

_TARGET = re.compile(rb"/[!-\"$-~]*")
_HOST = re.compile(rb"[A-Za-z0-9.\-_~!$&'()*+,;=%:\[\]]*")
_LENGTH = re.compile(rb"[0-9]{1,18}")

Refusal = tuple[int, str]
"""A status and a sentence."""

_TOO_LARGE: Refusal = (431, f"The request's head is over {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} headers.")


Request = FastExchange | RequestResponseCycle


class PerpetuoHttpProtocol(HttpToolsProtocol):
    """One connection of a client. Implements `Wire` and `edge.Connection`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        edge: Edge,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.peer = ""
        self.send_paused = False
        self._edge = edge
        self._head_open = False
        self._head_bytes = 0
        self._read_bytes = 0
        self._head_since_s = 0.0
        self._body_since_s = 0.0
        self._body_bytes = 0
        self._idle_since_s = self.loop.time()
        # Until its first request has been answered, a connection has only as long as a head may take.
        self._idle_patience_s = edge.limits.header_s
        self._refusal: Refusal | None = None
        self._upgrade_ignored = False
        # What still comes is not read.
        self._discarding = False
        # The client, or we, said that this connection ends with the request that was read last; what llhttp reads
        # behind it is skipped.
        self._last_request_read = False
        self._skipping = False
        self._receiving: Request | None = None
        """Whose body is being read."""
        self._serving: Request | None = None
        """Whose response is under way."""
        self._waiting: deque[Request] = deque()
        """Whose turn comes later."""

    # --- asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self.peer = self.client[0] if self.client else ""
        self.transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES)
        if not self._edge.admit(self):
            self._refuse(503, "This gateway has as many connections as it takes; try again in a moment.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._edge.forget(self)
        for request in (self._serving, self._receiving, *self._waiting):
            if request is not None:
                _tell_gone(request)
        self._waiting.clear()
        self._receiving = None
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self.send_paused = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self.send_paused = False
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._discarding:
            return
        head_was_open = self._head_open
        self._read_bytes = len(data)
        if not self._feed(data):
            return
        # Bytes of a head that was already open before this read; how much of a first read is head is not known.
        if self._head_open and head_was_open:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(*_TOO_LARGE)

    def _feed(self, data: bytes) -> bool:
        """False once the connection is answered with an error or handed over."""
        while True:
            try:
                self.parser.feed_data(data)
                return True
            except httptools.HttpParserUpgrade as upgrade:
                if self._skipping:
                    self._discarding = True
                    return False
                if not self._upgrade_ignored:
                    self.handle_websocket_upgrade()
                    return False
                self._upgrade_ignored = False
                data = self._head_without_upgrade() + data[cast(int, upgrade.args[0]) :]
                self._renew_parser()
            except httptools.HttpParserError:
                if self._skipping:
                    self._discarding = True
                else:
                    self._refuse(*(self._refusal or (400, "This is not a valid HTTP/1.1 request.")))
                return False

    def _head_without_upgrade(self) -> bytes:
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()]
        for name, value in self.headers:
            if name in (b"upgrade", b"http2-settings"):
                continue
            if name == b"connection":
                tokens = [token.strip() for token in value.split(b",")]
                value = b", ".join(token for token in tokens if token.lower() not in (b"upgrade", b"http2-settings"))
                if not value:
                    continue
            lines.append(name + b": " + value)
        return b"\r\n".join([*lines, b"", b""])

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        # As uvicorn sets it on the first one.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    # --- llhttp calls these, from within `feed_data`

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_open:
            return  # a trailer
        # llhttp leaves the spaces behind a value, which are not part of it (RFC 9112, section 5.1).
        self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._skipping = self._last_request_read
        self._head_open = True
        self._head_bytes = 0
        self._head_since_s = self.loop.time()

    def on_headers_complete(self) -> None:
        self._head_open = False
        if self._skipping:
            return
        if self.parser.should_upgrade():
            if self._should_upgrade():
                self.scope = cast(Any, {"method": self.parser.get_method().decode(), "headers": self.headers})
                return
            if self.parser.get_method() == b"CONNECT":
                self._give_up(400, "This is not a proxy.")
            self._upgrade_ignored = True
            return
        headers = dict(reversed(self.headers))
        version = self.parser.get_http_version()
        refusal = self._mistake(headers, version)
        if refusal is not None:
            self._give_up(*refusal)
        keeps_alive = version != "1.0" and self.parser.should_keep_alive() and len(self._waiting) < MAX_PIPELINED
        self._last_request_read = not keeps_alive
        self._body_since_s = self.loop.time()
        self._body_bytes = 0
        if self._edge.handle is not None and self.url.startswith(FAST_PREFIX):
            self._begin(self._fast_exchange(headers, version, keeps_alive))
        else:
            self._begin(self._asgi_cycle(version, keeps_alive))

    def _give_up(self, status: int, sentence: str) -> None:
        self._refusal = (status, sentence)
        raise ValueError(sentence)  # ends the parse; `_feed` answers

    def on_body(self, body: bytes) -> None:
        receiving = self._receiving
        self._body_bytes += len(body)
        if isinstance(receiving, FastExchange):
            receiving.take(body)
        elif receiving is not None and not receiving.response_complete:
            receiving.body += body
            if len(receiving.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            receiving.message_event.set()

    def on_message_complete(self) -> None:
        receiving, self._receiving = self._receiving, None
        if isinstance(receiving, FastExchange):
            receiving.take_end()
        elif receiving is not None and not receiving.response_complete:
            receiving.more_body = False
            receiving.message_event.set()

    def _mistake(self, headers: dict[bytes, bytes], version: str) -> tuple[int, str] | None:
        """What makes the head one that this gateway, a proxy before it and a person would not read alike."""
        if self._read_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
                return _TOO_LARGE
        length, coding = headers.get(b"content-length"), headers.get(b"transfer-encoding")
        if len(headers) != len(self.headers):
            names = [name for name, _ in self.headers]
            for name in (b"content-length", b"transfer-encoding", b"host"):
                if names.count(name) > 1:
                    return 400, f"The header {name.decode()} is there more than once."
        if coding is not None:
            if length is not None or version != "1.1":
                return 400, "transfer-encoding goes neither with content-length nor with HTTP/1.0."
            if coding.lower() != b"chunked":
                return 501, "The only transfer-encoding taken is `chunked`."
        if length is not None and _LENGTH.fullmatch(length) is None:
            return 400, "content-length is not a number."
        if version not in ("1.1", "1.0"):
            return 505, "This server speaks HTTP/1.1."
        if _TARGET.fullmatch(self.url) is None and (self.url != b"*" or self.parser.get_method() != b"OPTIONS"):
            return 400, "The request's target is not a path."
        host = headers.get(b"host")
        if host is None:
            return None if version == "1.0" else (400, "The header host is missing.")
        return None if _HOST.fullmatch(host) else (400, "The header host is not a host.")

    def _fast_exchange(self, headers: dict[bytes, bytes], version: str, keeps_alive: bool) -> FastExchange:
        proxies, length = self._edge.proxies, headers.get(b"content-length")
        return FastExchange(
            self,
            self.parser.get_method().decode("ascii"),
            self.url,
            headers,
            peer=self.peer if proxies is None else proxies.client_of(self.peer, self.headers),
            content_length=None if length is None else int(length),
            expects_continue=self._expects_continue(headers),
            keeps_alive=keeps_alive,
            http_1_0=version == "1.0",
        )

    def _asgi_cycle(self, version: str, keeps_alive: bool) -> RequestResponseCycle:
        """As uvicorn makes it, from the scope that uvicorn makes."""
        raw_path, _, query = self.url.partition(b"?")
        path = self.root_path + unquote(raw_path.decode("ascii"))
        transport = _RequestTransport(self)
        scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": self.parser.get_method().decode("ascii"),
            "root_path": self.root_path,
            "path": path,
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "extensions": {TRANSPORT_EXTENSION: transport},
        }
        self.scope = cast(Any, scope)
        transport.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self._expects_continue(dict(self.headers)),
            keep_alive=keeps_alive and not self._edge.draining,
            on_response=self.on_response_complete,
        )
        return transport.cycle

    def _expects_continue(self, headers: dict[bytes, bytes]) -> bool:
        return headers.get(b"expect", b"").lower() == b"100-continue"

    # --- one request after the other

    def _begin(self, request: Request) -> None:
        self._receiving = request
        if self._serving is None:
            self._serve(request)
        else:
            self.flow.pause_reading()
            self._waiting.append(request)

    def _serve(self, request: Request) -> None:
        self._serving = request
        if isinstance(request, FastExchange):
            request.task = task = self.loop.create_task(self._carry(request))
            self.tasks.add(task)
        else:
            self.cycle = request
            self._start_asgi_task(request, cast(Any, self.app))  # pyright: ignore[reportUnknownMemberType]

    async def _carry(self, exchange: FastExchange) -> None:
        handle = self._edge.handle
        assert handle is not None
        try:
            await handle(exchange)
        finally:
            self.tasks.discard(cast(Any, exchange.task))
            exchange.task = None
            if not exchange.ended:
                exchange.abort()
            if self._serving is exchange:
                self._serving = None

    def on_response_complete(self) -> None:
        """Of an ASGI request: where the connection has to be closed, uvicorn's cycle has done it."""
        self._next()

    def _next(self) -> None:
        self.server_state.total_requests += 1
        self._serving = None
        if self.transport.is_closing():
            return
        if self._waiting:
            self._serve(self._waiting.popleft())
            return
        self.flow.resume_reading()
        if self._discarding:
            self._linger()
        elif self._edge.draining:
            self._close_when_idle()
        else:
            self._idle_since_s = self.loop.time()
            self._idle_patience_s = self._edge.limits.keep_alive_s

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer what was read last, and read nothing more. Answers that are owed for earlier requests go first."""
        unfinished, self._receiving = self._receiving, None
        if unfinished is not None:
            _tell_gone(unfinished)
            if unfinished is not self._serving:
                self._waiting.remove(unfinished)
        owes = self._serving is not None and unfinished is not self._serving
        self._discarding = True
        if owes:
            return
        if unfinished is None or not _has_begun_to_answer(unfinished):
            body = sentence.encode()
            self.send(_REFUSAL % (status, http.HTTPStatus(status).phrase.encode(), len(body), body))
        self._linger()

    def _linger(self) -> None:
        """Close in a moment: with bytes of the client unread it would reset the connection under the answer
        (RFC 9112 section 9.6)."""
        self._discarding = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)

    def shutdown(self) -> None:
        """uvicorn calls it when the worker drains: the heads of responses say `connection: close` from now on."""
        self._edge.draining = True
        for request in (self._serving, *self._waiting):
            if isinstance(request, RequestResponseCycle) and not request.response_started:
                request.keep_alive = False
        if self._serving is None:
            self._close_when_idle()

    def _close_when_idle(self) -> None:
        """A client that has not been told may send its next request at this moment, and would lose it."""
        self.loop.call_later(self._edge.limits.drain_idle_s, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._serving is None and not self._head_open and not self.transport.is_closing():
            self.transport.close()

    # --- what the edge calls

    def close_if_overdue(self, now_s: float) -> None:
        if self._discarding or self.transport.is_closing():
            return
        if self._receiving is not None:
            self._check_body_rate(now_s, self._receiving)
        elif self._serving is not None:
            return
        elif self._head_open:
            if now_s - self._head_since_s > self._edge.limits.header_s:
                self._refuse(408, "The head of the request did not come in time.")
        elif now_s - self._idle_since_s > self._idle_patience_s:
            self.transport.close()

    def _check_body_rate(self, now_s: float, receiving: Request) -> None:
        limits = self._edge.limits
        if self.flow.read_paused:
            # It is we who do not read.
            self._body_since_s, self._body_bytes = now_s, 0
            return
        late_s = now_s - self._body_since_s - limits.body_grace_s
        if late_s <= 0 or self._body_bytes >= late_s * limits.body_min_bytes_per_s:
            return
        if isinstance(receiving, FastExchange):
            receiving.take_overdue()
        else:
            self._refuse(408, "The body of the request comes too slowly.")

    # --- what a `FastExchange` calls

    def standing_head(self) -> bytes:
        return self._edge.standing_head(self.server_state.default_headers)

    def send(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    async def until_sendable(self) -> None:
        await self.flow.drain()

    def resume_body(self) -> None:
        self.flow.resume_reading()

    def pause_body(self) -> None:
        self.flow.pause_reading()

    def is_last(self) -> bool:
        return self._edge.draining

    def end(self, *, close: bool) -> None:
        if close and (self._receiving is not None or self._skipping):
            self._receiving = None
            self._discarding = True
        elif close:
            self.transport.close()
        self._next()

    def break_off(self) -> None:
        self.transport.close()
        self.loop.call_later(ABORT_FLUSH_S, self.transport.abort)


_REFUSAL = (
    b"HTTP/1.1 %d %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
)


def protocol_at(edge: Edge) -> type[asyncio.Protocol]:
    """What uvicorn's `http=` takes."""
    return cast(type[asyncio.Protocol], functools.partial(PerpetuoHttpProtocol, edge=edge))


def _tell_gone(request: Request) -> None:
    if isinstance(request, FastExchange):
        request.take_gone()
    elif not request.response_complete:
        request.disconnected = True
        request.message_event.set()


def _has_begun_to_answer(request: Request) -> bool:
    return request.started if isinstance(request, FastExchange) else request.response_started


class _RequestTransport:
    """Implements `ClosableTransport`, for as long as the connection owes that request its response."""

    def __init__(self, protocol: PerpetuoHttpProtocol) -> None:
        self.cycle: RequestResponseCycle | None = None
        self._protocol = protocol

    def close(self) -> None:
        cycle, transport = self.cycle, self._protocol.transport
        if cycle is None or cycle.response_complete or transport.is_closing():
            return
        # uvicorn otherwise logs the application's return without an end as a mistake.
        cycle.disconnected = True
        cycle.message_event.set()
        self._protocol.break_off()
