"""Cohere's chat, version 2: OpenAI's chat shape in, `/v2/chat` out, and the reply, stream or error back.

Sources, read 2026-11-24: https://docs.cohere.com/reference/chat, https://docs.cohere.com/reference/chat-stream,
https://docs.cohere.com/reference/errors, https://docs.cohere.com/v2/docs/reasoning, the types of the vendor's Python
client (github.com/cohere-ai/cohere-python), and recorded interactions.

What the vendor calls the plan of its tool calls is reasoning: it stands in `reasoning_content`, as thinking does, and
goes back as what it was. Citations stay in the message as `citations`, as the vendor gave them; those of the text whose
source has an address are `annotations` as well. Log probabilities are of pieces of several tokens and have no
counterpart.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import Capability, Model
from perpetuo.core.errors import FailureKind, UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
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
from perpetuo.providers.cohere_request import encode_body
from perpetuo.providers.event_decoder import EventStreamDecoder
from perpetuo.providers.sse import SseEvent

MAX_MESSAGE_CHARACTERS = 2000
MAX_OPEN_CALLS = 1000
"""Whoever ends none of a thousand calls sends no chat stream."""

FINISH_REASON: Mapping[str, str] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
}
# Ends that are no answer -> the status they stand for.
STATUS_OF_FINISH: Mapping[str, int] = {"ERROR": 500, "TIMEOUT": 504}

# 498 is the vendor's own "invalid token": InvalidTokenError of its clients (github.com/cohere-ai/cohere-python).
STATUS_MEANT: Mapping[int, int] = {498: 401}
# Words of a message -> code. The vendor has no codes; a trial key's month is used up, its minute is not:
# https://docs.cohere.com/docs/rate-limits (read 2026-11-24).
CODE_OF_WORDS: Mapping[str, str] = {"api calls / month": "quota_exceeded"}

CARRIAGE = Carriage(
    carried=frozenset(
        (
            "content.image_url",
            "content.image_base64",
            "content.image_detail",
            "tools.function",
            "tool_choice.auto",
            "tool_choice.none",
            "tool_choice.required",
            "response_format.json_object",
            "response_format.json_schema",
            "stop",
            "max_tokens",
            "max_completion_tokens",
            "seed",
            "temperature",
            # Not OpenAI's: https://docs.cohere.com/reference/chat (read 2026-11-24)
            "documents",
            "citation_options",
            "safety_mode",
        )
    ),
    approximated={
        "message.developer": "a system prompt",
        "assistant.refusal": "text of the assistant",
        "assistant.reasoning_content": "thinking, or the plan of its tool calls where the model does not think",
        "tools.strict": "strict_tools, where every tool is strict",
        "tool_choice.named": "no other tool is offered, and one is required",
        "temperature:above_1": "1",
        "top_p": "0.01 to 0.99",
        "top_k": "at most 500",
        "presence_penalty": "0 to 1; only without a frequency penalty",
        "frequency_penalty": "0 to 1",
        "reasoning_effort": "a thinking budget; none for high and above",
        "thinking": "a token budget",
    },
)


class CohereChat:
    """`ChatProvider` and `ModelListing`."""

    name = "cohere_chat"

    carriage = CARRIAGE
    splices = False

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Raises ClientError for content that this API has no form for."""
        body = encode_body(request, target)
        vendor = target.vendor
        path = (vendor.stream_path if request.stream else None) or vendor.chat_path or "/v2/chat"
        headers = (
            ("content-type", "application/json"),
            ("accept", "text/event-stream" if request.stream else "application/json"),
            ("accept-encoding", "identity"),
            *auth_headers(vendor, target.secret),
            *vendor.extra_headers,
        )
        return UpstreamRequest("POST", target.url(path), headers, msgspec.json.encode(body))

    def decode_reply(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        if not body.strip():
            return UpstreamFailure("empty", "The provider answered with an empty body.")
        try:
            reply = _REPLY.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        if reply.finish_reason in STATUS_OF_FINISH:
            return _failure_of_finish(reply.finish_reason, reply.error)
        if not isinstance(reply.message, _Message):
            return _failure_of_200(body)
        if not reply.message.says_something() and reply.finish_reason is None:
            return UpstreamFailure("empty", "The provider's answer holds no content.")
        usage = read_usage(reply.usage)
        finish_reason = FINISH_REASON.get(reply.finish_reason or "", "stop")
        whole = completion(context, context.model_id, _openai_message(reply.message), finish_reason, usage)
        return Reply(whole, usage, None, finish_reason)

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        return read_error("status", STATUS_MEANT.get(status, status), body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return CohereStream(context)

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        path = target.vendor.models_path
        if path == "":
            return None
        headers = (
            ("accept", "application/json"),
            ("accept-encoding", "identity"),
            *auth_headers(target.vendor, target.secret),
            *target.vendor.extra_headers,
        )
        return UpstreamRequest("GET", target.url(path or "/v1/models?endpoint=chat&page_size=1000"), headers, b"")

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        try:
            listed = _MODELS.decode(body)
        except DECODE_ERRORS as exc:
            raise ValueError("The provider's list of models is not what its protocol says.") from exc
        return tuple(
            _model(row) for row in listed.models[:MAX_LISTED_MODELS] if row.is_chat() and is_model_name(row.name)
        )


class CohereStream(EventStreamDecoder):
    """Chat events in, `chat.completion.chunk` events out."""

    finish_reason: str | None
    failure: UpstreamFailure | None

    def __init__(self, context: ReplyContext) -> None:
        super().__init__(_failure_of_200)
        self._writer = ChunkWriter(context)
        self._model_id = context.model_id
        self._calls: dict[int, _OpenCall] = {}
        self._calls_seen = 0
        self._text_chars = 0
        self._text_starts: dict[int, int] = {}

    def on_comment(self, event: SseEvent) -> bytes:
        return b""

    def on_event(self, event: SseEvent, data: bytes) -> bytes:
        if data.strip() == b"[DONE]":  # comes after message-end, which is the end
            self.failure = self.cut_off()
            return b""
        try:
            decoded = _EVENT.decode(data)
        except DECODE_ERRORS:
            self.failure = _failure_of_200(data)
            return b""
        message = decoded.delta.message if decoded.delta is not None else None
        match decoded.type:
            case "message-start":
                return self._writer.start(self._model_id)
            case "content-start" | "content-delta":
                return self._on_content(decoded.index, message)
            case "tool-plan-delta":
                return self._delta("reasoning_content", message.tool_plan if message is not None else None)
            case "tool-call-start" | "tool-call-delta":
                return self._on_call(decoded.type, decoded.index, message)
            case "tool-call-end":
                return self._on_call_end(decoded.index)
            case "citation-start":
                return self._on_citations(message)
            case "message-end":
                return self._on_end(decoded.delta)
            case "":
                self.failure = _failure_of_200(data)
                return b""
            case _:  # ends of contents and citations, debug, and what will be added
                return b""

    def on_end(self) -> bytes:
        self.failure = self.cut_off()
        return b""

    def _on_content(self, index: int, message: "_Message | None") -> bytes:
        if message is None:
            return self._malformed()
        out: list[bytes] = []
        for part in message.parts():
            if part.text:
                self._text_starts.setdefault(index, self._text_chars)
                self._text_chars += len(part.text)
            out += (self._delta("content", part.text), self._delta("reasoning_content", part.thinking))
        return b"".join(out)

    def _on_call(self, type_: str, index: int, message: "_Message | None") -> bytes:
        calls = message.calls() if message is not None else []
        if not calls:
            return self._malformed()
        call = calls[0]
        opening = b""
        if type_ == "tool-call-start":
            if len(self._calls) >= MAX_OPEN_CALLS:
                return self._malformed()
            self._calls[index] = _OpenCall(self._calls_seen)
            self._calls_seen += 1
            named = {"name": call.function.name or "", "arguments": ""}
            opened = {"index": self._calls[index].index, "id": call.id or "", "type": "function", "function": named}
            opening = self._content({"tool_calls": [opened]})
        if index not in self._calls:
            return self._malformed()
        return opening + self._arguments(self._calls[index], call.function.arguments)

    def _arguments(self, call: "_OpenCall", text: str | None) -> bytes:
        if not text:
            return b""
        self.output_deltas += 1
        compact = call.compact.feed(text)
        if not compact:
            return b""
        call.has_arguments = True
        return self._content({"tool_calls": [{"index": call.index, "function": {"arguments": compact}}]})

    def _on_call_end(self, index: int) -> bytes:
        call = self._calls.pop(index, None)
        return b"" if call is None else self._close(call)

    def _close(self, call: "_OpenCall") -> bytes:
        if call.has_arguments:
            return b""
        return self._content({"tool_calls": [{"index": call.index, "function": {"arguments": "{}"}}]})

    def _on_citations(self, message: "_Message | None") -> bytes:
        citations = message.cited() if message is not None else []
        found = _cited(citations, self._text_starts)
        return self._writer.delta(dict(found)) if found else b""

    def _on_end(self, delta: "_Delta | None") -> bytes:
        if delta is None:
            return self._malformed()
        if delta.finish_reason in STATUS_OF_FINISH:
            self.failure = _failure_of_finish(delta.finish_reason, delta.error)
            return b""
        self.usage = read_usage(delta.usage)
        if delta.finish_reason is None and not self.saw_content:
            self.failure = UpstreamFailure("empty", "The provider's stream ended without an answer.")
            return b""
        self.finish_reason = FINISH_REASON.get(delta.finish_reason or "", "stop")
        open_calls = b"".join(self._close(call) for call in self._calls.values())
        self.done = True
        return open_calls + self._writer.finish(self.finish_reason, self.usage)

    def _delta(self, name: str, text: str | None) -> bytes:
        if not text:
            return b""
        self.output_deltas += 1
        return self._content({name: text})

    def _content(self, delta: dict[str, object]) -> bytes:
        self.saw_content = True
        return self._writer.delta(delta)

    def _malformed(self) -> bytes:
        self.failure = UpstreamFailure("malformed", "The provider sent an event that does not fit its stream.")
        return b""


def read_usage(raw: msgspec.Raw) -> Usage:
    """`tokens` is what the model read and wrote, with the vendor's own preamble and the cached part in it and the
    reasoning; `billed_units` is less, and what is paid for. https://docs.cohere.com/docs/how-does-cohere-pricing-work
    and recordings (read 2026-11-24)."""
    usage = mapping(plain(raw))
    tokens, billed = mapping(usage.get("tokens")), mapping(usage.get("billed_units"))
    input_tokens, output_tokens = _count(tokens, "input_tokens"), _count(tokens, "output_tokens")
    billed_input, billed_output = _count(billed, "input_tokens"), _count(billed, "output_tokens")
    if input_tokens is None and output_tokens is None:
        input_tokens, output_tokens = billed_input, billed_output
    if input_tokens is None and output_tokens is None:
        return NOT_REPORTED
    cached = _count(usage, "cached_tokens")
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=cached if cached is None or input_tokens is None else min(cached, input_tokens),
        output_tokens=output_tokens,
        reasoning_tokens=_count(tokens, "reasoning_tokens"),
        source="reported",
        billed_input_tokens=billed_input,
        billed_output_tokens=billed_output,
    )


def read_error(kind: FailureKind, status: int | None, body: bytes) -> UpstreamFailure:
    """`{"id", "message"}`, or whatever a proxy in front of it says."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS:
        text = body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
        if text.startswith("<"):
            text = "The provider answered with a page instead of an error message."
        return UpstreamFailure(kind, text[:MAX_MESSAGE_CHARACTERS] or "The provider gave no message.", status=status)
    outer = mapping(document)
    message = outer.get("message") or outer.get("error") or outer.get("detail")
    if not isinstance(message, str):
        message = msgspec.json.encode(message).decode() if message else "The provider gave no message."
    words = message.lower()
    code = next((code for part, code in CODE_OF_WORDS.items() if part in words), None) if status == 429 else None
    return UpstreamFailure(kind, message[:MAX_MESSAGE_CHARACTERS], status=status, code=code)


# --- what is read of the API's answers ---


class _Content(msgspec.Struct):
    type: str = ""
    text: str | None = None
    thinking: str | None = None


class _CalledFunction(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    id: str | None = None
    function: _CalledFunction = msgspec.field(default_factory=_CalledFunction)


class _Message(msgspec.Struct):
    """Of a reply, where contents, calls and citations are lists, and of events, where each is one."""

    content: list[_Content] | _Content | None = None
    tool_plan: str | None = None
    tool_calls: list[_Call] | _Call | None = None
    citations: list[dict[str, object]] | dict[str, object] | None = None

    def parts(self) -> list[_Content]:
        return [self.content] if isinstance(self.content, _Content) else self.content or []

    def calls(self) -> list[_Call]:
        return [self.tool_calls] if isinstance(self.tool_calls, _Call) else self.tool_calls or []

    def cited(self) -> list[dict[str, object]]:
        return [self.citations] if isinstance(self.citations, dict) else self.citations or []

    def says_something(self) -> bool:
        return bool(self.parts() or self.calls() or self.tool_plan)


class _Reply(msgspec.Struct):
    """message: a text where the document is an error."""

    message: _Message | str | None = None
    finish_reason: str | None = None
    error: str | None = None
    usage: msgspec.Raw = ABSENT


class _Delta(msgspec.Struct):
    message: _Message | None = None
    finish_reason: str | None = None
    error: str | None = None
    usage: msgspec.Raw = ABSENT


class _Event(msgspec.Struct):
    type: str = ""
    index: int = 0
    delta: _Delta | None = None


class _ListedModel(msgspec.Struct):
    name: str = ""
    endpoints: list[str] | None = None
    is_deprecated: bool | None = None
    context_length: float | None = None
    features: list[str] | None = None

    def is_chat(self) -> bool:
        return bool(self.name) and not self.is_deprecated and (self.endpoints is None or "chat" in self.endpoints)


class _ModelList(msgspec.Struct):
    models: list[_ListedModel]


class _OpenCall:
    """A tool call between its start and its end. index: among the calls of the answer."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.compact = JsonCompactor()
        self.has_arguments = False


_REPLY = msgspec.json.Decoder(_Reply)
_EVENT = msgspec.json.Decoder(_Event)
_MODELS = msgspec.json.Decoder(_ModelList)


def _openai_message(answer: _Message) -> dict[str, object]:
    text: list[str] = []
    text_chars = 0
    text_starts: dict[int, int] = {}
    reasoning: list[str] = []
    for index, part in enumerate(answer.parts()):
        if part.text:
            text_starts[index] = text_chars
            text.append(part.text)
            text_chars += len(part.text)
        reasoning.append(part.thinking or "")
    reasoning.append(answer.tool_plan or "")
    calls = [
        {
            "id": call.id or "",
            "type": "function",
            "function": {
                "name": call.function.name or "",
                "arguments": compact_json((call.function.arguments or "").encode()) or "{}",
            },
        }
        for call in answer.calls()
    ]
    content = "".join(text) if text_chars or not calls else None
    message: dict[str, object] = {"role": "assistant", "content": content, "refusal": None}
    if any(reasoning):
        message["reasoning_content"] = "".join(reasoning)
    if calls:
        message["tool_calls"] = calls
    return message | _cited(answer.cited(), text_starts)


def _cited(
    citations: Sequence[dict[str, object]], text_starts: Mapping[int, int]
) -> dict[str, list[dict[str, object]]]:
    """text_starts: index of a content -> where its text starts in the whole text. A citation's start and end count
    characters of its own content."""
    if not citations:
        return {}
    found: dict[str, list[dict[str, object]]] = {"citations": list(citations)}
    annotations = [annotation for citation in citations for annotation in _annotations(citation, text_starts)]
    return found | {"annotations": annotations} if annotations else found


def _annotations(citation: Mapping[str, object], text_starts: Mapping[int, int]) -> list[dict[str, object]]:
    start, end = citation.get("start"), citation.get("end")
    if citation.get("type", "TEXT_CONTENT") != "TEXT_CONTENT" or not isinstance(start, int) or not isinstance(end, int):
        return []
    content_index = citation.get("content_index")
    offset = text_starts.get(content_index, 0) if isinstance(content_index, int) else 0
    sources = citation.get("sources")
    annotations: list[dict[str, object]] = []
    for source in cast("list[object]", sources) if isinstance(sources, list) else []:
        told = mapping(source)
        document = mapping(told.get("document")) or mapping(told.get("tool_output"))
        url = document.get("url")
        if isinstance(url, str) and is_link(url):
            place = {"start_index": offset + start, "end_index": offset + end}
            title = document.get("title")
            about = {"url": url, "title": title if isinstance(title, str) else ""}
            annotations.append({"type": "url_citation", "url_citation": place | about})
    return annotations


def _count(usage: Mapping[str, object], name: str) -> int | None:
    """A token count; the vendor writes some as 8.0."""
    value = usage.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _failure_of_finish(finish_reason: str | None, error: str | None) -> UpstreamFailure:
    message = (error or "The provider gave up on its answer.")[:MAX_MESSAGE_CHARACTERS]
    return UpstreamFailure("in_band", message, status=STATUS_OF_FINISH[finish_reason or ""], type=finish_reason)


def _failure_of_200(body: bytes) -> UpstreamFailure:
    outer = mapping(plain(msgspec.Raw(body)))
    if isinstance(outer.get("message"), str) or outer.get("error"):
        return read_error("in_band", None, body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


# A feature in the list -> what we call it. https://docs.cohere.com/reference/list-models (read 2026-11-24)
_CAPABILITY_OF_FEATURE: Mapping[str, Capability] = {
    "tools": "tools",
    "vision": "vision",
    "json_mode": "json_object",
    "json_schema": "json_schema",
}


def _model(row: _ListedModel) -> Model:
    """A list of features that has none of the known ones tells nothing."""
    features = frozenset(row.features or ())
    told: set[Capability] = {name for feature, name in _CAPABILITY_OF_FEATURE.items() if feature in features}
    refused = frozenset(("reasoning_effort", "thinking")) if told and "reasoning" not in features else frozenset[str]()
    length = row.context_length
    return Model(
        id=row.name,
        canonical=row.name,
        capabilities=frozenset(told or _CAPABILITY_OF_FEATURE.values()),
        context_tokens=int(length) if length is not None and 1 <= length < 2**53 else None,
        refused_fields=refused,
    )
