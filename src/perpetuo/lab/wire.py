"""What one wire protocol of a simulated vendor offers. Values and bytes in, bytes out."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from perpetuo.lab.script import Answer, LabRequest
from perpetuo.lab.server import HttpRequest

Kind = Literal["chat", "embeddings", "models", "model", "count_tokens"]


class Refusal(Exception):
    """The request is answered with an error. param: the field at fault, where the protocol names one.

    retry_after_s: for protocols that say it in the body; the header is the fault's business.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        type_: str | None = None,
        param: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.type = type_
        self.param = param
        self.retry_after_s = retry_after_s


class StreamEvent(msgspec.Struct, frozen=True):
    """One event of a stream. content: the text or arguments it carries; None = an envelope without content."""

    data: bytes
    content: str | None = None


class WireShape(Protocol):
    name: str
    base_path: str
    """What a base URL ends in, as the vendor's own SDK wants it."""
    request_id_header: str
    stream_content_type: str

    def route(self, method: str, path: str) -> Kind | None: ...

    def credential(self, headers: Mapping[str, str]) -> str | None:
        """The key the request carries. Raises Refusal for a header the protocol demands besides."""
        ...

    def refused_key(self, key: str | None, path: str) -> Refusal:
        """How a missing key, or one that is not known, is refused."""
        ...

    def read_chat(self, request: HttpRequest) -> LabRequest:
        """Raises Refusal."""
        ...

    def reply(self, answer: Answer) -> bytes: ...

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]: ...

    def error(self, refusal: Refusal, request_id: str) -> bytes: ...

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        """What the protocol says about an error outside its body."""
        ...

    def overloaded(self, request_id: str) -> bytes:
        """The error body of a 200 that went wrong."""
        ...

    def overloaded_event(self, request_id: str) -> bytes: ...

    def malformed_event(self) -> bytes:
        """An event that a client can not read."""
        ...

    def models(self, names: Sequence[str], created_s: int) -> bytes: ...

    def model_name(self, path: str) -> str:
        """Whom a path of kind `model` asks for."""
        ...

    def model(self, name: str, created_s: int) -> bytes: ...


def refusal_of_decoding(error: msgspec.MsgspecError) -> Refusal:
    """A 400 naming the field, from msgspec's `... - at `$.messages[0].role``."""
    message, _, path = str(error).partition(" - at `$")
    param = path.rstrip("`").lstrip(".") or None
    return Refusal(400, message, type_="invalid_request_error", param=param)
