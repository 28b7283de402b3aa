import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.cohere_chat import CohereChat

PROTOCOL = CohereChat()
CONTEXT = ReplyContext("chatcmpl-x", 1_790_000_000, model_id="command-word")
SHOWN = ReplyContext("chatcmpl-x", 1_790_000_000, include_usage=True, model_id="command-word")
CASES = ["text", "parallel_tools", "thinking"]

Recording = Callable[[str], bytes]
Read = Callable[[bytes], dict[str, Any]]
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


def joined(stream: bytes) -> dict[str, Any]:
    """The message a client puts together."""
    message: dict[str, Any] = {"content": ""}
    for line in stream.split(b"\n"):
        for choice in json.loads(line[6:])["choices"] if line.startswith(b"data: {") else []:
            for name, value in choice["delta"].items():
                if name == "tool_calls":
                    calls = message.setdefault(name, [])
                    for call in value:
                        if call["index"] == len(calls):
                            calls.append({key: call[key] for key in call if key != "index"})
                        else:
                            calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
                elif isinstance(value, list):
                    message[name] = message.get(name, []) + value
                elif name != "role":
                    message[name] = message.get(name, "") + value
    return message


@pytest.mark.parametrize("case", CASES)
def test_a_stream_and_a_whole_reply_say_the_same(
    case: str, recording: Recording, read_stream: Read, read_reply: Read
) -> None:
    out, decoder = decode([recording(f"cohere_chat/{case}.reply.sse")])
    reply = PROTOCOL.decode_reply(recording(f"cohere_chat/{case}.reply.json"), SHOWN)
    assert isinstance(reply, Reply)
    assert read_stream(out) == read_reply(reply.body)
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)
    whole = json.loads(reply.body)["choices"][0]["message"]
    for name in ("citations", "annotations", "tool_calls", "reasoning_content"):
        assert joined(out).get(name) == whole.get(name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("context", [CONTEXT, SHOWN])
def test_a_stream_decodes_the_same_cut_at_every_byte(case: str, context: ReplyContext, recording: Recording) -> None:
    stream = recording(f"cohere_chat/{case}.reply.sse")
    whole, decoder = decode([stream], context)
    assert decoder.done
    for cut in range(len(stream) + 1):
        out, cut_decoder = decode([stream[:cut], stream[cut:]], context)
        assert out == whole
        assert state(cut_decoder) == state(decoder)
    out, cut_decoder = decode([bytes((byte,)) for byte in stream], context)
    assert (out, state(cut_decoder)) == (whole, state(decoder))


@pytest.mark.parametrize("case", CASES)
def test_a_stream_that_ends_early_is_never_taken_for_a_whole_one(case: str, recording: Recording) -> None:
    stream = recording(f"cohere_chat/{case}.reply.sse")
    for cut in range(stream.index(b"event: message-end")):
        out, decoder = decode([stream[:cut]])
        assert not decoder.done
        assert decoder.failure is not None
        assert b"[DONE]" not in out


def test_a_reply_has_the_shape_of_a_completion(recording: Recording) -> None:
    reply = PROTOCOL.decode_reply(recording("cohere_chat/parallel_tools.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert json.loads(reply.body) == {
        "id": "chatcmpl-x",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "command-word",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "refusal": None,
                    "reasoning_content": "I will look.",
                    "tool_calls": [
                        {
                            "id": "weather_1",
                            "type": "function",
                            "function": {"name": "weather", "arguments": '{"city":"Köln, \\"Dom\\"","days":2.0}'},
                        },
                        {"id": "clock_2", "type": "function", "function": {"name": "clock", "arguments": "{}"}},
                    ],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 400,
            "completion_tokens": 60,
            "total_tokens": 460,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def test_tokens_used_and_tokens_billed_are_told_apart(recording: Recording) -> None:
    reply = PROTOCOL.decode_reply(recording("cohere_chat/thinking.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.usage == Usage(50, 16, None, 70, 55, "reported", 8, 66)
    bare = {"message": {"content": []}, "finish_reason": "COMPLETE"}
    for usage, expected in (
        ({"billed_units": {"input_tokens": 3, "output_tokens": 4}}, (3, 4)),
        ({}, (None, None)),
        ({"tokens": {"input_tokens": -1, "output_tokens": "x"}}, (None, None)),
    ):
        body = json.dumps(bare | {"usage": usage}).encode()
        other = PROTOCOL.decode_reply(body, CONTEXT)
        assert isinstance(other, Reply)
        assert (other.usage.input_tokens, other.usage.output_tokens) == expected


def test_a_label_replaces_the_model(recording: Recording) -> None:
    context = ReplyContext("chatcmpl-x", 1, model_label="ours", model_id="command-word")
    assert b'"model":"ours"' in decode([recording("cohere_chat/text.reply.sse")], context)[0]
    assert b'"model":"command-word"' in decode([recording("cohere_chat/text.reply.sse")], CONTEXT)[0]


def test_citations_stay_and_those_with_an_address_are_annotations(recording: Recording) -> None:
    message = joined(decode([recording("cohere_chat/text.reply.sse")])[0])
    assert [citation["text"] for citation in message["citations"]] == ["Köln", "with"]
    about = {"url": "https://x.test/dom", "title": "Dom"}
    assert message["annotations"] == [
        {"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 4} | about}
    ]


def test_a_citation_counts_from_the_start_of_its_own_text() -> None:
    source = {"type": "document", "id": "d", "document": {"url": "https://x.test/d"}}
    citation = {"start": 1, "end": 2, "text": "d", "content_index": 2, "sources": [source]}
    plan = {"start": 0, "end": 1, "text": "p", "type": "PLAN", "sources": [source]}
    odd = {"start": "0", "sources": [7]}
    content = [{"type": "text", "text": "abc"}, {"type": "thinking", "thinking": "t"}, {"type": "text", "text": "cde"}]
    message = {"content": content, "citations": [citation, plan, odd]}
    reply = PROTOCOL.decode_reply(json.dumps({"message": message, "finish_reason": "COMPLETE"}).encode(), CONTEXT)
    assert isinstance(reply, Reply)
    (annotation,) = json.loads(reply.body)["choices"][0]["message"]["annotations"]
    assert annotation["url_citation"] == {"start_index": 4, "end_index": 5, "url": "https://x.test/d", "title": ""}
    assert json.loads(reply.body)["choices"][0]["message"]["citations"] == [citation, plan, odd]


def event(type_: str, **fields: Any) -> bytes:
    return f"event: {type_}\ndata: {json.dumps({'type': type_, **fields})}\n\n".encode()


def told(type_: str, index: int = 0, **message: Any) -> bytes:
    return event(type_, index=index, delta={"message": message})


START = told("message-start", role="assistant")
HI = told("content-start", content={"type": "text", "text": ""}) + told("content-delta", content={"text": "hi"})
END = event("message-end", delta={"finish_reason": "COMPLETE", "usage": {}})


def ended(reason: str, **more: Any) -> bytes:
    return event("message-end", delta={"finish_reason": reason} | more)


@pytest.mark.parametrize(
    ("said", "finish_reason"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("TOOL_CALL", "tool_calls"),
        ("SOMETHING_NEW", "stop"),
    ],
)
def test_finish_reasons_are_translated(said: str, finish_reason: str) -> None:
    reply = PROTOCOL.decode_reply(json.dumps({"message": {"content": []}, "finish_reason": said}).encode(), CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.finish_reason == finish_reason
    assert decode([START + ended(said)])[1].finish_reason == finish_reason


STREAMS_THAT_FAIL = {
    "an error before content": (START + ended("ERROR", error="overloaded"), "in_band", 500),
    "an error after content": (START + HI + ended("ERROR"), "in_band", 500),
    "a timeout": (START + HI + ended("TIMEOUT"), "in_band", 504),
    "an error document in the middle": (START + b'data: {"id":"x","message":"gone"}\n\n' + END, "in_band", None),
    "an end without an end": (START + HI, "truncated", None),
    "a last mark without an end": (START + HI + b"data: [DONE]\n\n", "truncated", None),
    "an event that is no JSON": (START + b"event: debug\ndata: {oops\n\n" + END, "malformed", None),
    "an event of no type": (START + b"data: {}\n\n" + END, "malformed", None),
    "content of nothing": (START + event("content-delta") + END, "malformed", None),
    "a call of nothing": (START + told("tool-call-start") + END, "malformed", None),
    "arguments of no call": (
        START + told("tool-call-delta", 3, tool_calls={"function": {"arguments": "{"}}) + END,
        "malformed",
        None,
    ),
    "an end of nothing": (START + event("message-end") + END, "malformed", None),
    "an end with nothing before": (START + event("message-end", delta={}), "empty", None),
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "an error document": (b'{"id":"x","message":"the model is busy"}', "in_band", None),
    "a whole reply": (b'{"message":{"content":[]}}', "malformed", None),
}


@pytest.mark.parametrize("name", STREAMS_THAT_FAIL)
def test_a_stream_fails_on(name: str) -> None:
    stream, kind, status = STREAMS_THAT_FAIL[name]
    for pieces in ([stream], [bytes((byte,)) for byte in stream]):
        out, decoder = decode(pieces)
        assert decoder.failure is not None
        assert (decoder.failure.kind, decoder.failure.status) == (kind, status)
        assert not decoder.done
        assert b"[DONE]" not in out
        assert decoder.feed(HI) == b""


def test_events_of_the_future_and_what_comes_after_the_end_are_passed_over(read_stream: Read) -> None:
    new = event("debug", prompt="p") + event("hologram", delta={"message": {"content": {"type": "h"}}})
    out, decoder = decode([START + new + HI + END + b"data: [DONE]\n\n"])
    assert decoder.done
    assert read_stream(out)["text"] == "hi"


def test_a_call_that_was_never_ended_has_its_arguments_all_the_same(read_stream: Read) -> None:
    call = told("tool-call-start", tool_calls={"id": "c", "function": {"name": "f"}})
    assert read_stream(decode([START + call + ended("TOOL_CALL")])[0])["tools"] == [
        {"id": "c", "name": "f", "arguments": "{}"}
    ]


def test_calls_without_an_end_are_not_kept_for_ever() -> None:
    calls = b"".join(told("tool-call-start", index, tool_calls={"id": "c"}) for index in range(2_000))
    failure = decode([START + calls])[1].failure
    assert failure is not None
    assert failure.kind == "malformed"


BAD_REPLIES = {
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "half of a reply": (b'{"message":{"content":[', "malformed", None),
    "an object of another kind": (b"{}", "malformed", None),
    "a list": (b"[]", "malformed", None),
    "no content and no reason": (b'{"message":{"content":[]}}', "empty", None),
    "an error": (b'{"id":"x","message":"no"}', "in_band", None),
    "an answer that was given up": (b'{"message":{"content":[]},"finish_reason":"ERROR"}', "in_band", 500),
    "an answer that took too long": (b'{"finish_reason":"TIMEOUT"}', "in_band", 504),
    "deep nesting": (b'{"message":' + b"[" * 100_000, "malformed", None),
}


@pytest.mark.parametrize("name", BAD_REPLIES)
def test_what_is_no_answer_is_a_failure_although_the_status_was_200(name: str) -> None:
    body, kind, status = BAD_REPLIES[name]
    failure = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(failure, UpstreamFailure)
    assert (failure.kind, failure.status) == (kind, status)


MONTH = "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key"
MINUTE = "You are using a Trial key, which is limited to 20 API calls / minute."
ERRORS = {
    "a request at fault": (400, "invalid request: message must be at least 1 token long.", "FATAL", None),
    "a wrong key": (401, "invalid api token", "FATAL", None),
    "a token of the vendor's own kind": (498, "invalid token", "FATAL", None),
    "no payment": (402, "Please add or update your payment method", "RETRYABLE", 300.0),
    "no such model": (404, "model 'x' not found, make sure the correct model ID was used", "RETRYABLE", None),
    "a request that can not be processed": (422, "unprocessable", "FATAL", None),
    "a trial's minute": (429, MINUTE, "RETRYABLE", 5.0),
    "a trial's month": (429, MONTH, "RETRYABLE", 300.0),
    "a closed request": (499, "request was cancelled", "RETRYABLE", None),
    "a broken server": (500, "internal server error", "RETRYABLE", None),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_classed_as_a_person_would(name: str) -> None:
    status, message, class_, cool_s = ERRORS[name]
    body = json.dumps({"id": "x", "message": message}).encode()
    failure = PROTOCOL.decode_error(status, (), body)
    verdict = ErrorClassifier().classify(failure)
    assert (failure.message, verdict.class_, verdict.cool_s) == (message, class_, cool_s)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"no healthy upstream", "no healthy upstream"),
        (b"<html>", "The provider answered with a page instead of an error message."),
        (b"", "The provider gave no message."),
        (b"[]", "The provider gave no message."),
        (b'{"message":{"a":1}}', '{"a":1}'),
        (b'{"detail":"No."}', "No."),
    ],
)
def test_errors_of_another_shape_are_read(body: bytes, message: str) -> None:
    assert PROTOCOL.decode_error(503, (), body).message == message


def test_the_list_of_models_is_asked_with_the_key(target_of: Aim) -> None:
    call = PROTOCOL.encode_models(target_of("cohere_chat"))
    assert call is not None
    assert (call.method, call.url) == ("GET", "https://api.vendor.test/v1/models?endpoint=chat&page_size=1000")
    assert dict(call.headers)["authorization"] == "Bearer sk-test"
    assert PROTOCOL.encode_models(target_of("cohere_chat", models_path="")) is None


def test_listed_models_tell_what_they_take(target_of: Aim) -> None:
    rows = [
        {"name": "a", "endpoints": ["chat"], "context_length": 256000.0, "features": ["tools", "json_mode"]},
        {"name": "b", "endpoints": ["chat"], "features": ["vision", "reasoning"], "is_deprecated": False},
        {"name": "c", "features": ["something_new"]},
        {"name": "embed", "endpoints": ["embed"]},
        {"name": "old", "endpoints": ["chat"], "is_deprecated": True},
    ]
    a, b, c = PROTOCOL.decode_models(json.dumps({"models": rows}).encode(), target_of("cohere_chat"))
    assert (a.id, a.context_tokens, a.capabilities) == ("a", 256_000, frozenset(("tools", "json_object")))
    assert a.refused_fields == frozenset(("reasoning_effort", "thinking"))
    assert (b.capabilities, b.refused_fields) == (frozenset(("vision",)), frozenset())
    assert c.capabilities == frozenset(("tools", "vision", "json_object", "json_schema"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"models":7}', b"[" * 100_000])
def test_what_is_no_list_of_models_is_an_error(body: bytes, target_of: Aim) -> None:
    with pytest.raises(ValueError, match="list of models"):
        PROTOCOL.decode_models(body, target_of("cohere_chat"))


TEXTS = st.lists(st.text(min_size=1, max_size=6), max_size=4)
CALLS = st.lists(st.tuples(st.sampled_from("fgh"), st.dictionaries(st.text(max_size=3), st.integers())), max_size=3)


@settings(max_examples=150, deadline=None)
@given(thinking=TEXTS, text=TEXTS, plan=TEXTS, calls=CALLS, data=st.data())
def test_a_scripted_answer_is_the_same_whole_and_streamed_however_it_is_cut(
    thinking: list[str], text: list[str], plan: list[str], calls: list[tuple[str, Any]], data: st.DataObject
) -> None:
    content = [{"type": "thinking", "thinking": "".join(thinking)}, {"type": "text", "text": "".join(text)}]
    arguments = [json.dumps(value, indent=data.draw(st.sampled_from([None, 2]))) for _, value in calls]
    called = [
        {"id": f"{name}_{index}", "type": "function", "function": {"name": name, "arguments": arguments[index]}}
        for index, (name, _) in enumerate(calls)
    ]
    usage = {"tokens": {"input_tokens": 9, "output_tokens": 3}, "cached_tokens": 2}
    whole = {
        "message": {"content": content, "tool_plan": "".join(plan), "tool_calls": called},
        "finish_reason": "TOOL_CALL" if calls else "COMPLETE",
        "usage": usage,
    }
    stream = START + told("content-start", 0, content={"type": "thinking", "thinking": ""})
    stream += b"".join(told("content-delta", 0, content={"thinking": piece}) for piece in thinking)
    stream += told("content-start", 1, content={"type": "text", "text": ""})
    stream += b"".join(told("content-delta", 1, content={"text": piece}) for piece in text)
    stream += b"".join(told("tool-plan-delta", tool_plan=piece) for piece in plan)
    for index, call in enumerate(called):
        function = call["function"]
        stream += told("tool-call-start", index, tool_calls=call | {"function": {"name": calls[index][0]}})
        stream += b"".join(
            told("tool-call-delta", index, tool_calls={"function": {"arguments": character}})
            for character in function["arguments"]
        )
        stream += event("tool-call-end", index=index)
    stream += event("message-end", delta={"finish_reason": whole["finish_reason"], "usage": usage})
    reply = PROTOCOL.decode_reply(json.dumps(whole).encode(), SHOWN)
    assert isinstance(reply, Reply)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    out, decoder = decode(pieces)
    assert (decoder.usage, decoder.finish_reason, decoder.done) == (reply.usage, reply.finish_reason, True)
    message = json.loads(reply.body)["choices"][0]["message"]
    assert joined(out)["content"] == (message["content"] or "")
    for name in ("reasoning_content", "tool_calls"):
        assert joined(out).get(name) == message.get(name)
