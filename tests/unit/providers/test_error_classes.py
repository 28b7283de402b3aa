"""docs/errors-of-vendors.md: what every error means for the request, the key and the model."""

import json
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.providers.base import ReplyContext
from perpetuo.providers.registry import PROTOCOLS

PAGE = Path(__file__).parents[3] / "docs" / "errors-of-vendors.md"
FOLDER = os.environ.get("PERPETUO_RECORDINGS_DIR")
ROW = re.compile(
    r"^\| (?P<vendor>[^|]+) \| `(?P<protocol>\w+)` \| (?P<status>\d+) \| `(?P<body>[^|]+)` \| `(?P<effect>[^|]+)` \| "
    r"(?P<source>[^|]+) \|$",
    re.MULTILINE,
)
CONTEXT = ReplyContext("chatcmpl-x", 1)
PROTOCOL_OF_API = {
    "chat": "openai_chat",
    "messages": "anthropic_messages",
    "gemini": "gemini_generate",
    "converse": "bedrock_converse",
    "cohere-v2": "cohere_chat",
}


class Row(NamedTuple):
    vendor: str
    protocol: str
    status: int
    body: str
    effect: str
    source: str


def rows() -> list[Row]:
    if not PAGE.is_file():  # the wheel has no docs
        return []
    found = [match.groupdict() for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    return [Row(**(fields | {"status": int(fields["status"])})) for fields in found]


def effect_of(failure: UpstreamFailure) -> str:
    verdict = ErrorClassifier().classify(failure)
    if verdict.class_ == "FATAL":
        return "quarantine" if verdict.quarantine_key else "abort"
    if verdict.model_missing:
        return "model gone"
    if verdict.rate_limited:
        return "key cools" if verdict.cool_key else "cools"
    assert verdict.counts_against_health
    return "next"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.vendor} {row.status} {row.effect} {row.body[:60]}")
def test_an_error_means_what_the_page_says(row: Row) -> None:
    body = row.body.encode()
    failure: object
    if row.status == 200:
        failure = PROTOCOLS[row.protocol].decode_reply(body, CONTEXT)
    else:
        failure = PROTOCOLS[row.protocol].decode_error(row.status, (), body)
    assert isinstance(failure, UpstreamFailure)
    assert effect_of(failure) == row.effect
    assert row.source in ("recorded", "by hand") or row.source.startswith("https://")


@pytest.mark.skipif(not PAGE.is_file(), reason="the wheel has no docs")
def test_no_row_of_the_page_is_overlooked() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| vendor |")[2]
    assert len(rows()) == table.count("\n| ") > 40
    assert {row.protocol for row in rows()} == set(PROTOCOLS)


# What is read by words and not by status, of everything recorded.
BY_WORDS = {
    "is not a valid model ID": "model gone",
    "Invalid model: ": "model gone",
    "failed_generation": "next",
    "API key not valid": "quarantine",
    "You exceeded your current quota": "key cools",
}
BY_STATUS = {400: "abort", 401: "quarantine", 402: "key cools", 403: "quarantine", 404: "model gone", 422: "abort",
             429: "cools", 500: "next", 503: "next", 529: "next"}  # fmt: skip


def recorded() -> list[dict[str, Any]]:
    if not FOLDER:
        return []
    cases = [json.loads(path.read_bytes()) for path in sorted(Path(FOLDER).glob("cases/*/*.json"))]
    errors = [case | case["response"] for case in cases if case["response"]["status"] != 200]
    observed = json.loads((Path(FOLDER) / "observed_errors.json").read_bytes())
    return [case for case in [*errors, *observed] if case["api"] in PROTOCOL_OF_API and case["status"] != 200]


@pytest.mark.skipif(not FOLDER, reason="PERPETUO_RECORDINGS_DIR is not set")
def test_every_recorded_error_is_judged_as_its_status_or_its_words_say() -> None:
    for case in recorded():
        body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
        expected = next((effect for words, effect in BY_WORDS.items() if words in body), BY_STATUS[case["status"]])
        headers = tuple((case.get("headers") or {}).items())
        failure = PROTOCOLS[PROTOCOL_OF_API[case["api"]]].decode_error(case["status"], headers, body.encode())
        if case["api"] == "gemini":  # Google's quota is a rate as well: its message asks to wait for seconds
            expected = expected.replace("key cools", "cools")
        assert effect_of(failure) == expected, body[:200]
