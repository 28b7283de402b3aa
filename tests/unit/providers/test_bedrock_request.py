import json
from collections.abc import Callable
from typing import Any

import pytest

from perpetuo.core.carriage import loss_of
from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.providers.anthropic_request import JSON_OBJECT_INSTRUCTION
from perpetuo.providers.base import Target
from perpetuo.providers.bedrock_converse import BedrockConverse

PROTOCOL = BedrockConverse()
CLAUDE = {"id": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}
NOVA = {"id": "amazon.nova-pro-v1:0"}
NOVA_2 = {"id": "us.amazon.nova-2-lite-v1:0"}
LLAMA = {"id": "meta.llama3-3-70b-instruct-v1:0"}

Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]
Encode = Callable[..., dict[str, Any]]


@pytest.fixture
def encoded(request_of: Build, target_of: Aim) -> Encode:
    """The body that goes out for a request with these fields; to Claude unless said otherwise."""

    def encode(fields: dict[str, Any], model: dict[str, Any] | None = None, **known: Any) -> dict[str, Any]:
        request = request_of({"model": "a", "messages": [{"role": "user", "content": "hi"}], **fields}, **known)
        return json.loads(PROTOCOL.encode_request(request, target_of("bedrock_converse", model or CLAUDE)).body)

    return encode


def without_messages(body: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in body.items() if name != "messages"}


# --- the call ---


def test_the_call_names_the_model_in_its_path_and_brings_no_key(request_of: Build, target_of: Aim) -> None:
    call = PROTOCOL.encode_request(request_of({"messages": []}), target_of("bedrock_converse", CLAUDE, auth="aws"))
    assert call.method == "POST"
    assert call.url == "https://api.vendor.test/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"
    assert dict(call.headers) == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
    }


def test_a_stream_has_a_path_and_a_type_of_its_own(request_of: Build, target_of: Aim) -> None:
    call = PROTOCOL.encode_request(request_of({"messages": []}, stream=True), target_of("bedrock_converse", NOVA))
    assert call.url.endswith("/model/amazon.nova-pro-v1%3A0/converse-stream")
    assert dict(call.headers)["accept"] == "application/vnd.amazon.eventstream"


@pytest.mark.parametrize("model_id", ["x/../../y", "x?a=b#c", "arn:aws:bedrock:us-east-1:1:inference-profile/p", "ü x"])
def test_no_model_id_gets_out_of_its_place_in_the_path(model_id: str, request_of: Build, target_of: Aim) -> None:
    url = PROTOCOL.encode_request(request_of({"messages": []}), target_of("bedrock_converse", {"id": model_id})).url
    head, _, rest = url.partition("/model/")
    assert head == "https://api.vendor.test"
    name, _, verb = rest.partition("/")
    assert verb == "converse"
    assert not set("?#: ") & set(name)


# --- messages ---


def test_a_whole_conversation_with_tools_keeps_its_order_and_alternates(encoded: Encode) -> None:
    body = encoded(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Weather?"},
                {"role": "user", "content": [{"type": "text", "text": "In Köln."}, {"type": "text", "text": " \n"}]},
                {
                    "role": "assistant",
                    "content": "Looking.",
                    "tool_calls": [
                        {"id": "call_1", "type": "function", "function": {"name": "w", "arguments": '{"c": 1.0}'}},
                        {"id": "f.x:0 ü", "type": "function", "function": {"name": "t", "arguments": ""}},
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
                {"role": "tool", "tool_call_id": "f.x:0 ü", "content": "broken", "is_error": True},
                {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
                {"role": "user", "content": "Well?"},
            ],
            "tools": [{"type": "function", "function": {"name": "w"}}],
        }
    )
    assert body["system"] == [{"text": "Be brief."}, {"text": "Be kind."}]
    assert body["messages"] == [
        {"role": "user", "content": [{"text": "Weather?"}, {"text": "In Köln."}]},
        {
            "role": "assistant",
            "content": [
                {"text": "Looking."},
                {"toolUse": {"toolUseId": "call_1", "name": "w", "input": {"c": 1.0}}},
                {"toolUse": {"toolUseId": "f.x:0__", "name": "t", "input": {}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "call_1", "content": [{"text": "sun"}]}},
                {"toolResult": {"toolUseId": "f.x:0__", "content": [{"text": "broken"}], "status": "error"}},
                {"text": "Well?"},
            ],
        },
    ]


def test_signed_thinking_goes_back_byte_for_byte_and_unsigned_does_not(encoded: Encode) -> None:
    blocks = [
        {"type": "thinking", "thinking": " a\n", "signature": "c2ln/+==", "index": 0},
        {"type": "thinking", "thinking": "b", "signature": ""},
        {"type": "redacted_thinking", "data": "cmVk+/8="},
    ]
    message = {"role": "assistant", "content": "c \n", "thinking_blocks": blocks}
    thought = [
        {"reasoningContent": {"reasoningText": {"text": " a\n", "signature": "c2ln/+=="}}},
        {"reasoningContent": {"redactedContent": "cmVk+/8="}},
    ]
    assert encoded({"messages": [message]})["messages"][0]["content"] == [*thought, {"text": "c"}]
    dropped = CLAUDE | {"refused_fields": frozenset(("assistant.thinking_blocks",))}
    assert encoded({"messages": [message]}, dropped)["messages"][0]["content"] == [{"text": "c"}]


def test_thinking_goes_back_to_the_place_it_had(encoded: Encode) -> None:
    blocks = [
        {"type": "thinking", "thinking": "1", "signature": "s"},
        {"type": "thinking", "thinking": "2", "signature": "s", "content_offset": 2},
        {"type": "redacted_thinking", "data": "ZA==", "content_offset": 4, "tool_calls_before": 1},
    ]
    calls = [{"id": name, "function": {"name": name, "arguments": ""}} for name in ("a", "b")]
    message = {"role": "assistant", "content": "abcd", "thinking_blocks": blocks, "tool_calls": calls}
    content = encoded({"messages": [message]})["messages"][0]["content"]
    assert [next(iter(block)) for block in content] == [
        "reasoningContent",
        "text",
        "reasoningContent",
        "text",
        "toolUse",
        "reasoningContent",
        "toolUse",
    ]
    assert [block["text"] for block in content if "text" in block] == ["ab", "cd"]


PDF = "data:application/pdf;base64,AAAA"
PARTS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "an image": (
        {"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AAAA", "detail": "low"}},
        [{"image": {"format": "jpeg", "source": {"bytes": "AAAA"}}}],
    ),
    "a PDF": (
        {"type": "file", "file": {"filename": "my report_2026 (final).v2.pdf", "file_data": PDF}},
        [{"document": {"format": "pdf", "name": "my report 2026 (final) v2", "source": {"bytes": "AAAA"}}}],
    ),
    "a PDF without a name": (
        {"type": "file", "file": {"file_data": "AAAA"}},
        [{"document": {"format": "pdf", "name": "document", "source": {"bytes": "AAAA"}}}],
    ),
    "a PDF as an image": (
        {"type": "image_url", "image_url": {"url": PDF}},
        [{"document": {"format": "pdf", "name": "document", "source": {"bytes": "AAAA"}}}],
    ),
    "a table": (
        {"type": "file", "file": {"filename": "ü?.csv", "file_data": "data:text/csv;base64,QSxC"}},
        [{"document": {"format": "csv", "name": "document", "source": {"bytes": "QSxC"}}}],
    ),
    "audio": (
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        [{"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}],
    ),
    "a cache mark": (
        {"type": "text", "text": "t", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        [{"text": "t"}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
    ),
    "a cache mark without a time": (
        {"type": "text", "text": "t", "cache_control": {"type": "ephemeral"}},
        [{"text": "t"}, {"cachePoint": {"type": "default"}}],
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_finds_its_counterpart(name: str, encoded: Encode) -> None:
    part, blocks = PARTS[name]
    body = encoded({"messages": [{"role": "user", "content": [part, {"type": "text", "text": "?"}]}]})
    assert body["messages"][0]["content"] == [*blocks, {"text": "?"}]


def test_cache_marks_stand_behind_system_prompts_tools_and_results(encoded: Encode) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    point = {"cachePoint": {"type": "default"}}
    fields = {
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "s", **mark}]},
            {"role": "user", "content": "u", **mark},
            {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "r", **mark}]},
        ],
        "tools": [{"type": "function", "function": {"name": "f"}, **mark}],
    }
    body = encoded(fields)
    assert body["system"] == [{"text": "s"}, point]
    assert body["toolConfig"]["tools"][1] == point
    assert body["messages"][0]["content"] == [{"text": "u"}, point]
    result = {"toolResult": {"toolUseId": "c", "content": [{"text": "r"}]}}
    assert body["messages"][2]["content"] == [result, point]
    dropped = CLAUDE | {"refused_fields": frozenset(("content.cache_control",))}
    assert "cachePoint" not in json.dumps(encoded(fields, dropped))


def test_results_bring_images_and_say_that_they_are_empty(encoded: Encode) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": [image]},
        {"role": "tool", "tool_call_id": "d", "content": ""},
    ]
    results = encoded({"messages": messages})["messages"][1]["content"]
    assert results[0]["toolResult"]["content"] == [{"image": {"format": "png", "source": {"bytes": "AAAA"}}}]
    assert results[1]["toolResult"]["content"] == [{"text": "(empty)"}]


def test_documents_of_one_name_are_told_apart(encoded: Encode) -> None:
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}}
    body = encoded({"messages": [{"role": "user", "content": [file, file, file, {"type": "text", "text": "?"}]}]})
    names = [block["document"]["name"] for block in body["messages"][0]["content"] if "document" in block]
    assert names == ["a", "a 2", "a 3"]


def test_a_long_id_of_a_call_is_shortened_alike_in_call_and_result(encoded: Encode) -> None:
    long = "call_" + "x" * 100
    messages = [
        {"role": "assistant", "tool_calls": [{"id": long, "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": long, "content": "r"},
    ]
    turns = encoded({"messages": messages})["messages"]
    call_id = turns[0]["content"][0]["toolUse"]["toolUseId"]
    assert len(call_id) == 64
    assert turns[1]["content"][0]["toolResult"]["toolUseId"] == call_id


def user(part: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


CALL = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown part": (user({"type": "video_url", "video_url": {"url": "x"}}), "messages[0].content[0]"),
    "an image by URL": (
        user({"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}),
        "messages[0].content[0].image_url.url",
    ),
    "an image of another type": (
        user({"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AA"}}),
        "messages[0].content[0].image_url.url",
    ),
    "a file of another type": (
        user({"type": "file", "file": {"file_data": "data:application/zip;base64,AA"}}),
        "messages[0].content[0].file.file_data",
    ),
    "a stored file": (user({"type": "file", "file": {"file_id": "f"}}), "messages[0].content[0]"),
    "a file without a text beside it": (user({"type": "file", "file": {"file_data": PDF}}), "messages"),
    "audio of another format": (
        user({"type": "input_audio", "input_audio": {"data": "AA", "format": "midi"}}),
        "messages[0].content[0].input_audio.format",
    ),
    "audio in a result": (
        {
            "messages": [
                {
                    "role": "tool",
                    "tool_call_id": "c",
                    "content": [{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}],
                }
            ]
        },
        "messages[0].content",
    ),
    "an image in a system prompt": (
        {"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]},
        "messages[0].content[0]",
    ),
    "a result of no call": ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    "an unknown role": ({"messages": [{"role": "function", "name": "f", "content": "x"}]}, "messages[0].role"),
    "arguments that are no object": (
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "[1"}}]}
            ]
        },
        "messages[0].tool_calls[0].function.arguments",
    ),
    "no tools after earlier calls": ({"messages": [CALL], "tool_choice": "none"}, "tool_choice"),
    "a tool that is no function": ({"tools": [{"type": "custom"}]}, "tools[0].type"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_here_is_the_clients_error_and_names_the_field(name: str, encoded: Encode) -> None:
    fields, param = REFUSED[name]
    with pytest.raises(ClientError) as caught:
        encoded(fields)
    assert caught.value.param == param


# --- tools and settings ---

TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"properties": {}}}}
SPEC = {"name": "f", "description": "d", "inputSchema": {"json": {"type": "object", "properties": {}}}}
CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]] = {
    "is left to the model": ({}, None, None),
    "auto": ({"tool_choice": "auto"}, {"auto": {}}, None),
    "required": ({"tool_choice": "required"}, {"any": {}}, None),
    "named": ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, {"tool": {"name": "f"}}, None),
    "one at a time": (
        {"parallel_tool_calls": False},
        None,
        {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
    ),
    "required, one at a time": (
        {"tool_choice": "required", "parallel_tool_calls": False},
        {"any": {}},
        {"tool_choice": {"disable_parallel_tool_use": True}},
    ),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_tool_choice(name: str, encoded: Encode) -> None:
    fields, choice, beyond = CHOICES[name]
    body = encoded({"tools": [TOOL], **fields})
    assert body["toolConfig"]["tools"] == [{"toolSpec": SPEC}]
    assert body["toolConfig"].get("toolChoice") == choice
    assert body.get("additionalModelRequestFields") == beyond


def test_without_a_choice_of_none_in_the_api_the_tools_are_left_out(encoded: Encode) -> None:
    assert without_messages(encoded({"tools": [TOOL], "tool_choice": "none", "parallel_tool_calls": False})) == {}


def test_one_call_at_a_time_is_refused_where_the_maker_has_no_word_for_it(encoded: Encode) -> None:
    with pytest.raises(ClientError) as caught:
        encoded({"tools": [TOOL], "parallel_tool_calls": False}, LLAMA)
    assert caught.value.param == "parallel_tool_calls"


def test_tools_of_earlier_calls_are_declared_when_the_client_no_longer_does(encoded: Encode) -> None:
    messages = [CALL, {"role": "tool", "tool_call_id": "c", "content": "x"}]
    spec = {"name": "f", "inputSchema": {"json": {"type": "object"}}}
    assert encoded({"messages": messages})["toolConfig"] == {"tools": [{"toolSpec": spec}]}


def test_a_strict_tool_is_strict_unless_that_is_dropped(encoded: Encode) -> None:
    strict = {"type": "function", "function": {"name": "f", "strict": True}}
    assert encoded({"tools": [strict]})["toolConfig"]["tools"][0]["toolSpec"]["strict"] is True
    dropped = CLAUDE | {"refused_fields": frozenset(("tools.strict",))}
    assert "strict" not in encoded({"tools": [strict]}, dropped)["toolConfig"]["tools"][0]["toolSpec"]


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "nothing": (CLAUDE, {}, {}),
    "null everywhere": (CLAUDE, {"temperature": None, "stop": None, "tools": None, "thinking": None}, {}),
    "a temperature above this API's range": (CLAUDE, {"temperature": 1.7}, {"inferenceConfig": {"temperature": 1}}),
    "both of Claude's sampling fields": (
        CLAUDE,
        {"temperature": 0.2, "top_p": 0.5},
        {"inferenceConfig": {"temperature": 0.2}},
    ),
    "both of another's": (
        LLAMA,
        {"temperature": 0.2, "top_p": 0.5},
        {"inferenceConfig": {"temperature": 0.2, "topP": 0.5}},
    ),
    "stop sequences, without those of white space": (
        CLAUDE,
        {"stop": ["\n", "END"]},
        {"inferenceConfig": {"stopSequences": ["END"]}},
    ),
    "thinking, which leaves no sampling": (
        CLAUDE,
        {"thinking": {"type": "enabled", "budget_tokens": 2000}, "temperature": 0.1, "top_p": 0.5, "top_k": 5},
        {
            "inferenceConfig": {"maxTokens": 4096},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        },
    ),
    "an effort, as a budget where the model has no levels": (
        CLAUDE | {"efforts": (), "thinking": frozenset(("enabled", "disabled")), "max_output_tokens": 64_000},
        {"reasoning_effort": "low"},
        {
            "inferenceConfig": {"maxTokens": 64_000},
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        },
    ),
    "no thinking": (
        CLAUDE,
        {"thinking": {"type": "disabled"}, "top_k": 5},
        {"additionalModelRequestFields": {"thinking": {"type": "disabled"}, "top_k": 5}},
    ),
    "an effort": (CLAUDE, {"reasoning_effort": "minimal"}, {"outputConfig": {"effort": "low"}}),
    "an effort of none": (
        CLAUDE,
        {"reasoning_effort": "none"},
        {"additionalModelRequestFields": {"thinking": {"type": "disabled"}}},
    ),
    "an effort of none elsewhere": (NOVA_2, {"reasoning_effort": "none"}, {}),
    "Nova's effort": (
        NOVA_2,
        {"reasoning_effort": "xhigh"},
        {"additionalModelRequestFields": {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}}},
    ),
    "Nova's top_k": (NOVA, {"top_k": 5}, {"additionalModelRequestFields": {"inferenceConfig": {"topK": 5}}}),
    "the effort of gpt-oss": (
        {"id": "openai.gpt-oss-120b-1:0"},
        {"reasoning_effort": "low"},
        {"additionalModelRequestFields": {"reasoning_effort": "low"}},
    ),
    "a web search": (
        NOVA_2,
        {"web_search_options": {"search_context_size": "low"}},
        {"toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}},
    ),
    "a service tier": (CLAUDE, {"service_tier": "flex"}, {"serviceTier": {"type": "flex"}}),
    "a service tier of no name here": (CLAUDE, {"service_tier": "auto"}, {}),
    "metadata, in the API's alphabet": (
        CLAUDE,
        {"metadata": {"team": "a-1", "name": "Jürgen", "count": 1}},
        {"requestMetadata": {"team": "a-1"}},
    ),
    "a JSON object": (
        CLAUDE,
        {"response_format": {"type": "json_object"}},
        {"system": [{"text": JSON_OBJECT_INSTRUCTION}]},
    ),
    "a JSON schema, as a text": (
        CLAUDE,
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "description": "d", "schema": {"type": "object"}},
            }
        },
        {
            "outputConfig": {
                "textFormat": {
                    "type": "json_schema",
                    "structure": {
                        "jsonSchema": {
                            "schema": '{"type":"object","additionalProperties":false}',
                            "name": "n",
                            "description": "d",
                        }
                    },
                }
            }
        },
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_become(name: str, encoded: Encode) -> None:
    model, fields, expected = SETTINGS[name]
    assert without_messages(encoded(fields, model)) == expected


@pytest.mark.parametrize(("asked", "limit", "sent"), [(100, None, 100), (9999, 8192, 8192), (None, 8192, None)])
def test_the_output_limit_is_the_clients_within_the_models(
    asked: int | None, limit: int | None, sent: int | None, encoded: Encode
) -> None:
    body = encoded({}, CLAUDE | {"max_output_tokens": limit}, max_output_tokens=asked)
    assert body.get("inferenceConfig", {}).get("maxTokens") == sent


def test_a_field_the_model_refuses_is_not_sent(encoded: Encode) -> None:
    refused = frozenset(("temperature", "top_k", "thinking", "reasoning_effort"))
    fields = {"temperature": 0.5, "top_k": 3, "thinking": {"type": "enabled"}, "reasoning_effort": "low"}
    assert without_messages(encoded(fields, CLAUDE | {"refused_fields": refused})) == {}


# --- what is carried ---


def uses(fields: dict[str, Any]) -> frozenset[str]:
    body = {"model": "a", "messages": [{"role": "user", "content": "hi"}]} | fields
    return parse_chat_request(json.dumps(body).encode()).uses


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"logprobs": True},
        {"audio": {"voice": "x"}},
        user({"type": "image_url", "image_url": {"url": "https://x"}}),
    ],
    ids=["several choices", "log probabilities", "audio out", "an image by URL"],
)
def test_the_protocol_says_before_that_it_can_not_carry(fields: dict[str, Any]) -> None:
    assert loss_of(uses(fields), PROTOCOL.carriage).refused


def test_wishes_without_a_counterpart_are_listed_as_dropped() -> None:
    loss = loss_of(uses({"seed": 1, "frequency_penalty": 1, "user": "u", "temperature": 2}), PROTOCOL.carriage)
    assert (loss.refused, loss.approximated) == ((), ("temperature",))
    assert loss.dropped == ("frequency_penalty", "seed", "user")
