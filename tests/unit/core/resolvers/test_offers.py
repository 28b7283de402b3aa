"""Which rows a key offers: its own ones replace its vendor's, a new catalog replaces the old one."""

import msgspec
from core_factories import ALPHA, catalog, key, model, names, select, workspace

from perpetuo.core.catalog import Catalog, Model
from perpetuo.core.decision import Strategy
from perpetuo.core.resolvers.model_alias import ModelAliasResolver
from perpetuo.core.resolvers.provider_selector import ProviderSelector, RequestFacts


def test_a_tier_of_embeddings_promises_nothing_because_two_models_do_not_mix():
    own = key("alpha", model("other-vec", "default", intent="embedding"))
    resolution = ModelAliasResolver(catalog()).resolve("perpetuo/embedding-default", workspace(own), "embedding")
    assert resolution.exact_only
    assert names(select(resolution, own)) == []


def test_a_keys_own_row_replaces_the_vendors_row_of_the_same_id():
    assert names(select("sun", key("beta"), substitution="never")) == ["beta/alpha/sun"]
    renamed = key("beta", model("alpha/sun", canonical="not-the-sun"))
    assert names(select("sun", renamed, substitution="never")) == []
    assert names(select("not-the-sun", renamed)) == ["beta/alpha/sun"]


def test_a_keys_own_price_is_the_one_that_orders():
    cheap, dear = key("alpha", model("sun", "default", cost=1)), key("beta")
    assert names(select("sun", cheap, dear, by="cheapest"))[0] == "alpha/sun"
    dearest = key("alpha", model("sun", "default", cost=10**9))
    assert names(select("sun", dearest, dear, by="cheapest"))[-1] == "alpha/sun"


def test_an_own_model_of_a_tier_comes_before_the_vendors():
    own = key("alpha", model("sun-of-ours", "default"))
    assert names(select("perpetuo/chat-default", own)) == ["alpha/sun-of-ours"]


def test_a_selector_sees_the_models_of_the_catalog_it_is_given():
    selector, own = ProviderSelector(), workspace(key("alpha"))

    def ids(of: Catalog, wanted: str) -> list[str]:
        chosen = selector.select(
            resolution=ModelAliasResolver(of).resolve(wanted, own),
            strategy=Strategy("default", "fallback", ""),
            workspace=own,
            catalog=of,
            facts=RequestFacts(),
            substitution="never",
            health={},
            availability={},
            request_id="",
        )
        return [candidate.model.id for candidate in chosen.ordered]

    first = catalog()
    newer = msgspec.structs.replace(
        first,
        vendors={**first.vendors, "alpha": msgspec.structs.replace(ALPHA, models=(model("star"),))},
        names={**first.names, "star": "star"},
    )
    assert ids(first, "sun") == ["sun"]
    assert ids(newer, "star") == ["star"]
    assert ids(newer, "sun") == []
    assert ids(first, "sun") == ["sun"]


def listed(*models: Model) -> dict[str, Model]:
    return {name: found for found in models for name in (found.canonical, found.id)}


def test_a_model_that_only_the_vendor_itself_lists_is_usable_by_name():
    released_today = listed(model("supernova"))
    assert names(select("supernova", key("alpha", discovered=released_today))) == ["alpha/supernova"]
    assert names(select("alpha/supernova", key("alpha", discovered=released_today))) == ["alpha/supernova"]


def test_a_listed_model_has_no_tier_and_nothing_stands_in_for_it():
    keys = (key("alpha", discovered=listed(model("supernova"))), key("beta"))
    assert names(select("supernova", *keys)) == ["alpha/supernova"]
    assert "alpha/supernova" not in names(select("perpetuo/chat-default", *keys))


def test_what_the_catalog_and_the_workspace_know_comes_before_the_vendors_list():
    stale = listed(model("sun", context_tokens=1))
    (shipped,) = select("sun", key("alpha", discovered=stale), substitution="never").ordered
    assert shipped.model.context_tokens != 1
    own = key("alpha", model("sun", context_tokens=2), discovered=stale)
    assert select("sun", own, substitution="never").ordered[0].model.context_tokens == 2


def test_a_self_hosted_server_whose_list_is_known_does_not_take_any_name():
    assert names(select("anything", key("house"))) == ["house/anything"]
    assert names(select("anything", key("house", discovered=listed(model("qwen"))))) == []
    assert names(select("qwen", key("house", discovered=listed(model("qwen"))))) == ["house/qwen"]


def test_listed_models_of_a_key_that_is_switched_off_do_not_count():
    assert names(select("supernova", key("alpha", discovered=listed(model("supernova")), enabled=False))) == []
