"""What a wire protocol file offers. Sans-I/O: values and bytes in, values and bytes out; no clock, no socket."""

from typing import Protocol

import msgspec

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.snapshot import Secret
from perpetuo.core.usage import Usage


class UpstreamRequest(msgspec.Struct, frozen=True):
    """One HTTP call. url: absolute. headers: lower-case names; no `host`, `content-length` or hop-by-hop ones."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Target(msgspec.Struct, frozen=True):
    """Where a request goes: vendor row, model, base URL and secret of the chosen candidate."""

    vendor: Vendor
    model: Model
    base_url: str
    secret: Secret


class ReplyContext(msgspec.Struct, frozen=True):
    """What a reply needs besides the upstream's bytes.

    reply_id:      `id` of the reply where the protocol brings none of its own shape (`chatcmpl-<request id>`).
    created_s:     Unix seconds for `created` where the protocol brings none.
    model_label:   overrides the body's `model`; None = leave what the vendor said.
    include_usage: the client asked for usage on its stream.
    """

    reply_id: str
    created_s: int
    model_label: str | None = None
    include_usage: bool = False


class Reply(msgspec.Struct, frozen=True):
    """A whole answer. body: JSON in OpenAI's chat.completion shape, ready for the client."""

    body: bytes
    usage: Usage
    model: str | None
    finish_reason: str | None


class StreamDecoder(Protocol):
    """Upstream bytes in, OpenAI-shaped SSE bytes out. Cut anywhere; bounded; one per stream.

    After each `feed` the attributes say what is known:
      saw_content    the first text, refusal, reasoning or tool-call delta has passed
      output_deltas  content deltas so far (the count used when an answer is cut)
      usage          as reported so far
      finish_reason  of the first choice
      model          as the vendor named it
      failure        an in-band error or malformed event; nothing after it is decoded
      done           the vendor ended the stream as its protocol says; `[DONE]` has been emitted
    """

    saw_content: bool
    output_deltas: int
    usage: Usage
    finish_reason: str | None
    model: str | None
    failure: UpstreamFailure | None
    done: bool

    def feed(self, data: bytes) -> bytes:
        """Bytes for the client; b"" when there is nothing to send yet."""
        ...

    def end(self) -> bytes:
        """The upstream's body ended. Sets `failure` when the stream was cut; may return a last `[DONE]`."""
        ...


class ChatProvider(Protocol):
    """One wire protocol."""

    name: str

    def unsupported(self, request: ChatRequest) -> str | None:
        """Why this protocol can not carry the request at all, in one sentence; None when it can."""
        ...

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest: ...

    def decode_reply(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        """A 200's body. Malformed, empty or in-band errors come back as a failure."""
        ...

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        """Any other status. `retry_after_s` is left to the caller, who has the clock."""
        ...

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder: ...


class EmbeddingsProvider(Protocol):
    """A wire protocol that also has embeddings."""

    def encode_embeddings(self, request: EmbeddingsRequest, target: Target) -> UpstreamRequest: ...

    def decode_embeddings(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure: ...
