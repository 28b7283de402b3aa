"""Money as people read it. Programs take the integer beside it: nano-USD are exact in JSON, and a parser that makes
every number a double is exact to 9,007,199 USD."""


def usd(nanousd: int | None) -> str | None:
    """Nano-USD as dollars, exact, at least two decimals: 1_500_000 is "0.0015". None for None."""
    if nanousd is None:
        return None
    sign, (whole, rest) = "-" if nanousd < 0 else "", divmod(abs(nanousd), 1_000_000_000)
    return f"{sign}{whole}.{f'{rest:09}'.rstrip('0').ljust(2, '0')}"
