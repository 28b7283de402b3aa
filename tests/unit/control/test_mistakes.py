"""pydantic's mistakes as sentences: which of several is told, in which words, and nothing of what was sent."""

import pytest
from pydantic import ValidationError

from perpetuo.control.api_keys.schemas import ApiKeyCreate
from perpetuo.control.auth.schemas import LoginInput
from perpetuo.control.logs.schemas import LogQuery
from perpetuo.control.mistakes import NEEDS_JSON, describe
from perpetuo.control.settings.schemas import SettingsUpdate

SENTENCES = {
    "a misspelt field rather than the missing one": (
        ApiKeyCreate, {"nme": "x"}, "body", "There is no field nme here."
    ),
    "a misspelt parameter": (LogQuery, {"modle": "x"}, "query", "There is no parameter modle here."),
    "the operators' quota": (
        SettingsUpdate,
        {"quota_requests_month": 5},
        "body",
        "There is no field quota_requests_month here: that one is the operators'. A workspace sets "
        "own_quota_requests_month.",
    ),
    "a missing field": (ApiKeyCreate, {}, "body", "name: It is needed, and is missing."),
    "no zone": (
        ApiKeyCreate,
        {"name": "x", "expires_at": "2026-11-25T00:00:00"},
        "body",
        "expires_at: Write the zone too, as 2026-11-25T00:00:00Z.",
    ),
    "a bare plus in a URL": (
        LogQuery,
        {"since": "2026-11-25T00:00:00 01:00"},
        "query",
        "since (in the query): It must be a time, as 2026-11-25T00:00:00Z. In a URL, + is written %2B.",
    ),
    "another form": (
        LogQuery, {"status": "abc"}, "query", "status (in the query): It must have another form: see /docs."
    ),
    "too short": (ApiKeyCreate, {"name": ""}, "body", "name: It must have at least 1 character."),
    "too few": (
        SettingsUpdate,
        {"prices": {"openai/gpt-4o": []}},
        "body",
        "prices.openai/gpt-4o: It must have at least 1 entry.",
    ),
    "too small": (LogQuery, {"limit": 0}, "query", "limit (in the query): It must be at least 1."),
    "no object": (SettingsUpdate, {"aliases": []}, "body", "aliases: It must be an object, as {}."),
}  # fmt: skip


@pytest.mark.parametrize(("model", "given", "where", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_a_mistake_is_a_sentence(model, given, where, sentence):
    assert describe(errors_of(model, given, where), "application/json")[1] == sentence


def test_a_body_without_its_header_is_told_the_header_and_a_list_with_it_is_told_that_it_is_none():
    (error,) = errors_of(LoginInput, b"{}", "body")
    assert [describe([error], kind) for kind in ("", "text/plain", "application/x-www-form-urlencoded")] == [
        ("body", NEEDS_JSON)
    ] * 3
    assert describe([error], "application/json; charset=utf-8") == ("body", "body: It must be an object, as {}.")


def test_what_was_sent_is_not_repeated():
    given = {"email": ["sk-secret"], "password": "sk-secret" * 500}
    for error in errors_of(LoginInput, given, "body"):
        assert "sk-secret" not in describe([error], "application/json")[1]


def errors_of(model, given, where):
    """As FastAPI gets them: with the place they were found in."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given, from_attributes=True)
    return [{**error, "loc": (where, *error["loc"])} for error in caught.value.errors()]
