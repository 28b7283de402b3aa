"""Whatever a change of settings makes is what the snapshot's loader reads: a document it can not read suspends."""

import datetime
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.control.replies import ControlError
from perpetuo.control.settings.alias_warnings import alias_warnings
from perpetuo.control.settings.document import changed_document, check_given, read_document
from perpetuo.control.settings.schemas import MAX_ALIASES, MAX_PRICES, SettingsUpdate
from perpetuo.core.snapshot import STRATEGIES, SUBSTITUTIONS, AliasTarget
from perpetuo.db.settings_documents import WorkspaceSettings, smaller_quota
from perpetuo.providers.catalog.load import load_catalog

CATALOG = load_catalog(datetime.date(2026, 11, 24))
RETENTION_DAYS = 90

NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,12}\Z") | st.sampled_from(
    ["gpt-4o", "a/b", "..", "", "x y", "é"]
)
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.just([])
    | st.just({})
)


def or_anything(sensible):
    """Mostly what the field takes: else nothing would ever be accepted."""
    return st.integers(0, 19).flatmap(lambda number: ANYTHING if number == 0 else sensible)


ALIASES = st.fixed_dictionaries(
    {},
    optional={
        "intent": or_anything(st.sampled_from(["chat", "embedding"])),
        "tier": or_anything(st.sampled_from(["default", "premium", "fast", "cheap"])),
        "models": or_anything(st.lists(NAMES, max_size=3)),
        "substitution": or_anything(st.none() | st.sampled_from(SUBSTITUTIONS)),
        "response_model": or_anything(st.sampled_from(["actual", "requested"])),
    },
)
BANDS = st.fixed_dictionaries(
    {"input": or_anything(st.integers(0, 10**11)), "output": or_anything(st.integers(0, 10**6))},
    optional={
        "cached_input": or_anything(st.none() | st.integers(0, 10)),
        "above_input_tokens": or_anything(st.integers(-1, 3)),
    },
)
PRICES = st.lists(BANDS, min_size=1, max_size=2)
PROVIDERS = st.sampled_from(["openai", "groq", "nobody"])
PRICE_NAMES = NAMES.map(lambda name: f"openai/{name}") | NAMES
PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "strategy": or_anything(st.none() | st.sampled_from(STRATEGIES)),
        "substitution": or_anything(st.sampled_from(SUBSTITUTIONS)),
        "unknown_models": or_anything(st.sampled_from(["reject", "default"])),
        "drop_reasoning": or_anything(st.booleans()),
        "own_quota_requests_month": or_anything(st.none() | st.integers(-1, 2**54)),
        "own_quota_tokens_month": or_anything(st.none() | st.integers(0, 2**53)),
        "aliases": or_anything(st.dictionaries(NAMES, st.none() | ALIASES, max_size=3)),
        "prices": or_anything(st.dictionaries(PRICE_NAMES, st.none() | PRICES, max_size=2)),
        "allowed_providers": or_anything(st.none() | st.lists(PROVIDERS, max_size=2)),
        "retention_days": or_anything(st.none() | st.integers(0, 100)),
        "log_content": or_anything(st.booleans()),
        "content_retention_days": or_anything(st.integers(0, 100)),
    },
)


def accepted(stored, patch):
    """The new document, or None for what is refused; whatever else is raised is a mistake."""
    try:
        change = SettingsUpdate.model_validate_json(json.dumps(patch)).model_dump(exclude_unset=True, mode="json")
        check_given(change, CATALOG, RETENTION_DAYS)
        return changed_document(stored, change)
    except (ValueError, ControlError) as error:
        assert not isinstance(error, ControlError) or error.status == 422
        return None


@settings(max_examples=400, deadline=None)
@given(st.lists(PATCHES, min_size=1, max_size=4))
def test_whatever_is_accepted_can_be_loaded(patches):
    document = {}
    for patch in patches:
        changed = accepted(document, patch)
        document = document if changed is None else json.loads(json.dumps(changed))
    loaded = msgspec.convert(document, WorkspaceSettings)
    assert all(loaded.prices.values()) and len(loaded.aliases) <= MAX_ALIASES
    assert max(loaded.retention_days or 0, loaded.content_retention_days) <= RETENTION_DAYS


def test_what_is_left_out_stays_and_entries_are_changed_one_by_one():
    stored = {
        "strategy": "fastest",
        "aliases": {"a": {"tier": "fast"}, "b": {"tier": "cheap"}},
        "of_a_newer_version": 1,
    }
    changed = changed_document(stored, {"aliases": {"b": None, "c": {"models": ["gpt-4o"]}}, "log_content": True})
    assert changed == {
        "strategy": "fastest",
        "aliases": {"a": {"tier": "fast"}, "c": {"models": ["gpt-4o"]}},
        "of_a_newer_version": 1,
        "log_content": True,
    }


def test_a_workspace_holds_so_many_aliases_however_they_are_added():
    stored = {"aliases": {f"a{number}": {} for number in range(MAX_ALIASES)}}
    with pytest.raises(ControlError) as refused:
        changed_document(stored, {"aliases": {"one-more": {}}})
    assert (refused.value.status, refused.value.field) == (422, "aliases")
    assert len(changed_document(stored, {"aliases": {"a0": None, "one-more": {}}})["aliases"]) == MAX_ALIASES


def test_the_settings_of_a_workspace_are_bounded_however_long_each_part_is():
    """Every worker holds them: 500 aliases of 20 long names each once made 3 MB of every workspace."""
    long = {"models": [f"{number:0>256}" for number in range(20)]}
    with pytest.raises(ControlError) as refused:
        changed_document({}, {"aliases": {f"a{number}": long for number in range(120)}})
    assert (refused.value.status, refused.value.field) == (422, "settings")
    usual = {"models": [f"vendor/some-model-{number}" for number in range(5)]}
    price = [{"input": 150_000, "output": 600_000, "cached_input": 75_000}]
    changed_document(
        {},
        {
            "aliases": {f"alias-{number}": usual for number in range(MAX_ALIASES)},
            "prices": {f"openai/model-{number}": price for number in range(MAX_PRICES)},
        },
    )


UNREADABLE = {
    "a wrong type": ({"own_quota_tokens_month": "many"}, "own_quota_tokens_month"),
    "a wrong type inside": ({"aliases": {"a": {"tier": "best"}}}, "aliases"),
    "a list instead of entries": ({"prices": []}, "prices"),
}


@pytest.mark.parametrize(("stored", "field"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_stored_document_that_can_not_be_read_is_named_and_can_be_repaired(stored, field):
    with pytest.raises(ControlError) as unreadable:
        read_document(stored)
    assert (unreadable.value.status, unreadable.value.code, unreadable.value.field) == (
        409,
        "settings_unreadable",
        field,
    )
    with pytest.raises(ControlError) as refused:
        changed_document(stored, {"log_content": True})
    assert (refused.value.status, refused.value.field) == (422, field)
    repair = {name: None for name in stored[field]} if isinstance(stored[field], dict) else {}
    value = None if field.startswith("own_quota") else repair
    read_document(changed_document(stored, {field: value}))


WRONG = {
    "a provider that there is not": ({"allowed_providers": ["openai", "opnai"]}, "allowed_providers"),
    "longer than the installation keeps anything": ({"retention_days": 91}, "retention_days"),
    "content for longer than that": ({"content_retention_days": 91}, "content_retention_days"),
    "a name that promises a tier": ({"aliases": {"perpetuo/chat-fast": {}}}, "aliases"),
    "a price at nobody": ({"prices": {"opnai/gpt-4o": [{"input": 1, "output": 1}]}}, "prices"),
    "a price that begins above 0": (
        {"prices": {"openai/x": [{"input": 1, "output": 1, "above_input_tokens": 5}]}},
        "prices",
    ),
}


@pytest.mark.parametrize(("change", "field"), WRONG.values(), ids=WRONG)
def test_what_no_type_says_is_checked_too(change, field):
    with pytest.raises(ControlError) as refused:
        check_given(change, CATALOG, RETENTION_DAYS)
    assert (refused.value.status, refused.value.field) == (422, field)


@pytest.mark.parametrize(
    ("operators", "own", "counts"), [(None, None, None), (5, None, 5), (None, 3, 3), (5, 3, 3), (3, 5, 3), (0, 5, 0)]
)
def test_the_smaller_quota_counts_so_that_neither_side_lifts_the_other_s(operators, own, counts):
    assert smaller_quota(operators, own) == counts


WARNED = {
    "a model that nobody knows": ("mine", AliasTarget(models=("gpt-4oo",)), "Did you mean `gpt-4o`"),
    "an alias of an alias": ("mine", AliasTarget(models=("other",)), "does not lead to another"),
    "a chat model for embeddings": ("mine", AliasTarget(intent="embedding", models=("gpt-4o",)), "is for chat"),
    "a name of the catalog": ("gpt-4o", AliasTarget(), "your alias comes first"),
}


@pytest.mark.parametrize(("name", "target", "words"), WARNED.values(), ids=WARNED)
def test_an_alias_that_may_not_be_meant_is_warned_of(name, target, words):
    (warning,) = alias_warnings({name: target}, CATALOG, {name, "other"}, set())
    assert words in warning


def test_there_is_no_warning_of_what_the_catalog_or_a_provider_s_own_list_knows():
    target = AliasTarget(models=("gpt-4o", "a-model-of-my-own"))
    assert alias_warnings({"mine": target}, CATALOG, {"mine"}, {"a-model-of-my-own"}) == []
