import math
import random

import pytest

from perpetuo.core.latency_histogram import LAST_BUCKET, PERCENTILES, bucket, histogram_of, percentiles

ERROR = 2 ** (1 / 8) - 1


@pytest.mark.parametrize("size", [1, 2, 7, 100, 5_000])
def test_a_percentile_is_told_within_nine_percent(size):
    noise = random.Random(size)
    latencies = [noise.lognormvariate(6, 2) + 1 for _ in range(size)]
    requests, *told = percentiles(histogram_of(latencies))
    real = [sorted(latencies)[math.ceil(size * percent / 100) - 1] for percent in PERCENTILES]
    assert requests == size
    assert told == [pytest.approx(latency, rel=ERROR + 0.005) for latency in real]


def test_the_sum_of_two_histograms_is_the_histogram_of_both():
    one, other = [1, 5, 700, 700], [0.2, 5, 9_000]
    assert histogram_of(one) + histogram_of(other) == histogram_of(one + other)
    assert percentiles(histogram_of(one + other)).requests == 7


def test_nothing_has_no_percentile():
    assert percentiles(0) == (0, None, None, None)


EXTREMES = {
    "an instant": (0, 0.5),
    "less than none": (-3, 0.5),
    "a millisecond": (1, 1.09),
    "a week": (6e8, 881_743.8),
}


@pytest.mark.parametrize(("ms", "told"), EXTREMES.values(), ids=EXTREMES)
def test_what_lies_beyond_the_buckets_is_in_the_first_or_the_last(ms, told):
    assert percentiles(histogram_of([ms])) == (1, told, told, told)


def test_each_bucket_ends_where_the_next_one_begins():
    ends = [2 ** (number / 4) for number in range(1, LAST_BUCKET)]
    assert [bucket(end * 1.0001) - bucket(end * 0.9999) for end in ends] == [1] * len(ends)


def test_a_million_requests_in_every_bucket_do_not_run_into_each_other():
    every = histogram_of([2 ** (number / 4) * 1.01 for number in range(LAST_BUCKET)]) * 1_000_000
    assert percentiles(every).requests == LAST_BUCKET * 1_000_000
