"""Requests of text alone are read in one go: they come out as the whole reading has them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core import request as requests
from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest, parse_chat_request

TEXTS = st.text(max_size=12) | st.sampled_from(['"', "\\", "é", "\u2028", "😀", "", "a" * 300])
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": TEXTS})
    | st.fixed_dictionaries({"role": st.just("user"), "content": st.none() | st.just([{"type": "text", "text": "x"}])})
    | st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS, "name": st.just("ada")})
    | st.fixed_dictionaries({"role": st.sampled_from(["tool", "developer", "pirate"]), "content": TEXTS}),
    max_size=4,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "stream": st.booleans() | st.none() | st.just("yes"),
        "stream_options": st.sampled_from([None, {"include_usage": True}, {"include_usage": False}, {}]),
        "temperature": st.sampled_from([0, 0.7, 1, 1.5, 3, "hot", None]),
        "top_p": st.sampled_from([0.5, 1, None]),
        "max_tokens": st.sampled_from([1, 256, 0, None, 2**31]),
        "max_completion_tokens": st.sampled_from([7, None]),
        "reasoning_effort": st.sampled_from(["low", "none", "minimal", None]),
        "thinking": st.sampled_from([{"type": "enabled"}, None]),
        "n": st.sampled_from([1, 2]),
        "user": TEXTS,
        "seed": st.integers(-5, 5),
        "stop": st.sampled_from(["x", ["x", "y"], None]),
        "metadata": st.sampled_from([{"a": "b"}, {}, None]),
        "tools": st.sampled_from([None, [], [{"type": "function", "function": {"name": "f"}}]]),
        "tool_choice": st.sampled_from(["auto", "required", None]),
        "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}, None]),
        "modalities": st.sampled_from([["text"], ["text", "audio"]]),
        "an_unknown_field": st.sampled_from([1, None, {}, [1]]),
    },
)


PLAIN = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": TEXTS}),
    min_size=1, max_size=3,
)  # fmt: skip
VALID = st.dictionaries(
    st.sampled_from(["stream", "temperature", "top_p", "max_tokens", "reasoning_effort", "thinking", "n", "tools",
                     "functions", "tool_choice", "parallel_tool_calls", "response_format", "modalities", "user"]),
    st.none(), max_size=3,
).flatmap(lambda names: st.fixed_dictionaries({name: st.sampled_from(VALUES[name]) for name in names}))  # fmt: skip
TOOL = {"type": "function", "function": {"name": "f", "description": "d" * 40}}
VALUES: dict[str, list[Any]] = {
    "stream": [True, False, None],
    "temperature": [0, 1, 1.5],
    "top_p": [0.5, 1],
    "max_tokens": [1, 256],
    "reasoning_effort": ["low", "minimal"],
    "thinking": [{"type": "enabled"}],
    "n": [1, 2],
    "tools": [[TOOL], []],
    "functions": [[TOOL["function"]]],
    "tool_choice": ["auto", "none"],
    "parallel_tool_calls": [True, False],
    "response_format": [{"type": "text"}, {"type": "json_object"}],
    "modalities": [["text"], ["text", "audio"]],
    "user": ["ada"],
}


@settings(max_examples=500)
@given(messages=PLAIN, fields=VALID)
def test_both_readings_of_good_requests_agree(messages: list[Any], fields: dict[str, Any]) -> None:
    body = json.dumps({"model": "gpt-4o", "messages": messages} | fields).encode()
    read = outcome(body)
    assert isinstance(read, dict)
    assert read == outcome_of_the_whole_reading(body)


@settings(max_examples=1000)
@given(messages=MESSAGES, fields=FIELDS, model=st.sampled_from(["gpt-4o", "", "a\x07", 5]))
def test_both_readings_agree(messages: list[Any], fields: dict[str, Any], model: Any) -> None:
    body = json.dumps({"model": model, "messages": messages} | fields, ensure_ascii=False).encode()
    assert outcome(body) == outcome_of_the_whole_reading(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a","messages":[{"role":"user","content":"x"}],"model":"b"}',
        b'{"model":"a","messages":[{"role":"user","content":"x","content":[{"type":"text","text":"y"}]}]}',
        b'{"model":"a","messages":[{"role":"user","content":"x","role":"tool"}]}',
        b'{"model":"a","messages":[{"role":"user","content":"\\ud83d\\ude00"}]}',
        b'{"messages":[{"role":"user","content":"x"}]}',
        b'{"model":"a","messages":[]}',
        b'{"model":"a","messages":[{"role":"user","content":"x"}],"temperature":1e400}',
    ],
)
def test_odd_bodies_are_read_alike(body: bytes) -> None:
    assert outcome(body) == outcome_of_the_whole_reading(body)


def test_text_alone_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_typed", None)
    parsed = parse_chat_request(b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true}')
    assert (parsed.model, parsed.stream, parsed.input_tokens_estimate) == ("gpt-4o", True, 1)


def outcome(body: bytes) -> object:
    try:
        return facts(parse_chat_request(body))
    except ClientError as error:
        return error.code, error.param, error.message


def outcome_of_the_whole_reading(body: bytes) -> object:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(requests, "_plain_text", lambda body: None)
        return outcome(body)


def facts(request: ChatRequest) -> dict[str, object]:
    found = {name: getattr(request, name) for name in request.__struct_fields__}
    return found | {"fields": {name: bytes(msgspec.Raw(raw)) for name, raw in request.fields.items()}}
