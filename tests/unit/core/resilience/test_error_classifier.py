import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.error_classifier import ErrorClassifier, Verdict, parse_retry_after, retry_after_of


def judge(status: int | None = None, **of_failure: object) -> Verdict:
    values: dict[str, object] = {"kind": "status", "message": "", "status": status} | of_failure
    return ErrorClassifier().classify(UpstreamFailure(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_aborts_and_is_quarantined(status: int) -> None:
    verdict = judge(status)
    assert (verdict.class_, verdict.quarantine_key, verdict.retry_next) == ("FATAL", True, False)
    assert not verdict.counts_against_health


def test_content_that_was_flagged_is_the_request_s_fault_and_not_the_key_s() -> None:
    verdict = judge(403, code="content_policy_violation")
    assert (verdict.class_, verdict.invalid_request, verdict.quarantine_key) == ("FATAL", True, False)


def test_money_that_is_used_up_is_no_refused_key() -> None:
    verdict = judge(403, code="insufficient_quota")
    assert (verdict.class_, verdict.cool_key, verdict.quarantine_key) == ("RETRYABLE", True, False)


@pytest.mark.parametrize(
    "words", ["Your credit balance is too low", "You have reached your specified API usage limits"]
)
def test_money_is_used_up_where_the_message_begins_so_and_not_where_it_repeats_a_request(words: str) -> None:
    assert judge(400, message=f"{words}.").cool_key
    assert judge(400, message=f"Unknown role '{words}'.").invalid_request


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_invalid_request_aborts_and_harms_nobody(status: int) -> None:
    verdict = judge(status, type="invalid_request_error")
    assert (verdict.class_, verdict.invalid_request) == ("FATAL", True)
    assert not (verdict.counts_against_health or verdict.quarantine_key or verdict.cool_s)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 520, 529, 599])
def test_what_another_candidate_may_mend_goes_to_the_next_one(status: int) -> None:
    assert judge(status).class_ == "RETRYABLE"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_status_decides_and_not_the_vendor_s_type(status: int) -> None:
    assert judge(status, type="invalid_request_error", code="invalid_request_error").class_ == "RETRYABLE"


@pytest.mark.parametrize("status", [401, 403])
def test_no_code_makes_a_refused_key_retryable(status: int) -> None:
    assert judge(status, type="rate_limit_error", code="overloaded_error").class_ == "FATAL"


@pytest.mark.parametrize(
    "kind",
    ["malformed", "truncated", "empty", "connect_failed", "connect_timeout", "first_byte_timeout", "idle_timeout",
     "total_timeout", "connection_lost", "protocol_violation", "too_large"],
)  # fmt: skip
def test_timeouts_and_network_faults_go_to_the_next_one_and_count_against_health(kind: str) -> None:
    verdict = judge(None, kind=kind)
    assert (verdict.class_, verdict.counts_against_health) == ("RETRYABLE", True)
    assert verdict.timed_out is kind.endswith("_timeout")


@pytest.mark.parametrize(
    "failure",
    [{"status": 402}, {"status": 429, "code": "insufficient_quota"}, {"status": 429, "type": "insufficient_quota"}],
)
def test_money_that_is_used_up_cools_the_whole_key(failure: dict[str, object]) -> None:
    verdict = judge(**failure)  # type: ignore[arg-type]
    assert (verdict.class_, verdict.cool_key, verdict.rate_limited) == ("RETRYABLE", True, True)
    assert verdict.cool_s is not None
    assert verdict.cool_s > 0


def test_a_rate_limit_cools_the_model_only_and_as_long_as_the_vendor_says() -> None:
    verdict = judge(429, retry_after_s=42.0)
    assert (verdict.cool_s, verdict.cool_key, verdict.counts_against_health) == (42.0, False, False)
    assert (judge(429).cool_s or 0) > 0


@pytest.mark.parametrize("wait_s", [7200.0, 86_400.0])
def test_a_long_wait_is_kept_too(wait_s: float) -> None:
    assert judge(429, retry_after_s=wait_s).cool_s == wait_s


def test_a_wait_without_end_is_cut() -> None:
    assert (judge(429, retry_after_s=1e12).cool_s or 0) < 1e6


def test_a_server_error_that_names_a_time_is_not_asked_before_it() -> None:
    assert judge(503, retry_after_s=7.0).cool_s == 7.0
    assert judge(503).cool_s is None


def test_a_404_marks_the_model_and_goes_on() -> None:
    verdict = judge(404)
    assert (verdict.class_, verdict.model_missing, verdict.counts_against_health) == ("RETRYABLE", True, False)
    assert judge(400, code="model_not_found").model_missing


@pytest.mark.parametrize(
    ("status", "type_", "class_"),
    [(529, "overloaded_error", "RETRYABLE"), (400, "invalid_request_error", "FATAL"), (401, None, "FATAL"),
     (None, "overloaded_error", "RETRYABLE"), (None, "invalid_request_error", "FATAL"),
     (None, "authentication_error", "FATAL"), (None, "something_new", "RETRYABLE")],
)  # fmt: skip
def test_an_error_inside_a_200_counts_as_the_status_it_means(
    status: int | None, type_: str | None, class_: str
) -> None:
    assert judge(status, kind="in_band", type=type_).class_ == class_


def test_what_a_protocol_can_not_say_is_no_fault_of_the_vendor() -> None:
    verdict = judge(None, kind="not_carried", sent=False)
    assert (verdict.class_, verdict.counts_against_health, verdict.invalid_request) == ("RETRYABLE", False, True)


@given(st.integers(300, 599), st.none() | st.text(max_size=30), st.none() | st.floats(allow_nan=False))
def test_every_status_has_a_verdict_with_a_sentence(status: int, code: str | None, wait_s: float | None) -> None:
    verdict = judge(status, code=code, retry_after_s=wait_s)
    assert verdict.explanation.endswith(".")
    assert verdict.cool_s is None or 0 <= verdict.cool_s < 1e6


NOW_S = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC).timestamp()
WAITS: dict[str, tuple[str | None, float | None]] = {
    "seconds": ("30", 30.0),
    "no wait": ("0", 0.0),
    "parts of seconds": (" 1.5 ", 1.5),
    "a date": ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
    "a date without a zone, which is UTC": ("Mon Nov 23 12:01:00 2026", 60.0),
    "a date in the two-digit form": ("Monday, 23-Nov-26 12:01:00 GMT", 60.0),
    "a date that is over": ("Mon, 23 Nov 2020 12:00:00 GMT", 0.0),
    "a negative number": ("-5", 0.0),
    "nothing": (None, None),
    "an empty text": ("", None),
    "a word": ("soon", None),
    "not a number": ("nan", None),
    "infinity": ("inf", None),
    "a date that does not exist": ("Mon, 32 Nov 2026 25:61:00 GMT", None),
}


@pytest.mark.parametrize("case", WAITS)
def test_retry_after_is_read_as(case: str) -> None:
    text, wait_s = WAITS[case]
    assert parse_retry_after(text, NOW_S) == wait_s


def test_a_date_without_a_zone_does_not_depend_on_where_we_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time_module = __import__("time")
    time_module.tzset()
    try:
        assert parse_retry_after("Mon Nov 23 12:01:00 2026", NOW_S) == 60.0
    finally:
        monkeypatch.undo()
        time_module.tzset()


@given(st.text(max_size=100))
def test_no_header_breaks_the_reader(text: str) -> None:
    wait_s = parse_retry_after(text, NOW_S)
    assert wait_s is None or 0 <= wait_s < float("inf")


def test_milliseconds_win_over_seconds() -> None:
    assert retry_after_of([("retry-after", "2"), ("retry-after-ms", "1500")], NOW_S) == 1.5
    assert retry_after_of([("retry-after", "2"), ("retry-after-ms", "soon")], NOW_S) == 2.0
    assert retry_after_of([], NOW_S) is None


def test_a_vendor_that_refuses_with_a_wait_of_nothing_is_left_alone_for_a_moment() -> None:
    assert (judge(429, retry_after_s=0.0).cool_s or 0) > 0
