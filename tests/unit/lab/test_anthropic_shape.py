from typing import Any

import msgspec
import pytest
from lab_requests import request_to

from perpetuo.lab.anthropic_shape import AnthropicShape, count_tokens_reply
from perpetuo.lab.script import Directive, LabRequest, Script, ScriptedToolCall, ScriptedUsage, plan_answer
from perpetuo.lab.wire import Refusal

SHAPE = AnthropicShape()
HELLO = [{"role": "user", "content": "hello"}]
SCRIPT = Script(
    text="let me see",
    reasoning="hmm well",
    tool_calls=(ScriptedToolCall("weather", {"city": "Bern"}), ScriptedToolCall("time", {"zone": "Europe/Zurich"})),
    usage=ScriptedUsage(100, 40, 20, 12, 3),
)
HIDDEN = msgspec.structs.replace(SCRIPT, is_redacted=True)
REFUSED: dict[str, dict[str, Any]] = {
    "no max_tokens": {"model": "m", "messages": HELLO},
    "no messages": {"model": "m", "max_tokens": 9, "messages": []},
    "a system message among the messages": {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "system", "content": "x"}],
    },
    "not JSON's types": {"model": 5, "max_tokens": 9, "messages": HELLO},
}


def read(**body: Any) -> LabRequest:
    return SHAPE.read_chat(request_to("/v1/messages", {"model": "m", "max_tokens": 99, "messages": HELLO} | body))


def answer(script: Script = SCRIPT):
    return plan_answer(read(stream=True), script, Directive(), words=3, key="ab" * 16, created_s=1)


def events(script: Script = SCRIPT) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = []
    for event in SHAPE.stream(read(stream=True), answer(script)):
        name, data = event.data.removesuffix(b"\n\n").split(b"\n")
        document = msgspec.json.decode(data.removeprefix(b"data: "), type=dict[str, Any])
        assert name == b"event: " + document["type"].encode()
        decoded.append(document)
    return decoded


def test_system_messages_and_tool_results_are_counted_as_input():
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "12345678"}]}
    asked = read(system="1234", messages=[{"role": "user", "content": [result, {"type": "text", "text": "1234"}]}])
    assert (asked.input_tokens, asked.last_user_text) == (4, "12345678\n1234")


def test_images_are_counted_also_inside_tool_results():
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [image]}
    assert read(messages=[{"role": "user", "content": [image, result]}]).images == 2


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str):
    with pytest.raises(Refusal) as caught:
        SHAPE.read_chat(request_to("/v1/messages", REFUSED[case]))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ({"type": "auto"}, ()),
        ({"type": "none"}, ()),
        ({"type": "any"}, ("f",)),
        ({"type": "tool", "name": "g"}, ("g",)),
    ],
)
def test_only_a_demanding_tool_choice_calls_a_tool(choice: Any, called: tuple[str, ...]):
    tools = [{"name": name, "input_schema": {"type": "object"}} for name in "fg"]
    assert read(tools=tools, tool_choice=choice).tools_to_call == called


def test_the_order_of_events_is_the_vendors():
    kinds = [event["type"] for event in events(Script(text="a b"))]
    assert kinds == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


@pytest.mark.parametrize("script", [SCRIPT, HIDDEN], ids=["told", "redacted"])
def test_a_stream_says_what_the_whole_reply_says(script: Script):
    whole = msgspec.json.decode(SHAPE.reply(answer(script)), type=dict[str, Any])
    streamed = events(script)
    blocks: list[dict[str, Any]] = []
    for event in streamed:
        if event["type"] == "content_block_start":
            assert event["index"] == len(blocks)
            blocks.append(event["content_block"] | {"json": ""})
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            for field in ("text", "thinking", "signature"):
                if field in delta:
                    blocks[event["index"]][field] += delta[field]
            blocks[event["index"]]["json"] += delta.get("partial_json", "")
    for block in blocks:
        arguments = block.pop("json")
        if arguments:
            block["input"] = msgspec.json.decode(arguments)
    assert blocks == whole["content"]
    end = streamed[-2]
    assert end["delta"]["stop_reason"] == whole["stop_reason"] == "tool_use"
    assert end["usage"] == {key: value for key, value in whole["usage"].items() if key != "service_tier"}


def test_input_tokens_leave_out_what_the_cache_read_or_wrote():
    usage = msgspec.json.decode(SHAPE.reply(answer()), type=dict[str, Any])["usage"]
    assert usage["input_tokens"] == 40
    assert (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]) == (40, 20)
    assert (usage["output_tokens"], usage["output_tokens_details"]) == (12, {"thinking_tokens": 3})


def test_each_content_event_is_one_token():
    plain = answer(msgspec.structs.replace(SCRIPT, usage=ScriptedUsage()))
    counted = sum(event.content is not None for event in SHAPE.stream(read(stream=True), plain))
    assert counted == plain.tokens.output_tokens


def test_a_key_may_come_in_either_header_but_never_without_a_version():
    version = {"anthropic-version": "2023-06-01"}
    assert SHAPE.credential(version | {"x-api-key": "k"}) == "k"
    assert SHAPE.credential(version | {"authorization": "Bearer k"}) == "k"
    assert SHAPE.credential(version) is None
    with pytest.raises(Refusal):
        SHAPE.credential({"x-api-key": "k"})


def test_tokens_can_be_counted_without_an_answer():
    body = msgspec.json.encode({"model": "m", "system": "1234", "messages": HELLO})
    assert msgspec.json.decode(count_tokens_reply(body)) == {"input_tokens": 3}


def second_turn(content: list[Any], **body: Any) -> LabRequest:
    results = [
        {"type": "tool_result", "tool_use_id": b["id"], "content": "x"} for b in content if b["type"] == "tool_use"
    ]
    return read(
        messages=[*HELLO, {"role": "assistant", "content": content}, {"role": "user", "content": results}], **body
    )


@pytest.mark.parametrize("script", [SCRIPT, HIDDEN], ids=["told", "redacted"])
def test_a_second_turn_is_accepted_only_with_the_thinking_it_was_answered(script: Script):
    content = msgspec.json.decode(SHAPE.reply(answer(script)), type=dict[str, Any])["content"]
    thinking = {"type": "enabled", "budget_tokens": 1024}
    assert second_turn(content, thinking=thinking).model == "m"
    with pytest.raises(Refusal, match="Expected `thinking`"):
        second_turn(content[1:], thinking=thinking)
    for relaxed in ({"type": "adaptive"}, {"type": "disabled"}):
        assert second_turn(content[1:], thinking=relaxed).model == "m"


def test_altered_thinking_is_refused():
    content = msgspec.json.decode(SHAPE.reply(answer()), type=dict[str, Any])["content"]
    for changed in ({"thinking": "hmm"}, {"signature": "EqQBCgIYAhIM"}):
        with pytest.raises(Refusal, match="Invalid `signature`"):
            second_turn([content[0] | changed, *content[1:]])
