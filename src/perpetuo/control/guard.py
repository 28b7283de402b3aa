"""What every request of the control plane passes before it is routed, and what every reply carries.

Host and size of the request, requests a minute per address; security headers on whatever is answered; and an answer
even to what nobody foresaw.
"""

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from perpetuo.control.replies import TOO_LARGE, ControlError, failure_response, internal_error
from perpetuo.control.state import ControlState
from perpetuo.core.errors import AdmissionError

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# No scripts, no frames, nothing loaded: replies are data. /docs has its own stylesheet and says so itself.
SECURITY_HEADERS: dict[bytes, bytes] = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
}
HSTS = b"max-age=31536000"

# RFC 9110 section 7.2 with RFC 3986's host: a name, an IPv4 address or a bracketed IPv6 one, and a port.
_HOST = re.compile(rb"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Guard:
    def __init__(self, app: App, state: ControlState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(send, secure=scope["scheme"] == "https")
        send = reply.send
        try:
            self._check(scope)
        except AdmissionError as error:
            refusal = ControlError(429, error.code, error.message, retry_after_s=error.retry_after_s)
            await failure_response(refusal)(scope, receive, send)
            return
        except ControlError as error:
            await failure_response(error)(scope, receive, send)
            return
        try:
            await self._app(scope, _bounded(receive, self._state.settings.max_body_bytes), send)
        except Exception as error:  # a request ends here; the handler of exceptions has logged where
            log.error("a request of the control plane ended with %s", type(error).__name__)
            if reply.begun:
                raise  # the server closes the connection: half a reply must not look whole
            await failure_response(internal_error())(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._state.check_address(scope["client"][0] if scope.get("client") else "")
        hosts = [value for name, value in headers if name == b"host"]
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            raise ControlError(400, "bad_host", "The Host header is not a host.")
        name = match["name"].decode().lower().strip("[]").removesuffix(".")
        allowed = self._state.settings.hosts
        if allowed is not None and name not in allowed:
            raise ControlError(
                400, "unknown_host", "We do not answer to this Host: an operator can name it in PERPETUO_PUBLIC_URL."
            )
        self._check_length([value for name, value in headers if name == b"content-length"])
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            raise ControlError(400, "bad_request", "An address has no NUL character.")

    def _check_length(self, lengths: list[bytes]) -> None:
        if not lengths:
            return
        # Python's own numbers have signs, spaces and underscores, and thousands of digits.
        if len(lengths) > 1 or not re.fullmatch(rb"[0-9]{1,19}", lengths[0]):
            raise ControlError(400, "bad_request", "Content-Length is no length.")
        if int(lengths[0]) > self._state.settings.max_body_bytes:
            raise ControlError(413, "too_large", TOO_LARGE)


def _bounded(receive: Receive, limit_bytes: int) -> Receive:
    """A body without a declared length is counted as it comes."""
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > limit_bytes:
                # The one kind of exception that FastAPI lets through while it reads a body.
                raise HTTPException(413)
        return message

    return receive_bounded


class _Reply:
    """Adds the security headers; knows whether the reply has begun."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in SECURITY_HEADERS.items() if name not in present]
            if self._secure:
                headers.append((b"strict-transport-security", HSTS))
            message["headers"] = headers
        await self._send(message)
