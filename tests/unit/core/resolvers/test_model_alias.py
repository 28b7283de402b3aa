import pytest
from core_factories import catalog, key, model, workspace
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.catalog import TIERS
from perpetuo.core.decision import Resolution
from perpetuo.core.resolvers.model_alias import ModelAliasResolver, nearest_names
from perpetuo.core.snapshot import AliasTarget, Workspace

EMPTY = workspace()


def resolve(name: str, own: Workspace = EMPTY, intent: str = "chat") -> Resolution:
    return ModelAliasResolver(catalog()).resolve(name, own, intent)  # type: ignore[arg-type]


def meaning(name: str, own: Workspace = EMPTY, intent: str = "chat") -> tuple[str, str, tuple[str, ...], bool]:
    found = resolve(name, own, intent)
    return found.intent, found.tier, found.models, found.recognised


def test_a_logical_name_means_an_intent_and_a_tier_and_says_so() -> None:
    found = resolve("brightest")
    assert (found.intent, found.tier, found.models) == ("chat", "premium", ("sun-large",))
    assert "brightest" in found.explanation
    assert "premium" in found.explanation


def test_a_logical_name_without_a_model_of_its_own_promises_only_the_tier() -> None:
    assert meaning("retired") == ("chat", "premium", (), True)


@pytest.mark.parametrize("tier", TIERS)
def test_our_own_names_ask_for_a_tier(tier: str) -> None:
    assert meaning(f"perpetuo/chat-{tier}") == ("chat", tier, (), True)


@pytest.mark.parametrize("name", ["perpetuo/chat-best", "perpetuo/chat", "perpetuo/", "perpetuo/embedding-default"])
def test_other_names_under_our_prefix_are_unknown_to_chat(name: str) -> None:
    assert not resolve(name).recognised


def test_the_workspace_s_own_alias_comes_before_everything_else() -> None:
    own = workspace(
        aliases={
            "sun": AliasTarget(tier="fast", substitution="never", response_model="requested"),
            "perpetuo/chat-default": AliasTarget(models=("moon", "comet")),
        }
    )
    assert meaning("sun", own) == ("chat", "fast", (), True)
    assert (resolve("sun", own).substitution, resolve("sun", own).response_model) == ("never", "requested")
    assert meaning("perpetuo/chat-default", own) == ("chat", "default", ("moon", "comet"), True)


@pytest.mark.parametrize("name", ["alpha/sun", "beta/sun", "Alpha/sun", "house/sun"])
def test_a_vendor_s_prefix_is_stripped_and_selects_nobody(name: str) -> None:
    found = resolve(name)
    assert (found.requested, found.alias, found.models) == (name, "sun", ("sun",))


def test_a_prefix_does_not_lead_around_the_workspace_s_own_alias() -> None:
    own = workspace(aliases={"sun": AliasTarget(models=("moon",), substitution="never")})
    assert (resolve("alpha/sun", own).models, resolve("alpha/sun", own).substitution) == (("moon",), "never")


def test_a_prefix_that_is_no_vendor_is_part_of_the_name() -> None:
    own = workspace(key("beta", model("maker/star")))
    assert meaning("maker/star", own) == ("chat", "default", ("maker/star",), True)
    assert not resolve("maker/sun").recognised


def test_a_name_from_a_key_s_own_list_is_known_in_its_workspace_only() -> None:
    own = workspace(key("house", model("home-made", "fast")))
    assert meaning("home-made", own) == ("chat", "fast", ("home-made",), True)
    assert not resolve("home-made").recognised
    assert not resolve("home-made", workspace(key("house", model("home-made"), enabled=False))).recognised
    not_allowed = workspace(key("house", model("home-made")), allowed_providers=frozenset(("alpha",)))
    assert not resolve("home-made", not_allowed).recognised


def test_a_model_without_a_tier_has_no_peers_that_could_stand_in() -> None:
    assert resolve("home-made", workspace(key("house", model("home-made")))).exact_only
    assert not resolve("home-made", workspace(key("house", model("home-made", "fast")))).exact_only


@pytest.mark.parametrize("name", ["nobody-knows", "alpha/nobody-knows", "", "/", "alpha/", "sun ", "SUN"])
def test_an_unknown_name_is_not_recognised(name: str) -> None:
    found = resolve(name)
    assert (found.intent, found.tier, found.recognised) == ("chat", "default", False)


def test_a_self_hosted_server_whose_list_nobody_knows_may_have_any_name_and_is_never_substituted() -> None:
    found = resolve("llama-of-ours", workspace(key("house")))
    assert (found.models, found.recognised, found.exact_only) == (("llama-of-ours",), True, True)


DATED = [
    "sun-2026-01-31", "gpt-4o-2024-08-06", "claude-3-5-sonnet-20241022", "gpt-4-0613", "gpt-3.5-turbo-1106",
    "mistral-large-2411", "claude-3-5-sonnet@20240620", "gpt-4o-2024-08-06:free", "ft:sun:acme::abc123",
]  # fmt: skip
UNDATED = ["sun", "gpt-4o", "gpt-4.1-mini", "llama3-70b-8192", "mixtral-8x7b-32768", "llama-3.3-70b", "o3", "phi-4096"]


@pytest.mark.parametrize("name", DATED)
def test_a_dated_snapshot_and_a_fine_tuned_model_are_always_exact(name: str) -> None:
    """Listed, or unknown: then nothing may stand in for it, even where unknown names are served."""
    assert resolve(name, workspace(key("beta", model(name, "default")))).exact_only
    assert resolve(name).exact_only


@pytest.mark.parametrize("name", UNDATED)
def test_a_number_at_the_end_is_no_date(name: str) -> None:
    assert not resolve(name, workspace(key("beta", model(name, "default")))).exact_only


def test_an_alias_for_a_dated_snapshot_is_exact_too() -> None:
    assert resolve("pinned", workspace(aliases={"pinned": AliasTarget(models=("sun-2026-01-31",))})).exact_only


@pytest.mark.parametrize("name", ["vec", "alpha/vec", "unknown-vec", "perpetuo/embedding-default"])
def test_embeddings_are_always_exact(name: str) -> None:
    found = resolve(name, intent="embedding")
    assert (found.intent, found.exact_only or not found.recognised) == ("embedding", True)
    own = workspace(aliases={"mine": AliasTarget(intent="embedding", models=("vec",))})
    assert resolve("mine", own, "embedding").exact_only


@pytest.mark.parametrize(("name", "intent"), [("vec", "chat"), ("sun", "embedding"), ("brightest", "embedding")])
def test_a_model_of_another_intent_is_never_replaced_by_one_of_this(name: str, intent: str) -> None:
    found = resolve(name, intent=intent)
    assert found.intent == intent
    assert found.exact_only or not found.recognised


@given(st.text(max_size=300))
def test_every_name_has_a_meaning_and_a_sentence(name: str) -> None:
    for own in (EMPTY, workspace(key("house"))):
        for intent in ("chat", "embedding"):
            found = resolve(name, own, intent)
            assert found.requested == name
            assert found.intent == intent
            assert found.explanation.endswith(".")


def test_nearest_names_are_those_that_look_alike_nearest_first() -> None:
    assert nearest_names("sun-larg", ["moon", "sun", "sun-large"])[0] == "sun-large"
    assert nearest_names("zzzz", ["moon", "sun"]) == []
    assert nearest_names("x" * 10_000, ["moon"]) == []
    assert len(nearest_names("sun", [f"sun{n}" for n in range(9)])) == 3
