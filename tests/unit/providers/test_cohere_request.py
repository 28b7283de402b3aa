import json
from collections.abc import Callable
from typing import Any

import pytest

from perpetuo.core.carriage import loss_of
from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.providers.base import Target
from perpetuo.providers.cohere_chat import CohereChat

PROTOCOL = CohereChat()
FUNCTION = {"name": "f", "description": "d", "parameters": {"properties": {}}}
TOOL = {"type": "function", "function": FUNCTION}
SENT_TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}},
}

Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]


@pytest.fixture
def encoded(request_of: Build, target_of: Aim) -> Callable[..., dict[str, Any]]:
    """The body that goes out for a request with these fields."""

    def encode(fields: dict[str, Any], model: dict[str, Any] | None = None, **known: Any) -> dict[str, Any]:
        request = request_of({"model": "a", "messages": [{"role": "user", "content": "hi"}], **fields}, **known)
        return json.loads(PROTOCOL.encode_request(request, target_of("cohere_chat", model)).body)

    return encode


def test_the_call_goes_to_v2_chat_with_its_key(request_of: Build, target_of: Aim) -> None:
    call = PROTOCOL.encode_request(request_of({"messages": []}, stream=True), target_of("cohere_chat"))
    assert (call.method, call.url) == ("POST", "https://api.vendor.test/v2/chat")
    assert dict(call.headers) == {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "authorization": "Bearer sk-test",
    }
    assert json.loads(call.body) == {"model": "vendor-model", "messages": [], "stream": True}


def test_a_whole_conversation_keeps_its_order_behind_one_system_prompt(encoded: Any) -> None:
    body = encoded(
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Weather?"},
                {
                    "role": "assistant",
                    "content": None,
                    "reasoning_content": "I look.",
                    "tool_calls": [
                        {"id": "w_1", "type": "function", "function": {"name": "w", "arguments": '{"c": 1.0}'}},
                        {"id": "t_2", "type": "function", "function": {"name": "t", "arguments": ""}},
                    ],
                },
                {"role": "tool", "tool_call_id": "w_1", "content": "sun"},
                {"role": "tool", "tool_call_id": "t_2", "content": [{"type": "text", "text": "noon"}]},
                {"role": "developer", "content": [{"type": "text", "text": "Be kind."}, {"type": "text", "text": ""}]},
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
                {"role": "assistant", "content": ""},
                {"role": "user", "content": [{"type": "text", "text": "Well?"}]},
            ],
        },
        {"refused_fields": frozenset(("thinking",))},
    )
    assert body["messages"] == [
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}]},
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "tool_plan": "I look.",
            "tool_calls": [
                {"id": "w_1", "type": "function", "function": {"name": "w", "arguments": '{"c": 1.0}'}},
                {"id": "t_2", "type": "function", "function": {"name": "t", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "w_1", "content": "sun"},
        {"role": "tool", "tool_call_id": "t_2", "content": [{"type": "text", "text": "noon"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "No."}]},
        {"role": "user", "content": [{"type": "text", "text": "Well?"}]},
    ]


def test_reasoning_goes_back_as_thinking_to_a_model_that_thinks(encoded: Any) -> None:
    message = {
        "role": "assistant",
        "content": "c",
        "reasoning_content": "r",
        "tool_calls": [{"id": "i", "function": {"name": "f"}}],
    }
    (turn,) = encoded({"messages": [message]})["messages"]
    assert turn["content"] == [{"type": "thinking", "thinking": "r"}, {"type": "text", "text": "c"}]
    assert "tool_plan" not in turn
    dropped = encoded({"messages": [message]}, {"refused_fields": frozenset(("assistant.reasoning_content",))})
    assert dropped["messages"][0]["content"] == [{"type": "text", "text": "c"}]


IMAGES: dict[str, tuple[object, dict[str, Any]]] = {
    "by URL": ({"url": "https://x.test/a.png", "detail": "low"}, {"url": "https://x.test/a.png", "detail": "low"}),
    "as data": ({"url": "data:image/png;base64,AAAA"}, {"url": "data:image/png;base64,AAAA"}),
}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_travels(name: str, encoded: Any) -> None:
    image, sent = IMAGES[name]
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": image}]}]
    assert encoded({"messages": messages})["messages"][0]["content"] == [{"type": "image_url", "image_url": sent}]


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a temperature above the range": ({"temperature": 1.7}, {"temperature": 1}),
    "top_p at its ends": ({"top_p": 1}, {"p": 0.99}),
    "top_p at nothing": ({"top_p": 0}, {"p": 0.01}),
    "top_k": ({"top_k": 900}, {"k": 500}),
    "a seed": ({"seed": 7}, {"seed": 7}),
    "a negative seed": ({"seed": -1}, {"seed": 2**64 - 1}),
    "a penalty": ({"frequency_penalty": 1.5}, {"frequency_penalty": 1}),
    "a negative penalty": ({"presence_penalty": -1}, {}),
    "both penalties": ({"frequency_penalty": 0.5, "presence_penalty": 0.5}, {"frequency_penalty": 0.5}),
    "stop sequences": ({"stop": ["a", "", "b"]}, {"stop_sequences": ["a", "b"]}),
    "a JSON object": ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
    "a JSON schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
        {"response_format": {"type": "json_object", "json_schema": {"type": "object"}}},
    ),
    "a plain format": ({"response_format": {"type": "text"}}, {}),
    "an effort": ({"reasoning_effort": "low"}, {"thinking": {"type": "enabled", "token_budget": 2_048}}),
    "a high effort": ({"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}),
    "no effort": ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
    "a budget": (
        {"thinking": {"type": "enabled", "budget_tokens": 500}, "reasoning_effort": "low"},
        {"thinking": {"type": "enabled", "token_budget": 500}},
    ),
    "adaptive thinking": ({"thinking": {"type": "adaptive"}}, {"thinking": {"type": "enabled"}}),
    "no thinking": ({"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
    "the vendor's own fields": (
        {"documents": ["d"], "citation_options": {"mode": "FAST"}, "safety_mode": "STRICT"},
        {"documents": ["d"], "citation_options": {"mode": "FAST"}, "safety_mode": "STRICT"},
    ),
    "null everywhere": ({"temperature": None, "stop": None, "tools": None, "thinking": None, "documents": None}, {}),
    "a tool": ({"tools": [TOOL]}, {"tools": [SENT_TOOL]}),
    "no call": ({"tools": [TOOL], "tool_choice": "none"}, {"tools": [SENT_TOOL], "tool_choice": "NONE"}),
    "any call": ({"tools": [TOOL], "tool_choice": "required"}, {"tools": [SENT_TOOL], "tool_choice": "REQUIRED"}),
    "the model's choice": ({"tools": [TOOL], "tool_choice": "auto"}, {"tools": [SENT_TOOL]}),
    "one call, by offering nothing else": (
        {
            "tools": [TOOL, {"type": "function", "function": {"name": "g"}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
        },
        {"tools": [SENT_TOOL], "tool_choice": "REQUIRED"},
    ),
    "strict tools": (
        {"tools": [{"type": "function", "function": FUNCTION | {"strict": True}}]},
        {"tools": [SENT_TOOL], "strict_tools": True},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_become(name: str, encoded: Any) -> None:
    fields, expected = SETTINGS[name]
    body = encoded(fields)
    assert {key: body[key] for key in body if key not in ("model", "messages", "stream")} == expected


def test_tools_are_strict_only_together(encoded: Any) -> None:
    strict = {"type": "function", "function": {"name": "g", "strict": True}}
    assert "strict_tools" not in encoded({"tools": [TOOL, strict]})


@pytest.mark.parametrize(("asked", "limit", "sent"), [(100, None, 100), (None, 8_000, None), (9_999, 8_000, 8_000)])
def test_the_output_limit_is_the_clients_within_the_models(
    asked: int | None, limit: int | None, sent: int | None, encoded: Any
) -> None:
    assert encoded({}, {"max_output_tokens": limit}, max_output_tokens=asked).get("max_tokens") == sent


def user(part: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


FILE_PART = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA"}}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a file": (user(FILE_PART), "messages[0].content[0]"),
    "an image that is neither URL nor data": (
        user({"type": "image_url", "image_url": {"url": "ftp://x"}}),
        "messages[0].content[0].image_url.url",
    ),
    "an image in a result": (
        {
            "messages": [
                {
                    "role": "tool",
                    "tool_call_id": "c",
                    "content": [{"type": "image_url", "image_url": {"url": "https://x.test/a"}}],
                }
            ]
        },
        "messages[0].content[0]",
    ),
    "a tool result of no call": ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    "an unknown role": ({"messages": [{"role": "function", "name": "f", "content": "x"}]}, "messages[0].role"),
    "six stop sequences": ({"stop": list("abcdef")}, "stop"),
    "a format beside tools": ({"tools": [TOOL], "response_format": {"type": "json_object"}}, "response_format"),
    "a format beside documents": ({"documents": ["d"], "response_format": {"type": "json_object"}}, "response_format"),
    "a call of a tool that is not there": (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        "tool_choice",
    ),
    "arguments that are no object": (
        {
            "messages": [
                {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "[1"}}]}
            ]
        },
        "messages[0].tool_calls[0].function.arguments",
    ),
    "thinking of a wrong shape": ({"thinking": 7}, "thinking"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_here_is_the_clients_error_and_names_the_field(name: str, encoded: Any) -> None:
    fields, param = REFUSED[name]
    with pytest.raises(ClientError) as caught:
        encoded(fields)
    assert caught.value.param == param


def parsed(fields: dict[str, Any]) -> ChatRequest:
    body = {"model": "a", "messages": [{"role": "user", "content": "hi"}]} | fields
    return parse_chat_request(json.dumps(body).encode())


NOT_CARRIED: dict[str, dict[str, Any]] = {
    "several choices": {"n": 2},
    "log probabilities": {"logprobs": True},
    "one call at a time": {"parallel_tool_calls": False, "tools": [TOOL, TOOL]},
    "a file": user(FILE_PART),
    "a web search": {"web_search_options": {"search_context_size": "low"}},
    "a bias": {"logit_bias": {"1": 1}},
}


@pytest.mark.parametrize("name", NOT_CARRIED)
def test_the_protocol_says_before_that_it_can_not_carry(name: str) -> None:
    assert loss_of(parsed(NOT_CARRIED[name]).uses, PROTOCOL.carriage).refused


def test_a_field_the_model_refuses_is_not_sent(encoded: Any) -> None:
    body = encoded({"reasoning_effort": "low"}, {"refused_fields": frozenset(("reasoning_effort", "thinking"))})
    assert "thinking" not in body
