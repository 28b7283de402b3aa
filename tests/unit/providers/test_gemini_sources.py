import json
from typing import Any

import msgspec
import pytest

from perpetuo.providers.gemini_sources import MAX_ANNOTATIONS, annotations, logprobs_of

NONE = msgspec.Raw()


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def support(start: int, end: int, *chunks: int) -> dict[str, Any]:
    return {"segment": {"startIndex": start, "endIndex": end}, "groundingChunkIndices": list(chunks)}


def grounding(*supports: dict[str, Any]) -> msgspec.Raw:
    chunks = [{"web": {"uri": "https://a.test", "title": "A"}}, {"retrievedContext": {"uri": "gs://b"}}, {"web": {}}]
    return raw({"groundingChunks": chunks, "groundingSupports": list(supports)})


def places(found: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    cited = [annotation["url_citation"] for annotation in found]
    return [(citation["start_index"], citation["end_index"], citation["url"]) for citation in cited]


def test_bytes_become_characters_in_any_order_of_the_places() -> None:
    text = "aé🐟z".encode()  # at bytes 0, 1, 3, 7
    found = annotations(text, grounding(support(3, 8, 0), support(0, 3, 1, 0)), NONE)
    assert places(found) == [(2, 4, "https://a.test"), (0, 2, "gs://b"), (0, 2, "https://a.test")]


def test_a_place_behind_the_text_is_its_end_and_one_before_it_its_start() -> None:
    assert places(annotations(b"abc", grounding(support(-5, 99, 0)), NONE)) == [(0, 3, "https://a.test")]


def test_a_source_that_is_not_there_or_has_no_address_is_passed_over() -> None:
    assert annotations(b"abc", grounding(support(0, 1, 2, 7, -1)), NONE) == []


@pytest.mark.parametrize("name", ["citationSources", "citations"])
def test_quotations_are_cited_under_the_names_of_both_hosts(name: str) -> None:
    cited = raw({name: [{"startIndex": 0, "endIndex": 2, "uri": "https://c.test"}, {"endIndex": 1}]})
    assert places(annotations(b"abc", NONE, cited)) == [(0, 2, "https://c.test")]


def test_there_is_a_bound() -> None:
    assert len(annotations(b"abc", grounding(*[support(0, 1, *[0] * 100)] * 100), NONE)) == MAX_ANNOTATIONS


@pytest.mark.parametrize("value", [[], "x", 3, {"groundingChunks": 1}, {"groundingSupports": [{"segment": []}]}])
def test_nonsense_has_no_sources(value: Any) -> None:
    assert annotations(b"abc", raw(value), raw(value)) == []


def test_a_token_has_its_bytes_and_alternatives() -> None:
    result = {
        "chosenCandidates": [{"token": "é", "logProbability": -0.5}, {"token": "x"}],
        "topCandidates": [{"candidates": [{"token": "e", "logProbability": -1}]}],
    }
    assert logprobs_of(raw(result)) == {
        "content": [
            {
                "token": "é",
                "logprob": -0.5,
                "bytes": [195, 169],
                "top_logprobs": [{"token": "e", "logprob": -1.0, "bytes": [101]}],
            },
            {"token": "x", "logprob": 0.0, "bytes": [120], "top_logprobs": []},
        ],
        "refusal": None,
    }


@pytest.mark.parametrize("value", [None, {}, [], {"chosenCandidates": [1]}])
def test_there_are_no_probabilities_in(value: Any) -> None:
    assert logprobs_of(raw(value)) is None
