import contextlib
import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.lab.aws_event_stream import corrupted, frame
from perpetuo.providers.aws_event_stream import (
    MAX_HEADERS_BYTES,
    MAX_MESSAGE_BYTES,
    AwsEventStreamParser,
    EventMessage,
    EventStreamCorrupt,
    EventStreamTooLarge,
)

Recording = Callable[[str], bytes]

# The vectors of botocore 1.44.8, tests/unit/test_eventstream.py (read 2026-11-24).
VECTORS: dict[str, tuple[bytes, EventMessage]] = {
    "an empty message": (bytes.fromhex("000000100000000005c248eb7d98c8ff"), EventMessage({}, b"")),
    "a payload without headers": (
        bytes.fromhex("0000001d00000000fd528c5a") + b"{'foo':'bar'}" + bytes.fromhex("c3653936"),
        EventMessage({}, b"{'foo':'bar'}"),
    ),
    "a negative byte": (
        bytes.fromhex("000000170000000729860158") + b"\x04byte\x02\xff" + bytes.fromhex("c2f869dc"),
        EventMessage({"byte": -1}, b""),
    ),
    "a header of every type": (
        bytes.fromhex("000000620000005203b5cb9c")
        + b"\x010\x00\x011\x01\x012\x02\x02\x013\x03\x00\x03\x014\x04\x00\x00\x00\x04"
        + b"\x015\x05\x00\x00\x00\x00\x00\x00\x00\x05\x016\x06\x00\x05bytes\x017\x07\x00\x04utf8"
        + b"\x018\x08\x00\x00\x00\x00\x00\x00\x00\x08\x019\x090123456789abcdef"
        + bytes.fromhex("63353671"),
        EventMessage(
            {
                "0": True,
                "1": False,
                "2": 2,
                "3": 3,
                "4": 4,
                "5": 5,
                "6": b"bytes",
                "7": "utf8",
                "8": 8,
                "9": b"0123456789abcdef",
            },
            b"",
        ),
    ),
}


def parse(pieces: list[bytes]) -> list[EventMessage]:
    parser = AwsEventStreamParser()
    return [message for piece in pieces for message in parser.feed(piece)]


@pytest.mark.parametrize("name", VECTORS)
def test_a_message_is_read_as_aws_reads_it(name: str) -> None:
    raw, message = VECTORS[name]
    assert parse([raw]) == [message]


@pytest.mark.parametrize("case", ["text", "parallel_tools", "thinking", "citations"])
def test_messages_do_not_depend_on_how_the_socket_cut_the_bytes(case: str, recording: Recording) -> None:
    stream = recording(f"bedrock_converse/{case}.reply.eventstream")
    whole = parse([stream])
    assert len(whole) > 5
    for cut in range(len(stream) + 1):
        assert parse([stream[:cut], stream[cut:]]) == whole
    assert parse([bytes((byte,)) for byte in stream]) == whole


def test_a_message_that_is_not_whole_is_pending() -> None:
    parser = AwsEventStreamParser()
    raw = frame({":event-type": "x"}, b"{}")
    assert (parser.feed(raw[:-1]), parser.pending) == ([], True)
    assert (len(parser.feed(raw[-1:])), parser.pending) == (1, False)


def test_the_text_of_a_header_that_is_none_is_empty() -> None:
    message = EventMessage({"number": 7, "text": "x"}, b"")
    assert (message.text_header("text"), message.text_header("number"), message.text_header("gone")) == ("x", "", "")


def with_checksums(total: int, headers_length: int, rest: bytes) -> bytes:
    lengths = struct.pack(">II", total, headers_length)
    whole = lengths + struct.pack(">I", crc32(lengths)) + rest
    return whole + struct.pack(">I", crc32(whole))


def with_headers(headers: bytes) -> bytes:
    return with_checksums(16 + len(headers), len(headers), headers)


GOOD = frame({":event-type": "x"}, b"{}")
CORRUPT = {
    "a wrong checksum of the message": corrupted(GOOD),
    "a wrong checksum of the prelude": GOOD[:8] + b"\0\0\0\0" + GOOD[12:],
    "lengths that contradict each other": with_checksums(20, 10, b"1234"),
    "a length below the smallest": with_checksums(15, 0, b""),
    "a header that is longer than the headers": with_headers(b"\x01a\x07\x00\x09x"),
    "a name that is longer than the headers": with_headers(b"\x09a"),
    "a header without a type": with_headers(b"\x01a"),
    "a number that is cut": with_headers(b"\x01a\x05\x00"),
    "a header of an unknown type": with_headers(b"\x01a\x0a"),
    "a name that is no UTF-8": with_headers(b"\x01\xff\x00"),
    "a value that is no UTF-8": with_headers(b"\x01a\x07\x00\x01\xff"),
    "text": b"data: {}\n\n" * 3,
}


@pytest.mark.parametrize("name", CORRUPT)
def test_a_corrupt_message_ends_the_stream_after_what_came_whole(name: str) -> None:
    for pieces in ([GOOD + CORRUPT[name]], [bytes((byte,)) for byte in GOOD + CORRUPT[name]]):
        parser = AwsEventStreamParser()
        seen: list[EventMessage] = []
        with pytest.raises(EventStreamCorrupt):
            for piece in [*pieces, b""]:
                seen += parser.feed(piece)
        assert len(seen) == 1


@pytest.mark.parametrize(("total", "headers"), [(MAX_MESSAGE_BYTES + 1, 0), (2**31, 0), (2**20, MAX_HEADERS_BYTES + 1)])
def test_a_message_above_the_cap_is_refused_by_its_prelude_alone(total: int, headers: int) -> None:
    prelude = with_checksums(total, headers, b"")[:12]
    with pytest.raises(EventStreamTooLarge):
        parse([prelude])


def test_a_message_of_the_largest_size_is_taken() -> None:
    payload = bytes(MAX_MESSAGE_BYTES - 16)
    assert parse([frame({}, payload)]) == [EventMessage({}, payload)]


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200), good=st.integers(0, 2))
def test_no_bytes_raise_anything_else(data: bytes, good: int) -> None:
    parser = AwsEventStreamParser()
    try:
        for piece in (GOOD * good + data, b"", b"x" * 20, b""):
            parser.feed(piece)
    except (EventStreamCorrupt, EventStreamTooLarge):
        pass


@settings(max_examples=100, deadline=None)
@given(headers=st.binary(max_size=60))
def test_no_headers_raise_anything_else(headers: bytes) -> None:
    with contextlib.suppress(EventStreamCorrupt):
        parse([with_headers(headers)])
