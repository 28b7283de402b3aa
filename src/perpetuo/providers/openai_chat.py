"""OpenAI's chat completions and embeddings, for every vendor that speaks them.

Both sides speak the same protocol, so bytes are spliced, not rebuilt: a field nobody here knows travels on.
Source: https://platform.openai.com/docs/api-reference/chat (read 2026-11-23); vendors' oddities where they are handled.
"""

from typing import Any, cast

import msgspec

from perpetuo.core.carriage import FIELDS, Carriage
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.auth import auth_headers
from perpetuo.providers.base import Reply, ReplyContext, StreamDecoder, Target, UpstreamRequest
from perpetuo.providers.event_decoder import EventStreamDecoder
from perpetuo.providers.sse import DONE_EVENT, SseEvent, encode_event

MAX_MESSAGE_CHARACTERS = 2000
"""Of a vendor's error message: enough for any sentence, not for a page."""

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding hostile JSON raises; RecursionError for deep nesting."""

_ABSENT = msgspec.Raw()
_EMPTY_VALUES = frozenset((b"", b"null", b'""', b"[]", b"{}"))
_TRUE = msgspec.Raw(b"true")

# code or type of an in-band error -> the status it stands for.
# https://platform.openai.com/docs/guides/error-codes, https://openrouter.ai/docs/api/reference/errors-and-debugging,
# https://console.groq.com/docs/errors, https://docs.mistral.ai/api (all read 2026-11-23); vLLM's names are its
# exception classes (vllm/entrypoints/openai/protocol.py, read 2026-11-23).
STATUS_OF_ERROR: dict[str, int] = {
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "content_policy_violation": 400,
    "invalid_prompt": 400,
    "tool_use_failed": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "unauthorized": 401,
    "insufficient_credits": 402,
    "billing_error": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "not_found_error": 404,
    "notfounderror": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "tokens": 429,
    "requests": 429,
    "too_many_requests": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    "api_error": 500,
    "internal_error": 500,
    "internal_server_error": 500,
    "internalservererror": 500,
    "bad_gateway": 502,
    "service_unavailable": 503,
    "service_unavailable_error": 503,
    "server_is_overloaded": 503,
    "overloaded": 503,
    "timeout": 504,
    "timeout_error": 504,
    "overloaded_error": 529,
}

CARRIAGE = Carriage(
    carried=frozenset(FIELDS)
    - {
        # Other vendors' extensions; a vendor that takes one says so in its row (`Vendor.carries`).
        "content.cache_control",
        "assistant.thinking_blocks",
        "assistant.thought_signature",
        "assistant.reasoning_details",
        "tool.is_error",
        "thinking",
    },
    unknown=True,
)


class OpenAIChat:
    """`ChatProvider` and `EmbeddingsProvider`."""

    name = "openai_chat"

    carriage = CARRIAGE

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        fields: dict[str, msgspec.Raw] = {}
        for name, value in request.fields.items():
            if name not in target.dropped:
                fields[_dialect(name, request, target)] = value
        fields["model"] = msgspec.Raw(msgspec.json.encode(target.model.id))
        if request.stream:
            _ask_for_usage(fields, target.vendor.stream_usage)
        return _post("/chat/completions", fields, target, streaming=request.stream)

    def decode_reply(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        if not body.strip():
            return UpstreamFailure("empty", "The provider answered with an empty body.")
        try:
            completion = _COMPLETION.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        failure = _in_band_failure(completion, body)
        if failure is not None:
            return failure
        if completion.choices is None:
            return _failure_of_200(body)
        if not any(_says_something(choice) for choice in completion.choices):
            return UpstreamFailure("empty", "The provider's answer holds no choice.")
        shown = _relabelled(body, context.model_label)
        if shown is None:
            return _failure_of_200(body)
        return Reply(
            body=shown,
            usage=read_usage(completion.usage),
            model=_text(completion.model),
            finish_reason=completion.choices[0].finish_reason or None,
        )

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        return read_error("status", status, body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return OpenAIChatStream(context)

    def encode_embeddings(self, request: EmbeddingsRequest, target: Target) -> UpstreamRequest:
        fields = dict(request.fields)
        fields["model"] = msgspec.Raw(msgspec.json.encode(target.model.id))
        return _post("/embeddings", fields, target, streaming=False)

    def decode_embeddings(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        if not body.strip():
            return UpstreamFailure("empty", "The provider answered with an empty body.")
        try:
            embeddings = _EMBEDDINGS.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        if _present(embeddings.error):
            return read_error("in_band", None, body)
        if embeddings.data is None:
            return _failure_of_200(body)
        if not embeddings.data:
            return UpstreamFailure("empty", "The provider's answer holds no embedding.")
        shown = _relabelled(body, context.model_label)
        if shown is None:
            return _failure_of_200(body)
        return Reply(
            body=shown,
            usage=read_usage(embeddings.usage),
            model=_text(embeddings.model),
            finish_reason=None,
        )


class OpenAIChatStream(EventStreamDecoder):
    """Events are passed on byte for byte, apart from a `usage` the client did not ask for and `model_label`."""

    finish_reason: str | None

    def __init__(self, context: ReplyContext) -> None:
        super().__init__(_failure_of_200)
        self._include_usage = context.include_usage
        self._model_label = context.model_label
        self._finished: dict[int, bool] = {}

    def on_event(self, event: SseEvent, data: bytes) -> bytes:
        data = data.strip()
        if data == b"[DONE]":
            return self._on_done(event.raw)
        if not data:
            return event.raw
        try:
            chunk = _CHUNK.decode(data)
        except DECODE_ERRORS:
            self.failure = _failure_of_event(data)
            return b""
        self.failure = _in_band_failure(chunk, data)
        if self.failure is not None:
            return b""
        if event.event == "error":
            self.failure = read_error("in_band", None, data)
            return b""
        self._note(chunk)
        return self._pass_on(event, data, chunk)

    def on_end(self) -> bytes:
        """Some vendors never send `[DONE]`. An answer whose every choice has finished is whole all the same."""
        if self._finished and all(self._finished.values()):
            self.done = True
            return DONE_EVENT
        self.failure = self.cut_off()
        return b""

    def _on_done(self, raw: bytes) -> bytes:
        if not self.saw_content and not any(self._finished.values()):
            self.failure = UpstreamFailure("empty", "The provider's stream ended without an answer.")
            return b""
        self.done = True
        return raw

    def _note(self, chunk: "_Chunk") -> None:
        for choice in chunk.choices or ():
            index = choice.index or 0
            self._finished[index] = bool(choice.finish_reason) or self._finished.get(index, False)
            if choice.finish_reason and index == 0:
                self.finish_reason = choice.finish_reason
            if choice.delta is not None and choice.delta.has_content():
                self.saw_content = True
                self.output_deltas += 1
        if self.model is None:
            self.model = _text(chunk.model)
        if _present(chunk.usage):
            self.usage = read_usage(chunk.usage)
        elif chunk.x_groq is not None and _present(chunk.x_groq.usage) and self.usage is NOT_REPORTED:
            self.usage = read_usage(chunk.x_groq.usage)

    def _pass_on(self, event: SseEvent, data: bytes, chunk: "_Chunk") -> bytes:
        has_usage = bytes(chunk.usage) != b""
        hide_usage = has_usage and not self._include_usage
        if hide_usage and not chunk.choices and _present(chunk.usage):
            return b""
        relabel = self._model_label is not None and bytes(chunk.model) != b""
        if not hide_usage and not relabel:
            return event.raw
        try:
            fields = _FIELDS.decode(data)
        except DECODE_ERRORS:  # bytes that are no UTF-8 in a field that nobody had read
            self.failure = _failure_of_event(data)
            return b""
        if hide_usage:
            del fields["usage"]
        if relabel:
            fields["model"] = msgspec.Raw(msgspec.json.encode(self._model_label))
        return encode_event(msgspec.json.encode(fields), event.event)


def read_usage(raw: msgspec.Raw) -> Usage:
    """OpenAI's `usage` object, in the dialects seen (recordings of 2026-11-23 unless a URL says more)."""
    if not _present(raw):
        return NOT_REPORTED
    usage = _object(raw)
    prompt = _object(usage.get("prompt_tokens_details"))
    completion = _object(usage.get("completion_tokens_details"))
    input_tokens = _count(usage, "prompt_tokens")
    output_tokens = _count(usage, "completion_tokens")
    if input_tokens is None and output_tokens is None:
        return NOT_REPORTED
    # https://api-docs.deepseek.com/api/create-chat-completion has prompt_cache_hit_tokens; Together and Moonshot
    # write cached_tokens beside prompt_tokens, Vercel's gateway cache_creation_input_tokens.
    cached = _first(_count(prompt, "cached_tokens"), _count(usage, "prompt_cache_hit_tokens", "cached_tokens"))
    written = _first(_count(prompt, "cache_write_tokens"), _count(usage, "cache_creation_input_tokens"))
    reasoning = _first(_count(completion, "reasoning_tokens"), _count(usage, "reasoning_tokens"))
    total = _count(usage, "total_tokens")
    if output_tokens is not None and reasoning and total == (input_tokens or 0) + output_tokens + reasoning:
        output_tokens += reasoning  # xAI counts reasoning beside completion_tokens, only the total holds it
    if cached is not None and input_tokens is not None:
        cached = min(
            cached, input_tokens
        )  # Grok on Azure reported more cached than sent, and none of it is priced twice
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=cached,
        cache_write_tokens=written,
        output_tokens=output_tokens,
        reasoning_tokens=reasoning,
        source="reported",
    )


def read_error(kind: Any, status: int | None, body: bytes) -> UpstreamFailure:
    """An error body in any of the shapes seen: `{"error": {…}}`, `{"error": "…"}`, Mistral's `{"object": "error"}` and
    `{"detail": …}`, Google's list of one, or no JSON at all."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return UpstreamFailure(kind, _sentence_of_text(body), status=status)
    if isinstance(document, list) and document:
        document = cast("list[object]", document)[0]
    outer = _mapping(cast("object", document))
    error = outer.get("error")
    inner = _mapping(cast("object", error)) if isinstance(error, dict) else outer
    message = error if isinstance(error, str) else _first(inner.get("message"), inner.get("detail"))
    code = _scalar(inner.get("code"))
    type_ = _scalar(inner.get("type")) or _scalar(inner.get("status"))
    return UpstreamFailure(
        kind,
        _sentence(message, inner),
        status=status if status is not None else _status_of(inner, code, type_),
        type=type_,
        code=code,
        param=_scalar(inner.get("param")),
    )


class _Delta(msgspec.Struct):
    content: msgspec.Raw = _ABSENT
    refusal: msgspec.Raw = _ABSENT
    reasoning: msgspec.Raw = _ABSENT
    reasoning_content: msgspec.Raw = _ABSENT
    tool_calls: msgspec.Raw = _ABSENT
    function_call: msgspec.Raw = _ABSENT
    audio: msgspec.Raw = _ABSENT
    images: msgspec.Raw = _ABSENT

    def has_content(self) -> bool:
        return (
            bytes(self.content) not in _EMPTY_VALUES
            or bytes(self.tool_calls) not in _EMPTY_VALUES
            or bytes(self.reasoning_content) not in _EMPTY_VALUES
            or bytes(self.reasoning) not in _EMPTY_VALUES
            or bytes(self.refusal) not in _EMPTY_VALUES
            or bytes(self.function_call) not in _EMPTY_VALUES
            or bytes(self.audio) not in _EMPTY_VALUES
            or bytes(self.images) not in _EMPTY_VALUES
        )


class _Choice(msgspec.Struct):
    index: int | None = 0
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None
    error: msgspec.Raw = _ABSENT


class _XGroq(msgspec.Struct):
    error: msgspec.Raw = _ABSENT
    usage: msgspec.Raw = _ABSENT


class _Chunk(msgspec.Struct):
    """What is read of a chunk and of a completion."""

    choices: list[_Choice] | None = None
    usage: msgspec.Raw = _ABSENT
    model: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT
    object: msgspec.Raw = _ABSENT
    x_groq: _XGroq | None = None


class _Embeddings(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    usage: msgspec.Raw = _ABSENT
    model: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT


_CHUNK = msgspec.json.Decoder(_Chunk)
_COMPLETION = _CHUNK
_EMBEDDINGS = msgspec.json.Decoder(_Embeddings)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _dialect(name: str, request: ChatRequest, target: Target) -> str:
    """The vendor's own name for the output limit, when the client used only the other one."""
    wanted = target.vendor.max_tokens_field
    other = "max_completion_tokens" if wanted == "max_tokens" else "max_tokens"
    return wanted if name == other and wanted not in request.fields else name


def _ask_for_usage(fields: dict[str, msgspec.Raw], allowed: bool) -> None:
    options: dict[str, msgspec.Raw] = {}
    if bytes(fields.get("stream_options", _ABSENT)).lstrip().startswith(b"{"):
        options = _FIELDS.decode(fields["stream_options"])
    if allowed:
        options["include_usage"] = _TRUE
    else:
        options.pop("include_usage", None)
    if options:
        fields["stream_options"] = msgspec.Raw(msgspec.json.encode(options))
    else:
        fields.pop("stream_options", None)


def _post(path: str, fields: dict[str, msgspec.Raw], target: Target, *, streaming: bool) -> UpstreamRequest:
    headers = (
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if streaming else "application/json"),
        ("accept-encoding", "identity"),
        *auth_headers(target.vendor, target.secret),
        *target.vendor.extra_headers,
    )
    return UpstreamRequest("POST", target.base_url.rstrip("/") + path, headers, msgspec.json.encode(fields))


def _relabelled(body: bytes, model_label: str | None) -> bytes | None:
    """None for bytes that are no UTF-8 in a field that nobody had read."""
    if model_label is None:
        return body
    try:
        fields = _FIELDS.decode(body)
    except DECODE_ERRORS:
        return None
    fields["model"] = msgspec.Raw(msgspec.json.encode(model_label))
    return msgspec.json.encode(fields)


def _says_something(choice: _Choice) -> bool:
    return bool(choice.finish_reason) or (choice.message is not None and choice.message.has_content())


def _in_band_failure(chunk: _Chunk, data: bytes) -> UpstreamFailure | None:
    """An error where an answer was due. OpenRouter also writes it into the choice and finishes with `error`
    (https://openrouter.ai/docs/api/reference/errors-and-debugging); Groq, when it stops a stream early, into `x_groq`
    (https://console.groq.com/docs/api-reference)."""
    if _present(chunk.error) or bytes(chunk.object) == b'"error"':
        return read_error("in_band", None, data)
    for choice in chunk.choices or ():
        if _present(choice.error):
            return read_error("in_band", None, b'{"error":' + bytes(choice.error) + b"}")
        if choice.finish_reason == "error":
            return UpstreamFailure("in_band", "The provider ended its answer with an error.", status=502)
    if chunk.x_groq is not None and _present(chunk.x_groq.error):
        return read_error("in_band", None, b'{"error":' + bytes(chunk.x_groq.error) + b"}")
    return None


def _failure_of_200(body: bytes) -> UpstreamFailure:
    """A body that is neither a completion nor a stream: an error with the wrong status, or something else."""
    outer = _object(msgspec.Raw(body))
    if outer.get("error") or outer.get("object") == "error":
        return read_error("in_band", None, body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


def _failure_of_event(data: bytes) -> UpstreamFailure:
    failure = _failure_of_200(data)
    if failure.kind == "in_band":
        return failure
    return UpstreamFailure("malformed", "The provider sent an event that is not a chunk of an answer.")


def _status_of(inner: dict[str, object], code: str | None, type_: str | None) -> int | None:
    for value in (inner.get("code"), inner.get("status"), inner.get("raw_status_code"), inner.get("status_code")):
        number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
        if isinstance(number, int) and 400 <= number <= 599:
            return number
    for name in (code, type_):
        if name is not None and name.lower() in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[name.lower()]
    return None


def _sentence(message: object, error: dict[str, object]) -> str:
    text = message if isinstance(message, str) else msgspec.json.encode(message).decode() if message else ""
    raw = _mapping(error.get("metadata")).get("raw")  # OpenRouter: what the provider behind it said
    if isinstance(raw, str) and raw:
        text = f"{text}: {raw}" if text else raw
    return text[:MAX_MESSAGE_CHARACTERS] or "The provider gave no message."


def _sentence_of_text(body: bytes) -> str:
    text = body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
    if not text:
        return "The provider gave no message."
    if text.startswith("<"):
        return "The provider answered with a page instead of an error message."
    return text[:MAX_MESSAGE_CHARACTERS]


def _present(raw: msgspec.Raw) -> bool:
    """Neither left out nor null, nor empty: some vendors send `"error": ""` with every chunk."""
    return bytes(raw) not in _EMPTY_VALUES


def _text(raw: msgspec.Raw) -> str | None:
    try:
        value = msgspec.json.decode(raw, type=str)
    except DECODE_ERRORS:
        return None
    return value or None


def _object(value: object) -> dict[str, object]:
    if isinstance(value, msgspec.Raw):
        try:
            value = msgspec.json.decode(value)
        except DECODE_ERRORS:
            return {}
    return _mapping(value)


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _scalar(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _count(usage: dict[str, object], *names: str) -> int | None:
    """A token count, or None for what no count can be."""
    for name in names:
        value = usage.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
            return value
    return None


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
