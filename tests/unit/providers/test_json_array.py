"""A JSON array in pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.providers.json_array import JsonArrayParser, JsonArrayTooLarge

VALUES = st.recursive(
    st.none() | st.integers() | st.text('"\\[]{}, \u00fc\n', max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\[]{}', max_size=3), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text('"\\[]{}a', max_size=4), VALUES, max_size=4), max_size=5)


@given(OBJECTS, st.sampled_from([None, 1]), st.booleans(), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_elements_come_out_however_the_bytes_are_cut(
    objects: list[object], indent: int | None, ascii_only: bool, sizes: list[int]
) -> None:
    body = json.dumps(objects, indent=indent, ensure_ascii=ascii_only).encode() + b" ] {"
    parser, found, at, turn = JsonArrayParser(1 << 20), [], 0, 0
    while at < len(body):
        size = sizes[turn % len(sizes)]
        found += parser.feed(body[at : at + size])
        at, turn = at + size, turn + 1
    assert [json.loads(element) for element in found] == objects


def test_an_element_that_never_ends_is_not_kept() -> None:
    parser = JsonArrayParser(1000)
    parser.feed(b'[{"a": "')
    with pytest.raises(JsonArrayTooLarge):
        for _ in range(100):
            parser.feed(b"x" * 100)


def test_white_space_and_numbers_without_end_are_not_kept() -> None:
    parser = JsonArrayParser(1000)
    parser.feed(b"[")
    for _ in range(100):
        assert parser.feed(b"1,   " * 100) == []


def test_nothing_comes_behind_the_end() -> None:
    parser = JsonArrayParser(1000)
    assert parser.feed(b'[{"a":1}]') == [b'{"a":1}']
    assert parser.feed(b'[{"a":2}]') == []
