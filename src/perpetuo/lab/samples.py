"""A value that fits a JSON schema, the same one each time, made of numbered words."""

import itertools
from collections.abc import Iterator
from typing import cast

_MAX_DEPTH = 8
"""Below it optional properties are left out and arrays stay as short as they may, so recursive schemas end."""

_FORMATS = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1S",
    "email": "word1@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/word1",
    "uuid": "00000000-0000-4000-8000-000000000001",
}

Schema = dict[str, object]


def sample_for(schema: Schema) -> object:
    return _Sampler(schema).value(schema, 0)


class _Sampler:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._numbers: Iterator[int] = itertools.count(1)

    def value(self, schema: Schema, depth: int) -> object:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if options := _list(schema.get("enum")):
            return options[0]
        for word in ("anyOf", "oneOf"):
            if choices := _list(schema.get(word)):
                # Deep down the last choice (usually null) is the one that ends.
                return self.value(_schema(choices[0 if depth < _MAX_DEPTH else -1]), depth + 1)
        kind = schema.get("type")
        if kinds := _list(kind):
            kind = kinds[0 if depth < _MAX_DEPTH else -1]
        if kind is None:
            kind = "array" if "items" in schema and "properties" not in schema else "object"
        return self._of_kind(str(kind), schema, depth)

    def _of_kind(self, kind: str, schema: Schema, depth: int) -> object:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                fewest = _int(schema.get("minItems"), 0)
                count = max(fewest, 1) if depth < _MAX_DEPTH else fewest
                return [self.value(_schema(schema.get("items")), depth + 1) for _ in range(count)]
            case "string":
                return self._string(schema)
            case "integer":
                return _within(schema, 1)
            case "number":
                return _within(schema, 1) + 0.5 if "maximum" not in schema else _within(schema, 1)
            case "boolean":
                return True
            case _:
                return None

    def _object(self, schema: Schema, depth: int) -> Schema:
        required = _list(schema.get("required"))
        properties = _schema(schema.get("properties"))
        for part in _list(schema.get("allOf")):
            resolved = self._resolved(_schema(part))
            required = [*required, *_list(resolved.get("required"))]
            properties = {**properties, **_schema(resolved.get("properties"))}
        return {
            name: self.value(_schema(part), depth + 1)
            for name, part in properties.items()
            if depth < _MAX_DEPTH or name in required
        }

    def _string(self, schema: Schema) -> str:
        text = _FORMATS.get(str(schema.get("format"))) or f"word{next(self._numbers)}"
        text = text.ljust(_int(schema.get("minLength"), 0), "x")
        return text[: _int(schema.get("maxLength"), len(text))]

    def _resolved(self, schema: Schema) -> Schema:
        for _ in range(_MAX_DEPTH):
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#"):
                break
            found: object = self._root
            for step in reference.split("/")[1:]:
                found = _schema(found).get(step.replace("~1", "/").replace("~0", "~"))
            schema = _schema(found)
        return schema


def _within(schema: Schema, value: int) -> int:
    low = _int(schema.get("minimum"), _int(schema.get("exclusiveMinimum"), 0) + 1)
    high = _int(schema.get("maximum"), max(value, low))
    return min(max(value, low), high)


def _int(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _schema(value: object) -> Schema:
    return cast("Schema", value) if isinstance(value, dict) else {}
