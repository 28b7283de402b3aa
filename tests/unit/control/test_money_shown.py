import pytest

from perpetuo.control.money import usd

SHOWN = {
    0: "0.00",
    1: "0.000000001",
    1_500_000: "0.0015",
    10**9: "1.00",
    123_450_000_000: "123.45",
    2**63: "9223372036.854775808",
    -1: "-0.000000001",
    None: None,
}


@pytest.mark.parametrize(("nanousd", "text"), SHOWN.items())
def test_dollars_are_exact_and_have_two_decimals_at_least(nanousd, text):
    assert usd(nanousd) == text
