import pytest

from perpetuo.core.resilience.health import HALF_LIFE_S, MAX_MODELS_PER_KEY, Health


def test_nothing_is_known_of_whom_nobody_asked() -> None:
    assert Health().view(0.0, ["k"]) == {}


def test_times_rates_and_errors_are_kept_apart_by_key_and_model() -> None:
    health = Health()
    health.record_success("k", "sun", 0.0, first_byte_ms=100.0)
    health.record_throughput("k", "sun", 0.0, 50.0)
    health.record_success("k", "sun", 0.0, first_byte_ms=300.0)
    health.record_failure("k", "moon", 0.0)
    view = health.view(0.0, ["k", "other"])
    sun, moon = view["k", "sun"], view["k", "moon"]
    assert (sun.samples, sun.first_byte_ms, sun.error_rate, sun.tokens_per_s) == (2.0, 200.0, 0.0, 50.0)
    assert (moon.samples, moon.first_byte_ms, moon.error_rate, moon.tokens_per_s) == (1.0, None, 1.0, None)


def test_a_sample_counts_half_after_the_half_life() -> None:
    health = Health()
    health.record_failure("k", "sun", 0.0)
    health.record_success("k", "sun", HALF_LIFE_S, first_byte_ms=1.0)
    view = health.view(HALF_LIFE_S, ["k"])["k", "sun"]
    assert view.samples == pytest.approx(1.5)
    assert view.error_rate == pytest.approx(1 / 3)
    assert health.view(2 * HALF_LIFE_S, ["k"])["k", "sun"].samples == pytest.approx(0.75)


def test_what_is_new_outweighs_what_is_old() -> None:
    health = Health()
    for _ in range(100):
        health.record_success("k", "sun", 0.0, first_byte_ms=1000.0)
    for _ in range(10):
        health.record_success("k", "sun", 10 * HALF_LIFE_S, first_byte_ms=10.0)
    first_byte_ms = health.view(10 * HALF_LIFE_S, ["k"])["k", "sun"].first_byte_ms
    assert first_byte_ms is not None
    assert first_byte_ms < 30.0


def test_looking_changes_nothing_and_a_clock_that_stands_still_or_goes_back_does_no_harm() -> None:
    health = Health()
    health.record_success("k", "sun", 100.0, first_byte_ms=10.0)
    assert health.view(500.0, ["k"]) == health.view(500.0, ["k"])
    health.record_success("k", "sun", 50.0, first_byte_ms=10.0)
    assert health.view(100.0, ["k"])["k", "sun"].samples == pytest.approx(2.0)


def test_after_days_without_a_request_the_numbers_are_still_numbers() -> None:
    health = Health()
    health.record_success("k", "sun", 0.0, first_byte_ms=10.0)
    health.record_failure("k", "sun", 1e6)
    health.record_success("k", "sun", 2e6, first_byte_ms=20.0)
    view = health.view(2e6, ["k"])["k", "sun"]
    assert (view.samples, view.error_rate, view.first_byte_ms) == (
        pytest.approx(1),
        pytest.approx(0),
        pytest.approx(20),
    )


def test_names_that_clients_make_up_do_not_fill_the_book() -> None:
    health = Health()
    for number in range(MAX_MODELS_PER_KEY + 50):
        health.record_failure("k", f"name-{number}", 0.0)
    assert len(health.view(0.0, ["k"])) == MAX_MODELS_PER_KEY
