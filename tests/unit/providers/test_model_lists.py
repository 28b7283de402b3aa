"""Lists of models, as whoever sets a base URL may write them: bounded in every protocol."""

import json
from datetime import date

import pytest

from perpetuo.core.catalog import Model
from perpetuo.core.snapshot import Secret
from perpetuo.providers.base import MAX_LISTED_MODELS, MAX_MODEL_NAME_CHARS, Target
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.providers.registry import PROTOCOLS

CATALOG = load_catalog(date(2026, 11, 24))
VENDORS = {vendor.protocol: vendor for vendor in CATALOG.vendors.values()}

LISTS = {
    "openai_chat": lambda name: ("data", {"id": name}),
    "anthropic_messages": lambda name: ("data", {"id": name}),
    "cohere_chat": lambda name: ("models", {"name": name, "endpoints": ["chat"]}),
    "gemini_generate": lambda name: (
        "models",
        {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]},
    ),
    "bedrock_converse": lambda name: (
        "modelSummaries",
        {"modelId": name, "outputModalities": ["TEXT"], "inferenceTypesSupported": ["ON_DEMAND"]},
    ),
}


def listed(protocol, names):
    rows = [LISTS[protocol](name) for name in names]
    target = Target(VENDORS[protocol], Model("", ""), "https://bedrock.us-east-1.amazonaws.com", Secret("x"))
    return PROTOCOLS[protocol].decode_models(json.dumps({rows[0][0]: [row for _, row in rows]}).encode(), target)


def test_every_protocol_that_has_lists_is_looked_at_here():
    assert {name for name, protocol in PROTOCOLS.items() if hasattr(protocol, "decode_models")} == LISTS.keys()


@pytest.mark.parametrize("protocol", LISTS)
def test_a_list_without_end_is_cut_and_names_that_are_none_are_left_out(protocol):
    """A quarter of a million names once took a worker 1.7 s, and were then held by every one of them."""
    assert len(listed(protocol, [f"m{number}" for number in range(MAX_LISTED_MODELS + 50)])) == MAX_LISTED_MODELS
    odd = ["a" * (MAX_MODEL_NAME_CHARS + 1), "two\nlines", "\u202ebackwards", "", " blank"]
    assert [model.id for model in listed(protocol, ["good", *odd])] == ["good"]
