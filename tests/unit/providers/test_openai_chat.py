import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.openai_chat import OpenAIChat

PROTOCOL = OpenAIChat()
HIDDEN = ReplyContext("chatcmpl-x", 1)
SHOWN = ReplyContext("chatcmpl-x", 1, include_usage=True)
CASES = ["text", "parallel_tools", "reasoning_crlf"]

Recording = Callable[[str], bytes]
Read = Callable[[bytes], dict[str, Any]]
Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]


def decode(pieces: list[bytes], context: ReplyContext = SHOWN) -> tuple[bytes, Any]:
    decoder = PROTOCOL.stream_decoder(context)
    return b"".join([decoder.feed(piece) for piece in pieces] + [decoder.end()]), decoder


def state(decoder: Any) -> tuple[Any, ...]:
    return (
        decoder.saw_content,
        decoder.output_deltas,
        decoder.usage,
        decoder.finish_reason,
        decoder.model,
        decoder.failure,
        decoder.done,
    )


def chunk(delta: dict[str, Any], finish: str | None = None, **top: Any) -> bytes:
    body = {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **top}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


HI = chunk({"content": "hi"})
STOP = chunk({}, "stop")
DONE = b"data: [DONE]\n\n"


# --- requests ---


def test_everything_but_the_model_travels_on_as_the_bytes_the_client_sent(request_of: Build, target_of: Aim) -> None:
    messages = b'[ {"role":"user", "content":"\\u00e9 \xe2\x80\xa8 \\/ 1.0"} ]'
    body = b'{"x_new": {"b" : 1e3, "a":[ ]}, "model":"gpt-4" , "messages":' + messages + b', "temperature": 1.50}'
    sent = PROTOCOL.encode_request(request_of(body), target_of()).body
    assert sent == (
        b'{"x_new":{"b" : 1e3, "a":[ ]},"model":"vendor-model","messages":' + messages + b',"temperature":1.50}'
    )


def test_the_call_goes_to_the_vendors_chat_endpoint_with_its_key(request_of: Build, target_of: Aim) -> None:
    target = target_of(extra_headers=(("x-version", "1"),))
    call = PROTOCOL.encode_request(request_of({"model": "a", "messages": []}), target)
    assert (call.method, call.url) == ("POST", "https://api.vendor.test/v1/chat/completions")
    assert call.headers == (
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("authorization", "Bearer sk-test"),
        ("x-version", "1"),
    )


STREAM_OPTIONS = {
    "asked for when the client said nothing": (True, {}, {"include_usage": True}),
    "asked for when the client said null": (True, {"stream_options": None}, {"include_usage": True}),
    "asked for although the client declined": (
        True,
        {"stream_options": {"include_usage": False}},
        {"include_usage": True},
    ),
    "joined to other options": (
        True,
        {"stream_options": {"include_obfuscation": False}},
        {"include_obfuscation": False, "include_usage": True},
    ),
    "not asked for where the vendor does not know it": (False, {}, None),
    "taken away where the vendor does not know it": (False, {"stream_options": {"include_usage": True}}, None),
}


@pytest.mark.parametrize("name", STREAM_OPTIONS)
def test_usage_on_streams_is(name: str, request_of: Build, target_of: Aim) -> None:
    allowed, sent, expected = STREAM_OPTIONS[name]
    request = request_of({"model": "a", "messages": [], "stream": True, **sent}, stream=True)
    call = PROTOCOL.encode_request(request, target_of(stream_usage=allowed))
    assert json.loads(call.body).get("stream_options") == expected
    assert ("accept", "text/event-stream") in call.headers


LIMITS = {
    "renamed to the vendor's name": ({"max_tokens": 5}, "max_completion_tokens", {"max_completion_tokens": 5}),
    "renamed back for the others": ({"max_completion_tokens": 5}, "max_tokens", {"max_tokens": 5}),
    "left alone when it is the vendor's": ({"max_tokens": 5}, "max_tokens", {"max_tokens": 5}),
    "left alone when both are there": (
        {"max_tokens": 5, "max_completion_tokens": 6},
        "max_tokens",
        {"max_tokens": 5, "max_completion_tokens": 6},
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_output_limit_is(name: str, request_of: Build, target_of: Aim) -> None:
    sent, field, expected = LIMITS[name]
    call = PROTOCOL.encode_request(request_of({"model": "a", **sent}), target_of(max_tokens_field=field))
    body = json.loads(call.body)
    assert {name: body[name] for name in body if name != "model"} == expected


def test_a_field_the_model_refuses_is_not_sent(request_of: Build, target_of: Aim) -> None:
    target = target_of(model={"refused_fields": frozenset(("temperature",))})
    call = PROTOCOL.encode_request(request_of({"model": "a", "temperature": 0.5, "seed": 1}), target)
    assert json.loads(call.body) == {"model": "vendor-model", "seed": 1}


def test_embeddings_keep_every_field_but_the_model(target_of: Aim) -> None:
    body = b'{"input":["a", "b"],"model":"e","dimensions":8}'
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    call = PROTOCOL.encode_embeddings(EmbeddingsRequest(body, fields, "e"), target_of())
    assert call.url == "https://api.vendor.test/v1/embeddings"
    assert call.body == b'{"input":["a", "b"],"model":"vendor-model","dimensions":8}'


# --- whole replies ---


@pytest.mark.parametrize("case", CASES)
def test_a_reply_reaches_the_client_byte_for_byte(case: str, recording: Recording) -> None:
    body = recording(f"openai_chat/{case}.reply.json")
    reply = PROTOCOL.decode_reply(body, HIDDEN)
    assert isinstance(reply, Reply)
    assert reply.body == body
    assert reply.model == "word-model-1"


def test_a_label_replaces_the_model_and_nothing_else(recording: Recording) -> None:
    body = recording("openai_chat/text.reply.json")
    reply = PROTOCOL.decode_reply(body, ReplyContext("x", 1, model_label="ours"))
    assert isinstance(reply, Reply)
    assert json.loads(reply.body) == json.loads(body) | {"model": "ours"}
    assert reply.model == "word-model-1"
    assert b'{"kept": [1.0, 2000.0]}' in reply.body


BAD_REPLIES = {
    "nothing": (b"", "empty", None),
    "white space": (b" \n", "empty", None),
    "a page": (b"<!doctype html><p>oops", "malformed", None),
    "half of a reply": (b'{"id":"x","choices":[{"index":0,"mess', "malformed", None),
    "JSON that is no object": (b'["choices"]', "malformed", None),
    "an object without choices": (b'{"ok":true}', "malformed", None),
    "choices of a wrong type": (b'{"choices":"many"}', "malformed", None),
    "deep nesting": (b'{"choices":' + b"[" * 100_000, "malformed", None),
    "no choice": (b'{"choices":[]}', "empty", None),
    "a choice that says nothing": (b'{"choices":[{"message":{"content":null},"finish_reason":null}]}', "empty", None),
    "an error by type": (b'{"error":{"type":"overloaded_error","message":"x"}}', "in_band", 529),
    "an error by code": (b'{"error":{"type":"e","code":"rate_limit_exceeded","message":"x"}}', "in_band", 429),
    "an error by number": (b'{"error":{"code":402,"message":"x"}}', "in_band", 402),
    "an error by number in a string": (b'{"error":{"code":"503","message":"x"}}', "in_band", 503),
    "an error in words": (b'{"error":"model is loading"}', "in_band", None),
    "an error that is the object": (b'{"object":"error","type":"rate_limited","message":"x"}', "in_band", 429),
    "an error inside the choice": (b'{"choices":[{"error":{"code":502,"message":"x"}}]}', "in_band", 502),
    "a choice that ends in error": (
        b'{"choices":[{"message":{"content":"a"},"finish_reason":"error"}]}',
        "in_band",
        502,
    ),
}


@pytest.mark.parametrize("name", BAD_REPLIES)
def test_what_is_no_answer_is_a_failure_although_the_status_was_200(name: str) -> None:
    body, kind, status = BAD_REPLIES[name]
    failure = PROTOCOL.decode_reply(body, HIDDEN)
    assert isinstance(failure, UpstreamFailure)
    assert (failure.kind, failure.status) == (kind, status)


def test_an_answer_that_is_empty_for_a_reason_is_an_answer() -> None:
    body = b'{"model":"m","choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}'
    reply = PROTOCOL.decode_reply(body, HIDDEN)
    assert isinstance(reply, Reply)
    assert reply.finish_reason == "content_filter"


USAGES: dict[str, tuple[dict[str, Any], Usage]] = {
    "OpenAI's own": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 7,
            "total_tokens": 17,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 5},
        },
        Usage(10, 4, 2, 7, 5, "reported"),
    ),
    "counts that are missing are unknown": (
        {"prompt_tokens": 10, "completion_tokens": 7, "prompt_tokens_details": None},
        Usage(10, None, None, 7, None, "reported"),
    ),
    "cache hits beside the details": (
        {"prompt_tokens": 10, "completion_tokens": 7, "prompt_cache_hit_tokens": 6},
        Usage(10, 6, None, 7, None, "reported"),
    ),
    "cached tokens beside the prompt": (
        {"prompt_tokens": 10, "completion_tokens": 7, "cached_tokens": 6},
        Usage(10, 6, None, 7, None, "reported"),
    ),
    "reasoning counted beside the completion": (
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 241,
            "completion_tokens_details": {"reasoning_tokens": 228},
        },
        Usage(12, None, None, 229, 228, "reported"),
    ),
    "more cached than sent": (
        {"prompt_tokens": 10, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 16}},
        Usage(10, 10, None, 7, None, "reported"),
    ),
    "nonsense is unknown": (
        {"prompt_tokens": -1, "completion_tokens": 7.0, "prompt_tokens_details": {"cached_tokens": True}},
        Usage(None, None, None, 7, None, "reported"),
    ),
    "nothing at all": ({}, Usage()),
}


@pytest.mark.parametrize("name", USAGES)
def test_usage_is_read_in_every_dialect_and_alike_from_replies_and_streams(name: str) -> None:
    usage, expected = USAGES[name]
    body = json.dumps({"choices": [{"message": {"content": "a"}}], "usage": usage}).encode()
    reply = PROTOCOL.decode_reply(body, HIDDEN)
    assert isinstance(reply, Reply)
    assert reply.usage == expected
    _, decoder = decode([HI + STOP + chunk({}, usage=usage) + DONE])
    assert decoder.usage == expected


def test_embeddings_come_back_byte_for_byte_with_their_usage() -> None:
    body = b'{"object":"list","data":[{"index":0,"embedding":[0.10, 1e-5]}],"model":"e","usage":{"prompt_tokens":3}}'
    reply = PROTOCOL.decode_embeddings(body, HIDDEN)
    assert reply == Reply(body, Usage(3, None, None, None, None, "reported"), "e", None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"<p>", "malformed"),
        (b"{}", "malformed"),
        (b'{"data":[]}', "empty"),
        (b'{"error":"x"}', "in_band"),
    ],
)
def test_what_holds_no_embeddings_is_a_failure(body: bytes, kind: str) -> None:
    failure = PROTOCOL.decode_embeddings(body, HIDDEN)
    assert isinstance(failure, UpstreamFailure)
    assert failure.kind == kind


ERRORS: dict[str, tuple[bytes, tuple[str | None, str | None, str]]] = {
    "OpenAI": (
        b'{"error":{"message":"No.","type":"invalid_request_error","param":"n","code":null}}',
        ("invalid_request_error", None, "No."),
    ),
    "Mistral": (
        b'{"object":"error","message":"No.","type":"invalid_model","code":"1500"}',
        ("invalid_model", "1500", "No."),
    ),
    "a list of details": (b'{"detail":[{"msg":"No."}]}', (None, None, '[{"msg":"No."}]')),
    "OpenRouter, with what the provider behind it said": (
        b'{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"slow down"}}}',
        (None, "429", "Provider returned error: slow down"),
    ),
    "Google's list of one": (
        b'[{"error":{"code":429,"message":"No.","status":"RESOURCE_EXHAUSTED"}}]',
        ("RESOURCE_EXHAUSTED", "429", "No."),
    ),
    "a sentence": (b'{"error":"No."}', (None, None, "No.")),
    "plain text": (b"upstream connect error", (None, None, "upstream connect error")),
    "a page": (b"<html>", (None, None, "The provider answered with a page instead of an error message.")),
    "nothing": (b"", (None, None, "The provider gave no message.")),
    "a number": (b"7", (None, None, "The provider gave no message.")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_read_in_every_shape_and_the_status_is_kept(name: str) -> None:
    body, expected = ERRORS[name]
    failure = PROTOCOL.decode_error(418, (), body)
    assert (failure.type, failure.code, failure.message) == expected
    assert (failure.kind, failure.status) == ("status", 418)


def test_a_long_error_message_is_cut() -> None:
    failure = PROTOCOL.decode_error(500, (), b'{"error":"' + b"x" * 100_000 + b'"}')
    assert len(failure.message) == 2000


# --- streams ---


@pytest.mark.parametrize("case", CASES)
def test_a_stream_whose_usage_was_asked_for_reaches_the_client_byte_for_byte(case: str, recording: Recording) -> None:
    stream = recording(f"openai_chat/{case}.reply.sse")
    out, decoder = decode([stream])
    assert out == stream
    assert decoder.done
    assert decoder.failure is None


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("context", [HIDDEN, SHOWN, ReplyContext("x", 1, model_label="ours")])
def test_a_stream_decodes_the_same_cut_at_every_byte(case: str, context: ReplyContext, recording: Recording) -> None:
    stream = recording(f"openai_chat/{case}.reply.sse")
    whole, decoder = decode([stream], context)
    for cut in range(len(stream) + 1):
        out, cut_decoder = decode([stream[:cut], stream[cut:]], context)
        assert out == whole
        assert state(cut_decoder) == state(decoder)
    out, cut_decoder = decode([bytes((byte,)) for byte in stream], context)
    assert (out, state(cut_decoder)) == (whole, state(decoder))


@pytest.mark.parametrize("case", CASES)
def test_a_stream_and_a_whole_reply_say_the_same(
    case: str, recording: Recording, read_stream: Read, read_reply: Read
) -> None:
    out, decoder = decode([recording(f"openai_chat/{case}.reply.sse")])
    reply = PROTOCOL.decode_reply(recording(f"openai_chat/{case}.reply.json"), SHOWN)
    assert isinstance(reply, Reply)
    assert read_stream(out) == read_reply(reply.body)
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)


@pytest.mark.parametrize("case", CASES)
def test_usage_the_client_did_not_ask_for_is_known_to_us_and_not_shown(
    case: str, recording: Recording, read_stream: Read
) -> None:
    stream = recording(f"openai_chat/{case}.reply.sse")
    out, decoder = decode([stream], HIDDEN)
    assert b'"usage"' not in out
    assert b'"choices":[]' not in out
    assert decoder.usage.source == "reported"
    assert read_stream(out) == read_stream(stream) | {"usage": None}


@pytest.mark.parametrize("case", CASES)
def test_a_stream_that_ends_early_is_never_taken_for_a_whole_one(case: str, recording: Recording) -> None:
    stream = recording(f"openai_chat/{case}.reply.sse")
    finished = stream.index(b'"finish_reason":"')
    for cut in range(finished):
        _, decoder = decode([stream[:cut]])
        assert not decoder.done
        assert decoder.failure is not None
        assert decoder.failure.kind in ("truncated", "empty", "malformed")


@settings(max_examples=60, deadline=None)
@given(
    deltas=st.lists(
        st.fixed_dictionaries({}, optional={"content": st.text(), "refusal": st.text(), "x": st.integers()}), max_size=8
    ),
    data=st.data(),
)
def test_any_answer_arrives_whole_however_it_is_cut(deltas: list[dict[str, Any]], data: st.DataObject) -> None:
    stream = b"".join(chunk(delta) for delta in deltas) + STOP + DONE
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    out, decoder = decode(pieces, HIDDEN)
    assert out == stream
    assert decoder.done
    assert decoder.output_deltas == sum(1 for delta in deltas if delta.get("content") or delta.get("refusal"))


def test_two_choices_are_whole_only_when_both_have_finished() -> None:
    two = b'data: {"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":null}]}\n\n'
    _, decoder = decode([HI + two + STOP])
    assert decoder.failure is not None
    end = b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}\n\n'
    out, decoder = decode([HI + two + STOP + end])
    assert decoder.done
    assert decoder.finish_reason == "stop"
    assert out.endswith(end + DONE)


CONTENT = {
    "text": {"content": "a"},
    "a refusal": {"refusal": "no"},
    "reasoning": {"reasoning": "hm"},
    "reasoning in the other dialect": {"reasoning_content": "hm"},
    "a tool call": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}]},
    "a function call": {"function_call": {"name": "f"}},
    "audio": {"audio": {"data": "AA=="}},
    "text in parts": {"content": [{"type": "text", "text": "a"}]},
}


@pytest.mark.parametrize("name", CONTENT)
def test_first_content_is(name: str) -> None:
    decoder = PROTOCOL.stream_decoder(HIDDEN)
    decoder.feed(chunk({"role": "assistant", "content": "", "refusal": None, "tool_calls": []}))
    assert (decoder.saw_content, decoder.output_deltas) == (False, 0)
    decoder.feed(chunk(CONTENT[name]))
    assert (decoder.saw_content, decoder.output_deltas) == (True, 1)


STREAMS_THAT_FAIL = {
    "an error before content": (b'data: {"error":{"code":"server_error","message":"x"}}\n\n', "in_band", 500),
    "an error after content": (HI + b'data: {"error":{"type":"overloaded_error"}}\n\n' + DONE, "in_band", 529),
    "an error event": (HI + b'event: error\ndata: {"message":"x","code":503}\n\n', "in_band", 503),
    "an error inside a chunk": (
        HI + b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"code":502}}\n\n',
        "in_band",
        502,
    ),
    "an answer that ends in error": (HI + chunk({}, "error") + DONE, "in_band", 502),
    "a stream Groq stopped": (HI + chunk({}, x_groq={"error": "over capacity"}) + DONE, "in_band", None),
    "an event that is no JSON": (HI + b"data: {oops\n\n" + DONE, "malformed", None),
    "an event that is no object": (HI + b"data: 7\n\n" + DONE, "malformed", None),
    "an end without an end": (HI, "truncated", None),
    "an end in the middle of an event": (
        HI + b'data: {"choices":[{"index":0,"delta":{"content":"{}"',
        "truncated",
        None,
    ),
    "nothing": (b"", "empty", None),
    "only comments": (b": ping\n\n: ping\n\n", "empty", None),
    "only [DONE]": (DONE, "empty", None),
    "no content and no reason": (chunk({"role": "assistant"}) + DONE, "empty", None),
    "a page": (b"<html><body>502</body></html>", "malformed", None),
    "plain text": (b"upstream connect error", "malformed", None),
    "an error document": (b' {"error":{"type":"rate_limit_error","message":"x"}}', "in_band", 429),
    "a whole reply": (b'{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}', "malformed", None),
    "a document without an end": (b"[" + b"1," * 100_000, "malformed", None),
    "an event without an end": (HI + b"data: " + b"x" * (5 * 1024 * 1024), "too_large", None),
}


@pytest.mark.parametrize("name", STREAMS_THAT_FAIL)
def test_a_stream_fails_on(name: str) -> None:
    stream, kind, status = STREAMS_THAT_FAIL[name]
    for pieces in ([stream], [stream[index : index + 1000] for index in range(0, len(stream), 1000)]):
        out, decoder = decode(pieces)
        assert decoder.failure is not None
        assert (decoder.failure.kind, decoder.failure.status) == (kind, status)
        assert not decoder.done
        assert b"[DONE]" not in out
        assert stream.startswith(out)
        assert decoder.feed(HI) == b""


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\xbd", b"\xc3"])
@pytest.mark.parametrize("place", ['"x":"?"', '"choices":[{"index":0,"delta":{"content":"?"}}]', '"?":1'])
def test_bytes_that_are_no_utf_8_are_not_passed_on_wherever_they_are(bad: bytes, place: str) -> None:
    plain = chunk({"content": "hi"}, id="1").replace(b": ", b":").replace(b"data:", b"data: ").replace(b", ", b",")
    document = "{" + place + ',"object":"chat.completion"}'
    event = b"data: " + document.encode().replace(b"?", bad) + b"\n\n"
    # Behind events that are known by their bytes, too.
    for pieces in ([event], [plain, event], [plain, plain, plain.replace(b"hi", b"a" + bad), STOP, DONE]):
        out, decoder = decode(pieces)
        assert bad not in out
        assert decoder.failure is not None
        assert decoder.failure.kind == "malformed"
    out, decoder = decode([plain, b": " + bad + b"\n\n" + HI])
    assert bad not in out


def test_nothing_is_sent_after_done() -> None:
    out, decoder = decode([HI + STOP + DONE + HI, HI])
    assert out == HI + STOP + DONE
    assert decoder.failure is None


def test_an_answer_whose_every_choice_finished_is_whole_without_done() -> None:
    out, decoder = decode([HI + STOP])
    assert out == HI + STOP + DONE
    assert decoder.done


def test_the_last_event_counts_without_its_blank_line() -> None:
    for end in (b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n"):
        out, decoder = decode([HI + STOP + end])
        assert decoder.done
        assert out == HI + STOP + DONE


def test_a_filtered_answer_without_content_is_an_answer() -> None:
    stream = chunk({"role": "assistant"}) + chunk({}, "content_filter") + DONE
    out, decoder = decode([stream])
    assert (out, decoder.done, decoder.saw_content) == (stream, True, False)


def test_an_unasked_usage_leaves_a_chunk_that_says_more() -> None:
    with_usage = chunk({"content": "a"}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 1}, service_tier="x")
    out, decoder = decode([with_usage + DONE], HIDDEN)
    assert decoder.usage.input_tokens == 1
    body = json.loads(out.split(b"\n\n")[0].removeprefix(b"data: "))
    assert "usage" not in body
    assert body["service_tier"] == "x"
    assert body["choices"][0]["delta"] == {"content": "a"}


def test_an_event_in_several_lines_stays_one_event_when_it_is_changed(read_stream: Read) -> None:
    stream = (
        b'data: {"choices":[{"index":0,\ndata: "delta":{"content":"a"},"finish_reason":"stop"}],\n'
        b'data: "usage":null}\n\n'
    )
    out, _ = decode([stream + DONE], HIDDEN)
    assert read_stream(out)["text"] == "a"
    assert b"usage" not in out


def test_a_label_replaces_the_model_of_each_chunk(recording: Recording) -> None:
    out, decoder = decode([recording("openai_chat/text.reply.sse")], ReplyContext("x", 1, "ours", True))
    assert b"word-model-1" not in out
    assert out.count(b'"model":"ours"') == 8
    assert decoder.model == "word-model-1"
