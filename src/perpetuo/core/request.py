"""A chat or embeddings request, parsed only as far as a decision needs."""

import re
from typing import Annotated, Literal, TypeVar

import msgspec

from perpetuo.core.catalog import Capability
from perpetuo.core.errors import ClientError
from perpetuo.core.usage import estimate_tokens


class ChatRequest(msgspec.Struct, frozen=True):
    """A validated body in OpenAI's shape.

    fields:  each top-level field's own bytes, in the client's order; unknown ones travel on unchanged.
    needs:   what a candidate must be able to carry.
    input_tokens_estimate: `estimate_tokens` of the texts, for quotas and the context-length check.
    max_output_tokens: `max_completion_tokens` or `max_tokens`, None if the client set neither.
    forced_tool: `tool_choice` demands a call.
    """

    body: bytes
    fields: dict[str, msgspec.Raw]
    model: str
    stream: bool = False
    include_usage: bool = False
    needs: frozenset[Capability] = frozenset()
    forced_tool: bool = False
    input_tokens_estimate: int = 0
    max_output_tokens: int | None = None
    user: str | None = None


class EmbeddingsRequest(msgspec.Struct, frozen=True):
    body: bytes
    fields: dict[str, msgspec.Raw]
    model: str
    input_tokens_estimate: int = 0
    user: str | None = None


MAX_DEPTH = 128
MAX_MODEL_CHARS = 256
MAX_MESSAGES = 100_000

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`")

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
Number = int | float


class _ImageUrl(msgspec.Struct):
    url: str


class _Part(msgspec.Struct):
    """A content part; kinds we do not know travel on."""

    type: str
    text: str | None = None
    image_url: _ImageUrl | None = None
    refusal: str | None = None


class _FunctionCall(msgspec.Struct):
    name: str
    arguments: str = ""


class _ToolCall(msgspec.Struct):
    id: str | None = None
    type: str | None = None
    function: _FunctionCall | None = None


class _Message(msgspec.Struct):
    role: Role
    content: str | list[_Part] | None = None
    name: str | None = None
    tool_calls: list[_ToolCall] | None = None
    tool_call_id: str | None = None


class _Function(msgspec.Struct):
    name: str
    description: str | None = None
    parameters: dict[str, msgspec.Raw] | None = None


class _Tool(msgspec.Struct):
    type: str
    function: _Function | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _ResponseFormat(msgspec.Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, msgspec.Raw] | None = None


class _ToolChoice(msgspec.Struct):
    type: str


class _Body(msgspec.Struct):
    """The fields that a decision or a translation reads, with their types. Everything else travels on unread."""

    model: str
    messages: Annotated[list[_Message], msgspec.Meta(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    tools: list[_Tool] | None = None
    functions: list[_Function] | None = None
    tool_choice: Literal["none", "auto", "required"] | _ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: _ResponseFormat | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=128)] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    presence_penalty: Annotated[float, msgspec.Meta(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, msgspec.Meta(ge=-2, le=2)] | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    user: str | None = None
    metadata: dict[str, msgspec.Raw] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None


class _EmbeddingsBody(msgspec.Struct):
    model: str
    input: str | list[str | int | list[int]]
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None


_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw])
_chat = msgspec.json.Decoder(_Body)
_embeddings = msgspec.json.Decoder(_EmbeddingsBody)


def parse_chat_request(body: bytes) -> ChatRequest:
    """Raises ClientError that names the field, whatever the bytes are."""
    fields = _top_level(body)
    typed = _typed(_chat, body, fields, ("model", "messages"))
    for index, message in enumerate(typed.messages):
        _check_message(index, message)
    for index, tool in enumerate(typed.tools or ()):
        if tool.type == "function" and tool.function is None:
            raise _invalid(f"tools[{index}].function", "is missing: a function tool needs one.")
    needs, text_bytes = _needs(typed, fields)
    options = typed.stream_options
    return ChatRequest(
        body=body,
        fields=fields,
        model=_model(typed.model),
        stream=bool(typed.stream),
        include_usage=bool(typed.stream) and options is not None and bool(options.include_usage),
        needs=needs,
        forced_tool=typed.tool_choice == "required" or isinstance(typed.tool_choice, _ToolChoice),
        input_tokens_estimate=estimate_tokens(text_bytes),
        max_output_tokens=typed.max_completion_tokens or typed.max_tokens,
        user=typed.user,
    )


def parse_embeddings_request(body: bytes) -> EmbeddingsRequest:
    """Raises ClientError that names the field, whatever the bytes are."""
    fields = _top_level(body)
    typed = _typed(_embeddings, body, fields, ("model", "input"))
    if not typed.input:
        raise _invalid("input", "is empty: send a text, or a list of texts or token lists.")
    return EmbeddingsRequest(
        body=body,
        fields=fields,
        model=_model(typed.model),
        input_tokens_estimate=_input_tokens(typed.input),
        user=typed.user,
    )


def _top_level(body: bytes) -> dict[str, msgspec.Raw]:
    _check_depth(body)
    try:
        body.decode("utf-8")
        fields = _shallow.decode(body)
    except UnicodeDecodeError as exc:
        raise ClientError("invalid_json", "The body is not valid UTF-8.", param="body") from exc
    except msgspec.ValidationError as exc:
        raise ClientError("invalid_json", "The body is not a JSON object.", param="body") from exc
    except (msgspec.DecodeError, RecursionError) as exc:
        raise ClientError("invalid_json", f"The body is not valid JSON: {exc}.", param="body") from exc
    return fields


def _check_depth(body: bytes) -> None:
    """Refuse what nests deeper than `MAX_DEPTH` before any parser recurses into it."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for char in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", body)):
        depth += 1 if char in (b"[", b"{") else -1
        if depth > MAX_DEPTH:
            raise ClientError("invalid_json", f"The body nests deeper than {MAX_DEPTH} levels.", param="body")


_T = TypeVar("_T")


def _typed(
    decoder: msgspec.json.Decoder[_T], body: bytes, fields: dict[str, msgspec.Raw], required: tuple[str, ...]
) -> _T:
    for name in required:
        if name not in fields:
            raise ClientError("missing_field", f"`{name}` is missing.", param=name)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as exc:
        text = str(exc)
        where = _WHERE.search(text)
        path = "body" if where is None else where["path"].lstrip(".") or "body"
        raise _invalid(path, f"is not right: {_WHERE.sub('', text).rstrip('.')}.") from exc
    except (msgspec.DecodeError, RecursionError, OverflowError) as exc:
        raise ClientError("invalid_json", f"The body is not valid JSON: {exc}.", param="body") from exc


def _model(name: str) -> str:
    if not name.strip():
        raise _invalid("model", "is empty: name a model or an alias.")
    if len(name) > MAX_MODEL_CHARS:
        raise _invalid("model", f"is longer than {MAX_MODEL_CHARS} characters.")
    if _CONTROL.search(name):
        raise _invalid("model", "has control characters.")
    return name


def _check_message(index: int, message: _Message) -> None:
    where = f"messages[{index}]"
    if message.role == "tool" and message.tool_call_id is None:
        raise _invalid(f"{where}.tool_call_id", "is missing: a tool's result names the call it answers.")
    if message.content is None and message.role in ("system", "developer", "user", "tool"):
        raise _invalid(f"{where}.content", f"is missing: a {message.role} message needs one.")
    if isinstance(message.content, list):
        for number, part in enumerate(message.content):
            if part.type == "text" and part.text is None:
                raise _invalid(f"{where}.content[{number}].text", "is missing: a text part needs one.")
            if part.type == "image_url" and part.image_url is None:
                raise _invalid(f"{where}.content[{number}].image_url", "is missing: an image part needs one.")


_PART_NEEDS: dict[str, Capability] = {"image_url": "vision", "input_audio": "audio", "file": "files"}


def _needs(typed: _Body, fields: dict[str, msgspec.Raw]) -> tuple[frozenset[Capability], int]:
    """What a candidate must carry, and the bytes of text that count as input."""
    needs: set[Capability] = set()
    text_bytes = 0
    for message in typed.messages:
        content = message.content
        if isinstance(content, str):
            text_bytes += len(content.encode("utf-8", "surrogatepass"))
        elif content is not None:
            for part in content:
                if part.type in _PART_NEEDS:
                    needs.add(_PART_NEEDS[part.type])
                text_bytes += len((part.text or part.refusal or "").encode("utf-8", "surrogatepass"))
        for call in message.tool_calls or ():
            if call.function is not None:
                text_bytes += len(call.function.name) + len(call.function.arguments)
    if typed.tools or typed.functions:
        needs.add("tools")
        text_bytes += sum(len(bytes(fields[name])) for name in ("tools", "functions") if name in fields)
    if typed.response_format is not None and typed.response_format.type != "text":
        needs.add(typed.response_format.type)
    return frozenset(needs), text_bytes


def _input_tokens(value: str | list[str | int | list[int]]) -> int:
    if isinstance(value, str):
        return estimate_tokens(len(value.encode("utf-8", "surrogatepass")))
    tokens = 0
    for item in value:
        if isinstance(item, str):
            tokens += estimate_tokens(len(item.encode("utf-8", "surrogatepass")))
        else:
            tokens += 1 if isinstance(item, int) else len(item)
    return tokens


def _invalid(path: str, what: str) -> ClientError:
    return ClientError("invalid_value", f"`{path}` {what}", param=path)
