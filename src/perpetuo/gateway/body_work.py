"""What is done with whole bodies: reading a request, writing it in a vendor's form, reading a whole reply.

Pure functions, so that a large body can be worked on in another process (`body_helper.py`) and a small one in place.
"""

import msgspec

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest, parse_chat_request, parse_embeddings_request
from perpetuo.providers.auth import signed
from perpetuo.providers.base import ChatProvider, EmbeddingsProvider, Reply, ReplyContext, Target, UpstreamRequest
from perpetuo.providers.event_decoder import is_text
from perpetuo.providers.json_by_tool import answered_by_tool, asked_by_tool
from perpetuo.providers.registry import PROTOCOLS

Request = ChatRequest | EmbeddingsRequest


class Parse(msgspec.Struct, frozen=True, tag=True):
    """endpoint: `chat.completions` or `embeddings`, here and below."""

    endpoint: str


class Encode(msgspec.Struct, frozen=True, tag=True):
    """labels: see `UpstreamRequest`. by_tool: the response format is asked for by a forced tool. wall_s: of the
    signature, where the vendor wants one."""

    endpoint: str
    target: Target
    labels: tuple[tuple[str, str], ...]
    by_tool: bool
    wall_s: float


class Decode(msgspec.Struct, frozen=True, tag=True):
    """by_tool: as the request was asked."""

    endpoint: str
    protocol: str
    context: ReplyContext
    by_tool: bool


Work = Parse | Encode | Decode
Done = Request | UpstreamRequest | Reply | UpstreamFailure


def parse(endpoint: str, body: bytes) -> Request:
    """Raises ClientError that names the field."""
    return parse_chat_request(body) if endpoint == "chat.completions" else parse_embeddings_request(body)


def encode(provider: ChatProvider, request: Request, work: Encode) -> UpstreamRequest:
    """Signed. Raises ClientError for what the protocol has no form for, and InvalidSecret."""
    if isinstance(request, EmbeddingsRequest):
        plain = _embeddings(provider).encode_embeddings(request, work.target)
    else:
        plain = provider.encode_request(asked_by_tool(request) if work.by_tool else request, work.target)
    labelled = UpstreamRequest(plain.method, plain.url, plain.headers, plain.body, work.labels)
    return signed(labelled, work.target.vendor, work.target.secret, work.wall_s)


def decode(provider: ChatProvider, body: bytes, work: Decode) -> Reply | UpstreamFailure:
    """Of a 200."""
    if not is_text(body):
        return UpstreamFailure("malformed", "The provider sent bytes that are no UTF-8.")
    if work.endpoint == "embeddings":
        return _embeddings(provider).decode_embeddings(body, work.context)
    reply = provider.decode_reply(body, work.context)
    return answered_by_tool(reply) if work.by_tool and isinstance(reply, Reply) else reply


def do(work: Work, body: bytes) -> Done:
    """Raises what `parse` and `encode` raise."""
    if isinstance(work, Parse):
        return parse(work.endpoint, body)
    if isinstance(work, Decode):
        return decode(PROTOCOLS[work.protocol], body, work)
    return encode(PROTOCOLS[work.target.vendor.protocol], parse(work.endpoint, body), work)


def _embeddings(provider: ChatProvider) -> EmbeddingsProvider:
    # The selector leaves out protocols without embeddings, so this holds for every candidate.
    assert hasattr(provider, "encode_embeddings")
    return provider  # type: ignore[return-value]
