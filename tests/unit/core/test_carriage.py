import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.carriage import FIELDS, LOSSLESS, Carriage, Loss, loss_of
from perpetuo.core.request import parse_chat_request

SOME = Carriage(frozenset(("stop", "temperature")), {"seed": "roughly", "n": "one after the other"})
NAMES = st.frozensets(st.sampled_from(sorted(FIELDS)) | st.text("abc", min_size=1, max_size=3))


def test_what_is_carried_is_not_lost() -> None:
    assert loss_of(("stop", "temperature"), SOME) is LOSSLESS
    assert LOSSLESS.is_lossless


def test_a_loss_that_changes_the_answer_refuses_and_another_is_listed() -> None:
    loss = loss_of(("audio", "user", "seed"), SOME)
    assert loss == Loss(refused=("audio",), dropped=("user",), approximated=("seed",))
    assert not loss.is_lossless


def test_a_vendor_adds_to_its_protocol_and_takes_away() -> None:
    assert loss_of(("user",), SOME, carries=frozenset(("user",))) is LOSSLESS
    assert loss_of(("temperature",), SOME, refuses=frozenset(("temperature",))).dropped == ("temperature",)
    assert loss_of(("stop",), SOME, refuses=frozenset(("stop",))).refused == ("stop",)
    both = loss_of(("seed",), SOME, carries=frozenset(("seed",)), refuses=frozenset(("seed",)))
    assert both.dropped == ("seed",)


def test_an_unknown_field_travels_on_in_the_clients_own_protocol_and_is_dropped_elsewhere() -> None:
    assert loss_of(("made_up",), Carriage(frozenset(), unknown=True)) is LOSSLESS
    assert loss_of(("made_up",), SOME).dropped == ("made_up",)


def test_signed_reasoning_is_dropped_only_where_the_workspace_agreed() -> None:
    signed = ("assistant.thinking_blocks",)
    assert loss_of(signed, SOME).refused == signed
    assert loss_of(signed, SOME, may_drop_origin=True).dropped == signed


@given(uses=NAMES, carries=NAMES, refuses=NAMES, may_drop=st.booleans())
def test_every_used_field_ends_up_in_one_place(
    uses: frozenset[str], carries: frozenset[str], refuses: frozenset[str], may_drop: bool
) -> None:
    loss = loss_of(uses, SOME, carries=carries, refuses=refuses, may_drop_origin=may_drop)
    listed = [*loss.refused, *loss.dropped, *loss.approximated]
    used = {name.partition(":")[0] for name in uses}
    assert set(listed) <= used
    assert {name for name in refuses & uses if ":" not in name} <= set(listed)
    assert all(FIELDS[name] != "wish" for name in loss.refused)


def test_a_case_of_a_field_is_carried_with_it_unless_something_else_is_said() -> None:
    cases = ("temperature", "temperature:above_1", "temperature:beside_thinking")
    assert loss_of(cases, SOME) is LOSSLESS
    capped = Carriage(frozenset(("temperature",)), {"temperature:above_1": "1"})
    assert loss_of(cases, capped) == Loss(approximated=("temperature",))
    assert loss_of(cases, Carriage(frozenset())) == Loss(dropped=("temperature",))
    assert loss_of(cases, SOME, refuses=frozenset(("temperature",))) == Loss(dropped=("temperature",))


def test_one_call_at_a_time_means_little_where_there_is_one_tool() -> None:
    assert loss_of(("parallel_tool_calls",), SOME).refused == ("parallel_tool_calls",)
    assert loss_of(("parallel_tool_calls:one_tool",), SOME).dropped == ("parallel_tool_calls",)


def uses(**fields: Any) -> frozenset[str]:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | fields
    return parse_chat_request(json.dumps(body).encode()).uses


def said(*parts: dict[str, Any], role: str = "user", **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": list(parts), **more}]}


def assistant(**more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "assistant", "content": "a", **more}]}


TOOL = {"type": "function", "function": {"name": "f"}}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SIGNED = {"google": {"thought_signature": "s"}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
USES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a search with no options": ({"web_search_options": {}}, {"web_search_options"}),
    "options that are null": ({"web_search_options": None, "metadata": {}}, set()),
    "nothing": ({}, set()),
    "what happens anyway": (
        {"n": 1, "temperature": 1, "logprobs": False, "stop": None, "tools": [], "tool_choice": "auto", "stream": True,
         "stream_options": {"include_usage": True}, "response_format": {"type": "text"}, "modalities": ["text"]},
        set(),
    ),
    "sampling": ({"temperature": 0.5, "seed": 0, "n": 2}, {"temperature", "seed", "n"}),
    "one call of one tool": (
        {"tools": [TOOL], "parallel_tool_calls": False}, {"tools.function", "parallel_tool_calls:one_tool"}
    ),
    "hot and thinking": (
        {"temperature": 1.2, "top_p": 0.5, "reasoning_effort": "high"},
        {"temperature", "temperature:above_1", "temperature:beside_thinking", "top_p", "top_p:beside_temperature",
         "top_p:beside_thinking", "reasoning_effort"},
    ),
    "a field nobody knows": ({"made_up": False}, {"made_up"}),
    "an image by link": (said(IMAGE), {"content.image_url"}),
    "an image inline, in detail": (
        said({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "high"}}),
        {"content.image_base64", "content.image_detail"},
    ),
    "audio": (said({"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}), {"content.input_audio"}),
    "a PDF": (said({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA"}}), {"content.file_pdf"}),
    "a bare PDF": (said({"type": "file", "file": {"file_data": "AA"}}), {"content.file_pdf"}),
    "a text file": (said({"type": "file", "file": {"file_data": "data:text/plain;base64,AA"}}), {"content.file_other"}),
    "a linked file": (said({"type": "file", "file": {"file_data": "https://x.test/a.pdf"}}), {"content.file_url"}),
    "an uploaded file": (said({"type": "file", "file": {"file_id": "file-1"}}), {"content.file_id"}),
    "a part nobody knows": (said({"type": "video_url", "video_url": {}}), {"content.other"}),
    "a mark to cache": (
        said({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}), {"content.cache_control"}
    ),
    "roles and names": (
        {"messages": [{"role": "developer", "content": "a", "name": "n"}]}, {"message.developer", "message.name"}
    ),
    "a tool's result with an image that is an error": (
        said(IMAGE, role="tool", tool_call_id="c", is_error=True), {"content.image_url", "tool.image", "tool.is_error"}
    ),
    "signed thinking": (
        assistant(thinking_blocks=[{"type": "thinking", "thinking": "t", "signature": "s"}]),
        {"assistant.thinking_blocks"},
    ),
    "signed thinking beside its text": (
        assistant(thinking_blocks=[{"type": "thinking", "thinking": "t", "signature": "s"}], reasoning_content="t"),
        {"assistant.thinking_blocks"},
    ),
    "no thinking": (assistant(thinking_blocks=[], reasoning_content=None), set()),
    "reasoning in words": (assistant(reasoning_content="t"), {"assistant.reasoning_content"}),
    "a signature on a call": (
        assistant(tool_calls=[CALL | {"extra_content": SIGNED}]), {"assistant.thought_signature"}
    ),
    "a signature on a text": (assistant(extra_content=SIGNED), {"assistant.thought_signature"}),
    "a custom call": (assistant(tool_calls=[{"id": "c", "type": "custom"}]), {"assistant.other_calls"}),
    "a refusal": (assistant(refusal="no"), {"assistant.refusal"}),
    "tools": (
        {"tools": [TOOL, {"type": "custom"}], "tool_choice": "required", "parallel_tool_calls": False},
        {"tools.function", "tools.other", "tool_choice.required", "parallel_tool_calls"},
    ),
    "a strict tool that is named": (
        {"tools": [{"type": "function", "function": {"name": "f", "strict": True}}], "tool_choice": TOOL},
        {"tools.function", "tools.strict", "tool_choice.named"},
    ),
    "a schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n"}}}, {"response_format.json_schema"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", USES)
def test_a_request_uses_what_it_says(name: str) -> None:
    fields, expected = USES[name]
    assert uses(**fields) == expected


def test_every_named_use_of_a_request_has_a_row() -> None:
    made_up = {"made_up"}
    assert set().union(*(expected for _, expected in USES.values())) - made_up <= FIELDS.keys()
