"""What is wrong with a request, in a sentence for people: pydantic's mistakes in our words. Pure.

What was sent is never repeated, it may be a secret; the names of fields are, shortened.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MAX_NAME_CHARACTERS = 64

NEEDS_JSON = "Send the body as JSON, with the header Content-Type: application/json."

INSTEAD = {
    "quota_requests_month": "that one is the operators'. A workspace sets own_quota_requests_month.",
    "quota_tokens_month": "that one is the operators'. A workspace sets own_quota_tokens_month.",
}
"""Of fields that are shown beside those that can be set: what to say when somebody sets one."""

_EXAMPLE = "2026-11-25T00:00:00Z"

_SENTENCES: dict[str, str] = {
    "missing": "It is needed, and is missing.",
    "timezone_aware": f"Write the zone too, as {_EXAMPLE}.",
    "string_pattern_mismatch": "It must have another form: see /docs.",
    "string_too_short": "It must have at least {min_length} characters.",
    "string_too_long": "It must have at most {max_length} characters.",
    "too_short": "It must have at least {min_length} entries.",
    "too_long": "It must have at most {max_length} entries.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than": "It must be less than {lt}.",
    "less_than_equal": "It must be at most {le}.",
    "literal_error": "It must be {expected}.",
    "string_type": 'It must be a text, as "abc".',
    "int_type": "It must be a whole number, as 5.",
    "int_parsing": "It must be a whole number, as 5.",
    "int_from_float": "It must be a whole number, as 5.",
    "float_type": "It must be a number, as 1.5.",
    "float_parsing": "It must be a number, as 1.5.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "list_type": "It must be a list, as [].",
    "tuple_type": "It must be a list, as [].",
    "dict_type": "It must be an object, as {{}}.",
    "model_type": "It must be an object, as {{}}.",
    "model_attributes_type": "It must be an object, as {{}}.",
}
"""By pydantic's type, with pydantic's context filled in: https://docs.pydantic.dev/latest/errors/validation_errors/"""


def describe(errors: Sequence[Mapping[str, Any]], content_type: str) -> tuple[str, str]:
    """The field at fault and the sentence. errors: pydantic's, at least one. content_type: the request's, or ''."""
    error = errors[0]
    if error["type"] == "missing":
        # A misspelt field is also a missing one: its own name is what helps.
        error = next((each for each in errors if each["type"] == "extra_forbidden"), error)
    place = error["loc"]
    # Names of fields are the client's own words, and may be anything.
    field = ".".join(str(part)[:MAX_NAME_CHARACTERS] for part in place[1:]) or str(place[0])
    in_query = place[0] == "query"
    if error["type"] == "extra_forbidden":
        instead = INSTEAD.get(field)
        kind = "parameter" if in_query else "field"
        return field, f"There is no {kind} {field} here" + (f": {instead}" if instead else ".")
    if tuple(place) == ("body",) and (error["type"] == "missing" or not _is_json(content_type)):
        return field, NEEDS_JSON
    return field, f"{field}{' (in the query)' if in_query else ''}: {_sentence(error, in_query)}"


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _sentence(error: Mapping[str, Any], in_query: bool) -> str:
    kind = str(error["type"])
    context: Mapping[str, Any] = error.get("ctx") or {}
    known = _SENTENCES.get(kind)
    if kind.startswith("datetime_"):
        known = f"It must be a time, as {_EXAMPLE}."
    if known is None:
        text = str(error["msg"]).removeprefix("Value error, ")
        return text if text.endswith(".") else f"{text}."
    sentence = known.format(**context)
    if 1 in (context.get("min_length"), context.get("max_length")):
        sentence = sentence.replace(" 1 characters", " 1 character").replace(" 1 entries", " 1 entry")
    if in_query and _EXAMPLE in sentence:
        # There a bare + is a space.
        sentence += " In a URL, + is written %2B."
    return sentence
