import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.carriage import loss_of
from perpetuo.core.errors import ClientError, UpstreamFailure
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.core.usage import Usage
from perpetuo.providers.anthropic_messages import (
    JSON_OBJECT_INSTRUCTION,
    AnthropicMessages,
    accepted_schema,
)
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.chat_output import JsonCompactor

PROTOCOL = AnthropicMessages()
CONTEXT = ReplyContext("chatcmpl-x", 1_790_000_000)
SHOWN = ReplyContext("chatcmpl-x", 1_790_000_000, include_usage=True)
CASES = ["text", "parallel_tools", "thinking"]

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


@pytest.fixture
def encoded(request_of: Build, target_of: Aim) -> Callable[..., dict[str, Any]]:
    """The body that goes out for a request with these fields."""

    def encode(fields: dict[str, Any], model: dict[str, Any] | None = None, **known: Any) -> dict[str, Any]:
        request = request_of({"model": "a", "messages": [{"role": "user", "content": "hi"}], **fields}, **known)
        return json.loads(PROTOCOL.encode_request(request, target_of("anthropic_messages", model)).body)

    return encode


# --- requests ---


def test_the_call_goes_to_v1_messages_with_its_key_and_version(request_of: Build, target_of: Aim) -> None:
    target = target_of("anthropic_messages", auth="x-api-key")
    call = PROTOCOL.encode_request(request_of({"messages": []}, stream=True), target)
    assert (call.method, call.url) == ("POST", "https://api.vendor.test/v1/messages")
    assert dict(call.headers) == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "anthropic-version": "2023-06-01",
        "x-api-key": "sk-test",
    }


def test_the_vendors_own_version_wins(request_of: Build, target_of: Aim) -> None:
    target = target_of("anthropic_messages", extra_headers=(("Anthropic-Version", "2099-01-01"),))
    headers = PROTOCOL.encode_request(request_of({"messages": []}), target).headers
    assert [value for name, value in headers if name.lower() == "anthropic-version"] == ["2099-01-01"]


def test_a_whole_conversation_with_tools_keeps_its_order_and_alternates(encoded: Any) -> None:
    body = encoded(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Weather?"},
                {"role": "user", "content": [{"type": "text", "text": "In Köln."}, {"type": "text", "text": ""}]},
                {
                    "role": "assistant",
                    "content": "Looking.",
                    "tool_calls": [
                        {"id": "call_1", "type": "function", "function": {"name": "w", "arguments": '{"c": 1.0}'}},
                        {"id": "f.x:0", "type": "function", "function": {"name": "t", "arguments": ""}},
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
                {"role": "tool", "tool_call_id": "f.x:0", "content": [{"type": "text", "text": "noon"}]},
                {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
                {"role": "user", "content": "Well?"},
            ],
            "tools": [{"type": "function", "function": {"name": "w"}}],
        }
    )
    assert body["system"] == [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}]
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}, {"type": "text", "text": "In Köln."}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Looking."},
                {"type": "tool_use", "id": "call_1", "name": "w", "input": {"c": 1.0}},
                {"type": "tool_use", "id": "f_x_0", "name": "t", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "sun"}]},
                {"type": "tool_result", "tool_use_id": "f_x_0", "content": [{"type": "text", "text": "noon"}]},
                {"type": "text", "text": "Well?"},
            ],
        },
    ]


def test_thinking_that_was_signed_goes_back_and_unsigned_does_not(encoded: Any) -> None:
    blocks = [
        {"type": "thinking", "thinking": "a", "signature": "s", "index": 0},
        {"type": "thinking", "thinking": "b", "signature": ""},
        {"type": "redacted_thinking", "data": "d"},
    ]
    message = {"role": "assistant", "content": "c \n", "thinking_blocks": blocks}
    assert encoded({"messages": [message]})["messages"][0]["content"] == [
        {"type": "thinking", "thinking": "a", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "c"},
    ]


PARTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an image by URL": (
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
        {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
    ),
    "an image as data": (
        {"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AAAA"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AAAA"}},
    ),
    "a PDF": (
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"},
            "title": "a.pdf",
        },
    ),
    "a cache mark": (
        {"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_finds_its_counterpart(name: str, encoded: Any) -> None:
    part, block = PARTS[name]
    assert encoded({"messages": [{"role": "user", "content": [part]}]})["messages"][0]["content"] == [block]


def user(part: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown part": (user({"type": "video_url", "video_url": {"url": "x"}}), "messages[0].content[0]"),
    "audio": (user({"type": "input_audio", "input_audio": {}}), "messages[0].content[0]"),
    "a stored file": (user({"type": "file", "file": {"file_id": "f"}}), "messages[0].content[0]"),
    "a file of another type": (
        user({"type": "file", "file": {"file_data": "data:text/csv;base64,AAAA"}}),
        "messages[0].content[0].file.file_data",
    ),
    "an image that is neither URL nor data": (
        user({"type": "image_url", "image_url": {"url": "ftp://x"}}),
        "messages[0].content[0].image_url.url",
    ),
    "an unknown role": ({"messages": [{"role": "function", "name": "f", "content": "x"}]}, "messages[0].role"),
    "a tool result of no call": ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    "arguments that are no object": (
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "[1"}}]}
            ]
        },
        "messages[0].tool_calls[0].function.arguments",
    ),
    "a tool that is no function": ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
    "an unknown tool choice": ({"tools": [{"function": {"name": "f"}}], "tool_choice": "some"}, "tool_choice"),
    "messages of a wrong type": ({"messages": [{"role": 7}]}, "messages"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_here_is_the_clients_error_and_names_the_field(name: str, encoded: Any) -> None:
    fields, param = REFUSED[name]
    with pytest.raises(ClientError) as caught:
        encoded(fields)
    assert caught.value.param == param


AUDIO_PART = {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}
UNSUPPORTED: dict[str, dict[str, Any]] = {
    "several choices": {"n": 2},
    "log probabilities": {"logprobs": True},
    "audio in": {"messages": [{"role": "user", "content": [AUDIO_PART]}]},
    "audio out": {"audio": {"voice": "x"}},
    "old-style functions": {"functions": [{"name": "f"}]},
    "a tool choice of a newer kind": {"tool_choice": {"type": "allowed_tools"}, "tools": [{"type": "x"}]},
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_the_protocol_says_before_that_it_can_not_carry(name: str) -> None:
    assert loss_of(parsed(UNSUPPORTED[name]).uses, PROTOCOL.carriage).refused


def test_an_ordinary_request_can_be_carried() -> None:
    choice = {"type": "function", "function": {"name": "f"}}
    fields = {"n": 1, "logprobs": False, "seed": 1, "functions": None, "tool_choice": choice, "temperature": 2}
    loss = loss_of(parsed(fields | {"tools": [TOOL]}).uses, PROTOCOL.carriage)
    assert (loss.refused, loss.dropped, loss.approximated) == ((), ("seed",), ("temperature",))


def parsed(fields: dict[str, Any]) -> ChatRequest:
    body = {"model": "a", "messages": [{"role": "user", "content": "hi"}]} | fields
    return parse_chat_request(json.dumps(body).encode())


TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"properties": {}}}}
CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "is left to the model": ({}, None),
    "auto": ({"tool_choice": "auto"}, {"type": "auto"}),
    "none": ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}),
    "required": ({"tool_choice": "required"}, {"type": "any"}),
    "named": ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, {"type": "tool", "name": "f"}),
    "one at a time": ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
    "required, one at a time": (
        {"tool_choice": "required", "parallel_tool_calls": False},
        {"type": "any", "disable_parallel_tool_use": True},
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_tool_choice(name: str, encoded: Any) -> None:
    fields, expected = CHOICES[name]
    body = encoded({"tools": [TOOL], **fields})
    assert body.get("tool_choice") == expected
    assert body["tools"] == [{"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {}}}]


def test_tools_of_earlier_calls_are_declared_when_the_client_no_longer_does(encoded: Any) -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c", "content": "x"}]
    body = encoded({"messages": messages})
    assert body["tools"] == [{"name": "f", "input_schema": {"type": "object"}}]
    assert body["tool_choice"] == {"type": "none"}


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a temperature above this API's range": ({"temperature": 1.7}, {"temperature": 1}),
    "a temperature, which leaves no top_p": ({"temperature": 0.2, "top_p": 0.5}, {"temperature": 0.2}),
    "top_p alone": ({"top_p": 0.5}, {"top_p": 0.5}),
    "one stop sequence": ({"stop": "END"}, {"stop_sequences": ["END"]}),
    "stop sequences, without those of white space": ({"stop": ["\n", "END"]}, {"stop_sequences": ["END"]}),
    "wishes without a counterpart": ({"seed": 1, "frequency_penalty": 1, "reasoning_effort": "low", "x": 1}, {}),
    "a plain response format": ({"response_format": {"type": "text"}}, {}),
    "null everywhere": ({"temperature": None, "stop": None, "tools": None, "response_format": None}, {}),
    "a JSON object": (
        {"response_format": {"type": "json_object"}},
        {"system": [{"type": "text", "text": JSON_OBJECT_INSTRUCTION}]},
    ),
    "a JSON schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
        {
            "output_config": {
                "format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": False}}
            }
        },
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_become(name: str, encoded: Any) -> None:
    fields, expected = SETTINGS[name]
    body = encoded(fields)
    assert {key: body[key] for key in body if key not in ("model", "max_tokens", "messages")} == expected


@pytest.mark.parametrize(
    ("asked", "model_limit", "sent"), [(100, None, 100), (None, None, 4096), (None, 8192, 8192), (9999, 8192, 8192)]
)
def test_the_output_limit_is_the_clients_within_the_models(
    asked: int | None, model_limit: int | None, sent: int, encoded: Any
) -> None:
    assert encoded({}, {"max_output_tokens": model_limit}, max_output_tokens=asked)["max_tokens"] == sent


def test_user_and_stream_travel(encoded: Any) -> None:
    body = encoded({}, user="u-1", stream=True)
    assert (body["metadata"], body["stream"], body["model"]) == ({"user_id": "u-1"}, True, "vendor-model")


def test_a_field_the_model_refuses_is_not_sent(encoded: Any) -> None:
    body = encoded({"temperature": 0.5, "top_p": 0.5}, {"refused_fields": frozenset(("temperature", "top_p"))})
    assert "temperature" not in body
    assert "top_p" not in body


def test_a_schema_is_closed_and_tells_in_words_what_this_api_refuses() -> None:
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1, "description": "A count."},
            "list": {"type": "array", "minItems": 2, "items": {"oneOf": [{"type": "object"}, {"type": "null"}]}},
        },
        "required": ["minimum"],
    }
    assert accepted_schema(schema) == {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "description": "A count. {minimum: 1}"},
            "list": {
                "type": "array",
                "items": {"anyOf": [{"type": "object", "additionalProperties": False}, {"type": "null"}]},
                "description": "{minItems: 2}",
            },
        },
        "required": ["minimum"],
        "additionalProperties": False,
    }


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
    "an error in words": (b'{"error":"No."}', (None, "No.")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_read_in_every_shape_and_the_status_is_kept(name: str) -> None:
    body, expected = ERRORS[name]
    failure = PROTOCOL.decode_error(400, (), body)
    assert (failure.type, failure.message, failure.status, failure.kind) == (*expected, 400, "status")


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
