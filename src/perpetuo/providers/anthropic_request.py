"""OpenAI's chat request as the body of Anthropic's `/v1/messages`.

Sources, read 2026-11-24: https://platform.claude.com/docs/en/api/messages,
https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest
from perpetuo.providers.anthropic_thinking import Thinking, plan_thinking
from perpetuo.providers.base import Target
from perpetuo.providers.chat_input import (
    FunctionTool,
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
    text,
    typed,
)

JSON_OBJECT_INSTRUCTION = "Answer with one valid JSON object and nothing else: no prose around it, no code fence."
"""Stands in for `response_format: json_object`, which this API does not have."""

WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
"""The version that every model and platform has; later ones run code between search and answer."""

_JsonDict = dict[str, object]
_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]")
_TEXT_TYPES = ("application/json", "application/xml", "application/yaml")
_LOWEST_TOP_P_BESIDE_THINKING = 0.95

# OpenAI's -> Anthropic's: https://platform.claude.com/docs/en/api/service-tiers (read 2026-11-24). `flex` and `scale`
# have no counterpart; `auto` is what happens anyway.
_SERVICE_TIERS = {"default": "standard_only", "standard_only": "standard_only", "priority": "auto", "auto": "auto"}


class _Approximate(msgspec.Struct):
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class _UserLocation(msgspec.Struct):
    approximate: _Approximate | None = None


class _WebSearch(msgspec.Struct):
    user_location: _UserLocation | None = None


def encode_body(request: ChatRequest, target: Target) -> _JsonDict:
    """Raises ClientError for content that the API has no form for."""
    return _Encoder(request, target).body()


class _Encoder:
    def __init__(self, request: ChatRequest, target: Target) -> None:
        self._request = request
        self._target = target
        self._dropped = target.dropped
        self._fields = {name: value for name, value in request.fields.items() if name not in target.dropped}
        self._messages = read_messages(self._fields)

    def body(self) -> _JsonDict:
        thinking = self._thinking()
        body: _JsonDict = dict(self._target.vendor.body_fields)
        if "{model}" not in (self._target.vendor.chat_path or ""):
            body["model"] = self._target.model.id
        body |= {"max_tokens": thinking.max_tokens, "messages": self._turns()}
        system = self._system()
        if system:
            body["system"] = system
        if self._request.stream:
            body["stream"] = True
        if thinking.field is not None:
            body["thinking"] = thinking.field
        body |= self._output_config(thinking)
        body |= self._sampling(thinking)
        body |= self._tools()
        body |= self._account()
        if not is_null(self._fields.get("cache_control")):
            body["cache_control"] = self._fields["cache_control"]
        return body

    def _thinking(self) -> Thinking:
        return plan_thinking(
            self._fields,
            self._target.model,
            self._messages,
            max_tokens=self._request.max_output_tokens,
            forced_tool=self._request.forced_tool,
        )

    def _output_config(self, thinking: Thinking) -> _JsonDict:
        config: _JsonDict = {}
        wanted = read_response_format(self._fields)
        if wanted is not None and wanted.type == "json_schema" and wanted.json_schema is not None:
            schema = accepted_schema(wanted.json_schema.schema or {"type": "object"})
            config["format"] = {"type": "json_schema", "schema": schema}
        if thinking.effort is not None:
            config["effort"] = thinking.effort
        return {"output_config": config} if config else {}

    def _sampling(self, thinking: Thinking) -> _JsonDict:
        """OpenAI's temperature goes to 2, this API's to 1: what is above becomes 1. With a temperature there is no
        top_p: Claude 4.1 and later refuse the pair. Beside thinking neither temperature nor top_k is taken, and top_p
        only near 1. A stop sequence of nothing but white space is a 400 and left out."""
        sampling: _JsonDict = {}
        temperature, top_p, top_k = (number(self._fields.get(name)) for name in ("temperature", "top_p", "top_k"))
        if thinking.is_on:
            temperature = top_k = None
            top_p = top_p if top_p is not None and top_p >= _LOWEST_TOP_P_BESIDE_THINKING else None
        if temperature is not None:
            sampling["temperature"] = min(temperature, 1)
        elif top_p is not None:
            sampling["top_p"] = top_p
        if top_k is not None:
            sampling["top_k"] = top_k
        sequences = [sequence for sequence in read_stop(self._fields) if sequence.strip()]
        if sequences:
            sampling["stop_sequences"] = sequences
        return sampling

    def _account(self) -> _JsonDict:
        """Who asks, and with which priority. Of OpenAI's metadata there is a place for `user_id` alone."""
        account: _JsonDict = {}
        of_metadata = mapping(plain(self._fields.get("metadata"))).get("user_id")
        names = (text(self._fields.get("user")), text(self._fields.get("safety_identifier")), of_metadata)
        user_id = next((name for name in names if isinstance(name, str) and name), None)
        if user_id is not None:
            account["metadata"] = {"user_id": user_id}
        tier = _SERVICE_TIERS.get(text(self._fields.get("service_tier")) or "")
        if tier is not None:
            account["service_tier"] = tier
        return account

    # --- tools ---

    def _tools(self) -> _JsonDict:
        declared: list[_JsonDict] = [
            self._tool(function_of(tool, index)) | self._cache_control(tool.cache_control)
            for index, tool in enumerate(read_tool_rows(self._fields))
        ]
        search = self._web_search()
        encoded: _JsonDict = {}
        if not declared:
            # Earlier calls want their tools declared, even when none may be called any more.
            names = dict.fromkeys(call.function.name for message in self._messages for call in message.tool_calls or ())
            declared = [{"name": name, "input_schema": {"type": "object"}} for name in names]
            if declared and search is None:
                encoded["tool_choice"] = {"type": "none"}
        else:
            choice = self._tool_choice()
            if choice is not None:
                encoded["tool_choice"] = choice
        if search is not None:
            if any(tool["name"] == search["name"] for tool in declared):
                raise no_form("a function of the name of its own web search", "tools")
            declared.append(search)
        return encoded | {"tools": declared} if declared else {}

    def _tool(self, function: FunctionTool) -> _JsonDict:
        schema: _JsonDict = dict(function.parameters or {})
        if "type" not in schema:
            schema = {"type": "object"} | schema
        described: _JsonDict = {"name": function.name, "input_schema": schema}
        if function.description:
            described["description"] = function.description
        if function.strict and "tools.strict" not in self._dropped:
            described["strict"] = True
            described["input_schema"] = accepted_schema(msgspec.json.decode(msgspec.json.encode(schema)))
        return described

    def _tool_choice(self) -> _JsonDict | None:
        wanted = read_tool_choice(self._fields)
        choice: _JsonDict | None = None
        if isinstance(wanted, NamedToolChoice):
            choice = {"type": "tool", "name": wanted.function.name}
        elif wanted is not None:
            choice = {"type": {"auto": "auto", "none": "none", "required": "any"}[wanted]}
        if plain(self._fields.get("parallel_tool_calls")) is False and (choice is None or choice["type"] != "none"):
            choice = (choice or {"type": "auto"}) | {"disable_parallel_tool_use": True}
        return choice

    def _web_search(self) -> _JsonDict | None:
        """`search_context_size` has no counterpart."""
        wanted = cast("_WebSearch | None", typed(self._fields, "web_search_options", _WebSearch))
        if wanted is None:
            return None
        tool: _JsonDict = dict(WEB_SEARCH)
        if wanted.user_location is not None and wanted.user_location.approximate is not None:
            place = msgspec.structs.asdict(wanted.user_location.approximate)
            known = {name: value for name, value in place.items() if value}
            tool["user_location"] = {"type": "approximate"} | known
        return tool

    # --- messages ---

    def _system(self) -> list[_JsonDict]:
        system: list[_JsonDict] = []
        for index, message in enumerate(self._messages):
            if message.role in ("system", "developer"):
                system += self._marked(list(self._content(message, f"messages[{index}].content")), message)
        wanted = read_response_format(self._fields)
        if wanted is not None and wanted.type == "json_object":
            system.append({"type": "text", "text": JSON_OBJECT_INSTRUCTION})
        return system

    def _turns(self) -> list[_JsonDict]:
        """Roles alternate: neighbours of one role become one message. Results of tools are the user's."""
        turns: list[tuple[str, list[_JsonDict]]] = []
        for index, message in enumerate(self._messages):
            if message.role in ("system", "developer"):
                continue
            role = "assistant" if message.role == "assistant" else "user"
            blocks = self._marked(self._blocks(message, f"messages[{index}]"), message)
            if not blocks:
                continue
            if turns and turns[-1][0] == role:
                turns[-1][1].extend(blocks)
            else:
                turns.append((role, blocks))
        if turns and turns[-1][0] == "assistant":
            _strip_prefill(turns[-1][1])
        return [{"role": role, "content": blocks} for role, blocks in turns]

    def _blocks(self, message: Message, where: str) -> list[_JsonDict]:
        match message.role:
            case "user":
                return list(self._content(message, f"{where}.content"))
            case "assistant":
                return self._assistant_blocks(message, where)
            case "tool":
                return [self._tool_result(message, where)]
            case _:
                raise no_form(f"the role {message.role!r}", f"{where}.role")

    def _assistant_blocks(self, message: Message, where: str) -> list[_JsonDict]:
        """In the order in which the model wrote them: what it signed is good only in its place."""
        thinking = [] if "assistant.thinking_blocks" in self._dropped else message.thinking_blocks or []
        calls = [
            _tool_use(call, f"{where}.tool_calls[{index}].function.arguments")
            for index, call in enumerate(message.tool_calls or ())
        ]
        if isinstance(message.content, str):
            return list(_in_order(thinking, message.content, calls))
        return [*_in_order(thinking, "", []), *self._content(message, f"{where}.content"), *calls]

    def _tool_result(self, message: Message, where: str) -> _JsonDict:
        if not message.tool_call_id:
            raise ClientError("missing_field", "A tool message names its call.", param=f"{where}.tool_call_id")
        result: _JsonDict = {"type": "tool_result", "tool_use_id": _call_id(message.tool_call_id)}
        content = list(self._content(message, f"{where}.content"))
        if content:
            result["content"] = content
        if message.is_error and "tool.is_error" not in self._dropped:
            result["is_error"] = True
        return result

    def _content(self, message: Message, where: str) -> Iterator[_JsonDict]:
        """Texts of nothing but white space are left out: the API refuses them."""
        if isinstance(message.content, str):
            yield from _text(message.content)
            return
        for index, part in enumerate(message.content or ()):
            for block in _part_blocks(part, f"{where}[{index}]"):
                yield block | self._cache_control(part.cache_control)

    def _marked(self, blocks: list[_JsonDict], message: Message) -> list[_JsonDict]:
        """A cache mark of the whole message stands on its last block; thinking takes none."""
        if blocks and "thinking" not in str(blocks[-1]["type"]):
            blocks[-1] = self._cache_control(message.cache_control) | blocks[-1]
        return blocks

    def _cache_control(self, raw: msgspec.Raw) -> _JsonDict:
        """A mark this API knows and OpenAI's does not; clients set it on parts, messages and tools all the same."""
        return {} if is_null(raw) or "content.cache_control" in self._dropped else {"cache_control": raw}


def _in_order(thinking: list[ThinkingBlock], content: str, calls: list[_JsonDict]) -> Iterator[_JsonDict]:
    """Thinking where it stood between the pieces of the text and the calls."""
    at = called = 0
    for block in thinking:
        encoded = _thinking_block(block)
        if encoded is None:
            continue
        before = min(max(block.tool_calls_before or 0, called), len(calls))
        cut = len(content) if before else min(max(block.content_offset or 0, at), len(content))
        yield from _text(content[at:cut])
        yield from calls[called:before]
        yield encoded
        at, called = cut, before
    yield from _text(content[at:])
    yield from calls[called:]


def _thinking_block(block: ThinkingBlock) -> _JsonDict | None:
    """Unsigned thinking would be refused, and is not needed to go on."""
    if block.type == "thinking" and block.signature:
        return {"type": "thinking", "thinking": block.thinking or "", "signature": block.signature}
    if block.type == "redacted_thinking" and block.data:
        return {"type": "redacted_thinking", "data": block.data}
    return None


def _part_blocks(part: Part, where: str) -> Iterator[_JsonDict]:
    match part.type:
        case "text":
            yield from _text(part.text or "")
        case "refusal":
            yield from _text(part.refusal or "")
        case "image_url" if part.image_url is not None:
            yield _image(part.image() or "", f"{where}.image_url.url")
        case "file" if part.file is not None and part.file.file_data:
            yield _document(part.file.file_data, part.file.filename, f"{where}.file.file_data")
        case _:
            raise no_form(f"a part of type {part.type!r} in this form", where)


def _text(content: str) -> Iterator[_JsonDict]:
    if content.strip():
        yield {"type": "text", "text": content}


def _image(url: str, where: str) -> _JsonDict:
    if is_link(url):
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type, data = read_data_uri(url, where)
    if media_type == "application/pdf":
        return _document(url, None, where)
    media_type = "image/jpeg" if media_type == "image/jpg" else media_type
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _document(file_data: str, filename: str | None, where: str) -> _JsonDict:
    """A link, a data URI, or the bare base64 of a PDF."""
    source: _JsonDict
    if is_link(file_data):
        source = {"type": "url", "url": file_data}
    else:
        media_type, data = (
            read_data_uri(file_data, where) if file_data.startswith("data:") else ("application/pdf", file_data)
        )
        if media_type.startswith("text/") or media_type in _TEXT_TYPES:
            source = {"type": "text", "media_type": "text/plain", "data": _decoded_text(data, where)}
        elif media_type == "application/pdf":
            source = {"type": "base64", "media_type": media_type, "data": data}
        else:
            raise no_form(f"a file of type {media_type!r}", where)
    block: _JsonDict = {"type": "document", "source": source}
    if filename:
        block["title"] = filename
    return block


def _decoded_text(data: str, where: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as exc:
        raise ClientError("invalid_value", "The file is not the base64 of UTF-8 text.", param=where) from exc


def _tool_use(call: ToolCall, where: str) -> _JsonDict:
    return {
        "type": "tool_use",
        "id": _call_id(call.id),
        "name": call.function.name,
        "input": read_arguments(call, where),
    }


def _call_id(call_id: str) -> str:
    """The API's alphabet for ids. Other vendors write `functions.get_weather:0`."""
    return _NOT_IN_IDS.sub("_", call_id)


def _strip_prefill(blocks: list[_JsonDict]) -> None:
    """An assistant's last text that ends in white space is refused."""
    last = blocks[-1].get("text")
    if blocks[-1]["type"] == "text" and isinstance(last, str):
        blocks[-1]["text"] = last.rstrip()


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
