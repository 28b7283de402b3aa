import base64
import struct
from typing import Any

import msgspec
import pytest
from lab_requests import request_to

from perpetuo.lab.openai_shape import OpenAIShape, embeddings_reply, read_embeddings
from perpetuo.lab.script import Directive, LabRequest, Script, ScriptedToolCall, ScriptedUsage, plan_answer
from perpetuo.lab.wire import Refusal

SHAPE = OpenAIShape()
HELLO = [{"role": "user", "content": "hello"}]
REFUSED: dict[str, tuple[dict[str, Any], str | None]] = {
    "no model": ({"messages": HELLO}, None),
    "no messages": ({"model": "m", "messages": []}, "messages"),
    "a role that does not exist": ({"model": "m", "messages": [{"role": "robot"}]}, "messages[0].role"),
    "a content of the wrong type": (
        {"model": "m", "messages": [{"role": "user", "content": 5}]},
        "messages[0].content",
    ),
    "stream_options without a stream": (
        {"model": "m", "messages": HELLO, "stream_options": {"include_usage": True}},
        "stream_options",
    ),
    "tool_choice without tools": ({"model": "m", "messages": HELLO, "tool_choice": "required"}, "tool_choice"),
}
SCRIPT = Script(
    text="let me see",
    reasoning="hmm well",
    tool_calls=(ScriptedToolCall("weather", {"city": "Bern"}), ScriptedToolCall("time", {"zone": "Europe/Zurich"})),
    usage=ScriptedUsage(100, 40, 20, 12, 3),
)


def read(**body: Any) -> LabRequest:
    return SHAPE.read_chat(request_to("/v1/chat/completions", {"model": "m", "messages": HELLO} | body))


def answer_to(request: LabRequest, script: Script = SCRIPT):
    return plan_answer(request, script, Directive(), words=3, key="ab" * 16, created_s=1)


def chunks(request: LabRequest, script: Script = SCRIPT) -> list[dict[str, Any]]:
    events = [event.data for event in SHAPE.stream(request, answer_to(request, script))]
    assert events[-1] == b"data: [DONE]\n\n"
    assert all(event.startswith(b"data: ") and event.endswith(b"\n\n") for event in events)
    return [msgspec.json.decode(event[6:]) for event in events[:-1]]


def test_what_a_plain_request_asks_for():
    asked = read(messages=[{"role": "system", "content": "be brief"}, *HELLO], max_tokens=9)
    assert asked == LabRequest("m", input_tokens=4, max_output_tokens=9, last_user_text="hello")


def test_texts_are_counted_and_images_too():
    parts = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]
    asked = read(messages=[{"role": "user", "content": parts}])
    assert (asked.images, asked.input_tokens, asked.last_user_text) == (2, 4, "what is this?")


@pytest.mark.parametrize(
    ("choice", "called"),
    [("auto", ()), ("none", ()), ("required", ("f",)), ({"type": "function", "function": {"name": "g"}}, ("g",))],
)
def test_only_a_demanding_tool_choice_calls_a_tool(choice: Any, called: tuple[str, ...]):
    tools = [{"type": "function", "function": {"name": name}} for name in "fg"]
    assert read(tools=tools, tool_choice=choice).tools_to_call == called


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str):
    body, param = REFUSED[case]
    with pytest.raises(Refusal) as caught:
        SHAPE.read_chat(request_to("/v1/chat/completions", body))
    assert (caught.value.status, caught.value.param) == (400, param)


def test_usage_comes_on_a_stream_only_when_asked_for():
    without = chunks(read(stream=True))
    assert not any("usage" in chunk for chunk in without)
    with_usage = chunks(read(stream=True, stream_options={"include_usage": True}))
    assert all(chunk["usage"] is None for chunk in with_usage[:-1])
    assert with_usage[-1]["choices"] == []
    assert with_usage[-1]["usage"]["total_tokens"] == 112


def test_a_stream_says_what_the_whole_reply_says():
    request = read(stream=True, stream_options={"include_usage": True})
    whole = msgspec.json.decode(SHAPE.reply(answer_to(request)), type=dict[str, Any])
    streamed = chunks(request)
    deltas = [chunk["choices"][0]["delta"] for chunk in streamed if chunk["choices"]]
    message = whole["choices"][0]["message"]
    assert "".join(delta.get("content") or "" for delta in deltas) == message["content"] == "let me see"
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == message["reasoning_content"]
    calls: dict[int, dict[str, str]] = {}
    for part in (part for delta in deltas for part in delta.get("tool_calls", ())):
        call = calls.setdefault(
            part["index"], {"id": part.get("id"), "name": part["function"].get("name"), "arguments": ""}
        )
        call["arguments"] += part["function"]["arguments"]
    assert list(calls.values()) == [{"id": call["id"], **call["function"]} for call in message["tool_calls"]]
    assert streamed[-2]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"] == "tool_calls"
    assert streamed[-1]["usage"] == whole["usage"]


def test_arguments_of_parallel_calls_take_turns():
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(read(stream=True))]
    turns = [part["index"] for delta in deltas for part in delta.get("tool_calls", ())]
    assert turns[:6] == [0, 1, 0, 1, 0, 1]


def test_each_content_chunk_of_a_stream_is_one_token():
    request = read(stream=True)
    script = msgspec.structs.replace(SCRIPT, usage=ScriptedUsage())
    events = SHAPE.stream(request, answer_to(request, script))
    assert sum(event.content is not None for event in events) == answer_to(request, script).tokens.output_tokens


def test_cached_and_written_tokens_are_parts_of_the_prompt():
    usage = msgspec.json.decode(SHAPE.reply(answer_to(read())), type=dict[str, Any])["usage"]
    assert usage["prompt_tokens"] == 100
    assert usage["prompt_tokens_details"] == {"cached_tokens": 40, "cache_write_tokens": 20, "audio_tokens": 0}
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 3


def test_tool_calls_alone_have_no_content():
    reply = SHAPE.reply(answer_to(read(), Script(tool_calls=(ScriptedToolCall("f"),))))
    assert msgspec.json.decode(reply, type=dict[str, Any])["choices"][0]["message"]["content"] is None


def embed(**body: Any) -> dict[str, Any]:
    asked, inputs, tokens = read_embeddings(msgspec.json.encode({"model": "e", "input": "hello"} | body))
    return msgspec.json.decode(embeddings_reply(asked, inputs, tokens, "seed", 8), type=dict[str, Any])


def test_embeddings_are_the_same_numbers_packed_or_not():
    packed = base64.b64decode(embed(encoding_format="base64")["data"][0]["embedding"])
    assert list(struct.unpack("<8f", packed)) == embed()["data"][0]["embedding"]


def test_an_embedding_has_unit_length_and_follows_from_its_text():
    first, second = embed(input=["hello", "world"])["data"]
    assert sum(number**2 for number in first["embedding"]) == pytest.approx(1, abs=1e-6)
    assert first["embedding"] == embed()["data"][0]["embedding"] != second["embedding"]
    assert [first["index"], second["index"]] == [0, 1]


@pytest.mark.parametrize(
    ("given", "tokens", "count"),
    [("hello", 2, 1), (["hello", "hi"], 3, 2), ([1, 2, 3], 3, 1), ([[1, 2], [3]], 3, 2)],
)
def test_embeddings_take_texts_and_tokens(given: Any, tokens: int, count: int):
    reply = embed(input=given)
    assert (reply["usage"]["prompt_tokens"], len(reply["data"])) == (tokens, count)


def test_dimensions_are_honoured():
    assert len(embed(dimensions=3)["data"][0]["embedding"]) == 3


@pytest.mark.parametrize(
    ("field", "value"), [("encoding_format", "int8"), ("dimensions", 0), ("input", ""), ("input", []), ("input", [""])]
)
def test_embeddings_that_are_refused_name_the_field(field: str, value: Any):
    with pytest.raises(Refusal) as caught:
        embed(**{field: value})
    assert caught.value.param == field
