"""Prices and costs, in integers only: micro-USD per million tokens in, nano-USD (1e-9 USD) out."""

from perpetuo.core.catalog import Price, PriceBand
from perpetuo.core.usage import Usage

# tokens x (micro-USD / 1M tokens) = 1e-12 USD; a thousand of these are one nano-USD.
_PER_NANO = 1000


def cost_nanousd(usage: Usage, price: Price) -> int | None:
    """Price of one finished request, in nano-USD, rounded half up. None when a count that costs was not reported;
    embeddings report no output, and it costs nothing.

    Cached and cache-write tokens are parts of the input, reasoning of the output: nothing is charged twice. Counts
    that contradict this, or are negative, are cut to what the whole allows. What a vendor bills apart from what it used
    is the whole of it.
    """
    if usage.input_tokens is None:
        return None
    input_tokens = max(0, usage.input_tokens)
    band = _band(price, input_tokens)
    if usage.output_tokens is None and band.output != 0:
        return None
    cached = _part_of(input_tokens, usage.cached_input_tokens)
    written = _part_of(input_tokens - cached, usage.cache_write_tokens)
    if usage.billed_input_tokens is not None:
        input_tokens, cached, written = max(0, usage.billed_input_tokens), 0, 0
    output_tokens = usage.output_tokens if usage.billed_output_tokens is None else usage.billed_output_tokens
    total = (
        (input_tokens - cached - written) * band.input
        + cached * (band.input if band.cached_input is None else band.cached_input)
        + written * (band.input if band.cache_write is None else band.cache_write)
        + max(0, output_tokens or 0) * band.output
    )
    return _nanousd(total)


def estimate_cost_nanousd(price: Price, input_tokens: int, output_tokens: int) -> int:
    """What a request is likely to cost, for `cheapest`: nothing cached."""
    band = _band(price, input_tokens)
    return _nanousd(input_tokens * band.input + output_tokens * band.output)


def format_usd(nanousd: int) -> str:
    """`$0.000123456`, without trailing zeros but at least two decimals."""
    sign = "-" if nanousd < 0 else ""
    whole, fraction = divmod(abs(nanousd), 1_000_000_000)
    decimals = f"{fraction:09d}".rstrip("0").ljust(2, "0")
    return f"{sign}${whole}.{decimals}"


def _band(price: Price, input_tokens: int) -> PriceBand:
    # Strictly above, as the price data counts: https://github.com/pydantic/genai-prices (read 2026-11-23).
    chosen = price.bands[0]
    for band in price.bands[1:]:
        if input_tokens > band.above_input_tokens:
            chosen = band
    return chosen


def _part_of(whole: int, part: int | None) -> int:
    return 0 if part is None else min(max(0, part), whole)


def _nanousd(pico: int) -> int:
    return (pico + _PER_NANO // 2) // _PER_NANO
