"""Anthropic's Messages API: OpenAI's chat shape in, `/v1/messages` out, and the reply, stream or error back.

Sources, read 2026-11-23 and 2026-11-24: https://platform.claude.com/docs/en/api/messages,
https://platform.claude.com/docs/en/build-with-claude/streaming, https://platform.claude.com/docs/en/api/errors,
https://platform.claude.com/docs/en/api/models/list. The request is in `anthropic_request`, thinking in
`anthropic_thinking`.

An answer has more than OpenAI's shape: `thinking_blocks` to be sent back as they are, with the place they had
(`content_offset`, `tool_calls_before`), and `citations`, each with the span of the text it stands behind; those with an
address are `annotations` as well. Results of the web search itself are not passed on.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import ALL_CAPABILITIES, Capability, Model
from perpetuo.core.errors import FailureKind, UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.anthropic_request import encode_body
from perpetuo.providers.anthropic_thinking import LEVELS
from perpetuo.providers.auth import auth_headers
from perpetuo.providers.base import (
    MAX_LISTED_MODELS,
    Reply,
    ReplyContext,
    StreamDecoder,
    Target,
    UpstreamRequest,
    is_model_name,
)
from perpetuo.providers.chat_input import ABSENT, DECODE_ERRORS, is_link, mapping, plain
from perpetuo.providers.chat_output import ChunkWriter, JsonCompactor, compact_json, completion
from perpetuo.providers.event_decoder import EventStreamDecoder
from perpetuo.providers.sse import SseEvent

API_VERSION = "2023-06-01"
MAX_MESSAGE_CHARACTERS = 2000
MAX_OPEN_BLOCKS = 1000
"""They are opened one after the other. Whoever closes none of a thousand sends no Messages stream."""
MAX_HELD_BYTES = 32 * 1024 * 1024
"""Of events whose content is told once more when its block ends: thinking, signatures, citations. An answer of 128,000
tokens is under a megabyte."""

# https://platform.claude.com/docs/en/api/errors (read 2026-11-23)
STATUS_OF_ERROR: dict[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}

# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons (read 2026-11-23)
FINISH_REASON: dict[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

_NO_ARGUMENTS = frozenset((b"", b"null", b"{}"))

CARRIAGE = Carriage(
    carried=frozenset(
        (
            "content.image_url",
            "content.image_base64",
            "content.file_pdf",
            "content.file_url",
            "content.cache_control",
            "assistant.thinking_blocks",
            "tool.image",
            "tool.is_error",
            "tools.function",
            "tool_choice.auto",
            "tool_choice.none",
            "tool_choice.required",
            "tool_choice.named",
            "parallel_tool_calls",
            "temperature",
            "top_p",
            "stop",
            "max_tokens",
            "max_completion_tokens",
            "top_k",
            "user",
            # Not OpenAI's: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-11-24)
            "cache_control",
        )
    ),
    approximated={
        "message.developer": "a system prompt",
        "content.file_other": "text as a plain text document; refused otherwise",
        "assistant.refusal": "text of the assistant",
        "tools.strict": "the part of JSON Schema that the API enforces; the rest is told in words",
        "response_format.json_object": "an instruction",
        "response_format.json_schema": "the part of JSON Schema that the API enforces; the rest is told in words",
        "temperature:above_1": "1",
        "temperature:beside_thinking": "left out",
        "top_p:beside_temperature": "left out",
        "top_p:beside_thinking": "left out",
        "reasoning_effort": "the model's nearest effort level, or a thinking budget where it has none",
        "thinking": "an effort level where the model takes no budget; left out beside a forced tool",
        "web_search_options": "the web search tool, without a context size",
        "service_tier": "`default` as standard_only, `priority` as auto; others left out",
        "metadata": "only `user_id`",
        "safety_identifier": "the user id, where there is no `user`",
    },
)


class AnthropicMessages:
    """`ChatProvider`."""

    name = "anthropic_messages"

    carriage = CARRIAGE
    splices = False

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Raises ClientError for content that this API has no form for."""
        body = encode_body(request, target)
        vendor = target.vendor
        path = (vendor.stream_path if request.stream else None) or vendor.chat_path or "/v1/messages"
        headers = (
            ("content-type", "application/json"),
            ("accept", "text/event-stream" if request.stream else "application/json"),
            ("accept-encoding", "identity"),
            *_own_headers(target),
        )
        return UpstreamRequest("POST", target.url(path), headers, msgspec.json.encode(body))

    def decode_reply(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        if not body.strip():
            return UpstreamFailure("empty", "The provider answered with an empty body.")
        try:
            message = _MESSAGE.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        if message.type == "error" or message.content is None:
            return _failure_of_200(body)
        if not message.content and message.stop_reason is None:
            return UpstreamFailure("empty", "The provider's answer holds no content.")
        usage = read_usage(message.usage)
        finish_reason = _finish_reason(message.stop_reason)
        answer = _openai_message(message.content, _refusal(message.stop_details))
        body = completion(context, message.model, answer, finish_reason, usage)
        return Reply(body, usage, message.model or None, finish_reason)

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        return read_error("status", status, body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return AnthropicStream(context)

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        """As many as one page holds: the vendor has a few dozen."""
        path = target.vendor.models_path
        if path == "":
            return None
        headers = (("accept", "application/json"), ("accept-encoding", "identity"), *_own_headers(target))
        return UpstreamRequest("GET", target.url(path or "/v1/models?limit=1000"), headers, b"")

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        try:
            listed = _MODELS.decode(body)
        except DECODE_ERRORS as exc:
            raise ValueError("The provider's list of models is not what its protocol says.") from exc
        return tuple(_model(row) for row in listed.data[:MAX_LISTED_MODELS] if is_model_name(row.id))


class AnthropicStream(EventStreamDecoder):
    """Messages events in, `chat.completion.chunk` events out."""

    finish_reason: str | None
    failure: UpstreamFailure | None

    def __init__(self, context: ReplyContext) -> None:
        super().__init__(_failure_of_200)
        self._writer = ChunkWriter(context)
        self._counts: dict[str, int] = {}
        self._blocks: dict[int, _OpenBlock] = {}
        self._tool_calls = 0
        self._text_chars = 0
        self._thinking_blocks = 0
        self._stop_reason: str | None = None
        self._refusal: str | None = None
        self._held_bytes = 0

    def on_comment(self, event: SseEvent) -> bytes:
        return b""

    def on_event(self, event: SseEvent, data: bytes) -> bytes:
        try:
            decoded = _EVENT.decode(data)
        except DECODE_ERRORS:
            self.failure = _failure_of_200(data)
            return b""
        match decoded.type:
            case "message_start":
                return self._on_start(decoded)
            case "content_block_start":
                return self._on_block_start(decoded)
            case "content_block_delta":
                return self._on_block_delta(decoded, len(data))
            case "content_block_stop":
                return self._on_block_stop(decoded)
            case "message_delta":
                return self._on_message_delta(decoded)
            case "message_stop":
                return self._on_stop()
            case "error":
                self.failure = read_error("in_band", None, data)
                return b""
            case _:  # ping, and what will be added: https://platform.claude.com/docs/en/api/versioning
                return b""

    def on_end(self) -> bytes:
        self.failure = self.cut_off()
        return b""

    def _on_start(self, event: "_Event") -> bytes:
        if event.message is not None:
            self.model = event.message.model or None
            self._note_usage(event.message.usage)
        return self._writer.start(self.model)

    def _on_block_start(self, event: "_Event") -> bytes:
        block = event.content_block
        if block is None:
            return self._malformed()
        if len(self._blocks) >= MAX_OPEN_BLOCKS:
            return self._malformed()
        opened = self._blocks[event.index] = _OpenBlock(block.type, _Place(self._text_chars, self._tool_calls))
        if block.type == "text":
            opened.citations.extend(block.citations or ())
            return self._text(block.text)
        if block.type == "tool_use":
            opened.tool_index = self._tool_calls
            opened.whole_input = bytes(block.input)
            self._tool_calls += 1
            call = {"index": opened.tool_index, "id": block.id, "type": "function"}
            return self._content({"tool_calls": [call | {"function": {"name": block.name, "arguments": ""}}]})
        if block.type == "thinking":
            opened.signature = block.signature or ""
            return self._thinking(opened, block.thinking)
        if block.type == "redacted_thinking":
            return self._thinking_block({"type": "redacted_thinking", "data": block.data}, opened.place)
        return b""  # what server tools were asked and found: https://platform.claude.com/docs/en/api/messages

    def _on_block_delta(self, event: "_Event", size_bytes: int) -> bytes:
        delta = event.delta
        if delta is None:
            return self._malformed()
        block = self._blocks.get(event.index)
        if delta.text or delta.partial_json or delta.thinking:
            self.output_deltas += 1
        if delta.type == "text_delta":
            return self._text(delta.text)
        if delta.type == "input_json_delta":
            if block is None:
                return self._malformed()
            if block.type != "tool_use":
                return b""
            return self._arguments(block, block.compact.feed(delta.partial_json or ""))
        self._held_bytes += size_bytes
        if self._held_bytes > MAX_HELD_BYTES:
            self.failure = UpstreamFailure("too_large", "The provider's reasoning is larger than can be kept.")
            return b""
        if delta.type == "thinking_delta" and block is not None:
            return self._thinking(block, delta.thinking)
        if delta.type == "signature_delta" and block is not None:
            block.signature += delta.signature or ""
        if delta.type == "citations_delta" and block is not None and delta.citation is not None:
            block.citations.append(delta.citation)
        return b""

    def _on_block_stop(self, event: "_Event") -> bytes:
        block = self._blocks.pop(event.index, None)
        if block is None:
            return b""
        if block.type == "tool_use" and not block.has_arguments:
            whole = block.whole_input
            return self._arguments(block, "{}" if whole in _NO_ARGUMENTS else compact_json(whole))
        if block.type == "thinking":
            return self._thinking_block(
                {"type": "thinking", "thinking": "".join(block.thinking), "signature": block.signature}, block.place
            )
        if block.citations:
            cited = _cited(block.citations, block.place.text_chars, self._text_chars)
            return self._writer.delta(dict(cited))
        return b""

    def _on_message_delta(self, event: "_Event") -> bytes:
        self._note_usage(event.usage)
        if event.delta is not None and event.delta.stop_reason is not None:
            self._stop_reason = event.delta.stop_reason
            self._refusal = _refusal(event.delta.stop_details)
            self.finish_reason = _finish_reason(self._stop_reason)
        return b""

    def _on_stop(self) -> bytes:
        if self._stop_reason is None and not self.saw_content:
            self.failure = UpstreamFailure("empty", "The provider's stream ended without an answer.")
            return b""
        self.finish_reason = self.finish_reason or "stop"
        self.done = True
        refusal = b"" if self._refusal is None else self._content({"refusal": self._refusal})
        return refusal + self._writer.finish(self.finish_reason, self.usage)

    def _note_usage(self, raw: msgspec.Raw) -> None:
        """message_start brings the input, message_delta cumulative figures: of each count the last one holds."""
        self._counts |= _counts(raw)
        self.usage = _usage(self._counts)

    def _text(self, text: str | None) -> bytes:
        self._text_chars += len(text or "")
        return self._content({"content": text}) if text else b""

    def _thinking(self, block: "_OpenBlock", text: str | None) -> bytes:
        if not text:
            return b""
        block.thinking.append(text)
        return self._content({"reasoning_content": text})

    def _thinking_block(self, block: dict[str, object], place: "_Place") -> bytes:
        """Whole blocks, so that a client can send them back; `index` lets client libraries join the list."""
        index = self._thinking_blocks
        self._thinking_blocks += 1
        return self._writer.delta({"thinking_blocks": [{"index": index} | block | place.told()]})

    def _arguments(self, block: "_OpenBlock", text: str) -> bytes:
        if not text:
            return b""
        block.has_arguments = True
        return self._content({"tool_calls": [{"index": block.tool_index, "function": {"arguments": text}}]})

    def _content(self, delta: dict[str, object]) -> bytes:
        self.saw_content = True
        return self._writer.delta(delta)

    def _malformed(self) -> bytes:
        self.failure = UpstreamFailure("malformed", "The provider sent an event that does not fit its stream.")
        return b""


def read_usage(raw: msgspec.Raw) -> Usage:
    return _usage(_counts(raw))


def read_error(kind: FailureKind, status: int | None, body: bytes) -> UpstreamFailure:
    """`{"type": "error", "error": {"type", "message"}}`, or whatever a proxy in front of it says."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS:
        text = body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
        if text.startswith("<"):
            text = "The provider answered with a page instead of an error message."
        return UpstreamFailure(kind, text[:MAX_MESSAGE_CHARACTERS] or "The provider gave no message.", status=status)
    if isinstance(document, list) and document:  # Google's, in front of Claude on Vertex
        document = cast("list[object]", document)[0]
    outer = mapping(cast("object", document))
    inner = mapping(outer.get("error")) or outer
    type_ = inner.get("type") or inner.get("status")
    message = inner.get("message") or outer.get("error") or outer.get("detail")
    if not isinstance(message, str):
        message = msgspec.json.encode(message).decode() if message else "The provider gave no message."
    known = type_ if isinstance(type_, str) else None
    return UpstreamFailure(
        kind,
        message[:MAX_MESSAGE_CHARACTERS],
        status=status if status is not None else STATUS_OF_ERROR.get(known or ""),
        type=known,
    )


# --- what is read of the API's answers ---


class _Block(msgspec.Struct):
    type: str
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = ABSENT
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    citations: list[dict[str, object]] | None = None


class _StopDetails(msgspec.Struct):
    """Why a model refused: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons"""

    explanation: str | None = None


class _Message(msgspec.Struct):
    type: str = ""
    model: str = ""
    content: list[_Block] | None = None
    stop_reason: str | None = None
    stop_details: _StopDetails | None = None
    usage: msgspec.Raw = ABSENT


class _BlockDelta(msgspec.Struct):
    type: str = ""
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citation: dict[str, object] | None = None
    stop_reason: str | None = None
    stop_details: _StopDetails | None = None


class _Event(msgspec.Struct):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _BlockDelta | None = None
    usage: msgspec.Raw = ABSENT


class _Place(msgspec.Struct, frozen=True):
    """Where a block stands in the message that OpenAI's shape makes of all of them."""

    text_chars: int
    tool_calls: int

    def told(self) -> dict[str, object]:
        """Left out at the front, where nearly all thinking stands."""
        told = {"content_offset": self.text_chars, "tool_calls_before": self.tool_calls}
        return {name: count for name, count in told.items() if count}


class _Supported(msgspec.Struct):
    supported: bool = False


class _Capabilities(msgspec.Struct):
    image_input: _Supported | None = None
    pdf_input: _Supported | None = None
    structured_outputs: _Supported | None = None
    effort: dict[str, bool | _Supported | None] | None = None
    thinking: "_ThinkingCapability | None" = None


class _ThinkingCapability(msgspec.Struct):
    supported: bool = False
    types: dict[str, _Supported | None] | None = None


class _ListedModel(msgspec.Struct):
    id: str = ""
    max_input_tokens: int | None = None
    max_tokens: int | None = None
    capabilities: _Capabilities | None = None


class _ModelList(msgspec.Struct):
    data: list[_ListedModel]


class _OpenBlock:
    """A content block between its start and its stop."""

    def __init__(self, type_: str, place: _Place) -> None:
        self.type = type_
        self.place = place
        self.citations: list[dict[str, object]] = []
        self.tool_index = 0
        self.whole_input = b""
        self.compact = JsonCompactor()
        self.has_arguments = False
        self.thinking: list[str] = []
        self.signature = ""


_MESSAGE = msgspec.json.Decoder(_Message)
_EVENT = msgspec.json.Decoder(_Event)
_MODELS = msgspec.json.Decoder(_ModelList)
_VERSION_HEADER = ("anthropic-version", API_VERSION)


def _own_headers(target: Target) -> tuple[tuple[str, str], ...]:
    """Version and key. A vendor that wants the version in the body or as another one says so in its row."""
    extra = target.vendor.extra_headers
    told = any(name.lower() == "anthropic-version" for name, _ in extra) or any(
        name == "anthropic_version" for name, _ in target.vendor.body_fields
    )
    return (*(() if told else (_VERSION_HEADER,)), *auth_headers(target.vendor, target.secret), *extra)


def _openai_message(blocks: list[_Block], refusal: str | None) -> dict[str, object]:
    text: list[str] = []
    text_chars = 0
    reasoning: list[str] = []
    calls: list[dict[str, object]] = []
    thinking: list[dict[str, object]] = []
    cited: dict[str, list[object]] = {}
    for block in blocks:
        place = _Place(text_chars, len(calls)).told()
        if block.type == "text":
            text.append(block.text or "")
            start, text_chars = text_chars, text_chars + len(text[-1])
            if block.citations:
                for name, found in _cited(block.citations, start, text_chars).items():
                    cited.setdefault(name, []).extend(found)
        elif block.type == "tool_use":
            calls.append(_openai_call(block))
        elif block.type == "thinking":
            reasoning.append(block.thinking or "")
            signed = {"thinking": block.thinking or "", "signature": block.signature or ""}
            thinking.append({"type": "thinking"} | signed | place)
        elif block.type == "redacted_thinking":
            thinking.append({"type": "redacted_thinking", "data": block.data} | place)
    message: dict[str, object] = {
        "role": "assistant",
        "content": "".join(text) if text_chars or not calls else None,
        "refusal": refusal,
    }
    if any(reasoning):
        message["reasoning_content"] = "".join(reasoning)
    if thinking:
        message["thinking_blocks"] = thinking
    if calls:
        message["tool_calls"] = calls
    return message | cited


def _openai_call(block: _Block) -> dict[str, object]:
    arguments = "{}" if bytes(block.input) in _NO_ARGUMENTS else compact_json(bytes(block.input))
    return {"id": block.id, "type": "function", "function": {"name": block.name, "arguments": arguments}}


def _cited(citations: Sequence[dict[str, object]], start: int, end: int) -> dict[str, list[dict[str, object]]]:
    """What stands behind the text from start to end, in characters: each citation as the vendor gave it, and OpenAI's
    annotations of those that have an address."""
    span: dict[str, object] = {"start_index": start, "end_index": end}
    annotations: list[dict[str, object]] = []
    for citation in citations:
        url = citation.get("url") or citation.get("source")
        if isinstance(url, str) and is_link(url):
            told = span | {"url": url, "title": citation.get("title") or ""}
            annotations.append({"type": "url_citation", "url_citation": told})
    found = {"citations": [citation | span for citation in citations]}
    return found | {"annotations": annotations} if annotations else found


def _refusal(details: _StopDetails | None) -> str | None:
    return (details.explanation or None) if details is not None else None


def _finish_reason(stop_reason: str | None) -> str:
    return FINISH_REASON.get(stop_reason or "", "stop")


def _counts(raw: msgspec.Raw) -> dict[str, int]:
    """The counts that are there; null and nonsense are not."""
    usage = mapping(plain(raw))
    details = mapping(usage.get("output_tokens_details"))
    written = usage.get("cache_creation_input_tokens")
    if written is None:  # by time to live alone: 5 minutes, an hour
        of_lives = mapping(usage.get("cache_creation")).values()
        counts = [count for count in of_lives if isinstance(count, int)]
        written = sum(counts) if counts else None
    found = {
        "input": usage.get("input_tokens"),
        "read": usage.get("cache_read_input_tokens"),
        "written": written,
        "output": usage.get("output_tokens"),
        "thinking": details.get("thinking_tokens"),
    }
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    }


def _usage(counts: Mapping[str, int]) -> Usage:
    """`input_tokens` counts neither cache reads nor cache writes:
    https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-11-23)."""
    if "input" not in counts and "output" not in counts:
        return NOT_REPORTED
    whole = counts["input"] + counts.get("read", 0) + counts.get("written", 0) if "input" in counts else None
    return Usage(
        input_tokens=whole,
        cached_input_tokens=counts.get("read"),
        cache_write_tokens=counts.get("written"),
        output_tokens=counts.get("output"),
        reasoning_tokens=counts.get("thinking"),
        source="reported",
    )


def _failure_of_200(body: bytes) -> UpstreamFailure:
    outer = mapping(plain(msgspec.Raw(body)))
    if outer.get("type") == "error" or outer.get("error"):
        return read_error("in_band", None, body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


def _model(row: _ListedModel) -> Model:
    """`max_input_tokens` is the context window. https://platform.claude.com/docs/en/api/models/list"""
    known = row.capabilities
    capabilities: set[Capability] = set(ALL_CAPABILITIES - {"audio"})
    efforts: tuple[str, ...] | None = None
    forms: frozenset[str] | None = None
    refused: frozenset[str] = frozenset()
    if known is not None:
        told: Iterable[tuple[Capability, _Supported | None]] = (
            ("vision", known.image_input),
            ("files", known.pdf_input),
            ("json_schema", known.structured_outputs),
        )
        capabilities -= {name for name, support in told if support is not None and not support.supported}
        efforts = _efforts(known.effort)
        forms = _thinking_forms(known.thinking)
        if efforts == () and forms == frozenset():
            refused = frozenset(("reasoning_effort", "thinking"))
    return Model(
        id=row.id,
        canonical=row.id,
        capabilities=frozenset(capabilities),
        context_tokens=row.max_input_tokens or None,
        max_output_tokens=row.max_tokens or None,
        refused_fields=refused,
        efforts=efforts,
        thinking=forms,
    )


def _efforts(listed: Mapping[str, bool | _Supported | None] | None) -> tuple[str, ...] | None:
    if listed is None:
        return None
    taken = (level for level in LEVELS if isinstance(level_of := listed.get(level), _Supported) and level_of.supported)
    return tuple(taken)


def _thinking_forms(listed: _ThinkingCapability | None) -> frozenset[str] | None:
    """Whether thinking can be switched off is not in the list; where it is in doubt it is left on."""
    if listed is None:
        return None
    forms = frozenset(
        name for name, support in (listed.types or {}).items() if support is not None and support.supported
    )
    return forms | {"disabled"} if "enabled" in forms else forms
