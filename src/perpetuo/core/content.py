"""What was asked and answered, where a workspace wants it kept (`Workspace.log_content`). Pure.

Stored as one JSON object, sealed before it leaves the process's memory.
"""

import codecs
from collections.abc import Sequence

import msgspec

MAX_REQUEST_BYTES = 256 * 1024
MAX_ANSWER_BYTES = 512 * 1024
"""A stream of 2,500 tokens. Sealed and encoded, both together stay below what a journal's record may have."""


class ContentPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """text, or base64 where it is not UTF-8. whole_bytes: of what was sent; truncated: only its beginning is here."""

    whole_bytes: int
    text: str | None = None
    base64: bytes | None = None
    truncated: bool = False


class RequestContent(msgspec.Struct, frozen=True):
    """request: the body as it was received. answer: as the client got it: a body, or the bytes of its event stream."""

    request: ContentPart
    answer: ContentPart


def encode_content(request: bytes, answer: Sequence[bytes], answer_bytes: int) -> bytes:
    """answer: the beginning of the answer in pieces, which had `answer_bytes` in all."""
    return msgspec.json.encode(
        RequestContent(
            request=_part(request[:MAX_REQUEST_BYTES], len(request)),
            answer=_part(b"".join(answer)[:MAX_ANSWER_BYTES], answer_bytes),
        )
    )


def decode_content(content: bytes) -> RequestContent:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(content, type=RequestContent)


def _part(kept: bytes, whole_bytes: int) -> ContentPart:
    truncated = len(kept) < whole_bytes
    try:
        # Where it was cut, a character may be cut too: that one is left out.
        text = codecs.getincrementaldecoder("utf-8")().decode(kept, final=not truncated)
    except UnicodeDecodeError:
        return ContentPart(whole_bytes, base64=kept, truncated=truncated)
    return ContentPart(whole_bytes, text, truncated=truncated)
