from typing import Any

import msgspec
import pytest
from lab_requests import request_to
from shape_cases import CALLS, planned

from perpetuo.lab.cohere_shape import CohereShape
from perpetuo.lab.script import LabRequest, Script, ScriptedCitation, ScriptedUsage
from perpetuo.lab.wire import Refusal

SHAPE = CohereShape()
HELLO = [{"role": "user", "content": "hello"}]
CITED = Script(
    text="Bern is the capital.", citations=(ScriptedCitation("the capital", "Atlas", "https://example.com"),)
)


def read(**body: Any) -> LabRequest:
    return SHAPE.read_chat(request_to("/v2/chat", {"model": "m", "messages": HELLO} | body))


def events(script: Script = CALLS) -> list[dict[str, Any]]:
    *streamed, done = SHAPE.stream(read(stream=True), planned("m", script))
    assert done.data == b"data: [DONE]\n\n"
    decoded: list[dict[str, Any]] = []
    for event in streamed:
        name, data = event.data.removesuffix(b"\n\n").split(b"\n")
        document = msgspec.json.decode(data.removeprefix(b"data: "), type=dict[str, Any])
        assert name == b"event: " + document["type"].encode()
        decoded.append(document)
    return decoded


def whole(script: Script = CALLS) -> dict[str, Any]:
    return msgspec.json.decode(SHAPE.reply(planned("m", script)))


def test_all_messages_and_documents_in_them_are_counted_as_input():
    document = {"type": "document", "document": {"data": {"text": "1234", "year": 1}}}
    messages = [
        {"role": "system", "content": "1234"},
        {"role": "user", "content": [{"type": "text", "text": "1234"}]},
        {"role": "assistant", "tool_plan": "x", "tool_calls": []},
        {"role": "tool", "tool_call_id": "t", "content": [document]},
    ]
    asked = read(messages=messages)
    assert (asked.input_tokens, asked.last_user_text) == (3, "1234")


def test_images_are_counted():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk=", "detail": "high"}}
    assert read(messages=[{"role": "user", "content": [image, image]}]).images == 2


REFUSED: dict[str, dict[str, Any]] = {
    "no messages": {"messages": []},
    "an unknown role": {"messages": [{"role": "developer", "content": "x"}]},
    "a tool result for no call": {"messages": [{"role": "tool", "content": "x"}]},
    "a tool choice of another protocol": {"tool_choice": "auto"},
    "not the types of the protocol": {"messages": "hello"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str):
    with pytest.raises(Refusal) as caught:
        read(**REFUSED[case])
    assert caught.value.status == 400


@pytest.mark.parametrize(("choice", "called"), [(None, ()), ("NONE", ()), ("REQUIRED", ("f",))])
def test_only_a_demanding_tool_choice_calls_a_tool(choice: Any, called: tuple[str, ...]):
    tools = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in "fg"]
    assert read(tools=tools, tool_choice=choice).tools_to_call == called


def test_json_is_asked_for_with_or_without_a_schema():
    schema = {"type": "object"}
    plain = read(response_format={"type": "json_object"}, max_tokens=7)
    assert (plain.json_mode, plain.json_schema, plain.max_output_tokens) == (True, None, 7)
    assert read(response_format={"type": "json_object", "json_schema": schema}).json_schema == schema
    assert read(response_format={"type": "text"}).json_mode is False


def test_the_order_of_events_is_the_vendors():
    assert [event["type"] for event in events(Script(text="a b"))] == [
        "message-start",
        "content-start",
        "content-delta",
        "content-delta",
        "content-end",
        "message-end",
    ]


@pytest.mark.parametrize("script", [CALLS, CITED, Script(text="a", reasoning="b c")], ids=["calls", "cited", "thought"])
def test_a_stream_says_what_the_whole_reply_says(script: Script):
    message: dict[str, Any] = {"role": "assistant"}
    for event in events(script):
        add(message, event)
    reply = whole(script)
    assert message == reply["message"]
    start, end = events(script)[0], events(script)[-1]
    assert start["id"] == reply["id"]
    assert end["delta"] == {"finish_reason": reply["finish_reason"], "usage": reply["usage"]}


def add(message: dict[str, Any], event: dict[str, Any]) -> None:
    delta = event.get("delta", {}).get("message", {})
    match event["type"]:
        case "content-start":
            message.setdefault("content", []).append(delta["content"])
            assert len(message["content"]) == event["index"] + 1
        case "content-delta":
            for field, value in delta["content"].items():
                message["content"][event["index"]][field] += value
        case "tool-plan-delta":
            message["tool_plan"] = message.get("tool_plan", "") + delta["tool_plan"]
        case "tool-call-start":
            message.setdefault("tool_calls", []).append(delta["tool_calls"])
        case "tool-call-delta":
            message["tool_calls"][event["index"]]["function"]["arguments"] += delta["tool_calls"]["function"][
                "arguments"
            ]
        case "citation-start":
            message.setdefault("citations", []).append(delta["citations"])


def test_what_is_said_before_calls_is_a_plan():
    message = whole()["message"]
    assert message["tool_plan"] == "let me see"
    assert message["content"] == [{"type": "thinking", "thinking": "hmm well"}]


def test_a_citation_says_where_in_the_text_it_stands():
    (citation,) = whole(CITED)["message"]["citations"]
    assert (citation["start"], citation["end"], citation["text"]) == (8, 19, "the capital")
    assert citation["sources"][0]["document"]["title"] == "Atlas"


def test_the_input_has_its_cached_part_in_it_and_the_output_its_reasoning():
    usage = whole()["usage"]
    assert usage["tokens"] == {"input_tokens": 100, "output_tokens": 12, "reasoning_tokens": 3}
    assert (usage["billed_units"], usage["cached_tokens"]) == ({"input_tokens": 100, "output_tokens": 12}, 40)


@pytest.mark.parametrize(
    ("reason", "said"), [("stop", "COMPLETE"), ("length", "MAX_TOKENS"), ("tool_calls", "TOOL_CALL")]
)
def test_finish_reasons(reason: Any, said: str):
    assert whole(Script(text="x", finish_reason=reason))["finish_reason"] == said


def test_each_content_event_is_one_token():
    plain = planned("m", msgspec.structs.replace(CALLS, usage=ScriptedUsage()))
    counted = sum(event.content is not None for event in SHAPE.stream(read(stream=True), plain))
    assert counted == plain.tokens.output_tokens


def test_an_error_has_an_id_and_a_message():
    document = msgspec.json.decode(SHAPE.error(Refusal(429, ""), "req_" + "ab" * 12))
    assert set(document) == {"id", "message"}
    assert document["id"].startswith("abababab-")


def test_in_the_middle_of_a_stream_an_error_is_the_messages_end():
    data = SHAPE.overloaded_event("req_" + "ab" * 12).split(b"data: ")[1]
    document = msgspec.json.decode(data)
    assert (document["type"], document["delta"]["finish_reason"]) == ("message-end", "ERROR")
    assert document["delta"]["error"]
