"""OpenAI's chat request in, the body of Google's generateContent out.

Sources, read 2026-11-24: https://ai.google.dev/api/generate-content, https://ai.google.dev/api/caching (Content, Part,
Tool, ToolConfig), https://ai.google.dev/gemini-api/docs/function-calling, and the types of google-genai 3.6.1, which
serves both of Google's hosts.
"""

import re
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import msgspec

from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest
from perpetuo.providers.base import Target
from perpetuo.providers.chat_input import (
    Fields,
    FunctionTool,
    Message,
    NamedToolChoice,
    Part,
    ToolCall,
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
    read_tools,
    text,
    typed,
)

Parts = list[dict[str, object]]

FOREIGN_SIGNATURE = "skip_thought_signature_validator"
"""Stands for the signature of a call that this API did not write: Gemini 3 refuses a current turn whose first call has
none. From the FAQ of https://ai.google.dev/gemini-api/docs/thought-signatures, as public clients use it (read
2026-11-24)."""

LEVELS_SINCE = (3, 0)
"""Thinking is set by level from Gemini 3 on and by a budget of tokens before; either is a 400 with the other kind.
https://ai.google.dev/gemini-api/docs/thinking (read 2026-11-24). The same models sign their calls, take media inside a
function's response and write JSON by schema beside tools."""
BUDGETS_SINCE = (2, 5)

# The table of https://ai.google.dev/gemini-api/docs/openai#thinking, out of copies in public repositories (read
# 2026-11-24).
BUDGET_OF_EFFORT = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
LEVEL_OF_EFFORT = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "xhigh": "HIGH", "max": "HIGH"}

# As google-genai 3.6.1 names them (read 2026-11-24).
SERVICE_TIER = {"default": "standard", "flex": "flex", "priority": "priority"}

# https://ai.google.dev/gemini-api/docs/file-input-methods (read 2026-11-24): a link needs its media type.
MEDIA_TYPE_OF_ENDING = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "xml": "text/xml",
    "mp3": "audio/mp3",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mov": "video/mov",
}
MODALITY = {"text": "TEXT", "image": "IMAGE"}
_GENERATION = re.compile(r"gemini-(\d{1,3})(?:\.(\d{1,3}))?(?!\d)")
_UPLOADED = re.compile(r"https://generativelanguage\.googleapis\.com/v1[a-z]*/files/[a-z0-9-]+$")
_INT32_VALUES = 2**31


def encode_body(request: ChatRequest, fields: Fields, target: Target) -> dict[str, object]:
    """Raises ClientError for content that the API has no form for."""
    generation = generation_of(target.model.id)
    signed = "assistant.thought_signature" not in target.dropped
    messages = read_messages(fields)
    system = [
        part
        for index, message in enumerate(messages)
        if message.role in ("system", "developer")
        for part in _content_parts(message, f"messages[{index}].content")
    ]
    contents = _Contents(messages, generation, signed).all()
    body: dict[str, object] = {}
    if contents:
        body["contents"] = contents
        if system:
            body["systemInstruction"] = {"parts": system}
    else:  # the API wants a turn to answer
        body["contents"] = [{"role": "user", "parts": system}]
    tools = read_tools(fields)
    body |= _tools(fields, tools)
    config = _sampling(fields) | _output(request, fields, generation, has_tools=bool(tools))
    config |= _thinking(fields, target.model.id, generation)
    if config:
        body["generationConfig"] = config
    tier = SERVICE_TIER.get(text(fields.get("service_tier")) or "")
    if tier is not None:
        body["serviceTier"] = tier
    return body


def generation_of(model_id: str) -> tuple[int, int]:
    """`(2, 5)` of `gemini-2.5-pro`. A Gemini without a number is an alias of a new one; other models are taken for old
    ones, which have the fewest fields."""
    found = _GENERATION.search(model_id)
    if found is None:
        return LEVELS_SINCE if "gemini" in model_id else (0, 0)
    return int(found[1]), int(found[2] or 0)


def _sampling(fields: Fields) -> dict[str, object]:
    config: dict[str, object] = {}
    for name, theirs in (
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("top_k", "topK"),
        ("presence_penalty", "presencePenalty"),
        ("frequency_penalty", "frequencyPenalty"),
        ("n", "candidateCount"),
    ):
        value = number(fields.get(name))
        if value is not None and (name != "n" or value != 1):
            config[theirs] = value
    seed = number(fields.get("seed"))
    if seed is not None:
        config["seed"] = int(seed) % _INT32_VALUES  # the API's seed has 32 bits
    sequences = [sequence for sequence in read_stop(fields) if sequence]
    if sequences:
        config["stopSequences"] = sequences
    return config


def _output(request: ChatRequest, fields: Fields, generation: tuple[int, int], *, has_tools: bool) -> dict[str, object]:
    config: dict[str, object] = {}
    if request.max_output_tokens is not None:
        config["maxOutputTokens"] = request.max_output_tokens
    if plain(fields.get("logprobs")) is True:
        config["responseLogprobs"] = True
        top = number(fields.get("top_logprobs"))
        if top is not None:
            config["logprobs"] = top
    modalities = cast("list[str] | None", typed(fields, "modalities", list[str]))
    if modalities is not None and modalities != ["text"]:
        config["responseModalities"] = [_modality(name) for name in modalities]
    wanted = read_response_format(fields)
    if wanted is not None:
        if has_tools and generation < LEVELS_SINCE:
            # "Function calling with a response mime type: 'application/json' is unsupported"
            raise no_form("tools together with a JSON answer, for this model", "response_format")
        config["responseMimeType"] = "application/json"
        if wanted.json_schema is not None and wanted.json_schema.schema is not None:
            config["responseJsonSchema"] = wanted.json_schema.schema
    return config


def _modality(name: str) -> str:
    if name not in MODALITY:
        raise no_form(f"answers as {name!r}", "modalities")
    return MODALITY[name]


def _thinking(fields: Fields, model_id: str, generation: tuple[int, int]) -> dict[str, object]:
    """Thoughts are shown to a client that asked for thinking. Models before 2.5 have nothing to set."""
    wanted = mapping(plain(fields.get("thinking")))
    effort = text(fields.get("reasoning_effort"))
    kind = wanted.get("type")
    off = kind == "disabled" or (kind is None and effort == "none")
    if generation < BUDGETS_SINCE or (kind is None and effort is None):
        return {}
    by_level = generation >= LEVELS_SINCE
    config: dict[str, object] = {}
    budget = wanted.get("budget_tokens")
    if off:
        config = _least_level(model_id) if by_level else {"thinkingBudget": _clamped(0, model_id)}
    elif kind == "enabled" and isinstance(budget, int) and not isinstance(budget, bool):
        config = {"thinkingLevel": _level_of(budget)} if by_level else {"thinkingBudget": _clamped(budget, model_id)}
    elif effort is not None and by_level:
        level = LEVEL_OF_EFFORT.get(effort)
        config = {"thinkingLevel": level} if level else _least_level(model_id) if effort == "minimal" else {}
    elif effort in BUDGET_OF_EFFORT:
        config = {"thinkingBudget": _clamped(BUDGET_OF_EFFORT[effort], model_id)}
    if not off:
        config["includeThoughts"] = True
    return {"thinkingConfig": config}


def _level_of(budget_tokens: int) -> str:
    """The least level whose budget holds it."""
    return next(
        (LEVEL_OF_EFFORT[effort] for effort in LEVEL_OF_EFFORT if budget_tokens <= BUDGET_OF_EFFORT[effort]), "HIGH"
    )


def _least_level(model_id: str) -> dict[str, object]:
    """Only the Flash models know `MINIMAL`: https://ai.google.dev/gemini-api/docs/thinking (read 2026-11-24)."""
    return {"thinkingLevel": "MINIMAL" if "flash" in model_id else "LOW"}


def _clamped(budget_tokens: int, model_id: str) -> int:
    """Ranges of 2.5, whose Pro can not be kept from thinking: https://ai.google.dev/gemini-api/docs/thinking."""
    if "flash" not in model_id:
        return min(max(budget_tokens, 128), 32_768)
    if budget_tokens <= 0:
        return 0
    return min(max(budget_tokens, 512 if "lite" in model_id else 1), 24_576)


# --- tools ---


def _tools(fields: Fields, declared: list[FunctionTool]) -> dict[str, object]:
    searches = not is_null(fields.get("web_search_options"))
    if searches and declared:
        raise no_form("a web search beside functions", "web_search_options")
    if searches:
        return {"tools": [{"googleSearch": {}}]}
    if not declared:
        return {}
    encoded: dict[str, object] = {"tools": [{"functionDeclarations": [_declaration(tool) for tool in declared]}]}
    config = _calling_config(fields)
    if config is not None:
        encoded["toolConfig"] = {"functionCallingConfig": config}
    return encoded


def _declaration(tool: FunctionTool) -> dict[str, object]:
    described: dict[str, object] = {"name": tool.name}
    if tool.description:
        described["description"] = tool.description
    if tool.parameters:
        schema: dict[str, object] = dict(tool.parameters)
        described["parametersJsonSchema"] = schema if "type" in schema else {"type": "object"} | schema
    return described


def _calling_config(fields: Fields) -> dict[str, object] | None:
    listed = mapping(plain(fields.get("tool_choice")))
    if listed and listed.get("type") != "function":
        return _allowed_tools(listed)
    wanted = read_tool_choice(fields)
    if isinstance(wanted, NamedToolChoice):
        return {"mode": "ANY", "allowedFunctionNames": [wanted.function.name]}
    return None if wanted is None else {"mode": {"auto": "AUTO", "none": "NONE", "required": "ANY"}[wanted]}


class _AllowedFunction(msgspec.Struct):
    name: str


class _AllowedTool(msgspec.Struct):
    function: _AllowedFunction


class _AllowedTools(msgspec.Struct):
    tools: list[_AllowedTool]
    mode: str = "auto"


def _allowed_tools(choice: dict[str, object]) -> dict[str, object]:
    """`VALIDATED` is `AUTO` with a list: https://ai.google.dev/gemini-api/docs/function-calling (read 2026-11-24)."""
    if choice.get("type") != "allowed_tools":
        raise no_form(f"a tool choice of type {choice.get('type')!r}", "tool_choice.type")
    try:
        allowed = msgspec.convert(choice.get("allowed_tools"), _AllowedTools)
    except msgspec.ValidationError as exc:
        raise ClientError("invalid_value", f"tool_choice: {exc}", param="tool_choice.allowed_tools") from exc
    names = [tool.function.name for tool in allowed.tools]
    return {"mode": "ANY" if allowed.mode == "required" else "VALIDATED", "allowedFunctionNames": names}


# --- messages ---


class _Contents:
    """The turns. Neighbours of one role are one turn, except that results of functions stand alone: the API wants them
    directly behind their calls, and as many."""

    def __init__(self, messages: list[Message], generation: tuple[int, int], signed: bool) -> None:
        self._messages = messages
        self._generation = generation
        self._signed = signed
        self._names = {call.id: call.function.name for message in messages for call in message.tool_calls or ()}
        self._turns: list[tuple[str, Parts]] = []
        self._media: Parts = []  # of results, where the model has no place for it inside them

    def all(self) -> list[dict[str, object]]:
        last_user = max((at for at, message in enumerate(self._messages) if message.role == "user"), default=-1)
        for index, message in enumerate(self._messages):
            where = f"messages[{index}]"
            if message.role != "tool":
                self._flush_media()
            if message.role == "user":
                self._add("user", list(_content_parts(message, f"{where}.content")))
            elif message.role == "assistant":
                self._add("model", self._answer(message, where, is_current=index > last_user))
            elif message.role == "tool":
                self._add("results", [self._result(message, where)])
            elif message.role not in ("system", "developer"):
                raise no_form(f"the role {message.role!r}", f"{where}.role")
        self._flush_media()
        return [{"role": "user" if kind == "results" else kind, "parts": parts} for kind, parts in self._turns]

    def _add(self, kind: str, parts: Parts) -> None:
        if not parts:
            return
        if self._turns and self._turns[-1][0] == kind:
            self._turns[-1][1].extend(parts)
        else:
            self._turns.append((kind, parts))

    def _flush_media(self) -> None:
        if self._media:
            self._add("user", self._media)
            self._media = []

    def _answer(self, message: Message, where: str, *, is_current: bool) -> Parts:
        google = mapping((message.extra_content or {}).get("google")) if self._signed else {}
        parts = _kept_parts(google.get("parts"))
        parts += _content_parts(message, f"{where}.content")
        signature = google.get("thought_signature")
        if isinstance(signature, str) and signature:
            texts = [part for part in parts if "text" in part and "thoughtSignature" not in part]
            if texts:
                texts[-1]["thoughtSignature"] = signature
            else:
                parts.append({"text": "", "thoughtSignature": signature})
        calls = [
            self._call(call, f"{where}.tool_calls[{number_}].function.arguments")
            for number_, call in enumerate(message.tool_calls or ())
        ]
        if calls and is_current and self._generation >= LEVELS_SINCE and "thoughtSignature" not in calls[0]:
            calls[0]["thoughtSignature"] = FOREIGN_SIGNATURE
        return parts + calls

    def _call(self, call: ToolCall, where: str) -> dict[str, object]:
        arguments = read_arguments(call, where)
        part: dict[str, object] = {"functionCall": {"id": call.id, "name": call.function.name, "args": arguments}}
        signature = mapping((call.extra_content or {}).get("google")).get("thought_signature")
        if self._signed and isinstance(signature, str) and signature:
            part["thoughtSignature"] = signature
        return part

    def _result(self, message: Message, where: str) -> dict[str, object]:
        call_id = message.tool_call_id or ""
        name = self._names.get(call_id) or message.name
        if not name:
            raise ClientError(
                "invalid_value", "The result answers no call of the conversation.", param=f"{where}.tool_call_id"
            )
        texts: list[str] = []
        media: Parts = []
        for part in _content_parts(message, f"{where}.content"):
            shown = part.get("text")
            if isinstance(shown, str):
                texts.append(shown)
            else:
                media.append(part)
        key = "error" if message.is_error else "output"
        response: dict[str, object] = {"id": call_id, "name": name, "response": {key: "".join(texts)}}
        if media and self._generation >= LEVELS_SINCE:
            # https://ai.google.dev/gemini-api/docs/function-calling#multimodal (read 2026-11-24)
            response["parts"] = media
        else:
            self._media += media
        return {"functionResponse": response}


def _kept_parts(kept: object) -> Parts:
    """Parts of an earlier answer that OpenAI's shape has no form for, as `decode` had put them aside."""
    listed = cast("list[object]", kept) if isinstance(kept, list) else []
    return [dict(part) for part in map(mapping, listed) if part]


def _content_parts(message: Message, where: str) -> Iterator[dict[str, object]]:
    """Empty texts are left out: a turn of nothing else is refused."""
    if isinstance(message.content, str):
        if message.content:
            yield {"text": message.content}
        return
    for index, part in enumerate(message.content or ()):
        encoded = _part(part, f"{where}[{index}]")
        if encoded is not None:
            yield encoded


def _part(part: Part, where: str) -> dict[str, object] | None:
    match part.type:
        case "text":
            return {"text": part.text} if part.text else None
        case "refusal":
            return {"text": part.refusal} if part.refusal else None
        case "image_url" if part.image_url is not None:
            return _media(part.image() or "", "image/jpeg", f"{where}.image_url.url")
        case "file" if part.file is not None and part.file.file_data:
            data = part.file.file_data
            if not is_link(data) and not data.startswith(("data:", "gs://")):
                return _inline("application/pdf", data)  # bare base64, as OpenAI takes it
            return _media(data, "application/pdf", f"{where}.file.file_data")
        case "input_audio" if part.input_audio is not None:
            return _inline(f"audio/{part.input_audio.format or 'wav'}", part.input_audio.data)
        case _:
            raise no_form(f"a part of type {part.type!r} in this form", where)


def _media(url: str, default_type: str, where: str) -> dict[str, object]:
    """default_type: of a link whose ending tells nothing."""
    if is_link(url) or url.startswith("gs://"):
        if _UPLOADED.match(url):  # knows its own type
            return {"fileData": {"fileUri": url}}
        return {"fileData": {"mimeType": _media_type_of(url) or default_type, "fileUri": url}}
    media_type, data = read_data_uri(url, where)
    return _inline("image/jpeg" if media_type == "image/jpg" else media_type, data)


def _media_type_of(url: str) -> str | None:
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return MEDIA_TYPE_OF_ENDING.get(path.rpartition(".")[2].lower())


def _inline(media_type: str, data: str) -> dict[str, object]:
    return {"inlineData": {"mimeType": media_type, "data": data}}
