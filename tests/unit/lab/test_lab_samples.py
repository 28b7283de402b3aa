import pytest

from perpetuo.lab.samples import sample_for

CASES: dict[str, tuple[dict[str, object], object]] = {
    "an empty schema gives an object": ({}, {}),
    "strings are numbered words": (
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        {"a": "word1", "b": "word2"},
    ),
    "numbers, flags and nothing": (
        {
            "properties": {
                "i": {"type": "integer"},
                "n": {"type": "number"},
                "f": {"type": "boolean"},
                "z": {"type": "null"},
            }
        },
        {"i": 1, "n": 1.5, "f": True, "z": None},
    ),
    "bounds are kept": (
        {"properties": {"low": {"type": "integer", "minimum": 5}, "high": {"type": "integer", "maximum": -3}}},
        {"low": 5, "high": -3},
    ),
    "the first of an enum": ({"enum": ["x", "y"]}, "x"),
    "a constant": ({"const": 7}, 7),
    "the first of anyOf": ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
    "the first of several types": ({"type": ["string", "null"]}, "word1"),
    "an array has one element, or as many as it must": (
        {
            "properties": {
                "one": {"type": "array", "items": {"type": "integer"}},
                "two": {"items": {"const": 0}, "minItems": 2},
            }
        },
        {"one": [1], "two": [0, 0]},
    ),
    "references are followed": (
        {"$defs": {"City": {"type": "string"}}, "properties": {"city": {"$ref": "#/$defs/City"}}},
        {"city": "word1"},
    ),
    "formats and lengths": (
        {"properties": {"d": {"type": "string", "format": "date"}, "s": {"type": "string", "minLength": 8}}},
        {"d": "2026-11-23", "s": "word1xxx"},
    ),
    "allOf is merged": (
        {"type": "object", "allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]},
        {"a": 1, "b": 2},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sample_fits_its_schema(case: str):
    schema, expected = CASES[case]
    assert sample_for(schema) == expected


def test_a_schema_that_contains_itself_comes_to_an_end():
    node: dict[str, object] = {
        "type": "object",
        "properties": {
            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            "list": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        },
        "required": ["next", "list"],
    }
    assert isinstance(sample_for({"$defs": {"Node": node}, "$ref": "#/$defs/Node"}), dict)
