"""Messages and tools travel as the bytes they came in, but for what a vendor does not carry."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.core.snapshot import Secret
from perpetuo.providers.base import Target
from perpetuo.providers.openai_chat import OpenAIChat
from perpetuo.providers.openai_messages import fit_messages, fit_tools

PROTOCOL = OpenAIChat()


def aimed(dropped: frozenset[str] = frozenset(), **vendor: Any) -> Target:
    row = Vendor(name="v", title="V", protocol="openai_chat", base_url=None, **vendor)
    return Target(row, Model("m", "m"), "https://api.v.test/v1", Secret("sk"), dropped)


def sent(request: ChatRequest, target: Target) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(PROTOCOL.encode_request(request, target).body, type=dict[str, msgspec.Raw])


def decoded(raw: msgspec.Raw) -> Any:
    return json.loads(bytes(raw))


# --- bytes in, bytes out ---

SPACE = st.text(" \t\r\n", max_size=3)
STRINGS = st.one_of(
    st.sampled_from([r'"é"', r'"\/"', '"\u2028"', r'"😀"', '"\u00e9"', r'"\b\f\"\\"', '""']),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\', min_codepoint=32), max_size=8).map(
        lambda text: f'"{text}"'
    ),
)
NUMBERS = st.sampled_from(["1.50", "1E3", "-0", "123456789012345678901234567890", "0.1e-7", "1e400", "7"])


def odd_json(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Values with white space where JSON allows it; keys may come twice."""
    pair = st.tuples(STRINGS, SPACE, inner).map(lambda p: f"{p[0]}{p[1]}:{p[1]}{p[2]}")
    lists = st.tuples(SPACE, st.lists(inner, max_size=3)).map(lambda p: f"[{p[0]}{','.join(p[1])}{p[0]}]")
    objects = st.tuples(SPACE, st.lists(pair, max_size=3)).map(lambda p: f"{{{p[0]}{','.join(p[1])}{p[0]}}}")
    return lists | objects


VALUES = st.recursive(STRINGS | NUMBERS | st.sampled_from(["true", "null"]), odd_json, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(text=STRINGS, unknown=VALUES, parameters=VALUES, space=SPACE, inner=VALUES)
def test_what_nobody_has_to_change_travels_byte_for_byte(
    text: str, unknown: str, parameters: str, space: str, inner: str
) -> None:
    messages = (
        f'[{space}{{"role":{space}"user","content":{text}, "x_of_mine":{inner},{space}"x_of_mine":{inner}}}{space}]'
    )
    tools = f'[{space}{{"type":"function","function":{{"name":"f","parameters":{{"a":{parameters}}}}}}}{space}]'
    body = f'{{"model":"gpt","messages":{messages},{space}"tools":{tools},"x_unknown":{unknown}}}'.encode()
    fields = sent(parse_chat_request(body), aimed(frozenset(("user", "seed"))))
    assert bytes(fields["messages"]) == messages.encode()
    assert bytes(fields["tools"]) == tools.encode()
    assert bytes(fields["x_unknown"]) == unknown.encode()
    assert bytes(fields["model"]) == b'"m"'


@settings(max_examples=100, deadline=None)
@given(other=VALUES, space=SPACE)
def test_a_message_that_loses_a_field_keeps_the_bytes_of_the_others(other: str, space: str) -> None:
    messages = f'[{{"role":"user","name":"Ann","content":"hi","x":{space}{other}}}]'
    fitted = fit_messages(msgspec.Raw(messages.encode()), ("message.name",), developer_as_system=False)
    (message,) = msgspec.json.decode(fitted, type=list[dict[str, msgspec.Raw]])
    assert set(message) == {"role", "content", "x"}
    assert bytes(message["x"]) == other.encode()


# --- what is taken out ---

SIGNED = {"google": {"thought_signature": "s"}}
CACHED = {"cache_control": {"type": "ephemeral"}}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALL_SIGNED = CALL | {"extra_content": SIGNED}
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}}
SEEN_IMAGE = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
TEXT = {"type": "text", "text": "t"}
LOSSES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a speaker's name": ("message.name", {"role": "user", "content": "a", "name": "n"},
                         {"role": "user", "content": "a"}),
    "a cache mark of a message": ("content.cache_control", {"role": "user", "content": "a", **CACHED},
                                  {"role": "user", "content": "a"}),
    "a cache mark of a part": ("content.cache_control", {"role": "user", "content": [{**TEXT, **CACHED}, IMAGE]},
                               {"role": "user", "content": [TEXT, IMAGE]}),
    "an image's detail": ("content.image_detail", {"role": "user", "content": [TEXT, IMAGE]},
                          {"role": "user", "content": [TEXT, SEEN_IMAGE]}),
    "thinking": ("assistant.thinking_blocks", {"role": "assistant", "content": "a", "thinking_blocks": [{"type": "t"}]},
                 {"role": "assistant", "content": "a"}),
    "details of reasoning": ("assistant.reasoning_details",
                             {"role": "assistant", "content": "a", "reasoning_details": [{}]},
                             {"role": "assistant", "content": "a"}),
    "a text of reasoning": ("assistant.reasoning_content",
                            {"role": "assistant", "content": "a", "reasoning_content": "r"},
                            {"role": "assistant", "content": "a"}),
    "a signature of a message and of a call": (
        "assistant.thought_signature",
        {"role": "assistant", "content": None, "extra_content": SIGNED, "tool_calls": [CALL_SIGNED]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
    ),
    "a tool's error": ("tool.is_error", {"role": "tool", "tool_call_id": "c", "content": "a", "is_error": True},
                       {"role": "tool", "tool_call_id": "c", "content": "a"}),
}  # fmt: skip


@pytest.mark.parametrize("case", LOSSES)
def test_a_vendor_that_does_not_carry_it_never_sees(case: str) -> None:
    lost, message, expected = LOSSES[case]
    other = {"role": "system", "content": "s"}
    request = parse_chat_request(json.dumps({"model": "a", "messages": [other, message]}).encode())
    assert lost in request.uses
    assert decoded(sent(request, aimed(frozenset((lost,))))["messages"]) == [other, expected]
    assert decoded(sent(request, aimed())["messages"]) == [other, message]


def test_the_name_of_a_function_that_answers_is_no_speakers_name() -> None:
    raw = msgspec.Raw(b'[{"role":"function","name":"f","content":"1"}]')
    assert decoded(fit_messages(raw, ("message.name",), developer_as_system=False))[0]["name"] == "f"


def test_a_tool_loses_its_cache_mark_and_strictness_and_keeps_the_rest() -> None:
    function = {"name": "f", "parameters": {"type": "object", "strict": "a property"}}
    tools = [{"type": "function", "function": function | {"strict": True}, **CACHED}, {"type": "custom"}]
    raw = msgspec.Raw(json.dumps(tools).encode())
    fitted = fit_tools(raw, ("content.cache_control", "tools.strict"))
    assert decoded(fitted) == [{"type": "function", "function": function}, {"type": "custom"}]
    assert fit_tools(raw, ("user",)) is raw
    assert bytes(fit_tools(msgspec.Raw(b"null"), ("tools.strict",))) == b"null"


# --- dialects ---


def test_a_developer_speaks_as_the_system_where_the_vendor_has_no_such_role() -> None:
    body = {"model": "a", "messages": [{"role": "developer", "content": "d"}, {"role": "user", "content": "u"}]}
    request = parse_chat_request(json.dumps(body).encode())
    told = sent(request, aimed(approximates={"message.developer": "sent as a system message"}))
    assert [message["role"] for message in decoded(told["messages"])] == ["system", "user"]
    assert decoded(sent(request, aimed())["messages"]) == body["messages"]


def test_a_field_goes_out_under_the_vendors_own_name_unless_the_client_used_that_one_too() -> None:
    vendor = aimed(renames={"seed": "random_seed"})
    body = {"model": "a", "messages": [{"role": "user", "content": "u"}], "seed": 1}
    assert "seed" not in (fields := sent(parse_chat_request(json.dumps(body).encode()), vendor))
    assert bytes(fields["random_seed"]) == b"1"
    both = sent(parse_chat_request(json.dumps(body | {"random_seed": 2}).encode()), vendor)
    assert (bytes(both["seed"]), bytes(both["random_seed"])) == (b"1", b"2")


def test_a_deployment_is_part_of_the_path_and_can_not_leave_it() -> None:
    path = "/openai/deployments/{model}/chat/completions?api-version=1"
    target = Target(aimed(chat_path=path).vendor, Model("a/../b?c#d", "m"), "https://r.test", Secret("k"))
    request = parse_chat_request(b'{"model":"a","messages":[{"role":"user","content":"u"}]}')
    url = PROTOCOL.encode_request(request, target).url
    assert url == "https://r.test/openai/deployments/a%2F..%2Fb%3Fc%23d/chat/completions?api-version=1"
