"""Prompt caching as vendors do it: a prompt whose beginning was seen lately costs less. Values in, values out.

Two kinds. Automatic, in whole blocks (https://developers.openai.com/api/docs/guides/prompt-caching, read 2026-11-24:
from 1,024 tokens on, in steps of 128). Or only up to where the request marks it, tools first, then system, then
messages (https://docs.orq.ai/docs/proxy/providers/anthropic/prompt-caching, read 2026-11-24, after Anthropic's guide):
the marked part is written once at its own price and read from then on; a read renews the time it is kept.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import cast

import msgspec

_PARTS = (
    "tools",
    "toolConfig",
    "system",
    "systemInstruction",
    "system_instruction",
    "preamble",
    "messages",
    "contents",
)
"""The fields of a request that are its prompt, in the order in which vendors put them together."""
_TEXTS = ("text", "thinking")
_MARKS = ("cache_control", "cachePoint")
_MAX_DEPTH = 64
_LIMIT = 100_000
"""Prefixes kept for one vendor; the one not used for longest goes first."""


class Segment(msgspec.Struct, frozen=True):
    """One piece of a prompt. kind: its place and whatever else identifies it; text: what its tokens are counted from.
    is_marked: the request asks to cache up to and including it."""

    kind: str
    text: str
    is_marked: bool = False


class Prefix(msgspec.Struct, frozen=True):
    """A beginning of a prompt. tokens: how many it has, four bytes each."""

    key: bytes
    tokens: int
    is_marked: bool = False


class Lookup(msgspec.Struct, frozen=True):
    """What a request found, and what it leaves behind once it has been answered."""

    cached_tokens: int = 0
    written_tokens: int = 0
    keep: tuple[bytes, ...] = ()


class PrefixCache:
    def __init__(self, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._used_at: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._used_at)

    def look_up(
        self, prefixes: Sequence[Prefix], *, now_s: float, ttl_s: float, min_tokens: int, only_marked: bool
    ) -> Lookup:
        """prefixes: of one request, shortest first. only_marked: nothing behind the last mark takes part."""
        if only_marked:
            last = max((index for index, prefix in enumerate(prefixes) if prefix.is_marked), default=-1)
            prefixes = prefixes[: last + 1]
        prefixes = [prefix for prefix in prefixes if prefix.tokens >= min_tokens]
        cached = max((prefix.tokens for prefix in prefixes if self._is_alive(prefix.key, now_s, ttl_s)), default=0)
        kept = [prefix for prefix in prefixes if prefix.is_marked or prefix.tokens <= cached or not only_marked]
        written = max((prefix.tokens for prefix in kept), default=0) - cached if only_marked else 0
        return Lookup(cached, written, tuple(prefix.key for prefix in kept))

    def keep(self, keys: Sequence[bytes], now_s: float) -> None:
        for key in keys:
            self._used_at[key] = now_s
            self._used_at.move_to_end(key)
        while len(self._used_at) > self._limit:
            self._used_at.popitem(last=False)

    def _is_alive(self, key: bytes, now_s: float, ttl_s: float) -> bool:
        used_at = self._used_at.get(key)
        return used_at is not None and now_s - used_at < ttl_s


def prefixes_of(segments: Sequence[Segment], *, scope: str, block_tokens: int, only_marked: bool) -> list[Prefix]:
    """Where the prompt may be cut: behind each block of tokens, or where only marks count behind each segment.

    scope: what no two callers share: the model and the key.
    """
    digest = blake2b(scope.encode(), digest_size=16)
    block_bytes = block_tokens * 4
    seen_bytes = 0
    prefixes: list[Prefix] = []
    for segment in segments:
        digest.update(b"\x1e" + segment.kind.encode() + b"\x1f")
        text = segment.text.encode()
        start = 0
        while not only_marked and (end := start + block_bytes - (seen_bytes + start) % block_bytes) <= len(text):
            digest.update(text[start:end])
            prefixes.append(Prefix(digest.copy().digest(), (seen_bytes + end) // 4))
            start = end
        digest.update(text[start:])
        seen_bytes += len(text)
        if only_marked:
            prefixes.append(Prefix(digest.copy().digest(), -(-seen_bytes // 4), segment.is_marked))
    return prefixes


def segments_of(body: bytes) -> list[Segment]:
    """The prompt of a request in any of the lab's protocols. A body that is not one has none."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    fields = cast("dict[str, object]", document)
    segments: list[Segment] = []
    for part in _PARTS:
        if part in fields:
            _collect(fields[part], part, segments, 0)
    return segments


def _collect(value: object, place: str, segments: list[Segment], depth: int) -> None:
    """Texts become segments of their own; everything else is part of a segment's identity."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str):
        segments.append(Segment(place, value))
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            _collect(each, place, segments, depth + 1)
    elif isinstance(value, dict):
        _collect_object(cast("dict[str, object]", value), place, segments, depth)


def _collect_object(value: Mapping[str, object], place: str, segments: list[Segment], depth: int) -> None:
    is_marked = any(value.get(mark) is not None for mark in _MARKS)
    inner = [name for name in ("content", "parts") if isinstance(value.get(name), list | dict | str)]
    own = {name: each for name, each in value.items() if name not in (*_MARKS, *_TEXTS, *inner)}
    if own.get("type") == "text":
        del own["type"]  # the same as the text alone
    text = "".join(each for name in _TEXTS if isinstance(each := value.get(name), str))
    if own or text:
        identity = msgspec.json.encode(own, order="deterministic").decode() if own else ""
        segments.append(Segment(place + identity, text))
    for name in inner:
        _collect(value[name], name, segments, depth + 1)
    if is_marked and segments:
        segments[-1] = msgspec.structs.replace(segments[-1], is_marked=True)
