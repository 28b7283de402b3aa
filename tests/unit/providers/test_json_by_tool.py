import json
from collections.abc import Callable
from typing import Any

import pytest

from perpetuo.core.request import parse_chat_request
from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, ReplyContext
from perpetuo.providers.json_by_tool import TOOL_NAME, JsonByToolStream, answered_by_tool, asked_by_tool
from perpetuo.providers.openai_chat import OpenAIChat

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ANSWER = '{"city":"Zürich"}'
Read = Callable[[bytes], dict[str, Any]]


def asked(response_format: dict[str, Any]) -> dict[str, Any]:
    body = {"model": "m", "messages": [{"role": "user", "content": "where?"}], "response_format": response_format}
    fields = asked_by_tool(parse_chat_request(json.dumps(body | {"seed": 1}).encode())).fields
    return {name: json.loads(bytes(raw)) for name, raw in fields.items()}


def completion(message: dict[str, Any], finish_reason: str) -> Reply:
    body = {"id": "x", "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]}
    return Reply(json.dumps(body).encode(), Usage(), "m", finish_reason)


def call(arguments: str, **more: Any) -> dict[str, Any]:
    return {"id": "c", "type": "function", "function": {"name": TOOL_NAME, "arguments": arguments}} | more


def stream_of(*deltas: dict[str, Any], finish: str) -> bytes:
    chunks: list[dict[str, Any]] = [
        {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


def decoded(stream: bytes, size: int) -> tuple[bytes, JsonByToolStream]:
    decoder = JsonByToolStream(OpenAIChat().stream_decoder(ReplyContext("r", 1)))
    out = b"".join(decoder.feed(stream[at : at + size]) for at in range(0, len(stream), size))
    return out + decoder.end(), decoder


def test_the_schema_becomes_the_parameters_of_a_tool_that_must_be_called() -> None:
    fields = asked({"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}})
    assert "response_format" not in fields
    assert fields["tools"][0]["function"]["parameters"] == SCHEMA
    assert fields["tool_choice"] == {"type": "function", "function": {"name": TOOL_NAME}}
    assert fields["seed"] == 1


def test_any_object_will_do_for_json_object() -> None:
    assert asked({"type": "json_object"})["tools"][0]["function"]["parameters"] == {"type": "object"}


def test_the_arguments_are_the_whole_answer(read_reply: Read) -> None:
    reply = answered_by_tool(completion({"content": "Well:", "tool_calls": [call(ANSWER)]}, "tool_calls"))
    read = read_reply(reply.body)
    assert (read["text"], read["tools"], read["finish"], reply.finish_reason) == (ANSWER, [], "stop", "stop")


def test_an_answer_without_the_call_stays_what_it_is(read_reply: Read) -> None:
    read = read_reply(answered_by_tool(completion({"content": "I can not."}, "stop")).body)
    assert (read["text"], read["finish"]) == ("I can not.", "stop")


def test_an_answer_that_was_cut_says_so(read_reply: Read) -> None:
    reply = answered_by_tool(completion({"content": None, "tool_calls": [call('{"ci')]}, "length"))
    assert (read_reply(reply.body)["text"], reply.finish_reason) == ('{"ci', "length")


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_stream_brings_the_arguments_as_content(read_stream: Read, size: int) -> None:
    stream = stream_of(
        {"role": "assistant", "content": ""},
        {"content": "Well:"},
        {"tool_calls": [call("", index=0)]},
        *({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]} for letter in ANSWER),
        finish="tool_calls",
    )
    out, decoder = decoded(stream, size)
    read = read_stream(out)
    assert (read["text"], read["tools"], read["finish"], read["done"]) == (ANSWER, [], "stop", True)
    assert (decoder.finish_reason, decoder.done, decoder.failure, decoder.saw_content) == ("stop", True, None, True)


def test_a_stream_without_the_call_brings_its_text(read_stream: Read) -> None:
    out, _ = decoded(stream_of({"content": "I can"}, {"content": " not."}, finish="stop"), 5)
    assert (read_stream(out)["text"], read_stream(out)["finish"]) == ("I can not.", "stop")


def test_a_stream_that_was_cut_has_failed() -> None:
    out, decoder = decoded(stream_of({"tool_calls": [call("{", index=0)]}, finish="tool_calls")[:120], 11)
    assert decoder.failure is not None
    assert b"[DONE]" not in out
