import math
import random

import pytest

from perpetuo.core.latency_histogram import LAST_BUCKET, PERCENTILES, bucket, count, histogram_of, percentile_ms

ERROR = 2 ** (1 / 8) - 1


@pytest.mark.parametrize("size", [1, 2, 7, 100, 5_000])
@pytest.mark.parametrize("percent", PERCENTILES)
def test_a_percentile_is_told_within_nine_percent(size, percent):
    noise = random.Random(size)
    latencies = [noise.lognormvariate(6, 2) + 1 for _ in range(size)]
    real = sorted(latencies)[math.ceil(size * percent / 100) - 1]
    told = percentile_ms(histogram_of(latencies), percent)
    assert told is not None and abs(told - real) <= real * (ERROR + 0.005)


def test_the_sum_of_two_histograms_is_the_histogram_of_both():
    one, other = [1, 5, 700, 700], [0.2, 5, 9_000]
    assert histogram_of(one) + histogram_of(other) == histogram_of(one + other)
    assert count(histogram_of(one + other)) == 7


def test_nothing_has_no_percentile():
    assert percentile_ms(0, 50) is None and count(0) == 0


EXTREMES = {
    "an instant": (0, 0.5),
    "less than none": (-3, 0.5),
    "a millisecond": (1, 1.09),
    "a week": (6e8, 881_743.8),
}


@pytest.mark.parametrize(("ms", "told"), EXTREMES.values(), ids=EXTREMES)
def test_what_lies_beyond_the_buckets_is_in_the_first_or_the_last(ms, told):
    assert percentile_ms(histogram_of([ms]), 99) == told


def test_each_bucket_ends_where_the_next_one_begins():
    ends = [2 ** (number / 4) for number in range(1, LAST_BUCKET)]
    assert [bucket(end * 1.0001) - bucket(end * 0.9999) for end in ends] == [1] * len(ends)


def test_a_million_requests_in_every_bucket_do_not_run_into_each_other():
    every = histogram_of([2 ** (number / 4) * 1.01 for number in range(LAST_BUCKET)]) * 1_000_000
    assert count(every) == LAST_BUCKET * 1_000_000
