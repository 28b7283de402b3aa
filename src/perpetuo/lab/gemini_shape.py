"""Google's generateContent, streamed and whole, and the list of models, from the vendor's side; also at Vertex's paths.

Sources: https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/thought-signatures and
https://ai.google.dev/api/models (read 2026-11-24), and recorded interactions: from them come the last chunk with an
empty text, the running usage of every chunk, and the call ids that only Gemini 3 has.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import unquote

import msgspec

from perpetuo.core.usage import estimate_tokens
from perpetuo.lab.script import Answer, AnsweredCall, FinishReason, LabRequest, Tokens, ToolSpec
from perpetuo.lab.server import HttpRequest
from perpetuo.lab.signatures import is_signature_of, sign
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, refusal_of_decoding

_MODELS = r"/v1(?:alpha|beta|beta1)?/(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/google/)?models"
_CHAT_PATH = re.compile(_MODELS + r"/(?P<model>[^/]+):(?P<verb>generateContent|streamGenerateContent)$")
_MODELS_PATH = re.compile(_MODELS + r"$")
_MODEL_PATH = re.compile(_MODELS + r"/(?P<model>[^/:]+)$")
_GENERATION = re.compile(r"^gemini-(\d+)")

# status -> canonical code, message: https://cloud.google.com/apis/design/errors#handling_errors (read 2026-11-24).
# Statuses that Google does not send are only there for the faults of that name.
_ERRORS: dict[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    402: ("FAILED_PRECONDITION", "Billing is not enabled for this project."),
    403: ("PERMISSION_DENIED", "The caller does not have permission."),
    404: ("NOT_FOUND", "The model is not found for API version v1beta."),
    408: ("DEADLINE_EXCEEDED", "The request timed out."),
    409: ("ABORTED", "The operation was aborted."),
    413: ("INVALID_ARGUMENT", "Request payload size exceeds the limit."),
    422: ("INVALID_ARGUMENT", "The request can not be processed."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The request timed out. Please try again."),
    529: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}
_FINISH_REASONS: dict[FinishReason, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}
_NO_SIGNATURES = ("context_engineering_is_the_way_to_go", "skip_thought_signature_validator")
"""What the vendor lets a client put in place of a signature it never had: docs/thought-signatures, FAQ."""
_TEXT = "text"


class _Blob(msgspec.Struct, rename="camel"):
    mime_type: str = ""


class _Call(msgspec.Struct):
    name: str
    id: str | None = None


class _Response(msgspec.Struct):
    name: str
    response: dict[str, object] = {}
    parts: "list[_Part]" = []


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: _Blob | None = None
    file_data: _Blob | None = None
    function_call: _Call | None = None
    function_response: _Response | None = None

    def texts(self) -> Iterator[str]:
        if self.text is not None and not self.thought:
            yield self.text
        if self.function_response is not None:
            yield from _strings(self.function_response.response)

    def images(self) -> int:
        inner = self.function_response.parts if self.function_response is not None else ()
        blobs = [blob for blob in (self.inline_data, self.file_data) if blob is not None]
        return sum(blob.mime_type.startswith("image/") for blob in blobs) + sum(part.images() for part in inner)


class _Content(msgspec.Struct):
    parts: list[_Part] = []
    role: str | None = None

    def calls(self) -> list[_Part]:
        return [part for part in self.parts if part.function_call is not None]

    def responses(self) -> list[_Part]:
        return [part for part in self.parts if part.function_response is not None]


class _Declaration(msgspec.Struct, rename="camel"):
    name: str
    parameters: dict[str, object] | None = None
    parameters_json_schema: dict[str, object] | None = None


class _Tool(msgspec.Struct, rename="camel"):
    function_declarations: list[_Declaration] | None = None


class _CallingConfig(msgspec.Struct, rename="camel"):
    mode: str | None = None
    allowed_function_names: list[str] | None = None


class _ToolConfig(msgspec.Struct, rename="camel"):
    function_calling_config: _CallingConfig | None = None


class _ThinkingConfig(msgspec.Struct, rename="camel"):
    include_thoughts: bool | None = None


class _GenerationConfig(msgspec.Struct, rename="camel"):
    max_output_tokens: int | None = None
    response_mime_type: str | None = None
    response_schema: dict[str, object] | None = None
    response_json_schema: dict[str, object] | None = None
    thinking_config: _ThinkingConfig | None = None


class _Body(msgspec.Struct, rename="camel"):
    contents: list[_Content] = []
    system_instruction: _Content | None = None
    tools: list[_Tool] | None = None
    tool_config: _ToolConfig | None = None
    generation_config: _GenerationConfig | None = None


class GeminiShape:
    name = "gemini"
    base_path = ""
    request_id_header = "x-request-id"
    stream_content_type = "text/event-stream"

    def route(self, method: str, path: str) -> Kind | None:
        if method == "POST" and _CHAT_PATH.match(path):
            return "chat"
        if method == "GET" and _MODELS_PATH.match(path):
            return "models"
        return "model" if method == "GET" and _MODEL_PATH.match(path) else None

    def credential(self, headers: Mapping[str, str]) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return headers.get("x-goog-api-key") or (token.strip() or None if scheme.lower() == "bearer" else None)

    def refused_key(self, key: str | None, path: str) -> Refusal:
        """An API key is refused with 400, as recorded; only a token, which Vertex wants, with 401."""
        if "/projects/" in path:
            return Refusal(401, "")
        if key is None:
            return Refusal(403, "Method doesn't allow unregistered callers. Please use API Key or other credentials.")
        return Refusal(400, "API key not valid. Please pass a valid API key.", code="API_KEY_INVALID")

    def read_chat(self, request: HttpRequest) -> LabRequest:
        model, verb = _model_and_verb(request)
        try:
            asked = msgspec.json.decode(request.body, type=_Body)
        except msgspec.MsgspecError as error:
            raise refusal_of_decoding(error) from error
        _check_contents(asked.contents)
        _check_signatures(asked.contents, generation_of(model))
        config = asked.generation_config or _GenerationConfig()
        thinking = config.thinking_config or _ThinkingConfig()
        contents = [*asked.contents, asked.system_instruction or _Content()]
        users = [content for content in asked.contents if content.role != "model"]
        tools = _tools(asked.tools)
        schema = config.response_json_schema or config.response_schema
        return LabRequest(
            model=model,
            stream=verb == "streamGenerateContent",
            include_usage=True,
            shows_reasoning=thinking.include_thoughts is not False,
            input_tokens=estimate_tokens(sum(len(text.encode()) for content in contents for text in _texts(content))),
            images=sum(part.images() for content in contents for part in content.parts),
            tools=tools,
            tools_to_call=_demanded(asked.tool_config, tools),
            json_mode=config.response_mime_type == "application/json",
            json_schema=_lower_types(schema) if schema is not None else None,
            max_output_tokens=config.max_output_tokens,
            last_user_text="\n".join(_texts(users[-1])) if users else "",
        )

    def reply(self, answer: Answer) -> bytes:
        parts: list[dict[str, object]] = []
        if answer.reasoning:
            parts.append({"text": "".join(answer.reasoning), "thought": True})
        if answer.text:
            parts.append({"text": "".join(answer.text)} | ({} if answer.calls else _last_signature(answer)))
        parts += _call_parts(answer)
        candidate: dict[str, object] = {
            "content": {"parts": parts, "role": "model"},
            "finishReason": _FINISH_REASONS[answer.finish_reason],
            "index": 0,
        }
        if answer.calls:
            candidate["finishMessage"] = "Model generated function call(s)."
        return msgspec.json.encode(_envelope(answer, candidate, _usage(answer.tokens)))

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        """A call is one event, however long its arguments are: the vendor does not cut them."""
        events: list[StreamEvent] = []
        thoughts = candidates = 0

        def add(part: dict[str, object], content: str) -> None:
            candidate: dict[str, object] = {"content": {"parts": [part], "role": "model"}, "index": 0}
            usage = _usage(answer.tokens, thoughts, candidates)
            events.append(_event(_envelope(answer, candidate, usage), content))

        for piece in answer.reasoning:
            thoughts += 1
            add({"text": piece, "thought": True}, piece)
        for piece in answer.text:
            candidates += 1
            add({"text": piece}, piece)
        for call, part in zip(answer.calls, _call_parts(answer), strict=True):
            candidates += 1 + len(call.pieces)
            add(part, call.arguments)
        last = {"text": ""} | ({} if answer.calls else _last_signature(answer))
        end: dict[str, object] = {
            "content": {"parts": [last], "role": "model"},
            "finishReason": _FINISH_REASONS[answer.finish_reason],
            "index": 0,
        }
        return [*events, _event(_envelope(answer, end, _usage(answer.tokens)))]

    def error(self, refusal: Refusal, request_id: str) -> bytes:
        status, message = _ERRORS.get(refusal.status, _ERRORS[500])
        error: dict[str, object] = {"code": refusal.status, "message": refusal.message or message, "status": status}
        details = _details(refusal)
        if details:
            error["details"] = details
        return msgspec.json.encode({"error": error})

    def error_headers(self, refusal: Refusal) -> Sequence[tuple[str, str]]:
        return ()

    def overloaded(self, request_id: str) -> bytes:
        return self.error(Refusal(503, ""), request_id)

    def overloaded_event(self, request_id: str) -> bytes:
        return b"data: " + self.overloaded(request_id) + b"\r\n\r\n"

    def malformed_event(self) -> bytes:
        return b'data: {"candidates": [{]<malformed>\r\n\r\n'

    def models(self, names: Sequence[str], created_s: int) -> bytes:
        return msgspec.json.encode({"models": [_model(name) for name in names]})

    def model_name(self, path: str) -> str:
        found = _MODEL_PATH.match(path)
        return unquote(found["model"]) if found is not None else ""

    def model(self, name: str, created_s: int) -> bytes:
        return msgspec.json.encode(_model(name))


def generation_of(model: str) -> int:
    """3 of `gemini-3-pro-preview`; 0 for a name that has none."""
    found = _GENERATION.match(model)
    return int(found[1]) if found is not None else 0


def _model_and_verb(request: HttpRequest) -> tuple[str, str]:
    found = _CHAT_PATH.match(request.path)
    if found is None:
        raise Refusal(404, "")
    if found["verb"] == "streamGenerateContent" and "alt=sse" not in request.query.split("&"):
        # The vendor would answer with one JSON array, written bit by bit.
        raise Refusal(400, "the lab streams only with alt=sse in the query")
    return unquote(found["model"]), found["verb"]


def _check_contents(contents: Sequence[_Content]) -> None:
    if not contents:
        raise Refusal(400, "* GenerateContentRequest.contents: contents is not specified")
    for at, content in enumerate(contents):
        if content.role not in (None, "user", "model", "function"):
            raise Refusal(400, "Please use a valid role: user, model.")
        if not content.parts:
            raise Refusal(400, f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty.")
        calls, following = content.calls(), contents[at + 1 : at + 2]
        if calls and following and len(following[0].responses()) != len(calls):
            raise Refusal(
                400,
                "Please ensure that the number of function response parts is equal to the number of function call"
                " parts of the function call turn.",
            )


def _check_signatures(contents: Sequence[_Content], generation: int) -> None:
    """Numbers as in docs/thought-signatures: what comes back must be as it was; from Gemini 3 on the first call of
    each step of the current turn must have one."""
    turn = max((at for at, content in enumerate(contents) if _starts_turn(content)), default=0)
    for at, content in enumerate(contents):
        if content.role != "model":
            continue
        calls = content.calls()
        for part in content.parts:
            signature = part.thought_signature
            if not signature or signature in _NO_SIGNATURES:
                continue
            if not is_signature_of(_standard_base64(signature), _signed(part)):
                raise Refusal(400, "Corrupted thought signature.")
        first = calls[0] if calls else None
        if generation >= 3 and at > turn and first is not None and not first.thought_signature:
            name = first.function_call.name if first.function_call is not None else ""
            raise Refusal(
                400,
                "Function call is missing a thought_signature in functionCall parts. Additional data, function call"
                f" `default_api:{name}`, position {at + 1}.",
            )


def _standard_base64(text: str) -> str:
    """JSON of protocol buffers takes both alphabets, with or without padding; the vendor's Python client writes the
    other one: https://protobuf.dev/programming-guides/json/ (read 2026-11-24)."""
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    return text + "=" * (-len(text) % 4)


def _starts_turn(content: _Content) -> bool:
    return content.role != "model" and not content.responses()


def _signed(part: _Part) -> str:
    return f"call {part.function_call.name}" if part.function_call is not None else _TEXT


def _tools(tools: Sequence[_Tool] | None) -> tuple[ToolSpec, ...]:
    return tuple(
        ToolSpec(declared.name, declared.parameters_json_schema or _lower_types(declared.parameters or {}))
        for tool in tools or ()
        for declared in tool.function_declarations or ()
    )


def _demanded(config: _ToolConfig | None, tools: tuple[ToolSpec, ...]) -> tuple[str, ...]:
    calling = config.function_calling_config if config is not None else None
    if calling is None or calling.mode != "ANY" or not tools:
        return ()
    return (calling.allowed_function_names[0],) if calling.allowed_function_names else (tools[0].name,)


def _lower_types(schema: dict[str, object]) -> dict[str, object]:
    """Google's own schemas have `OBJECT` where JSON Schema has `object`."""
    return cast("dict[str, object]", _lowered(schema))


def _lowered(value: object) -> object:
    if isinstance(value, list):
        return [_lowered(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    return {
        key: each.lower() if key == "type" and isinstance(each, str) else _lowered(each)
        for key, each in cast("dict[str, object]", value).items()
    }


def _texts(content: _Content) -> list[str]:
    return [text for part in content.parts for text in part.texts()]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in cast("dict[str, object]", value).values():
            yield from _strings(each)


def _call_parts(answer: Answer) -> list[dict[str, object]]:
    """Of parallel calls only the first is signed."""
    parts: list[dict[str, object]] = []
    is_third = generation_of(answer.model) >= 3
    for index, call in enumerate(answer.calls):
        named: dict[str, object] = {"name": call.name, "args": msgspec.json.decode(call.arguments)}
        if is_third:
            named["id"] = _call_id(call)
        part: dict[str, object] = {"functionCall": named}
        if index == 0 and (is_third or answer.has_reasoned):
            part["thoughtSignature"] = sign(answer.key, f"call {call.name}")
        parts.append(part)
    return parts


def _last_signature(answer: Answer) -> dict[str, object]:
    return {"thoughtSignature": sign(answer.key, _TEXT)} if answer.has_reasoned else {}


def _call_id(call: AnsweredCall) -> str:
    return call.key[:8]


def _envelope(answer: Answer, candidate: dict[str, object], usage: dict[str, object]) -> dict[str, object]:
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": answer.model,
        "responseId": answer.key[:22],
    }


def _usage(tokens: Tokens, thoughts: int | None = None, candidates: int | None = None) -> dict[str, object]:
    """Of the whole answer, or as far as it has come. The prompt has its cached part in it, the candidates have the
    thoughts beside them. What is zero is left out, as in every JSON of this vendor."""
    thought = tokens.reasoning_tokens if thoughts is None else min(thoughts, tokens.reasoning_tokens)
    said = tokens.output_tokens - tokens.reasoning_tokens
    said = said if candidates is None else min(candidates, said)
    usage: dict[str, object] = {
        "promptTokenCount": tokens.input_tokens,
        "candidatesTokenCount": said,
        "totalTokenCount": tokens.input_tokens + said + thought,
        "cachedContentTokenCount": tokens.cached_input_tokens,
        "thoughtsTokenCount": thought,
    }
    usage = {name: count for name, count in usage.items() if count}
    return usage | {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens.input_tokens}]}


def _event(document: dict[str, object], content: str | None = None) -> StreamEvent:
    return StreamEvent(b"data: " + msgspec.json.encode(document) + b"\r\n\r\n", content)


def _details(refusal: Refusal) -> list[dict[str, object]]:
    kind = "type.googleapis.com/google.rpc."
    details: list[dict[str, object]] = []
    if refusal.code == "API_KEY_INVALID":
        details.append({"@type": f"{kind}ErrorInfo", "reason": refusal.code, "domain": "googleapis.com"})
    if refusal.code == "insufficient_quota":
        violation = {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaValue": "20",
        }
        details.append({"@type": f"{kind}QuotaFailure", "violations": [violation]})
    if refusal.retry_after_s is not None:
        details.append({"@type": f"{kind}RetryInfo", "retryDelay": f"{refusal.retry_after_s:g}s"})
    return details


def _model(name: str) -> dict[str, object]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name,
        "description": "A model of the lab",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "maxTemperature": 2,
        "thinking": True,
    }
