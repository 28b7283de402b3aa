"""Prices in a vendor's list of models, in whole micro-USD per million tokens. Money never passes through a float."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from perpetuo.core.catalog import PriceBand
from perpetuo.providers.chat_input import mapping

MAX_MICRO_USD = 10**12
"""A million USD per million tokens: no price, a mistake."""

_MICRO_PER_USD = 1_000_000
_MAX_DIGITS = 40


class _Names(NamedTuple):
    """Keys of a `pricing` object, and micro-USD per million tokens of one of its units."""

    input: str
    output: str
    cached_input: str
    cache_write: str
    unit: Decimal


_PER_TOKEN = Decimal(_MICRO_PER_USD) * 1_000_000
_PER_MILLION = Decimal(_MICRO_PER_USD)
_DIALECTS = (
    # USD per token: OpenRouter, Cerebras, SambaNova.
    _Names("prompt", "completion", "input_cache_read", "input_cache_write", _PER_TOKEN),
    # USD per million tokens as numbers (Together, Hugging Face); as texts per token (Vercel's gateway).
    _Names("input", "output", "cached_input", "input_cache_write", _PER_MILLION),
    # USD per million tokens: DeepInfra.
    _Names("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", _PER_MILLION),
)
_XAI_UNIT = Decimal(100)
"""USD cents per 100 million tokens. https://docs.x.ai/docs/api-reference (read 2026-11-24)"""


def price_in(row: dict[str, object]) -> tuple[PriceBand, ...] | None:
    """The bands of a row of the list; None where it tells none, or one that is no price (OpenRouter writes -1 where it
    depends on the model that is chosen; Together 0 where it is charged by the hour)."""
    if "prompt_text_token_price" in row:
        return _xai_bands(row)
    pricing = mapping(row.get("pricing")) or mapping(mapping(row.get("metadata")).get("pricing"))
    for names in _DIALECTS:
        if names.input not in pricing or names.output not in pricing:
            continue
        as_text = isinstance(pricing[names.input], str)
        unit = _PER_TOKEN if as_text else names.unit
        band = _band(
            pricing[names.input],
            pricing[names.output],
            pricing.get(names.cached_input),
            pricing.get(names.cache_write),
            unit=unit,
        )
        if band is None or (unit == _PER_MILLION and band.input == band.output == 0):
            return None
        return (band,)
    return None


def _xai_bands(row: dict[str, object]) -> tuple[PriceBand, ...] | None:
    bands: list[PriceBand] = []
    for suffix in ("", "_long_context"):
        band = _band(
            row.get("prompt_text_token_price" + suffix),
            row.get("completion_text_token_price" + suffix),
            row.get("cached_prompt_text_token_price" + suffix),
            None,
            unit=_XAI_UNIT,
        )
        if band is None:
            break
        bands.append(band)
    threshold = row.get("long_context_threshold")
    if len(bands) == 2:
        if not isinstance(threshold, int) or not 0 < threshold < 2**31:
            return (bands[0],)
        # The higher price holds from the threshold on, a band above its own: the same way as the price data.
        above = PriceBand(bands[1].input, bands[1].output, bands[1].cached_input, None, threshold - 1)
        return (bands[0], above)
    return tuple(bands) or None


def _band(input_: object, output: object, cached: object, written: object, *, unit: Decimal) -> PriceBand | None:
    whole = _micro_usd(input_, unit), _micro_usd(output, unit)
    if whole[0] is None or whole[1] is None:
        return None
    return PriceBand(whole[0], whole[1], _micro_usd(cached, unit), _micro_usd(written, unit))


def _micro_usd(value: object, unit: Decimal) -> int | None:
    """Rounded half up; None for what is no price. A float is read as it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value) if not isinstance(value, int) or abs(value) <= MAX_MICRO_USD else ""
    try:
        price = Decimal(text[:_MAX_DIGITS])
    except InvalidOperation:
        return None
    if not price.is_finite() or not 0 <= price <= MAX_MICRO_USD:
        return None
    whole = int((price * unit).to_integral_value(ROUND_HALF_UP))
    return whole if whole <= MAX_MICRO_USD else None
