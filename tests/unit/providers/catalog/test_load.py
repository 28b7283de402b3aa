from datetime import date

import pytest

from perpetuo.core.catalog import AliasRow, Catalog, PriceBand
from perpetuo.providers.catalog.load import load_catalog, with_price_override


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(date(2026, 11, 23))


def test_every_model_resolves_by_id_by_canonical_name_and_without_its_author(catalog: Catalog):
    for vendor in catalog.vendors.values():
        for model in vendor.models:
            assert catalog.names[model.id] == model.canonical
            assert catalog.names[model.canonical] == model.canonical
            assert catalog.names[model.id.rpartition("/")[2]] == model.canonical


def test_every_known_name_has_a_tier(catalog: Catalog):
    assert set(catalog.names) <= set(catalog.aliases)


def test_an_alias_stands_for_a_model_that_some_vendor_offers(catalog: Catalog):
    offered = {(m.canonical, m.intent) for vendor in catalog.vendors.values() for m in vendor.models}
    assert [a for a in catalog.aliases.values() if a.canonical and (a.canonical, a.intent) not in offered] == []


def test_an_alias_row_is_found_under_its_own_name(catalog: Catalog):
    assert {name: row.name for name, row in catalog.aliases.items()} == {name: name for name in catalog.aliases}


ALIASES = {
    "gpt-4 is an ordinary chat model": AliasRow("gpt-4", "chat", "default", "gpt-4"),
    "gpt-4o is an ordinary chat model": AliasRow("gpt-4o", "chat", "default", "gpt-4o"),
    "gpt-4o-mini is cheap": AliasRow("gpt-4o-mini", "chat", "cheap", "gpt-4o-mini"),
    "gpt-3.5-turbo is cheap": AliasRow("gpt-3.5-turbo", "chat", "cheap", "gpt-3.5-turbo"),
    "the o-series is premium": AliasRow("o3", "chat", "premium", "o3"),
    "claude-opus is the newest Opus": AliasRow("claude-opus", "chat", "premium", "claude-opus-5-5"),
    "claude-sonnet is the newest Sonnet": AliasRow("claude-sonnet", "chat", "default", "claude-sonnet-5-5"),
    "claude-haiku is the newest Haiku": AliasRow("claude-haiku", "chat", "fast", "claude-haiku-5-5"),
    "claude-3.5-sonnet promises only its tier": AliasRow("claude-3.5-sonnet", "chat", "premium"),
    "OpenRouter's spelling means the same": AliasRow("claude-opus-5.5", "chat", "premium", "claude-opus-5-5"),
    "embeddings keep their intent": AliasRow(
        "text-embedding-3-small", "embedding", "default", "text-embedding-3-small"
    ),
}


@pytest.mark.parametrize("case", ALIASES)
def test_alias(catalog: Catalog, case: str):
    assert catalog.aliases[ALIASES[case].name] == ALIASES[case]


def test_the_same_model_at_two_vendors_has_one_canonical_name(catalog: Catalog):
    assert catalog.names["openai/gpt-4o"] == catalog.names["gpt-4o"]
    assert catalog.names["llama-3.3-70b-versatile"] == catalog.names["meta-llama/llama-3.3-70b-instruct"]


def test_a_dated_snapshot_is_a_model_of_its_own(catalog: Catalog):
    assert catalog.names["gpt-4o-2024-08-06"] == "gpt-4o-2024-08-06"
    assert catalog.names["claude-haiku-4-5-20251001"] == "claude-haiku-4-5-20251001"


def test_each_vendor_with_tiers_has_a_default_one(catalog: Catalog):
    for vendor in catalog.vendors.values():
        tiers = {tier for model in vendor.models for tier in model.tiers}
        assert not tiers or "default" in tiers


def test_the_catalog_can_not_be_changed_by_a_reader(catalog: Catalog):
    with pytest.raises(TypeError):
        catalog.names["gpt-4"] = "o1"  # pyright: ignore[reportIndexIssue]


def test_the_version_names_the_price_data(catalog: Catalog):
    assert catalog.version.startswith("genai-prices ")


def test_a_price_override_replaces_the_price_and_says_so(catalog: Catalog):
    model = catalog.vendors["openai"].models[0]
    dearer = with_price_override(model, PriceBand(1, 2), PriceBand(3, 4, above_input_tokens=100))
    assert dearer.id == model.id
    assert dearer.price is not None
    assert dearer.price.source == "workspace override"
    assert [band.input for band in dearer.price.bands] == [1, 3]


BAD_BANDS = {
    "no band at all": (),
    "the first one does not start at 0": (PriceBand(1, 1, above_input_tokens=5),),
    "two start at the same size": (PriceBand(1, 1), PriceBand(1, 1)),
    "they fall": (PriceBand(1, 1), PriceBand(1, 1, above_input_tokens=9), PriceBand(1, 1, above_input_tokens=4)),
    "a negative price": (PriceBand(1, -1),),
    "a negative price of cached input": (PriceBand(1, 1, cached_input=-1),),
}


@pytest.mark.parametrize("case", BAD_BANDS)
def test_a_price_override_is_refused_when(catalog: Catalog, case: str):
    with pytest.raises(ValueError, match=r"Price bands start|never negative"):
        with_price_override(catalog.vendors["openai"].models[0], *BAD_BANDS[case])
