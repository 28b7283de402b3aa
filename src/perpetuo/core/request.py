"""A chat or embeddings request, parsed only as far as a decision needs."""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Annotated, Literal, TypeVar, get_args

import msgspec

from perpetuo.core.carriage import OURS
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
    uses:    the fields whose loss would matter, named as in `core.carriage.FIELDS`; unknown ones by their own name.
    """

    body: bytes
    fields: dict[str, msgspec.Raw]
    model: str
    stream: bool = False
    include_usage: bool = False
    needs: frozenset[Capability] = frozenset()
    uses: frozenset[str] = frozenset()
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
MAX_STRINGS = 100_000
"""Keys and texts together: a body of a million keys would hold up everybody else and is nobody's request."""
MAX_CONTAINERS = 100_000
"""Lists and objects: an empty one takes two bytes of a body and thirty times as much once it is read."""
MAX_FIELDS = 1_000
MAX_FIELD_NAME_CHARS = 256

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_WHERE = re.compile(r" - at `\$(?P<path>[^`]*)`$")

_ABSENT = msgspec.Raw()
_NOTHING = (b"", b"null")

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class _Part(msgspec.Struct):
    """A content part; kinds we do not know travel on."""

    type: str
    text: str | None = None
    image_url: msgspec.Raw = _ABSENT
    input_audio: msgspec.Raw = _ABSENT
    file: msgspec.Raw = _ABSENT
    refusal: str | None = None
    cache_control: msgspec.Raw = _ABSENT


class _ImageUrl(msgspec.Struct):
    url: Annotated[str, msgspec.Meta(min_length=1)]
    detail: str | None = None


class _InputAudio(msgspec.Struct):
    data: str
    format: str


class _File(msgspec.Struct):
    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None


class _FunctionCall(msgspec.Struct):
    name: str
    arguments: str


class _ToolCall(msgspec.Struct):
    id: str
    type: str = "function"
    function: _FunctionCall | None = None
    extra_content: msgspec.Raw = _ABSENT


class _Message(msgspec.Struct):
    role: Role
    content: str | list[_Part] | None = None
    name: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None
    function_call: _FunctionCall | None = None
    tool_call_id: str | None = None
    is_error: bool | None = None
    audio: msgspec.Raw = _ABSENT
    cache_control: msgspec.Raw = _ABSENT
    reasoning_content: msgspec.Raw = _ABSENT
    thinking_blocks: msgspec.Raw = _ABSENT
    reasoning_details: msgspec.Raw = _ABSENT
    extra_content: msgspec.Raw = _ABSENT


class _Function(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    description: str | None = None
    parameters: dict[str, msgspec.Raw] | None = None
    strict: bool | None = None


class _Tool(msgspec.Struct):
    type: str
    function: _Function | None = None
    cache_control: msgspec.Raw = _ABSENT


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _ResponseFormat(msgspec.Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, msgspec.Raw] | None = None


class _Named(msgspec.Struct):
    name: str


class _ToolChoice(msgspec.Struct):
    type: str
    function: _Named | None = None


class _Common(msgspec.Struct, kw_only=True):
    """Of requests with and without more than text."""

    model: str
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    max_completion_tokens: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=128)] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    presence_penalty: Annotated[float, msgspec.Meta(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, msgspec.Meta(ge=-2, le=2)] | None = None
    logit_bias: dict[str, float] | None = None
    seed: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    stop: str | list[str] | None = None
    user: str | None = None
    metadata: dict[str, msgspec.Raw] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, msgspec.Meta(ge=0)] | None = None
    reasoning_effort: str | None = None


class _PlainMessage(msgspec.Struct, forbid_unknown_fields=True):
    role: Literal["system", "user", "assistant"]
    content: str


class _PlainBody(_Common):
    """A request of text alone: it needs nothing of a model, and only its own fields can get lost."""

    messages: Annotated[list[_PlainMessage], msgspec.Meta(min_length=1, max_length=MAX_MESSAGES)]


_BEYOND_TEXT = frozenset(
    ("tools", "functions", "tool_choice", "function_call", "parallel_tool_calls", "response_format", "modalities")
)


class _Body(_Common):
    """The fields that a decision or a translation reads, with their types. Everything else travels on unread."""

    messages: Annotated[list[_Message], msgspec.Meta(min_length=1, max_length=MAX_MESSAGES)]
    tools: list[_Tool] | None = None
    functions: list[_Function] | None = None
    tool_choice: Literal["none", "auto", "required"] | _ToolChoice | None = None
    function_call: Literal["none", "auto"] | _Named | None = None
    parallel_tool_calls: bool | None = None
    response_format: _ResponseFormat | None = None
    modalities: list[str] | None = None


class _EmbeddingsBody(msgspec.Struct):
    model: str
    input: str | list[str | int | list[int]]
    dimensions: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: str | None = None


_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw])
_chat = msgspec.json.Decoder(_Body)
_plain = msgspec.json.Decoder(_PlainBody)
_embeddings = msgspec.json.Decoder(_EmbeddingsBody)
_image_url = msgspec.json.Decoder(_ImageUrl)
_input_audio = msgspec.json.Decoder(_InputAudio)
_file = msgspec.json.Decoder(_File)


def parse_chat_request(body: bytes) -> ChatRequest:
    """Raises ClientError that names the field, whatever the bytes are."""
    fields = _top_level(body)
    if _BEYOND_TEXT.isdisjoint(fields) and (plain := _plain_text(body)) is not None:
        return _of_plain_text(body, fields, plain)
    typed = _typed(_chat, body, fields, ("model", "messages"))
    model = _model(typed.model)
    for index, message in enumerate(typed.messages):
        _check_message(f"messages[{index}]", message)
    _check_tools(typed)
    response_format = typed.response_format
    if response_format is not None and response_format.type == "json_schema" and response_format.json_schema is None:
        raise _missing("response_format.json_schema", "a format of type `json_schema` needs one.")
    options = typed.stream_options
    return ChatRequest(
        body=body,
        fields=fields,
        model=model,
        stream=bool(typed.stream),
        include_usage=bool(typed.stream) and options is not None and bool(options.include_usage),
        needs=_needs(typed),
        uses=_uses(typed, fields),
        forced_tool=_forces_a_tool(typed),
        input_tokens_estimate=estimate_tokens(_text_bytes(typed, fields)),
        max_output_tokens=typed.max_completion_tokens or typed.max_tokens,
        user=typed.user,
    )


def _plain_text(body: bytes) -> "_PlainBody | None":
    try:
        return _plain.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        return None  # the whole reading says what is wrong, if anything is


def _of_plain_text(body: bytes, fields: dict[str, msgspec.Raw], plain: "_PlainBody") -> ChatRequest:
    """What most requests are. The same as the whole reading makes of them."""
    options = plain.stream_options
    text_bytes = 0
    for message in plain.messages:
        text_bytes += _size_bytes(message.content)
    return ChatRequest(
        body=body,
        fields=fields,
        model=_model(plain.model),
        stream=bool(plain.stream),
        include_usage=bool(plain.stream) and options is not None and bool(options.include_usage),
        uses=frozenset(_uses_of_fields(plain, fields)),
        input_tokens_estimate=estimate_tokens(text_bytes),
        max_output_tokens=plain.max_completion_tokens or plain.max_tokens,
        user=plain.user,
    )


def parse_embeddings_request(body: bytes) -> EmbeddingsRequest:
    """Raises ClientError that names the field, whatever the bytes are."""
    fields = _top_level(body)
    typed = _typed(_embeddings, body, fields, ("model", "input"))
    model = _model(typed.model)
    if not typed.input:
        raise _invalid("input", "is empty: send a text, or a list of texts or token lists.")
    for index, item in enumerate(typed.input):
        if not isinstance(item, int) and not item:
            raise _invalid(f"input[{index}]", "is empty: leave it out.")
    return EmbeddingsRequest(
        body=body,
        fields=fields,
        model=model,
        input_tokens_estimate=_input_tokens(typed.input),
        user=typed.user,
    )


def with_body(request: ChatRequest | EmbeddingsRequest, body: bytes) -> ChatRequest | EmbeddingsRequest:
    """A request that was read elsewhere, with the body it was read from."""
    return msgspec.structs.replace(request, body=body, fields=_shallow.decode(body))


def _top_level(body: bytes) -> dict[str, msgspec.Raw]:
    _check_shape(body)
    try:
        if not body.isascii():
            body.decode("utf-8")
        fields = _shallow.decode(body)
    except UnicodeDecodeError as exc:
        raise ClientError("invalid_json", "The body is not valid UTF-8.", param="body") from exc
    except msgspec.ValidationError as exc:
        raise ClientError("invalid_json", "The body is not a JSON object.", param="body") from exc
    except (msgspec.DecodeError, RecursionError) as exc:
        raise _not_json(exc) from exc
    if len(fields) > MAX_FIELDS:
        raise ClientError("invalid_json", f"The body has more than {MAX_FIELDS} fields.", param="body")
    if max(map(len, fields), default=0) > MAX_FIELD_NAME_CHARS:
        raise ClientError(
            "invalid_json", f"A field's name is longer than {MAX_FIELD_NAME_CHARS} characters.", param="body"
        )
    return fields


def _check_shape(body: bytes) -> None:
    """Refuse what nests deeper than `MAX_DEPTH`, or has more than `MAX_STRINGS` or `MAX_CONTAINERS`, before any parser
    works on it. Exact up to the first byte that is no JSON, which is as far as a parser comes."""
    brackets, quotes = body.count(b"[") + body.count(b"{"), body.count(b'"')
    if brackets <= MAX_DEPTH and quotes <= MAX_STRINGS:
        return
    # Without its escapes a string ends with the next quote. Each step is one pass without backing up.
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        quotes = body.count(b'"')
    if quotes > 2 * MAX_STRINGS:
        raise ClientError("invalid_json", f"The body has more than {MAX_STRINGS} keys and texts.", param="body")
    bare = b"".join(body.split(b'"')[::2]).translate(None, _NOT_BRACKETS)
    if bare.count(b"[") + bare.count(b"{") > MAX_CONTAINERS:
        raise ClientError("invalid_json", f"The body has more than {MAX_CONTAINERS} lists and objects.", param="body")
    if max(accumulate(map(_STEP.__getitem__, bare)), default=0) > MAX_DEPTH:
        raise ClientError("invalid_json", f"The body nests deeper than {MAX_DEPTH} levels.", param="body")


_T = TypeVar("_T")


def _typed(
    decoder: msgspec.json.Decoder[_T], body: bytes, fields: dict[str, msgspec.Raw], required: tuple[str, ...]
) -> _T:
    for name in required:
        if name not in fields:
            raise ClientError("missing_field", f"`{name}` is missing.", param=name)
    return _decoded(decoder, body, "")


def _decoded(decoder: msgspec.json.Decoder[_T], raw: bytes | msgspec.Raw, at: str) -> _T:
    """at: the path of what `raw` is, in the body."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as exc:
        text = str(exc)
        where = _WHERE.search(text)
        path = (at + ("" if where is None else where["path"])).lstrip(".") or "body"
        what = _WHERE.sub("", text)
        if what.startswith("Object missing required field"):
            name = what.rpartition("field `")[2].rstrip("`")
            path = name if path == "body" else f"{path}.{name}"
            raise ClientError("missing_field", f"`{path}` is missing.", param=path) from exc
        raise _invalid(path, f"is not valid: {what[:1].lower()}{what[1:200]}.{_choices(path)}") from exc
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as exc:
        raise _not_json(exc) from exc


_CHOICES = {
    "role": get_args(Role),
    "response_format.type": ("text", "json_object", "json_schema"),
    "tool_choice": ("none", "auto", "required", "an object that names a tool"),
    "encoding_format": ("float", "base64"),
}


def _choices(path: str) -> str:
    for end, values in _CHOICES.items():
        if path == end or path.endswith(f".{end}"):
            return f" It is one of {', '.join(values)}."
    return ""


def _model(name: str) -> str:
    if not name.strip():
        raise _invalid("model", "is empty: name a model or an alias.")
    if len(name) > MAX_MODEL_CHARS:
        raise _invalid("model", f"is longer than {MAX_MODEL_CHARS} characters.")
    if not name.isprintable():
        raise _invalid("model", "has control characters.")
    return name


def _check_message(where: str, message: _Message) -> None:
    if message.role == "tool" and message.tool_call_id is None:
        raise _missing(f"{where}.tool_call_id", "a tool's result names the call it answers.")
    if message.role == "function" and message.name is None:
        raise _missing(f"{where}.name", "a function's result names the function.")
    for index, call in enumerate(message.tool_calls or ()):
        if call.type == "function" and call.function is None:
            raise _missing(f"{where}.tool_calls[{index}].function", "a call of type `function` needs one.")
    content = message.content
    if content is None and message.role not in ("assistant", "function"):
        raise _missing(f"{where}.content", f"a {message.role} message needs one.")
    if isinstance(content, list):
        if not content:
            raise _invalid(f"{where}.content", "is an empty list: send a text or at least one part.")
        for index, part in enumerate(content):
            _check_part(f"{where}.content[{index}]", part)


def _check_part(where: str, part: _Part) -> None:
    match part.type:
        case "text" if part.text is None:
            raise _missing(f"{where}.text", "a part of type `text` needs one.")
        case "refusal" if part.refusal is None:
            raise _missing(f"{where}.refusal", "a part of type `refusal` needs one.")
        case "image_url":
            _check_object(f"{where}.image_url", part.image_url, _image_url)
        case "input_audio":
            _check_object(f"{where}.input_audio", part.input_audio, _input_audio)
        case "file":
            _check_object(f"{where}.file", part.file, _file)
        case _:
            pass


def _check_object(where: str, raw: msgspec.Raw, decoder: msgspec.json.Decoder[_T]) -> None:
    if len(memoryview(raw)) <= len(b"null") and bytes(raw) in _NOTHING:
        raise _missing(where, "a part of this type needs one.")
    _decoded(decoder, raw, where)


def _check_tools(typed: _Body) -> None:
    for index, tool in enumerate(typed.tools or ()):
        if tool.type == "function" and tool.function is None:
            raise _missing(f"tools[{index}].function", "a tool of type `function` needs one.")
    choice = typed.tool_choice
    if isinstance(choice, _ToolChoice) and choice.type == "function" and choice.function is None:
        raise _missing("tool_choice.function", "a choice of type `function` names one.")
    if _forces_a_tool(typed) and not typed.tools and not typed.functions:
        name = "tool_choice" if choice is not None else "function_call"
        raise _invalid(name, "demands a call, but the request brings no tools.")


def _forces_a_tool(typed: _Body) -> bool:
    """`allowed_tools` and what a later version adds may or may not force one: taken as if they did."""
    choice = typed.tool_choice
    if isinstance(choice, _ToolChoice):
        return choice.type not in ("auto", "none")
    return choice == "required" or isinstance(typed.function_call, _Named)


_PART_NEEDS: dict[str, Capability] = {"image_url": "vision", "input_audio": "audio", "file": "files"}


def _needs(typed: _Body) -> frozenset[Capability]:
    needs: set[Capability] = set()
    for message in typed.messages:
        if isinstance(message.content, list):
            needs.update(_PART_NEEDS[part.type] for part in message.content if part.type in _PART_NEEDS)
    if typed.tools or typed.functions:
        needs.add("tools")
    if typed.modalities is not None and "audio" in typed.modalities:
        needs.add("audio")
    if typed.response_format is not None and typed.response_format.type != "text":
        needs.add(typed.response_format.type)
    return frozenset(needs)


_WITHOUT_EFFECT: Mapping[str, frozenset[bytes]] = {
    "n": frozenset((b"1",)),
    "logprobs": frozenset((b"false",)),
    "store": frozenset((b"false",)),
    "presence_penalty": frozenset((b"0", b"0.0")),
    "frequency_penalty": frozenset((b"0", b"0.0")),
    "temperature": frozenset((b"1", b"1.0")),
    "top_p": frozenset((b"1", b"1.0")),
    "service_tier": frozenset((b'"auto"',)),
    "parallel_tool_calls": frozenset((b"true",)),
    "modalities": frozenset((b'["text"]',)),
    "tool_choice": frozenset((b'"auto"',)),
}
"""Values that say what happens anyway: nothing is lost with them."""
_EMPTY = frozenset((b"", b"null", b"[]", b"{}"))
_SEARCH = ("web_search_options", b"{}")
"""Asks for a search with the vendor's own settings."""
_TOLD_BY_PARTS = OURS | {"tools", "tool_choice", "response_format"}


def _uses_of_fields(typed: _Common, fields: dict[str, msgspec.Raw]) -> set[str]:
    uses: set[str] = set()
    for name, raw in fields.items():
        if name in _TOLD_BY_PARTS:
            continue
        if len(memoryview(raw)) <= LONGEST_WITHOUT_EFFECT:
            value = bytes(raw)
            if (value in _EMPTY and (name, value) != _SEARCH) or value in _WITHOUT_EFFECT.get(name, ()):
                continue
        uses.add(name)
    if "temperature" in uses and typed.temperature is not None and typed.temperature > 1:
        uses.add("temperature:above_1")
    if "top_p" in uses and "temperature" in uses:
        uses.add("top_p:beside_temperature")
    if "thinking" in uses or typed.reasoning_effort not in (None, "none", "minimal"):
        uses.update(f"{name}:beside_thinking" for name in ("temperature", "top_p") if name in uses)
    return uses


def _uses(typed: _Body, fields: dict[str, msgspec.Raw]) -> frozenset[str]:
    uses = _uses_of_fields(typed, fields)
    if "parallel_tool_calls" in uses and len(typed.tools or ()) < 2:
        uses.remove("parallel_tool_calls")
        uses.add("parallel_tool_calls:one_tool")
    for message in typed.messages:
        _add_uses_of_message(message, uses)
    for tool in typed.tools or ():
        uses.add("tools.function" if tool.type == "function" else "tools.other")
        if tool.function is not None and tool.function.strict:
            uses.add("tools.strict")
        if _given(tool.cache_control):
            uses.add("content.cache_control")
    if (choice := _use_of_tool_choice(typed.tool_choice)) is not None:
        uses.add(choice)
    if typed.response_format is not None and typed.response_format.type != "text":
        uses.add(f"response_format.{typed.response_format.type}")
    return frozenset(uses)


LONGEST_WITHOUT_EFFECT = 16


def _use_of_tool_choice(choice: object) -> str | None:
    if isinstance(choice, _ToolChoice):
        return "tool_choice.named" if choice.type == "function" else "tool_choice.other"
    return f"tool_choice.{choice}" if isinstance(choice, str) and choice != "auto" else None


def _add_uses_of_message(message: _Message, uses: set[str]) -> None:
    if message.role in ("developer", "function"):
        uses.add(f"message.{message.role}")
    if message.name is not None and message.role != "function":
        uses.add("message.name")
    if isinstance(message.content, list):
        for part in message.content:
            _add_uses_of_part(message.role, part, uses)
    if _given(message.cache_control):
        uses.add("content.cache_control")
    if message.role == "tool" and message.is_error:
        uses.add("tool.is_error")
    if message.role == "assistant":
        _add_uses_of_assistant(message, uses)


def _add_uses_of_assistant(message: _Message, uses: set[str]) -> None:
    if message.refusal is not None:
        uses.add("assistant.refusal")
    for name in ("audio", "thinking_blocks", "reasoning_details"):
        if _given(getattr(message, name)):
            uses.add(f"assistant.{name}")
    # Beside its signed form the plain text of a reasoning is a copy for people.
    is_copy = _given(message.thinking_blocks) or _given(message.reasoning_details)
    if _given(message.reasoning_content) and not is_copy:
        uses.add("assistant.reasoning_content")
    if message.function_call is not None:
        uses.add("function_call")
    if _given(message.extra_content):
        uses.add("assistant.thought_signature")
    for call in message.tool_calls or ():
        if call.type != "function":
            uses.add("assistant.other_calls")
        if _given(call.extra_content):
            uses.add("assistant.thought_signature")


def _add_uses_of_part(role: Role, part: _Part, uses: set[str]) -> None:
    match part.type:
        case "text":
            pass
        case "refusal":
            uses.add("assistant.refusal")
        case "image_url":
            image = _image_url.decode(part.image_url)
            uses.add("content.image_base64" if image.url.startswith("data:") else "content.image_url")
            if image.detail not in (None, "auto"):
                uses.add("content.image_detail")
            if role == "tool":
                uses.add("tool.image")
        case "input_audio":
            uses.add("content.input_audio")
        case "file":
            uses.add(_use_of_file(_file.decode(part.file)))
        case _:
            uses.add("content.other")
    if _given(part.cache_control):
        uses.add("content.cache_control")


def _use_of_file(file: _File) -> str:
    if file.file_data is None:
        return "content.file_id"
    if file.file_data.startswith(("https://", "http://")):
        return "content.file_url"
    # Bare base64 without a media type is taken for a PDF, as OpenAI does.
    is_other = file.file_data.startswith("data:") and not file.file_data.startswith("data:application/pdf")
    return "content.file_other" if is_other else "content.file_pdf"


def _given(raw: msgspec.Raw) -> bool:
    return len(memoryview(raw)) > len(b"null") or bytes(raw) not in _EMPTY


def _text_bytes(typed: _Body, fields: dict[str, msgspec.Raw]) -> int:
    """Bytes of text that count as input: messages, calls, and the tools as they are written."""
    total = 0
    for message in typed.messages:
        content = message.content
        if isinstance(content, str):
            total += _size_bytes(content)
        elif content is not None:
            total += sum(_size_bytes(part.text or part.refusal or "") for part in content)
        for call in message.tool_calls or ():
            if call.function is not None:
                total += _size_bytes(call.function.name) + _size_bytes(call.function.arguments)
    if typed.tools or typed.functions:
        total += sum(len(memoryview(fields[name])) for name in ("tools", "functions") if name in fields)
    return total


def _input_tokens(value: str | list[str | int | list[int]]) -> int:
    if isinstance(value, str):
        return estimate_tokens(_size_bytes(value))
    tokens = 0
    for item in value:
        if isinstance(item, str):
            tokens += estimate_tokens(_size_bytes(item))
        else:
            tokens += 1 if isinstance(item, int) else len(item)
    return tokens


def _size_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _invalid(path: str, what: str) -> ClientError:
    return ClientError("invalid_value", f"`{path}` {what}", param=path)


def _missing(path: str, why: str) -> ClientError:
    return ClientError("missing_field", f"`{path}` is missing: {why}", param=path)


def _not_json(exc: Exception) -> ClientError:
    why = "a string holds half of a surrogate pair, or the body was cut" if "truncated" in str(exc) else str(exc)
    return ClientError("invalid_json", f"The body is not valid JSON: {why}.", param="body")
