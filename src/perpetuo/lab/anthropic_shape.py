"""Anthropic's messages and models, from the vendor's side.

Sources: https://docs.anthropic.com/en/api/messages and /en/docs/build-with-claude/streaming (read 2026-11-23), and
recorded interactions, from which the blanks inside each event's JSON and the place of `ping` are taken.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from perpetuo.core.usage import estimate_tokens
from perpetuo.lab.history import REDACTED, BlockKind, HistoryBlock, HistoryMessage, call_mark, check_history
from perpetuo.lab.script import Answer, AnsweredCall, FinishReason, LabRequest, Tokens, ToolSpec
from perpetuo.lab.server import HttpRequest
from perpetuo.lab.signatures import sign
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, refusal_of_decoding

_ROUTES: dict[tuple[str, str], Kind] = {
    ("POST", "/v1/messages"): "chat",
    ("POST", "/v1/messages/count_tokens"): "count_tokens",
    ("GET", "/v1/models"): "models",
}
# status -> type, message: https://docs.anthropic.com/en/api/errors (read 2026-11-23)
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request is invalid."),
    401: ("authentication_error", "API key is invalid."),
    402: ("billing_error", "Your credit balance is too low to access the Anthropic API."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: not found"),
    413: ("request_too_large", "Request exceeds the maximum size."),
    422: ("invalid_request_error", "The request can not be processed."),
    429: ("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
    504: ("timeout_error", "The request timed out while processing."),
    503: ("api_error", "Service unavailable"),
    529: ("overloaded_error", "Overloaded"),
}
_SERVER_ERROR = ("api_error", "Internal server error")
_STOP_REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_KINDS: dict[str, BlockKind] = {
    "thinking": "thinking",
    "redacted_thinking": "redacted_thinking",
    "tool_use": "tool_use",
    "tool_result": "tool_result",
}
_CALL_PREFIX = "toolu_01"


class _Block(msgspec.Struct):
    type: str
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    content: "str | list[_Block] | None" = None

    def texts(self) -> list[str]:
        if self.text is not None:
            return [self.text]
        return _texts(self.content)

    def images(self) -> int:
        inner = self.content if isinstance(self.content, list) else ()
        return (self.type == "image") + sum(block.images() for block in inner)


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Block]


class _Tool(msgspec.Struct):
    name: str
    input_schema: dict[str, object] = {}


class _ToolChoice(msgspec.Struct):
    type: str
    name: str | None = None


class _Thinking(msgspec.Struct):
    type: str


class _Format(msgspec.Struct):
    type: str
    schema: dict[str, object] | None = None


class _OutputConfig(msgspec.Struct):
    format: _Format | None = None


class _Body(msgspec.Struct):
    model: str
    messages: list[_Message]
    max_tokens: int | None = None
    system: str | list[_Block] | None = None
    stream: bool | None = None
    tools: list[_Tool] | None = None
    tool_choice: _ToolChoice | None = None
    thinking: _Thinking | None = None
    output_format: _Format | None = None
    output_config: _OutputConfig | None = None


class AnthropicShape:
    name = "anthropic"
    base_path = ""
    request_id_header = "request-id"
    stream_content_type = "text/event-stream; charset=utf-8"

    def route(self, method: str, path: str) -> Kind | None:
        if method == "GET" and path.startswith("/v1/models/"):
            return "model"
        return _ROUTES.get((method, path))

    def credential(self, headers: Mapping[str, str]) -> str | None:
        if "anthropic-version" not in headers:
            raise Refusal(400, "anthropic-version: header is required")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return headers.get("x-api-key") or (token.strip() or None if scheme.lower() == "bearer" else None)

    def refused_key(self, key: str | None, path: str) -> Refusal:
        return Refusal(401, "")

    def read_chat(self, request: HttpRequest) -> LabRequest:
        asked = _read(request.body)
        if asked.max_tokens is None:
            raise Refusal(400, "max_tokens: Field required")
        # With `adaptive` a turn need not start with its thinking; what does come back is checked all the same.
        must_think = asked.thinking is not None and asked.thinking.type == "enabled"
        check_history([_history(message) for message in asked.messages], must_think=must_think, id_prefix=_CALL_PREFIX)
        users = [message.content for message in asked.messages if message.role == "user"]
        tools = tuple(ToolSpec(tool.name, tool.input_schema) for tool in asked.tools or ())
        wanted = asked.output_format or (asked.output_config.format if asked.output_config is not None else None)
        return LabRequest(
            model=asked.model,
            stream=bool(asked.stream),
            include_usage=True,
            input_tokens=_input_tokens(asked),
            images=sum(
                block.images()
                for message in asked.messages
                if isinstance(message.content, list)
                for block in message.content
            ),
            tools=tools,
            tools_to_call=_demanded(asked.tool_choice, tools),
            json_schema=wanted.schema if wanted is not None else None,
            max_output_tokens=asked.max_tokens,
            last_user_text="\n".join(_texts(users[-1])) if users else "",
        )

    def reply(self, answer: Answer) -> bytes:
        content: list[dict[str, object]] = []
        if answer.reasoning:
            signature = _signature(answer)
            content.append({"type": "thinking", "thinking": "".join(answer.reasoning), "signature": signature})
        if answer.is_redacted:
            content.append(_redacted(answer))
        if answer.text:
            content.append({"type": "text", "text": "".join(answer.text)})
        for call in answer.calls:
            arguments: object = msgspec.json.decode(call.arguments)
            content.append({"type": "tool_use", "id": _call_id(answer, call), "name": call.name, "input": arguments})
        message = _message(answer, content, _STOP_REASONS[answer.finish_reason], answer.tokens.output_tokens)
        return msgspec.json.encode(message)

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        start = {"type": "message_start", "message": _message(answer, [], None, 1)}
        events = [_event("message_start", start)]
        index = 0
        if answer.reasoning:
            events += _block(index, {"type": "thinking", "thinking": "", "signature": ""}, "thinking", answer.reasoning)
            signature = {"type": "signature_delta", "signature": _signature(answer)}
            delta = {"type": "content_block_delta", "index": index, "delta": signature}
            events.insert(-1, _event("content_block_delta", delta))
            index += 1
        if answer.is_redacted:
            events += _block(index, _redacted(answer), "text", ())
            index += 1
        if answer.text:
            events += _block(index, {"type": "text", "text": ""}, "text", answer.text)
            index += 1
        for call in answer.calls:
            block: dict[str, object] = {
                "type": "tool_use",
                "id": _call_id(answer, call),
                "name": call.name,
                "input": {},
            }
            # Of a call without arguments nothing but the empty piece is sent:
            # https://github.com/activeagents/activeagent/pull/299 (read 2026-11-24).
            events += _block(index, block, "input_json", call.pieces if call.arguments != "{}" else ())
            index += 1
        events.insert(min(2, len(events)), StreamEvent(b'event: ping\ndata: {"type": "ping"}\n\n'))
        reason = {"stop_reason": _STOP_REASONS[answer.finish_reason], "stop_sequence": None}
        usage = _usage(answer.tokens, answer.tokens.output_tokens)
        if answer.tokens.reasoning_tokens:
            usage["output_tokens_details"] = {"thinking_tokens": answer.tokens.reasoning_tokens}
        events.append(_event("message_delta", {"type": "message_delta", "delta": reason, "usage": usage}))
        events.append(_event("message_stop", {"type": "message_stop"}))
        return events

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        type_, message = _ERRORS.get(refusal.status, _SERVER_ERROR)
        text = refusal.message or message
        if refusal.param is not None:
            text = f"{refusal.param}: {text}"
        return _error_body(type_, text, request_id)

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        return ()

    def overloaded(self, request_id: str) -> bytes:
        return _error_body(*_ERRORS[529], request_id)

    def overloaded_event(self, request_id: str) -> bytes:
        return b"event: error\ndata: " + self.overloaded(request_id) + b"\n\n"

    def malformed_event(self) -> bytes:
        return b'event: content_block_delta\ndata: {"type": "content_block_delta", "delta": {]<malformed>\n\n'

    def models(self, names: Sequence[str], created_s: int) -> bytes:
        listed = {
            "data": [_model(name, created_s) for name in names],
            "has_more": False,
            "first_id": names[0] if names else None,
            "last_id": names[-1] if names else None,
        }
        return msgspec.json.encode(listed)

    def model_name(self, path: str) -> str:
        return path.removeprefix("/v1/models/")

    def model(self, name: str, created_s: int) -> bytes:
        return msgspec.json.encode(_model(name, created_s))


def count_tokens_reply(body: bytes) -> bytes:
    """Raises Refusal."""
    return msgspec.json.encode({"input_tokens": _input_tokens(_read(body))})


def _read(body: bytes) -> _Body:
    try:
        asked = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError as error:
        raise refusal_of_decoding(error) from error
    if not asked.messages:
        raise Refusal(400, "messages: at least one message is required")
    for index, message in enumerate(asked.messages):
        if message.role not in ("user", "assistant"):
            raise Refusal(400, f"messages.{index}.role: Input should be 'user' or 'assistant'")
    return asked


def _texts(content: str | list[_Block] | None) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [text for block in content or () for text in block.texts()]


def _history(message: _Message) -> HistoryMessage:
    blocks = message.content if isinstance(message.content, list) else ()
    return HistoryMessage(
        message.role,
        [
            HistoryBlock(
                kind=_KINDS.get(block.type, "other"),
                text=block.thinking or "",
                signature=block.data if block.type == "redacted_thinking" else block.signature,
                call_id=block.id or "",
                name=block.type,
            )
            for block in blocks
        ],
    )


def _input_tokens(asked: _Body) -> int:
    texts = [*_texts(asked.system), *(text for message in asked.messages for text in _texts(message.content))]
    return estimate_tokens(sum(len(text.encode()) for text in texts))


def _demanded(choice: _ToolChoice | None, tools: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    if choice is None or not tools:
        return ()
    if choice.name is not None:
        return (choice.name,)
    return (tools[0].name,) if choice.type == "any" else ()


def _message(
    answer: Answer, content: list[dict[str, object]], stop_reason: str | None, output_tokens: int
) -> dict[str, object]:
    usage = _usage(answer.tokens, output_tokens)
    usage["service_tier"] = "standard"
    if stop_reason is not None and answer.tokens.reasoning_tokens:
        usage["output_tokens_details"] = {"thinking_tokens": answer.tokens.reasoning_tokens}
    return {
        "model": answer.model,
        "id": f"msg_01{answer.key[:22]}",
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def _usage(tokens: Tokens, output_tokens: int) -> dict[str, object]:
    """Here `input_tokens` is what was neither read from the cache nor written to it."""
    return {
        "input_tokens": tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens,
        "cache_creation_input_tokens": tokens.cache_write_tokens,
        "cache_read_input_tokens": tokens.cached_input_tokens,
        "output_tokens": output_tokens,
    }


def _block(index: int, block: dict[str, object], kind: str, pieces: Sequence[str]) -> list[StreamEvent]:
    """Start, deltas and stop of one content block. A tool's name is content already."""
    field = {"thinking": "thinking", "text": "text", "input_json": "partial_json"}[kind]
    start = {"type": "content_block_start", "index": index, "content_block": block}
    events = [_event("content_block_start", start, "" if "name" in block else None)]
    if "name" in block:
        empty = {"type": "input_json_delta", "partial_json": ""}
        events.append(_event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": empty}))
    for piece in pieces:
        delta = {"type": f"{kind}_delta", field: piece}
        event = {"type": "content_block_delta", "index": index, "delta": delta}
        events.append(_event("content_block_delta", event, piece))
    events.append(_event("content_block_stop", {"type": "content_block_stop", "index": index}))
    return events


def _event(name: str, data: Mapping[str, object], content: str | None = None) -> StreamEvent:
    encoded = msgspec.json.encode(data)
    # The vendor pads each event's JSON with blanks before its last brace; how many is here a function of its length.
    blanks = b" " * (len(encoded) * 7 % 16)
    return StreamEvent(b"event: " + name.encode() + b"\ndata: " + encoded[:-1] + blanks + b"}\n\n", content)


def _signature(answer: Answer) -> str:
    return sign(answer.key, "".join(answer.reasoning))


def _redacted(answer: Answer) -> dict[str, object]:
    return {"type": "redacted_thinking", "data": sign(answer.key, REDACTED)}


def _call_id(answer: Answer, call: AnsweredCall) -> str:
    return f"{_CALL_PREFIX}{call_mark(has_reasoned=answer.has_reasoned)}{call.key[:20]}"


def _error_body(type_: str, message: str, request_id: str) -> bytes:
    error = {"details": None, "type": type_, "message": message}
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def _model(name: str, created_s: int) -> dict[str, object]:
    created_at = datetime.fromtimestamp(created_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "model", "id": name, "display_name": name, "created_at": created_at}
