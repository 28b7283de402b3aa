import struct
from typing import Any
from zlib import crc32

import msgspec
import pytest
from lab_requests import request_to
from shape_cases import CALLS, planned

from perpetuo.lab.bedrock_shape import BedrockShape
from perpetuo.lab.script import LabRequest, Script, ScriptedUsage
from perpetuo.lab.wire import Refusal

SHAPE = BedrockShape()
CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-lite-v1:0"
HELLO = [{"role": "user", "content": [{"text": "hello"}]}]
TOOLS = {"tools": [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in "fg"]}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


def read(model: str = CLAUDE, verb: str = "converse", **body: Any) -> LabRequest:
    return SHAPE.read_chat(request_to(f"/model/{model}/{verb}", {"messages": HELLO} | body))


def frame_of(data: bytes) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and payload; a second reading of the format, checksums included."""
    total, length, checksum = struct.unpack(">III", data[:12])
    assert (total, checksum) == (len(data), crc32(data[:8]))
    assert struct.unpack(">I", data[-4:])[0] == crc32(data[:-4])
    encoded, headers = data[12 : 12 + length], {}
    while encoded:
        name = encoded[1 : 1 + encoded[0]].decode()
        encoded = encoded[1 + encoded[0] :]
        kind, size = struct.unpack(">BH", encoded[:3])
        assert kind == 7
        headers[name] = encoded[3 : 3 + size].decode()
        encoded = encoded[3 + size :]
    return headers, msgspec.json.decode(data[12 + length : -4])


def events(model: str = CLAUDE, script: Script = CALLS) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for event in SHAPE.stream(LabRequest(model), planned(model, script)):
        headers, payload = frame_of(event.data)
        assert headers[":message-type"] == "event"
        payload.pop("p")
        found.append((headers[":event-type"], payload))
    return found


def whole(model: str = CLAUDE, script: Script = CALLS) -> dict[str, Any]:
    return msgspec.json.decode(SHAPE.reply(planned(model, script)))


@pytest.mark.parametrize(
    ("encoded", "model"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", CLAUDE),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1%3A0", CLAUDE),
        ("amazon.nova-lite-v1%3A0%40cut_after%3D2", "amazon.nova-lite-v1:0@cut_after=2"),
        ("arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Fx", "arn:aws:bedrock:eu:1:inference-profile/x"),
    ],
)
def test_model_and_streaming_are_read_from_the_path(encoded: str, model: str):
    assert SHAPE.route("POST", f"/model/{encoded}/converse") == "chat"
    asked = [read(encoded, verb) for verb in ("converse", "converse-stream")]
    assert [(each.model, each.stream) for each in asked] == [(model, False), (model, True)]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/foundation-models", "models"),
        ("GET", "/foundation-models/amazon.nova-lite-v1%3A0", "model"),
        ("POST", "/model/m/invoke", None),
        ("GET", "/model/m/converse", None),
    ],
)
def test_other_paths(method: str, path: str, kind: str | None):
    assert SHAPE.route(method, path) == kind


def test_instructions_and_tool_results_are_counted_as_input():
    result = {"toolUseId": "t", "content": [{"text": "1234"}, {"json": {"a": ["1234"]}}], "status": "success"}
    asked = read(
        NOVA,
        system=[{"text": "1234"}, {"cachePoint": {"type": "default"}}],
        messages=[
            *HELLO,
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}]},
            {"role": "user", "content": [{"toolResult": result}]},
        ],
        toolConfig=TOOLS,
    )
    assert (asked.input_tokens, asked.last_user_text) == (5, "1234\n1234")


def test_images_are_counted_also_inside_tool_results():
    image = {"image": {"format": "png", "source": {"bytes": "aGk="}}}
    messages = [
        *HELLO,
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [image]}}, image]},
    ]
    assert read(NOVA, messages=messages, toolConfig=TOOLS).images == 2


@pytest.mark.parametrize(
    ("choice", "called"), [({"auto": {}}, ()), ({"any": {}}, ("f",)), ({"tool": {"name": "g"}}, ("g",))]
)
def test_only_a_demanding_tool_choice_calls_a_tool(choice: Any, called: tuple[str, ...]):
    assert read(toolConfig=TOOLS | {"toolChoice": choice}).tools_to_call == called


def test_a_schema_travels_as_a_string():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    structure = {"jsonSchema": {"schema": msgspec.json.encode(schema).decode(), "name": "n"}}
    asked = read(outputConfig={"textFormat": {"type": "json_schema", "structure": structure}})
    assert asked.json_schema == schema
    structure["jsonSchema"]["schema"] = "{"
    with pytest.raises(Refusal):
        read(outputConfig={"textFormat": {"type": "json_schema", "structure": structure}})


CALL = {"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}
RESULT = {"toolResult": {"toolUseId": "t", "content": []}}
REFUSED: dict[str, dict[str, Any]] = {
    "no messages": {"messages": []},
    "the assistant speaks first": {"messages": [{"role": "assistant", "content": [{"text": "x"}]}]},
    "a system message among the messages": {"messages": [*HELLO, {"role": "system", "content": [{"text": "x"}]}]},
    "two users in a row": {"messages": HELLO * 2},
    "an empty message": {"messages": [{"role": "user", "content": []}]},
    "two members of a union": {"messages": [{"role": "user", "content": [{"text": "x"} | RESULT]}]},
    "no member of a union": {"messages": [{"role": "user", "content": [{"input_text": "x"}]}]},
    "content that is text": {"messages": [{"role": "user", "content": "hello"}]},
    "tools used but not declared": {
        "messages": [*HELLO, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT]}]
    },
    "a call without its result": {
        "messages": [*HELLO, {"role": "assistant", "content": [CALL]}, *HELLO],
        "toolConfig": TOOLS,
    },
    "a result without its call": {"messages": [*HELLO, {"role": "assistant", "content": [{"text": "x"}]},
                                               {"role": "user", "content": [RESULT]}], "toolConfig": TOOLS},
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str):
    with pytest.raises(Refusal) as caught:
        read(NOVA, **REFUSED[case])
    assert caught.value.status == 400


def test_the_order_of_events_is_the_vendors():
    assert [name for name, _ in events(NOVA, Script(text="a b"))] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]


@pytest.mark.parametrize("script", [CALLS, msgspec.structs.replace(CALLS, is_redacted=True)], ids=["told", "redacted"])
@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_a_stream_says_what_the_whole_reply_says(model: str, script: Script):
    blocks: dict[int, dict[str, Any]] = {}
    for name, payload in events(model, script):
        if name == "contentBlockStart":
            blocks[payload["contentBlockIndex"]] = {"toolUse": payload["start"]["toolUse"] | {"input": ""}}
        elif name == "contentBlockDelta":
            add(blocks.setdefault(payload["contentBlockIndex"], {}), payload["delta"])
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = msgspec.json.decode(block["toolUse"]["input"])
    reply = whole(model, script)
    assert [blocks[index] for index in range(len(blocks))] == reply["output"]["message"]["content"]
    assert events(model, script)[-2] == ("messageStop", {"stopReason": reply["stopReason"]})
    assert events(model, script)[-1][1] == {"metrics": reply["metrics"], "usage": reply["usage"]}


def add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta:
        case {"text": text}:
            block["text"] = block.get("text", "") + text
        case {"toolUse": {"input": piece}}:
            block["toolUse"]["input"] += piece
        case {"reasoningContent": {"redactedContent": data}}:
            block["reasoningContent"] = {"redactedContent": data}
        case {"reasoningContent": part}:
            told = block.setdefault("reasoningContent", {"reasoningText": {}})["reasoningText"]
            for name, value in part.items():
                told[name] = told.get(name, "") + value
        case _:
            raise AssertionError(delta)


def test_input_tokens_leave_out_what_the_cache_read_or_wrote_and_the_total_has_all():
    usage = whole()["usage"]
    assert (usage["inputTokens"], usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]) == (40, 40, 20)
    assert (usage["outputTokens"], usage["totalTokens"]) == (12, 112)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("content_filter", "content_filtered"),
    ],
)
def test_finish_reasons(reason: Any, said: str):
    assert whole(NOVA, Script(text="x", finish_reason=reason))["stopReason"] == said


def test_each_content_event_is_one_token():
    plain = planned(CLAUDE, msgspec.structs.replace(CALLS, usage=ScriptedUsage()))
    counted = sum(event.content is not None for event in SHAPE.stream(LabRequest(CLAUDE), plain))
    assert counted == plain.tokens.output_tokens


def second_turn(content: list[Any], model: str = CLAUDE, **body: Any) -> LabRequest:
    results = [
        {"toolResult": {"toolUseId": block["toolUse"]["toolUseId"], "content": [{"text": "x"}]}}
        for block in content
        if "toolUse" in block
    ]
    messages = [*HELLO, {"role": "assistant", "content": content}, {"role": "user", "content": results}]
    return read(model, messages=messages, toolConfig=TOOLS, **body)


@pytest.mark.parametrize("is_redacted", [False, True])
def test_a_second_turn_is_accepted_only_with_the_reasoning_it_was_answered(is_redacted: bool):
    content = whole(CLAUDE, msgspec.structs.replace(CALLS, is_redacted=is_redacted))["output"]["message"]["content"]
    assert second_turn(content, additionalModelRequestFields=THINKING).model == CLAUDE
    with pytest.raises(Refusal, match="Expected `thinking`"):
        second_turn(content[1:], additionalModelRequestFields=THINKING)
    assert second_turn(content[1:]).model == CLAUDE


def test_altered_reasoning_is_refused_from_claude_only():
    content = whole()["output"]["message"]["content"]
    content[0]["reasoningContent"]["reasoningText"]["text"] += "!"
    with pytest.raises(Refusal, match="Invalid `signature`"):
        second_turn(content)
    assert second_turn(content, NOVA).model == NOVA


def test_only_claude_signs():
    assert "signature" not in whole(NOVA)["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]


def test_an_error_is_named_in_a_header():
    for status, name in ((400, "ValidationException"), (429, "ThrottlingException"), (500, "InternalServerException")):
        ((header, value),) = SHAPE.error_headers(Refusal(status, ""))
        assert (header, value.partition(":")[0]) == ("x-amzn-ErrorType", name)
    assert msgspec.json.decode(SHAPE.error(Refusal(400, "no"), "r")) == {"message": "no"}


def test_in_the_middle_of_a_stream_an_error_is_a_frame():
    headers, payload = frame_of(SHAPE.overloaded_event("r"))
    assert headers[":message-type"] == "exception"
    assert headers[":exception-type"] == "serviceUnavailableException"
    assert payload["message"]


def test_a_key_is_a_token_or_the_id_of_what_signed():
    signed = (
        "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature="
        + "0" * 64
    )
    assert SHAPE.credential({"authorization": "Bearer k"}) == "k"
    assert SHAPE.credential({"authorization": signed}) == "AKID"
    assert SHAPE.credential({}) is None
    with pytest.raises(Refusal):
        SHAPE.credential({"authorization": "AWS4-HMAC-SHA256 x"})
    assert [SHAPE.refused_key(key, "/").status for key in (None, "k")] == [403, 403]
