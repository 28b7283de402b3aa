"""Answers whose content is a list of chunks, as Mistral's reasoning models write them: a text for OpenAI's clients.

Thinking becomes `reasoning_content`. A list with more than plain text and thinking (a reference, a signature) is kept
beside it in `content_chunks`. Chunks: https://docs.mistral.ai/capabilities/reasoning and the models of `mistralai` 3.7
(read 2026-11-24).
"""

from typing import cast

import msgspec

from perpetuo.providers.chat_input import mapping

Object = dict[str, msgspec.Raw]

_OBJECT = msgspec.json.Decoder(Object)
_OBJECTS = msgspec.json.Decoder(list[Object])
_CHUNKS = msgspec.json.Decoder(list[dict[str, object]])
_PLAIN_KEYS = frozenset(("type", "text", "thinking", "closed"))


def is_chunked(content: msgspec.Raw) -> bool:
    return bytes(memoryview(content)[:1]) == b"["


def with_text_content(body: Object, holder: str) -> Object:
    """The completion or chunk with every choice's content as a text. holder: `message` or `delta`.

    Raises msgspec.MsgspecError, UnicodeDecodeError or RecursionError for what is no list of chunks."""
    choices = _OBJECTS.decode(body["choices"])
    for choice in choices:
        if holder not in choice or bytes(choice[holder]) == b"null":
            continue
        said = _OBJECT.decode(choice[holder])
        if "content" in said and is_chunked(said["content"]):
            _flatten(said)
            choice[holder] = msgspec.Raw(msgspec.json.encode(said))
    return body | {"choices": msgspec.Raw(msgspec.json.encode(choices))}


def _flatten(said: Object) -> None:
    raw = said["content"]
    chunks = _CHUNKS.decode(raw)
    text = "".join(_texts(chunk.get("text")) for chunk in chunks)
    thinking = "".join(_texts(chunk.get("thinking")) for chunk in chunks)
    said["content"] = msgspec.Raw(msgspec.json.encode(text))
    if thinking and "reasoning_content" not in said:
        said["reasoning_content"] = msgspec.Raw(msgspec.json.encode(thinking))
    if not all(_is_plain(chunk) for chunk in chunks):
        said["content_chunks"] = raw


def _texts(value: object) -> str:
    """A text, or the texts of a list of chunks."""
    if isinstance(value, str):
        return value
    inner = cast("list[object]", value) if isinstance(value, list) else []
    texts = (mapping(chunk).get("text") for chunk in inner)
    return "".join(text for text in texts if isinstance(text, str))


def _is_plain(chunk: dict[str, object]) -> bool:
    if chunk.get("type") not in ("text", "thinking") or not chunk.keys() <= _PLAIN_KEYS:
        return False
    thinking = chunk.get("thinking")
    inner = cast("list[object]", thinking) if isinstance(thinking, list) else []
    return all(mapping(part).get("type") == "text" for part in inner)
