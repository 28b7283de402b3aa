"""Integers only; nothing is charged twice, and what was not reported is not guessed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.catalog import Price, PriceBand
from perpetuo.core.money import cost_nanousd, estimate_cost_nanousd, format_usd
from perpetuo.core.usage import NOT_REPORTED, Usage

PLAIN = Price(bands=(PriceBand(input=150_000, output=600_000),), source="test")
CACHED = Price(
    bands=(PriceBand(input=3_000_000, output=15_000_000, cached_input=300_000, cache_write=3_750_000),), source="test"
)
BANDED = Price(
    bands=(
        PriceBand(input=1_000_000, output=2_000_000),
        PriceBand(input=2_000_000, output=4_000_000, above_input_tokens=200_000),
    ),
    source="test",
)


def test_a_million_tokens_cost_the_listed_price():
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    assert cost_nanousd(usage, PLAIN) == 750_000_000  # $0.15 + $0.60


def test_cached_and_cache_write_tokens_are_parts_of_the_input():
    usage = Usage(input_tokens=1_000_000, cached_input_tokens=600_000, cache_write_tokens=300_000, output_tokens=0)
    assert cost_nanousd(usage, CACHED) == 300_000_000 + 180_000_000 + 1_125_000_000


def test_reasoning_is_a_part_of_the_output():
    whole = Usage(input_tokens=10, output_tokens=1000)
    thought = Usage(input_tokens=10, output_tokens=1000, reasoning_tokens=900)
    assert cost_nanousd(whole, PLAIN) == cost_nanousd(thought, PLAIN)


def test_a_class_without_a_price_of_its_own_is_charged_as_input():
    usage = Usage(input_tokens=1000, cached_input_tokens=500, cache_write_tokens=400, output_tokens=0)
    assert cost_nanousd(usage, PLAIN) == cost_nanousd(Usage(input_tokens=1000, output_tokens=0), PLAIN)


@pytest.mark.parametrize(("tokens", "cost"), [(200_000, 200_000_000), (200_001, 400_002_000)])
def test_the_band_is_chosen_by_the_whole_input_and_holds_for_all_of_it(tokens: int, cost: int):
    assert cost_nanousd(Usage(input_tokens=tokens, output_tokens=0), BANDED) == cost
    cached = Usage(input_tokens=tokens, cached_input_tokens=tokens, output_tokens=0)
    assert cost_nanousd(cached, BANDED) == cost


@pytest.mark.parametrize(("price", "cost"), [(499, 0), (500, 1), (1499, 1), (1500, 2)])
def test_half_a_nano_usd_is_rounded_up(price: int, cost: int):
    per_token = Price(bands=(PriceBand(input=price, output=0),), source="test")
    assert cost_nanousd(Usage(input_tokens=1, output_tokens=0), per_token) == cost


@pytest.mark.parametrize("usage", [NOT_REPORTED, Usage(input_tokens=5), Usage(output_tokens=5)])
def test_what_was_not_reported_has_no_cost(usage: Usage):
    assert cost_nanousd(usage, PLAIN) is None


def test_embeddings_report_no_output_and_are_priced_all_the_same():
    embedding = Price(bands=(PriceBand(input=20_000, output=0),), source="test")
    assert cost_nanousd(Usage(input_tokens=1_000_000), embedding) == 20_000_000


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input_tokens=100, cached_input_tokens=500, output_tokens=0),
        Usage(input_tokens=100, cached_input_tokens=100, cache_write_tokens=100, output_tokens=-7),
    ],
)
def test_counts_that_contradict_each_other_never_lower_the_cost_below_zero(usage: Usage):
    assert cost_nanousd(usage, CACHED) == 100 * 300


COUNTS = st.integers(min_value=0, max_value=2**40)
PRICES = st.integers(min_value=0, max_value=10**9)


@given(COUNTS, COUNTS, COUNTS, COUNTS, PRICES, PRICES, PRICES, PRICES)
def test_the_cost_is_the_exact_sum_rounded_half_up(
    fresh: int, cached: int, written: int, out: int, a: int, b: int, c: int, d: int
):
    price = Price(bands=(PriceBand(input=a, output=b, cached_input=c, cache_write=d),), source="test")
    usage = Usage(
        input_tokens=fresh + cached + written, cached_input_tokens=cached, cache_write_tokens=written, output_tokens=out
    )
    exact = Fraction(fresh * a + cached * c + written * d + out * b, 1000)
    cost = cost_nanousd(usage, price)
    assert cost is not None
    assert -Fraction(1, 2) < exact - cost < Fraction(1, 2) or cost - exact == Fraction(1, 2)


def test_an_estimate_is_the_cost_of_a_request_with_nothing_cached():
    assert estimate_cost_nanousd(CACHED, 1000, 500) == cost_nanousd(Usage(input_tokens=1000, output_tokens=500), CACHED)


@pytest.mark.parametrize(
    ("nanousd", "text"),
    [(0, "$0.00"), (1, "$0.000000001"), (150_000_000, "$0.15"), (1_500_000_000, "$1.50"), (-20_000_000, "-$0.02")],
)
def test_an_amount_reads_as_dollars_without_losing_a_digit(nanousd: int, text: str):
    assert format_usd(nanousd) == text


def test_what_a_vendor_bills_is_charged_where_it_tells_that_apart_from_what_it_used():
    price = Price(bands=(PriceBand(input=2_500_000, output=10_000_000, cached_input=1),), source="x")
    used = Usage(1394, 1344, None, 582, None, "reported")
    billed = Usage(1394, 1344, None, 582, None, "reported", 8, 578)
    assert cost_nanousd(billed, price) == 8 * 2_500 + 578 * 10_000
    assert cost_nanousd(used, price) != cost_nanousd(billed, price)
