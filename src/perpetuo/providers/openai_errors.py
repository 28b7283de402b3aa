"""Errors of the vendors that speak OpenAI's protocol, in every shape seen, as one value.

What each of them means for the request, the key and the model is published in docs/errors-of-vendors.md.
"""

import re
from typing import cast

import msgspec

from perpetuo.core.errors import FailureKind, UpstreamFailure
from perpetuo.providers.chat_input import DECODE_ERRORS, mapping

MAX_MESSAGE_CHARACTERS = 2000
"""Of a vendor's error message: enough for any sentence, not for a page."""

# code or type of an in-band error -> the status it stands for.
# https://platform.openai.com/docs/guides/error-codes, https://openrouter.ai/docs/api/reference/errors-and-debugging,
# https://console.groq.com/docs/errors, https://docs.mistral.ai/api (all read 2026-11-23); vLLM's names are its
# exception classes (vllm/entrypoints/openai/protocol.py, read 2026-11-23).
STATUS_OF_ERROR: dict[str, int] = {
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "content_policy_violation": 400,
    "invalid_prompt": 400,
    "tool_use_failed": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "unauthorized": 401,
    "insufficient_credits": 402,
    "billing_error": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "not_found_error": 404,
    "notfounderror": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "tokens": 429,
    "requests": 429,
    "too_many_requests": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    "api_error": 500,
    "internal_error": 500,
    "internal_server_error": 500,
    "internalservererror": 500,
    "bad_gateway": 502,
    "service_unavailable": 503,
    "service_unavailable_error": 503,
    "server_is_overloaded": 503,
    "overloaded": 503,
    "timeout": 504,
    "timeout_error": 504,
    "overloaded_error": 529,
}

# How a message begins -> the code it stands for, where a vendor says it in no other way, with the statuses. Only its
# beginning, because further on a message may repeat what the client wrote.
_CODE_OF_WORDS: tuple[tuple[re.Pattern[str], frozenset[int | None], str], ...] = (
    # xAI: a 400 whose code is "Client specified an invalid argument".
    # https://github.com/i-am-bee/beeai-framework/issues/447 (read 2026-11-24)
    (re.compile("incorrect api key provided", re.IGNORECASE), frozenset((400, None)), "invalid_api_key"),
    # OpenRouter: a 400 whose code is the status. Recordings of 2026-11-23.
    (re.compile(r"[\w./:@~-]+ is not a valid model id", re.IGNORECASE), frozenset((400, None)), "model_not_found"),
    # Mistral: a 400 of type `invalid_model` with code 1500. Recordings of 2026-11-23.
    (re.compile("invalid model: ", re.IGNORECASE), frozenset((400, None)), "model_not_found"),
    # xAI: a 403 or 429 whose code is the status in words. https://github.com/warpdotdev/warp/issues/14867,
    # https://github.com/continuedev/continue/issues/10373 (read 2026-11-24)
    (
        re.compile(r"your team \S+ has either used all available credits", re.IGNORECASE),
        frozenset((403, 429, None)),
        "insufficient_quota",
    ),
)


def read_error(kind: FailureKind, status: int | None, body: bytes) -> UpstreamFailure:
    """An error body in any of the shapes seen: `{"error": {…}}`, `{"error": "…"}`, Mistral's `{"object": "error"}` and
    `{"detail": …}`, Google's list of one, or no JSON at all."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS:
        return UpstreamFailure(kind, _sentence_of_text(body), status=status)
    if isinstance(document, list) and document:
        document = cast("list[object]", document)[0]
    outer = mapping(cast("object", document))
    error = outer.get("error")
    inner = mapping(cast("object", error)) if isinstance(error, dict) else outer
    said = inner.get("detail") if inner.get("message") is None else inner.get("message")
    sentence = _sentence(error if isinstance(error, str) else said, inner)
    code = _scalar(inner.get("code"))
    type_ = _scalar(inner.get("type")) or _scalar(inner.get("status"))
    code = _code_of_words(sentence, status) or _code_of_flag(inner) or code
    return UpstreamFailure(
        kind,
        sentence,
        status=status if status is not None else _status_of(inner, code, type_),
        type=type_,
        code=code,
        param=_scalar(inner.get("param")),
    )


def _code_of_words(message: str, status: int | None) -> str | None:
    return next((code for words, statuses, code in _CODE_OF_WORDS if status in statuses and words.match(message)), None)


def _code_of_flag(inner: dict[str, object]) -> str | None:
    """OpenRouter's 403 for an input that its moderation flagged.
    https://openrouter.ai/docs/api/reference/errors-and-debugging (read 2026-11-24)"""
    return "content_policy_violation" if "flagged_input" in mapping(inner.get("metadata")) else None


def _status_of(inner: dict[str, object], code: str | None, type_: str | None) -> int | None:
    for value in (inner.get("code"), inner.get("status"), inner.get("raw_status_code"), inner.get("status_code")):
        number = int(value) if isinstance(value, str) and _STATUS.fullmatch(value) else value
        if isinstance(number, int) and 400 <= number <= 599:
            return number
    for name in (code, type_):
        if name is not None and name.lower() in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[name.lower()]
    return None


def _sentence(message: object, error: dict[str, object]) -> str:
    text = message if isinstance(message, str) else msgspec.json.encode(message).decode() if message else ""
    raw = mapping(error.get("metadata")).get("raw")  # OpenRouter: what the provider behind it said
    if isinstance(raw, str) and raw:
        text = f"{text}: {raw}" if text else raw
    return text[:MAX_MESSAGE_CHARACTERS] or "The provider gave no message."


def _sentence_of_text(body: bytes) -> str:
    text = body[: MAX_MESSAGE_CHARACTERS * 4].decode("utf-8", "replace").strip()
    if not text:
        return "The provider gave no message."
    if text.startswith("<"):
        return "The provider answered with a page instead of an error message."
    return text[:MAX_MESSAGE_CHARACTERS]


def _scalar(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


_STATUS = re.compile(r"[45]\d\d")
