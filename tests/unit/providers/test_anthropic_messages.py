import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.usage import Usage
from perpetuo.providers.anthropic_messages import AnthropicMessages
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.chat_output import JsonCompactor

PROTOCOL = AnthropicMessages()
CONTEXT = ReplyContext("chatcmpl-x", 1_790_000_000)
SHOWN = ReplyContext("chatcmpl-x", 1_790_000_000, include_usage=True)
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


# --- replies and streams ---


@pytest.mark.parametrize("case", CASES)
def test_a_stream_and_a_whole_reply_say_the_same(
    case: str, recording: Recording, read_stream: Read, read_reply: Read
) -> None:
    out, decoder = decode([recording(f"anthropic_messages/{case}.reply.sse")])
    reply = PROTOCOL.decode_reply(recording(f"anthropic_messages/{case}.reply.json"), SHOWN)
    assert isinstance(reply, Reply)
    assert read_stream(out) == read_reply(reply.body)
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("context", [CONTEXT, SHOWN])
def test_a_stream_decodes_the_same_cut_at_every_byte(case: str, context: ReplyContext, recording: Recording) -> None:
    stream = recording(f"anthropic_messages/{case}.reply.sse")
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
    stream = recording(f"anthropic_messages/{case}.reply.sse")
    for cut in range(stream.index(b"event: message_stop")):
        out, decoder = decode([stream[:cut]])
        assert not decoder.done
        assert decoder.failure is not None
        assert b"[DONE]" not in out


def test_a_reply_has_the_shape_of_a_completion(recording: Recording) -> None:
    reply = PROTOCOL.decode_reply(recording("anthropic_messages/parallel_tools.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert json.loads(reply.body) == {
        "id": "chatcmpl-x",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "claude-word-1",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Let me look.",
                    "refusal": None,
                    "tool_calls": [
                        {
                            "id": "toolu_1",
                            "type": "function",
                            "function": {"name": "weather", "arguments": '{"city":"Köln, \\"Dom\\"","days":2.0}'},
                        },
                        {"id": "toolu_2", "type": "function", "function": {"name": "clock", "arguments": "{}"}},
                    ],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"prompt_tokens": 400, "completion_tokens": 60, "total_tokens": 460},
    }


def test_cached_and_written_tokens_are_part_of_the_prompt(recording: Recording, read_reply: Read) -> None:
    reply = PROTOCOL.decode_reply(recording("anthropic_messages/text.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.usage == Usage(139, 100, 30, 5, None, "reported")
    assert read_reply(reply.body)["usage"] == {
        "prompt_tokens": 139,
        "completion_tokens": 5,
        "total_tokens": 144,
        "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 30},
    }


def test_thinking_can_be_sent_back_after_a_stream_as_after_a_reply(recording: Recording) -> None:
    expected = [
        {"type": "thinking", "thinking": "First then", "signature": "c2lnbmVk"},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
    ]
    reply = PROTOCOL.decode_reply(recording("anthropic_messages/thinking.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert json.loads(reply.body)["choices"][0]["message"]["thinking_blocks"] == expected
    out, _ = decode([recording("anthropic_messages/thinking.reply.sse")])
    chunks = [json.loads(line[6:]) for line in out.split(b"\n") if line.startswith(b"data: {")]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    streamed = [block for delta in deltas for block in delta.get("thinking_blocks", [])]
    assert streamed == [{"index": index} | block for index, block in enumerate(expected)]
    assert chunks[-1]["usage"]["completion_tokens_details"] == {"reasoning_tokens": 55}


def test_parallel_calls_are_numbered_by_themselves_and_name_their_index_each_time(recording: Recording) -> None:
    out, _ = decode([recording("anthropic_messages/parallel_tools.reply.sse")], CONTEXT)
    chunks = [json.loads(line[6:]) for line in out.split(b"\n") if line.startswith(b"data: {")]
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert [(call["index"], call.get("id")) for call in calls if "id" in call] == [(0, "toolu_1"), (1, "toolu_2")]
    assert [call["function"]["arguments"] for call in calls if call["index"] == 1] == ["", "{}"]


def test_deltas_are_counted_as_the_vendor_sent_them(recording: Recording) -> None:
    for case, deltas in (("text", 5), ("parallel_tools", 6), ("thinking", 3)):
        assert decode([recording(f"anthropic_messages/{case}.reply.sse")])[1].output_deltas == deltas


def test_usage_is_only_shown_to_a_client_that_asked(recording: Recording) -> None:
    stream = recording("anthropic_messages/text.reply.sse")
    hidden, decoder = decode([stream], CONTEXT)
    assert b'"usage"' not in hidden
    assert decoder.usage.input_tokens == 139
    shown, _ = decode([stream], SHOWN)
    assert b'"choices":[],"usage":{"prompt_tokens":139' in shown


def test_a_label_replaces_the_model(recording: Recording) -> None:
    context = ReplyContext("chatcmpl-x", 1, model_label="ours", include_usage=True)
    out, decoder = decode([recording("anthropic_messages/text.reply.sse")], context)
    assert b"claude" not in out
    reply = PROTOCOL.decode_reply(recording("anthropic_messages/text.reply.json"), context)
    assert isinstance(reply, Reply)
    assert b'"model":"ours"' in reply.body
    assert decoder.model == reply.model == "claude-word-1"


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_finish_reasons_are_translated(stop_reason: str, finish_reason: str) -> None:
    body = json.dumps({"type": "message", "model": "c", "content": [], "stop_reason": stop_reason}).encode()
    reply = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.finish_reason == finish_reason
    stream = event("message_delta", delta={"stop_reason": stop_reason}) + event("message_stop")
    assert decode([stream])[1].finish_reason == finish_reason


def event(type_: str, **fields: Any) -> bytes:
    return f"event: {type_}\ndata: {json.dumps({'type': type_, **fields})}\n\n".encode()


START = event("message_start", message={"model": "c", "usage": {"input_tokens": 3}})
TEXT = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
HI = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "hi"})
STOP = event("message_delta", delta={"stop_reason": "end_turn"}) + event("message_stop")


def error(type_: str) -> bytes:
    return event("error", error={"type": type_, "message": "No."})


STREAMS_THAT_FAIL = {
    "overload before content": (START + error("overloaded_error"), "in_band", 529),
    "overload as the first event": (error("overloaded_error"), "in_band", 529),
    "an error after content": (START + TEXT + HI + error("api_error") + STOP, "in_band", 500),
    "a rate limit": (error("rate_limit_error"), "in_band", 429),
    "an unknown error": (error("new_error"), "in_band", None),
    "an end without an end": (START + TEXT + HI, "truncated", None),
    "an end before message_stop": (
        START + TEXT + HI + event("message_delta", delta={"stop_reason": "end_turn"}),
        "truncated",
        None,
    ),
    "an event that is no JSON": (START + b"event: ping\ndata: {oops\n\n" + STOP, "malformed", None),
    "arguments of no tool": (
        START + event("content_block_delta", index=3, delta={"type": "input_json_delta", "partial_json": "{"}) + STOP,
        "malformed",
        None,
    ),
    "a delta of nothing": (START + event("content_block_delta", index=0) + STOP, "malformed", None),
    "an end with nothing before": (START + event("message_stop"), "empty", None),
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "an error document": (b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}', "in_band", 529),
    "a whole reply": (b'{"type":"message","content":[]}', "malformed", None),
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


def test_pings_and_events_of_the_future_are_passed_over(read_stream: Read) -> None:
    new = event("content_block_start", index=1, content_block={"type": "hologram"})
    new += event("content_block_delta", index=1, delta={"type": "hologram_delta", "data": "x"}) + event("new_event")
    out, decoder = decode([START + event("ping") + TEXT + new + HI + STOP])
    assert decoder.done
    assert read_stream(out)["text"] == "hi"


def blocks_as_stream(blocks: list[dict[str, Any]], stop: dict[str, Any]) -> bytes:
    """The same blocks, told piece by piece."""
    out = START
    for index, block in enumerate(blocks):
        empty = {"text": "", "thinking": "", "signature": "", "citations": [], "input": {}}
        opening = {name: empty.get(name, value) for name, value in block.items()}
        if block["type"] in ("redacted_thinking", "web_search_tool_result"):
            opening = block
        out += event("content_block_start", index=index, content_block=opening)
        for name, kind in (("thinking", "thinking_delta"), ("signature", "signature_delta"), ("text", "text_delta")):
            for character in block.get(name, ""):
                out += event("content_block_delta", index=index, delta={"type": kind, name: character})
        for citation in block.get("citations", []):
            out += event("content_block_delta", index=index, delta={"type": "citations_delta", "citation": citation})
        if "input" in block:
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            out += event("content_block_delta", index=index, delta=delta)
        out += event("content_block_stop", index=index)
    return out + event("message_delta", delta=stop) + event("message_stop")


def both(blocks: list[dict[str, Any]], **stop: Any) -> list[dict[str, Any]]:
    """The message of a whole reply, and of a stream put together by its clients."""
    stop = {"stop_reason": "end_turn"} | stop
    whole = {"type": "message", "model": "c", "content": blocks, "usage": {"input_tokens": 3}} | stop
    reply = PROTOCOL.decode_reply(json.dumps(whole).encode(), CONTEXT)
    assert isinstance(reply, Reply)
    out, decoder = decode([blocks_as_stream(blocks, stop)], CONTEXT)
    assert (decoder.usage, decoder.finish_reason, decoder.done) == (reply.usage, reply.finish_reason, True)
    joined: dict[str, Any] = {"content": ""}
    for line in out.split(b"\n"):
        for choice in json.loads(line[6:])["choices"] if line.startswith(b"data: {") else []:
            for name, value in choice["delta"].items():
                if name == "tool_calls":
                    calls = joined.setdefault(name, [])
                    for call in value:
                        if call["index"] == len(calls):
                            calls.append(call)
                        else:
                            calls[call["index"]]["function"]["arguments"] += call["function"]["arguments"]
                elif isinstance(value, list):
                    cleaned = [{key: item[key] for key in item if key != "index"} for item in value]
                    joined[name] = joined.get(name, []) + cleaned
                elif isinstance(value, str) and name != "role":
                    joined[name] = joined.get(name, "") + value
    return [json.loads(reply.body)["choices"][0]["message"], joined]


FOUND = {
    "type": "web_search_result_location",
    "url": "https://x.test/a",
    "title": "A",
    "cited_text": "so it is",
    "encrypted_index": "Ab+/=",
}
OF_A_FILE = {"type": "page_location", "document_index": 0, "cited_text": "p", "start_page_number": 1}


def test_citations_are_kept_with_their_span_and_those_with_an_address_are_annotations() -> None:
    blocks = [
        {"type": "text", "text": "Köln: "},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "dom"}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
        {"type": "text", "text": "157 m", "citations": [FOUND, OF_A_FILE]},
        {"type": "text", "text": "."},
    ]
    span = {"start_index": 6, "end_index": 11}
    for message in both(blocks):
        assert message["content"] == "Köln: 157 m."
        assert message["citations"] == [FOUND | span, OF_A_FILE | span]
        assert message["annotations"] == [
            {"type": "url_citation", "url_citation": span | {"url": "https://x.test/a", "title": "A"}}
        ]
        assert "tool_calls" not in message


def test_what_a_server_tool_is_asked_is_no_argument_of_a_call(read_stream: Read) -> None:
    blocks = [
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "dom"}},
    ]
    out, _ = decode([blocks_as_stream(blocks, {"stop_reason": "tool_use"})])
    assert read_stream(out)["tools"] == [{"id": "t", "name": "f", "arguments": '{"a":1}'}]


def test_thinking_tells_the_place_it_had() -> None:
    blocks = [
        {"type": "thinking", "thinking": "a", "signature": "sa"},
        {"type": "text", "text": "Köln"},
        {"type": "thinking", "thinking": "", "signature": "sb"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        {"type": "redacted_thinking", "data": "d"},
    ]
    for message in both(blocks, stop_reason="tool_use"):
        assert message["thinking_blocks"] == [
            {"type": "thinking", "thinking": "a", "signature": "sa"},
            {"type": "thinking", "thinking": "", "signature": "sb", "content_offset": 4},
            {"type": "redacted_thinking", "data": "d", "content_offset": 4, "tool_calls_before": 1},
        ]
        assert message["reasoning_content"] == "a"


def test_a_refusal_says_why_where_the_vendor_does() -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "Not this."}
    for message in both([], stop_reason="refusal", stop_details=details):
        assert message["refusal"] == "Not this."
    whole, streamed = both([], stop_reason="refusal", stop_details=None)
    assert (whole["refusal"], "refusal" in streamed) == (None, False)


def test_tokens_written_to_the_cache_are_summed_where_only_their_lives_are_told() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 1,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4},
    }
    body = {"type": "message", "content": [], "stop_reason": "end_turn", "usage": usage}
    reply = PROTOCOL.decode_reply(json.dumps(body).encode(), CONTEXT)
    assert isinstance(reply, Reply)
    assert (reply.usage.input_tokens, reply.usage.cache_write_tokens) == (17, 7)


def test_reasoning_without_an_end_is_not_kept_for_ever() -> None:
    decoder = PROTOCOL.stream_decoder(CONTEXT)
    decoder.feed(START + event("content_block_start", index=0, content_block={"type": "thinking"}))
    piece = event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "s" * 3_000_000})
    for _ in range(20):
        decoder.feed(piece)
    assert decoder.failure is not None
    assert decoder.failure.kind == "too_large"
    many = b"".join(event("content_block_start", index=i, content_block={"type": "text"}) for i in range(2_000))
    failure = decode([START + many])[1].failure
    assert failure is not None
    assert failure.kind == "malformed"


SCRIPT = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, st.text(min_size=1, max_size=8)),
        st.builds(
            lambda text, citation: {"type": "text", "text": text, "citations": [citation]},
            st.text(min_size=1, max_size=8),
            st.sampled_from([FOUND, OF_A_FILE]),
        ),
        st.builds(
            lambda text, signature: {"type": "thinking", "thinking": text, "signature": signature},
            st.text(max_size=8),
            st.text(min_size=1, max_size=8),
        ),
        st.builds(lambda data: {"type": "redacted_thinking", "data": data}, st.text(min_size=1, max_size=8)),
        st.builds(
            lambda name, value: {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": {"a": value}},
            st.sampled_from("fgh"),
            st.text(max_size=4) | st.integers() | st.none(),
        ),
        st.just({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(blocks=SCRIPT, data=st.data())
def test_a_scripted_answer_is_the_same_whole_and_streamed_however_it_is_cut(
    blocks: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole, joined = both(blocks)
    assert joined["content"] == (whole["content"] or "")
    for name in ("reasoning_content", "thinking_blocks", "citations", "annotations"):
        assert joined.get(name) == whole.get(name)
    stream = blocks_as_stream(blocks, {"stop_reason": "end_turn"})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode(pieces)[0] == decode([stream])[0]
    calls = [{name: call[name] for name in call if name != "index"} for call in joined.get("tool_calls", [])]
    assert calls == whole.get("tool_calls", [])


def test_an_answer_without_content_but_with_a_reason_is_an_answer(read_stream: Read) -> None:
    out, decoder = decode([START + STOP])
    assert (decoder.done, decoder.saw_content, decoder.failure) == (True, False, None)
    assert read_stream(out)["finish"] == "stop"


BAD_REPLIES = {
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "half of a reply": (b'{"type":"message","content":[', "malformed", None),
    "an object of another kind": (b"{}", "malformed", None),
    "no content and no reason": (b'{"type":"message","content":[]}', "empty", None),
    "an error": (b'{"type":"error","error":{"type":"overloaded_error","message":"x"}}', "in_band", 529),
}


@pytest.mark.parametrize("name", BAD_REPLIES)
def test_what_is_no_answer_is_a_failure_although_the_status_was_200(name: str) -> None:
    body, kind, status = BAD_REPLIES[name]
    failure = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(failure, UpstreamFailure)
    assert (failure.kind, failure.status) == (kind, status)


ERRORS = {
    "the API's own": (
        b'{"type":"error","error":{"type":"invalid_request_error","message":"No."}}',
        ("invalid_request_error", "No."),
    ),
    "a proxy's text": (b"no healthy upstream", (None, "no healthy upstream")),
    "a page": (b"<html>", (None, "The provider answered with a page instead of an error message.")),
    "nothing": (b"", (None, "The provider gave no message.")),
    "Google's, in front of it": (
        b'[{"error":{"code":429,"message":"Quota.","status":"RESOURCE_EXHAUSTED"}}]',
        ("RESOURCE_EXHAUSTED", "Quota."),
    ),
    "an error in words": (b'{"error":"No."}', (None, "No.")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_read_in_every_shape_and_the_status_is_kept(name: str) -> None:
    body, expected = ERRORS[name]
    failure = PROTOCOL.decode_error(400, (), body)
    assert (failure.type, failure.message, failure.status, failure.kind) == (*expected, 400, "status")


# --- models ---


def test_the_list_of_models_is_asked_with_key_and_version(target_of: Aim) -> None:
    call = PROTOCOL.encode_models(target_of("anthropic_messages", auth="x-api-key"))
    assert call is not None
    assert (call.method, call.url) == ("GET", "https://api.vendor.test/v1/models?limit=1000")
    assert dict(call.headers)["x-api-key"] == "sk-test"
    assert dict(call.headers)["anthropic-version"] == "2023-06-01"
    assert PROTOCOL.encode_models(target_of("anthropic_messages", models_path="")) is None


YES, NO = {"supported": True}, {"supported": False}


def test_a_listed_model_tells_what_it_takes(target_of: Aim) -> None:
    capabilities = {
        "image_input": YES,
        "pdf_input": NO,
        "structured_outputs": NO,
        "effort": {"supported": True, "low": YES, "high": YES, "max": NO, "xhigh": None},
        "thinking": {"supported": True, "types": {"adaptive": YES, "enabled": NO}},
    }
    row = {"type": "model", "id": "claude-x", "max_input_tokens": 200_000, "max_tokens": 64_000}
    bare = {"id": "claude-y"}
    body = json.dumps({"data": [row | {"capabilities": capabilities}, bare], "has_more": False}).encode()
    told, untold = PROTOCOL.decode_models(body, target_of("anthropic_messages"))
    assert (told.id, told.canonical, told.context_tokens, told.max_output_tokens) == (
        "claude-x",
        "claude-x",
        200_000,
        64_000,
    )
    assert told.capabilities == frozenset(("tools", "vision", "json_object"))
    assert (told.efforts, told.thinking) == (("low", "high"), frozenset(("adaptive",)))
    assert untold.capabilities == frozenset(("tools", "vision", "files", "json_object", "json_schema"))
    assert (untold.efforts, untold.thinking, untold.context_tokens) == (None, None, None)


def test_a_listed_model_that_does_not_think_is_not_asked_to(target_of: Aim) -> None:
    capabilities = {"effort": {"supported": False}, "thinking": {"supported": False, "types": {}}}
    body = json.dumps({"data": [{"id": "c", "capabilities": capabilities}]}).encode()
    (model,) = PROTOCOL.decode_models(body, target_of("anthropic_messages"))
    assert model.refused_fields == frozenset(("reasoning_effort", "thinking"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"data":7}', b'{"data":[7]}', b"[" * 100_000])
def test_what_is_no_list_of_models_is_an_error(body: bytes, target_of: Aim) -> None:
    with pytest.raises(ValueError, match="list of models"):
        PROTOCOL.decode_models(body, target_of("anthropic_messages"))


# --- arguments ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(st.text(), JSON, max_size=4), ascii_only=st.booleans(), data=st.data())
def test_arguments_lose_nothing_but_white_space_however_they_are_cut(
    value: dict[str, Any], ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=data.draw(st.sampled_from([None, 1])))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    compactor = JsonCompactor()
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    compact = "".join(compactor.feed(piece) for piece in pieces)
    assert compact == json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
