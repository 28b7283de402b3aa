import pytest
from core_factories import key

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.availability import (
    MAX_MODELS_PER_KEY,
    MODEL_MISSING_S,
    QUARANTINE_PROBE_S,
    Availability,
)
from perpetuo.core.resilience.error_classifier import ErrorClassifier, Verdict
from perpetuo.core.snapshot import Secret

KEY = key("alpha", secret=Secret("first"))
RENEWED = key("alpha", secret=Secret("second"))


def verdict(status: int, **more: object) -> Verdict:
    return ErrorClassifier().classify(UpstreamFailure(kind="status", message="", status=status, **more))  # type: ignore[arg-type]


def failed(book: Availability, status: int, now_s: float = 0.0, **more: object) -> None:
    book.record_failure(KEY, "sun", verdict(status, **more), now_s, 0.5)


def code_at(book: Availability, now_s: float, who: object = KEY, model: str | None = "sun") -> str | None:
    view = book.view(now_s, [who])  # type: ignore[list-item]
    found = view.get((KEY.id, None)) or view.get((KEY.id, model))
    return None if found is None else found.code


def test_whoever_has_no_record_may_be_asked() -> None:
    assert Availability().view(0.0, [KEY]) == {}


def test_a_cooling_model_is_not_asked_before_its_time_and_the_key_s_others_are() -> None:
    book = Availability()
    failed(book, 429, retry_after_s=30.0)
    assert code_at(book, 29.999) == "cooling"
    assert code_at(book, 29.999, model="moon") is None
    assert code_at(book, 30.0) is None
    assert book.view(10.0, [KEY])[KEY.id, "sun"].retry_after_s == 20.0


def test_a_shorter_wait_that_comes_later_does_not_shorten_the_first() -> None:
    book = Availability()
    failed(book, 429, retry_after_s=60.0)
    failed(book, 429, 1.0, retry_after_s=1.0)
    assert code_at(book, 59.0) == "cooling"


def test_a_success_of_a_request_that_was_under_way_ends_no_cooling() -> None:
    book = Availability()
    failed(book, 429, retry_after_s=60.0)
    book.record_success(KEY.id, "sun", 1.0)
    assert code_at(book, 59.0) == "cooling"


@pytest.mark.parametrize("more", [{"status": 402}, {"status": 429, "code": "insufficient_quota"}])
def test_used_up_money_cools_every_model_of_the_key(more: dict[str, object]) -> None:
    book = Availability()
    failed(book, **more)  # type: ignore[arg-type]
    assert code_at(book, 1.0, model="moon") == "cooling"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_quarantined_at_once_and_a_new_secret_lifts_it(status: int) -> None:
    book = Availability()
    failed(book, status)
    assert code_at(book, 0.0, model="moon") == "quarantined"
    assert code_at(book, 0.0, RENEWED) is None


def test_a_success_of_a_request_that_was_under_way_lifts_no_quarantine() -> None:
    book = Availability()
    failed(book, 401)
    book.record_success(KEY.id, "sun", 1.0)
    assert code_at(book, 1.0) == "quarantined"


def test_a_quarantined_key_is_probed_by_one_request_whose_success_lifts_it() -> None:
    book = Availability()
    failed(book, 401)
    probe_s = QUARANTINE_PROBE_S
    assert code_at(book, probe_s) is None
    book.note_started(KEY.id, "sun", probe_s)
    assert code_at(book, probe_s) == "quarantined"
    book.record_success(KEY.id, "sun", probe_s + 1)
    assert code_at(book, probe_s + 1) is None


def test_a_missing_model_is_marked_and_only_this_one() -> None:
    book = Availability()
    failed(book, 404)
    assert code_at(book, MODEL_MISSING_S - 1) == "model_missing"
    assert code_at(book, 0.0, model="moon") is None
    assert code_at(book, MODEL_MISSING_S) is None


def test_five_server_errors_open_the_breaker_of_this_model() -> None:
    book = Availability()
    for _ in range(5):
        failed(book, 500)
    assert code_at(book, 0.0) == "breaker_open"
    assert code_at(book, 0.0, model="moon") is None


def test_one_request_probes_an_open_breaker_while_the_others_wait() -> None:
    book = Availability()
    for _ in range(5):
        failed(book, 500)
    assert code_at(book, 5.0) is None
    book.note_started(KEY.id, "sun", 5.0)
    assert code_at(book, 5.0) == "breaker_open"
    book.record_success(KEY.id, "sun", 6.0)
    assert code_at(book, 6.0) is None


def test_a_success_of_a_request_that_was_under_way_closes_no_open_breaker() -> None:
    book = Availability()
    for _ in range(5):
        failed(book, 500)
    book.record_success(KEY.id, "sun", 1.0)
    assert code_at(book, 1.0) == "breaker_open"


@pytest.mark.parametrize("status", [400, 404, 429])
def test_a_probe_that_ends_without_a_word_about_health_makes_room_for_another(status: int) -> None:
    book = Availability()
    for _ in range(5):
        failed(book, 500)
    book.note_started(KEY.id, "sun", 5.0)
    failed(book, status, 6.0, retry_after_s=1.0)
    assert code_at(book, 8.0) in (None, "model_missing")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_the_client_s_own_mistakes_change_nothing(status: int) -> None:
    book = Availability()
    for _ in range(100):
        failed(book, status, type="invalid_request_error")
    assert book.view(0.0, [KEY]) == {}


def test_rate_limits_do_not_open_the_breaker() -> None:
    book = Availability()
    for _ in range(100):
        failed(book, 429, retry_after_s=1.0)
    assert code_at(book, 1.0) is None


def test_names_that_clients_make_up_do_not_fill_the_book() -> None:
    book = Availability()
    for number in range(MAX_MODELS_PER_KEY + 50):
        book.record_failure(KEY, f"name-{number}", verdict(404), 0.0, 0.5)
    assert len(book.view(0.0, [KEY])) == MAX_MODELS_PER_KEY


def test_a_reason_is_a_sentence_with_the_time_left() -> None:
    book = Availability()
    failed(book, 429, retry_after_s=30.0)
    reason = book.view(10.5, [KEY])[KEY.id, "sun"].reason
    assert reason[0].isupper()
    assert reason.endswith("in 20 s.")


def test_a_probe_nobody_waits_for_any_more_makes_room_for_another() -> None:
    book = Availability()
    failed(book, 401)
    for _ in range(5):
        failed(book, 500)
    started = book.note_started(KEY.id, "sun", QUARANTINE_PROBE_S)
    assert (started.probes_key, started.probes_model) == (True, True)
    book.forget_probe(KEY.id, "sun", QUARANTINE_PROBE_S)
    assert code_at(book, QUARANTINE_PROBE_S) is None


def test_an_answer_says_whether_it_changed_who_may_be_asked() -> None:
    book = Availability()
    assert not book.record_success(KEY.id, "sun", 0.0)
    failed(book, 500)
    assert book.record_success(KEY.id, "sun", 0.0)
    assert not book.record_success(KEY.id, "sun", 0.0)


def test_a_key_that_was_found_well_in_another_way_is_lifted_and_its_models_are_probed() -> None:
    book = Availability()
    for _ in range(5):
        failed(book, 500)
    failed(book, 403)
    (troubled,) = book.troubled(1.0, [KEY])
    assert (troubled.quarantined, troubled.model_ids) == (True, ("sun",))
    book.note_probed(KEY.id, book.fingerprint(KEY.secret), ["sun"], 1.0)
    assert code_at(book, 1.0) is None
    assert book.note_started(KEY.id, "sun", 1.0).probes_model
    assert code_at(book, 1.0) == "breaker_open"


def test_who_was_found_well_with_an_older_secret_stays_quarantined() -> None:
    book = Availability()
    failed(book, 401)
    book.note_probed(KEY.id, book.fingerprint(RENEWED.secret), [], 1.0)
    assert code_at(book, 1.0) == "quarantined"


def test_nobody_is_troubled_by_a_rate_limit() -> None:
    book = Availability()
    failed(book, 429, retry_after_s=60.0)
    assert book.troubled(1.0, [KEY]) == ()


@pytest.mark.parametrize("status", [401, 402, 404, 429, 500])
def test_another_process_takes_over_what_is_held_and_for_how_long(status: int) -> None:
    book, other = Availability(b"k"), Availability(b"k")
    for _ in range(5):
        failed(book, status, retry_after_s=30.0)
    for state in book.states(1.0):
        other.adopt(state, 1.0)
    assert other.view(2.0, [KEY, RENEWED]) == book.view(2.0, [KEY, RENEWED]) != {}


def test_what_is_known_is_not_forgotten_for_what_another_process_knows_less_of() -> None:
    book, other = Availability(b"k"), Availability(b"k")
    for _ in range(5):
        failed(book, 500)
    failed(other, 500)
    for state in other.states(0.0):
        book.adopt(state, 0.0)
    assert code_at(book, 1.0) == "breaker_open"
