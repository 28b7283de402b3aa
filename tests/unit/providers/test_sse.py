import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.providers.sse import SseEvent, SseParser, SseTooLarge, encode_event

STREAMS = {
    "LF": b"data: a\n\ndata: b\n\n",
    "CRLF": b"data: a\r\n\r\nevent: x\r\ndata: b\r\n\r\n",
    "CR alone": b"data: a\r\rdata: b\r\rdata: c\r\r",
    "line ends mixed": b"data: a\r\n\ndata: b\r\rdata: c\n\r\ndata: d\r\r\n\ndata: e\n\n",
    "comments between and inside": b": one\n: two\n\ndata: a\n: inside\ndata: b\n\n:\n\n",
    "a BOM": b"\xef\xbb\xbfdata: a\n\n",
    "several data lines, fields nobody knows, no space": b"id: 7\nretry: 10\ndata:a\ndata\ndata:  b\nfoo\n\n",
    "U+2028, U+0085 and VT in the data": "data: a\u2028b\u0085c\x0bd\n\n".encode(),
    "no blank line at the end": b"data: a\n\ndata: [DONE]\n",
    "nothing at the end of the last line": b"data: a\n\ndata: [DONE]",
}


def events_of(pieces: list[bytes]) -> list[SseEvent]:
    parser = SseParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    last = parser.end()
    return events if last is None else [*events, last]


def dispatched(events: list[SseEvent]) -> list[tuple[str, bytes]]:
    return [(event.event, event.data) for event in events if event.data is not None]


EXPECTED = {
    "LF": [("", b"a"), ("", b"b")],
    "CRLF": [("", b"a"), ("x", b"b")],
    "CR alone": [("", b"a"), ("", b"b"), ("", b"c")],
    "line ends mixed": [("", b"a"), ("", b"b"), ("", b"c"), ("", b"d"), ("", b"e")],
    "comments between and inside": [("", b"a\nb")],
    "a BOM": [("", b"a")],
    "several data lines, fields nobody knows, no space": [("", b"a\n\n b")],
    "U+2028, U+0085 and VT in the data": [("", "a\u2028b\u0085c\x0bd".encode())],
    "no blank line at the end": [("", b"a"), ("", b"[DONE]")],
    "nothing at the end of the last line": [("", b"a"), ("", b"[DONE]")],
}


@pytest.mark.parametrize("name", STREAMS)
def test_events_are_read_as_the_specification_says(name: str) -> None:
    assert dispatched(events_of([STREAMS[name]])) == EXPECTED[name]


@pytest.mark.parametrize("name", STREAMS)
def test_events_do_not_depend_on_how_the_bytes_were_cut(name: str) -> None:
    stream = STREAMS[name]
    whole = events_of([stream])
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert events_of([stream[:first], stream[first:second], stream[second:]]) == whole
    assert events_of([bytes((byte,)) for byte in stream]) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_no_byte_is_lost(name: str) -> None:
    raw = b"".join(event.raw for event in events_of([STREAMS[name]]))
    assert raw == STREAMS[name].removeprefix(b"\xef\xbb\xbf")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([b"data: x", b"data", b":", b"event: e", b"\r", b"\n", b"\r\n", b"\xe2\x80\xa8"])),
    st.data(),
)
def test_any_mixture_reads_the_same_however_it_is_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = events_of([stream])
    assert events_of(pieces) == whole
    assert b"".join(event.raw for event in whole) == stream


def test_an_event_leaves_with_the_byte_that_completes_it() -> None:
    parser = SseParser()
    assert parser.feed(b"data: a\n") == []
    assert [event.data for event in parser.feed(b"\n")] == [b"a"]


def test_an_event_above_the_cap_is_refused_and_what_came_before_it_is_not() -> None:
    parser = SseParser(max_event_bytes=100)
    assert [event.data for event in parser.feed(b"data: a\n\ndata: " + b"x" * 200)] == [b"a"]
    with pytest.raises(SseTooLarge):
        parser.feed(b"x")


@pytest.mark.parametrize("line", [b": ping\n", b"\n", b": ping\n\n", b"data: x\n\n"])
def test_an_endless_stream_of_small_pieces_stays_below_the_cap(line: bytes) -> None:
    parser = SseParser(max_event_bytes=64)
    for _ in range(500):
        parser.feed(line)


def test_one_byte_pieces_of_a_long_line_are_each_looked_at_once() -> None:
    searched = 0

    class Counted:
        def search(self, pending: bytearray, start: int) -> None:
            nonlocal searched
            searched += len(pending) - start

    from perpetuo.providers import sse

    original = sse._LINE_END  # pyright: ignore[reportPrivateUsage]
    sse._LINE_END = Counted()  # type: ignore[assignment]
    try:
        parser = SseParser()
        for _ in range(20_000):
            parser.feed(b"x")
    finally:
        sse._LINE_END = original
    assert searched == 20_000


def test_an_encoded_event_reads_back_even_with_line_ends_inside() -> None:
    assert dispatched(events_of([encode_event(b'{"a":\n1}', "named")])) == [("named", b'{"a":\n1}')]
