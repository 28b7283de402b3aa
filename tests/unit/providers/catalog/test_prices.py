from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from genai_prices import Usage, calc_price

from perpetuo.core.catalog import Price, PriceBand
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.providers.catalog.prices import list_price

TODAY = date(2026, 11, 23)
PRICED = [
    pytest.param(vendor.name, model.id, model.intent, model.price, id=f"{vendor.name}:{model.id}")
    for vendor in load_catalog(TODAY).vendors.values()
    for model in vendor.models
    if model.price is not None and not vendor.self_hosted
]
USAGES = {
    "a short question": (1_000, 0, 0, 500),
    "half of it cached": (10_000, 5_000, 0, 777),
    "a cache that is being written": (20_000, 3_000, 7_000, 1),
    "just at a long-context threshold": (200_000, 0, 0, 10),
    "a long context": (300_000, 100_000, 50_000, 2_000),
}


def band_for(price: Price, input_tokens: int) -> PriceBand:
    return [band for band in price.bands if band.above_input_tokens == 0 or input_tokens > band.above_input_tokens][-1]


def nanousd(price: Price, input_tokens: int, cached: int, written: int, output: int) -> Fraction:
    """By hand, and exactly: a micro-USD per million tokens is a thousandth of a nano-USD per token."""
    band = band_for(price, input_tokens)
    plain = input_tokens - cached - written
    cached_price = band.input if band.cached_input is None else band.cached_input
    written_price = band.input if band.cache_write is None else band.cache_write
    total = plain * band.input + cached * cached_price + written * written_price + output * band.output
    return Fraction(total, 1_000)


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize(("vendor", "model", "intent", "price"), PRICED)
def test_a_request_costs_what_genai_prices_says(vendor: str, model: str, intent: str, price: Price, usage: str):
    input_tokens, cached, written, output = USAGES[usage]
    if intent == "embedding":
        cached = written = output = 0
    theirs = calc_price(
        Usage(input_tokens=input_tokens, output_tokens=output, cache_read_tokens=cached, cache_write_tokens=written),
        model,
        provider_id=vendor,
        genai_request_timestamp=datetime(2026, 11, 23, 12, tzinfo=UTC),
    )
    ours = nanousd(price, input_tokens, cached, written, output)
    # Each price is off by at most half a micro-USD per million tokens: float noise, and thirds of a cent.
    tolerance = Fraction(input_tokens + output, 2_000)
    assert abs(ours - Fraction(theirs.total_price) * 10**9) <= tolerance


@pytest.mark.parametrize(("vendor", "model", "intent", "price"), PRICED)
def test_prices_are_whole_numbers_in_rising_bands(vendor: str, model: str, intent: str, price: Price):
    assert price.bands[0].above_input_tokens == 0
    assert [b.above_input_tokens for b in price.bands] == sorted({b.above_input_tokens for b in price.bands})
    for band in price.bands:
        assert band.input > 0
        for value in (band.input, band.output, band.cached_input or 0, band.cache_write or 0):
            assert type(value) is int
            assert value >= 0


def test_float_noise_is_rounded_away():
    price = list_price("openai", "gpt-4o-mini", TODAY)
    assert price is not None
    assert price.bands == (PriceBand(input=150_000, output=600_000, cached_input=75_000),)


def test_a_long_context_has_a_band_of_its_own():
    price = list_price("openai", "gpt-5.4", TODAY)
    assert price is not None
    assert [(band.above_input_tokens, band.input) for band in price.bands] == [(0, 2_500_000), (272_000, 5_000_000)]


def test_the_price_is_the_one_of_the_day():
    # OpenAI cut the price of o3 to a fifth on 2025-06-10.
    before, after = (list_price("openai", "o3", date(2025, 6, day)) for day in (9, 10))
    assert before is not None
    assert after is not None
    assert (before.bands[0].input, after.bands[0].input) == (10_000_000, 2_000_000)


def test_a_price_names_the_data_it_was_read_from():
    price = list_price("anthropic", "claude-opus-5-5", TODAY)
    assert price is not None
    assert price.source.startswith("genai-prices ")


UNPRICED = {
    "a vendor that is not in the data": ("custom", "gpt-4o"),
    "a model that is not in the data": ("openai", "no-such-model"),
    "a model whose audio tokens cost more than its text tokens": ("openai", "gpt-audio"),
    "a model with a fee for each request": ("perplexity", "sonar-pro"),
    "a model that is charged by the second": ("openai", "whisper-1"),
}


@pytest.mark.parametrize("case", UNPRICED)
def test_there_is_no_price_for(case: str):
    assert list_price(*UNPRICED[case], TODAY) is None


def test_every_hosted_chat_model_without_audio_has_a_price():
    hosted = (vendor for vendor in load_catalog(TODAY).vendors.values() if not vendor.self_hosted)
    vendors = [vendor for vendor in hosted if vendor.name not in WITHOUT_PRICES]
    unpriced = [model.id for vendor in vendors for model in vendor.models if model.price is None]
    hear = {"gemini-3.1-flash-lite", "gemini-3-flash-preview", "gemini-2.5-flash", "gemini-2.5-flash-lite"}
    rented = {"command-a-plus-05-2026", "command-a-reasoning-08-2025", "command-a-vision-07-2025"}
    assert set(unpriced) == {"gpt-audio"} | hear | rented


WITHOUT_PRICES = ("azure", "azure-deployments", "sambanova", "huggingface", "perplexity")
"""Not in the data, or by the region; set by the provider behind the router; a fee for each request."""


def test_the_demo_model_costs_nothing():
    (model,) = load_catalog(TODAY).vendors["local"].models
    assert model.price is not None
    assert model.price.bands == (PriceBand(input=0, output=0),)
