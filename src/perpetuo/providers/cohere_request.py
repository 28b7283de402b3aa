"""OpenAI's chat request as the body of Cohere's `/v2/chat`.

Sources, read 2026-11-24: https://docs.cohere.com/reference/chat, https://docs.cohere.com/reference/errors,
https://docs.cohere.com/docs/structured-outputs, https://docs.cohere.com/docs/image-inputs.
"""

from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest
from perpetuo.providers.base import Target
from perpetuo.providers.chat_input import (
    FunctionTool,
    Message,
    NamedToolChoice,
    Part,
    ToolCall,
    is_link,
    is_null,
    no_form,
    number,
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

MAX_STOP_SEQUENCES = 5
_MAX_SEED = 2**64
_MAX_TOP_K = 500
_LOWEST_P, _HIGHEST_P = 0.01, 0.99
_PASSED_ON = ("documents", "citation_options", "safety_mode")
# Ours: the vendor knows budgets only. Without one the model thinks as long as it wants.
_BUDGET_OF_EFFORT: Mapping[str, int] = {"minimal": 1_024, "low": 2_048, "medium": 8_192}

_JsonDict = dict[str, object]


class _Thinking(msgspec.Struct):
    type: str
    budget_tokens: int | None = None


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
        tools = read_tools(self._fields)
        body: _JsonDict = dict(self._target.vendor.body_fields)
        if "{model}" not in (self._target.vendor.chat_path or ""):
            body["model"] = self._target.model.id
        body |= {"messages": list(self._turns()), "stream": self._request.stream}
        body |= self._limits()
        body |= self._sampling()
        body |= self._tools(tools)
        body |= self._response_format(with_tools=bool(tools))
        thinking = self._thinking()
        if thinking is not None:
            body["thinking"] = thinking
        return body | {name: self._fields[name] for name in _PASSED_ON if not is_null(self._fields.get(name))}

    def _limits(self) -> _JsonDict:
        limits: _JsonDict = {}
        asked, most = self._request.max_output_tokens, self._target.model.max_output_tokens
        if asked is not None:  # more than the model can write is a 400 at some
            limits["max_tokens"] = min(asked, most or asked)
        sequences = [sequence for sequence in read_stop(self._fields) if sequence]
        if len(sequences) > MAX_STOP_SEQUENCES:
            raise no_form(f"more than {MAX_STOP_SEQUENCES} stop sequences", "stop")
        if sequences:
            limits["stop_sequences"] = sequences
        return limits

    def _sampling(self) -> _JsonDict:
        """In the vendor's ranges; some models take one penalty only."""
        sampling: _JsonDict = {}
        temperature, top_p, top_k, seed, frequency, presence = (
            number(self._fields.get(name))
            for name in ("temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty")
        )
        if temperature is not None:
            sampling["temperature"] = min(temperature, 1)
        if top_p is not None:
            sampling["p"] = min(max(top_p, _LOWEST_P), _HIGHEST_P)
        if top_k is not None:
            sampling["k"] = min(max(int(top_k), 0), _MAX_TOP_K)
        if seed is not None:
            sampling["seed"] = int(seed) % _MAX_SEED
        if frequency is not None and frequency > 0:
            sampling["frequency_penalty"] = min(frequency, 1)
        elif presence is not None and presence > 0:
            sampling["presence_penalty"] = min(presence, 1)
        return sampling

    def _tools(self, tools: list[FunctionTool]) -> _JsonDict:
        choice = read_tool_choice(self._fields)
        if not tools:
            return {}
        encoded: _JsonDict = {}
        offered = tools
        if isinstance(choice, NamedToolChoice):
            offered = [tool for tool in tools if tool.name == choice.function.name]
            if not offered:
                raise ClientError("invalid_value", "The tool that must be called is not there.", param="tool_choice")
            encoded["tool_choice"] = "REQUIRED"
        elif choice in ("none", "required"):
            encoded["tool_choice"] = choice.upper()
        encoded["tools"] = [{"type": "function", "function": _function(tool)} for tool in offered]
        if all(tool.strict for tool in offered) and "tools.strict" not in self._dropped:
            encoded["strict_tools"] = True
        return encoded

    def _response_format(self, *, with_tools: bool) -> _JsonDict:
        """A format beside tools or documents is a 400."""
        wanted = read_response_format(self._fields)
        if wanted is None:
            return {}
        if with_tools or not is_null(self._fields.get("documents")):
            raise no_form("a response format beside tools or documents", "response_format")
        encoded: _JsonDict = {"type": "json_object"}
        if wanted.json_schema is not None and wanted.json_schema.schema is not None:
            encoded["json_schema"] = wanted.json_schema.schema
        return {"response_format": encoded}

    def _thinking(self) -> _JsonDict | None:
        """Models that can think do, unless told not to."""
        wish = cast("_Thinking | None", typed(self._fields, "thinking", _Thinking))
        effort = text(self._fields.get("reasoning_effort"))
        if wish is None and effort is None:
            return None
        if (wish is not None and wish.type == "disabled") or (wish is None and effort == "none"):
            return {"type": "disabled"}
        budget = None if wish is None else wish.budget_tokens
        budget = _BUDGET_OF_EFFORT.get(effort or "") if budget is None else budget
        enabled: _JsonDict = {"type": "enabled"}
        return enabled if budget is None else enabled | {"token_budget": budget}

    # --- messages ---

    def _turns(self) -> Iterator[_JsonDict]:
        """One system prompt, and it comes first."""
        system: list[_JsonDict] = []
        turns: list[_JsonDict] = []
        for index, message in enumerate(self._messages):
            where = f"messages[{index}]"
            match message.role:
                case "system" | "developer":
                    system += _parts(message, f"{where}.content")
                case "user":
                    turns.append({"role": "user", "content": _content(message, f"{where}.content")})
                case "assistant":
                    turn = self._assistant(message, where)
                    turns += [turn] if len(turn) > 1 else []
                case "tool":
                    turns.append(_tool_result(message, where))
                case _:
                    raise no_form(f"the role {message.role!r}", f"{where}.role")
        if system:
            yield {"role": "system", "content": system}
        yield from turns

    def _assistant(self, message: Message, where: str) -> _JsonDict:
        turn: _JsonDict = {"role": "assistant"}
        content = list(_parts(message, f"{where}.content"))
        reasoning = None if "assistant.reasoning_content" in self._dropped else message.reasoning_content
        if reasoning and "thinking" not in self._target.model.refused_fields:
            content.insert(0, {"type": "thinking", "thinking": reasoning})
        elif reasoning and message.tool_calls:
            turn["tool_plan"] = reasoning
        if content:
            turn["content"] = content
        if message.tool_calls:
            turn["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {
                        "name": call.function.name,
                        "arguments": _arguments(call, f"{where}.tool_calls[{position}].function.arguments"),
                    },
                }
                for position, call in enumerate(message.tool_calls)
            ]
        return turn


def _arguments(call: ToolCall, where: str) -> str:
    return bytes(read_arguments(call, where)).decode()


def _function(tool: FunctionTool) -> _JsonDict:
    described: _JsonDict = {"name": tool.name}
    if tool.description:
        described["description"] = tool.description
    parameters: _JsonDict = dict(tool.parameters or {})
    if "type" not in parameters:
        parameters = {"type": "object"} | parameters
    return described | {"parameters": parameters}


def _tool_result(message: Message, where: str) -> _JsonDict:
    if not message.tool_call_id:
        raise ClientError("missing_field", "A tool message names its call.", param=f"{where}.tool_call_id")
    for index, part in enumerate(message.content if isinstance(message.content, list) else ()):
        if part.type != "text":
            raise no_form(f"a part of type {part.type!r} in a tool's result", f"{where}.content[{index}]")
    return {
        "role": "tool",
        "tool_call_id": message.tool_call_id,
        "content": _content(message, f"{where}.content"),
    }


def _content(message: Message, where: str) -> object:
    return message.content if isinstance(message.content, str) else list(_parts(message, where))


def _parts(message: Message, where: str) -> Iterator[_JsonDict]:
    for index, part in enumerate(message.parts()):
        encoded = _part(part, f"{where}[{index}]")
        if encoded is not None:
            yield encoded


def _part(part: Part, where: str) -> _JsonDict | None:
    """Empty texts are left out: the API refuses them."""
    match part.type:
        case "text":
            return {"type": "text", "text": part.text} if part.text else None
        case "refusal":
            return {"type": "text", "text": part.refusal} if part.refusal else None
        case "image_url" if part.image_url is not None:
            url = part.image() or ""
            if not is_link(url):
                read_data_uri(url, f"{where}.image_url.url")
            image: _JsonDict = {"url": url}
            if not isinstance(part.image_url, str) and part.image_url.detail is not None:
                image["detail"] = part.image_url.detail
            return {"type": "image_url", "image_url": image}
        case _:
            raise no_form(f"a part of type {part.type!r}", where)
