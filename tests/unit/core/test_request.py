"""Whatever the bytes are, a request is parsed or refused with the name of the field at fault."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core import request as request_module
from perpetuo.core.errors import TABLE, ClientError
from perpetuo.core.request import MAX_DEPTH, parse_chat_request, parse_embeddings_request

MESSAGES = [{"role": "user", "content": "Hello"}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def chat(**fields: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": MESSAGES} | fields).encode()


def with_parts(*parts: Any) -> bytes:
    return chat(messages=[{"role": "user", "content": list(parts)}])


def refused(body: bytes, parse: Any = parse_chat_request) -> ClientError:
    with pytest.raises(ClientError) as caught:
        parse(body)
    error = caught.value
    assert TABLE[error.code].status in (400, 413)
    assert error.param
    return error


def test_a_plain_request_keeps_its_bytes_and_its_fields_in_order():
    body = b'{"top_k":5,"model":"gpt-4o","x":{"a" : 1},"messages":[{"role":"user","content":"Hello"}]}'
    parsed = parse_chat_request(body)
    assert parsed.body == body
    assert list(parsed.fields) == ["top_k", "model", "x", "messages"]
    assert bytes(parsed.fields["x"]) == b'{"a" : 1}'
    assert (parsed.model, parsed.stream, parsed.needs, parsed.forced_tool) == ("gpt-4o", False, frozenset(), False)


def test_of_a_key_that_comes_twice_the_last_one_counts_everywhere():
    parsed = parse_chat_request(b'{"model":"a","messages":[{"role":"user","content":"x"}],"model":"b"}')
    assert parsed.model == "b"
    assert bytes(parsed.fields["model"]) == b'"b"'


def test_null_is_the_same_as_absent():
    names = ("stream", "stream_options", "tools", "tool_choice", "response_format", "max_tokens", "temperature", "stop",
             "user", "metadata", "n", "functions", "logit_bias", "modalities")  # fmt: skip
    parsed = parse_chat_request(chat(**dict.fromkeys(names)))
    assert not parsed.stream and parsed.max_output_tokens is None and parsed.needs == frozenset()


@pytest.mark.parametrize(
    ("body", "needs"),
    [
        (with_parts({"type": "text", "text": "hi"}), set()),
        (with_parts({"type": "image_url", "image_url": {"url": PIXEL}}), {"vision"}),
        (with_parts({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}), {"audio"}),
        (with_parts({"type": "file", "file": {"file_data": "AAAA", "filename": "a.pdf"}}), {"files"}),
        (with_parts({"type": "video_url", "video_url": {"url": "https://example.org/v"}}), set()),
        (chat(tools=[TOOL]), {"tools"}),
        (chat(tools=[]), set()),
        (chat(tools=[{"type": "custom", "custom": {"name": "x"}}]), {"tools"}),
        (chat(functions=[{"name": "weather"}]), {"tools"}),
        (chat(response_format={"type": "text"}), set()),
        (chat(response_format={"type": "json_object"}), {"json_object"}),
        (chat(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}), {"json_schema"}),
        (chat(modalities=["text", "audio"], audio={"voice": "a", "format": "wav"}), {"audio"}),
    ],
)
def test_what_a_candidate_must_carry_follows_from_the_request(body: bytes, needs: set[str]):
    assert parse_chat_request(body).needs == needs


@pytest.mark.parametrize(
    ("fields", "forced"),
    [
        ({}, False),
        ({"tool_choice": "auto"}, False),
        ({"tool_choice": "none"}, False),
        ({"tool_choice": "required"}, True),
        ({"tool_choice": {"type": "function", "function": {"name": "weather"}}}, True),
        ({"function_call": {"name": "weather"}}, True),
        ({"function_call": "auto"}, False),
    ],
)
def test_a_forced_tool_is_known(fields: dict[str, Any], forced: bool):
    assert parse_chat_request(chat(tools=[TOOL], **fields)).forced_tool is forced


def test_the_newer_name_of_the_output_limit_wins():
    assert parse_chat_request(chat(max_tokens=10)).max_output_tokens == 10
    assert parse_chat_request(chat(max_tokens=10, max_completion_tokens=20)).max_output_tokens == 20


def test_usage_is_shown_on_a_stream_that_asked_for_it():
    options = {"include_usage": True}
    assert parse_chat_request(chat(stream=True, stream_options=options)).include_usage
    assert not parse_chat_request(chat(stream=True)).include_usage
    assert not parse_chat_request(chat(stream_options=options)).include_usage


def test_the_estimate_counts_bytes_of_texts_calls_and_tools_but_no_image():
    assert parse_chat_request(chat(messages=[{"role": "user", "content": "x" * 400}])).input_tokens_estimate == 100
    assert parse_chat_request(chat(messages=[{"role": "user", "content": "é" * 400}])).input_tokens_estimate == 200
    image = with_parts({"type": "image_url", "image_url": {"url": PIXEL * 1000}}, {"type": "text", "text": "x" * 40})
    assert parse_chat_request(image).input_tokens_estimate == 10
    assert (
        parse_chat_request(chat(tools=[TOOL])).input_tokens_estimate > parse_chat_request(chat()).input_tokens_estimate
    )


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "s"}, {"role": "developer", "content": "d"}, {"role": "user", "content": ""}],
        [{"role": "assistant", "content": None, "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
         {"role": "tool", "tool_call_id": "a", "content": "sunny"}],
        [{"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "x", "input": "y"}}]}],
        [{"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}],
        [{"role": "assistant", "content": "a", "reasoning_content": "r", "audio": {"id": "x"}}],
        [{"role": "function", "name": "weather", "content": None}],
        [{"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}}],
    ],
)  # fmt: skip
def test_messages_of_every_role_pass(messages: list[Any]):
    assert parse_chat_request(chat(messages=messages)).model == "gpt-4o"


USER = {"role": "user", "content": "x"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"model": None}, "model", "invalid_value"),
    ({"model": ""}, "model", "invalid_value"),
    ({"model": "  "}, "model", "invalid_value"),
    ({"model": 4}, "model", "invalid_value"),
    ({"model": "a" * 257}, "model", "invalid_value"),
    ({"model": "gpt\r\n4"}, "model", "invalid_value"),
    ({"model": "gpt\u20284"}, "model", "invalid_value"),
    ({"messages": None}, "messages", "invalid_value"),
    ({"messages": []}, "messages", "invalid_value"),
    ({"messages": {}}, "messages", "invalid_value"),
    ({"messages": "hi"}, "messages", "invalid_value"),
    ({"messages": ["hi"]}, "messages[0]", "invalid_value"),
    ({"messages": [USER, {"content": "x"}]}, "messages[1].role", "missing_field"),
    ({"messages": [USER, {"role": "bot", "content": "x"}]}, "messages[1].role", "invalid_value"),
    ({"messages": [{"role": "user"}]}, "messages[0].content", "missing_field"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_value"),
    ({"messages": [{"role": "user", "content": {}}]}, "messages[0].content", "invalid_value"),
    ({"messages": [{"role": "user", "content": []}]}, "messages[0].content", "invalid_value"),
    ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]", "invalid_value"),
    ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages[0].content[0].type", "missing_field"),
    ({"messages": [{"role": "user", "content": [{"type": 5}]}]}, "messages[0].content[0].type", "invalid_value"),
    ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "missing_field"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id", "missing_field"),
    ({"messages": [{"role": "function", "content": "x"}]}, "messages[0].name", "missing_field"),
    ({"messages": [{"role": "assistant", "tool_calls": {}}]}, "messages[0].tool_calls", "invalid_value"),
    ({"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}]},
     "messages[0].tool_calls[0].function", "missing_field"),
    ({"messages": [{"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "x", "arguments": {}}}]}]},
     "messages[0].tool_calls[0].function.arguments", "invalid_value"),
    ({"stream": "true"}, "stream", "invalid_value"),
    ({"stream": 1}, "stream", "invalid_value"),
    ({"stream_options": []}, "stream_options", "invalid_value"),
    ({"stream_options": {"include_usage": "yes"}}, "stream_options.include_usage", "invalid_value"),
    ({"max_tokens": -1}, "max_tokens", "invalid_value"),
    ({"max_tokens": 0}, "max_tokens", "invalid_value"),
    ({"max_tokens": 1.5}, "max_tokens", "invalid_value"),
    ({"max_tokens": True}, "max_tokens", "invalid_value"),
    ({"max_tokens": "10"}, "max_tokens", "invalid_value"),
    ({"max_tokens": 10**40}, "max_tokens", "invalid_value"),
    ({"max_completion_tokens": 2**31}, "max_completion_tokens", "invalid_value"),
    ({"temperature": "hot"}, "temperature", "invalid_value"),
    ({"temperature": True}, "temperature", "invalid_value"),
    ({"temperature": 2.1}, "temperature", "invalid_value"),
    ({"top_p": -0.1}, "top_p", "invalid_value"),
    ({"presence_penalty": 3}, "presence_penalty", "invalid_value"),
    ({"frequency_penalty": []}, "frequency_penalty", "invalid_value"),
    ({"n": 0}, "n", "invalid_value"),
    ({"n": "1"}, "n", "invalid_value"),
    ({"seed": 1.5}, "seed", "invalid_value"),
    ({"seed": 2**70}, "seed", "invalid_value"),
    ({"stop": 5}, "stop", "invalid_value"),
    ({"stop": ["a", 5]}, "stop[1]", "invalid_value"),
    ({"user": 5}, "user", "invalid_value"),
    ({"metadata": []}, "metadata", "invalid_value"),
    ({"logprobs": "yes"}, "logprobs", "invalid_value"),
    ({"top_logprobs": -1}, "top_logprobs", "invalid_value"),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls", "invalid_value"),
    ({"response_format": "json"}, "response_format", "invalid_value"),
    ({"response_format": {}}, "response_format.type", "missing_field"),
    ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_field"),
    ({"response_format": {"type": "json_schema", "json_schema": []}}, "response_format.json_schema", "invalid_value"),
    ({"tools": {}}, "tools", "invalid_value"),
    ({"tools": ["weather"]}, "tools[0]", "invalid_value"),
    ({"tools": [TOOL, {"type": "function"}]}, "tools[1].function", "missing_field"),
    ({"tools": [{"function": {"name": "x"}}]}, "tools[0].type", "missing_field"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_field"),
    ({"tools": [{"type": "function", "function": {"name": ""}}]}, "tools[0].function.name", "invalid_value"),
    ({"tools": [{"type": "function", "function": {"name": "x", "parameters": []}}]},
     "tools[0].function.parameters", "invalid_value"),
    ({"tools": [TOOL], "tool_choice": "must"}, "tool_choice", "invalid_value"),
    ({"tools": [TOOL], "tool_choice": {}}, "tool_choice.type", "missing_field"),
    ({"tools": [TOOL], "tool_choice": {"type": "function"}}, "tool_choice.function", "missing_field"),
    ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {}}},
     "tool_choice.function.name", "missing_field"),
    ({"tool_choice": "required"}, "tool_choice", "invalid_value"),
    ({"function_call": {"name": "x"}}, "function_call", "invalid_value"),
    ({"functions": [{}]}, "functions[0].name", "missing_field"),
    ({"modalities": "audio"}, "modalities", "invalid_value"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "param", "code"), WRONG, ids=[f"{row[1]}-{n}" for n, row in enumerate(WRONG)])
def test_a_wrong_field_is_named_in_openais_way(fields: dict[str, Any], param: str, code: str):
    error = refused(chat(**fields))
    assert (error.param, error.code) == (param, code)
    assert f"`{param}`" in error.message


@pytest.mark.parametrize("value", ["x - at `$.tools", "x` - at `$.tools`", "` - at `$.tools` - at `$.n"])
def test_a_value_can_not_pass_for_the_path_of_the_error(value: str):
    assert refused(chat(messages=[{"role": value, "content": "x"}])).param == "messages[0].role"
    assert refused(chat(tools=[TOOL], tool_choice=value)).param == "tool_choice"


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
@pytest.mark.parametrize("value", [None, "https://example.org/a", 5, []])
def test_a_part_needs_an_object_of_its_kind(kind: str, value: Any):
    error = refused(with_parts({"type": "text", "text": "x"}, {"type": kind, kind: value}))
    assert error.param == f"messages[0].content[1].{kind}"
    assert refused(with_parts({"type": kind})).param == f"messages[0].content[0].{kind}"


def test_an_image_needs_a_url_that_is_a_text():
    assert refused(with_parts({"type": "image_url", "image_url": {}})).param == "messages[0].content[0].image_url.url"
    for url in ("", 5, None):
        error = refused(with_parts({"type": "image_url", "image_url": {"url": url}}))
        assert error.param == "messages[0].content[0].image_url.url"


@pytest.mark.parametrize("name", ["model", "messages"])
def test_a_missing_field_is_named(name: str):
    body = json.loads(chat())
    del body[name]
    error = refused(json.dumps(body).encode())
    assert (error.code, error.param) == ("missing_field", name)


def test_the_message_for_a_role_lists_the_roles():
    assert "developer" in refused(chat(messages=[{"role": "bot", "content": "x"}])).message


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"null", b"[]", b'"x"', b"5", b"true", b"{", b"{}x", b"\x00", b"\xff\xfe{}", b"\xef\xbb\xbf{}",
        b'{"model":"\xff","messages":[]}', b'{"unknown":"\xff"}', b'{"model":"\\ud800","messages":[]}',
        b'{"unknown":"\\udc00"}', b'{"a":NaN}', b'{"a":Infinity}', b"{'a':1}", b'{"a":01}', b'{"a":1,}', b'{"a" 1}',
        b'{"a":"\n"}', b"<html></html>", b"model=gpt-4o", b'{"a":"' + b"\\" * 9,
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(body: bytes):
    for parse in (parse_chat_request, parse_embeddings_request):
        assert refused(body, parse).code in ("invalid_json", "missing_field")


def test_a_field_that_nobody_reads_is_valid_utf_8_all_the_same():
    assert refused(chat()[:-1] + b',"x":"\xff"}').code == "invalid_json"
    assert parse_chat_request(chat()[:-1] + ',"x":"ÿ"}'.encode()).model == "gpt-4o"


def test_numbers_no_one_can_mean_are_refused_and_unknown_ones_travel_on():
    digits = b"9" * 100_000
    assert refused(chat()[:-1] + b',"seed":' + digits + b"}").param == "seed"
    assert refused(chat()[:-1] + b',"temperature":1e999}').param == "temperature"
    assert bytes(parse_chat_request(chat()[:-1] + b',"x":1e999}').fields["x"]) == b"1e999"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_nesting_is_refused_beyond_the_limit_and_passes_up_to_it(opening: bytes):
    closing = {b"[": b"]"}.get(opening, b"}")

    def nested(levels: int) -> bytes:
        return chat()[:-1] + b',"x":' + opening * levels + b"1" + closing * levels + b"}"

    assert parse_chat_request(nested(MAX_DEPTH - 1)).model == "gpt-4o"
    assert refused(nested(MAX_DEPTH)).code == "invalid_json"
    assert refused(nested(100_000)).code == "invalid_json"
    assert refused(opening * 1_000_000).code == "invalid_json"


def test_brackets_inside_texts_are_not_nesting():
    text = '[{"\\' * 10_000
    assert parse_chat_request(chat(messages=[{"role": "user", "content": text}])).input_tokens_estimate == 10_000


def test_a_long_conversation_is_not_deep():
    parts = [{"role": "user", "content": [{"type": "text", "text": "x"}]}] * 2_000
    assert parse_chat_request(chat(messages=parts)).input_tokens_estimate == 500


def test_a_million_keys_are_refused_before_any_of_them_becomes_an_object(monkeypatch: pytest.MonkeyPatch):
    class NeverDecodes:
        def decode(self, _: bytes) -> None:
            raise AssertionError("the parser was reached")

    monkeypatch.setattr(request_module, "_shallow", NeverDecodes())
    body = b"{" + b",".join(b'"k%d":1' % number for number in range(200_000)) + b"}"
    assert refused(body).code == "invalid_json"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from(sorted({name for row in WRONG for name in row[0]} | {"reasoning_effort", "logit_bias", "x"}))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KNOWN, JSON_VALUES, max_size=4))
def test_any_value_in_any_field_is_accepted_or_refused_by_name(fields: dict[str, Any]):
    body = chat(**fields)
    try:
        parsed = parse_chat_request(body)
    except ClientError as error:
        assert error.param
        assert TABLE[error.code].status == 400
        error.message.encode()
    else:
        assert parsed.input_tokens_estimate >= 0
        assert not any(isinstance(value, float) and not math.isfinite(value) for value in fields.values())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(min_value=0, max_value=400), st.sampled_from((chat(tools=[TOOL]), b"")))
def test_any_bytes_anywhere_are_accepted_or_refused(noise: bytes, at: int, body: bytes):
    mangled = body[:at] + noise + body[at:]
    for parse in (parse_chat_request, parse_embeddings_request):
        try:
            parse(mangled)
        except ClientError as error:
            assert error.param


def embeddings(**fields: Any) -> bytes:
    return json.dumps({"model": "text-embedding-3-small", "input": "hello"} | fields).encode()


@pytest.mark.parametrize(
    ("value", "tokens"),
    [("x" * 40, 10), (["x" * 40, "y" * 4], 11), ([1, 2, 3], 3), ([[1, 2], [3]], 3)],
)
def test_embeddings_take_a_text_texts_tokens_or_lists_of_tokens(value: Any, tokens: int):
    assert parse_embeddings_request(embeddings(input=value)).input_tokens_estimate == tokens


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": None}, "input"),
        ({"input": 5}, "input"),
        ({"input": {}}, "input"),
        ({"input": ["a", ""]}, "input[1]"),
        ({"input": [[1], []]}, "input[1]"),
        ({"input": [True]}, "input[0]"),
        ({"input": [["a"]]}, "input[0][0]"),
        ({"model": ""}, "model"),
        ({"dimensions": 0}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"user": []}, "user"),
    ],
)
def test_a_wrong_field_of_embeddings_is_named(fields: dict[str, Any], param: str):
    assert refused(embeddings(**fields), parse_embeddings_request).param == param
