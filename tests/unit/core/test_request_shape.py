"""What is refused before any parser works on it: counted by bytes, compared with a document that is walked through."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core import request as requests
from perpetuo.core.errors import ClientError
from perpetuo.core.request import parse_chat_request

DEPTH, STRINGS, CONTAINERS = 4, 9, 7
TEXTS = st.sampled_from(["", "a", '"', "\\", '\\"', "\\\\", "[[[[[[", "{}", ']"', "\\u005b", "é", '",["', "\n"])
VALUES = st.recursive(
    st.none() | st.integers(0, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=2000)
@given(value=VALUES, escaped=st.booleans())
def test_the_count_by_bytes_is_that_of_the_document(value: Any, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode()
    depth, strings, containers = walked(value)
    too_much = depth > DEPTH or strings > STRINGS or (containers > CONTAINERS and containers > DEPTH)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(requests, "MAX_DEPTH", DEPTH)
        patched.setattr(requests, "MAX_STRINGS", STRINGS)
        patched.setattr(requests, "MAX_CONTAINERS", CONTAINERS)
        assert is_refused(body) == too_much


def is_refused(body: bytes) -> bool:
    try:
        requests._check_shape(body)
    except ClientError as error:
        assert error.code == "invalid_json"
        return True
    return False


def walked(value: Any, depth: int = 0) -> tuple[int, int, int]:
    """Depth, strings with keys, lists and objects."""
    if isinstance(value, str):
        return depth, 1, 0
    if not isinstance(value, list | dict):
        return depth, 0, 0
    inner = list(value.values()) if isinstance(value, dict) else value
    found = [walked(item, depth + 1) for item in inner]
    keys = len(value) if isinstance(value, dict) else 0
    return (
        max([depth + 1, *(item[0] for item in found)]),
        keys + sum(item[1] for item in found),
        1 + sum(item[2] for item in found),
    )


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (b'"z":' + b"[" * 200 + b"]" * 200, "nests deeper than 128"),
        (b'"z":[' + b"[]," * 100_001 + b"1]", "more than 100000 lists and objects"),
        (b'"z":[' + b'"a",' * 100_001 + b"1]", "more than 100000 keys and texts"),
        (b",".join(b'"f%d":1' % number for number in range(1001)), "more than 1000 fields"),
        (b'"' + b"n" * 257 + b'":1', "longer than 256 characters"),
    ],
)
def test_too_much_is_named(rest: bytes, words: str) -> None:
    with pytest.raises(ClientError, match=words):
        parse_chat_request(b'{"model":"m","messages":[{"role":"user","content":"x"}],' + rest + b"}")
