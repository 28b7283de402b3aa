"""Anthropic's Messages API: OpenAI's chat shape in, `/v1/messages` out, and the reply, stream or error back.

Sources, read 2026-11-23: https://platform.claude.com/docs/en/api/messages,
https://platform.claude.com/docs/en/build-with-claude/streaming, https://platform.claude.com/docs/en/api/errors.

What has no counterpart is left out, because it is a wish and not a promise: `seed`, the penalties, `logit_bias`,
`reasoning_effort` (an effort level is a 400 on models that lack it), `strict` on tools, `detail` of images, `name` of
messages. What would change the answer's shape is refused by `unsupported` or, inside a message, by ClientError.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.errors import ClientError, FailureKind, UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.auth import auth_headers
from perpetuo.providers.base import Reply, ReplyContext, StreamDecoder, Target, UpstreamRequest
from perpetuo.providers.chat_input import (
    ABSENT,
    DECODE_ERRORS,
    Message,
    NamedToolChoice,
    Part,
    ThinkingBlock,
    ToolCall,
    function_of,
    is_link,
    is_null,
    mapping,
    no_form,
    number,
    plain,
    read_arguments,
    read_data_uri,
    read_messages,
    read_response_format,
    read_stop,
    read_tool_choice,
    read_tool_rows,
)
from perpetuo.providers.chat_output import ChunkWriter, JsonCompactor, compact_json, completion
from perpetuo.providers.event_decoder import EventStreamDecoder
from perpetuo.providers.sse import SseEvent

API_VERSION = "2023-06-01"
DEFAULT_MAX_TOKENS = 4096
"""The API demands a limit. Every Claude model ever offered can write this much."""

MAX_MESSAGE_CHARACTERS = 2000
JSON_OBJECT_INSTRUCTION = "Answer with one valid JSON object and nothing else: no prose around it, no code fence."
"""Stands in for `response_format: json_object`, which this API does not have."""

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
            "content.cache_control",
            "assistant.thinking_blocks",
            "tool.image",
            "tools.function",
            "tool_choice.auto",
            "tool_choice.none",
            "tool_choice.required",
            "tool_choice.named",
            "parallel_tool_calls",
            "response_format.json_schema",
            "stop",
            "max_tokens",
            "max_completion_tokens",
            "user",
        )
    ),
    approximated={
        "message.developer": "a system prompt",
        "assistant.refusal": "text of the assistant",
        "response_format.json_object": "an instruction",
        "temperature": "at most 1",
        "top_p": "only without temperature",
    },
)


class AnthropicMessages:
    """`ChatProvider`."""

    name = "anthropic_messages"

    carriage = CARRIAGE

    def encode_request(self, request: ChatRequest, target: Target) -> UpstreamRequest:
        """Raises ClientError for content that this API has no form for."""
        fields = {name: value for name, value in request.fields.items() if name not in target.dropped}
        body = _body(request, fields, target)
        extra = target.vendor.extra_headers
        version = () if any(name.lower() == "anthropic-version" for name, _ in extra) else (_VERSION_HEADER,)
        headers = (
            ("content-type", "application/json"),
            ("accept", "text/event-stream" if request.stream else "application/json"),
            ("accept-encoding", "identity"),
            *version,
            *auth_headers(target.vendor, target.secret),
            *extra,
        )
        url = target.base_url.rstrip("/") + "/v1/messages"
        return UpstreamRequest("POST", url, headers, msgspec.json.encode(body))

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
        body = completion(context, message.model, _openai_message(message.content), finish_reason, usage)
        return Reply(body, usage, message.model or None, finish_reason)

    def decode_error(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> UpstreamFailure:
        return read_error("status", status, body)

    def stream_decoder(self, context: ReplyContext) -> StreamDecoder:
        return AnthropicStream(context)


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
        self._thinking_blocks = 0
        self._stop_reason: str | None = None

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
                return self._on_block_delta(decoded)
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
        opened = self._blocks[event.index] = _OpenBlock(block.type)
        if block.type == "text":
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
            return self._thinking_block({"type": "redacted_thinking", "data": block.data})
        return b""

    def _on_block_delta(self, event: "_Event") -> bytes:
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
            return self._arguments(block, block.compact.feed(delta.partial_json or ""))
        if delta.type == "thinking_delta" and block is not None:
            return self._thinking(block, delta.thinking)
        if delta.type == "signature_delta" and block is not None:
            block.signature += delta.signature or ""
        return b""  # citations_delta has no counterpart

    def _on_block_stop(self, event: "_Event") -> bytes:
        block = self._blocks.pop(event.index, None)
        if block is None:
            return b""
        if block.type == "tool_use" and not block.has_arguments:
            whole = block.whole_input
            return self._arguments(block, "{}" if whole in _NO_ARGUMENTS else compact_json(whole))
        if block.type == "thinking":
            return self._thinking_block(
                {"type": "thinking", "thinking": "".join(block.thinking), "signature": block.signature}
            )
        return b""

    def _on_message_delta(self, event: "_Event") -> bytes:
        self._note_usage(event.usage)
        if event.delta is not None and event.delta.stop_reason is not None:
            self._stop_reason = event.delta.stop_reason
            self.finish_reason = _finish_reason(self._stop_reason)
        return b""

    def _on_stop(self) -> bytes:
        if self._stop_reason is None and not self.saw_content:
            self.failure = UpstreamFailure("empty", "The provider's stream ended without an answer.")
            return b""
        self.finish_reason = self.finish_reason or "stop"
        self.done = True
        return self._writer.finish(self.finish_reason, self.usage)

    def _note_usage(self, raw: msgspec.Raw) -> None:
        """message_start brings the input, message_delta cumulative figures: of each count the last one holds."""
        self._counts |= _counts(raw)
        self.usage = _usage(self._counts)

    def _text(self, text: str | None) -> bytes:
        return self._content({"content": text}) if text else b""

    def _thinking(self, block: "_OpenBlock", text: str | None) -> bytes:
        if not text:
            return b""
        block.thinking.append(text)
        return self._content({"reasoning_content": text})

    def _thinking_block(self, block: dict[str, object]) -> bytes:
        """Whole blocks, so that a client can send them back; `index` lets client libraries join the list."""
        index = self._thinking_blocks
        self._thinking_blocks += 1
        return self._writer.delta({"thinking_blocks": [{"index": index} | block]})

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
    outer = mapping(document)
    inner = mapping(outer.get("error")) or outer
    type_ = inner.get("type")
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


class _Message(msgspec.Struct):
    type: str = ""
    model: str = ""
    content: list[_Block] | None = None
    stop_reason: str | None = None
    usage: msgspec.Raw = ABSENT


class _BlockDelta(msgspec.Struct):
    type: str = ""
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _BlockDelta | None = None
    usage: msgspec.Raw = ABSENT


class _OpenBlock:
    """A content block between its start and its stop."""

    def __init__(self, type_: str) -> None:
        self.type = type_
        self.tool_index = 0
        self.whole_input = b""
        self.compact = JsonCompactor()
        self.has_arguments = False
        self.thinking: list[str] = []
        self.signature = ""


_MESSAGE = msgspec.json.Decoder(_Message)
_EVENT = msgspec.json.Decoder(_Event)
_VERSION_HEADER = ("anthropic-version", API_VERSION)


def _openai_message(blocks: list[_Block]) -> dict[str, object]:
    text = "".join(block.text or "" for block in blocks if block.type == "text")
    reasoning = "".join(block.thinking or "" for block in blocks if block.type == "thinking")
    calls = [
        {
            "id": block.id,
            "type": "function",
            "function": {
                "name": block.name,
                "arguments": "{}" if bytes(block.input) in _NO_ARGUMENTS else compact_json(bytes(block.input)),
            },
        }
        for block in blocks
        if block.type == "tool_use"
    ]
    thinking: list[dict[str, object]] = []
    for block in blocks:
        if block.type == "thinking":
            thinking.append({"type": "thinking", "thinking": block.thinking or "", "signature": block.signature or ""})
        elif block.type == "redacted_thinking":
            thinking.append({"type": "redacted_thinking", "data": block.data})
    message: dict[str, object] = {"role": "assistant", "content": text if text or not calls else None, "refusal": None}
    if reasoning:
        message["reasoning_content"] = reasoning
    if thinking:
        message["thinking_blocks"] = thinking
    if calls:
        message["tool_calls"] = calls
    return message


def _finish_reason(stop_reason: str | None) -> str:
    return FINISH_REASON.get(stop_reason or "", "stop")


def _counts(raw: msgspec.Raw) -> dict[str, int]:
    """The counts that are there; null and nonsense are not."""
    usage = mapping(plain(raw))
    details = mapping(usage.get("output_tokens_details"))
    found = {
        "input": usage.get("input_tokens"),
        "read": usage.get("cache_read_input_tokens"),
        "written": usage.get("cache_creation_input_tokens"),
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


# --- OpenAI's request in, the API's body out ---


def _body(request: ChatRequest, fields: dict[str, msgspec.Raw], target: Target) -> dict[str, object]:
    messages = read_messages(fields)
    response_format = read_response_format(fields)
    system = list(_system_blocks(messages))
    if response_format is not None and response_format.type == "json_object":
        system.append({"type": "text", "text": JSON_OBJECT_INSTRUCTION})
    limit = request.max_output_tokens or target.model.max_output_tokens or DEFAULT_MAX_TOKENS
    body: dict[str, object] = {
        "model": target.model.id,
        "max_tokens": min(limit, target.model.max_output_tokens or limit),
        "messages": _turns(messages),
    }
    if system:
        body["system"] = system
    if request.stream:
        body["stream"] = True
    body |= _sampling(fields)
    body |= _tools(fields, messages)
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    if response_format is not None and response_format.type == "json_schema" and response_format.json_schema:
        # https://platform.claude.com/docs/en/build-with-claude/structured-outputs (read 2026-11-23)
        schema = accepted_schema(response_format.json_schema.schema or {"type": "object"})
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return body


def _sampling(fields: dict[str, msgspec.Raw]) -> dict[str, object]:
    """OpenAI's temperature goes to 2, this API's to 1: what is above becomes 1. With a temperature there is no top_p:
    Claude 4.1 and later refuse the pair. A stop sequence of nothing but white space is a 400 and left out."""
    sampling: dict[str, object] = {}
    temperature = number(fields.get("temperature"), None)
    top_p = number(fields.get("top_p"), None)
    if temperature is not None:
        sampling["temperature"] = min(temperature, 1)
    elif top_p is not None:
        sampling["top_p"] = top_p
    sequences = [sequence for sequence in read_stop(fields) if sequence.strip()]
    if sequences:
        sampling["stop_sequences"] = sequences
    return sampling


def _tools(fields: dict[str, msgspec.Raw], messages: list[Message]) -> dict[str, object]:
    declared = read_tool_rows(fields)
    if not declared:
        return _tools_of_history(messages)
    tools: list[dict[str, object]] = []
    for index, tool in enumerate(declared):
        function = function_of(tool, index)
        schema = dict(function.parameters or {})
        if "type" not in schema:
            schema = {"type": msgspec.Raw(b'"object"')} | schema
        described: dict[str, object] = {"name": function.name, "input_schema": schema}
        if function.description:
            described["description"] = function.description
        tools.append(described | _cache_control(tool.cache_control))
    encoded: dict[str, object] = {"tools": tools}
    choice = _tool_choice(fields)
    if choice is not None:
        encoded["tool_choice"] = choice
    return encoded


def _tool_choice(fields: dict[str, msgspec.Raw]) -> dict[str, object] | None:
    wanted = read_tool_choice(fields)
    choice: dict[str, object] | None = None
    if isinstance(wanted, NamedToolChoice):
        choice = {"type": "tool", "name": wanted.function.name}
    elif wanted is not None:
        choice = {"type": {"auto": "auto", "none": "none", "required": "any"}[wanted]}
    if plain(fields.get("parallel_tool_calls")) is False and (choice is None or choice["type"] != "none"):
        choice = (choice or {"type": "auto"}) | {"disable_parallel_tool_use": True}
    return choice


def _tools_of_history(messages: list[Message]) -> dict[str, object]:
    """Earlier calls want their tools declared, even when none may be called any more."""
    names = dict.fromkeys(call.function.name for message in messages for call in message.tool_calls or ())
    if not names:
        return {}
    tools = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {"tools": tools, "tool_choice": {"type": "none"}}


def _system_blocks(messages: list[Message]) -> Iterator[dict[str, object]]:
    for index, message in enumerate(messages):
        if message.role in ("system", "developer"):
            yield from _content_blocks(message, f"messages[{index}].content")


def _turns(messages: list[Message]) -> list[dict[str, object]]:
    """Roles alternate: neighbours of one role become one message. Results of tools are the user's."""
    turns: list[tuple[str, list[dict[str, object]]]] = []
    for index, message in enumerate(messages):
        if message.role in ("system", "developer"):
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message, index)
        if not blocks:
            continue
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        else:
            turns.append((role, blocks))
    if turns and turns[-1][0] == "assistant":
        _strip_prefill(turns[-1][1])
    return [{"role": role, "content": blocks} for role, blocks in turns]


def _blocks(message: Message, index: int) -> list[dict[str, object]]:
    where = f"messages[{index}]"
    if message.role == "user":
        return list(_content_blocks(message, f"{where}.content"))
    if message.role == "assistant":
        blocks = [*_thinking(message.thinking_blocks or []), *_content_blocks(message, f"{where}.content")]
        for number, call in enumerate(message.tool_calls or ()):
            blocks.append(_tool_use(call, f"{where}.tool_calls[{number}].function.arguments"))
        return blocks
    if message.role == "tool":
        if not message.tool_call_id:
            raise ClientError("missing_field", "A tool message names its call.", param=f"{where}.tool_call_id")
        result: dict[str, object] = {"type": "tool_result", "tool_use_id": _call_id(message.tool_call_id)}
        content = list(_content_blocks(message, f"{where}.content"))
        if content:
            result["content"] = content
        return [result]
    raise no_form(f"the role {message.role!r}", f"{where}.role")


def _content_blocks(message: Message, where: str) -> Iterator[dict[str, object]]:
    """Empty texts are left out: the API refuses them."""
    if isinstance(message.content, str):
        if message.content:
            yield {"type": "text", "text": message.content} | _cache_control(message.cache_control)
        return
    for index, part in enumerate(message.content or ()):
        block = _block(part, f"{where}[{index}]")
        if block is not None:
            yield block | _cache_control(part.cache_control)


def _block(part: Part, where: str) -> dict[str, object] | None:
    match part.type:
        case "text":
            return {"type": "text", "text": part.text} if part.text else None
        case "refusal":
            return {"type": "text", "text": part.refusal} if part.refusal else None
        case "image_url" if part.image_url is not None:
            return _image(part.image() or "", f"{where}.image_url.url")
        case "file" if part.file is not None and part.file.file_data:
            return _document(part.file.file_data, part.file.filename, f"{where}.file.file_data")
        case _:
            raise no_form(f"a part of type {part.type!r} in this form", where)


def _image(url: str, where: str) -> dict[str, object]:
    if is_link(url):
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type, data = read_data_uri(url, where)
    if media_type == "application/pdf":
        return _document(url, None, where)
    media_type = "image/jpeg" if media_type == "image/jpg" else media_type
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _document(file_data: str, filename: str | None, where: str) -> dict[str, object]:
    media_type, data = (
        read_data_uri(file_data, where) if file_data.startswith("data:") else ("application/pdf", file_data)
    )
    if media_type != "application/pdf":
        raise no_form(f"a file of type {media_type!r}", where)
    block: dict[str, object] = {
        "type": "document",
        "source": {"type": "base64", "media_type": media_type, "data": data},
    }
    if filename:
        block["title"] = filename
    return block


def _thinking(blocks: list[ThinkingBlock]) -> Iterator[dict[str, object]]:
    """Unsigned thinking would be refused, and is not needed to go on."""
    for block in blocks:
        if block.type == "thinking" and block.signature:
            yield {"type": "thinking", "thinking": block.thinking or "", "signature": block.signature}
        elif block.type == "redacted_thinking" and block.data:
            yield {"type": "redacted_thinking", "data": block.data}


def _tool_use(call: ToolCall, where: str) -> dict[str, object]:
    return {
        "type": "tool_use",
        "id": _call_id(call.id),
        "name": call.function.name,
        "input": read_arguments(call, where),
    }


def _call_id(call_id: str) -> str:
    """The API's alphabet for ids. Other vendors write `functions.get_weather:0`."""
    return _NOT_IN_IDS.sub("_", call_id)


_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]")


def _strip_prefill(blocks: list[dict[str, object]]) -> None:
    """An assistant's last text that ends in white space is refused."""
    text = blocks[-1].get("text")
    if blocks[-1]["type"] == "text" and isinstance(text, str):
        blocks[-1]["text"] = text.rstrip() or "."


def _cache_control(raw: msgspec.Raw) -> dict[str, object]:
    """A mark this API knows and OpenAI's does not; clients set it on parts, messages and tools all the same."""
    return {} if is_null(raw) else {"cache_control": raw}


# Keywords outside the subset: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
# (read 2026-11-23). They go into the description, as the vendor's own SDKs do.
_REFUSED_KEYWORDS = frozenset(
    ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems",
     "uniqueItems", "minProperties", "maxProperties")
)  # fmt: skip


def accepted_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in the subset this API takes: objects closed, constraints it refuses told in words instead."""
    accepted: dict[str, Any] = {}
    told: list[str] = []
    for name, value in schema.items():
        if name in _REFUSED_KEYWORDS or (name == "minItems" and value not in (0, 1)):
            told.append(f"{name}: {msgspec.json.encode(value).decode()}")
        elif name in ("properties", "$defs", "definitions") and isinstance(value, dict):
            inner = cast("dict[str, Any]", value)
            accepted[name] = {key: _accepted_value(item) for key, item in inner.items()}
        elif name in ("items", "anyOf", "allOf", "oneOf"):
            accepted["anyOf" if name == "oneOf" else name] = _accepted_value(value)
        else:
            accepted[name] = value
    if schema.get("type") == "object" or "properties" in schema:
        accepted["additionalProperties"] = False
    if told:
        description = accepted.get("description")
        told_text = "{" + ", ".join(told) + "}"
        accepted["description"] = f"{description} {told_text}" if description else told_text
    return accepted


def _accepted_value(value: Any) -> Any:
    if isinstance(value, dict):
        return accepted_schema(cast("dict[str, Any]", value))
    if isinstance(value, list):
        return [_accepted_value(item) for item in cast("list[Any]", value)]
    return value
