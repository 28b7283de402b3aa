"""Amazon Bedrock's Converse and ConverseStream: OpenAI's chat shape in and out, whatever the model behind.

Sources, read 2026-11-24: the service model of botocore 1.44.8 (botocore/data/bedrock-runtime/2023-09-30), which
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and its neighbours
are made from, and recorded interactions. What goes out is in `bedrock_request.py`, what the ids of models mean in
`bedrock_models.py`.

Requests are signed later, by `auth.signed`. The base URL names the region: https://bedrock-runtime.<region>.amazonaws.com.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import ALL_CAPABILITIES, Capability, Model
from perpetuo.core.errors import FailureKind, UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.auth import auth_headers, aws_endpoint
from perpetuo.providers.aws_event_stream import EventMessage
from perpetuo.providers.base import (
    MAX_LISTED_MODELS,
    Reply,
    ReplyContext,
    StreamDecoder,
    Target,
    UpstreamRequest,
    is_model_name,
)
from perpetuo.providers.bedrock_models import (
    canonical_name,
    efforts_of,
    fields_refused_by,
    maker_of,
    profile_prefix,
    thinking_of,
)
from perpetuo.providers.bedrock_request import Encoder
from perpetuo.providers.chat_input import ABSENT, DECODE_ERRORS, is_null, mapping, plain
from perpetuo.providers.chat_output import ChunkWriter, JsonCompactor, compact_json, completion
from perpetuo.providers.event_decoder import MessageStreamDecoder

CHAT_PATH = "/model/{model}/converse"
STREAM_PATH = "/model/{model}/converse-stream"
MODELS_PATH = "/foundation-models"

MAX_MESSAGE_CHARACTERS = 2000

CARRIAGE = Carriage(
    carried=frozenset(
        (
            "content.image_base64",
            "content.input_audio",
            "content.file_pdf",
            "content.file_other",
            "content.cache_control",
            "assistant.thinking_blocks",
            "tool.image",
            "tool.is_error",
            "tools.function",
            "tools.strict",
            "tool_choice.auto",
            "tool_choice.required",
            "tool_choice.named",
            "parallel_tool_calls",
            "response_format.json_schema",
            "stop",
            "max_tokens",
            "max_completion_tokens",
            "top_k",
        )
    ),
    approximated={
        "message.developer": "a system prompt",
        "assistant.refusal": "text of the assistant",
        "tool_choice.none": "the tools are left out",
        "response_format.json_object": "an instruction",
        "temperature": "at most 1; with Claude left out beside thinking",
        "top_p": "with Claude only without temperature",
        "reasoning_effort": "the nearest level the model has, or a thinking budget",
        "thinking": "an effort level where the model takes no budget; left out beside a forced tool",
        "service_tier": "default, flex and priority",
        "metadata": "entries in the API's alphabet",
        "web_search_options": "without context size and location",
    },
)

# `StopReason` of the service model. The two malformed ones leave an answer that can not be used: see _UNUSABLE.
FINISH_REASON: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
_UNUSABLE = frozenset(("malformed_model_output", "malformed_tool_use"))

# Exception -> the status it stands for inside a stream. The shapes of the service model, and
# https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html,
# https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html (read 2026-11-24)
STATUS_OF_EXCEPTION: Mapping[str, int] = {
    "ValidationException": 400,
    "ConflictException": 400,
    "ServiceQuotaExceededException": 400,
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "UnrecognizedClientException": 403,
    "InvalidSignatureException": 403,
    "ResourceNotFoundException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ModelStreamErrorException": 424,
    "ThrottlingException": 429,
    "ModelNotReadyException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}
# Exception -> what `core.resilience.error_classifier` calls it, where the status alone would mislead.
_CODE_OF_EXCEPTION: Mapping[str, str] = {
    # "You can resubmit your request later": a limit of this account, although it is a 400.
    "ServiceQuotaExceededException": "rate_limit_exceeded",
    "ConflictException": "server_error",
    # A 400 each, about the key and its signature.
    "IncompleteSignature": "invalid_api_key",
    "IncompleteSignatureException": "invalid_api_key",
    "MissingAuthenticationToken": "invalid_api_key",
    "NotAuthorized": "invalid_api_key",
    "RequestExpired": "invalid_api_key",
    "ExpiredTokenException": "invalid_api_key",
    "UnrecognizedClientException": "invalid_api_key",
}
_MODEL_NOT_AVAILABLE = "model_not_available"
# A 400 or 403 that is about this model at this key. The first is a 400 with a curly apostrophe in "isn't".
# https://github.com/langchain-ai/langchain-aws/issues/1019, https://github.com/strands-agents/harness-sdk/issues/38,
# https://github.com/anthropics/claude-code/issues/536 (read 2026-11-24); a policy that names the model it withholds
# says nothing about the others.
_ABOUT_THE_MODEL = re.compile(
    r"on-demand throughput|model identifier is invalid|access to the model|model access|marketplace|"
    r":foundation-model/|:(?:application-)?inference-profile/",
    re.IGNORECASE,
)
# A rejected signature comes back with all that was signed, the session token included.
_SIGNED_TEXT = re.compile(r"The Canonical String\b.*", re.DOTALL)


class BedrockConverse:
    """`ChatProvider` and `ModelListing`."""

    name = "bedrock_converse"

    carriage = CARRIAGE
    splices = False

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Raises ClientError for content that this API has no form for."""
        vendor = target.vendor
        path = (vendor.stream_path or STREAM_PATH) if request.stream else (vendor.chat_path or CHAT_PATH)
        headers = (
            ("content-type", "application/json"),
            ("accept", "application/vnd.amazon.eventstream" if request.stream else "application/json"),
            ("accept-encoding", "identity"),
            *auth_headers(vendor, target.secret),
            *vendor.extra_headers,
        )
        body = Encoder(request, target).body()
        return UpstreamRequest("POST", target.url(path), headers, msgspec.json.encode(body))

    def decode_reply(self, body: bytes, context: ReplyContext) -> Reply | UpstreamFailure:
        if not body.strip():
            return UpstreamFailure("empty", "The provider answered with an empty body.")
        try:
            reply = _REPLY.decode(body)
        except DECODE_ERRORS:
            return _failure_of_200(body)
        if reply.output is None or reply.output.message is None:
            return _failure_of_200(body)
        blocks = reply.output.message.content
        if not blocks and reply.stop_reason is None:
            return UpstreamFailure("empty", "The provider's answer holds no content.")
        if reply.stop_reason in _UNUSABLE:
            return _unusable(reply.stop_reason)
        message = _openai_message(blocks)
        usage = read_usage(reply.usage)
        model = _routed_model(reply.trace)
        finish_reason = _finish_reason(reply.stop_reason)
        out = completion(context, model or context.model_id, message, finish_reason, usage)
        return Reply(out, usage, model, finish_reason)

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        named = next((value for name, value in headers if name == "x-amzn-errortype"), "")
        return read_error("status", status, named, body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return BedrockStream(context)

    def encode_models(self, target: Target) -> UpstreamRequest | None:
        """Of AWS's own hosts the list is at another one, without `-runtime`; a VPC endpoint tells nothing about it."""
        path = MODELS_PATH if target.vendor.models_path is None else target.vendor.models_path
        url = _control_url(target.base_url)
        if not path or url is None:
            return None
        headers = (
            ("accept", "application/json"),
            ("accept-encoding", "identity"),
            *auth_headers(target.vendor, target.secret),
        )
        return UpstreamRequest("GET", url + path, headers, b"")

    def decode_models(self, body: bytes, target: Target) -> tuple[Model, ...]:
        """The list has foundation models; what is only served through a profile is offered under the profile of the
        base URL's own geography. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
        (read 2026-11-24)"""
        try:
            listed = msgspec.json.decode(body, type=_FoundationModels)
        except DECODE_ERRORS as exc:
            raise ValueError("not a list of foundation models") from exc
        endpoint = aws_endpoint(target.base_url)
        prefix = profile_prefix(endpoint[1]) if endpoint else None
        summaries = [each for each in listed.model_summaries[:MAX_LISTED_MODELS] if is_model_name(each.model_id)]
        offers = {model.id: model for summary in summaries if (model := _offer(summary, prefix))}
        return tuple(offers.values())


class BedrockStream(MessageStreamDecoder):
    """ConverseStream messages in, `chat.completion.chunk` events out.

    The answer ends with `messageStop`, the stream with `metadata`, which brings the usage."""

    finish_reason: str | None
    failure: UpstreamFailure | None

    def __init__(self, context: ReplyContext) -> None:
        super().__init__(_failure_of_200)
        self._writer = ChunkWriter(context)
        self._model_id = context.model_id
        self._blocks: dict[int, _OpenBlock] = {}
        self._tool_calls = 0
        self._thinking_blocks = 0
        self._text_chars = 0
        self._stopped = False
        self._unusable: str | None = None

    def on_message(self, message: EventMessage) -> bytes:
        kind = message.text_header(":message-type")
        if kind != "event":
            self.failure = _failure_in_stream(kind, message)
            return b""
        try:
            event = _EVENT.decode(message.payload)
        except DECODE_ERRORS:
            return self._malformed()
        match message.text_header(":event-type"):
            case "messageStart":
                return self._start()
            case "contentBlockStart":
                return self._on_block_start(event)
            case "contentBlockDelta":
                return self._on_block_delta(event)
            case "contentBlockStop":
                return self._close_block(event.content_block_index)
            case "messageStop":
                return self._on_stop(event.stop_reason)
            case "metadata":
                return self._on_metadata(event)
            case _:  # what will be added
                return b""

    def on_end(self) -> bytes:
        """After `messageStop` the answer is whole, and only its usage is missing."""
        if self._stopped:
            return self._finish()
        self.failure = self.cut_off()
        return b""

    def _start(self) -> bytes:
        return b"" if self._writer.started else self._writer.start(self.model or self._model_id)

    def _opened(self, index: int) -> "_OpenBlock":
        block = self._blocks[index] = _OpenBlock(self._text_chars, self._tool_calls)
        return block

    def _on_block_start(self, event: "_Event") -> bytes:
        block = self._opened(event.content_block_index)
        tool = event.start.tool_use if event.start is not None else None
        if tool is None or _is_servers(tool):
            return b""
        block.tool_index = self._tool_calls
        self._tool_calls += 1
        call = {"index": block.tool_index, "id": tool.tool_use_id, "type": "function"}
        return self._content({"tool_calls": [call | {"function": {"name": tool.name, "arguments": ""}}]})

    def _on_block_delta(self, event: "_Event") -> bytes:
        """A block of text has no start."""
        delta = event.delta
        if delta is None:
            return self._malformed()
        block = self._blocks.get(event.content_block_index)
        if block is None:
            if delta.tool_use is not None:
                return self._malformed()
            block = self._opened(event.content_block_index)
        if delta.text:
            self.output_deltas += 1
            self._text_chars += len(delta.text)
            return self._content({"content": delta.text})
        if delta.tool_use is not None:
            return self._on_input(block, delta.tool_use.input)
        if delta.reasoning_content is not None:
            return self._on_reasoning(block, delta.reasoning_content)
        if not is_null(delta.citation):
            block.citations.append(delta.citation)
        return b""

    def _on_input(self, block: "_OpenBlock", piece: str) -> bytes:
        if block.tool_index is None or not piece:
            return b""
        self.output_deltas += 1
        return self._arguments(block, block.compact.feed(piece))

    def _on_reasoning(self, block: "_OpenBlock", delta: "_ReasoningDelta") -> bytes:
        block.signature += delta.signature or ""
        if delta.redacted_content:
            block.redacted.append(delta.redacted_content)
        if not delta.text:
            return b""
        self.output_deltas += 1
        block.thinking.append(delta.text)
        return self._content({"reasoning_content": delta.text})

    def _close_block(self, index: int) -> bytes:
        block = self._blocks.pop(index, None)
        if block is None:
            return b""
        out = b""
        if block.tool_index is not None and not block.has_arguments:
            out += self._arguments(block, "{}")
        if block.signature:
            told = {"type": "thinking", "thinking": "".join(block.thinking), "signature": block.signature}
            out += self._thinking_block(told | block.place())
        if block.redacted:
            hidden = {"type": "redacted_thinking", "data": _joined_base64(block.redacted)}
            out += self._thinking_block(hidden | block.place())
        cited = _cited(block.citations, block.text_start, self._text_chars)
        return out + self._writer.delta({**cited}) if cited else out

    def _on_stop(self, stop_reason: str | None) -> bytes:
        out = b"".join([self._close_block(index) for index in sorted(self._blocks)])
        self._stopped = True
        if stop_reason in _UNUSABLE:
            self._unusable = stop_reason
        self.finish_reason = _finish_reason(stop_reason)
        if self.usage.source == "reported":  # metadata came first
            out += self._finish()
        return out

    def _on_metadata(self, event: "_Event") -> bytes:
        usage = read_usage(event.usage)
        if usage.source == "reported":
            self.usage = usage
        self.model = self.model or _routed_model(event.trace)
        return self._finish() if self._stopped else b""

    def _finish(self) -> bytes:
        if self._unusable is not None:
            self.failure = _unusable(self._unusable)
            return b""
        self.done = True
        return self._start() + self._writer.finish(self.finish_reason or "stop", self.usage)

    def _thinking_block(self, block: dict[str, object]) -> bytes:
        """Whole blocks, so that a client can send them back; `index` lets client libraries join the list."""
        index = self._thinking_blocks
        self._thinking_blocks += 1
        return self._writer.delta({"thinking_blocks": [{"index": index} | block]})

    def _arguments(self, block: "_OpenBlock", piece: str) -> bytes:
        if not piece:
            return b""
        block.has_arguments = True
        return self._content({"tool_calls": [{"index": block.tool_index, "function": {"arguments": piece}}]})

    def _content(self, delta: dict[str, object]) -> bytes:
        self.saw_content = True
        return self._start() + self._writer.delta(delta)

    def _malformed(self) -> bytes:
        self.failure = UpstreamFailure("malformed", "The provider sent an event that does not fit its stream.")
        return b""


def read_usage(raw: msgspec.Raw) -> Usage:
    """`inputTokens` counts neither cache reads nor cache writes, while `totalTokens` counts them all:
    https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html,
    https://github.com/anomalyco/opencode/pull/38427 (read 2026-11-24). Where the total says that a server in between
    has added them up already, they are not added twice. Reasoning is part of the output and not told apart."""
    usage = mapping(plain(raw))
    fresh, output, total, read, written = (
        _count(usage.get(name))
        for name in ("inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    )
    if fresh is None and output is None:
        return NOT_REPORTED
    cached = (read or 0) + (written or 0)
    is_whole = fresh is not None and cached <= fresh and total == fresh + (output or 0)
    return Usage(
        input_tokens=fresh if fresh is None or is_whole else fresh + cached,
        cached_input_tokens=read,
        cache_write_tokens=written,
        output_tokens=output,
        source="reported",
    )


def read_error(kind: FailureKind, status: int | None, named: str, body: bytes) -> UpstreamFailure:
    """`{"message"}` with the exception in a header, or in `__type`; or whatever a proxy in front of it says.

    named: the exception, as `ValidationException:http://…`, `com.amazon…#ValidationException`, or in a stream with a
    small first letter."""
    document = mapping(plain(msgspec.Raw(body)))
    document = mapping(document.get("Output")) or document
    told = named or document.get("__type") or document.get("code") or ""
    exception = _exception_name(told) if isinstance(told, str) else ""
    message = document.get("message") or document.get("Message") or document.get("originalMessage")
    if not isinstance(message, str):
        message = "" if document else body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
        if message.startswith("<"):
            message = "The provider answered with a page instead of an error message."
    message = _SIGNED_TEXT.sub("", message).strip()[:MAX_MESSAGE_CHARACTERS]
    status = STATUS_OF_EXCEPTION.get(exception) if status is None else status
    return UpstreamFailure(
        kind,
        message or exception or "The provider gave no message.",
        status=status,
        type=exception or None,
        code=_code(exception, status, message),
    )


def _code(exception: str, status: int | None, message: str) -> str | None:
    if status in (400, 403) and _ABOUT_THE_MODEL.search(message):
        return _MODEL_NOT_AVAILABLE
    return _CODE_OF_EXCEPTION.get(exception)


def _exception_name(told: str) -> str:
    name = told.split(":", 1)[0].rpartition("#")[2].strip()
    return name[:1].upper() + name[1:100]


def _failure_in_stream(kind: str, message: EventMessage) -> UpstreamFailure:
    """`exception`: one of the operation's; `error`: one of the framework's, told by headers alone."""
    if kind == "exception":
        return read_error("in_band", None, message.text_header(":exception-type"), message.payload)
    if kind == "error":
        words = msgspec.json.encode({"message": message.text_header(":error-message")})
        failure = read_error("in_band", None, message.text_header(":error-code"), words)
        return failure if failure.status else msgspec.structs.replace(failure, status=500)
    return UpstreamFailure("malformed", "The provider sent a message of an unknown type.")


def _failure_of_200(body: bytes) -> UpstreamFailure:
    document = mapping(plain(msgspec.Raw(body)))
    if any(document.get(name) for name in ("message", "Message", "__type", "Output")):
        return read_error("in_band", None, "", body)
    return UpstreamFailure("malformed", "The provider's answer is not what its protocol says.")


def _unusable(stop_reason: str) -> UpstreamFailure:
    return UpstreamFailure("malformed", f"The model's answer can not be used ({stop_reason}).", type=stop_reason)


# --- what is read of the API's answers ---


class _ToolUse(msgspec.Struct, rename="camel"):
    tool_use_id: str | None = None
    name: str | None = None
    input: msgspec.Raw = ABSENT
    type: str | None = None


class _ReasoningText(msgspec.Struct):
    text: str | None = None
    signature: str | None = None


class _Reasoning(msgspec.Struct, rename="camel"):
    reasoning_text: _ReasoningText | None = None
    redacted_content: str | None = None


class _Text(msgspec.Struct):
    text: str | None = None


class _Citations(msgspec.Struct):
    content: list[_Text] | None = None
    citations: list[msgspec.Raw] | None = None


class _Block(msgspec.Struct, rename="camel"):
    text: str | None = None
    tool_use: _ToolUse | None = None
    reasoning_content: _Reasoning | None = None
    citations_content: _Citations | None = None


class _Message(msgspec.Struct):
    content: list[_Block] = []


class _Output(msgspec.Struct):
    message: _Message | None = None


class _Reply(msgspec.Struct, rename="camel"):
    output: _Output | None = None
    stop_reason: str | None = None
    usage: msgspec.Raw = ABSENT
    trace: msgspec.Raw = ABSENT


class _Start(msgspec.Struct, rename="camel"):
    tool_use: _ToolUse | None = None


class _ToolDelta(msgspec.Struct):
    input: str = ""


class _ReasoningDelta(msgspec.Struct, rename="camel"):
    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class _Delta(msgspec.Struct, rename="camel"):
    text: str | None = None
    tool_use: _ToolDelta | None = None
    reasoning_content: _ReasoningDelta | None = None
    citation: msgspec.Raw = ABSENT


class _Event(msgspec.Struct, rename="camel"):
    content_block_index: int = 0
    start: _Start | None = None
    delta: _Delta | None = None
    stop_reason: str | None = None
    usage: msgspec.Raw = ABSENT
    trace: msgspec.Raw = ABSENT


class _FoundationModel(msgspec.Struct, rename="camel"):
    model_id: str
    input_modalities: list[str] = []
    output_modalities: list[str] = []
    inference_types_supported: list[str] = []


class _FoundationModels(msgspec.Struct, rename="camel"):
    model_summaries: list[_FoundationModel]


class _OpenBlock:
    """A content block between its start and its stop.

    text_start, calls_before: characters of the answer's text, and calls, before it."""

    def __init__(self, text_start: int, calls_before: int) -> None:
        self.text_start = text_start
        self.calls_before = calls_before
        self.tool_index: int | None = None
        self.compact = JsonCompactor()
        self.has_arguments = False
        self.thinking: list[str] = []
        self.signature = ""
        self.redacted: list[str] = []
        self.citations: list[msgspec.Raw] = []

    def place(self) -> dict[str, object]:
        return _place(self.text_start, self.calls_before)


_REPLY = msgspec.json.Decoder(_Reply)
_EVENT = msgspec.json.Decoder(_Event)
_NO_ARGUMENTS = frozenset((b"", b"null", b"{}"))


def _openai_message(blocks: list[_Block]) -> dict[str, object]:
    said = ""
    reasoning: list[str] = []
    thinking: list[dict[str, object]] = []
    calls: list[dict[str, object]] = []
    cited: dict[str, list[object]] = {}
    for block in blocks:
        said += block.text or ""
        if block.citations_content is not None:
            start = len(said)
            said += "".join(part.text or "" for part in block.citations_content.content or ())
            for name, found in _cited(block.citations_content.citations or [], start, len(said)).items():
                cited.setdefault(name, []).extend(found)
        if block.reasoning_content is not None:
            place = _place(len(said), len(calls))
            thinking.extend(found | place for found in _thinking_of(block.reasoning_content, reasoning))
        if block.tool_use is not None and not _is_servers(block.tool_use):
            calls.append(_call(block.tool_use))
    message: dict[str, object] = {"role": "assistant", "content": said if said or not calls else None, "refusal": None}
    if reasoning:
        message["reasoning_content"] = "".join(reasoning)
    if thinking:
        message["thinking_blocks"] = thinking
    if calls:
        message["tool_calls"] = calls
    return message | cited


def _call(tool: _ToolUse) -> dict[str, object]:
    arguments = "{}" if bytes(tool.input) in _NO_ARGUMENTS else compact_json(bytes(tool.input))
    return {"id": tool.tool_use_id, "type": "function", "function": {"name": tool.name, "arguments": arguments}}


def _is_servers(tool: _ToolUse) -> bool:
    """The vendor has called a tool of its own; the client is not to answer it."""
    return tool.type is not None and tool.type.startswith("server")


def _thinking_of(block: _Reasoning, reasoning: list[str]) -> Iterator[dict[str, object]]:
    """Only what is signed or encrypted has to come back; the words of it are read by people all the same."""
    told = block.reasoning_text
    if told is not None and told.text:
        reasoning.append(told.text)
    if told is not None and told.signature:
        yield {"type": "thinking", "thinking": told.text or "", "signature": told.signature}
    if block.redacted_content:
        yield {"type": "redacted_thinking", "data": block.redacted_content}


def _place(text_chars: int, calls: int) -> dict[str, object]:
    """Where signed reasoning stood; see `chat_input.ThinkingBlock`."""
    place = {"content_offset": text_chars, "tool_calls_before": calls}
    return {name: count for name, count in place.items() if count}


def _cited(citations: list[msgspec.Raw], start: int, end: int) -> dict[str, list[object]]:
    """As the vendor tells them, under `citations`, and pages of the web as OpenAI's `annotations` as well. start, end:
    of the text that they belong to, in characters."""
    cited: dict[str, list[object]] = {}
    span: dict[str, object] = {"start_index": start, "end_index": end}
    for raw in citations:
        citation = mapping(plain(raw))
        if citation:
            cited.setdefault("citations", []).append(citation | span)
        page = mapping(mapping(citation.get("location")).get("web"))
        if isinstance(page.get("url"), str):
            title = citation.get("title") or page.get("domain") or page["url"]
            named = {"url": page["url"], "title": title} | span
            cited.setdefault("annotations", []).append({"type": "url_citation", "url_citation": named})
    return cited


def _finish_reason(stop_reason: str | None) -> str:
    return FINISH_REASON.get(stop_reason or "", "stop")


def _routed_model(trace: msgspec.Raw) -> str | None:
    """The model that a prompt router chose; else an answer names none."""
    routed = mapping(mapping(plain(trace)).get("promptRouter")).get("invokedModelId")
    return routed if isinstance(routed, str) else None


def _joined_base64(pieces: list[str]) -> str:
    """Each piece is encoded for itself."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        return base64.b64encode(b"".join([base64.b64decode(piece) for piece in pieces])).decode()
    except (binascii.Error, ValueError):
        return "".join(pieces)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


# --- the list of models ---


def _control_url(base_url: str) -> str | None:
    endpoint = aws_endpoint(base_url)
    if endpoint is None:
        return base_url.rstrip("/")
    host = (urlsplit(base_url).hostname or "").lower()
    return None if host.startswith("vpce-") else f"https://{host.replace('bedrock-runtime', 'bedrock', 1)}"


def _offer(listed: _FoundationModel, profile: str | None) -> Model | None:
    types = listed.inference_types_supported
    if "TEXT" not in listed.output_modalities or "rerank" in listed.model_id or "sonic" in listed.model_id:
        return None
    if "ON_DEMAND" in types:
        model_id = listed.model_id
    elif "INFERENCE_PROFILE" in types and profile:
        model_id = profile + listed.model_id
    else:
        return None
    # By default a forced call of a tool stands in for a JSON schema: which models take one is not told.
    missing: set[Capability] = set() if maker_of(model_id) == "claude" else {"json_schema"}
    missing |= set() if "IMAGE" in listed.input_modalities else {"vision"}
    missing |= set() if {"SPEECH", "AUDIO"} & set(listed.input_modalities) else {"audio"}
    return Model(
        id=model_id,
        canonical=canonical_name(model_id),
        capabilities=ALL_CAPABILITIES - missing,
        efforts=efforts_of(model_id),
        thinking=thinking_of(model_id),
        refused_fields=fields_refused_by(model_id),
    )
