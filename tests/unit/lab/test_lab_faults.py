import pytest

from perpetuo.lab import faults
from perpetuo.lab.faults import FAULTS, Fault, FaultPlan, FaultRule, parse_fault

SPECS = {
    "a name alone has the fault's own number": ("cut_after", Fault("cut_after", "cut_after", after=3)),
    "a number sets what the fault counts": ("cut_after=7", Fault("cut_after", "cut_after=7", after=7)),
    "or how long it waits": ("drip=0.5", Fault("drip", "drip=0.5", delay_s=0.5)),
    "or when to come back": ("status_429=9", Fault("status_429", "status_429=9", retry_after_s=9)),
    "options follow after semicolons": (
        "reset_after=2; delay_s=0.1",
        Fault("reset_after", "reset_after=2; delay_s=0.1", after=2, delay_s=0.1),
    ),
}
WRONG_SPECS = {
    "an unknown fault": "explode",
    "a number that is none": "cut_after=x",
    "a negative number": "cut_after=-1",
    "a number for a fault that takes none": "html_200=3",
    "an unknown option": "cut_after=1;colour=2",
}


def strikes(plan: FaultPlan, count: int, **request: object) -> list[bool]:
    asked = {"path": "/v1/x", "is_inference": True, "model": "m", "stream": False, "attempt": None} | request
    return [plan.strike(**asked) is not None for _ in range(count)]  # type: ignore[arg-type]


def plan_of(*rules: FaultRule, seed: str = "s") -> FaultPlan:
    plan = FaultPlan(seed)
    plan.replace(rules)
    return plan


@pytest.mark.parametrize("case", SPECS)
def test_reading_a_fault(case: str):
    spec, expected = SPECS[case]
    assert parse_fault(spec) == expected


@pytest.mark.parametrize("case", WRONG_SPECS)
def test_a_fault_that_can_not_be_read_says_so(case: str):
    with pytest.raises(ValueError, match=r"unknown|number"):
        parse_fault(WRONG_SPECS[case])


def test_every_fault_is_in_exactly_one_list():
    lists = [
        faults.RETRYABLE_FAULTS,
        faults.TIMEOUT_FAULTS,
        faults.NEXT_CANDIDATE_FAULTS,
        faults.KEY_FAULTS,
        faults.INVALID_REQUEST_FAULTS,
        faults.AFTER_CONTENT_FAULTS,
        faults.AFTER_CONTENT_TIMEOUT_FAULTS,
        faults.HARMLESS_FAULTS,
        faults.CHEATING_FAULTS,
        faults.HOSTILE_FAULTS,
    ]
    assert sorted(name for names in lists for name in names) == sorted(FAULTS)


def test_without_rules_nothing_strikes():
    assert not any(strikes(plan_of(), 5))


def test_a_rule_without_conditions_strikes_always():
    assert all(strikes(plan_of(FaultRule("status_500")), 5))


def test_every_second_request():
    assert strikes(plan_of(FaultRule("status_500", every=2)), 4) == [False, True, False, True]


def test_only_the_first_two_requests():
    assert strikes(plan_of(FaultRule("status_500", count=2)), 4) == [True, True, False, False]


def test_only_requests_for_a_model_count_and_are_struck():
    plan = plan_of(FaultRule("status_500", model="m", every=2))
    assert strikes(plan, 3, model="other") == [False] * 3
    assert strikes(plan, 2) == [False, True]


def test_only_streams_are_struck():
    plan = plan_of(FaultRule("status_500", stream=True))
    assert strikes(plan, 1, stream=True) == [True]
    assert strikes(plan, 1) == [False]


def test_only_first_attempts_are_struck():
    plan = plan_of(FaultRule("status_500", attempt="1"))
    assert strikes(plan, 1, attempt="1") == [True]
    assert strikes(plan, 1, attempt="2") == [False]


def test_lists_of_models_are_spared_unless_their_path_is_named():
    listing = {"path": "/v1/models", "is_inference": False}
    assert strikes(plan_of(FaultRule("status_401")), 1, **listing) == [False]
    assert strikes(plan_of(FaultRule("status_401", path="/v1/models")), 1, **listing) == [True]


def test_a_rate_strikes_its_share_and_the_same_requests_under_the_same_seed():
    drawn = strikes(plan_of(FaultRule("status_500", rate=0.2)), 2_000)
    assert 330 < sum(drawn) < 470
    assert drawn == strikes(plan_of(FaultRule("status_500", rate=0.2)), 2_000)
    assert drawn != strikes(plan_of(FaultRule("status_500", rate=0.2), seed="other"), 2_000)


def test_the_first_rule_that_strikes_wins():
    plan = plan_of(FaultRule("status_500", every=2), FaultRule("status_429"))
    asked = {"path": "/", "is_inference": True, "model": "m", "stream": False, "attempt": None}
    names = [fault.name for fault in (plan.strike(**asked) for _ in range(4)) if fault]  # type: ignore[arg-type]
    assert names == ["status_429", "status_500", "status_429", "status_500"]


def test_a_wrong_rule_leaves_the_old_ones_in_force():
    plan = plan_of(FaultRule("status_500"))
    with pytest.raises(ValueError, match="unknown fault"):
        plan.replace([FaultRule("explode")])
    assert [rule["fault"] for rule in plan.rules()] == ["status_500"]


def test_rules_tell_how_often_they_matched_and_struck():
    plan = plan_of(FaultRule("status_500", every=3))
    strikes(plan, 7)
    assert (plan.rules()[0]["matched"], plan.rules()[0]["struck"]) == (7, 2)


def test_changing_rules_leaves_the_counts_of_those_that_stay():
    plan = plan_of(FaultRule("status_500", count=2))
    strikes(plan, 2)
    plan.change([FaultRule("status_429", every=100), FaultRule("status_500", count=2)])
    assert strikes(plan, 3) == [False] * 3
    plan.replace([FaultRule("status_500", count=2)])
    assert strikes(plan, 3) == [True, True, False]


def test_the_size_of_what_a_hostile_vendor_sends_has_a_limit():
    assert parse_fault("giant_body=999999").megabytes == faults.MAX_MEGABYTES
    assert parse_fault("endless_line").megabytes == 64
    assert parse_fault("many_headers=7").count == 7
