import pytest

from perpetuo.core.resilience.breaker import MAX_PAUSE_S, THRESHOLD, Breaker

EVEN = 0.5  # no jitter


def opened(now_s: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(THRESHOLD):
        breaker.record_failure(now_s, EVEN)
    return breaker


def test_five_failures_in_a_row_open_it_and_four_do_not() -> None:
    assert THRESHOLD == 5
    breaker = Breaker()
    for _ in range(4):
        breaker.record_failure(0.0, EVEN)
    assert breaker.blocked_until_s(0.0) is None
    breaker.record_failure(0.0, EVEN)
    assert breaker.blocked_until_s(0.0) == 5.0


def test_a_success_in_between_starts_the_row_anew() -> None:
    breaker = Breaker()
    for _ in range(20):
        for _ in range(4):
            breaker.record_failure(0.0, EVEN)
        breaker.record_success(0.0)
    assert breaker.blocked_until_s(0.0) is None


def test_after_the_pause_exactly_one_probe_passes() -> None:
    breaker = opened()
    assert breaker.blocked_until_s(4.999) == 5.0
    assert breaker.blocked_until_s(5.0) is None
    breaker.note_started(5.0, probe_s=30.0)
    assert breaker.blocked_until_s(5.0) == 35.0
    assert breaker.blocked_until_s(34.9) == 35.0


def test_a_probe_that_never_reports_is_replaced_after_its_time() -> None:
    breaker = opened()
    breaker.note_started(5.0, probe_s=30.0)
    assert breaker.blocked_until_s(35.0) is None


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker = opened()
    breaker.note_started(5.0, probe_s=30.0)
    breaker.record_success(6.0)
    assert breaker.blocked_until_s(6.0) is None
    breaker.record_failure(6.0, EVEN)
    assert breaker.blocked_until_s(6.0) is None


def test_each_failed_probe_doubles_the_pause_up_to_a_limit() -> None:
    breaker, now_s, pauses_s = opened(), 0.0, []
    for _ in range(8):
        until_s = breaker.blocked_until_s(now_s)
        assert until_s is not None
        pauses_s.append(until_s - now_s)
        now_s = until_s
        breaker.note_started(now_s, probe_s=30.0)
        breaker.record_failure(now_s, EVEN)
    assert pauses_s == [5.0, 10.0, 20.0, 40.0, 80.0, MAX_PAUSE_S, MAX_PAUSE_S, MAX_PAUSE_S]


def test_requests_that_were_under_way_when_it_opened_do_not_lengthen_the_pause() -> None:
    breaker = opened()
    for _ in range(64):
        breaker.record_failure(1.0, EVEN)
    assert breaker.blocked_until_s(1.0) == 5.0


def test_jitter_spreads_the_probes_of_several_gateways() -> None:
    untils = []
    for jitter01 in (0.0, 0.5, 1.0):
        breaker = Breaker()
        for _ in range(THRESHOLD):
            breaker.record_failure(0.0, jitter01)
        untils.append(breaker.blocked_until_s(0.0))
    assert untils == [pytest.approx(4.0), pytest.approx(5.0), pytest.approx(6.0)]


def test_a_success_of_a_request_that_was_under_way_does_not_end_the_pause() -> None:
    breaker = opened()
    breaker.record_success(1.0)
    assert breaker.blocked_until_s(1.0) == 5.0


def test_a_probe_that_says_nothing_about_health_makes_room_for_another() -> None:
    breaker = opened()
    breaker.note_started(5.0, probe_s=30.0)
    breaker.forget_probe()
    assert breaker.blocked_until_s(5.0) is None


def test_streams_that_begin_and_always_break_open_it() -> None:
    breaker = Breaker()
    for _ in range(THRESHOLD):
        breaker.record_content(0.0)
        breaker.record_failure(0.0, EVEN)
    assert breaker.blocked_until_s(0.0) == 5.0


def test_a_probe_that_begins_to_answer_lets_others_pass_and_opens_it_at_once_when_it_breaks() -> None:
    breaker = opened()
    assert breaker.note_started(5.0, probe_s=30.0)
    breaker.record_content(6.0)
    assert breaker.blocked_until_s(6.0) is None
    breaker.record_failure(7.0, EVEN)
    assert breaker.blocked_until_s(7.0) == 17.0


def test_a_pause_that_is_ended_early_lets_one_probe_pass() -> None:
    breaker = opened()
    breaker.end_pause(1.0)
    assert breaker.blocked_until_s(1.0) is None
    assert breaker.note_started(1.0, probe_s=30.0)
    assert breaker.blocked_until_s(1.0) == 31.0
