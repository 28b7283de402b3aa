"""Whose fault, and what the client is told.

GatewayError                      written for the client; a row of TABLE gives status, type, code, log level
├── ClientError                   the request: fix it and send it again
├── AdmissionError                limits and quotas; carries Retry-After
├── RoutingError                  no candidate can or may serve it
└── UpstreamError                 every candidate failed, or one failed in a way no other can mend

TransportError                    what `http/` raises about one upstream call; never reaches a client as it is
├── ConnectFailed                 refused, DNS, TLS: nothing was sent
│   └── EgressBlocked             the address is not allowed: nothing was sent
├── ConnectTimeout                nothing was sent
├── FirstByteTimeout  IdleTimeout  TotalTimeout
├── ConnectionLost                reset or closed early
├── ProtocolViolation             not HTTP, or framing that contradicts itself
└── UpstreamTooLarge              over a cap on headers, line or body
"""

import re
from typing import Literal

import msgspec

Fault = Literal["client", "gateway", "upstream"]


class ErrorRow(msgspec.Struct, frozen=True):
    status: int
    type: str
    log_level: Literal["debug", "info", "warning", "error"]
    fault: Fault
    remedy: str


# code -> row. `type` values are those OpenAI's API uses; read 2026-11-23 at
# https://platform.openai.com/docs/guides/error-codes
TABLE: dict[str, ErrorRow] = {
    "invalid_json": ErrorRow(400, "invalid_request_error", "info", "client", "Send one JSON object as the body."),
    "invalid_value": ErrorRow(400, "invalid_request_error", "info", "client", "Correct the named field."),
    "not_lossless": ErrorRow(
        400, "invalid_request_error", "info", "client", "Leave the named fields out, or send the request without it."
    ),
    "missing_field": ErrorRow(400, "invalid_request_error", "info", "client", "Add the named field."),
    "unsupported_media_type": ErrorRow(
        415, "invalid_request_error", "info", "client", "Send application/json without a content encoding."
    ),
    "body_too_large": ErrorRow(413, "invalid_request_error", "info", "client", "Send a smaller body."),
    "body_timeout": ErrorRow(408, "invalid_request_error", "info", "client", "Send the whole body without pausing."),
    "invalid_api_key": ErrorRow(
        401,
        "authentication_error",
        "info",
        "client",
        "Send `Authorization: Bearer pk_...` with a key of a workspace.",
    ),
    "forbidden_model": ErrorRow(
        403,
        "permission_error",
        "info",
        "client",
        "Use an alias this API key allows, or ask for it to be allowed.",
    ),
    "workspace_suspended": ErrorRow(403, "permission_error", "info", "client", "Ask the operator of this gateway."),
    "not_found": ErrorRow(404, "invalid_request_error", "info", "client", "See docs/quick-start.md for the paths."),
    "method_not_allowed": ErrorRow(405, "invalid_request_error", "info", "client", "Use the method named in Allow."),
    "model_not_found": ErrorRow(404, "invalid_request_error", "info", "client", "See GET /v1/models for the names."),
    "upstream_rejected": ErrorRow(
        400, "invalid_request_error", "info", "client", "Correct the request as the provider says."
    ),
    "rate_limit_exceeded": ErrorRow(429, "rate_limit_error", "info", "client", "Retry after the time in Retry-After."),
    "insufficient_quota": ErrorRow(
        429,
        "insufficient_quota",
        "info",
        "client",
        "Wait for the reset or have this limit raised.",
    ),
    "no_provider": ErrorRow(
        503,
        "server_error",
        "warning",
        "gateway",
        "Add a provider key that serves this intent to the workspace.",
    ),
    "no_exact_candidate": ErrorRow(
        503,
        "server_error",
        "warning",
        "gateway",
        "Allow substitution, or add a provider key that has this model.",
    ),
    "no_candidate": ErrorRow(503, "server_error", "warning", "gateway", "Retry after the time in Retry-After."),
    "configuration_unavailable": ErrorRow(
        503, "server_error", "error", "gateway", "Retry: the gateway's database is not reachable."
    ),
    "draining": ErrorRow(503, "server_error", "info", "gateway", "Retry: this process is stopping."),
    "journal_unavailable": ErrorRow(
        503, "server_error", "error", "gateway", "Retry: the gateway can not record requests."
    ),
    "internal_error": ErrorRow(500, "server_error", "error", "gateway", "Report the request id to the operator."),
    "provider_auth_failed": ErrorRow(
        502, "server_error", "error", "upstream", "Replace the provider key: your own key is fine."
    ),
    "upstream_failed": ErrorRow(502, "server_error", "warning", "upstream", "Retry; every provider failed."),
    "upstream_unavailable": ErrorRow(
        503, "server_error", "warning", "upstream", "Retry after the time in Retry-After."
    ),
    "upstream_timeout": ErrorRow(504, "server_error", "warning", "upstream", "Retry; every provider was too slow."),
    "stream_interrupted": ErrorRow(
        502, "server_error", "warning", "upstream", "Retry; what was received so far is incomplete."
    ),
}


# Characters that change how a text is shown or where a line ends, and halves of surrogate pairs.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
MAX_MESSAGE_CHARS = 1000
MAX_PARAM_CHARS = 256


class GatewayError(Exception):
    """An error written for the client. `code` is a key of TABLE; `param` names the field at fault.

    Both may repeat what a client or a vendor wrote: they are cut, and what could forge a line or a display is replaced.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after_s: float | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        details: dict[str, object] | None = None,
    ) -> None:
        message = safe_text(message, MAX_MESSAGE_CHARS)
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = None if param is None else safe_text(param, MAX_PARAM_CHARS)
        self.retry_after_s = retry_after_s
        self.headers = headers
        self.details = details

    @property
    def row(self) -> ErrorRow:
        return TABLE[self.code]


def safe_text(text: str, limit_chars: int) -> str:
    """For people to read: cut, and without what could forge a line or a display."""
    shown = _UNSAFE.sub("?", text[:limit_chars])
    return shown if len(text) <= limit_chars else f"{shown[: limit_chars - 1]}…"


class ClientError(GatewayError): ...


class AdmissionError(GatewayError): ...


class RoutingError(GatewayError): ...


class UpstreamError(GatewayError): ...


FailureKind = Literal[
    "status", "in_band", "malformed", "truncated", "empty",
    "connect_failed", "egress_blocked", "connect_timeout",
    "first_byte_timeout", "idle_timeout", "stalled", "total_timeout",
    "connection_lost", "protocol_violation", "too_large", "not_carried",
]  # fmt: skip


class TransportError(Exception):
    """Something about one upstream call. `sent`: at least one byte of the request may have reached the peer."""

    kind: FailureKind = "connection_lost"

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.message = message
        self.sent = sent


class ConnectFailed(TransportError):
    kind: FailureKind = "connect_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class EgressBlocked(ConnectFailed):
    kind: FailureKind = "egress_blocked"


class ConnectTimeout(TransportError):
    kind: FailureKind = "connect_timeout"

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class FirstByteTimeout(TransportError):
    kind: FailureKind = "first_byte_timeout"


class IdleTimeout(TransportError):
    kind: FailureKind = "idle_timeout"


class Stalled(TransportError):
    """Bytes came, but below the floor of throughput."""

    kind: FailureKind = "stalled"


class TotalTimeout(TransportError):
    kind: FailureKind = "total_timeout"


class ConnectionLost(TransportError):
    kind: FailureKind = "connection_lost"


class ProtocolViolation(TransportError):
    kind: FailureKind = "protocol_violation"


class UpstreamTooLarge(TransportError):
    kind: FailureKind = "too_large"


class UpstreamFailure(msgspec.Struct, frozen=True):
    """One failed attempt as a value: what ErrorClassifier judges.

    status:  the HTTP status, or for in-band errors the status the vendor's error type stands for; None if none came.
    type, code, message: as the vendor wrote them; the message is redacted before anyone sees it.
    sent:    the request may have reached the vendor (and may have been billed).
    """

    kind: FailureKind
    message: str
    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    retry_after_s: float | None = None
    sent: bool = True
