"""Events that only bring text are known by their bytes: a stream comes out as if each had been parsed."""

import itertools
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.providers import openai_chat
from perpetuo.providers.base import ReplyContext
from perpetuo.providers.openai_chat import OpenAIChatStream

TEXTS = [
    " word", "", '"', "\\", '"usage":null', ',"usage":null', '","usage":null,"x":"', '"error"', '"delta":{"content":"',
    "\n\n", "data: [DONE]", "\u2028", "é😀", '"finish_reason":"stop"', "]}", "x" * 5000,
]  # fmt: skip


def event(spaced: bool = False, **top: Any) -> bytes:
    separators = (", ", ": ") if spaced else (",", ":")
    return b"data: " + json.dumps(top, separators=separators, ensure_ascii=False).encode() + b"\n\n"


def text_event(text: Any, *, spaced: bool = False, index: int = 0, finish: str | None = None, **top: Any) -> bytes:
    choice = {"index": index, "delta": {"content": text}, "logprobs": None, "finish_reason": finish}
    return event(spaced, id="c", object="chat.completion.chunk", model="m", choices=[choice], **top)


CHOICE: dict[str, Any] = {"index": 0, "delta": {"content": "x"}, "logprobs": None, "finish_reason": None}
EVENTS = st.one_of(
    st.builds(text_event, st.sampled_from(TEXTS), spaced=st.booleans()),
    st.builds(text_event, st.sampled_from(TEXTS), usage=st.none()),
    st.builds(text_event, st.sampled_from(TEXTS), usage=st.just({"prompt_tokens": 3, "completion_tokens": 4})),
    st.builds(text_event, st.sampled_from(TEXTS), x_groq=st.just({"id": "r", "usage": None})),
    st.builds(text_event, st.sampled_from(TEXTS), index=st.just(1)),
    st.builds(text_event, st.sampled_from(TEXTS), error=st.just({"message": "m", "type": "server_error"})),
    st.just(event(id="c", choices=[CHOICE, CHOICE | {"index": 1}])),
    st.builds(text_event, st.sampled_from(TEXTS), finish=st.sampled_from(["stop", "length"])),
    st.builds(text_event, st.sampled_from([None, 7, [{"type": "text", "text": "x"}], {"a": 1}])),
    st.sampled_from([
        b": ping\n\n", b"\n", b"data: {\n\n", b"data:\n\n", b"data: [DONE]\n\n",
        b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]\n\n',
        b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}\r\n\r\n',
        b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}\nid: 7\n\n',
        event(error={"message": "m", "type": "server_error"}),
        event(id="c", choices=[{"index": 0, "delta": {"tool_calls": [{"index": 0}]}, "finish_reason": None}]),
        event(id="c", choices=[], usage={"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}),
    ]),
)  # fmt: skip


@settings(max_examples=800)
@given(events=st.lists(EVENTS, max_size=12), wants_usage=st.booleans(), label=st.none() | st.just("name"),
       cut=st.none() | st.integers(1, 400))  # fmt: skip
def test_a_stream_comes_out_as_if_each_event_had_been_parsed(
    events: list[bytes], wants_usage: bool, label: str | None, cut: int | None
) -> None:
    stream = text_event("first") + b"".join(events)
    size = cut or len(stream)
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)] if cut else [text_event("first"), *events]
    context = ReplyContext("id", 1, model_label=label, include_usage=wants_usage)
    assert told(OpenAIChatStream(context), pieces) == told(EachParsed(context), pieces)


HEADS = [
    b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"',
    b'data: {"id":"c","model":"m","choices":[{"index":1,"delta":{"content":"',
    b'data: {"id":"d","w":[{}],"usage":null,"model":"m","choices":[{"index":0,"delta":{"content":"',
]
PLAIN_TEXTS = [b"word", b'x\\"y', b"\xc3\xa9"]
OTHER_TEXTS = [
    b"", b"\xff", b"\x00", b"\x7f", b"a\nb", b'\\"', b"\\", b"\\u0041", b"\xe3\x80\x80", b'x","usage":{},"y":"', b'w"y',
]  # fmt: skip
PLAIN_TAILS = [
    b'"},"finish_reason":null}]}\n\n',
    b'"},"finish_reason":null}],"usage":null}\n\n',
    b'"},"finish_reason":null}],"usage":null,"obfuscation":"aB9"}\n\n',
    b'"},"finish_reason":null}],"obfuscation":"a","x":[{}],"usage":null}\n\n',
]
OTHER_TAILS = [
    b'"},"finish_reason":null}]}x\n\n',
    b'"},"finish_reason":nuLl}]}\n\n',
    b'"},"finish_reason":null}],"usage":7777}\n\n',
    b'"},"finish_reason":null}],"usage":null,"obfuscation":""}\n\n',
    b'"},"finish_reason":null}],"usage":null,"obfuscation":"a","usage":"x"}\n\n',
    b'"},"finish_reason":null}],"usage":{"prompt_tokens":1},"obfuscation":"aB9"}\n\n',
    b'"},"finish_reason":"stop"}],"usage":null}\n\n',
    b'"},"finish_reason":null}]',
    b'"',
]


@pytest.mark.parametrize("wants_usage", [True, False])
def test_events_that_are_alike_come_out_as_if_each_had_been_parsed(wants_usage: bool) -> None:
    context = ReplyContext("id", 1, model_label=None, include_usage=wants_usage)
    firsts = [b"".join(parts) for parts in itertools.product(HEADS, PLAIN_TEXTS, PLAIN_TAILS)]
    seconds = itertools.product(HEADS, PLAIN_TEXTS + OTHER_TEXTS, PLAIN_TAILS + OTHER_TAILS)
    for first, second in itertools.product(firsts, map(b"".join, seconds)):
        pieces = [text_event("first"), first, second]
        assert told(OpenAIChatStream(context), pieces) == told(EachParsed(context), pieces), pieces


@pytest.mark.parametrize("wants_usage", [True, False])
def test_an_event_alike_is_not_parsed(wants_usage: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = OpenAIChatStream(ReplyContext("id", 1, model_label=None, include_usage=wants_usage))
    for word in ("first", "second", "one\nthat is escaped"):
        stream.feed(text_event(word, usage=None, obfuscation="ab"))
    monkeypatch.setattr(openai_chat, "_is_plain_text", None)
    shown = stream.feed(text_event("third", usage=None, obfuscation="abcd"))
    assert (b'"usage":null' in shown, b"third" in shown) == (wants_usage, True)
    assert stream.output_deltas == 4


class EachParsed(OpenAIChatStream):
    def _pass_alike(self, data: bytes) -> bytes | None:
        return None

    def _pass_plain(self, data: bytes) -> bytes | None:
        return None


def told(decoder: OpenAIChatStream, pieces: list[bytes]) -> dict[str, object]:
    out = b"".join(decoder.feed(piece) for piece in pieces)
    out += decoder.end()
    return {
        "out": out, "deltas": decoder.output_deltas, "usage": decoder.usage, "finish": decoder.finish_reason,
        "failure": decoder.failure, "done": decoder.done, "model": decoder.model,
    }  # fmt: skip


def test_text_is_not_parsed_event_by_event(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = OpenAIChatStream(ReplyContext("id", 1))
    decoder.feed(text_event("first"))
    monkeypatch.setattr(openai_chat, "_CHUNK", None)
    assert decoder.feed(text_event(" second", usage=None) + text_event(" third")) == (
        text_event(" second") + text_event(" third")
    )
    assert decoder.output_deltas == 3


def test_broken_json_is_not_passed_on_as_text() -> None:
    """Every cut of an event, closed as if it were whole."""
    whole = text_event(" word", usage=None)
    dice = random.Random(7)
    for end in dice.sample(range(8, len(whole) - 3), 60):
        decoder = OpenAIChatStream(ReplyContext("id", 1))
        decoder.feed(text_event("first"))
        assert decoder.feed(whole[:end] + b"\n\n") == b""
        assert decoder.failure is not None
