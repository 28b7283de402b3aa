import msgspec
import pytest

from perpetuo.lab.cheats import OTHER_MODEL, heeded, told, without_usage
from perpetuo.lab.faults import CHEATING_FAULTS, parse_fault
from perpetuo.lab.script import Directive, LabRequest, Script, Tokens, plan_answer

ASKED = LabRequest(
    "m", json_mode=True, json_schema={"type": "object"}, tools_to_call=("f",), max_output_tokens=3, input_tokens=10
)
ANSWER = plan_answer(ASKED, Script(), Directive(), words=5, key="0" * 32, created_s=0)


@pytest.mark.parametrize(
    ("fault", "field", "value"),
    [
        ("ignore_schema", "json_schema", None),
        ("ignore_tools", "tools_to_call", ()),
        ("ignore_max_tokens", "max_output_tokens", None),
    ],
)
def test_a_vendor_that_ignores_a_wish_keeps_to_the_others(fault: str, field: str, value: object):
    kept_to = heeded(ASKED, parse_fault(fault))
    assert getattr(kept_to, field) == value
    changed = {name for name in ASKED.__struct_fields__ if getattr(kept_to, name) != getattr(ASKED, name)}
    assert changed == ({"json_schema", "json_mode"} if field == "json_schema" else {field})


def test_a_vendor_that_does_not_cheat_keeps_to_everything():
    for fault in (None, parse_fault("split"), parse_fault("wrong_usage")):
        assert heeded(ASKED, fault) is ASKED


def test_usage_is_told_a_multiple_of_what_is_billed():
    answer = msgspec.structs.replace(ANSWER, tokens=Tokens(10, 4, 0, 5, 1))
    assert told(answer, parse_fault("wrong_usage")).tokens == Tokens(30, 12, 0, 15, 3)
    assert told(answer, parse_fault("wrong_usage=0")).tokens == Tokens()


def test_another_model_is_named():
    assert told(ANSWER, parse_fault("wrong_model")).model == OTHER_MODEL


def test_usage_is_left_out_wherever_a_protocol_has_it():
    assert without_usage(b'{"a":1,"usage":{"x":1}}') == b'{"a":1}'
    assert without_usage(b'data: {"usage":null,"a":[{"usageMetadata":{}}]}\n\n') == b'data: {"a":[{}]}\n\n'
    event = b'event: message_start\ndata: {"message":{"id":"m","usage":{"input_tokens":1}}}\n\n'
    assert without_usage(event) == b'event: message_start\ndata: {"message":{"id":"m"}}\n\n'
    for other in (b"data: [DONE]\n\n", b"\x00\x00\x00\x10binary", b""):
        assert without_usage(other) == other


def test_every_cheat_shows():
    for name in CHEATING_FAULTS:
        fault = parse_fault(name)
        shows = heeded(ASKED, fault) != ASKED or told(ANSWER, fault) != ANSWER
        assert shows or name == "no_usage"
