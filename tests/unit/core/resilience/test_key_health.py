"""A provider key's health in one word, from what stands in its way and what was measured."""

import pytest

from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import HealthView
from perpetuo.core.resilience.key_health import MAX_MODELS, RECENT_SAMPLES, judge_key

WELL = HealthView(samples=10.0, first_byte_ms=200.0, error_rate=0.0, tokens_per_s=50.0)
FAILING = HealthView(samples=10.0, first_byte_ms=200.0, error_rate=0.5)
OPEN = Blocked("breaker_open", "It failed 5 times in a row; it is asked again in 4 s.", 4.0)
COOLING = Blocked("cooling", "The provider limits the rate; it is asked again in 2 s.", 2.0)
MISSING = Blocked("model_missing", "The provider said it does not have this model; it is asked again in 600 s.", 600.0)
REFUSED = Blocked("quarantined", "The provider refused this key; it is asked again in 300 s.", 300.0)
OLD = HealthView(samples=RECENT_SAMPLES / 2, first_byte_ms=1.0, error_rate=1.0)

# What is known: (blocked, measured) -> state, time left
CASES = {
    "nothing is known": ({}, {}, "unknown", None),
    "what was measured long ago is not known": ({}, {"a": OLD}, "unknown", None),
    "it answers": ({}, {"a": WELL}, "healthy", None),
    "many requests fail": ({}, {"a": FAILING}, "degraded", None),
    "a single failure among few is not many": ({}, {"a": HealthView(2.0, 1.0, 0.5)}, "healthy", None),
    "all of the few that there were failed": ({}, {"a": HealthView(1.0, None, 1.0)}, "degraded", None),
    "the key is refused, whatever its models do": ({None: REFUSED, "a": OPEN}, {"b": WELL}, "quarantined", 300.0),
    "the whole key has a pause": ({None: COOLING}, {"a": WELL}, "cooling", 2.0),
    "the only model has a pause": ({"a": COOLING}, {"a": WELL}, "cooling", 2.0),
    "the only model fails": ({"a": OPEN}, {"a": FAILING}, "breaker_open", 4.0),
    "all have a pause, the first that ends counts": ({"a": OPEN, "b": COOLING}, {}, "breaker_open", 2.0),
    "some have a pause, another answers": ({"a": OPEN}, {"b": WELL}, "degraded", 4.0),
    "that a model is missing says nothing about the key": ({"a": MISSING}, {"b": WELL}, "healthy", None),
    "a missing model alone is no answer": ({"a": MISSING}, {}, "unknown", None),
}


@pytest.mark.parametrize("case", CASES)
def test_the_state_of_a_key(case):
    blocked, measured, state, retry_after_s = CASES[case]
    health = judge_key("k", blocked, measured)
    assert (health.state, health.retry_after_s) == (state, retry_after_s)
    assert health.reason.endswith(".")


def test_figures_of_a_key_are_those_of_its_models_together():
    slow = HealthView(samples=30.0, first_byte_ms=400.0, error_rate=0.0, tokens_per_s=10.0)
    health = judge_key("k", {}, {"a": WELL, "b": slow, "c": HealthView(40.0, None, 1.0), "d": OLD})
    assert (health.samples, health.error_rate) == (80.0, 0.5)
    assert (health.first_byte_ms, health.tokens_per_s) == (350.0, 20.0)
    assert [model.model for model in health.models] == ["c", "b", "a"]


def test_a_model_has_its_own_state_and_reason():
    health = judge_key("k", {"a": OPEN, "m": MISSING}, {"a": FAILING, "b": WELL})
    found = {model.model: (model.state, model.reason) for model in health.models}
    assert found["a"] == ("breaker_open", OPEN.reason) and found["m"] == ("model_missing", MISSING.reason)
    assert found["b"][0] == "healthy"


def test_what_stands_in_the_way_is_told_first_and_only_so_many_models_are():
    """Names of models come from clients where a server takes any."""
    measured = {f"m{number:03}": WELL for number in range(MAX_MODELS * 2)}
    health = judge_key("k", {"z": OPEN}, measured)
    assert len(health.models) == MAX_MODELS and health.models[0].model == "z"
