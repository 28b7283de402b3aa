from core_factories import key

from perpetuo.core.resilience.availability import Troubled
from perpetuo.core.resilience.probe_plan import MAX_PAUSE_S, ProbePlan


def troubled(*names: str) -> list[Troubled]:
    return [Troubled(key("alpha", id=name), True, ()) for name in names]


def asked(plan: ProbePlan, now_s: float, *names: str) -> list[str]:
    return [trouble.key.id for trouble in plan.due(troubled(*names), now_s)]


def test_a_key_in_trouble_is_asked_at_once_and_then_once_in_its_interval() -> None:
    plan = ProbePlan(30.0, 100)
    times_s = [now_s for now_s in range(120) if asked(plan, float(now_s), "a")]
    assert times_s == [0, 30, 60, 90]


def test_all_keys_together_are_not_asked_more_often_than_allowed() -> None:
    plan = ProbePlan(1.0, 5)
    names = [f"key-{number}" for number in range(50)]
    counts = [len(asked(plan, float(now_s), *names)) for now_s in range(180)]
    assert sum(counts) == 15
    assert all(sum(counts[start : start + 60]) <= 5 for start in range(120))


def test_those_that_did_not_get_a_turn_come_before_those_that_had_one() -> None:
    plan = ProbePlan(600.0, 2)
    assert asked(plan, 0.0, "a", "b", "c") == ["a", "b"]
    assert asked(plan, 61.0, "a", "b", "c") == ["c"]


def test_a_key_that_answers_and_is_refused_again_is_asked_ever_more_rarely() -> None:
    plan, times_s = ProbePlan(30.0, 100), []
    for now_s in range(1000):
        if asked(plan, float(now_s), "a"):
            times_s.append(now_s)
            plan.note_well("a", float(now_s))
    assert times_s == [0, 60, 180, 420, 900]


def test_after_a_long_time_of_health_it_is_asked_as_often_as_at_first() -> None:
    plan = ProbePlan(30.0, 100)
    for _ in range(10):
        plan.note_well("a", 0.0)
    assert asked(plan, 0.0, "a") == ["a"]
    plan.note_well("a", 0.0)
    later_s = 60.0 + MAX_PAUSE_S + 1
    assert asked(plan, later_s, "a") == ["a"]
    assert asked(plan, later_s + 30.0, "a") == ["a"]
