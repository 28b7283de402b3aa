"""OpenAI's chat request, read as far as a translation into another protocol needs it."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from perpetuo.core.errors import ClientError

Fields = Mapping[str, msgspec.Raw]

DECODE_ERRORS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding hostile JSON raises; RecursionError for deep nesting."""

ABSENT = msgspec.Raw()
EMPTY_OBJECT = msgspec.Raw(b"{}")


class ImageUrl(msgspec.Struct):
    url: str
    detail: str | None = None


class InputAudio(msgspec.Struct):
    data: str = ""
    format: str = ""


class File(msgspec.Struct):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class Part(msgspec.Struct):
    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: ImageUrl | str | None = None
    input_audio: InputAudio | None = None
    file: File | None = None
    cache_control: msgspec.Raw = ABSENT

    def image(self) -> str | None:
        """An http(s) URL or a data URI."""
        return self.image_url.url if isinstance(self.image_url, ImageUrl) else self.image_url


class Function(msgspec.Struct):
    name: str
    arguments: str = ""


class ToolCall(msgspec.Struct):
    """extra_content: a vendor's own, such as Google's `{"google": {"thought_signature": …}}`."""

    id: str
    function: Function
    extra_content: dict[str, Any] | None = None


class ThinkingBlock(msgspec.Struct):
    """Reasoning that its vendor signed (`signature`) or encrypted (`data`), as a reply of ours brought it.

    content_offset, tool_calls_before: characters of the text and tool calls that came before it; absent = none.
    """

    type: str
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    content_offset: int | None = None
    tool_calls_before: int | None = None


class Message(msgspec.Struct):
    role: str
    content: str | list[Part] | None = None
    name: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    is_error: bool | None = None
    reasoning_content: str | None = None
    thinking_blocks: list[ThinkingBlock] | None = None
    extra_content: dict[str, Any] | None = None
    cache_control: msgspec.Raw = ABSENT

    def parts(self) -> list[Part]:
        """The content as parts; a text is one part."""
        if isinstance(self.content, str):
            return [Part("text", text=self.content, cache_control=self.cache_control)]
        return self.content or []


class FunctionTool(msgspec.Struct):
    name: str
    description: str | None = None
    parameters: dict[str, msgspec.Raw] | None = None
    strict: bool | None = None


class Tool(msgspec.Struct):
    type: str = "function"
    function: FunctionTool | None = None
    cache_control: msgspec.Raw = ABSENT


class _NamedFunction(msgspec.Struct):
    name: str


class NamedToolChoice(msgspec.Struct):
    function: _NamedFunction


class JsonSchema(msgspec.Struct):
    name: str = "answer"
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ResponseFormat(msgspec.Struct):
    type: str = "text"
    json_schema: JsonSchema | None = None


def read_messages(fields: Fields) -> list[Message]:
    """Raises ClientError naming the field, as every function here does."""
    return cast("list[Message] | None", typed(fields, "messages", list[Message])) or []


def read_tools(fields: Fields) -> list[FunctionTool]:
    """Of tools without a `cache_control` to mind. Refuses what is no function."""
    return [function_of(tool, index) for index, tool in enumerate(read_tool_rows(fields))]


def read_tool_rows(fields: Fields) -> list[Tool]:
    return cast("list[Tool] | None", typed(fields, "tools", list[Tool])) or []


def function_of(tool: Tool, index: int) -> FunctionTool:
    if tool.type != "function" or tool.function is None:
        raise no_form(f"a tool of type {tool.type!r}", f"tools[{index}].type")
    return tool.function


def read_tool_choice(fields: Fields) -> str | NamedToolChoice | None:
    """`auto`, `none`, `required`, or the function that must be called."""
    choice = cast("str | NamedToolChoice | None", typed(fields, "tool_choice", str | NamedToolChoice))
    if isinstance(choice, str) and choice not in ("auto", "none", "required"):
        raise ClientError("invalid_value", f"tool_choice can not be {choice!r}.", param="tool_choice")
    return choice


def read_response_format(fields: Fields) -> ResponseFormat | None:
    """None for plain text."""
    wanted = cast("ResponseFormat | None", typed(fields, "response_format", ResponseFormat))
    return None if wanted is None or wanted.type == "text" else wanted


def read_stop(fields: Fields) -> list[str]:
    stop = cast("str | list[str] | None", typed(fields, "stop", str | list[str]))
    return [stop] if isinstance(stop, str) else stop or []


def read_arguments(call: ToolCall, where: str) -> msgspec.Raw:
    """The arguments as the client wrote them; `{}` for none. Raises ClientError unless they are a JSON object."""
    arguments = call.function.arguments.strip()
    try:
        msgspec.json.decode(arguments or "{}", type=dict[str, msgspec.Raw])
    except DECODE_ERRORS as exc:
        raise ClientError("invalid_value", "The arguments of a tool call are a JSON object.", param=where) from exc
    return msgspec.Raw(arguments.encode()) if arguments else EMPTY_OBJECT


def read_data_uri(url: str, where: str) -> tuple[str, str]:
    """Media type and base64 data of `data:image/png;base64,…`."""
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64") or not comma:
        raise ClientError("invalid_value", "Give an http(s) URL or a base64 data URI.", param=where)
    return head.removeprefix("data:").split(";", 1)[0].lower(), data


def is_link(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def no_form(what: str, where: str) -> ClientError:
    return ClientError("invalid_value", f"The provider's API has no form for {what}.", param=where)


def typed(fields: Fields, name: str, type_: Any) -> Any:
    """The field as a type, None if absent or null."""
    raw = fields.get(name)
    if is_null(raw):
        return None
    assert raw is not None
    try:
        return msgspec.json.decode(raw, type=type_)
    except DECODE_ERRORS as exc:
        raise ClientError("invalid_value", f"{name}: {exc}", param=name) from exc


def plain(raw: msgspec.Raw | None) -> object:
    """Decoded JSON; None if absent, null or not to be read."""
    if is_null(raw):
        return None
    assert raw is not None
    try:
        return msgspec.json.decode(raw)
    except DECODE_ERRORS:
        return None


def is_null(raw: msgspec.Raw | None) -> bool:
    return raw is None or bytes(raw) in (b"", b"null")


def number(raw: msgspec.Raw | None, default: float | None = None) -> float | int | None:
    value = plain(raw)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def text(raw: msgspec.Raw | None) -> str | None:
    value = plain(raw)
    return value if isinstance(value, str) else None


def mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
