"""OpenAI's chat completions and embeddings, for every vendor that speaks them.

Both sides speak the same protocol, so bytes are spliced, not rebuilt: a field nobody here knows travels on.
Source: https://platform.openai.com/docs/api-reference/chat (read 2026-11-23); vendors' oddities where they are handled.
"""

import functools

import msgspec

from perpetuo.core.carriage import FIELDS, Carriage
from perpetuo.core.catalog import Auth, Model
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.snapshot import Secret
from perpetuo.core.usage import NOT_REPORTED
from perpetuo.providers.auth import auth_headers, key_headers
from perpetuo.providers.base import Reply, ReplyContext, StreamDecoder, Target, UpstreamRequest
from perpetuo.providers.chat_input import DECODE_ERRORS, mapping, plain
from perpetuo.providers.event_decoder import EventStreamDecoder, is_text
from perpetuo.providers.openai_content import is_chunked, with_text_content
from perpetuo.providers.openai_errors import read_error
from perpetuo.providers.openai_messages import DEVELOPER, fit_messages, fit_tools
from perpetuo.providers.openai_models import read_models
from perpetuo.providers.openai_usage import read_usage
from perpetuo.providers.sse import DONE_EVENT, SseEvent, encode_event

CHAT_PATH = "/chat/completions"
EMBEDDINGS_PATH = "/embeddings"
MODELS_PATH = "/models"

_ABSENT = msgspec.Raw()
_EMPTY_VALUES = frozenset((b"", b"null", b'""', b"[]", b"{}"))
_TRUE = msgspec.Raw(b"true")

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
    """`ChatProvider`, `EmbeddingsProvider` and `ModelListing`."""

    name = "openai_chat"

    carriage = CARRIAGE
    splices = True

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        fields = _in_dialect(request, target)
        as_system = DEVELOPER in request.uses and DEVELOPER in target.vendor.approximates
        if "messages" in fields and (target.dropped or as_system):
            fields["messages"] = fit_messages(fields["messages"], target.dropped, developer_as_system=as_system)
        if target.dropped and "tools" in fields:
            fields["tools"] = fit_tools(fields["tools"], target.dropped)
        fields["model"] = _quoted(target.model.id)
        if request.stream:
            _ask_for_usage(fields, target.vendor.stream_usage)
        for name, value in target.vendor.body_fields:
            fields.setdefault(name, msgspec.Raw(msgspec.json.encode(value)))
        url = target.url(_chat_path(target, streaming=request.stream))
        return _post(url, fields, target, streaming=request.stream)

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
        chunked = any(
            choice.message is not None and is_chunked(choice.message.content) for choice in completion.choices
        )
        shown = _shown(body, context.model_label, chunked=chunked)
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

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        path = target.vendor.models_path
        if path == "":
            return None
        headers = (("accept", "application/json"), *auth_headers(target.vendor, target.secret))
        return UpstreamRequest("GET", target.url(path or MODELS_PATH), headers, b"")

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        return read_models(body, target.vendor)

    def encode_embeddings(self, request: EmbeddingsRequest, target: Target) -> UpstreamRequest:
        fields = dict(request.fields)
        fields["model"] = msgspec.Raw(msgspec.json.encode(target.model.id))
        # Embeddings are beside chat, also where the path holds a deployment.
        path = _chat_path(target, streaming=False).replace(CHAT_PATH, EMBEDDINGS_PATH)
        return _post(target.url(path), fields, target, streaming=False)

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
        shown = _shown(body, context.model_label)
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
        self._is_under_way = False
        self._shape: _Shape | None = None
        """Of an event that only brought text, the last one whose text needed no escape."""

    def feed(self, data: bytes) -> bytes:
        if self._is_under_way:
            passed = self._pass_alike(data)
            if passed is None:
                passed = self._pass_plain(data)
            if passed is not None:
                return passed
        out = super().feed(data)
        # The first events have said what there is to say beside the text.
        self._is_under_way = (
            self.saw_content
            and self.model is not None
            and self._model_label is None
            and self.failure is None
            and not self.done
            and not self.holds_back
        )
        return out

    def _pass_alike(self, data: bytes) -> bytes | None:
        """One event that differs from an earlier one in its text only. None: it may be something else."""
        shape = self._shape
        if shape is None:
            return None
        text_at = len(shape.head)
        text_end = data.find(b'"', text_at)
        if not (data.startswith(shape.head) and data.startswith(shape.middle, text_end)):
            return None
        text, rest = data[text_at:text_end], data[text_end + len(shape.middle) :]
        if rest != shape.end and not (shape.padded and rest.endswith(shape.end) and rest[: -len(shape.end)].isalnum()):
            return None
        try:
            # No escape, and none of the characters that would need one.
            if not text or b"\\" in text or not text.decode().isprintable():
                return None
        except UnicodeDecodeError:
            return None
        self.output_deltas += 1
        return data if shape.shown is None else b"%b%b%b%b" % (shape.head, text, shape.shown, rest)

    def _pass_plain(self, data: bytes) -> bytes | None:
        """Whole events that bring text for the one choice and nothing else, known by their bytes: they need not be
        parsed for it. None: at least one may be something else."""
        if not data.endswith(b"\n\n"):
            return None
        count = 0
        for event in data[:-2].split(b"\n\n"):
            if not _is_plain_text(event):
                return None
            count += 1
        self.output_deltas += count
        if count == 1:
            self._shape = _shape_of(data, self._include_usage) or self._shape
        return data if self._include_usage else data.replace(_NO_USAGE, b"}]")

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
        choices = chunk.choices or ()
        chunked = any(choice.delta is not None and is_chunked(choice.delta.content) for choice in choices)
        if not hide_usage and not relabel and not chunked:
            return event.raw
        try:
            fields = _FIELDS.decode(data)
            if chunked:
                fields = with_text_content(fields, "delta")
        except DECODE_ERRORS:  # bytes that are no UTF-8 in a field that nobody had read
            self.failure = _failure_of_event(data)
            return b""
        if hide_usage:
            del fields["usage"]
        if relabel:
            fields["model"] = msgspec.Raw(msgspec.json.encode(self._model_label))
        return encode_event(msgspec.json.encode(fields), event.event)


# Where OpenAI and most others write it: behind the choices.
_NO_USAGE = b'}],"usage":null'
_ANY_JSON = msgspec.json.Decoder(msgspec.Raw)
_CONTENT = b'"delta":{"content":"'
# Where OpenAI makes events equally long: letters and digits without a meaning.
_OBFUSCATION = b',"obfuscation":"'


class _Shape(msgspec.Struct, frozen=True):
    """An event of text without the text: `head` TEXT `middle` `end`, where padded also letters and digits before `end`.

    shown: what the client gets of `middle`; None where that is all of it.
    """

    head: bytes
    middle: bytes
    padded: bool
    end: bytes
    shown: bytes | None


def _shape_of(data: bytes, include_usage: bool) -> _Shape | None:
    """data: one event that `_is_plain_text`. None: it is not plain to see where the text ends, or what to hide."""
    if b"\\" in data:
        return None
    head, _, behind = data.partition(_CONTENT)
    behind = behind[behind.index(b'"') :]
    middle, padding, end = behind.partition(_OBFUSCATION)
    if padding:
        middle, end = middle + padding, end[end.index(b'"') :]
    else:
        middle, end = behind[:-2], behind[-2:]
    if not include_usage and (_NO_USAGE in head or _NO_USAGE in end):
        return None
    shown = middle if include_usage else middle.replace(_NO_USAGE, b"}]")
    return _Shape(head + _CONTENT, middle, bool(padding), end, None if shown == middle else shown)


def _is_plain_text(event: bytes) -> bool:
    """Inside a string of JSON a quote is escaped: what is looked for here is never part of the text."""
    if not (
        event.startswith(b'data: {"')
        and _CONTENT in event
        and b'"delta":{"content":""' not in event
        and b'"finish_reason":null' in event
        and b'"index":0' in event
        and event.count(b'"delta"') == 1
        and event.count(b'"usage"') == event.count(_NO_USAGE)
        and b'"error"' not in event
        and b"\n" not in event
        and b"\r" not in event
    ):
        return False
    try:
        _ANY_JSON.decode(event[6:])
    except DECODE_ERRORS:
        return False
    return is_text(event)


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


@functools.lru_cache(maxsize=1024)
def _quoted(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))


def _in_dialect(request: ChatRequest, target: Target) -> dict[str, msgspec.Raw]:
    """The fields that travel, by the vendor's names."""
    fields, vendor, dropped = request.fields, target.vendor, target.dropped
    renames = vendor.renames
    wanted_limit = vendor.max_tokens_field
    other_limit = "max_completion_tokens" if wanted_limit == "max_tokens" else "max_tokens"
    if other_limit in fields:
        renames = {**renames, other_limit: wanted_limit}
    if dropped.isdisjoint(fields) and fields.keys().isdisjoint(renames):
        return fields.copy()
    travelling: dict[str, msgspec.Raw] = {}
    for name, value in fields.items():
        own = renames.get(name, name)
        if name not in dropped:
            # Not where the client used that one as well.
            travelling[name if own in fields else own] = value
    return travelling


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


def _chat_path(target: Target, *, streaming: bool) -> str:
    path = target.vendor.chat_path or CHAT_PATH
    return target.vendor.stream_path or path if streaming else path


def _post(url: str, fields: dict[str, msgspec.Raw], target: Target, *, streaming: bool) -> UpstreamRequest:
    vendor = target.vendor
    headers = _headers(vendor.auth, vendor.extra_headers, target.secret, streaming)
    return UpstreamRequest("POST", url, headers, _encode(fields))


_encode = msgspec.json.Encoder().encode


@functools.lru_cache(maxsize=256)
def _headers(
    auth: Auth, extra: tuple[tuple[str, str], ...], secret: Secret, streaming: bool
) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if streaming else "application/json"),
        ("accept-encoding", "identity"),
        *key_headers(auth, secret),
        *extra,
    )


def _shown(body: bytes, model_label: str | None, *, chunked: bool = False) -> bytes | None:
    """The same bytes where nothing has to change. None for bytes that are no UTF-8 in a field that nobody had read."""
    if model_label is None and not chunked:
        return body
    try:
        fields = _FIELDS.decode(body)
        if chunked:
            fields = with_text_content(fields, "message")
    except DECODE_ERRORS:
        return None
    if model_label is not None:
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
    outer = mapping(plain(msgspec.Raw(body)))
    if outer.get("error") or outer.get("object") == "error":
        return read_error("in_band", None, body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


def _failure_of_event(data: bytes) -> UpstreamFailure:
    failure = _failure_of_200(data)
    if failure.kind == "in_band":
        return failure
    return UpstreamFailure("malformed", "The provider sent an event that is not a chunk of an answer.")


def _present(raw: msgspec.Raw) -> bool:
    """Neither left out nor null, nor empty: some vendors send `"error": ""` with every chunk."""
    return bytes(raw) not in _EMPTY_VALUES


def _text(raw: msgspec.Raw) -> str | None:
    try:
        value = msgspec.json.decode(raw, type=str)
    except DECODE_ERRORS:
        return None
    return value or None
