from collections import Counter
from datetime import date

import pytest

from perpetuo.core.catalog import ALL_CAPABILITIES, TIERS, Model, Vendor
from perpetuo.providers.catalog.vendors import VENDORS
from perpetuo.providers.registry import PROTOCOLS

MODELS = [pytest.param(vendor, model, id=f"{vendor.name}:{model.id}") for vendor in VENDORS for model in vendor.models]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_a_vendor_says_where_and_when_it_was_read(vendor: Vendor):
    assert vendor.source_url.startswith("https://")
    assert date.fromisoformat(vendor.read_on)


@pytest.mark.parametrize(("vendor", "model"), MODELS)
def test_a_model_says_where_and_when_it_was_read(vendor: Vendor, model: Model):
    assert model.source_url.startswith("https://")
    assert date.fromisoformat(model.read_on)


@pytest.mark.parametrize(("vendor", "model"), MODELS)
def test_a_model_has_only_known_capabilities_and_positive_limits(vendor: Vendor, model: Model):
    assert model.capabilities <= ALL_CAPABILITIES
    assert set(model.tiers) <= set(TIERS)
    assert model.context_tokens is None or model.context_tokens > 0
    assert model.max_output_tokens is None or 0 < model.max_output_tokens <= (model.context_tokens or 0)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_a_vendor_has_at_most_one_model_for_each_intent_and_tier(vendor: Vendor):
    promises = Counter((model.intent, tier) for model in vendor.models for tier in model.tiers)
    assert [promise for promise, count in promises.items() if count > 1] == []


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_a_vendor_offers_each_model_once(vendor: Vendor):
    assert len({model.id for model in vendor.models}) == len(vendor.models)
    assert len({model.canonical for model in vendor.models}) == len(vendor.models)


def test_vendor_names_are_lower_case_and_unique():
    names = [vendor.name for vendor in VENDORS]
    assert len(set(names)) == len(names)
    assert names == [name.lower() for name in names]


def test_every_vendor_speaks_a_protocol_that_exists():
    assert {vendor.protocol for vendor in VENDORS} <= set(PROTOCOLS)


def test_environment_variables_are_not_shared_between_vendors():
    variables = [vendor.env_var for vendor in VENDORS if vendor.env_var]
    assert len(set(variables)) == len(variables)


def test_embeddings_have_no_tier_because_another_model_would_corrupt_an_index():
    assert [model.id for v in VENDORS for model in v.models if model.intent == "embedding" and model.tiers] == []


def test_self_hosted_vendors_have_no_tier_until_an_operator_assigns_one():
    assert [model.id for vendor in VENDORS if vendor.self_hosted for model in vendor.models if model.tiers] == []


def test_only_the_demo_model_is_a_last_resort():
    assert [vendor.name for vendor in VENDORS if vendor.last_resort] == ["local"]


def test_a_hosted_vendor_is_called_over_tls_and_a_base_url_never_ends_in_a_slash():
    for vendor in VENDORS:
        if vendor.base_url is None:
            assert vendor.self_hosted or vendor.auth in ("google", "azure")  # project or resource is part of the URL
            continue
        assert vendor.self_hosted or vendor.base_url.startswith("https://")
        assert not vendor.base_url.endswith("/")


def test_an_openai_compatible_base_url_carries_its_version_and_anthropics_does_not():
    for vendor in VENDORS:
        if vendor.base_url is not None and vendor.name not in WITHOUT_VERSION:
            assert vendor.base_url.endswith("/v1") == (vendor.protocol == "openai_chat")


WITHOUT_VERSION = ("perplexity",)
"""https://docs.perplexity.ai/guides/chat-completions-guide (read 2026-11-24), and recorded."""
