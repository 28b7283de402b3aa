"""What a simulated vendor charges, worked out apart from `core/money.py` so that one can check the other."""

import msgspec

from perpetuo.lab.script import Tokens


class LabPrice(msgspec.Struct, frozen=True):
    """Micro-USD per million tokens (150_000 is $0.15 / 1M). None: the price of plain input."""

    input: int = 0
    output: int = 0
    cached_input: int | None = None
    cache_write: int | None = None


def charge_nanousd(tokens: Tokens, price: LabPrice) -> int:
    """Nano-USD, rounded half up over the sum. micro-USD per 1e6 tokens is 1e-3 nano-USD per token."""
    cached_price = price.input if price.cached_input is None else price.cached_input
    write_price = price.input if price.cache_write is None else price.cache_write
    plain = tokens.input_tokens - tokens.cached_input_tokens - tokens.cache_write_tokens
    thousandths = (
        plain * price.input
        + tokens.cached_input_tokens * cached_price
        + tokens.cache_write_tokens * write_price
        + tokens.output_tokens * price.output
    )
    return (thousandths + 500) // 1000
