"""Prices and costs, in integers only: micro-USD per million tokens in, nano-USD (1e-9 USD) out."""

from perpetuo.core.catalog import Price, PriceBand
from perpetuo.core.usage import Usage

# tokens x (micro-USD / 1M tokens) = 1e-12 USD; a thousand of these are one nano-USD.
_PER_NANO = 1000


def cost_nanousd(usage: Usage, price: Price) -> int | None:
    """Price of one finished request, in nano-USD, rounded half up. None when input or output was not reported.

    Cached and cache-write tokens are parts of the input, reasoning of the output: nothing is charged twice.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    band = _band(price, usage.input_tokens)
    cached = min(usage.cached_input_tokens or 0, usage.input_tokens)
    written = min(usage.cache_write_tokens or 0, usage.input_tokens - cached)
    total = (
        (usage.input_tokens - cached - written) * band.input
        + cached * (band.input if band.cached_input is None else band.cached_input)
        + written * (band.input if band.cache_write is None else band.cache_write)
        + usage.output_tokens * band.output
    )
    return (total + _PER_NANO // 2) // _PER_NANO


def estimate_cost_nanousd(price: Price, input_tokens: int, output_tokens: int) -> int:
    """What a request is likely to cost, for `cheapest`: nothing cached."""
    band = _band(price, input_tokens)
    return (input_tokens * band.input + output_tokens * band.output + _PER_NANO // 2) // _PER_NANO


def format_usd(nanousd: int) -> str:
    """`$0.000123456`, without trailing zeros but at least two decimals."""
    sign = "-" if nanousd < 0 else ""
    whole, fraction = divmod(abs(nanousd), 1_000_000_000)
    decimals = f"{fraction:09d}".rstrip("0").ljust(2, "0")
    return f"{sign}${whole}.{decimals}"


def _band(price: Price, input_tokens: int) -> PriceBand:
    chosen = price.bands[0]
    for band in price.bands:
        if input_tokens >= band.above_input_tokens:
            chosen = band
    return chosen
