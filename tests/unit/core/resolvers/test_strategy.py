import pytest
from core_factories import workspace

from perpetuo.core.errors import ClientError
from perpetuo.core.resolvers.strategy import StrategyResolver
from perpetuo.core.snapshot import STRATEGIES

RESOLVE = StrategyResolver().resolve


def test_the_header_wins_over_the_workspace_and_the_workspace_over_the_default() -> None:
    cheap = workspace(strategy="cheapest")
    assert (RESOLVE("fastest", cheap).name, RESOLVE("fastest", cheap).source) == ("fastest", "header")
    assert (RESOLVE(None, cheap).name, RESOLVE(None, cheap).source) == ("cheapest", "workspace")
    assert (RESOLVE(None, workspace()).name, RESOLVE(None, workspace()).source) == ("default", "fallback")


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_may_be_asked_for_in_any_case_and_is_explained(name: str) -> None:
    chosen = RESOLVE(f" {name.upper()} ", workspace())
    assert (chosen.name, chosen.source) == (name, "header")
    assert chosen.explanation.endswith(".")


@pytest.mark.parametrize("value", ["quickest", "fastest,cheapest", "fa\x00stest", "\r\nx: y", "é" * 5000])
def test_an_unknown_value_is_a_400_that_lists_the_four_and_repeats_nothing_harmful(value: str) -> None:
    with pytest.raises(ClientError) as caught:
        RESOLVE(value, workspace())
    error = caught.value
    assert (error.row.status, error.param) == (400, "X-Perpetuo-Route")
    assert all(name in error.message for name in STRATEGIES)
    assert error.message.isprintable()
    assert len(error.message) < 200
