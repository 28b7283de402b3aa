import json
from collections.abc import Callable
from typing import Any

import pytest

from perpetuo.core.carriage import loss_of
from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.providers.anthropic_messages import AnthropicMessages
from perpetuo.providers.anthropic_request import JSON_OBJECT_INSTRUCTION, accepted_schema
from perpetuo.providers.base import Reply, ReplyContext, Target

PROTOCOL = AnthropicMessages()

Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]


@pytest.fixture
def encoded(request_of: Build, target_of: Aim) -> Callable[..., dict[str, Any]]:
    """The body that goes out for a request with these fields."""

    def encode(fields: dict[str, Any], model: dict[str, Any] | None = None, **known: Any) -> dict[str, Any]:
        request = request_of({"model": "a", "messages": [{"role": "user", "content": "hi"}], **fields}, **known)
        return json.loads(PROTOCOL.encode_request(request, target_of("anthropic_messages", model)).body)

    return encode


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
    "a PDF by URL": (
        {"type": "file", "file": {"file_data": "https://x.test/a.pdf"}},
        {"type": "document", "source": {"type": "url", "url": "https://x.test/a.pdf"}},
    ),
    "a text": (
        {"type": "file", "file": {"filename": "k.csv", "file_data": "data:text/csv;base64,S8O2bG4="}},
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "Köln"},
            "title": "k.csv",
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
        user({"type": "file", "file": {"file_data": "data:application/zip;base64,AAAA"}}),
        "messages[0].content[0].file.file_data",
    ),
    "a text that is not UTF-8": (
        user({"type": "file", "file": {"file_data": "data:text/plain;base64,/////w=="}}),
        "messages[0].content[0].file.file_data",
    ),
    "a text that is not base64": (
        user({"type": "file", "file": {"file_data": "data:text/plain;base64,***"}}),
        "messages[0].content[0].file.file_data",
    ),
    "a function of the name of the web search": (
        {"web_search_options": {}, "tools": [{"function": {"name": "web_search"}}]},
        "tools",
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
    "wishes without a counterpart": ({"seed": 1, "frequency_penalty": 1, "x": 1}, {}),
    "the number of likeliest tokens": ({"top_k": 5}, {"top_k": 5}),
    "the ordinary tier": ({"service_tier": "default"}, {"service_tier": "standard_only"}),
    "a better tier": ({"service_tier": "priority"}, {"service_tier": "auto"}),
    "a tier without a counterpart": ({"service_tier": "flex"}, {}),
    "the user of the metadata": ({"metadata": {"user_id": "m", "team": "t"}}, {"metadata": {"user_id": "m"}}),
    "the user of the safety identifier": ({"safety_identifier": "s"}, {"metadata": {"user_id": "s"}}),
    "the user before all others": (
        {"user": "u", "safety_identifier": "s", "metadata": {"user_id": "m"}},
        {"metadata": {"user_id": "u"}},
    ),
    "a cache mark of the whole request": (
        {"cache_control": {"type": "ephemeral"}},
        {"cache_control": {"type": "ephemeral"}},
    ),
    "a web search": (
        {
            "web_search_options": {
                "search_context_size": "high",
                "user_location": {"type": "approximate", "approximate": {"city": "Köln", "country": "DE"}},
            }
        },
        {
            "tools": [
                {
                    "type": "web_search_20250305",
                    "name": "web_search",
                    "user_location": {"type": "approximate", "city": "Köln", "country": "DE"},
                }
            ]
        },
    ),
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
    body = encoded({"user": "u-1"}, stream=True)
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


def test_a_result_says_that_its_tool_failed_and_shows_images(encoded: Any) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
    messages = [{"role": "tool", "tool_call_id": "c", "content": [image], "is_error": True}]
    assert encoded({"messages": messages})["messages"][0]["content"] == [
        {
            "type": "tool_result",
            "tool_use_id": "c",
            "content": [{"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}}],
            "is_error": True,
        }
    ]


def test_a_strict_tool_is_enforced_in_the_schema_this_api_takes(encoded: Any) -> None:
    parameters = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters, "strict": True}}
    assert encoded({"tools": [tool]})["tools"] == [
        {
            "name": "f",
            "strict": True,
            "input_schema": {
                "type": "object",
                "properties": {"n": {"type": "integer", "description": "{minimum: 1}"}},
                "required": ["n"],
                "additionalProperties": False,
            },
        }
    ]


MARK = {"type": "ephemeral", "ttl": "1h"}
MARKED: dict[str, dict[str, Any]] = {
    "a user": {"role": "user", "content": "t", "cache_control": MARK},
    "a user's parts": {
        "role": "user",
        "content": [{"type": "text", "text": "s"}, {"type": "text", "text": "t"}],
        "cache_control": MARK,
    },
    "a call": {
        "role": "assistant",
        "content": "t",
        "tool_calls": [{"id": "c", "function": {"name": "f"}}],
        "cache_control": MARK,
    },
    "a result": {"role": "tool", "tool_call_id": "c", "content": "r", "cache_control": MARK},
}


@pytest.mark.parametrize("name", MARKED)
def test_a_cache_mark_of_a_message_stands_on_its_last_block(name: str, encoded: Any) -> None:
    blocks = encoded({"messages": [MARKED[name]]})["messages"][0]["content"]
    assert [block.get("cache_control") for block in blocks] == [None] * (len(blocks) - 1) + [MARK]


def test_cache_marks_of_the_system_and_of_tools_are_kept(encoded: Any) -> None:
    system = {"role": "system", "content": "s", "cache_control": MARK}
    body = encoded({"messages": [system, {"role": "user", "content": "u"}], "tools": [TOOL | {"cache_control": MARK}]})
    assert body["system"] == [{"type": "text", "text": "s", "cache_control": MARK}]
    assert body["tools"][0]["cache_control"] == MARK


def test_what_the_target_drops_is_left_out_at_every_depth(request_of: Build, target_of: Aim) -> None:
    fields = {
        "tools": [{"type": "function", "function": {"name": "f", "strict": True}, "cache_control": MARK}],
        "messages": [
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "t", "cache_control": MARK}],
                "thinking_blocks": [{"type": "thinking", "thinking": "x", "signature": "y"}],
                "tool_calls": [{"id": "c", "function": {"name": "f"}}],
            },
            {"role": "tool", "tool_call_id": "c", "content": "r", "is_error": True, "cache_control": MARK},
        ],
    }
    dropped = ("content.cache_control", "assistant.thinking_blocks", "tool.is_error", "tools.strict")
    target = target_of("anthropic_messages", {"refused_fields": frozenset(dropped)})
    body = PROTOCOL.encode_request(request_of(fields), target).body.decode()
    assert [name for name in ("cache_control", "thinking", "is_error", "strict") if name in body] == []


def test_thinking_goes_back_to_the_place_it_had(encoded: Any) -> None:
    message = {
        "role": "assistant",
        "content": "One. Two.",
        "thinking_blocks": [
            {"type": "thinking", "thinking": "a", "signature": "sa"},
            {"type": "thinking", "thinking": "b", "signature": "sb", "content_offset": 4},
            {"type": "redacted_thinking", "data": "d", "content_offset": 9, "tool_calls_before": 1},
        ],
        "tool_calls": [{"id": name, "function": {"name": name}} for name in ("f", "g")],
    }
    blocks = encoded({"messages": [message]})["messages"][0]["content"]
    assert [block.get("text") or block.get("signature") or block.get("data") or block["name"] for block in blocks] == [
        "sa",
        "One.",
        "sb",
        " Two.",
        "f",
        "d",
        "g",
    ]


@pytest.mark.parametrize("place", [{"content_offset": -5}, {"content_offset": 10**9}, {"tool_calls_before": 10**9}])
def test_a_place_that_is_not_there_loses_nothing(place: dict[str, int], encoded: Any) -> None:
    block = {"type": "thinking", "thinking": "a", "signature": "s"} | place
    message = {
        "role": "assistant",
        "content": "text",
        "thinking_blocks": [block, block],
        "tool_calls": [{"id": "c", "function": {"name": "f"}}],
    }
    blocks = encoded({"messages": [message]})["messages"][0]["content"]
    assert sorted(block["type"] for block in blocks) == ["text", "thinking", "thinking", "tool_use"]


def test_thinking_beside_tools_survives_a_second_turn_byte_for_byte(encoded: Any) -> None:
    signature = "EqQB" + "+/aZ09=" * 40 + '\u00fc\\n"\u2028'
    blocks = [
        {"type": "thinking", "thinking": "erst\n", "signature": signature},
        {"type": "text", "text": "Moment."},
        {"type": "redacted_thinking", "data": "AAECAw=="},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1.0}},
    ]
    reply = PROTOCOL.decode_reply(
        json.dumps({"type": "message", "model": "c", "content": blocks, "stop_reason": "tool_use"}).encode(),
        ReplyContext("chatcmpl-x", 1),
    )
    assert isinstance(reply, Reply)
    message = json.loads(reply.body)["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": "toolu_1", "content": "r"}
    assert encoded({"messages": [message, result]})["messages"][0]["content"] == blocks


def test_sampling_gives_way_to_thinking(encoded: Any) -> None:
    sampling = {"temperature": 0.2, "top_p": 0.5, "top_k": 3}
    body = encoded({"thinking": {"type": "enabled", "budget_tokens": 2000}} | sampling)
    assert not body.keys() & {"temperature", "top_p", "top_k"}
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    off = encoded({"thinking": {"type": "disabled"}} | sampling)
    assert (off["temperature"], off["top_k"]) == (0.2, 3)


def test_a_web_search_stands_beside_the_tools_of_earlier_calls(encoded: Any) -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    body = encoded({"messages": [{"role": "assistant", "tool_calls": [call]}], "web_search_options": {}})
    assert [tool["name"] for tool in body["tools"]] == ["f", "web_search"]
    assert "tool_choice" not in body


def test_a_vendor_may_want_the_model_in_the_path_and_the_version_in_the_body(request_of: Build, target_of: Aim) -> None:
    target = target_of(
        "anthropic_messages",
        {"id": "claude-x@1/../y?z"},
        chat_path="/models/{model}:rawPredict",
        stream_path="/models/{model}:streamRawPredict",
        body_fields=(("anthropic_version", "vertex-2023-10-16"),),
    )
    for stream, method in ((False, "rawPredict"), (True, "streamRawPredict")):
        call = PROTOCOL.encode_request(request_of({"messages": []}, stream=stream), target)
        assert call.url == f"https://api.vendor.test/models/claude-x%401%2F..%2Fy%3Fz:{method}"
        assert "model" not in json.loads(call.body)
        assert json.loads(call.body)["anthropic_version"] == "vertex-2023-10-16"
        assert "anthropic-version" not in dict(call.headers)
