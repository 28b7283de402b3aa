import json
from typing import Any

import msgspec
import pytest

from perpetuo.core.catalog import Model
from perpetuo.core.errors import ClientError
from perpetuo.providers.anthropic_thinking import Thinking, plan_thinking
from perpetuo.providers.chat_input import Message, ThinkingBlock, ToolCall, read_messages

ALL = ("low", "medium", "high", "xhigh", "max")
MODELS = {
    "always thinks": Model("a", "a", efforts=ALL, thinking=frozenset(("adaptive",))),
    "thinks between tools": Model("b", "b", efforts=ALL, thinking=frozenset(("adaptive", "between_tools"))),
    "thinks if asked": Model("c", "c", efforts=ALL, thinking=frozenset(("adaptive", "disabled"))),
    "takes both": Model(
        "d", "d", efforts=("low", "medium", "high", "max"), thinking=frozenset(("adaptive", "enabled", "disabled"))
    ),
    "has levels and budgets": Model(
        "e", "e", efforts=("low", "medium", "high"), thinking=frozenset(("enabled", "disabled"))
    ),
    "has budgets": Model("f", "f", efforts=(), thinking=frozenset(("enabled", "disabled"))),
    "does not think": Model("g", "g", efforts=(), thinking=frozenset()),
    "is not known": Model("h", "h"),
}
ADAPTIVE = {"type": "adaptive", "display": "summarized"}
OFF = {"type": "disabled"}


def plan(
    fields: dict[str, Any],
    model: Model,
    *,
    max_tokens: int | None = 64_000,
    forced_tool: bool = False,
    messages: tuple[Message, ...] = (),
) -> Thinking:
    raw = msgspec.json.decode(json.dumps(fields).encode(), type=dict[str, msgspec.Raw])
    return plan_thinking(raw, model, messages, max_tokens=max_tokens, forced_tool=forced_tool)


def budget(tokens: int) -> dict[str, Any]:
    return {"type": "enabled", "budget_tokens": tokens}


PLANS: dict[str, tuple[dict[str, Any], str, dict[str, Any] | None, str | None]] = {
    "nothing is asked": ({}, "thinks if asked", None, None),
    "an effort": ({"reasoning_effort": "high"}, "thinks if asked", ADAPTIVE, "high"),
    "an effort of a model that always thinks": ({"reasoning_effort": "low"}, "always thinks", ADAPTIVE, "low"),
    "OpenAI's lowest effort": ({"reasoning_effort": "minimal"}, "always thinks", ADAPTIVE, "low"),
    "an effort between two": ({"reasoning_effort": "xhigh"}, "takes both", ADAPTIVE, "high"),
    "an effort above all": ({"reasoning_effort": "max"}, "has levels and budgets", budget(32_000), "high"),
    "an effort without levels": ({"reasoning_effort": "medium"}, "has budgets", budget(8_192), None),
    "an effort nobody knows": ({"reasoning_effort": "turbo"}, "has budgets", budget(8_192), None),
    "an effort of what does not think": ({"reasoning_effort": "high"}, "does not think", None, None),
    "an effort of what is not known": ({"reasoning_effort": "high"}, "is not known", None, "high"),
    "no effort": ({"reasoning_effort": "none"}, "thinks if asked", OFF, None),
    "no effort where only the first thought can go": (
        {"reasoning_effort": "none"},
        "thinks between tools",
        {"type": "between_tools"},
        None,
    ),
    "no effort where thinking can not go": ({"reasoning_effort": "none"}, "always thinks", None, "low"),
    "a budget": ({"thinking": budget(5_000)}, "has budgets", budget(5_000), None),
    "a budget where a level would do too": ({"thinking": budget(5_000)}, "takes both", budget(5_000), None),
    "a budget where there are levels only": ({"thinking": budget(5_000)}, "thinks if asked", ADAPTIVE, "medium"),
    "a large budget where there are levels only": ({"thinking": budget(60_000)}, "always thinks", ADAPTIVE, "xhigh"),
    "a budget and an effort": (
        {"thinking": budget(60_000), "reasoning_effort": "low"},
        "always thinks",
        ADAPTIVE,
        "low",
    ),
    "adaptive thinking": ({"thinking": {"type": "adaptive"}}, "thinks if asked", ADAPTIVE, None),
    "adaptive thinking that is not shown": (
        {"thinking": {"type": "adaptive", "display": "omitted"}},
        "thinks if asked",
        {"type": "adaptive", "display": "omitted"},
        None,
    ),
    "adaptive thinking without it": ({"thinking": {"type": "adaptive"}}, "has budgets", budget(8_192), None),
    "no thinking": ({"thinking": {"type": "disabled"}}, "takes both", OFF, None),
    "no thinking at an effort": (
        {"thinking": {"type": "disabled"}, "reasoning_effort": "max"},
        "thinks if asked",
        OFF,
        "high",
    ),
    "no thinking where it can not go": ({"thinking": {"type": "disabled"}}, "always thinks", None, "low"),
}


@pytest.mark.parametrize("name", PLANS)
def test_what_is_asked_becomes_what_the_model_takes(name: str) -> None:
    fields, model, field, effort = PLANS[name]
    planned = plan(fields, MODELS[model])
    assert (planned.field, planned.effort) == (field, effort)


def test_the_limit_is_the_clients_within_the_models() -> None:
    model = Model("m", "m", max_output_tokens=8_192)
    assert [plan({}, model, max_tokens=asked).max_tokens for asked in (100, None, 9_999)] == [100, 8_192, 8_192]
    assert plan({}, Model("m", "m"), max_tokens=None).max_tokens == 4_096


def test_a_budget_leaves_room_for_an_answer() -> None:
    asked = {"thinking": budget(5_000)}
    assert plan(asked, MODELS["has budgets"], max_tokens=None).max_tokens == 5_000 + 4_096
    for limit in (4_000, 5_000):
        with pytest.raises(ClientError) as caught:
            plan(asked, MODELS["has budgets"], max_tokens=limit)
        assert caught.value.param == "thinking.budget_tokens"


def test_a_budget_of_ours_is_at_most_half_of_the_limit_and_none_below_the_least() -> None:
    asked = {"reasoning_effort": "high"}
    assert plan(asked, MODELS["has budgets"], max_tokens=4_000).field == budget(2_000)
    assert plan(asked, MODELS["has budgets"], max_tokens=2_000).field is None


@pytest.mark.parametrize("model", ["has budgets", "takes both", "thinks if asked"])
def test_a_forced_tool_wins_over_thinking(model: str) -> None:
    for fields in ({"thinking": budget(5_000)}, {"reasoning_effort": "high"}):
        assert plan(fields, MODELS[model], forced_tool=True).field is None
    assert plan({"thinking": OFF}, MODELS[model], forced_tool=True).field == OFF


def test_a_tool_turn_that_began_without_thinking_goes_on_without() -> None:
    call = ToolCall("c", msgspec.json.decode(b'{"name":"f"}', type=ToolCall.__annotations__["function"]))
    result = Message("tool", content="r", tool_call_id="c")
    signed = ThinkingBlock("thinking", thinking="t", signature="s")
    for blocks, expected in ((None, None), ([signed], budget(5_000))):
        messages = (Message("assistant", tool_calls=[call], thinking_blocks=blocks), result)
        assert plan({"thinking": budget(5_000)}, MODELS["has budgets"], messages=messages).field == expected
        assert plan({"reasoning_effort": "high"}, MODELS["thinks if asked"], messages=messages).field == ADAPTIVE


@pytest.mark.parametrize("value", [7, "on", [], {"budget_tokens": 5}, {"type": "enabled", "budget_tokens": "x"}])
def test_thinking_of_a_wrong_shape_is_the_clients_error(value: object) -> None:
    with pytest.raises(ClientError) as caught:
        plan({"thinking": value}, MODELS["has budgets"])
    assert caught.value.param == "thinking"


def test_an_empty_conversation_is_no_tool_turn() -> None:
    assert read_messages({}) == []
    assert plan({"thinking": budget(5_000)}, MODELS["has budgets"]).field == budget(5_000)
