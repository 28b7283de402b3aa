"""What a wire protocol file offers. Sans-I/O: values and bytes in, values and bytes out; no clock, no socket."""

import functools
from typing import Protocol
from urllib.parse import quote

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.snapshot import Secret
from perpetuo.core.usage import Usage


class UpstreamRequest(msgspec.Struct, frozen=True):
    """One HTTP call. url: absolute. headers: lower-case names; no `host`, `content-length` or hop-by-hop ones.
    labels: more of them, which are another request's own: apart, so that the others are the same for many requests."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    labels: tuple[tuple[str, str], ...] = ()


class Target(msgspec.Struct, frozen=True):
    """Where a request goes: vendor row, model, base URL and secret of the chosen candidate.

    secret:  as it goes into a header; for `auth` of `google` and `azure` the token that was fetched for the key.
    dropped: the fields of the request that this candidate does not carry and that are left out (`Loss.dropped`).
    """

    vendor: Vendor
    model: Model
    base_url: str
    secret: Secret
    dropped: frozenset[str] = frozenset()

    def url(self, path: str) -> str:
        """path: may hold `{model}`, which becomes the percent-encoded id."""
        return _joined(self.base_url, path, self.model.id)


@functools.lru_cache(maxsize=1024)
def _joined(base_url: str, path: str, model_id: str) -> str:
    return base_url.rstrip("/") + path.replace("{model}", quote(model_id, safe=""))


class ReplyContext(msgspec.Struct, frozen=True):
    """What a reply needs besides the upstream's bytes.

    reply_id:      `id` of the reply where the protocol brings none of its own shape (`chatcmpl-<request id>`).
    created_s:     Unix seconds for `created` where the protocol brings none.
    model_label:   overrides the body's `model`; None = leave what the vendor said.
    include_usage: the client asked for usage on its stream.
    model_id:      what was asked for, where the protocol's answers name no model.
    """

    reply_id: str
    created_s: int
    model_label: str | None = None
    include_usage: bool = False
    model_id: str | None = None


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

    @property
    def saw_content(self) -> bool: ...
    @property
    def output_deltas(self) -> int: ...
    @property
    def usage(self) -> Usage: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def failure(self) -> UpstreamFailure | None: ...
    @property
    def done(self) -> bool: ...

    def feed(self, data: bytes) -> bytes:
        """Bytes for the client; b"" when there is nothing to send yet."""
        ...

    def end(self) -> bytes:
        """The upstream's body ended. Sets `failure` when the stream was cut; may return a last `[DONE]`."""
        ...


class ChatProvider(Protocol):
    """One wire protocol.

    carriage: what becomes of the fields of a request; what it does not name never reaches `encode_request` of a
              candidate, unless it is in `Target.dropped`, and is then to be left out.
    splices:  a request of which nothing is left out or approximated keeps the client's bytes in all its fields.
    """

    name: str
    carriage: Carriage
    splices: bool

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Without credentials that need the time (`auth.signed` adds them). Raises ClientError for content that the
        protocol has no form for although its field is carried."""
        ...

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


MAX_LISTED_MODELS = 2_000
"""Of one list. Whoever sets a base URL writes it, and every worker holds it; vendors list hundreds."""
MAX_MODEL_NAME_CHARS = 256


def is_model_name(name: str) -> bool:
    """Whether a list's name for a model is worth keeping."""
    return name.isprintable() and 0 < len(name.strip()) == len(name) <= MAX_MODEL_NAME_CHARS


class ModelListing(Protocol):
    """A wire protocol whose vendors list their models."""

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        """A GET of the vendor's own list; None where it has none. `target.model` does not count."""
        ...

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        """The offers in the list, without tiers, at most MAX_LISTED_MODELS with an `is_model_name`; capabilities that
        the list does not tell are taken as given, because the vendor judges. Raises ValueError for a body that is no
        such list."""
        ...
