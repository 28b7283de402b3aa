"""Cohere's v2 chat and its list of models, from the vendor's side.

Sources: https://docs.cohere.com/reference/chat and https://docs.cohere.com/docs/streaming (read 2026-11-24), the event
types of the vendor's own Python client 7.3, and recorded interactions, which end in `[DONE]`.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote
from uuid import UUID

import msgspec

from perpetuo.core.usage import estimate_tokens
from perpetuo.lab.script import Answer, AnsweredCall, FinishReason, LabRequest, ScriptedCitation, Tokens, ToolSpec
from perpetuo.lab.server import HttpRequest
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, refusal_of_decoding

_ROUTES: dict[tuple[str, str], Kind] = {("POST", "/v2/chat"): "chat", ("GET", "/v1/models"): "models"}
_MODEL_PATH = "/v1/models/"
# status -> message: https://docs.cohere.com/reference/errors (read 2026-11-24)
_ERRORS: dict[int, str] = {
    400: "invalid request",
    401: "invalid api token",
    402: "Please add or update your payment method at https://dashboard.cohere.com/billing to continue",
    403: "the api key has no access to this resource",
    404: "model not found, make sure the correct model ID was used and that you have access to the model.",
    413: "the request is too large",
    422: "the request can not be processed",
    429: "You are past the per minute request limit, please wait and try again later.",
    503: "the service is unavailable, please try again later",
    504: "the request timed out",
}
_SERVER_ERROR = "internal server error"
_FINISH_REASONS: dict[FinishReason, str] = {
    "stop": "COMPLETE",
    "length": "MAX_TOKENS",
    "tool_calls": "TOOL_CALL",
    "content_filter": "ERROR",
}
_ROLES = ("system", "user", "assistant", "tool")


class _ImageUrl(msgspec.Struct):
    url: str


class _Document(msgspec.Struct):
    data: dict[str, object] | str = {}


class _Part(msgspec.Struct):
    type: str
    text: str | None = None
    image_url: _ImageUrl | None = None
    document: _Document | None = None

    def texts(self) -> list[str]:
        if self.text is not None:
            return [self.text]
        data = self.document.data if self.document is not None else ""
        return [data] if isinstance(data, str) else [value for value in data.values() if isinstance(value, str)]


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Part] | None = None
    tool_call_id: str | None = None

    def texts(self) -> list[str]:
        if isinstance(self.content, str):
            return [self.content]
        return [text for part in self.content or () for text in part.texts()]

    def images(self) -> int:
        parts = self.content if isinstance(self.content, list) else ()
        return sum(part.image_url is not None for part in parts)


class _Function(msgspec.Struct):
    name: str
    parameters: dict[str, object] = {}


class _Tool(msgspec.Struct):
    type: str
    function: _Function


class _ResponseFormat(msgspec.Struct):
    type: str
    json_schema: dict[str, object] | None = None


class _Body(msgspec.Struct):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    tools: list[_Tool] | None = None
    tool_choice: str | None = None
    response_format: _ResponseFormat | None = None
    max_tokens: int | None = None


class CohereShape:
    name = "cohere"
    base_path = ""
    request_id_header = "x-debug-trace-id"
    stream_content_type = "text/event-stream"

    def route(self, method: str, path: str) -> Kind | None:
        if method == "GET" and path.startswith(_MODEL_PATH):
            return "model"
        return _ROUTES.get((method, path))

    def credential(self, headers: Mapping[str, str]) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def refused_key(self, key: str | None, path: str) -> Refusal:
        return Refusal(401, "" if key is not None else "no api key supplied")

    def read_chat(self, request: HttpRequest) -> LabRequest:
        try:
            asked = msgspec.json.decode(request.body, type=_Body)
        except msgspec.MsgspecError as error:
            raise refusal_of_decoding(error) from error
        _check(asked)
        users = [message.texts() for message in asked.messages if message.role == "user"]
        tools = tuple(ToolSpec(tool.function.name, tool.function.parameters) for tool in asked.tools or ())
        wanted = asked.response_format
        return LabRequest(
            model=asked.model,
            stream=bool(asked.stream),
            include_usage=True,
            input_tokens=estimate_tokens(
                sum(len(text.encode()) for message in asked.messages for text in message.texts())
            ),
            images=sum(message.images() for message in asked.messages),
            tools=tools,
            tools_to_call=(tools[0].name,) if asked.tool_choice == "REQUIRED" and tools else (),
            json_mode=wanted is not None and wanted.type == "json_object",
            json_schema=wanted.json_schema if wanted is not None else None,
            max_output_tokens=asked.max_tokens,
            last_user_text="\n".join(users[-1]) if users else "",
        )

    def reply(self, answer: Answer) -> bytes:
        text = "".join(answer.text)
        content: list[dict[str, object]] = []
        if answer.reasoning:
            content.append({"type": "thinking", "thinking": "".join(answer.reasoning)})
        message: dict[str, object] = {"role": "assistant"}
        if answer.calls:
            # What a model says before its calls is its plan, not content.
            if text:
                message["tool_plan"] = text
            message["tool_calls"] = [
                {
                    "id": _call_id(call),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in answer.calls
            ]
        else:
            content.append({"type": "text", "text": text})
        if content:
            message["content"] = content
        if answer.citations:
            message["citations"] = [_citation(answer, at) for at in range(len(answer.citations))]
        reason = _FINISH_REASONS[answer.finish_reason]
        document = {"id": _id(answer.key), "message": message, "finish_reason": reason, "usage": _usage(answer.tokens)}
        return msgspec.json.encode(document)

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        empty: list[object] = []
        opening = {"role": "assistant", "content": empty, "tool_plan": "", "tool_calls": empty, "citations": empty}
        start = {"id": _id(answer.key), "type": "message-start", "delta": {"message": opening}}
        events = [_event(start)]
        index = 0
        if answer.reasoning:
            events += _block(index, "thinking", answer.reasoning)
            index += 1
        if answer.calls:
            events += [_delta("tool-plan-delta", {"tool_plan": piece}, piece) for piece in answer.text]
        else:
            events += _block(index, "text", answer.text)
        for at in range(len(answer.citations)):
            events.append(_delta("citation-start", {"citations": _citation(answer, at)}, index=at))
            events.append(_event({"type": "citation-end", "index": at}))
        for at, call in enumerate(answer.calls):
            events += _call(at, call)
        reason = {"finish_reason": _FINISH_REASONS[answer.finish_reason], "usage": _usage(answer.tokens)}
        events.append(_event({"type": "message-end", "delta": reason}))
        events.append(StreamEvent(b"data: [DONE]\n\n"))
        return events

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        message = refusal.message or _ERRORS.get(refusal.status, _SERVER_ERROR)
        if refusal.param is not None:
            message = f"{refusal.param}: {message}"
        return msgspec.json.encode({"id": _id(request_id.removeprefix("req_")), "message": message})

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        return ()

    def overloaded(self, request_id: str) -> bytes:
        return self.error(Refusal(503, ""), request_id)

    def overloaded_event(self, request_id: str) -> bytes:
        delta = {"finish_reason": "ERROR", "error": _ERRORS[503]}
        return _event({"type": "message-end", "id": _id(request_id.removeprefix("req_")), "delta": delta}).data

    def malformed_event(self) -> bytes:
        return b'event: content-delta\ndata: {"type": "content-delta", "delta": {]<malformed>\n\n'

    def models(self, names: Sequence[str], created_s: int) -> bytes:
        return msgspec.json.encode({"models": [_model(name) for name in names]})

    def model_name(self, path: str) -> str:
        return unquote(path.removeprefix(_MODEL_PATH))

    def model(self, name: str, created_s: int) -> bytes:
        return msgspec.json.encode(_model(name))


def _check(asked: _Body) -> None:
    if not asked.messages:
        raise Refusal(400, "invalid request: message must be at least 1 token long or tool results must be specified.")
    for index, message in enumerate(asked.messages):
        if message.role not in _ROLES:
            raise Refusal(400, f"invalid role provided: messages[{index}].role must be one of {', '.join(_ROLES)}")
        if message.role == "tool" and message.tool_call_id is None:
            raise Refusal(400, f"invalid request: messages[{index}].tool_call_id is required")
    if asked.tool_choice is not None and asked.tool_choice not in ("REQUIRED", "NONE"):
        raise Refusal(400, "invalid request: tool_choice must be one of 'REQUIRED', 'NONE'")


def _block(index: int, kind: str, pieces: Sequence[str]) -> list[StreamEvent]:
    events = [_delta("content-start", {"content": {"type": kind, kind: ""}}, index=index)]
    events += [_delta("content-delta", {"content": {kind: piece}}, piece, index=index) for piece in pieces]
    events.append(_event({"type": "content-end", "index": index}))
    return events


def _call(index: int, call: AnsweredCall) -> list[StreamEvent]:
    """Start, deltas and end. Its name is content already."""
    opening = {"id": _call_id(call), "type": "function", "function": {"name": call.name, "arguments": ""}}
    events = [_delta("tool-call-start", {"tool_calls": opening}, "", index=index)]
    for piece in call.pieces:
        arguments = {"tool_calls": {"function": {"arguments": piece}}}
        events.append(_delta("tool-call-delta", arguments, piece, index=index))
    events.append(_event({"type": "tool-call-end", "index": index}))
    return events


def _delta(
    kind: str, message: Mapping[str, object], content: str | None = None, *, index: int | None = None
) -> StreamEvent:
    place = {} if index is None else {"index": index}
    return _event({"type": kind, **place, "delta": {"message": message}}, content)


def _event(document: Mapping[str, object], content: str | None = None) -> StreamEvent:
    name = str(document["type"]).encode()
    return StreamEvent(b"event: " + name + b"\ndata: " + msgspec.json.encode(document) + b"\n\n", content)


def _citation(answer: Answer, index: int) -> dict[str, object]:
    """start, end: of the cited piece, in characters of the text."""
    cited: ScriptedCitation = answer.citations[index]
    start = "".join(answer.text).index(cited.text)
    document = {"id": f"doc:{index}", "title": cited.title} | ({"url": cited.url} if cited.url is not None else {})
    return {
        "start": start,
        "end": start + len(cited.text),
        "text": cited.text,
        "sources": [{"type": "document", "id": f"doc:{index}", "document": document}],
        "type": "PLAN" if answer.calls else "TEXT_CONTENT",
    }


def _usage(tokens: Tokens) -> dict[str, object]:
    """The input has its cached part in it, the output its reasoning. The vendor bills less than `tokens` where it adds
    a preamble of its own; the lab adds none."""
    counted = {"input_tokens": tokens.input_tokens, "output_tokens": tokens.output_tokens}
    reasoned = {"reasoning_tokens": tokens.reasoning_tokens} if tokens.reasoning_tokens else {}
    return {"billed_units": counted, "tokens": counted | reasoned, "cached_tokens": tokens.cached_input_tokens}


def _call_id(call: AnsweredCall) -> str:
    return f"{call.name}_{call.key[:12]}"


def _id(key: str) -> str:
    return str(UUID(key.ljust(32, "0")[:32]))


def _model(name: str) -> dict[str, object]:
    return {
        "name": name,
        "is_deprecated": False,
        "endpoints": ["chat"],
        "finetuned": False,
        "context_length": 256_000,
        "tokenizer_url": None,
        "default_endpoints": [],
        "features": ["tools", "json_mode", "json_schema"],
    }
