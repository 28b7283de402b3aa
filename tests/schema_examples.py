"""Valid values out of an OpenAPI document, the same every time: so that a new route is driven without a hand-made body.

example(document, {"$ref": "#/components/schemas/ApiKeyCreate"})  ->  {"name": "xx..."}
"""

from collections.abc import Iterator
from typing import Any

FORMATS = {
    "date-time": "2031-01-01T00:00:00Z",
    "date": "2031-01-01",
    "email": "new.person@example.org",
    "uuid": "0192f000-0000-7000-8000-00000000000a",
    "uri": "https://api.openai.com/v1",
    "password": "a long enough password",
}

Schema = dict[str, Any]


def example(document: Schema, schema: Schema, *, everything: bool = False) -> Any:
    """everything: optional fields too, as far as they have a value that is not null."""
    schema = resolved(document, schema)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            options = [option for option in schema[several] if option.get("type") != "null"]
            return example(document, options[0], everything=everything)
    return _of_type(document, schema, everything)


def _of_type(document: Schema, schema: Schema, everything: bool) -> Any:
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("properties", {}) if everything else schema.get("required", ())
        return {
            name: example(document, schema["properties"][name], everything=everything)
            for name in wanted
            if not resolved(document, schema["properties"][name]).get("readOnly")
        }
    if kind == "array":
        return [example(document, schema.get("items", {}), everything=everything)] * max(1, schema.get("minItems", 0))
    if kind == "string":
        text = FORMATS.get(schema.get("format", ""), "x" * max(4, schema.get("minLength", 0)))
        return text[: schema.get("maxLength", len(text))]
    if kind in ("integer", "number"):
        return int(max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1))
    return {"boolean": True, "null": None}.get(str(kind), {})


def resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_schema(operation: Schema) -> Schema | None:
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")


def fields(document: Schema, schema: Schema, _seen: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Every named field at any depth: its path and its schema."""
    reference = schema.get("$ref")
    if reference is not None:
        if reference in _seen:
            return
        _seen = (*_seen, reference)
    schema = resolved(document, schema)
    for name, inner in schema.get("properties", {}).items():
        yield (name,), inner
        for path, deeper in fields(document, inner, _seen):
            yield (name, *path), deeper
    others = [schema[word] for word in ("items", "additionalProperties") if isinstance(schema.get(word), dict)]
    others += schema.get("patternProperties", {}).values()
    for inner in (*others, *(option for word in ("anyOf", "oneOf", "allOf") for option in schema.get(word, ()))):
        yield from fields(document, inner, _seen)
