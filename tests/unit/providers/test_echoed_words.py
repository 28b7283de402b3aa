"""What a vendor's error repeats of a request never costs the workspace its provider key."""

import json

import pytest

from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.providers.registry import PROTOCOLS

WORDS = (
    "Incorrect API key provided: sk-1.",
    "Your credit balance is too low",
    "You have reached your specified API usage limits",
    "Your team t has either used all available credits",
    "API key not valid. Please pass a valid API key.",
    "You are using a Trial key, which is limited to 1000 API calls / month",
    "insufficient_quota",
    "The security token included in the request is invalid",
    "x is not a valid model ID",
    "content_policy_violation",
)
BODIES = (
    {"error": {"message": "unknown variant `%s`, expected `text`", "type": "invalid_request_error", "code": None}},
    {"type": "error", "error": {"type": "invalid_request_error", "message": "messages: unknown role %s"}},
    {"error": {"code": 400, "message": "Invalid value at 'contents[0].role': \"%s\"", "status": "INVALID_ARGUMENT"}},
    {"detail": [{"loc": ["body", "%s"], "msg": "Extra inputs are not permitted"}]},
    {"message": "Malformed input request: %s is not a valid enum value"},
)


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_request_s_own_words_are_not_taken_for_the_vendor_s(protocol: str, words: str, status: int) -> None:
    for body in BODIES:
        told = json.dumps(body).replace("%s", words).encode()
        verdict = ErrorClassifier().classify(PROTOCOLS[protocol].decode_error(status, (), told))
        assert verdict.invalid_request, told
        assert not (verdict.quarantine_key or verdict.cool_key or verdict.model_missing), told
