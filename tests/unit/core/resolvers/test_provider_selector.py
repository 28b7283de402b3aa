import msgspec
import pytest
from core_factories import DEMO, HOUSE, candidate, key, model, names, select, why_not
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.carriage import Carriage
from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import HealthView
from perpetuo.core.resolvers.provider_selector import EXPLORE_PERCENT, RequestFacts, strictest, substituted_as
from perpetuo.core.snapshot import STRATEGIES, SUBSTITUTIONS, AliasTarget

A, B, G, H, D = key("alpha"), key("beta"), key("gamma"), key("house"), key("demo")
KNOWN = 100.0


def health(**of_vendor: tuple[float, float]) -> dict[tuple[str, str], HealthView]:
    """vendor_model=(first byte in ms, error rate)."""
    found: dict[tuple[str, str], HealthView] = {}
    for name, (first_byte_ms, error_rate) in of_vendor.items():
        vendor, _, model_name = name.partition("_")
        found[f"key-{vendor}", model_name.replace("__", "/")] = HealthView(KNOWN, first_byte_ms, error_rate)
    return found


def test_the_strictest_of_several_settings_wins() -> None:
    assert strictest(None, None) == "tier"
    assert strictest("tier", "fallback", None) == "fallback"
    assert strictest("never", "tier", "fallback") == "never"


@given(st.lists(st.none() | st.sampled_from(SUBSTITUTIONS)))
def test_a_further_setting_tightens_and_never_widens(values: list[str | None]) -> None:
    before = strictest(*values)  # type: ignore[arg-type]
    for added in SUBSTITUTIONS:
        assert SUBSTITUTIONS.index(strictest(before, added)) >= SUBSTITUTIONS.index(before)


def test_an_answer_of_another_model_says_why() -> None:
    assert substituted_as(exact=True, after_failure=True, explicit_strategy=True) == "none"
    assert substituted_as(exact=False, after_failure=True, explicit_strategy=True) == "fallback"
    assert substituted_as(exact=False, after_failure=False, explicit_strategy=True) == "strategy"
    assert substituted_as(exact=False, after_failure=False, explicit_strategy=False) == "priority"


# substitution


def test_by_default_the_exact_model_comes_first_among_equal_priorities() -> None:
    assert names(select("moon", A, B, G)) == ["beta/moon", "alpha/sun", "gamma/comet"]
    assert names(select("sun", G, B, A))[-1] == "gamma/comet"


def test_by_default_a_better_priority_comes_before_the_exact_model() -> None:
    assert names(select("moon", key("alpha", priority=1), B)) == ["alpha/sun", "beta/moon"]


@pytest.mark.parametrize("by", STRATEGIES)
def test_under_fallback_every_exact_candidate_comes_before_any_other_whatever_the_strategy(by: str) -> None:
    keys = (key("gamma", priority=1), A, B)
    data = health(alpha_sun=(900, 0.5), beta_alpha__sun=(900.0, 0.5))
    # Nothing is known about the other model: exploring must not put it first either.
    for number in range(200):
        found = select("sun", *keys, by=by, substitution="fallback", health=data, request_id=str(number))  # type: ignore[arg-type]
        exactness = [c.exact for c in found.ordered if not c.standby]
        assert exactness == sorted(exactness, reverse=True)
        assert exactness == [True, True, False]


def test_under_never_only_the_exact_model_is_left() -> None:
    found = select("moon", A, B, G, substitution="never")
    assert names(found) == ["beta/moon"]
    assert [c.exact for c in found.ordered] == [True]
    assert why_not(found) == {"alpha": "substitution", "gamma": "substitution"}


@pytest.mark.parametrize("substitution", SUBSTITUTIONS)
def test_a_dated_snapshot_is_never_substituted(substitution: str) -> None:
    found = select("sun-2026-01-31", A, B, G, substitution=substitution)  # type: ignore[arg-type]
    assert [c.model.id for c in found.ordered] == ["sun-2026-01-31"]
    assert names(select("sun-2026-01-31", B, G)) == []


def test_a_promised_tier_is_served_by_one_model_of_each_vendor() -> None:
    assert names(select("perpetuo/chat-premium", A, B, G)) == ["alpha/sun-large", "gamma/comet"]
    assert why_not(select("perpetuo/chat-premium", A, B, G)) == {"beta": "no_model"}


def test_another_tier_never_stands_in() -> None:
    assert names(select("sun-large", B)) == []
    assert names(select("sun", key("beta", model("big", "premium")), substitution="never")) == ["beta/alpha/sun"]


def test_an_unknown_name_taken_as_default_is_another_model_and_refused_under_never() -> None:
    assert names(select("nobody-knows", A, unknown_models="default")) == ["alpha/sun"]
    assert [c.exact for c in select("nobody-knows", A, unknown_models="default").ordered] == [False]
    assert names(select("nobody-knows", A, unknown_models="default", substitution="never")) == []


@pytest.mark.parametrize("name", ["star-2024-08-06", "ft:star:acme::1"])
def test_an_unknown_snapshot_is_not_taken_as_default(name: str) -> None:
    assert names(select(name, A, B, G, unknown_models="default")) == []


def test_an_alias_of_several_models_is_asked_in_the_order_of_wish() -> None:
    alias = {"mine": AliasTarget(models=("moon", "sun"))}
    assert names(select("mine", A, B, aliases=alias, substitution="never")) == [
        "beta/moon", "alpha/sun", "beta/alpha/sun",
    ]  # fmt: skip


def test_a_self_hosted_key_without_a_tier_does_not_stand_in() -> None:
    assert names(select("sun", key("house", model("home-made")))) == []
    assert names(select("sun", A, key("house", model("home-made")))) == ["alpha/sun"]


def test_a_self_hosted_key_whose_list_nobody_knows_is_asked_for_the_name() -> None:
    assert names(select("llama-of-ours", A, H)) == ["house/llama-of-ours"]


def test_whoever_has_the_model_comes_before_whoever_may_have_it() -> None:
    assert names(select("sun", H, A))[0] == "alpha/sun"


# the demo model


def test_the_demo_model_serves_every_chat_tier_while_it_is_alone() -> None:
    for name in ("sun", "brightest", "perpetuo/chat-fast", "tiny"):
        assert names(select(name, D)) == ["demo/tiny"]
    assert [c.exact for c in select("tiny", D).ordered] == [True]
    assert [c.exact for c in select("sun", D).ordered] == [False]


def test_the_demo_model_steps_aside_for_any_other_enabled_provider() -> None:
    found = select("sun", D, A)
    assert names(found) == ["alpha/sun"]
    assert why_not(found)["demo"] == "last_resort"
    assert names(select("tiny", D, A, substitution="never")) == []


def test_the_demo_model_stays_aside_while_the_other_provider_is_cooling() -> None:
    blocked = {("key-alpha", None): Blocked("cooling", "Later.", 5.0)}
    assert names(select("sun", D, A, availability=blocked)) == []


def test_the_demo_model_serves_when_the_other_provider_is_switched_off() -> None:
    assert names(select("sun", D, key("alpha", enabled=False))) == ["demo/tiny"]


def test_the_demo_model_never_stands_in_where_nothing_may() -> None:
    assert names(select("sun", D, substitution="never")) == []
    assert names(select("sun-2026-01-31", D)) == []


def test_the_demo_model_takes_tools_that_are_not_forced_and_no_images() -> None:
    assert names(select("sun", D, facts=RequestFacts(needs=frozenset({"tools"})))) == ["demo/tiny"]
    assert names(select("sun", D, facts=RequestFacts(needs=frozenset({"tools"}), forced_tool=True))) == []
    assert names(select("sun", D, facts=RequestFacts(needs=frozenset({"vision"})))) == []
    assert DEMO.last_resort


# strategies


def test_cheapest_orders_by_this_request_and_puts_unknown_prices_last() -> None:
    facts = RequestFacts(input_tokens_estimate=1000, max_output_tokens=10)
    found = select("moon", G, A, B, by="cheapest", facts=facts)
    assert names(found) == ["beta/moon", "alpha/sun", "gamma/comet"]
    assert [c.estimated_cost_nanousd for c in found.ordered] == [1_010_000, 2_020_000, None]
    assert "not known" in found.ordered[-1].reason


def test_an_unknown_price_stays_last_even_with_the_best_priority() -> None:
    assert names(select("sun", key("gamma", priority=1), A, by="cheapest")) == ["alpha/sun", "gamma/comet"]


def test_fastest_orders_by_time_to_first_byte_and_puts_the_unmeasured_last() -> None:
    data = health(alpha_sun=(300, 0), gamma_comet=(200, 0))
    assert names(select("sun", A, B, G, by="fastest", health=data)) == ["gamma/comet", "alpha/sun", "beta/alpha/sun"]


def test_reliable_orders_by_recent_errors() -> None:
    data = health(alpha_sun=(1, 0.2), gamma_comet=(1, 0.1), beta_alpha__sun=(1.0, 0.9))
    assert names(select("sun", A, B, G, by="reliable", health=data)) == ["gamma/comet", "alpha/sun", "beta/alpha/sun"]


@pytest.mark.parametrize("by", ["fastest", "cheapest", "reliable"])
def test_an_explicit_strategy_goes_before_priority_and_exactness(by: str) -> None:
    data = health(alpha_sun=(300, 0.3), beta_moon=(100, 0.1))
    keys = (key("alpha", priority=1), key("beta", model("moon", "default", cost=1), priority=100))
    found = select("sun", *keys, by=by, health=data)  # type: ignore[arg-type]
    if by == "cheapest":
        assert names(found)[0] == "alpha/sun" or found.ordered[0].estimated_cost_nanousd == min(
            c.estimated_cost_nanousd or 0 for c in found.ordered
        )
    found = select("sun-large", key("alpha", priority=1), key("gamma", priority=9), by=by,  # type: ignore[arg-type]
                   health=health(**{"alpha_sun-large": (300, 0.3), "gamma_comet": (100, 0.1)}))  # fmt: skip
    assert names(found)[0] == ("alpha/sun-large" if by == "cheapest" else "gamma/comet")


def test_ties_are_settled_by_priority_then_the_exact_model_then_the_catalog() -> None:
    assert names(select("perpetuo/chat-default", G, B, A)) == ["alpha/sun", "beta/moon", "gamma/comet"]
    second = key("gamma", priority=50)
    assert names(select("perpetuo/chat-default", second, B, A)) == ["gamma/comet", "alpha/sun", "beta/moon"]


def test_the_order_does_not_depend_on_the_order_in_which_keys_were_added() -> None:
    for by in STRATEGIES:
        assert names(select("sun", A, B, G, by=by)) == names(select("sun", G, B, A, by=by))


def test_each_candidate_says_what_ordered_it() -> None:
    for by in STRATEGIES:
        for one in select("sun", A, B, G, by=by).ordered:
            assert one.reason.endswith(".")


# exploration

MEASURED = health(alpha_sun=(10, 0.0), gamma_comet=(500, 0.5))
IDS = [f"request-{number}" for number in range(2000)]


@pytest.mark.parametrize("by", ["fastest", "reliable"])
def test_whoever_has_little_data_is_explored_now_and_then_and_the_decision_says_so(by: str) -> None:
    explored = [
        found
        for name in IDS
        if (found := select("sun", A, B, G, by=by, health=MEASURED, request_id=name)).explored  # type: ignore[arg-type]
    ]
    assert 0.5 * EXPLORE_PERCENT < 100 * len(explored) / len(IDS) < 2 * EXPLORE_PERCENT
    for found in explored:
        assert names(found)[0] == "beta/alpha/sun"
        assert "xplored" in found.ordered[0].reason
        assert sorted(names(found)) == ["alpha/sun", "beta/alpha/sun", "gamma/comet"]


def test_the_same_request_id_gives_the_same_decision() -> None:
    for name in IDS[:200]:
        first = select("sun", A, B, G, by="fastest", health=MEASURED, request_id=name)
        assert first == select("sun", A, B, G, by="fastest", health=MEASURED, request_id=name)


@pytest.mark.parametrize("by", ["default", "cheapest"])
def test_strategies_that_measure_nothing_explore_nothing(by: str) -> None:
    assert not any(select("sun", A, B, G, by=by, request_id=name).explored for name in IDS[:300])  # type: ignore[arg-type]


# who can not, and who may not now


@pytest.mark.parametrize("need", ["vision", "tools", "json_schema"])
def test_whoever_can_not_carry_the_request_is_no_candidate(need: str) -> None:
    plain = key("beta", model("plain", "default", capabilities=frozenset()))
    found = select("perpetuo/chat-default", plain, facts=RequestFacts(needs=frozenset({need})))  # type: ignore[arg-type]
    assert (names(found), why_not(found)) == ([], {"beta": "capability"})
    assert need in found.skipped[0].reason


def test_a_text_that_is_clearly_too_long_is_not_sent() -> None:
    small = key("beta", model("small", "default", context_tokens=1000))
    found = select("small", small, facts=RequestFacts(input_tokens_estimate=5000))
    assert (names(found), why_not(found)) == ([], {"beta": "context_length"})


def test_a_protocol_that_can_not_say_it_is_left_out() -> None:
    says_little = {"openai_chat": Carriage(frozenset(("temperature",)), {"stop": "roughly"})}
    found = select("sun", A, facts=RequestFacts(uses=frozenset(("n", "seed"))), carriages=says_little)
    assert why_not(found) == {"alpha": "protocol"}
    assert "`n`" in found.skipped[0].reason
    assert "seed" not in found.skipped[0].reason
    assert why_not(select("sun", A, carriages={})) == {"alpha": "protocol"}


def test_what_is_lost_is_told_and_strictness_refuses_it() -> None:
    says_little = {"openai_chat": Carriage(frozenset(("temperature",)), {"stop": "roughly"})}
    facts = RequestFacts(uses=frozenset(("temperature", "seed", "stop")))
    (only,) = select("sun", A, facts=facts, carriages=says_little).ordered
    assert (only.loss.dropped, only.loss.approximated) == (("seed",), ("stop",))
    strict = select("sun", A, facts=msgspec.structs.replace(facts, strict=True), carriages=says_little)
    assert why_not(strict) == {"alpha": "strict"}
    lossless = RequestFacts(uses=frozenset(("temperature",)), strict=True)
    assert names(select("sun", A, facts=lossless, carriages=says_little)) == ["alpha/sun"]


def test_signed_reasoning_stays_with_its_origin_unless_the_workspace_lets_it_go() -> None:
    plain = {"openai_chat": Carriage(frozenset())}
    signed = RequestFacts(uses=frozenset(("assistant.thinking_blocks",)))
    assert why_not(select("sun", A, facts=signed, carriages=plain)) == {"alpha": "protocol"}
    agreed = msgspec.structs.replace(signed, may_drop_origin=True)
    (only,) = select("sun", A, facts=agreed, carriages=plain).ordered
    assert only.loss.dropped == ("assistant.thinking_blocks",)


@pytest.mark.parametrize("where", ["sun", None])
def test_whoever_cools_is_no_candidate_and_says_until_when(where: str | None) -> None:
    found = select("sun", A, B, availability={("key-alpha", where): Blocked("cooling", "Later.", 12.0)})
    assert "alpha/sun" not in names(found)
    assert [(s.provider, s.code, s.retry_after_s) for s in found.skipped] == [("alpha", "cooling", 12.0)]


def test_when_the_vendor_lacks_the_exact_model_its_model_of_the_tier_stands_in() -> None:
    both = key("alpha")
    gone = {("key-alpha", "sun"): Blocked("model_missing", "Gone.", 600.0)}
    own = key("beta", model("moon", "default"), model("old-moon", "default"))
    assert names(select("old-moon", own, availability={("key-beta", "old-moon"): gone["key-alpha", "sun"]})) == [
        "beta/moon"
    ]
    assert names(select("sun", both, availability=gone)) == []  # `sun` itself holds the tier


def test_a_disabled_key_is_no_candidate() -> None:
    found = select("sun", key("alpha", enabled=False), B)
    assert names(found) == ["beta/alpha/sun"]
    assert why_not(found) == {"alpha": "disabled"}


def test_a_vendor_the_workspace_does_not_allow_is_no_candidate_whatever_else_holds() -> None:
    for by in STRATEGIES:
        found = select("sun", key("alpha", priority=1), B, D, by=by, allowed_providers=frozenset(("beta", "demo")))
        assert names(found) == ["beta/alpha/sun"]
        assert why_not(found) == {"alpha": "not_allowed", "demo": "last_resort"}
        assert "allowed_providers" in found.skipped[0].reason
    assert names(select("sun", A, B, allowed_providers=None)) == ["alpha/sun", "beta/alpha/sun"]
    assert names(select("sun", A, B, allowed_providers=frozenset())) == []


def test_the_demo_model_serves_when_no_other_provider_is_allowed_and_only_if_it_is_allowed_itself() -> None:
    assert names(select("sun", D, A, allowed_providers=frozenset(("demo", "beta")))) == ["demo/tiny"]
    assert names(select("sun", D, A, allowed_providers=frozenset(("beta",)))) == []


def test_no_candidate_at_all_is_a_value_with_a_sentence() -> None:
    found = select("sun")
    assert (found.ordered, found.skipped) == ((), ())
    assert found.explanation.endswith(".")
    assert HOUSE.self_hosted
    assert candidate().exact


NO_ROOM = "Its rate limit has 0 requests left for 12 s."


def test_whose_rate_limit_has_no_room_comes_behind_those_that_have_some_and_says_so() -> None:
    selection = select("sun", key("alpha", priority=1), key("beta"), short={("key-alpha", "sun"): NO_ROOM})
    assert names(selection) == ["beta/alpha/sun", "alpha/sun"]
    last = next(c for c in selection.ordered if c.vendor.name == "alpha")
    assert last.reason.startswith(NO_ROOM)


def test_whose_rate_limit_has_no_room_is_asked_where_there_is_nobody_else() -> None:
    assert names(select("sun", key("alpha"), short={("key-alpha", "sun"): NO_ROOM})) == ["alpha/sun"]


def test_a_rate_limit_without_room_does_not_put_another_model_before_the_exact_one_under_fallback() -> None:
    selection = select(
        "sun", key("alpha"), key("gamma"), substitution="fallback", short={("key-alpha", "sun"): NO_ROOM}
    )
    assert names(selection) == ["alpha/sun", "gamma/comet"]


def test_nobody_is_tried_out_whose_rate_limit_has_no_room() -> None:
    keys = (key("alpha"), key("beta"))
    known = {("key-alpha", "sun"): HealthView(samples=100.0, first_byte_ms=10.0, error_rate=0.0)}
    short = {("key-beta", "alpha/sun"): NO_ROOM}
    for number in range(200):
        selection = select("sun", *keys, by="fastest", health=known, short=short, request_id=str(number))
        assert not selection.explored


def test_a_format_that_the_vendor_does_not_hold_to_is_asked_for_by_tool() -> None:
    able = model("able", "default", capabilities=frozenset(("tools", "json_object", "json_schema")))
    refusing = msgspec.structs.replace(able, refused_fields=frozenset(("response_format.json_schema",)))
    wants = RequestFacts(needs=frozenset(("json_schema",)), uses=frozenset(("response_format.json_schema",)))
    carries = {
        "openai_chat": Carriage(frozenset(("response_format.json_schema", "tools.function", "tool_choice.named")))
    }
    (native,) = select("able", key("alpha", able), facts=wants, carriages=carries).ordered
    assert (native.json_by_tool, native.loss.approximated) == (False, ())
    (by_tool,) = select("able", key("alpha", refusing), facts=wants, carriages=carries).ordered
    assert (by_tool.json_by_tool, by_tool.loss.approximated) == (True, ("response_format.json_schema",))
