"""Prices out of the installed `genai-prices` data, in whole micro-USD. Its own calculation takes 97 µs a lookup, so it
is asked once, at start; nothing here touches the network."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

from genai_prices.data import providers as _bundled_providers
from genai_prices.types import ModelPrice, Provider, TieredPrices

from perpetuo.core.catalog import Price, PriceBand

PRICE_DATA_VERSION = "genai-prices " + version("genai-prices")

_MICRO_PER_USD = 1_000_000
_PRICED_AS: Mapping[str, str] = {
    "bedrock": "aws",
    "gemini": "google",
    "vertex": "google",
    "vertex-anthropic": "google",
    "xai": "x-ai",
}
"""Vendor -> its name in the price data, where that differs."""
_PROVIDERS: Mapping[str, Provider] = {provider.id: provider for provider in _bundled_providers}


def list_price(vendor: str, model_id: str, today: date) -> Price | None:
    """The vendor's public price on a day (at noon UTC, where it depends on the hour); None when it is not known, or
    when audio tokens have a price of their own, which no usage of ours tells apart."""
    provider = _PROVIDERS.get(_PRICED_AS.get(vendor, vendor))
    model = provider.find_model(model_id.lower()) if provider else None
    if model is None:
        return None
    price = model.get_prices(datetime.combine(today, time(12), tzinfo=UTC))
    if price.requests_kcount is not None:  # a fee for each request, which no count of tokens tells
        return None
    if price.input_mtok is None or price.input_audio_mtok is not None or price.output_audio_mtok is not None:
        return None
    return Price(bands=_bands(price), source=PRICE_DATA_VERSION)


def _bands(price: ModelPrice) -> tuple[PriceBand, ...]:
    """One band for each input size at which the price of any token class changes."""
    classes = (price.input_mtok, price.output_mtok, price.cache_read_mtok, price.cache_write_mtok)
    starts = {0}
    for value in classes:
        if isinstance(value, TieredPrices):
            starts.update(tier.start for tier in value.tiers)
    return tuple(_band(price, start) for start in sorted(starts))


def _band(price: ModelPrice, start: int) -> PriceBand:
    return PriceBand(
        input=_micro_usd(price.input_mtok, start) or 0,
        output=_micro_usd(price.output_mtok, start) or 0,
        cached_input=_micro_usd(price.cache_read_mtok, start),
        cache_write=_micro_usd(price.cache_write_mtok, start),
        above_input_tokens=start,
    )


def _micro_usd(price: Decimal | TieredPrices | None, start: int) -> int | None:
    """Rounded half up: 28 of the 2,330 prices in 0.2.3 carry float noise (0.39999999999999997)."""
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if tier.start <= start]
        price = reached[-1] if reached else price.base
    if price is None:
        return None
    return int((price * _MICRO_PER_USD).to_integral_value(ROUND_HALF_UP))
