"""What was asked and answered, as it is kept: what was sent, or the beginning of it, marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.content import MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, ContentPart, decode_content, encode_content


def bytes_of(part: ContentPart) -> bytes:
    return part.text.encode() if part.text is not None else part.base64 or b""


@given(st.binary(max_size=200), st.lists(st.binary(max_size=50), max_size=10))
def test_what_is_kept_is_byte_for_byte_what_was_sent(request: bytes, answer: list[bytes]) -> None:
    whole = b"".join(answer)
    content = decode_content(encode_content(request, answer, len(whole)))
    assert (bytes_of(content.request), bytes_of(content.answer)) == (request, whole)
    assert not content.request.truncated and not content.answer.truncated


@pytest.mark.parametrize("character", ["a", "é", "語", "🙂", "\x00", '"'])
@pytest.mark.parametrize("shift", range(1, 5))
def test_what_is_too_long_is_cut_between_characters_and_says_how_long_it_was(character: str, shift: int) -> None:
    text = "x" * shift + character * MAX_REQUEST_BYTES
    request, answer = text.encode(), ("x" * shift + character * MAX_ANSWER_BYTES).encode()
    content = decode_content(encode_content(request, [answer], len(answer)))
    for part, whole, limit in (
        (content.request, request, MAX_REQUEST_BYTES),
        (content.answer, answer, MAX_ANSWER_BYTES),
    ):
        assert part.text is not None
        kept = bytes_of(part)
        assert limit - 4 < len(kept) <= limit
        assert whole.startswith(kept)
        assert (part.truncated, part.whole_bytes) == (True, len(whole))


def test_what_is_not_text_is_kept_too() -> None:
    content = decode_content(encode_content(b"\xff\x00", [b"\x80"], 1))
    assert (content.request.text, content.request.base64, content.answer.base64) == (None, b"\xff\x00", b"\x80")
