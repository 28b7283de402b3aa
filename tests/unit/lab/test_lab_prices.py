import pytest

from perpetuo.lab.prices import LabPrice, charge_nanousd
from perpetuo.lab.script import Tokens

PRICE = LabPrice(input=150_000, output=600_000, cached_input=75_000, cache_write=187_500)
CASES = {
    "plain input and output": (Tokens(input_tokens=1000, output_tokens=100), PRICE, 150_000 + 60_000),
    "cached input is not charged as plain input too": (
        Tokens(input_tokens=1000, cached_input_tokens=400),
        PRICE,
        600 * 150 + 400 * 75,
    ),
    "what is written to the cache has its own price": (
        Tokens(input_tokens=10, cache_write_tokens=4),
        PRICE,
        6 * 150 + 4 * 187 + 2,
    ),
    "without a cache price cached input costs what input costs": (
        Tokens(input_tokens=10, cached_input_tokens=4),
        LabPrice(input=1000),
        10,
    ),
    "half a nano-USD is rounded up": (Tokens(input_tokens=1), LabPrice(input=500), 1),
    "less than half is rounded down": (Tokens(input_tokens=1), LabPrice(input=499), 0),
    "reasoning is part of the output": (
        Tokens(output_tokens=10, reasoning_tokens=9),
        LabPrice(output=1000),
        10,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_charges(case: str):
    tokens, price, expected = CASES[case]
    assert charge_nanousd(tokens, price) == expected
