"""What one wire protocol of a simulated vendor offers. Values and bytes in, bytes out."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from perpetuo.lab.script import Answer, LabRequest

Kind = Literal["chat", "embeddings", "models", "model", "count_tokens"]


class Refusal(Exception):
    """The request is answered with an error. param: the field at fault, where the protocol names one."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, type_: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.type = type_
        self.param = param


class StreamEvent(msgspec.Struct, frozen=True):
    """One server-sent event. content: the text or arguments it carries; None = an envelope without content."""

    data: bytes
    content: str | None = None


class WireShape(Protocol):
    name: str
    base_path: str
    """What a base URL ends in, as the vendor's own SDK wants it."""
    request_id_header: str

    def route(self, method: str, path: str) -> Kind | None: ...

    def credential(self, headers: Mapping[str, str]) -> str | None:
        """The key the request carries. Raises Refusal for a header the protocol demands besides."""
        ...

    def read_chat(self, body: bytes) -> LabRequest:
        """Raises Refusal."""
        ...

    def reply(self, answer: Answer) -> bytes: ...

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]: ...

    def error(self, refusal: Refusal, request_id: str) -> bytes: ...

    def overloaded(self, request_id: str) -> bytes:
        """The error body of a 200 that went wrong."""
        ...

    def overloaded_event(self, request_id: str) -> bytes: ...

    def models(self, names: Sequence[str], created_s: int) -> bytes: ...

    def model(self, name: str, created_s: int) -> bytes: ...


def refusal_of_decoding(error: msgspec.MsgspecError) -> Refusal:
    """A 400 naming the field, from msgspec's `... - at `$.messages[0].role``."""
    message, _, path = str(error).partition(" - at `$")
    param = path.rstrip("`").lstrip(".") or None
    return Refusal(400, message, type_="invalid_request_error", param=param)
