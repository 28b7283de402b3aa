"""What every request of the control plane passes before it is routed, and what every reply carries.

Host and size of the request, requests a minute per address; security headers on whatever is answered.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from perpetuo.control.replies import ControlError, failure_response
from perpetuo.control.state import ControlState
from perpetuo.core.errors import AdmissionError

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
        send = _with_security_headers(send, scope["scheme"] == "https")
        try:
            self._check(scope)
        except AdmissionError as error:
            refusal = ControlError(429, error.code, error.message, retry_after_s=error.retry_after_s)
            await failure_response(refusal)(scope, receive, send)
            return
        except ControlError as error:
            await failure_response(error)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._state.settings.max_body_bytes), send)

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
        for name_bytes, value in headers:
            if name_bytes == b"content-length" and int(value or b"0") > self._state.settings.max_body_bytes:
                raise too_large(self._state.settings.max_body_bytes)


def too_large(limit_bytes: int) -> ControlError:
    return ControlError(413, "too_large", f"The body is larger than {limit_bytes} bytes.")


def _bounded(receive: Receive, limit_bytes: int) -> Receive:
    """A body without a declared length is counted as it comes."""
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > limit_bytes:
                raise too_large(limit_bytes)
        return message

    return receive_bounded


def _with_security_headers(send: Send, secure: bool) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in SECURITY_HEADERS.items() if name not in present]
            if secure:
                headers.append((b"strict-transport-security", HSTS))
            message["headers"] = headers
        await send(message)

    return send_with_headers
