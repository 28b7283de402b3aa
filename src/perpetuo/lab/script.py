"""What is answered: scripted, or numbered words. The same for a stream and a whole reply, in every protocol."""

import re
from typing import Literal

import msgspec

from perpetuo.lab.samples import sample_for

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]

_WORD = re.compile(r"\s*\S+(?:\s+$)?|\s+$")
_PIECE_CHARS = 8
"""Length of a delta of JSON text; short enough to cut through keys and escapes."""


class ScriptedToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    arguments: dict[str, object] = {}


class ScriptedCitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """text: the cited piece of the answer. Protocols that the lab does not cite in leave it out (docs/lab.md)."""

    text: str
    title: str
    url: str | None = None


class ScriptedUsage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As `perpetuo.core.usage.Usage` means them: input with its cached and cache-write parts, output with its
    reasoning part. None: counted by the lab."""

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scripted answer. text None with tool calls: no text; None without: numbered words.

    is_redacted: the reasoning comes encrypted where the protocol has such a block, else not at all. It costs the same.
    """

    text: str | None = None
    words: int | None = None
    reasoning: str | None = None
    is_redacted: bool = False
    citations: tuple[ScriptedCitation, ...] = ()
    tool_calls: tuple[ScriptedToolCall, ...] = ()
    finish_reason: FinishReason | None = None
    usage: ScriptedUsage = ScriptedUsage()


class Directive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[lab {...}]]` anywhere in the last user message.

    vendor: only the simulated vendor of that name heeds it.
    script: a script, or the name of one that was posted.
    call:   call these declared tools, or all of them, with arguments made from their schemas.
    """

    vendor: str | None = None
    fault: str | None = None
    words: int | None = None
    script: Script | str | None = None
    call: Literal["all"] | tuple[str, ...] | None = None


class ToolSpec(msgspec.Struct, frozen=True):
    name: str
    schema: dict[str, object]


class LabRequest(msgspec.Struct, frozen=True):
    """What the lab understood of a request, in any protocol.

    tools_to_call:   demanded by the tool choice.
    shows_reasoning: False when the request says that it does not want to see it.
    """

    model: str
    stream: bool = False
    include_usage: bool = False
    shows_reasoning: bool = True
    input_tokens: int = 0
    images: int = 0
    tools: tuple[ToolSpec, ...] = ()
    tools_to_call: tuple[str, ...] = ()
    json_mode: bool = False
    json_schema: dict[str, object] | None = None
    max_output_tokens: int | None = None
    last_user_text: str = ""


class Tokens(msgspec.Struct, frozen=True):
    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


class AnsweredCall(msgspec.Struct, frozen=True):
    """arguments: compact JSON; pieces: the same, as it is streamed. One token for the name, one for each piece."""

    key: str
    name: str
    arguments: str
    pieces: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True):
    """key: hex digits that ids are made of. is_redacted: reasoning took place and is not told."""

    key: str
    created_s: int
    model: str
    reasoning: tuple[str, ...]
    text: tuple[str, ...]
    calls: tuple[AnsweredCall, ...]
    finish_reason: FinishReason
    tokens: Tokens
    is_redacted: bool = False
    citations: tuple[ScriptedCitation, ...] = ()

    @property
    def has_reasoned(self) -> bool:
        return self.is_redacted or bool(self.reasoning)


def plan_answer(
    request: LabRequest, script: Script, directive: Directive, *, words: int, key: str, created_s: int
) -> Answer:
    """The whole answer, before a byte of it is sent. words: how many when nobody says."""
    calls = _calls(request, script, directive, key)
    text = _text(request, script, directive, words, has_calls=bool(calls))
    reasoning = tuple(_WORD.findall(script.reasoning or ""))
    limit = request.max_output_tokens
    is_cut = limit is not None and not calls and len(reasoning) + len(text) > limit
    if limit is not None and is_cut:
        reasoning = reasoning[:limit]
        text = text[: limit - len(reasoning)]
    finish_reason: FinishReason = "length" if is_cut else "tool_calls" if calls else "stop"
    output_tokens = len(reasoning) + len(text) + sum(1 + len(call.pieces) for call in calls)
    said = script.usage
    is_redacted = script.is_redacted or not request.shows_reasoning
    return Answer(
        key=key,
        created_s=created_s,
        model=request.model,
        reasoning=() if is_redacted else reasoning,
        text=text,
        calls=calls,
        finish_reason=script.finish_reason or finish_reason,
        tokens=Tokens(
            input_tokens=request.input_tokens if said.input_tokens is None else said.input_tokens,
            cached_input_tokens=said.cached_input_tokens or 0,
            cache_write_tokens=said.cache_write_tokens or 0,
            output_tokens=output_tokens if said.output_tokens is None else said.output_tokens,
            reasoning_tokens=len(reasoning) if said.reasoning_tokens is None else said.reasoning_tokens,
        ),
        is_redacted=is_redacted and bool(reasoning),
        citations=tuple(citation for citation in script.citations if citation.text in "".join(text)),
    )


def _calls(request: LabRequest, script: Script, directive: Directive, key: str) -> tuple[AnsweredCall, ...]:
    if script.tool_calls:
        wanted = [(call.name, call.arguments) for call in script.tool_calls]
    else:
        if directive.call == "all":
            names = tuple(tool.name for tool in request.tools)
        else:
            names = directive.call or request.tools_to_call
        schemas = {tool.name: tool.schema for tool in request.tools}
        wanted = [(name, _as_object(sample_for(schemas.get(name, {})))) for name in names]
    calls: list[AnsweredCall] = []
    for index, (name, arguments) in enumerate(wanted):
        encoded = msgspec.json.encode(arguments).decode()
        calls.append(AnsweredCall(f"{index:02}{key[2:24]}", name, encoded, _cut(encoded)))
    return tuple(calls)


def _as_object(value: object) -> dict[str, object]:
    return msgspec.convert(value, dict[str, object]) if isinstance(value, dict) else {}


def _text(request: LabRequest, script: Script, directive: Directive, words: int, *, has_calls: bool) -> tuple[str, ...]:
    if script.text is not None:
        return tuple(_WORD.findall(script.text))
    if script.words is None and directive.words is None:
        if has_calls:
            return ()
        if request.json_schema is not None or request.json_mode:
            sample = sample_for(request.json_schema) if request.json_schema is not None else {"answer": "word1 word2"}
            return _cut(msgspec.json.encode(sample).decode())
    count = script.words if script.words is not None else directive.words if directive.words is not None else words
    return numbered_words(count)


def numbered_words(count: int) -> tuple[str, ...]:
    """`word1`, ` word2`, …: joined they are one text, and a gap or a splice shows."""
    return tuple(f" word{number}" if number > 1 else "word1" for number in range(1, count + 1))


def _cut(text: str) -> tuple[str, ...]:
    return tuple(text[start : start + _PIECE_CHARS] for start in range(0, len(text), _PIECE_CHARS))
