"""How answers and errors look on the wire: OpenAI's shapes, and the `x-perpetuo-*` headers."""

import functools
import math
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from perpetuo.core.errors import GatewayError
from perpetuo.gateway.run import Run
from perpetuo.http.exchange import Exchange

Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
EVENT_STREAM: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


@functools.lru_cache(maxsize=4096)
def header_value(text: str) -> bytes:
    """Printable ASCII as it is, everything else percent-encoded: nothing a caller chose can break a header."""
    return quote(text, safe=" !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~").encode("ascii")


def telling_headers(run: Run) -> Headers:
    """What is known of the decision so far."""
    request_id = run.id.encode("ascii")
    # The second name is the one the OpenAI clients show as `request_id`.
    headers: Headers = [(b"x-perpetuo-request-id", request_id), (b"x-request-id", request_id)]
    if run.resolution is not None:
        headers.append((b"x-perpetuo-alias", header_value(run.resolution.alias)))
    if run.strategy is not None:
        headers.append((b"x-perpetuo-strategy", header_value(run.strategy.name)))
    if run.answered_by is not None:
        headers += _naming(run.answered_by.vendor.name, run.answered_by.model.id)
        loss = run.answered_by.loss
        if loss.dropped:
            headers.append((b"x-perpetuo-dropped", _listed(loss.dropped)))
        if loss.approximated:
            headers.append((b"x-perpetuo-approximated", _listed(loss.approximated)))
        if run.answered_by.vendor.last_resort:
            headers.append((b"x-perpetuo-notice", b"demo model: tiny and often wrong; add a provider key"))
    if run.resolution is not None:
        headers += _telling_course(len(run.attempts), run.fallback_used, run.substituted)
    return headers


@functools.lru_cache(maxsize=1024)
def _naming(vendor: str, model: str) -> Headers:
    return [(b"x-perpetuo-provider", header_value(vendor)), (b"x-perpetuo-model", header_value(model))]


@functools.lru_cache(maxsize=256)
def _telling_course(attempts: int, fallback: bool, substituted: str) -> Headers:
    return [
        (b"x-perpetuo-attempts", b"%d" % attempts),
        (b"x-perpetuo-fallback", b"true" if fallback else b"false"),
        (b"x-perpetuo-substituted", substituted.encode("ascii")),
    ]


MAX_LISTED = 32
MAX_LISTED_CHARS = 64


def _listed(fields: Sequence[str]) -> bytes:
    """Field names, of which a client may have made up any number, of any length."""
    names = [header_value(name[:MAX_LISTED_CHARS].replace(",", "")) for name in fields[:MAX_LISTED]]
    if len(fields) > MAX_LISTED:
        names.append(b"...")
    return b", ".join(names)


def error_body(error: GatewayError, request_id: str) -> bytes:
    """OpenAI's error object, plus the remedy, the request id and what else helps."""
    return msgspec.json.encode({"error": _error_object(error, request_id)})


def error_event(error: GatewayError, request_id: str) -> bytes:
    """The one event that ends a stream that broke after its first content."""
    return b"data: " + error_body(error, request_id) + b"\n\n"


async def send_error(exchange: Exchange, error: GatewayError, run: Run) -> None:
    headers = telling_headers(run)
    headers.append(JSON)
    if error.retry_after_s is not None:
        headers.append((b"retry-after", str(max(1, math.ceil(error.retry_after_s))).encode("ascii")))
    headers.extend((name.encode("ascii"), header_value(value)) for name, value in error.headers)
    await exchange.respond(error.row.status, headers, error_body(error, run.id))


def told(error: GatewayError) -> str:
    """What the client reads."""
    return f"{error.message} {error.row.remedy}".strip()


def _error_object(error: GatewayError, request_id: str) -> dict[str, object]:
    body: dict[str, object] = {
        "message": told(error),
        "type": error.row.type,
        "param": error.param,
        "code": error.code,
        "request_id": request_id,
    }
    if error.details:
        body.update(error.details)
    return body
