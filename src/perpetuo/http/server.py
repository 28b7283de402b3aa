"""uvicorn's httptools protocol with foreign upgrades ignored, heads bounded and connections abortable.

Java's HttpClient sends `Upgrade: h2c` with every first request, bodies included, and goes on with HTTP/1.1 when the
server does (RFC 9110 section 7.8). httptools skips the body of any request that asks for an upgrade, and uvicorn
then leaves the client waiting. Here the head that llhttp has already parsed and accepted is put together again
without the upgrade and goes through a fresh parser, followed by the bytes after it. So no byte is looked at twice
by two different parsers, and it does not matter how the socket cut the head.
"""

import asyncio
import http
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from perpetuo.http.asgi_exchange import TRANSPORT_EXTENSION

MAX_HEAD_BYTES = 64 * 1024
# How long a client that does not read keeps the tail of an aborted response alive.
ABORT_FLUSH_S = 5.0
# How long a client may go on sending a refused head.
LINGER_S = 1.0


class PerpetuoHttpProtocol(HttpToolsProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_open = False
        self._head_bytes = 0
        self._head_refused = False
        self._upgrade_ignored = False
        self._discarding = False

    def data_received(self, data: bytes) -> None:
        if self._discarding:
            return
        self._unset_keepalive_if_required()
        head_was_open = self._head_open
        if not self._feed(data):
            return
        # Bytes of a head that was already open before this read; how much of a first read is head is not known.
        if self._head_open and head_was_open:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()

    def _feed(self, data: bytes) -> bool:
        """False once the connection is answered with an error or handed over."""
        while True:
            try:
                self.parser.feed_data(data)
                return True
            except httptools.HttpParserUpgrade as upgrade:
                if not self._upgrade_ignored:
                    self.handle_websocket_upgrade()
                    return False
                self._upgrade_ignored = False
                data = self._head_without_upgrade() + data[cast(int, upgrade.args[0]) :]
                self._renew_parser()
            except httptools.HttpParserError:
                if self._head_refused:
                    self._refuse_head()
                else:
                    message = "Invalid HTTP request received."
                    self.logger.warning(message)
                    self.send_400_response(message)
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

    def _refuse_head(self) -> None:
        body = b"The request's head is over 65536 bytes."
        status = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        lines = (
            b"HTTP/1.1 %d %s",
            b"content-type: text/plain; charset=utf-8",
            b"content-length: %d",
            b"connection: close",
        )
        head = b"\r\n".join([*lines, b"", b""])
        self.transport.write(head % (status, status.phrase.encode(), len(body)) + body)
        # Closing with bytes of the client unread would reset the connection under the answer (RFC 9112 section 9.6).
        self._discarding = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)

    # --- llhttp calls these

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_open = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._head_open = False
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._head_refused = True
            raise ValueError("head too large")  # ends the parse; `_feed` answers
        if self.parser.should_upgrade() and not self._should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise ValueError("not a proxy")
            self._upgrade_ignored = True
            return
        transport = _RequestTransport(self)
        extensions = cast(dict[str, Any], self.scope.setdefault("extensions", {}))
        extensions[TRANSPORT_EXTENSION] = transport
        super().on_headers_complete()
        transport.cycle = self.cycle

    def on_message_complete(self) -> None:
        if not self._upgrade_ignored:
            super().on_message_complete()


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
        transport.close()
        self._protocol.loop.call_later(ABORT_FLUSH_S, transport.abort)
