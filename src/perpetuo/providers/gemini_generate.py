"""Google's generateContent, at its own host and at Vertex: OpenAI's chat shape in, and the reply, stream or error back.

Sources, read 2026-11-24: https://ai.google.dev/api/generate-content, https://ai.google.dev/api/models,
https://ai.google.dev/gemini-api/docs/thought-signatures, the types of google-genai 3.6.1, and recorded interactions.

What OpenAI's shape has no place for is kept beside it: the signature of a function call in the call's `extra_content`,
that of a text in the message's (`{"google": {"thought_signature": …}}`, as Google's own OpenAI-compatible endpoint
does, https://ai.google.dev/gemini-api/docs/openai), parts of other kinds in `extra_content.google.parts`, images in
`images`, sources in `annotations` and `grounding_metadata`, an unusual finish reason in `native_finish_reason`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import ALL_CAPABILITIES, Model
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
from perpetuo.providers.chat_input import ABSENT, DECODE_ERRORS, is_null, mapping, plain
from perpetuo.providers.chat_output import ChunkWriter, compact_json, completion_of
from perpetuo.providers.event_decoder import EventStreamDecoder
from perpetuo.providers.gemini_request import encode_body
from perpetuo.providers.gemini_sources import annotations, logprobs_of
from perpetuo.providers.sse import SseEvent

CHAT_PATH = "/v1beta/models/{model}:generateContent"
STREAM_PATH = "/v1beta/models/{model}:streamGenerateContent?alt=sse"
MODELS_PATH = "/v1beta/models?pageSize=1000"

MAX_MESSAGE_CHARACTERS = 2000
MAX_CANDIDATES = 8
"""https://ai.google.dev/api/generate-content#generationconfig (read 2026-11-24)"""
MAX_KEPT_BYTES = 1024 * 1024
"""Of one choice: its text, kept to place citations in it, and parts without a form. What is above is let go."""

# https://ai.google.dev/api/generate-content#FinishReason, and google-genai 3.6.1 for the newest (read 2026-11-24).
# What is not here is "stop".
FINISH_REASON: dict[str, str] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
}
# A proxy may have asked for `$alt=json;enum-encoding=int`, as Google's older client libraries do. Above these the two
# hosts count differently. The numbers are those that public clients write down (read 2026-11-24).
REASON_OF_NUMBER: dict[int, str] = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION"}
PLAIN_REASONS = frozenset(("STOP", "MAX_TOKENS"))

BROKEN_ANSWERS = frozenset(
    (
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "PUP_LIMITED_DISABLED",
    )
)
"""With these and without content there is no answer: another candidate may have one."""

# https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-24)
STATUS_OF_ERROR: dict[str, int] = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "DATA_LOSS": 500,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}

CARRIAGE = Carriage(
    carried=frozenset(
        (
            "content.image_base64",
            "content.input_audio",
            "content.file_pdf",
            "content.file_other",
            "assistant.thought_signature",
            "tool.image",
            "tool.is_error",
            "tools.function",
            "tool_choice.auto",
            "tool_choice.none",
            "tool_choice.required",
            "tool_choice.named",
            "tool_choice.other",
            "response_format.json_object",
            "response_format.json_schema",
            "n",
            "stop",
            "max_tokens",
            "max_completion_tokens",
            "logprobs",
            "top_logprobs",
            "modalities",
            "temperature",
            "top_p",
            "top_k",
            "seed",
            "presence_penalty",
            "frequency_penalty",
        )
    ),
    approximated={
        "message.developer": "a system instruction",
        "content.image_url": "the vendor fetches it; its media type is taken from its ending",
        "content.file_url": "the vendor fetches it; its media type is taken from its ending",
        "assistant.refusal": "text of the assistant",
        "web_search_options": "Google Search, without size and place",
        "reasoning_effort": "a level (Gemini 3) or a budget (Gemini 2.5) of thinking",
        "thinking": "a level (Gemini 3) or a budget (Gemini 2.5) of thinking",
        "service_tier": "flex and priority; any other is standard",
    },
)


class GeminiGenerate:
    """`ChatProvider` and `ModelListing`."""

    name = "gemini_generate"

    carriage = CARRIAGE
    splices = False

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Raises ClientError for content that this API has no form for."""
        fields = {name: value for name, value in request.fields.items() if name not in target.dropped}
        body = encode_body(request, fields, target)
        vendor = target.vendor
        path = (vendor.stream_path or STREAM_PATH) if request.stream else (vendor.chat_path or CHAT_PATH)
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
            answer = _ANSWER.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        if not is_null(answer.error):
            return _failure_of_200(body)
        choices = _Choices(context.reply_id)
        messages: dict[int, dict[str, object]] = {}
        logprobs: dict[int, object] = {}
        for candidate in answer.candidates or ():
            index = candidate.index or 0
            choice = choices.of(index)
            if choice is None:
                return UpstreamFailure("malformed", "The provider's answer has a candidate that was not asked for.")
            message = messages.setdefault(index, {"role": "assistant", "content": "", "refusal": None})
            for delta in choice.take(candidate):
                _merge(message, delta)
            logprobs[index] = logprobs_of(candidate.logprobs_result)
        return self._reply(answer, choices, messages, logprobs, context)

    def _reply(
        self,
        answer: "_Answer",
        choices: "_Choices",
        messages: dict[int, dict[str, object]],
        logprobs: dict[int, object],
        context: ReplyContext,
    ) -> Reply | UpstreamFailure:
        if _block_reason(answer) is not None and not messages:
            messages = {0: {"role": "assistant", "content": "", "refusal": None}}
            choices.block(_block_reason(answer) or "")
        failure = choices.failure()
        if failure is not None:
            return failure
        shown: list[dict[str, object]] = []
        for index, choice in choices.in_order():
            message = messages[index]
            for delta in choice.last_deltas():
                _merge(message, delta)
            if message["content"] == "" and "tool_calls" in message:
                message["content"] = None
            finish = {"finish_reason": choice.finish_reason, **choice.extra()}
            shown.append({"index": index, "message": message, "logprobs": logprobs.get(index), **finish})
        usage = _usage(_counts(answer.usage_metadata), ended=True)
        reply = completion_of(shown, context, answer.model_version, usage)
        return Reply(reply, usage, answer.model_version or None, choices.finish_reason or "stop")

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        return read_error("status", status, body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return GeminiStream(context)

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        path = target.vendor.models_path
        if path == "":
            return None
        headers = (("accept", "application/json"), *auth_headers(target.vendor, target.secret))
        return UpstreamRequest("GET", target.url(path or MODELS_PATH), headers, b"")

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        """Only models that generate. Fields: https://ai.google.dev/api/models#Model (read 2026-11-24)."""
        try:
            listed = _MODEL_LIST.decode(body)
        except DECODE_ERRORS as exc:
            raise ValueError("The provider's list of models is not what its protocol says.") from exc
        generating = [
            row for row in listed.models[:MAX_LISTED_MODELS] if "generateContent" in row.supported_generation_methods
        ]
        return tuple(
            Model(
                id=name,
                canonical=name,
                capabilities=ALL_CAPABILITIES,
                context_tokens=row.input_token_limit or None,
                max_output_tokens=row.output_token_limit or None,
            )
            for row in generating
            if is_model_name(name := row.name.removeprefix("models/"))
        )


class GeminiStream(EventStreamDecoder):
    """Events of whole answers' pieces in, `chat.completion.chunk` events out.

    The protocol has no event for its end: it has come when the body ends and every candidate has a finish reason.
    """

    finish_reason: str | None
    failure: UpstreamFailure | None

    def __init__(self, context: ReplyContext) -> None:
        # An array comes to who did not ask for events (`alt=sse`), and from servers that do not know the question.
        super().__init__(_failure_of_200, array_is_stream=True)
        self._writer = ChunkWriter(context)
        self._choices = _Choices(context.reply_id)
        self._counts: dict[str, int] = {}

    def on_comment(self, event: SseEvent) -> bytes:
        return b""

    def on_event(self, event: SseEvent, data: bytes) -> bytes:
        try:
            answer = _ANSWER.decode(data)
        except DECODE_ERRORS:
            self.failure = _failure_of_200(data)
            return b""
        if not is_null(answer.error):
            self.failure = read_error("in_band", None, data)
            return b""
        self.model = self.model or answer.model_version or None
        self._counts |= _counts(answer.usage_metadata)
        self.usage = _usage(self._counts, ended=False)
        if answer.prompt_feedback is not None and _block_reason(answer) is not None:
            self._choices.block(_block_reason(answer) or "")
        out = b"" if self._writer.started else self._writer.start(self.model)
        for candidate in answer.candidates or ():
            out += self._on_candidate(candidate)
        self.finish_reason = self._choices.finish_reason
        return out

    def on_end(self) -> bytes:
        if not self._choices.are_finished:
            self.failure = self.cut_off()
            return b""
        self.failure = self._choices.failure()
        if self.failure is not None:
            return b""
        out = b""
        for index, choice in self._choices.in_order():
            for delta in choice.last_deltas():
                out += self._writer.delta(delta, index)
            out += self._writer.finish_choice(choice.finish_reason, index, choice.extra())
        self.usage = _usage(self._counts, ended=True)
        self.finish_reason = self._choices.finish_reason
        self.done = True
        return out + self._writer.close(self.usage)

    def _on_candidate(self, candidate: "_Candidate") -> bytes:
        index = candidate.index or 0
        is_new = index not in self._choices
        choice = self._choices.of(index)
        if choice is None:
            self.failure = UpstreamFailure("malformed", "The provider sent a candidate that was not asked for.")
            return b""
        out = self._writer.delta({"role": "assistant", "content": ""}, index) if is_new and index else b""
        logprobs = logprobs_of(candidate.logprobs_result)
        for delta in choice.take(candidate):
            self.saw_content = True
            self.output_deltas += 1
            out += self._writer.delta(delta, index, logprobs)
            logprobs = None
        return out if logprobs is None else out + self._writer.delta({}, index, logprobs)


def read_error(kind: FailureKind, status: int | None, body: bytes) -> UpstreamFailure:
    """`{"error": {code, message, status, details}}`, alone or as the only element of a list; or what a proxy says."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS:
        text = body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
        if text.startswith("<"):
            text = "The provider answered with a page instead of an error message."
        return UpstreamFailure(kind, text[:MAX_MESSAGE_CHARACTERS] or "The provider gave no message.", status=status)
    outer = mapping(_only_element(document))
    inner = mapping(outer.get("error")) or outer
    message = inner.get("message") or outer.get("error")
    if not isinstance(message, str):
        message = msgspec.json.encode(message).decode() if message else "The provider gave no message."
    type_ = inner.get("status")
    known = type_ if isinstance(type_, str) else None
    details = _details(inner.get("details"))
    reason = next((detail["reason"] for detail in details if isinstance(detail.get("reason"), str)), None)
    return UpstreamFailure(
        kind,
        message[:MAX_MESSAGE_CHARACTERS],
        status=status if status is not None else _status_of(inner.get("code"), known),
        type=known,
        code=reason.lower() if isinstance(reason, str) else None,  # `API_KEY_INVALID`
        retry_after_s=_retry_delay_s(details),
    )


def read_usage(raw: msgspec.Raw) -> Usage:
    return _usage(_counts(raw), ended=True)


# --- what is read of the API's answers ---


class _FunctionCall(msgspec.Struct):
    name: str = ""
    args: msgspec.Raw = ABSENT
    id: str | None = None


class _Blob(msgspec.Struct, rename="camel"):
    mime_type: str = ""
    data: str = ""


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: _FunctionCall | None = None
    inline_data: _Blob | None = None


class _Content(msgspec.Struct):
    parts: list[msgspec.Raw] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    index: int | None = None
    finish_reason: str | int | None = None
    logprobs_result: msgspec.Raw = ABSENT
    grounding_metadata: msgspec.Raw = ABSENT
    citation_metadata: msgspec.Raw = ABSENT


class _PromptFeedback(msgspec.Struct, rename="camel"):
    block_reason: str | int | None = None


class _Answer(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _PromptFeedback | None = None
    usage_metadata: msgspec.Raw = ABSENT
    model_version: str = ""
    error: msgspec.Raw = ABSENT


class _ModelRow(msgspec.Struct, rename="camel"):
    name: str
    input_token_limit: int | None = None
    output_token_limit: int | None = None
    supported_generation_methods: list[str] = []


class _ModelList(msgspec.Struct):
    models: list[_ModelRow]


_ANSWER = msgspec.json.Decoder(_Answer)
_PART = msgspec.json.Decoder(_Part)
_MODEL_LIST = msgspec.json.Decoder(_ModelList)
_NO_ARGUMENTS = frozenset((b"", b"null"))


class _Choice:
    """One candidate while its parts come: each becomes a delta in OpenAI's shape. A whole answer takes the same way."""

    def __init__(self, reply_id: str, index: int) -> None:
        self._reply_id = reply_id
        self._index = index
        self._calls = 0
        self._images = 0
        self._text = bytearray()
        self._signature: str | None = None
        self._kept: list[msgspec.Raw] = []
        self._kept_bytes = 0
        self._grounding = ABSENT
        self._citations = ABSENT
        self.reason: str | None = None
        self.has_content = False

    @property
    def finish_reason(self) -> str:
        reason = FINISH_REASON.get(self.reason or "", "stop")
        return "tool_calls" if self._calls and reason == "stop" else reason

    def extra(self) -> dict[str, object]:
        return {} if self.reason is None or self.reason in PLAIN_REASONS else {"native_finish_reason": self.reason}

    def take(self, candidate: _Candidate) -> Iterable[dict[str, object]]:
        reason = candidate.finish_reason
        if reason and reason != "FINISH_REASON_UNSPECIFIED":
            self.reason = reason if isinstance(reason, str) else REASON_OF_NUMBER.get(reason, "OTHER")
        if not is_null(candidate.grounding_metadata):
            self._grounding = _bounded(candidate.grounding_metadata, self._grounding)
        if not is_null(candidate.citation_metadata):
            self._citations = _bounded(candidate.citation_metadata, self._citations)
        deltas: list[dict[str, object]] = []
        for raw in (candidate.content.parts if candidate.content is not None else None) or ():
            delta = self._delta(raw)
            if delta is not None:
                self.has_content = True
                deltas.append(delta)
        return deltas

    def last_deltas(self) -> Iterable[dict[str, object]]:
        """What is told once, when the candidate has ended, so that no client library joins pieces of it."""
        google: dict[str, object] = {}
        if self._signature is not None:
            google["thought_signature"] = self._signature
        if self._kept:
            google["parts"] = self._kept
        if google:
            yield {"extra_content": {"google": google}}
        sources = annotations(bytes(self._text), self._grounding, self._citations)
        if sources:
            yield {"annotations": sources}
        if not is_null(self._grounding):
            yield {"grounding_metadata": self._grounding}

    def _delta(self, raw: msgspec.Raw) -> dict[str, object] | None:
        try:
            part = _PART.decode(raw)
        except DECODE_ERRORS:  # a field of a type nobody knows: kept as it is
            part = _Part()
        if part.function_call is not None:
            return self._call(part.function_call, part.thought_signature)
        if part.text is not None:
            self._signature = part.thought_signature or self._signature
            if not part.text:
                return None
            if part.thought:
                return {"reasoning_content": part.text}
            if len(self._text) < MAX_KEPT_BYTES:
                self._text += part.text.encode("utf-8", "replace")
            return {"content": part.text}
        if part.inline_data is not None and part.inline_data.mime_type.startswith("image/") and not part.thought:
            return self._image(part.inline_data, part.thought_signature)
        self._keep(raw)
        return None

    def _call(self, call: _FunctionCall, signature: str | None) -> dict[str, object]:
        """Calls without an id get one that no other call of the conversation has: the reply's id is in it."""
        position = self._calls
        self._calls += 1
        arguments = "{}" if bytes(call.args) in _NO_ARGUMENTS else compact_json(bytes(call.args))
        shown: dict[str, object] = {
            "index": position,
            "id": call.id or _call_id(self._reply_id, self._index, position),
            "type": "function",
            "function": {"name": call.name, "arguments": arguments},
        }
        if signature:
            shown["extra_content"] = {"google": {"thought_signature": signature}}
        return {"tool_calls": [shown]}

    def _image(self, blob: _Blob, signature: str | None) -> dict[str, object]:
        url = f"data:{blob.mime_type};base64,{blob.data}"
        image: dict[str, object] = {"index": self._images, "type": "image_url", "image_url": {"url": url}}
        self._images += 1
        if signature:
            image["extra_content"] = {"google": {"thought_signature": signature}}
        return {"images": [image]}

    def _keep(self, raw: msgspec.Raw) -> None:
        self._kept_bytes += len(memoryview(raw))
        if self._kept_bytes <= MAX_KEPT_BYTES:
            self._kept.append(_on_one_line(raw))


class _Choices:
    """The candidates of one answer, by index."""

    def __init__(self, reply_id: str) -> None:
        self._reply_id = reply_id
        self._choices: dict[int, _Choice] = {}

    def __contains__(self, index: int) -> bool:
        return index in self._choices

    def of(self, index: int) -> _Choice | None:
        if not 0 <= index < MAX_CANDIDATES:
            return None
        return self._choices.setdefault(index, _Choice(self._reply_id, index))

    def in_order(self) -> list[tuple[int, _Choice]]:
        return sorted(self._choices.items(), key=lambda item: item[0])

    def block(self, reason: str) -> None:
        """The prompt was refused: an empty answer, filtered."""
        if not self._choices:
            choice = self._choices[0] = _Choice(self._reply_id, 0)
            choice.reason = reason if FINISH_REASON.get(reason) == "content_filter" else "PROHIBITED_CONTENT"

    @property
    def are_finished(self) -> bool:
        return bool(self._choices) and all(choice.reason for choice in self._choices.values())

    @property
    def finish_reason(self) -> str | None:
        first = self._choices.get(0)
        return None if first is None or first.reason is None else first.finish_reason

    def failure(self) -> UpstreamFailure | None:
        """Of an answer that has ended and says nothing."""
        if any(choice.has_content for choice in self._choices.values()):
            return None
        reasons = [choice.reason for choice in self._choices.values() if choice.reason]
        if not reasons:
            return UpstreamFailure("empty", "The provider's answer holds no content.")
        broken = [reason for reason in reasons if reason in BROKEN_ANSWERS]
        if broken:
            return UpstreamFailure(
                "in_band", f"The model broke off its answer: {broken[0]}.", status=502, type=broken[0]
            )
        return None


def _merge(message: dict[str, object], delta: Mapping[str, object]) -> None:
    for name, value in delta.items():
        known = message.get(name)
        if isinstance(known, str) and isinstance(value, str):
            message[name] = known + value
        elif isinstance(known, list) and isinstance(value, list):
            cast("list[object]", known).extend(_whole(name, cast("list[object]", value)))
        else:
            message[name] = _whole(name, cast("list[object]", value)) if isinstance(value, list) else value


def _whole(name: str, items: list[object]) -> list[object]:
    """The list of a delta without what only a stream needs."""
    if name not in ("tool_calls", "images"):
        return items
    return [{key: value for key, value in mapping(item).items() if key != "index"} for item in items]


def _bounded(raw: msgspec.Raw, instead: msgspec.Raw) -> msgspec.Raw:
    return _on_one_line(raw) if len(memoryview(raw)) <= MAX_KEPT_BYTES else instead


def _on_one_line(raw: msgspec.Raw) -> msgspec.Raw:
    """As an event can hold it, and in memory of its own."""
    return msgspec.Raw(msgspec.json.format(bytes(raw), indent=-1))


def _call_id(reply_id: str, choice: int, position: int) -> str:
    """At most 40 characters, because OpenAI takes no longer ones should the conversation go on there."""
    digest = hashlib.blake2b(f"{reply_id}/{choice}/{position}".encode(), digest_size=12).hexdigest()
    return f"call_{digest}"


def _block_reason(answer: _Answer) -> str | None:
    reason = None if answer.prompt_feedback is None else answer.prompt_feedback.block_reason
    if not reason or reason in ("BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"):
        return None
    return reason if isinstance(reason, str) else "PROHIBITED_CONTENT"


# --- usage ---

_COUNTS = (
    "promptTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "totalTokenCount",
)


def _counts(raw: msgspec.Raw) -> dict[str, int]:
    """The counts that are there; nonsense is not. A prompt told by its parts alone is one of nothing."""
    metadata = mapping(plain(raw))
    found: dict[str, int] = {"promptTokenCount": 0} if "promptTokensDetails" in metadata else {}
    for name in _COUNTS:
        value = metadata.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
            found[name] = value
    return found


def _usage(counts: Mapping[str, int], *, ended: bool) -> Usage:
    """The prompt holds what was cached, not what tools on Google's side brought; the candidates hold no thoughts. The
    total is the sum of all four: https://ai.google.dev/api/generate-content#UsageMetadata (read 2026-11-24), and true
    of every recording. A count of zero is left out, which only the answer's end tells from one not known yet."""
    if "promptTokenCount" not in counts and "candidatesTokenCount" not in counts:
        return NOT_REPORTED
    sent = counts.get("promptTokenCount", 0) + counts.get("toolUsePromptTokenCount", 0)
    output: int | None = None
    if "candidatesTokenCount" in counts or "thoughtsTokenCount" in counts:
        output = counts.get("candidatesTokenCount", 0) + counts.get("thoughtsTokenCount", 0)
    elif ended:
        output = max(counts.get("totalTokenCount", 0) - sent, 0)
    cached = counts.get("cachedContentTokenCount")
    return Usage(
        input_tokens=sent if "promptTokenCount" in counts else None,
        cached_input_tokens=None if cached is None else min(cached, sent),
        output_tokens=output,
        reasoning_tokens=counts.get("thoughtsTokenCount"),
        source="reported",
    )


# --- errors ---


def _failure_of_200(body: bytes) -> UpstreamFailure:
    if mapping(_only_element(plain(msgspec.Raw(body)))).get("error"):
        return read_error("in_band", None, body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


def _only_element(document: object) -> object:
    """Vertex wraps the errors of streams into a list: https://github.com/google-gemini/gemini-cli/issues/14831."""
    return cast("list[object]", document)[0] if isinstance(document, list) and document else cast("object", document)


def _details(value: object) -> list[dict[str, object]]:
    return [mapping(detail) for detail in cast("list[object]", value)] if isinstance(value, list) else []


def _status_of(code: object, type_: str | None) -> int | None:
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code <= 599:
        return code
    return STATUS_OF_ERROR.get(type_ or "")


def _retry_delay_s(details: list[dict[str, object]]) -> float | None:
    """`RetryInfo.retryDelay`, a duration as JSON writes it: `"36s"`, `"0.5s"`."""
    for detail in details:
        delay = detail.get("retryDelay")
        if isinstance(delay, str) and delay.endswith("s") and len(delay) < 32:
            try:
                seconds = float(delay[:-1])
            except ValueError:
                continue
            if 0 <= seconds < float("inf"):
                return seconds
    return None
