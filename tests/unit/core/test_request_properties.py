"""What a body must look like, and that no body makes the parser do anything but answer or refuse."""

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perpetuo.core.errors import ClientError
from perpetuo.core.request import MAX_DEPTH, ChatRequest, parse_chat_request, parse_embeddings_request

FULL: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "name": "ann",
            "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": "https://example.test/a.png", "detail": "low"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
    ],
    "stream": True,
    "stream_options": {"include_usage": True},
    "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "look"}},
    "parallel_tool_calls": True,
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
    "max_tokens": 10,
    "max_completion_tokens": 20,
    "n": 1,
    "temperature": 0,
    "top_p": 0.5,
    "presence_penalty": -2,
    "frequency_penalty": 2,
    "logit_bias": {"1": -100},
    "seed": -1,
    "stop": ["a"],
    "user": "u",
    "metadata": {"a": "b"},
    "logprobs": True,
    "top_logprobs": 2,
    "reasoning_effort": "low",
}
REQUIRED = ("model", "messages")


def parse(**changes: object) -> ChatRequest:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | changes
    return parse_chat_request(json.dumps(body).encode())


def refusal(body: bytes | dict[str, Any]) -> ClientError:
    with pytest.raises(ClientError) as caught:
        parse_chat_request(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert_safe(caught.value)
    return caught.value


def assert_safe(error: ClientError) -> None:
    assert 400 <= error.row.status < 500
    assert error.param
    assert error.message.isprintable(), error.message
    assert error.param.isprintable()
    assert len(error.message) <= 1000
    assert len(error.param) <= 300


def test_a_request_with_every_field_is_read() -> None:
    body = json.dumps(FULL).encode()
    read = parse_chat_request(body)
    assert (read.model, read.stream, read.include_usage, read.user) == ("gpt-4o", True, True, "u")
    assert read.needs == {"vision", "tools", "json_schema"}
    assert read.forced_tool
    assert read.max_output_tokens == 20
    assert read.body is body
    assert list(read.fields) == list(FULL)
    assert {name: json.loads(bytes(raw)) for name, raw in read.fields.items()} == FULL


def test_fields_nobody_knows_keep_their_own_bytes() -> None:
    body = (
        b'{"model":"m","messages":[{"role":"user","content":"x","odd":1}],"new":{ "a" : 1.50, "big":1'
        + b"0" * 30
        + b"}}"
    )
    assert bytes(parse_chat_request(body).fields["new"]) == b'{ "a" : 1.50, "big":1' + b"0" * 30 + b"}"


@pytest.mark.parametrize("name", sorted(set(FULL) - set(REQUIRED)))
def test_null_is_the_same_as_absent(name: str) -> None:
    without = {key: value for key, value in FULL.items() if key != name}
    if name == "tools":  # a forced call needs them
        without["tool_choice"] = None
    absent = parse_chat_request(json.dumps(without).encode())
    null = parse_chat_request(json.dumps({**without, name: None}).encode())
    for attribute in set(ChatRequest.__struct_fields__) - {"body", "fields"}:
        assert getattr(null, attribute) == getattr(absent, attribute), attribute


@pytest.mark.parametrize("name", ["name", "refusal", "tool_calls", "function_call", "tool_call_id"])
def test_null_is_accepted_within_a_message_too(name: str) -> None:
    parse(messages=[{"role": "user", "content": "x", name: None}])


def test_an_assistant_message_may_have_no_content() -> None:
    parse(messages=[{"role": "assistant", "content": None}, {"role": "assistant"}])


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_field_that_is_missing_is_named(name: str) -> None:
    error = refusal({key: value for key, value in FULL.items() if key != name})
    assert (error.code, error.param) == ("missing_field", name)


def test_an_image_asks_for_vision_audio_for_audio_and_json_mode_for_json() -> None:
    part = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}
    assert parse(messages=[{"role": "user", "content": [part]}]).needs == {"audio"}
    assert parse(response_format={"type": "json_object"}).needs == {"json_object"}
    assert parse(response_format={"type": "text"}).needs == frozenset()


TOOLS = [{"type": "function", "function": {"name": "f"}}]
FORCED = {
    "required": ("required", True),
    "a named function": ({"type": "function", "function": {"name": "f"}}, True),
    "auto": ("auto", False),
    "none": ("none", False),
    "absent": (None, False),
}


@pytest.mark.parametrize("case", FORCED)
def test_a_tool_is_forced_by_name_or_by_required_only(case: str) -> None:
    choice, forced = FORCED[case]
    assert parse(tools=TOOLS, tool_choice=choice).forced_tool is forced


def test_the_older_functions_count_as_tools_and_a_named_function_call_forces_one() -> None:
    functions = [{"name": "f", "parameters": {}}]
    read = parse(functions=functions, function_call={"name": "f"})
    assert (read.needs, read.forced_tool) == ({"tools"}, True)
    assert not parse(functions=functions, function_call="auto").forced_tool


def test_texts_calls_and_tools_count_as_input() -> None:
    short = parse().input_tokens_estimate
    long = parse(messages=[{"role": "user", "content": "é" * 400}]).input_tokens_estimate
    assert (short, long) == (1, 200)
    assert parse(tools=TOOLS).input_tokens_estimate > short


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a model that is a number": ({"model": 5}, "model"),
    "an empty model": ({"model": " "}, "model"),
    "a model with a line break": ({"model": "a\nb"}, "model"),
    "a model with a direction override": ({"model": "a\u202eb"}, "model"),
    "a model that is too long": ({"model": "m" * 257}, "model"),
    "no messages": ({"messages": []}, "messages"),
    "messages that are a text": ({"messages": "hi"}, "messages"),
    "a negative limit": ({"max_tokens": -1}, "max_tokens"),
    "a limit of 40 digits": ({"max_completion_tokens": 10**40}, "max_completion_tokens"),
    "a limit that is a text": ({"max_tokens": "10"}, "max_tokens"),
    "a limit that is a truth": ({"max_tokens": True}, "max_tokens"),
    "too hot": ({"temperature": 2.1}, "temperature"),
    "stream as a text": ({"stream": "true"}, "stream"),
    "stop as a number": ({"stop": 1}, "stop"),
    "an unknown response format": ({"response_format": {"type": "xml\n\x1b[31m"}}, "response_format.type"),
    "a schema format without a schema": ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    "an unknown tool choice": ({"tool_choice": "x" * 5000}, "tool_choice"),
    "a function tool without a function": ({"tools": [{"type": "function"}]}, "tools[0].function"),
    "a forced call without tools": ({"tool_choice": "required"}, "tool_choice"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_refused_by_the_field_s_name(case: str) -> None:
    change, param = WRONG[case]
    error = refusal({"model": "m", "messages": [{"role": "user", "content": "x"}]} | change)
    assert error.row.status == 400
    assert error.param == param
    assert f"`{param}`" in error.message


WRONG_MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "without a role": ({"content": "x"}, ".role"),
    "with an unknown role": ({"role": "boss - at `$.evil`", "content": "x"}, ".role"),
    "of a user without content": ({"role": "user"}, ".content"),
    "with content that is a number": ({"role": "user", "content": 7}, ".content"),
    "with a text part without text": ({"role": "user", "content": [{"type": "text"}]}, ".content[0].text"),
    "with an image part without an image": (
        {"role": "user", "content": [{"type": "image_url"}]}, ".content[0].image_url",
    ),
    "of a tool that names no call": ({"role": "tool", "content": "x"}, ".tool_call_id"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_MESSAGES)
def test_a_wrong_message_is_named_with_its_number(case: str) -> None:
    message, param = WRONG_MESSAGES[case]
    good = {"role": "user", "content": "x"}
    assert refusal({"model": "m", "messages": [good, message]}).param == f"messages[1]{param}"


NOT_JSON = {
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "cut short": b'{"model": "m"',
    "rubbish behind it": b'{"model":"m","messages":[{"role":"user","content":"x"}]}x',
    "NaN": b'{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":NaN}',
    "bytes that are not UTF-8": b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}',
    "half a surrogate pair": b'{"model":"\\ud800","messages":[{"role":"user","content":"x"}]}',
    "a byte order mark": b'\xef\xbb\xbf{"model":"m","messages":[{"role":"user","content":"x"}]}',
    "UTF-16": '{"model":"m"}'.encode("utf-16"),
}


@pytest.mark.parametrize("case", NOT_JSON)
def test_what_is_not_a_json_object_is_a_400(case: str) -> None:
    assert refusal(NOT_JSON[case]).row.status == 400


def test_the_last_of_two_equal_keys_counts_everywhere() -> None:
    body = b'{"model":"a","messages":[{"role":"user","content":"x"}],"model":"b"}'
    read = parse_chat_request(body)
    assert read.model == "b"
    assert bytes(read.fields["model"]) == b'"b"'


def nested(levels: int) -> bytes:
    """A body of this many levels, the body itself being the first."""
    inner = b"[" * (levels - 1) + b"]" * (levels - 1)
    return b'{"model":"m","messages":[{"role":"user","content":"x"}],"extra":' + inner + b"}"


def test_128_levels_are_accepted_and_129_refused() -> None:
    assert MAX_DEPTH == 128
    parse_chat_request(nested(128))
    error = refusal(nested(129))
    assert (error.param, "128" in error.message) == ("body", True)


def test_levels_of_objects_count_as_those_of_lists() -> None:
    deep = b'{"a":' * 128 + b"1" + b"}" * 128
    refusal(b'{"model":"m","messages":[{"role":"user","content":"x"}],"extra":' + deep + b"}")


@pytest.mark.parametrize("text", ["[{" * 1000, '\\"[' * 1000, '"[' * 1000, "\\" * 999 + '"' + "[" * 500, "}]" * 1000])
def test_brackets_within_texts_do_not_count(text: str) -> None:
    parse(messages=[{"role": "user", "content": text}, {"role": "user", "content": "[" * 200}])


HOSTILE = {
    "a megabyte of opening brackets": b"[" * 1_000_000,
    "a megabyte of opening braces": b'{"a":' * 200_000,
    "a megabyte of escaped quotes in a string without an end": b'{"a":"' + b'\\"' * 500_000 + b"{" * 200,
    "a megabyte of quotes": b"[" * 200 + b'"' * 1_000_000,
    "a megabyte of backslashes": b"{" * 200 + b'"' + b"\\" * 1_000_000,
    "a number of a hundred thousand digits": b'{"model":"m","messages":[],"seed":' + b"9" * 100_000 + b"}",
    "a million keys": b"{" + b",".join(b'"%d":0' % i for i in range(1_000_000)) + b"}",
    "a megabyte of small lists in a wrong place": b'{"model":"m","messages":[' + b"[]," * 333_000 + b"[]]}",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_body_is_refused(case: str) -> None:
    refusal(HOSTILE[case])


def test_the_work_grows_with_the_size_and_not_with_its_square() -> None:
    """A ratio, not a time: ten times the body may take much less than a hundred times as long."""
    for unit in (b'\\"', b"{", b'"{",', b"[],", b"\\\\", b'":'):
        small, large = (
            min(_seconds(b'{"model":"m","a":["' + unit * (count // len(unit))) for _ in range(3))
            for count in (60_000, 600_000)
        )
        assert large < 40 * max(small, 0.001), unit


def _seconds(body: bytes) -> float:
    started_s = time.process_time()
    with pytest.raises(ClientError):
        parse_chat_request(body)
    return time.process_time() - started_s


def refuses_or_reads(body: bytes) -> None:
    for parse_body in (parse_chat_request, parse_embeddings_request):
        try:
            parse_body(body)
        except ClientError as error:
            assert_safe(error)


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b'{"model": "\\ud83d", "messages": []}')
def test_any_bytes_are_read_or_refused_by_a_400(body: bytes) -> None:
    refuses_or_reads(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "role", "content", "function", "name", "url", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def paths(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        found += paths(inner, (*at, name))
    return found


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    body = copy.deepcopy(FULL)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return body


@given(st.sampled_from(paths(FULL)), JSON_VALUES)
def test_any_value_at_any_place_of_a_good_body_is_read_or_refused_by_a_400(
    path: tuple[str | int, ...], value: object
) -> None:
    refuses_or_reads(json.dumps(changed(path, value)).encode())


@given(st.data())
def test_a_good_body_with_bytes_changed_is_read_or_refused_by_a_400(data: st.DataObject) -> None:
    body = bytearray(json.dumps(FULL).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    refuses_or_reads(bytes(body))


def test_a_body_cut_anywhere_is_a_400() -> None:
    body = json.dumps(FULL).encode()
    for end in range(len(body)):
        refusal(body[:end])


EMBEDDING_INPUTS = {
    "a text": ("hello you", 3),
    "texts": (["hell", "o"], 2),
    "tokens": ([1, 2, 3], 3),
    "lists of tokens": ([[1, 2], [3]], 3),
}


@pytest.mark.parametrize("case", EMBEDDING_INPUTS)
def test_embeddings_take_a_text_texts_or_tokens(case: str) -> None:
    value, tokens = EMBEDDING_INPUTS[case]
    read = parse_embeddings_request(json.dumps({"model": "v", "input": value, "dimensions": None}).encode())
    assert (read.model, read.input_tokens_estimate) == ("v", tokens)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input[1]"),
        ({"input": None}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 10**30}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"model": None}, "model"),
    ],
)
def test_wrong_embeddings_requests_are_refused_by_the_field_s_name(change: dict[str, Any], param: str) -> None:
    with pytest.raises(ClientError) as caught:
        parse_embeddings_request(json.dumps({"model": "v", "input": "x"} | change).encode())
    assert_safe(caught.value)
    assert caught.value.param == param
