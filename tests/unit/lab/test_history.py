import pytest

from perpetuo.lab.history import REDACTED, HistoryBlock, HistoryMessage, call_mark, check_history
from perpetuo.lab.signatures import sign
from perpetuo.lab.wire import Refusal

KEY = "0123456789abcdef" * 2
THINKING = HistoryBlock("thinking", "hmm", sign(KEY, "hmm"), name="thinking")
HIDDEN = HistoryBlock("redacted_thinking", signature=sign(KEY, REDACTED), name="redacted_thinking")
CALL = HistoryBlock("tool_use", call_id=f"id_{call_mark(has_reasoned=True)}1", name="tool_use")
QUICK_CALL = HistoryBlock("tool_use", call_id=f"id_{call_mark(has_reasoned=False)}1", name="tool_use")
FOREIGN_CALL = HistoryBlock("tool_use", call_id="call_1", name="tool_use")
TEXT = HistoryBlock("other", name="text")
RESULT = HistoryMessage("user", [HistoryBlock("tool_result", name="tool_result")])
HELLO = HistoryMessage("user", [TEXT])


def said(*blocks: HistoryBlock) -> HistoryMessage:
    return HistoryMessage("assistant", blocks)


ACCEPTED = {
    "a first question": [HELLO],
    "thinking before the call": [HELLO, said(THINKING, CALL), RESULT],
    "thinking before text before the call": [HELLO, said(THINKING, TEXT, CALL), RESULT],
    "encrypted thinking": [HELLO, said(HIDDEN, CALL), RESULT],
    "a call that was made without thinking": [HELLO, said(QUICK_CALL), RESULT],
    "no thinking in a turn that is over": [HELLO, said(CALL), RESULT, said(TEXT), HELLO],
    "no thinking where nothing was called": [HELLO, said(TEXT), HELLO],
}
REFUSED = {
    "no thinking before the call": ([HELLO, said(CALL), RESULT], "Expected `thinking`"),
    "text before the thinking": ([HELLO, said(TEXT, THINKING, CALL), RESULT], "found `text`"),
    "a call made elsewhere, without thinking": ([HELLO, said(FOREIGN_CALL), RESULT], "found `tool_use`"),
}
ALTERED = {
    "no signature": (HistoryBlock("thinking", "hmm", name="thinking"), "signature: Field required"),
    "an empty signature": (HistoryBlock("thinking", "hmm", "", name="thinking"), "Invalid `signature`"),
    "another text": (HistoryBlock("thinking", "hm", THINKING.signature, name="thinking"), "Invalid `signature`"),
    "another signature": (HistoryBlock("thinking", "hmm", sign(KEY, "other"), name="thinking"), "Invalid `signature`"),
    "another payload": (
        HistoryBlock("redacted_thinking", signature="eA==", name="redacted_thinking"),
        "Invalid `data`",
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(case: str):
    check_history(ACCEPTED[case], must_think=True, id_prefix="id_")


@pytest.mark.parametrize("case", REFUSED)
def test_refused_when_thinking_is_enabled(case: str):
    messages, problem = REFUSED[case]
    with pytest.raises(Refusal, match=problem):
        check_history(messages, must_think=True, id_prefix="id_")
    check_history(messages, must_think=False, id_prefix="id_")


@pytest.mark.parametrize("must_think", [False, True])
@pytest.mark.parametrize("case", ALTERED)
def test_altered_reasoning_is_refused_even_in_a_turn_that_is_over(case: str, must_think: bool):
    block, problem = ALTERED[case]
    with pytest.raises(Refusal, match=problem) as caught:
        check_history([HELLO, said(block, TEXT), HELLO], must_think=must_think, id_prefix="id_")
    assert caught.value.message.startswith("messages.1.content.0")
