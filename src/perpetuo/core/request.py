"""A chat or embeddings request, parsed only as far as a decision needs."""

import msgspec

from perpetuo.core.catalog import Capability


class ChatRequest(msgspec.Struct, frozen=True):
    """A validated body in OpenAI's shape.

    fields:  each top-level field's own bytes, in the client's order; unknown ones travel on unchanged.
    needs:   what a candidate must be able to carry.
    input_tokens_estimate: `estimate_tokens` of the texts, for quotas and the context-length check.
    max_output_tokens: `max_completion_tokens` or `max_tokens`, None if the client set neither.
    forced_tool: `tool_choice` demands a call.
    """

    body: bytes
    fields: dict[str, msgspec.Raw]
    model: str
    stream: bool = False
    include_usage: bool = False
    needs: frozenset[Capability] = frozenset()
    forced_tool: bool = False
    input_tokens_estimate: int = 0
    max_output_tokens: int | None = None
    user: str | None = None


class EmbeddingsRequest(msgspec.Struct, frozen=True):
    body: bytes
    fields: dict[str, msgspec.Raw]
    model: str
    input_tokens_estimate: int = 0
    user: str | None = None
