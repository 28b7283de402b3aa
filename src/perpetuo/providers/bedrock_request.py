"""OpenAI's chat request as the body of Bedrock's Converse and ConverseStream.

Sources, read 2026-11-24: the service model of botocore 1.44.8, and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

import hashlib
import re
from collections.abc import Iterator, Mapping

import msgspec

from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest
from perpetuo.providers.anthropic_request import JSON_OBJECT_INSTRUCTION, accepted_schema
from perpetuo.providers.anthropic_thinking import Thinking, plan_thinking
from perpetuo.providers.base import Target
from perpetuo.providers.bedrock_models import Maker, maker_of
from perpetuo.providers.chat_input import (
    Fields,
    Message,
    NamedToolChoice,
    Part,
    ResponseFormat,
    ThinkingBlock,
    Tool,
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
)

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html (read 2026-11-24)
_DOCUMENT_FORMATS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_IMAGE_FORMATS: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_AUDIO_FORMATS = frozenset(
    ("mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm")
)
_SERVICE_TIERS = frozenset(("default", "flex", "priority", "reserved"))
_CACHE_TTLS = frozenset(("5m", "1h"))
WEB_SEARCH_TOOL = "nova_grounding"

# OpenAI's effort -> that of models with three levels. `none` asks for no reasoning and is not sent.
# https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-converse-api.html (read 2026-11-24)
_EFFORT_OF_THREE: Mapping[str, str] = {
    "minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high",
}  # fmt: skip

_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_.:-]")
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9\s()\[\]-]")
_METADATA_TEXT = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}", re.ASCII)
_MAX_ID_CHARS = 64
_MAX_NAME_CHARS = 200
_MAX_METADATA = 16

_JsonDict = dict[str, object]


class Encoder:
    """One request on its way into the API's shape."""

    def __init__(self, request: ChatRequest, target: Target) -> None:
        self._request = request
        self._model = target.model
        self._dropped = target.dropped
        self._maker: Maker = maker_of(target.model.id, target.model.canonical)
        self._fields: Fields = {name: raw for name, raw in request.fields.items() if name not in target.dropped}
        self._document_names: set[str] = set()
        self._messages = read_messages(self._fields)
        self._thinking = self._plan_thinking()

    def body(self) -> _JsonDict:
        messages = self._messages
        response_format = read_response_format(self._fields)
        choice = read_tool_choice(self._fields)
        tools = self._tool_config(messages, choice)
        parts: _JsonDict = {
            "messages": self._turns(messages),
            "system": self._system(messages, response_format),
            "inferenceConfig": self._inference_config(),
            "toolConfig": tools,
            "additionalModelRequestFields": self._beyond_the_form(tools),
            "outputConfig": self._output_config(response_format),
            "serviceTier": self._service_tier(),
            "requestMetadata": self._metadata(),
        }
        return {name: part for name, part in parts.items() if part or name == "messages"}

    # settings

    def _plan_thinking(self) -> Thinking | None:
        """Claude's rules are its maker's, wherever it runs; None for other makers' models."""
        if self._maker != "claude":
            return None
        limit, forced = self._request.max_output_tokens, self._request.forced_tool
        return plan_thinking(self._fields, self._model, self._messages, max_tokens=limit, forced_tool=forced)

    def _inference_config(self) -> _JsonDict:
        """temperature: OpenAI's goes to 2, this API's to 1. Later Claudes refuse it together with top_p, and either of
        them beside thinking. A stop sequence of white space is a 400. Without a limit the model's own holds."""
        config: _JsonDict = {}
        limit = self._request.max_output_tokens
        if self._thinking is not None and (limit is not None or self._thinking.is_on):
            config["maxTokens"] = self._thinking.max_tokens
        elif limit is not None:
            config["maxTokens"] = min(limit, self._model.max_output_tokens or limit)
        temperature = number(self._fields.get("temperature"))
        top_p = number(self._fields.get("top_p"))
        if temperature is not None and not self._thinks:
            config["temperature"] = min(temperature, 1)
        if top_p is not None and not self._thinks and not (self._maker == "claude" and temperature is not None):
            config["topP"] = top_p
        sequences = [sequence for sequence in read_stop(self._fields) if sequence.strip()]
        if sequences:
            config["stopSequences"] = sequences
        return config

    @property
    def _thinks(self) -> bool:
        return self._thinking is not None and self._thinking.is_on

    def _beyond_the_form(self, tools: _JsonDict) -> _JsonDict:
        """Where each maker's models expect what Converse has no field for: see `bedrock_models`."""
        top_k = number(self._fields.get("top_k"))
        one_at_a_time = plain(self._fields.get("parallel_tool_calls")) is False and bool(tools)
        effort = text(self._fields.get("reasoning_effort")) or ""
        beyond: _JsonDict = {}
        if self._maker == "claude":
            if self._thinking is not None and self._thinking.field is not None:
                beyond["thinking"] = self._thinking.field
            if top_k is not None and not self._thinks:
                beyond["top_k"] = top_k
            if one_at_a_time:
                # Merged into what toolChoice becomes, which must not be told twice.
                kind: _JsonDict = {} if "toolChoice" in tools else {"type": "auto"}
                beyond["tool_choice"] = kind | {"disable_parallel_tool_use": True}
        elif one_at_a_time:
            raise no_form("one tool call at a time", "parallel_tool_calls")
        if self._maker in ("nova", "nova-2") and top_k is not None:
            beyond["inferenceConfig"] = {"topK": top_k}
        if self._maker == "nova-2" and effort in _EFFORT_OF_THREE:
            beyond["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": _EFFORT_OF_THREE[effort]}
        if self._maker == "gpt-oss" and effort in _EFFORT_OF_THREE:
            beyond["reasoning_effort"] = _EFFORT_OF_THREE[effort]
        return beyond

    def _output_config(self, response_format: ResponseFormat | None) -> _JsonDict:
        config: _JsonDict = {}
        if self._thinking is not None and self._thinking.effort is not None:
            config["effort"] = self._thinking.effort
        if response_format is not None and response_format.json_schema is not None:
            wanted = response_format.json_schema
            # The same engine as the maker's own API, with the same limits:
            # https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-11-24)
            schema = accepted_schema(wanted.schema or {"type": "object"})
            named: _JsonDict = {"schema": msgspec.json.encode(schema).decode(), "name": wanted.name}
            if wanted.description:
                named["description"] = wanted.description
            config["textFormat"] = {"type": "json_schema", "structure": {"jsonSchema": named}}
        return config

    def _service_tier(self) -> _JsonDict:
        tier = text(self._fields.get("service_tier"))
        return {"type": tier} if tier in _SERVICE_TIERS else {}

    def _metadata(self) -> _JsonDict:
        entries = mapping(plain(self._fields.get("metadata"))).items()
        accepted = [
            (name, value)
            for name, value in entries
            if name and isinstance(value, str) and _METADATA_TEXT.fullmatch(name) and _METADATA_TEXT.fullmatch(value)
        ]
        return dict(accepted[:_MAX_METADATA])

    # tools

    def _tool_config(self, messages: list[Message], choice: str | NamedToolChoice | None) -> _JsonDict:
        """Earlier calls want tools to be declared, even when the client brings none any more; and there is no way to
        declare them and forbid their use."""
        declared = read_tool_rows(self._fields)
        names = dict.fromkeys(call.function.name for message in messages for call in message.tool_calls or ())
        if choice == "none":
            if names:
                raise no_form("earlier tool calls with `tool_choice: none`", "tool_choice")
            declared = []
        tools = [tool for index, row in enumerate(declared) for tool in self._tool(row, index)]
        if not tools:
            tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in names]
        if not is_null(self._fields.get("web_search_options")):
            if self._maker not in ("nova", "nova-2"):
                raise no_form("a web search with this model", "web_search_options")
            tools.append({"systemTool": {"name": WEB_SEARCH_TOOL}})
        config: _JsonDict = {"tools": tools} if tools else {}
        if not declared or choice is None:
            return config
        if isinstance(choice, NamedToolChoice):
            return config | {"toolChoice": {"tool": {"name": choice.function.name}}}
        nothing: _JsonDict = {}
        return config | {"toolChoice": {"any" if choice == "required" else "auto": nothing}}

    def _tool(self, row: Tool, index: int) -> Iterator[_JsonDict]:
        function = function_of(row, index)
        schema = dict(function.parameters or {})
        if "type" not in schema:
            schema = {"type": msgspec.Raw(b'"object"')} | schema
        spec: _JsonDict = {"name": function.name, "inputSchema": {"json": schema}}
        if function.description and function.description.strip():
            spec["description"] = function.description
        if function.strict and "tools.strict" not in self._dropped:
            spec["strict"] = True
        yield {"toolSpec": spec}
        yield from self._cache_point(row.cache_control)

    # messages

    def _system(self, messages: list[Message], response_format: ResponseFormat | None) -> list[_JsonDict]:
        blocks: list[_JsonDict] = []
        for index, message in enumerate(messages):
            if message.role not in ("system", "developer"):
                continue
            for number_, part in enumerate(message.parts()):
                if part.type != "text":
                    raise no_form(
                        f"a part of type {part.type!r} in a system message", f"messages[{index}].content[{number_}]"
                    )
                if part.text and part.text.strip():
                    blocks.append({"text": part.text})
                    blocks.extend(self._cache_point(part.cache_control))
        if response_format is not None and response_format.type == "json_object":
            blocks.append({"text": JSON_OBJECT_INSTRUCTION})
        return blocks

    def _turns(self, messages: list[Message]) -> list[_JsonDict]:
        """Roles alternate: neighbours of one role become one message. Results of tools are the user's."""
        turns: list[tuple[str, list[_JsonDict]]] = []
        for index, message in enumerate(messages):
            if message.role in ("system", "developer"):
                continue
            role = "assistant" if message.role == "assistant" else "user"
            blocks = self._blocks(message, index)
            if not blocks:
                continue
            if turns and turns[-1][0] == role:
                turns[-1][1].extend(blocks)
            else:
                turns.append((role, blocks))
        if turns and turns[-1][0] == "assistant":
            _strip_prefill(turns[-1][1])
        for _, blocks in turns:
            if any("document" in block for block in blocks) and not any("text" in block for block in blocks):
                raise no_form("a file without a text beside it", "messages")
        return [{"role": role, "content": blocks} for role, blocks in turns]

    def _blocks(self, message: Message, index: int) -> list[_JsonDict]:
        where = f"messages[{index}]"
        if message.role == "user":
            return list(self._content_blocks(message, f"{where}.content"))
        if message.role == "assistant":
            return self._assistant_blocks(message, where)
        if message.role == "tool":
            return list(self._tool_result(message, where))
        raise no_form(f"the role {message.role!r}", f"{where}.role")

    def _tool_result(self, message: Message, where: str) -> Iterator[_JsonDict]:
        """A cache mark inside goes behind the result, and an empty result says so: the API refuses an empty text.
        https://github.com/NousResearch/hermes-agent/issues/55092 (read 2026-11-24)"""
        if not message.tool_call_id:
            raise ClientError("missing_field", "A tool message names its call.", param=f"{where}.tool_call_id")
        blocks = list(self._content_blocks(message, f"{where}.content"))
        content = [block for block in blocks if "cachePoint" not in block]
        if any("audio" in block for block in content):
            raise no_form("audio in a tool's result", f"{where}.content")
        result: _JsonDict = {"toolUseId": _call_id(message.tool_call_id), "content": content or [{"text": "(empty)"}]}
        if message.is_error and "tool.is_error" not in self._dropped:
            result["status"] = "error"
        yield {"toolResult": result}
        yield from [block for block in blocks if "cachePoint" in block][-1:]

    def _assistant_blocks(self, message: Message, where: str) -> list[_JsonDict]:
        """In the order in which the model wrote them: what it signed is good only in its place."""
        calls: list[_JsonDict] = []
        for index, call in enumerate(message.tool_calls or ()):
            arguments = read_arguments(call, f"{where}.tool_calls[{index}].function.arguments")
            tool = {"toolUseId": _call_id(call.id), "name": call.function.name, "input": arguments}
            calls.append({"toolUse": tool})
        thinking = [] if "assistant.thinking_blocks" in self._dropped else message.thinking_blocks or []
        if not isinstance(message.content, str) or not thinking:
            return [*_in_order(thinking, "", []), *self._content_blocks(message, f"{where}.content"), *calls]
        return [*_in_order(thinking, message.content, calls), *self._cache_point(message.cache_control)]

    def _content_blocks(self, message: Message, where: str) -> Iterator[_JsonDict]:
        """Blank texts are left out: the API refuses them."""
        for index, part in enumerate(message.parts()):
            block = self._block(part, where if isinstance(message.content, str) else f"{where}[{index}]")
            if block is not None:
                yield block
                yield from self._cache_point(part.cache_control)

    def _block(self, part: Part, where: str) -> _JsonDict | None:
        match part.type:
            case "text":
                return {"text": part.text} if part.text and part.text.strip() else None
            case "refusal":
                return {"text": part.refusal} if part.refusal and part.refusal.strip() else None
            case "image_url" if part.image_url is not None:
                return self._image(part.image() or "", f"{where}.image_url.url")
            case "file" if part.file is not None and part.file.file_data:
                return self._document(part.file.file_data, part.file.filename, f"{where}.file.file_data")
            case "input_audio" if part.input_audio is not None:
                audio = part.input_audio
                if audio.format not in _AUDIO_FORMATS:
                    raise no_form(f"audio of the format {audio.format!r}", f"{where}.input_audio.format")
                return {"audio": {"format": audio.format, "source": {"bytes": audio.data}}}
            case _:
                raise no_form(f"a part of type {part.type!r} in this form", where)

    def _image(self, url: str, where: str) -> _JsonDict:
        if is_link(url):
            raise no_form("an image by URL", where)
        media_type, data = read_data_uri(url, where)
        if media_type in _DOCUMENT_FORMATS:
            return self._document(url, None, where)
        if media_type not in _IMAGE_FORMATS:
            raise no_form(f"an image of type {media_type!r}", where)
        return {"image": {"format": _IMAGE_FORMATS[media_type], "source": {"bytes": data}}}

    def _document(self, file_data: str, filename: str | None, where: str) -> _JsonDict:
        is_uri = file_data.startswith("data:")
        media_type, data = read_data_uri(file_data, where) if is_uri else ("application/pdf", file_data)
        if media_type not in _DOCUMENT_FORMATS:
            raise no_form(f"a file of type {media_type!r}", where)
        name = self._document_name(filename)
        return {"document": {"format": _DOCUMENT_FORMATS[media_type], "name": name, "source": {"bytes": data}}}

    def _document_name(self, filename: str | None) -> str:
        """Letters, digits, hyphens, brackets, single spaces; different from all others of the request."""
        stem = (filename or "").rpartition(".")[0] or filename or ""
        name = " ".join(_NOT_IN_NAMES.sub(" ", stem).split())[: _MAX_NAME_CHARS - 10] or "document"
        unique, count = name, 1
        while unique in self._document_names:
            count += 1
            unique = f"{name} {count}"
        self._document_names.add(unique)
        return unique

    def _cache_point(self, mark: msgspec.Raw) -> Iterator[_JsonDict]:
        if is_null(mark) or "content.cache_control" in self._dropped:
            return
        point: _JsonDict = {"type": "default"}
        ttl = mapping(plain(mark)).get("ttl")
        if ttl in _CACHE_TTLS:
            point["ttl"] = ttl
        yield {"cachePoint": point}


def _in_order(thinking: list[ThinkingBlock], content: str, calls: list[_JsonDict]) -> Iterator[_JsonDict]:
    """Thinking where it stood between the pieces of the text and the calls."""
    at = called = 0
    for block in thinking:
        encoded = _reasoning(block)
        if encoded is None:
            continue
        before = min(max(block.tool_calls_before or 0, called), len(calls))
        cut = len(content) if before else min(max(block.content_offset or 0, at), len(content))
        yield from _text(content[at:cut])
        yield from calls[called:before]
        yield {"reasoningContent": encoded}
        at, called = cut, before
    yield from _text(content[at:])
    yield from calls[called:]


def _text(content: str) -> Iterator[_JsonDict]:
    if content.strip():
        yield {"text": content}


def _reasoning(block: ThinkingBlock) -> _JsonDict | None:
    """Unsigned thinking would be refused, and is not needed to go on."""
    if block.type == "thinking" and block.signature:
        return {"reasoningText": {"text": block.thinking or "", "signature": block.signature}}
    if block.type == "redacted_thinking" and block.data:
        return {"redactedContent": block.data}
    return None


def _call_id(call_id: str) -> str:
    """The API's alphabet and length for ids; a longer one becomes its digest, the same in call and result."""
    if len(call_id) > _MAX_ID_CHARS:
        return hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()
    return _NOT_IN_IDS.sub("_", call_id)


def _strip_prefill(blocks: list[_JsonDict]) -> None:
    """An assistant's last text that ends in white space is refused."""
    last = blocks[-1].get("text")
    if isinstance(last, str):
        blocks[-1]["text"] = last.rstrip()
