"""Bedrock's Converse, streamed and whole, and the list of foundation models, from the vendor's side.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and
.../API_ListFoundationModels.html (read 2026-11-24), the service model of botocore 1.44, and recorded interactions:
from them come the padding `p`, text blocks without a start, and the counts that a usage has twice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import unquote

import msgspec

from perpetuo.core.usage import estimate_tokens
from perpetuo.lab.aws_event_stream import CONTENT_TYPE, corrupted, event_frame, exception_frame
from perpetuo.lab.history import REDACTED, HistoryBlock, HistoryMessage, call_mark, check_history
from perpetuo.lab.script import Answer, AnsweredCall, FinishReason, LabRequest, Tokens, ToolSpec
from perpetuo.lab.server import HttpRequest
from perpetuo.lab.signatures import sign
from perpetuo.lab.sigv4 import access_key_id, is_signed
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, refusal_of_decoding

_CHAT_PATH = re.compile(r"^/model/(?P<model>[^/]+)/(?P<verb>converse|converse-stream)$")
_MODELS_PATH = "/foundation-models"
# status -> exception, message: errors of the operation in the API reference (read 2026-11-24). Statuses that the vendor
# does not send are only there for the faults of that name.
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("ValidationException", "The request is invalid."),
    401: ("UnrecognizedClientException", "The security token included in the request is invalid."),
    402: ("ServiceQuotaExceededException", "Your request exceeds the service quota for your account."),
    403: ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
    404: ("ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier."),
    408: ("ModelTimeoutException", "The request took too long to process."),
    409: ("ConflictException", "Error occurred because of a conflict while performing an operation."),
    413: ("ValidationException", "Input is too long for requested model."),
    422: ("ValidationException", "The request can not be processed."),
    424: ("ModelErrorException", "The request failed due to an error while processing the model."),
    429: ("ThrottlingException", "Too many requests, please wait before trying again."),
    503: ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
_SERVER_ERROR = (
    "InternalServerException",
    "The system encountered an unexpected error during processing. Try your request again.",
)
_STOP_REASONS: dict[FinishReason, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}
_CALL_PREFIX = "tooluse_"
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class _ReasoningText(msgspec.Struct):
    text: str
    signature: str | None = None


class _Reasoning(msgspec.Struct, rename="camel"):
    reasoning_text: _ReasoningText | None = None
    redacted_content: str | None = None


class _ToolUse(msgspec.Struct, rename="camel"):
    tool_use_id: str
    name: str
    input: object = None


class _ResultContent(msgspec.Struct):
    text: str | None = None
    json: object = None
    image: dict[str, object] | None = None


class _ToolResult(msgspec.Struct, rename="camel"):
    tool_use_id: str
    content: list[_ResultContent] = []


class _Block(msgspec.Struct, rename="camel"):
    """A union: exactly one member is set. Members that are only counted keep their JSON."""

    text: str | None = None
    image: dict[str, object] | None = None
    document: dict[str, object] | None = None
    video: dict[str, object] | None = None
    audio: dict[str, object] | None = None
    tool_use: _ToolUse | None = None
    tool_result: _ToolResult | None = None
    guard_content: dict[str, object] | None = None
    cache_point: dict[str, object] | None = None
    reasoning_content: _Reasoning | None = None
    citations_content: dict[str, object] | None = None
    search_result: dict[str, object] | None = None

    def members(self) -> list[str]:
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]

    def texts(self) -> Iterator[str]:
        if self.text is not None:
            yield self.text
        for content in self.tool_result.content if self.tool_result is not None else ():
            if content.text is not None:
                yield content.text
            yield from _strings(content.json)

    def images(self) -> int:
        inner = self.tool_result.content if self.tool_result is not None else ()
        return (self.image is not None) + sum(content.image is not None for content in inner)


class _Message(msgspec.Struct):
    role: str
    content: list[_Block]


class _InputSchema(msgspec.Struct):
    json: dict[str, object] = {}


class _ToolSpec(msgspec.Struct, rename="camel"):
    name: str
    input_schema: _InputSchema


class _Tool(msgspec.Struct, rename="camel"):
    tool_spec: _ToolSpec | None = None


class _NamedTool(msgspec.Struct):
    name: str


class _ToolChoice(msgspec.Struct):
    any: dict[str, object] | None = None
    tool: _NamedTool | None = None


class _ToolConfig(msgspec.Struct, rename="camel"):
    tools: list[_Tool]
    tool_choice: _ToolChoice | None = None


class _InferenceConfig(msgspec.Struct, rename="camel"):
    max_tokens: int | None = None


class _JsonSchema(msgspec.Struct):
    schema: str


class _Structure(msgspec.Struct, rename="camel"):
    json_schema: _JsonSchema | None = None


class _TextFormat(msgspec.Struct):
    type: str
    structure: _Structure


class _OutputConfig(msgspec.Struct, rename="camel"):
    text_format: _TextFormat | None = None


class _Thinking(msgspec.Struct):
    type: str


class _ModelFields(msgspec.Struct):
    thinking: _Thinking | None = None


class _Body(msgspec.Struct, rename="camel"):
    messages: list[_Message]
    system: list[_Block] | None = None
    inference_config: _InferenceConfig | None = None
    tool_config: _ToolConfig | None = None
    output_config: _OutputConfig | None = None
    additional_model_request_fields: _ModelFields | None = None


class BedrockShape:
    name = "bedrock"
    base_path = ""
    request_id_header = "x-amzn-requestid"
    stream_content_type = CONTENT_TYPE

    def route(self, method: str, path: str) -> Kind | None:
        if method == "POST" and _CHAT_PATH.match(path):
            return "chat"
        if method == "GET" and path == _MODELS_PATH:
            return "models"
        return "model" if method == "GET" and path.startswith(f"{_MODELS_PATH}/") else None

    def credential(self, headers: Mapping[str, str]) -> str | None:
        """The access key's id of a signed request, or a Bedrock API key."""
        if is_signed(headers):
            return access_key_id(headers)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def refused_key(self, key: str | None, path: str) -> Refusal:
        if key is None:
            return Refusal(403, "Missing Authentication Token", type_="MissingAuthenticationTokenException")
        type_, message = _ERRORS[401]
        return Refusal(403, message, type_=type_)

    def read_chat(self, request: HttpRequest) -> LabRequest:
        found = _CHAT_PATH.match(request.path)
        if found is None:
            raise Refusal(404, "")
        model = unquote(found["model"])
        try:
            asked = msgspec.json.decode(request.body, type=_Body)
        except msgspec.MsgspecError as error:
            raise refusal_of_decoding(error) from error
        _check(asked)
        if _is_claude(model):
            _check_reasoning(asked)
        users = [message for message in asked.messages if message.role == "user"]
        blocks = [*(asked.system or ()), *(block for message in asked.messages for block in message.content)]
        tools = tuple(
            ToolSpec(tool.tool_spec.name, tool.tool_spec.input_schema.json)
            for tool in (asked.tool_config.tools if asked.tool_config is not None else ())
            if tool.tool_spec is not None
        )
        return LabRequest(
            model=model,
            stream=found["verb"] == "converse-stream",
            include_usage=True,
            input_tokens=estimate_tokens(sum(len(text.encode()) for block in blocks for text in block.texts())),
            images=sum(block.images() for block in blocks),
            tools=tools,
            tools_to_call=_demanded(asked.tool_config, tools),
            json_schema=_schema(asked.output_config),
            max_output_tokens=asked.inference_config.max_tokens if asked.inference_config is not None else None,
            last_user_text="\n".join(text for block in users[-1].content for text in block.texts()) if users else "",
        )

    def reply(self, answer: Answer) -> bytes:
        content: list[dict[str, object]] = []
        if answer.reasoning:
            reasoned = {"text": "".join(answer.reasoning)} | _signature(answer)
            content.append({"reasoningContent": {"reasoningText": reasoned}})
        if answer.is_redacted:
            content.append({"reasoningContent": {"redactedContent": sign(answer.key, REDACTED)}})
        if answer.text:
            content.append({"text": "".join(answer.text)})
        for call in answer.calls:
            arguments: object = msgspec.json.decode(call.arguments)
            used = {"input": arguments, "name": call.name, "toolUseId": _call_id(answer, call)}
            content.append({"toolUse": used})
        document = {
            "metrics": {"latencyMs": _latency_ms(answer)},
            "output": {"message": {"content": content, "role": "assistant"}},
            "stopReason": _STOP_REASONS[answer.finish_reason],
            "usage": _usage(answer.tokens),
        }
        return msgspec.json.encode(document)

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        events = [_event("messageStart", {"role": "assistant"})]
        index = 0
        if answer.reasoning:
            events += [_delta(index, {"reasoningContent": {"text": piece}}, piece) for piece in answer.reasoning]
            if signature := _signature(answer):
                events.append(_delta(index, {"reasoningContent": signature}))
            events.append(_stop(index))
            index += 1
        if answer.is_redacted:
            events.append(_delta(index, {"reasoningContent": {"redactedContent": sign(answer.key, REDACTED)}}))
            events.append(_stop(index))
            index += 1
        if answer.text:
            events += [_delta(index, {"text": piece}, piece) for piece in answer.text]
            events.append(_stop(index))
            index += 1
        for call in answer.calls:
            start = {"toolUse": {"name": call.name, "toolUseId": _call_id(answer, call)}}
            # A tool's name is content already.
            events.append(_event("contentBlockStart", {"contentBlockIndex": index, "start": start}, ""))
            events.append(_delta(index, {"toolUse": {"input": ""}}))
            events += [_delta(index, {"toolUse": {"input": piece}}, piece) for piece in call.pieces]
            events.append(_stop(index))
            index += 1
        events.append(_event("messageStop", {"stopReason": _STOP_REASONS[answer.finish_reason]}))
        end = {"metrics": {"latencyMs": _latency_ms(answer)}, "usage": _usage(answer.tokens)}
        events.append(_event("metadata", end))
        return events

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        _, message = _ERRORS.get(refusal.status, _SERVER_ERROR)
        text = refusal.message or message
        return msgspec.json.encode({"message": f"{refusal.param}: {text}" if refusal.param is not None else text})

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        type_, _ = _ERRORS.get(refusal.status, _SERVER_ERROR)
        if refusal.type is not None and refusal.type.endswith("Exception"):
            type_ = refusal.type
        # Some services of AWS write a namespace behind the colon, which a client has to cut off:
        # https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
        return [("x-amzn-ErrorType", f"{type_}:http://internal.amazon.com/coral/com.amazon.bedrock/")]

    def overloaded(self, request_id: str) -> bytes:
        return self.error(Refusal(503, ""), request_id)

    def overloaded_event(self, request_id: str) -> bytes:
        type_, message = _ERRORS[503]
        return exception_frame(type_[0].lower() + type_[1:], {"message": message})

    def malformed_event(self) -> bytes:
        """A frame whose last checksum is wrong; all lengths are right."""
        return corrupted(_event("contentBlockStop", {"contentBlockIndex": 0}).data)

    def models(self, names: Sequence[str], created_s: int) -> bytes:
        return msgspec.json.encode({"modelSummaries": [_model(name) for name in names]})

    def model_name(self, path: str) -> str:
        return unquote(path.removeprefix(f"{_MODELS_PATH}/"))

    def model(self, name: str, created_s: int) -> bytes:
        return msgspec.json.encode({"modelDetails": _model(name)})


def _check(asked: _Body) -> None:
    """Rules that Converse has for every model."""
    if not asked.messages or asked.messages[0].role != "user":
        raise Refusal(400, "A conversation must start with a user message. Try again with a conversation that does.")
    for at, message in enumerate(asked.messages):
        if message.role not in ("user", "assistant"):
            raise Refusal(400, f"messages.{at}.role must satisfy enum value set: [user, assistant]")
        if at and message.role == asked.messages[at - 1].role:
            raise Refusal(400, "A conversation must alternate between user and assistant roles.")
        if not message.content:
            raise Refusal(400, f"The content field in the Message object at messages.{at} is empty.")
        for place, block in enumerate(message.content):
            if len(block.members()) != 1:
                raise Refusal(400, f"messages.{at}.content.{place} must set exactly one member of the union")
        if at:
            _check_results(asked.messages[at - 1], message, at)
    has_tools = any(block.tool_use or block.tool_result for message in asked.messages for block in message.content)
    if has_tools and asked.tool_config is None:
        raise Refusal(400, "The toolConfig field must be defined when using toolUse and toolResult content blocks.")


def _check_results(before: _Message, message: _Message, at: int) -> None:
    called = {block.tool_use.tool_use_id for block in before.content if block.tool_use is not None}
    answered = {block.tool_result.tool_use_id for block in message.content if block.tool_result is not None}
    if called - answered:
        missing = ", ".join(sorted(called - answered))
        raise Refusal(400, f"Expected toolResult blocks at messages.{at}.content for the following Ids: {missing}")
    if answered - called:
        raise Refusal(
            400,
            f"The number of toolResult blocks at messages.{at}.content exceeds the number of toolUse blocks of previous"
            " turn.",
        )


def _check_reasoning(asked: _Body) -> None:
    fields = asked.additional_model_request_fields or _ModelFields()
    must_think = fields.thinking is not None and fields.thinking.type == "enabled"
    messages = [
        HistoryMessage(message.role, [_history(block) for block in message.content]) for message in asked.messages
    ]
    try:
        check_history(messages, must_think=must_think, id_prefix=_CALL_PREFIX)
    except Refusal as refusal:
        raise Refusal(400, f"The model returned the following errors: {refusal.message}") from refusal


def _history(block: _Block) -> HistoryBlock:
    reasoning = block.reasoning_content
    if reasoning is not None and reasoning.reasoning_text is not None:
        text = reasoning.reasoning_text
        return HistoryBlock("thinking", text.text, text.signature, name="thinking")
    if reasoning is not None:
        return HistoryBlock("redacted_thinking", signature=reasoning.redacted_content, name="redacted_thinking")
    if block.tool_use is not None:
        return HistoryBlock("tool_use", call_id=block.tool_use.tool_use_id, name="tool_use")
    return HistoryBlock("tool_result" if block.tool_result is not None else "other", name=block.members()[0])


def _demanded(config: _ToolConfig | None, tools: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    choice = config.tool_choice if config is not None else None
    if choice is None or not tools:
        return ()
    if choice.tool is not None:
        return (choice.tool.name,)
    return (tools[0].name,) if choice.any is not None else ()


def _schema(config: _OutputConfig | None) -> dict[str, object] | None:
    """Here a schema travels as a string."""
    wanted = config.text_format.structure.json_schema if config is not None and config.text_format is not None else None
    if wanted is None:
        return None
    try:
        return msgspec.json.decode(wanted.schema, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise refusal_of_decoding(error) from error


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in cast("dict[str, object]", value).values():
            yield from _strings(each)


def _is_claude(model: str) -> bool:
    return "anthropic" in model


def _signature(answer: Answer) -> dict[str, str]:
    """Only Claude signs what it thought."""
    return {"signature": sign(answer.key, "".join(answer.reasoning))} if _is_claude(answer.model) else {}


def _usage(tokens: Tokens) -> dict[str, object]:
    """`inputTokens` is what was neither read from the cache nor written to it; the total has all of it."""
    usage: dict[str, object] = {
        "cacheReadInputTokenCount": tokens.cached_input_tokens,
        "cacheReadInputTokens": tokens.cached_input_tokens,
        "cacheWriteInputTokenCount": tokens.cache_write_tokens,
        "cacheWriteInputTokens": tokens.cache_write_tokens,
        "inputTokens": tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens,
        "outputTokens": tokens.output_tokens,
        "totalTokens": tokens.input_tokens + tokens.output_tokens,
    }
    return usage


def _delta(index: int, delta: Mapping[str, object], content: str | None = None) -> StreamEvent:
    return _event("contentBlockDelta", {"contentBlockIndex": index, "delta": delta}, content)


def _stop(index: int) -> StreamEvent:
    return _event("contentBlockStop", {"contentBlockIndex": index})


def _event(name: str, payload: Mapping[str, object], content: str | None = None) -> StreamEvent:
    # The vendor pads each payload so that its length tells nothing; how much is here a function of the length.
    padding = _PADDING[: len(msgspec.json.encode(payload)) * 7 % len(_PADDING)]
    return StreamEvent(event_frame(name, {**payload, "p": padding}), content)


def _call_id(answer: Answer, call: AnsweredCall) -> str:
    return f"{_CALL_PREFIX}{call_mark(has_reasoned=answer.has_reasoned)}{call.key[:20]}"


def _latency_ms(answer: Answer) -> int:
    """Made up, and the same for the same answer."""
    return 100 + len(answer.text) + len(answer.reasoning)


def _model(name: str) -> dict[str, object]:
    return {
        "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{name}",
        "modelId": name,
        "modelName": name,
        "providerName": name.partition(".")[0],
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "customizationsSupported": [],
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }
