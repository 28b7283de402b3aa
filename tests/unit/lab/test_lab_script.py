import msgspec
import pytest

from perpetuo.lab.script import (
    Answer,
    Directive,
    LabRequest,
    Script,
    ScriptedCitation,
    ScriptedToolCall,
    ScriptedUsage,
    Tokens,
    ToolSpec,
    numbered_words,
    plan_answer,
)

WEATHER = ToolSpec("weather", {"type": "object", "properties": {"city": {"type": "string"}}})
TIME = ToolSpec("time", {"type": "object", "properties": {"zone": {"enum": ["UTC"]}}})


def planned(
    request: LabRequest | None = None, script: Script | None = None, directive: Directive | None = None
) -> Answer:
    return plan_answer(
        request or LabRequest("m", input_tokens=5),
        script or Script(),
        directive or Directive(),
        words=4,
        key="0123456789abcdef0123456789abcdef",
        created_s=1,
    )


def test_numbered_words_join_to_one_text():
    assert "".join(numbered_words(3)) == "word1 word2 word3"


def test_without_a_script_as_many_words_as_the_vendor_is_set_to():
    answer = planned()
    assert "".join(answer.text) == "word1 word2 word3 word4"
    assert (answer.finish_reason, answer.tokens) == ("stop", Tokens(input_tokens=5, output_tokens=4))


@pytest.mark.parametrize("text", ["a b  c", " lead", "trail \n", "line\n\nline\n", "", "   ", "ünïcode \u2028 x"])
def test_scripted_text_is_cut_into_pieces_without_loss(text: str):
    assert "".join(planned(script=Script(text=text)).text) == text


def test_the_directive_sets_the_number_of_words():
    assert len(planned(directive=Directive(words=9)).text) == 9


def test_a_limit_cuts_the_answer_and_says_so():
    answer = planned(LabRequest("m", max_output_tokens=2))
    assert ("".join(answer.text), answer.finish_reason, answer.tokens.output_tokens) == ("word1 word2", "length", 2)


def test_reasoning_counts_as_output_and_towards_the_limit():
    answer = planned(LabRequest("m", max_output_tokens=3), Script(reasoning="r1 r2", text="a b c"))
    assert (answer.reasoning, answer.text) == (("r1", " r2"), ("a",))
    assert (answer.tokens.output_tokens, answer.tokens.reasoning_tokens) == (3, 2)


def test_a_demanded_tool_is_called_with_arguments_that_fit_its_schema():
    answer = planned(LabRequest("m", tools=(WEATHER, TIME), tools_to_call=("weather",)))
    assert [(call.name, call.arguments) for call in answer.calls] == [("weather", '{"city":"word1"}')]
    assert (answer.text, answer.finish_reason) == ((), "tool_calls")


def test_all_declared_tools_can_be_called_in_parallel():
    answer = planned(LabRequest("m", tools=(WEATHER, TIME)), directive=Directive(call="all"))
    assert [call.name for call in answer.calls] == ["weather", "time"]
    assert len({call.key for call in answer.calls}) == 2


def test_a_scripted_call_keeps_its_arguments_through_the_pieces():
    arguments: dict[str, object] = {"city": 'Zürich "Nord"', "days": [1, 2.5, None]}
    (call,) = planned(script=Script(tool_calls=(ScriptedToolCall("weather", arguments),))).calls
    assert msgspec.json.decode("".join(call.pieces)) == arguments
    assert len(call.pieces) > 3


def test_a_call_costs_a_token_for_its_name_and_one_for_each_piece():
    answer = planned(script=Script(tool_calls=(ScriptedToolCall("f", {}), ScriptedToolCall("g", {}))))
    assert answer.tokens.output_tokens == 4


def test_text_may_come_before_scripted_calls():
    answer = planned(script=Script(text="let me see", tool_calls=(ScriptedToolCall("f"),)))
    assert ("".join(answer.text), answer.finish_reason) == ("let me see", "tool_calls")


def test_json_mode_answers_json():
    assert msgspec.json.decode("".join(planned(LabRequest("m", json_mode=True)).text)) == {"answer": "word1 word2"}


def test_a_json_schema_is_followed():
    schema: dict[str, object] = {"type": "object", "properties": {"n": {"type": "integer"}}}
    answer = planned(LabRequest("m", json_mode=True, json_schema=schema))
    assert msgspec.json.decode("".join(answer.text)) == {"n": 1}


def test_scripted_usage_replaces_what_was_counted():
    usage = ScriptedUsage(100, 40, 20, 7, 3)
    assert planned(script=Script(text="x", usage=usage)).tokens == Tokens(100, 40, 20, 7, 3)


def test_a_scripted_finish_reason_replaces_the_usual_one():
    assert planned(script=Script(text="x", finish_reason="content_filter")).finish_reason == "content_filter"


@pytest.mark.parametrize("asked", [LabRequest("m"), LabRequest("m", shows_reasoning=False)], ids=["script", "request"])
def test_reasoning_that_is_not_told_costs_the_same(asked: LabRequest):
    script = Script(text="a", reasoning="r1 r2", is_redacted=asked.shows_reasoning)
    answer = planned(asked, script)
    assert (answer.reasoning, answer.is_redacted, answer.has_reasoned) == ((), True, True)
    assert (answer.tokens.output_tokens, answer.tokens.reasoning_tokens) == (3, 2)


def test_only_text_that_was_said_is_cited():
    there, gone = ScriptedCitation("a b", "t"), ScriptedCitation("c", "t")
    script = Script(text="a b c", citations=(there, gone))
    assert planned(LabRequest("m", max_output_tokens=2), script).citations == (there,)
