from perpetuo.core.resilience.stall import StallMeter


def test_a_window_with_enough_in_it_is_followed_by_a_new_one() -> None:
    meter = StallMeter(10.0, 30.0)
    for _ in range(100):
        assert not meter.is_below_floor(1.0, 10)


def test_a_window_with_too_little_in_it_is_told_at_its_end_and_not_before() -> None:
    meter = StallMeter(10.0, 30.0)
    told = [meter.is_below_floor(1.0, 9) for _ in range(30)]
    assert told == [False] * 29 + [True]


def test_bytes_of_a_window_that_was_more_than_enough_do_not_excuse_the_next() -> None:
    meter = StallMeter(10.0, 30.0)
    assert not meter.is_below_floor(30.0, 100_000)
    assert meter.is_below_floor(30.0, 1)


def test_bytes_that_nobody_waited_for_come_from_no_slow_upstream() -> None:
    meter = StallMeter(10.0, 30.0)
    for _ in range(1000):
        assert not meter.is_below_floor(0.0, 1)


def test_one_wait_is_cut_when_it_is_certain_that_too_little_has_come() -> None:
    meter = StallMeter(10.0, 30.0)
    assert meter.patience_s() == 30.0
    meter.is_below_floor(12.0, 299)
    assert meter.patience_s() == 18.0
    meter.is_below_floor(0.0, 1)
    assert meter.patience_s() == 48.0  # this window is served, the next one may still pass without a byte
