"""Answers in OpenAI's shape, whole and as chunks, for the protocols that bring a shape of their own."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from perpetuo.core.usage import Usage
from perpetuo.providers.base import ReplyContext
from perpetuo.providers.sse import DONE_EVENT


class ChunkWriter:
    """`chat.completion.chunk` events, one choice in each. The head of an event is encoded once for the stream."""

    def __init__(self, context: ReplyContext) -> None:
        self._context = context
        self._head = b""
        self._model = ""

    @property
    def started(self) -> bool:
        return bool(self._head)

    def start(self, model: str | None) -> bytes:
        """The first chunk, with the role. model: as the vendor named it."""
        self._model = self._context.model_label or model or ""
        envelope = self._envelope()
        if self._context.include_usage:
            envelope["usage"] = None
        self._head = b"data: " + msgspec.json.encode(envelope)[:-1] + b',"choices":[{"index":'
        return self.delta({"role": "assistant", "content": ""})

    def delta(self, delta: dict[str, object], index: int = 0, logprobs: object = None) -> bytes:
        """index: of the choice. A stream that was never started is started without a name of the model."""
        opening = b"" if self._head else self.start(None)
        return opening + self._choice(delta, index, logprobs, b"null")

    def finish_choice(self, finish_reason: str, index: int = 0, extra: Mapping[str, object] | None = None) -> bytes:
        """The last chunk of one choice. extra: fields of the choice that OpenAI's shape does not have."""
        opening = b"" if self._head else self.start(None)
        reason = msgspec.json.encode(finish_reason)
        for name, value in (extra or {}).items():
            reason += b"," + msgspec.json.encode(name) + b":" + msgspec.json.encode(value)
        return opening + self._choice({}, index, None, reason)

    def close(self, usage: Usage) -> bytes:
        """After the last choice: the usage if the client asked for it, and `[DONE]`."""
        return self._usage(usage) + DONE_EVENT

    def finish(self, finish_reason: str, usage: Usage) -> bytes:
        """The end of a stream with one choice."""
        return self.finish_choice(finish_reason) + self.close(usage)

    def _choice(self, delta: dict[str, object], index: int, logprobs: object, finish_reason: bytes) -> bytes:
        encoded = b"null" if logprobs is None else msgspec.json.encode(logprobs)
        opening = self._head + str(index).encode() + b',"delta":' + msgspec.json.encode(delta)
        return opening + b',"logprobs":' + encoded + b',"finish_reason":' + finish_reason + b"}]}\n\n"

    def _usage(self, usage: Usage) -> bytes:
        shown = openai_usage(usage)
        if not self._context.include_usage or shown is None:
            return b""
        return b"data: " + msgspec.json.encode(self._envelope() | {"choices": [], "usage": shown}) + b"\n\n"

    def _envelope(self) -> dict[str, object]:
        return {
            "id": self._context.reply_id,
            "object": "chat.completion.chunk",
            "created": self._context.created_s,
            "model": self._model,
        }


def completion(
    context: ReplyContext, model: str | None, message: dict[str, object], finish_reason: str, usage: Usage
) -> bytes:
    """A whole `chat.completion` with one choice. message: in OpenAI's shape."""
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    return completion_of([choice], context, model, usage)


def completion_of(
    choices: Sequence[Mapping[str, object]], context: ReplyContext, model: str | None, usage: Usage
) -> bytes:
    """A whole `chat.completion`. choices: in OpenAI's shape."""
    body: dict[str, object] = {
        "id": context.reply_id,
        "object": "chat.completion",
        "created": context.created_s,
        "model": context.model_label or model or "",
        "choices": choices,
    }
    shown = openai_usage(usage)
    if shown is not None:
        body["usage"] = shown
    return msgspec.json.encode(body)


def openai_usage(usage: Usage) -> dict[str, object] | None:
    """OpenAI's clients demand both sums: without them there is no usage to show."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    shown: dict[str, object] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
    prompt = {"cached_tokens": usage.cached_input_tokens, "cache_write_tokens": usage.cache_write_tokens}
    prompt_details = {name: count for name, count in prompt.items() if count is not None}
    if prompt_details:
        shown["prompt_tokens_details"] = prompt_details
    if usage.reasoning_tokens is not None:
        shown["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return shown


class JsonCompactor:
    """Leaves out the white space between JSON tokens, however the text is cut: so a stream and a whole reply give
    the same arguments, and numbers keep the form the vendor wrote."""

    def __init__(self) -> None:
        self._in_string = False
        self._escaped = False

    def feed(self, text: str) -> str:
        out: list[str] = []
        for piece in _JSON_PIECES.findall(text):
            if self._escaped:  # this piece starts with the escaped character
                self._escaped = False
                out.append(piece[0])
                piece = piece[1:]
                if not piece:
                    continue
            if piece == '"':
                self._in_string = not self._in_string
            elif piece == "\\":
                self._escaped = self._in_string
            elif not self._in_string:
                piece = _JSON_SPACE.sub("", piece)
            out.append(piece)
        return "".join(out)


def compact_json(raw: bytes) -> str:
    return JsonCompactor().feed(raw.decode("utf-8", "replace"))


_JSON_PIECES = re.compile(r'["\\]|[^"\\]+')
_JSON_SPACE = re.compile(r"[ \t\r\n]+")
