"""`response_format` for models that lack it but can be forced to call a tool: the answer is the call's arguments.

Works on OpenAI's shape on both sides of a protocol: the request before it is encoded, the answer after it is decoded.
"""

from typing import Any, cast

import msgspec

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, StreamDecoder
from perpetuo.providers.chat_input import read_response_format
from perpetuo.providers.sse import DONE_EVENT, SseParser, encode_event

TOOL_NAME = "answer_in_json"
DESCRIPTION = "Give the whole answer by calling this tool, once."
MAX_HELD_TEXT_CHARS = 64 * 1024
"""Of text beside the call, which is thrown away when the call comes; over this it is taken for the answer."""


def asked_by_tool(request: ChatRequest) -> ChatRequest:
    """The request with a forced tool in place of `response_format`. It must not bring tools of its own."""
    wanted = read_response_format(request.fields)
    schema: dict[str, Any] | None = None
    description = DESCRIPTION
    if wanted is not None and wanted.json_schema is not None:
        schema = wanted.json_schema.schema
        description = wanted.json_schema.description or DESCRIPTION
    function = {"name": TOOL_NAME, "description": description, "parameters": schema or {"type": "object"}}
    left_out = ("response_format", "parallel_tool_calls", "tools", "tool_choice")
    fields = {name: raw for name, raw in request.fields.items() if name not in left_out}
    fields["tools"] = _raw([{"type": "function", "function": function}])
    fields["tool_choice"] = _raw({"type": "function", "function": {"name": TOOL_NAME}})
    return msgspec.structs.replace(request, fields=fields, forced_tool=True)


def answered_by_tool(reply: Reply) -> Reply:
    """The whole answer with the arguments of the call as its content."""
    completion = msgspec.json.decode(reply.body, type=dict[str, Any])
    for choice in _objects(completion.get("choices")):
        message = _object(choice.get("message"))
        arguments = _arguments(message.pop("tool_calls", None))
        if arguments:
            message["content"] = arguments
            choice["finish_reason"] = _finish_reason(choice.get("finish_reason"))
    return Reply(msgspec.json.encode(completion), reply.usage, reply.model, _finish_reason(reply.finish_reason))


class JsonByToolStream:
    """A `StreamDecoder` around another: its tool-call deltas become content."""

    def __init__(self, inner: StreamDecoder) -> None:
        self._inner = inner
        self._parser = SseParser()
        self._called = False
        self._text: list[str] = []
        self._text_chars = 0

    @property
    def saw_content(self) -> bool:
        return self._inner.saw_content

    @property
    def output_deltas(self) -> int:
        return self._inner.output_deltas

    @property
    def usage(self) -> Usage:
        return self._inner.usage

    @property
    def finish_reason(self) -> str | None:
        return _finish_reason(self._inner.finish_reason)

    @property
    def model(self) -> str | None:
        return self._inner.model

    @property
    def failure(self) -> UpstreamFailure | None:
        return self._inner.failure

    @property
    def done(self) -> bool:
        return self._inner.done

    def feed(self, data: bytes) -> bytes:
        return self._rewritten(self._inner.feed(data))

    def end(self) -> bytes:
        return self._rewritten(self._inner.end())

    def _rewritten(self, out: bytes) -> bytes:
        return b"".join(
            event.raw if event.data is None else self._event(event.data, event.raw) for event in self._parser.feed(out)
        )

    def _event(self, data: bytes, raw: bytes) -> bytes:
        if data.strip() == b"[DONE]":
            return DONE_EVENT
        chunk = msgspec.json.decode(data, type=dict[str, Any])
        says_something = not chunk.get("choices")
        for choice in _objects(chunk.get("choices")):
            says_something |= self._choice(choice)
        return encode_event(msgspec.json.encode(chunk)) if says_something else b""

    def _choice(self, choice: dict[str, Any]) -> bool:
        """True when something is left to say."""
        delta = _object(choice.get("delta"))
        choice["delta"] = delta
        arguments = _arguments(delta.pop("tool_calls", None))
        text = delta.pop("content", None)
        if arguments is not None:
            self._called = True
            self._text.clear()
            if arguments:
                delta["content"] = arguments
        elif text and not self._called:
            self._text.append(text)
            self._text_chars += len(text)
        elif text == "" and "role" in delta:
            delta["content"] = ""
        if choice.get("finish_reason") is not None or self._text_chars > MAX_HELD_TEXT_CHARS:
            if self._text and not self._called:
                delta["content"] = "".join(self._text)
            self._text.clear()
            self._text_chars = 0
            choice["finish_reason"] = _finish_reason(choice.get("finish_reason"))
        return bool(delta) or choice.get("finish_reason") is not None


def _arguments(calls: object) -> str | None:
    """What the calls of our tool say, whole or a piece; None where there is no call."""
    if not isinstance(calls, list) or not calls:
        return None
    pieces: list[str] = []
    for call in _objects(cast("object", calls)):
        function = _object(call.get("function"))
        if call.get("index", 0) == 0 and function.get("name") in (None, "", TOOL_NAME):
            pieces.append(function.get("arguments") or "")
    return "".join(pieces)


def _objects(value: object) -> list[dict[str, Any]]:
    return [_object(item) for item in cast("list[object]", value)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _finish_reason(reason: str | None) -> str | None:
    return "stop" if reason == "tool_calls" else reason


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
