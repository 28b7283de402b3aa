"""The load generator's reader of answers: how many bytes and events, wherever the socket cut them."""

import pytest

from perpetuo.lab.bench.exchanges import Wanted, stream_chunk, stream_end, stream_head, unary_body, unary_reply
from perpetuo.lab.bench.replies import ReplyReader, UnreadableReply

STREAM = stream_head() + b"".join(stream_chunk(number) for number in range(3)) + stream_end(3)
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("reply", [unary_reply(700), STREAM], ids=["unary", "stream"])
def test_an_answer_is_the_same_wherever_it_is_cut(reply: bytes) -> None:
    whole = ReplyReader()
    assert whole.feed(reply)
    for cut in range(1, len(reply)):
        reader = ReplyReader()
        assert not reader.feed(reply[:cut])
        assert reader.feed(reply[cut:])
        assert (reader.status, reader.body_bytes, reader.events) == (200, whole.body_bytes, whole.events)


def test_an_answer_may_come_byte_by_byte() -> None:
    reader = ReplyReader()
    ends = [reader.feed(bytes([byte])) for byte in STREAM]
    assert ends == [False] * (len(STREAM) - 1) + [True]
    assert reader.events == Wanted(chunks=3).events


def test_the_body_of_a_unary_answer_has_the_length_that_was_asked_for() -> None:
    reader = ReplyReader()
    assert reader.feed(unary_reply(700))
    assert reader.body_bytes == len(unary_body(700)) == 700


def test_what_is_kept_is_the_body_without_the_framing() -> None:
    reader = ReplyReader()
    reader.keeps = True
    assert reader.feed(STREAM)
    assert reader.kept.startswith(b'data: {"id"')
    assert reader.kept.endswith(b"data: [DONE]\n\n")
    assert reader.kept.count(b'"content":" word') == 3


def test_answers_follow_each_other_on_a_connection() -> None:
    reader = ReplyReader()
    for reply in (unary_reply(700), STREAM, unary_reply(900)):
        reader.start()
        assert reader.feed(reply)
    assert reader.body_bytes == 900


def test_an_answer_that_ends_the_connection_says_so() -> None:
    reader = ReplyReader()
    assert reader.feed(HEAD + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert reader.closes


@pytest.mark.parametrize(
    "reply",
    {
        "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
        "more than Content-Length": HEAD + b"content-length: 1\r\n\r\nab",
        "no length at all": HEAD + b"\r\n",
        "two ways to say the length": HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "a chunk size that is no number": HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        "bytes after the last chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1",
    }.items(),
    ids=lambda item: item[0],
)
def test_what_can_not_be_read_is_never_taken_for_an_answer(reply: tuple[str, bytes]) -> None:
    with pytest.raises((UnreadableReply, ValueError)):
        ReplyReader().feed(reply[1])
