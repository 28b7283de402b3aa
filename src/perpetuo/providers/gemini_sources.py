"""Where an answer of Google's generateContent comes from, and how probable it was, in OpenAI's shape.

Sources, read 2026-11-24: https://ai.google.dev/api/generate-content#GroundingMetadata, #CitationMetadata and
#LogprobsResult; a recorded answer with grounding.
"""

from collections.abc import Iterable

import msgspec

from perpetuo.providers.chat_input import DECODE_ERRORS, is_null

MAX_ANNOTATIONS = 1000


class _Segment(msgspec.Struct, rename="camel"):
    start_index: int = 0
    end_index: int = 0


class _Support(msgspec.Struct, rename="camel"):
    segment: _Segment | None = None
    grounding_chunk_indices: list[int] = []


class _Source(msgspec.Struct):
    uri: str | None = None
    title: str | None = None


class _Chunk(msgspec.Struct, rename="camel"):
    web: _Source | None = None
    retrieved_context: _Source | None = None
    maps: _Source | None = None

    def source(self) -> _Source | None:
        return self.web or self.retrieved_context or self.maps


class _Grounding(msgspec.Struct, rename="camel"):
    grounding_chunks: list[_Chunk] = []
    grounding_supports: list[_Support] = []


class _Citation(msgspec.Struct, rename="camel"):
    start_index: int = 0
    end_index: int = 0
    uri: str | None = None
    title: str | None = None


class _Citations(msgspec.Struct, rename="camel"):
    """The two hosts have two names for the list."""

    citation_sources: list[_Citation] = []
    citations: list[_Citation] = []


_GROUNDING = msgspec.json.Decoder(_Grounding)
_CITATIONS = msgspec.json.Decoder(_Citations)
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))


def annotations(text: bytes, grounding: msgspec.Raw, citations: msgspec.Raw) -> list[dict[str, object]]:
    """OpenAI's `url_citation`s, with places counted in characters; Google counts UTF-8 bytes."""
    found = [*_grounded(grounding), *_cited(citations)][:MAX_ANNOTATIONS]
    characters = _characters_at(text, {place for start, end, _ in found for place in (start, end)})
    shown: list[dict[str, object]] = []
    for start, end, source in found:
        citation = {
            "start_index": characters[start],
            "end_index": characters[end],
            "url": source.uri or "",
            "title": source.title or "",
        }
        shown.append({"type": "url_citation", "url_citation": citation})
    return shown


def _grounded(raw: msgspec.Raw) -> Iterable[tuple[int, int, _Source]]:
    try:
        grounding = _GROUNDING.decode(raw)
    except DECODE_ERRORS:
        return
    sources = [chunk.source() for chunk in grounding.grounding_chunks]
    for support in grounding.grounding_supports:
        segment = support.segment or _Segment()
        for index in support.grounding_chunk_indices:
            source = sources[index] if 0 <= index < len(sources) else None
            if source is not None and source.uri:
                yield segment.start_index, segment.end_index, source


def _cited(raw: msgspec.Raw) -> Iterable[tuple[int, int, _Source]]:
    try:
        cited = _CITATIONS.decode(raw)
    except DECODE_ERRORS:
        return
    for citation in (*cited.citation_sources, *cited.citations):
        if citation.uri:
            yield citation.start_index, citation.end_index, _Source(citation.uri, citation.title)


def _characters_at(text: bytes, places: Iterable[int]) -> dict[int, int]:
    """Byte offsets -> character offsets, in one pass over the text."""
    offsets: dict[int, int] = {}
    at = characters = 0
    for place in sorted(places):
        characters += len(text[at : max(place, 0)].translate(None, _CONTINUATION_BYTES))
        at = max(place, at)
        offsets[place] = characters
    return offsets


class _Token(msgspec.Struct, rename="camel"):
    token: str = ""
    log_probability: float = 0.0


class _TopTokens(msgspec.Struct):
    candidates: list[_Token] = []


class _LogprobsResult(msgspec.Struct, rename="camel"):
    chosen_candidates: list[_Token] = []
    top_candidates: list[_TopTokens] = []


_LOGPROBS = msgspec.json.Decoder(_LogprobsResult)


def logprobs_of(raw: msgspec.Raw) -> dict[str, object] | None:
    """OpenAI's `logprobs` of a choice; None when there are none."""
    if is_null(raw):
        return None
    try:
        result = _LOGPROBS.decode(raw)
    except DECODE_ERRORS:
        return None
    content: list[dict[str, object]] = []
    for position, chosen in enumerate(result.chosen_candidates):
        top = result.top_candidates[position].candidates if position < len(result.top_candidates) else []
        content.append(_token(chosen) | {"top_logprobs": [_token(token) for token in top]})
    return {"content": content, "refusal": None} if content else None


def _token(token: _Token) -> dict[str, object]:
    spelled = list(token.token.encode("utf-8", "replace"))
    return {"token": token.token, "logprob": token.log_probability, "bytes": spelled}
