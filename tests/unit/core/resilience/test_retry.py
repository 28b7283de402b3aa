from collections.abc import Sequence

import pytest
from core_factories import candidate
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.decision import Candidate
from perpetuo.core.errors import TABLE, UpstreamFailure
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.resilience.retry import Failure, GiveUp, TryCandidate, next_step

THREE = [candidate(key_id=f"k{number}") for number in range(3)]


def failure(
    index: int, status: int | None = 500, *, kind: str = "status", sent: bool = True, **more: object
) -> Failure:
    one = UpstreamFailure(kind=kind, message="", status=status, sent=sent, **more)  # type: ignore[arg-type]
    return Failure(index, one, ErrorClassifier().classify(one))


def unsent(index: int) -> Failure:
    return failure(index, None, kind="connect_failed", sent=False)


def step(
    failures: Sequence[Failure] = (), candidates: Sequence[Candidate] = THREE, left_s: float = 10.0, **more: object
):
    return next_step(candidates=candidates, failures=failures, deadline_left_s=left_s, **more)  # type: ignore[arg-type]


def asked(*failures: Failure, **more: object) -> int:
    found = step(failures, **more)
    assert isinstance(found, TryCandidate), found
    return found.index


def given_up(*failures: Failure, **more: object) -> GiveUp:
    found = step(failures, **more)
    assert isinstance(found, GiveUp), found
    assert found.code in TABLE
    return found


def test_candidates_are_asked_in_their_order() -> None:
    assert [asked(), asked(failure(0)), asked(failure(0), failure(1))] == [0, 1, 2]


def test_when_all_have_failed_the_client_is_told_so() -> None:
    assert given_up(failure(0), failure(1), failure(2)).code == "upstream_failed"


@pytest.mark.parametrize(("status", "code"), [(401, "provider_auth_failed"), (403, "provider_auth_failed")])
def test_a_refused_key_ends_it_although_others_are_left(status: int, code: str) -> None:
    assert given_up(failure(0, status)).code == code


def test_an_invalid_request_ends_it_although_others_are_left() -> None:
    assert given_up(failure(0, 400)).code == "upstream_rejected"


def test_whoever_failed_is_not_asked_again_unless_nothing_had_been_sent() -> None:
    assert asked(failure(0), unsent(1), failure(2)) == 1
    assert given_up(failure(0), unsent(1), failure(2), unsent(1))


def test_only_one_is_asked_again_however_many_were_not_reached() -> None:
    assert asked(unsent(0), unsent(1), unsent(2)) == 0
    assert given_up(unsent(0), unsent(1), unsent(2), unsent(0)).code == "upstream_failed"


def test_nobody_is_asked_again_while_others_have_not_been_asked() -> None:
    assert asked(unsent(0)) == 1


@pytest.mark.parametrize("status", [402, 429])
def test_other_models_of_a_key_whose_money_is_used_up_are_passed_over(status: int) -> None:
    two_models = [candidate("sun", key_id="k"), candidate("moon", key_id="k"), candidate("sun", key_id="other")]
    assert asked(failure(0, status, code="insufficient_quota"), candidates=two_models) == 2


def test_whoever_cools_by_now_is_passed_over_and_the_client_hears_when_to_come_back() -> None:
    assert asked(failure(0), waits_s={1: 20.0}) == 2
    told = given_up(failure(0), failure(2), waits_s={1: 20.0})
    assert (told.code, told.retry_after_s) == ("upstream_unavailable", 20.0)


def test_whoever_cools_is_not_asked_once_more_either() -> None:
    assert isinstance(step([unsent(0)], candidates=[THREE[0]], waits_s={0: 5.0}), GiveUp)


def test_a_key_whose_money_is_used_up_is_not_asked_once_more_through_another_model() -> None:
    two_models = [candidate("sun", key_id="k"), candidate("moon", key_id="k")]
    assert isinstance(step([unsent(0), failure(1, 402)], candidates=two_models), GiveUp)


def test_who_stands_by_is_asked_only_when_its_key_lacks_the_exact_model() -> None:
    pair = [candidate("sun", key_id="k"), candidate("moon", key_id="k", standby=True)]
    assert isinstance(step([failure(0, 500)], candidates=pair), GiveUp)
    assert asked(failure(0, 404), candidates=pair) == 1


def test_a_deadline_that_has_passed_ends_it() -> None:
    assert given_up(failure(0), left_s=0.0).code == "upstream_timeout"


def test_after_the_first_content_there_is_no_second_answer() -> None:
    assert given_up(sent_to_client=True).code == "stream_interrupted"


def test_the_status_of_the_end_follows_the_fault() -> None:
    slow = [failure(index, None, kind="first_byte_timeout") for index in range(3)]
    assert given_up(*slow).code == "upstream_timeout"
    limited = [failure(0, 429, retry_after_s=30.0), failure(1, 429, retry_after_s=9.0), failure(2)]
    told = given_up(*limited)
    assert (told.code, told.retry_after_s) == ("upstream_unavailable", 9.0)
    assert given_up(*(failure(index, 404) for index in range(3))).code == "model_not_found"
    uncarried = [failure(index, None, kind="not_carried", sent=False) for index in range(3)]
    assert given_up(*uncarried).code == "upstream_rejected"


KINDS = st.sampled_from(["ok", "500", "429", "402", "404", "400", "401", "unsent", "slow", "not_carried"])


@given(st.integers(1, 5), st.data())
def test_a_request_always_ends_within_candidates_plus_one_attempts_and_repeats_only_what_was_not_sent(
    count: int, data: st.DataObject
) -> None:
    candidates = [candidate(key_id=f"k{data.draw(st.integers(0, 2))}") for _ in range(count)]
    waits_s = data.draw(st.dictionaries(st.integers(0, count - 1), st.floats(0.1, 60), max_size=2))
    failures: list[Failure] = []
    while isinstance(found := step(failures, candidates=candidates, waits_s=waits_s), TryCandidate):
        assert found.index not in waits_s
        before = [one for one in failures if one.index == found.index]
        assert all(not one.failure.sent for one in before)
        kind = data.draw(KINDS)
        if kind == "ok":
            return
        if kind.isdigit():
            failures.append(failure(found.index, int(kind)))
        elif kind == "slow":
            failures.append(failure(found.index, None, kind="first_byte_timeout"))
        else:
            failures.append(
                unsent(found.index) if kind == "unsent" else failure(found.index, None, kind=kind, sent=False)
            )
        assert len(failures) <= count + 1
        if not failures[-1].verdict.retry_next:
            assert isinstance(step(failures, candidates=candidates, waits_s=waits_s), GiveUp)
    assert found.code in TABLE
