"""OpenAI's chat completions, embeddings and models, from the vendor's side.

Sources: https://platform.openai.com/docs/api-reference/chat (read 2026-11-23) and recorded interactions.
"""

import base64
import struct
from collections.abc import Mapping, Sequence
from hashlib import shake_256
from math import sqrt

import msgspec

from perpetuo.core.usage import estimate_tokens
from perpetuo.lab.script import Answer, LabRequest, Tokens, ToolSpec
from perpetuo.lab.server import HttpRequest
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, refusal_of_decoding

_ROUTES: dict[tuple[str, str], Kind] = {
    ("POST", "/v1/chat/completions"): "chat",
    ("POST", "/v1/embeddings"): "embeddings",
    ("GET", "/v1/models"): "models",
}
# status -> type, code, message
_ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request is invalid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    402: ("unknown_error", "invalid_request_error", "Insufficient Balance"),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Country, region, or territory denied."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    413: ("invalid_request_error", None, "The request is too large."),
    422: ("invalid_request_error", None, "The request can not be processed."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    503: ("server_error", "server_is_overloaded", "The server is overloaded. Please try again later."),
    529: ("server_error", "server_is_overloaded", "The server is overloaded. Please try again later."),
}
_SERVER_ERROR = ("server_error", None, "The server had an error while processing your request.")


class _ImageUrl(msgspec.Struct):
    url: str


class _Part(msgspec.Struct):
    type: str
    text: str | None = None
    image_url: _ImageUrl | None = None


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Part] | None = None

    def texts(self) -> list[str]:
        if isinstance(self.content, str):
            return [self.content]
        return [part.text for part in self.content or () if part.text is not None]


class _Function(msgspec.Struct):
    name: str
    parameters: dict[str, object] = {}


class _Tool(msgspec.Struct):
    type: str
    function: _Function | None = None


class _NamedFunction(msgspec.Struct):
    name: str


class _ToolChoice(msgspec.Struct):
    type: str
    function: _NamedFunction | None = None


class _NamedSchema(msgspec.Struct):
    name: str
    schema: dict[str, object] = {}


class _ResponseFormat(msgspec.Struct):
    type: str
    json_schema: _NamedSchema | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _Body(msgspec.Struct):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    tools: list[_Tool] | None = None
    tool_choice: str | _ToolChoice | None = None
    response_format: _ResponseFormat | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None


class EmbeddingsBody(msgspec.Struct):
    model: str
    input: str | list[str | int | list[int]]
    # One text, texts, the tokens of one text, or the tokens of each.
    encoding_format: str | None = None
    dimensions: int | None = None


class OpenAIShape:
    name = "openai"
    base_path = "/v1"
    request_id_header = "x-request-id"
    stream_content_type = "text/event-stream; charset=utf-8"

    def route(self, method: str, path: str) -> Kind | None:
        if method == "GET" and path.startswith("/v1/models/"):
            return "model"
        return _ROUTES.get((method, path))

    def credential(self, headers: Mapping[str, str]) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def refused_key(self, key: str | None, path: str) -> Refusal:
        return Refusal(401, "")

    def read_chat(self, request: HttpRequest) -> LabRequest:
        try:
            asked = msgspec.json.decode(request.body, type=_Body)
        except msgspec.MsgspecError as error:
            raise refusal_of_decoding(error) from error
        stream = bool(asked.stream)
        _check(asked, stream=stream)
        texts = [message.texts() for message in asked.messages]
        users = [text for message, text in zip(asked.messages, texts, strict=True) if message.role == "user"]
        tools = tuple(
            ToolSpec(tool.function.name, tool.function.parameters) for tool in asked.tools or () if tool.function
        )
        wanted = asked.response_format
        return LabRequest(
            model=asked.model,
            stream=stream,
            include_usage=asked.stream_options is not None and bool(asked.stream_options.include_usage),
            input_tokens=estimate_tokens(sum(len(part.encode()) for text in texts for part in text)),
            images=sum(
                part.image_url is not None
                for message in asked.messages
                if isinstance(message.content, list)
                for part in message.content
            ),
            tools=tools,
            tools_to_call=_demanded(asked.tool_choice, tools),
            json_mode=wanted is not None and wanted.type in ("json_object", "json_schema"),
            json_schema=wanted.json_schema.schema if wanted is not None and wanted.json_schema is not None else None,
            max_output_tokens=asked.max_completion_tokens or asked.max_tokens,
            last_user_text="\n".join(users[-1]) if users else "",
        )

    def reply(self, answer: Answer) -> bytes:
        message: dict[str, object] = {
            "role": "assistant",
            "content": "".join(answer.text) if answer.text or not answer.calls else None,
        }
        if answer.reasoning:
            message["reasoning_content"] = "".join(answer.reasoning)
        if answer.calls:
            message["tool_calls"] = [
                {
                    "id": _call_id(call.key),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in answer.calls
            ]
        message |= {"refusal": None, "annotations": []}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish_reason}
        return msgspec.json.encode(
            _envelope(answer, "chat.completion") | {"choices": [choice], "usage": _usage(answer.tokens)}
        )

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        envelope = _envelope(answer, "chat.completion.chunk")
        # With include_usage every other chunk has `"usage": null`, without it no chunk has the field.
        tail: dict[str, object] = {"usage": None} if request.include_usage else {}

        empty: list[object] = []
        before, after = msgspec.json.encode({"choices": empty} | tail | envelope).split(b"[]", 1)

        def event(delta: dict[str, object], content: str | None = None, finish: str | None = None) -> StreamEvent:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return StreamEvent(b"data: %b[%b]%b\n\n" % (before, msgspec.json.encode(choice), after), content)

        first: dict[str, object] = {"role": "assistant", "content": None if answer.calls and not answer.text else ""}
        events = [event(first | {"refusal": None})]
        events += [event({"reasoning_content": piece}, piece) for piece in answer.reasoning]
        events += [event({"content": piece}, piece) for piece in answer.text]
        for index, call in enumerate(answer.calls):
            opening = {"name": call.name, "arguments": ""}
            head = {"index": index, "id": _call_id(call.key), "type": "function", "function": opening}
            events.append(event({"tool_calls": [head]}, ""))
        # Parallel calls take turns, which the protocol allows: only `index` says whose arguments they are.
        for turn in range(max((len(call.pieces) for call in answer.calls), default=0)):
            for index, call in enumerate(answer.calls):
                if turn < len(call.pieces):
                    piece = call.pieces[turn]
                    events.append(event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, piece))
        events.append(event({}, finish=answer.finish_reason))
        if request.include_usage:
            events.append(StreamEvent(_event(envelope | {"choices": empty, "usage": _usage(answer.tokens)})))
        events.append(StreamEvent(b"data: [DONE]\n\n"))
        return events

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        type_, code, message = _ERRORS.get(refusal.status, _SERVER_ERROR)
        return _error_body(
            refusal.message or message,
            refusal.type or type_,
            refusal.param,
            refusal.code or (None if refusal.type else code),
        )

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        return ()

    def overloaded(self, request_id: str) -> bytes:
        type_, code, message = _ERRORS[503]
        return _error_body(message, type_, None, code)

    def overloaded_event(self, request_id: str) -> bytes:
        return b"data: " + self.overloaded(request_id) + b"\n\n"

    def malformed_event(self) -> bytes:
        return b'data: {"id": "lab", "choices": [{]<malformed>\n\n'

    def models(self, names: Sequence[str], created_s: int) -> bytes:
        return msgspec.json.encode({"object": "list", "data": [_model(name, created_s) for name in names]})

    def model_name(self, path: str) -> str:
        return path.removeprefix("/v1/models/")

    def model(self, name: str, created_s: int) -> bytes:
        return msgspec.json.encode(_model(name, created_s))


def read_embeddings(body: bytes) -> tuple[EmbeddingsBody, list[str | list[int]], int]:
    """The request, its inputs one by one, and their tokens. Raises Refusal."""
    try:
        asked = msgspec.json.decode(body, type=EmbeddingsBody)
    except msgspec.MsgspecError as error:
        raise refusal_of_decoding(error) from error
    if asked.encoding_format not in (None, "float", "base64"):
        raise Refusal(400, "encoding_format is float or base64.", param="encoding_format")
    if asked.dimensions is not None and not 1 <= asked.dimensions <= 8192:
        raise Refusal(400, "dimensions is out of range.", param="dimensions")
    inputs = _one_by_one(asked.input)
    if not inputs or not all(inputs):
        raise Refusal(400, "'input' can not be an empty string or list.", param="input")
    tokens = sum(estimate_tokens(len(each.encode())) if isinstance(each, str) else len(each) for each in inputs)
    return asked, inputs, tokens


def embeddings_reply(
    asked: EmbeddingsBody, inputs: Sequence[str | list[int]], tokens: int, seed: str, size: int
) -> bytes:
    """size: dimensions where the request asks for none. encoding_format: floats unless base64 is asked for."""
    data: list[dict[str, object]] = []
    for index, each in enumerate(inputs):
        packed = _vector(f"{seed}|{asked.model}|{each}", asked.dimensions or size)
        is_packed = asked.encoding_format == "base64"
        value = base64.b64encode(packed).decode() if is_packed else struct.unpack(f"<{len(packed) // 4}f", packed)
        data.append({"object": "embedding", "index": index, "embedding": value})
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return msgspec.json.encode({"object": "list", "data": data, "model": asked.model, "usage": usage})


def _one_by_one(given: str | list[str | int | list[int]]) -> list[str | list[int]]:
    if isinstance(given, str):
        return [given]
    tokens = [each for each in given if isinstance(each, int)]
    if tokens:
        return [tokens]
    return [each for each in given if not isinstance(each, int)]


def _check(asked: _Body, *, stream: bool) -> None:
    if not asked.messages:
        raise Refusal(400, "Invalid 'messages': empty array.", param="messages")
    if asked.stream_options is not None and not stream:
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise Refusal(400, message, param="stream_options")
    if asked.tool_choice is not None and not asked.tools:
        raise Refusal(400, "'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
    for index, message in enumerate(asked.messages):
        if message.role not in ("system", "developer", "user", "assistant", "tool", "function"):
            raise Refusal(
                400, f"Invalid value: '{message.role}'.", code="invalid_value", param=f"messages[{index}].role"
            )


def _demanded(choice: str | _ToolChoice | None, tools: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    if isinstance(choice, _ToolChoice):
        return (choice.function.name,) if choice.function is not None else ()
    return (tools[0].name,) if choice == "required" and tools else ()


def _envelope(answer: Answer, kind: str) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{answer.key[:29]}",
        "object": kind,
        "created": answer.created_s,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_lab",
    }


def _event(chunk: dict[str, object]) -> bytes:
    return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def _usage(tokens: Tokens) -> dict[str, object]:
    prompt = {"cached_tokens": tokens.cached_input_tokens, "audio_tokens": 0}
    if tokens.cache_write_tokens:
        prompt["cache_write_tokens"] = tokens.cache_write_tokens
    return {
        "prompt_tokens": tokens.input_tokens,
        "completion_tokens": tokens.output_tokens,
        "total_tokens": tokens.input_tokens + tokens.output_tokens,
        "prompt_tokens_details": prompt,
        "completion_tokens_details": {
            "reasoning_tokens": tokens.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _call_id(key: str) -> str:
    return f"call_{key}"


def _error_body(message: str, type_: str, param: str | None, code: str | None) -> bytes:
    return msgspec.json.encode({"error": {"message": message, "type": type_, "param": param, "code": code}})


def _model(name: str, created_s: int) -> dict[str, object]:
    return {"id": name, "object": "model", "created": created_s, "owned_by": "perpetuo-lab"}


def _vector(seed: str, size: int) -> bytes:
    """Unit length, little-endian float32: base64 and the list of floats are then the same numbers."""
    raw = struct.unpack(f"<{size}i", shake_256(seed.encode()).digest(4 * size))
    length = sqrt(sum(number * number for number in raw)) or 1.0
    return struct.pack(f"<{size}f", *(number / length for number in raw))
