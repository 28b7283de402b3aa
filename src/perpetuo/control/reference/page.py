"""The OpenAPI document as one page of HTML: no script, nothing fetched, every text escaped."""

from collections.abc import Iterator
from html import escape
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")

STYLESHEET = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
code { font: .9em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: .9em; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line); }
.method { display: inline-block; min-width: 4.5em; font-weight: 600; }
"""


def reference_page(document: dict[str, Any]) -> str:
    """document: as FastAPI makes it."""
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/docs/style.css"></head><body>'
        f"<h1>{title}</h1><p>{escape(info.get('description', ''))}</p>"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>'
        f"{''.join(_sections(document))}</body></html>"
    )


def _sections(document: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                tag = (operation.get("tags") or ["other"])[0]
                by_tag.setdefault(tag, []).append(_operation(document, path, method, operation))
    for tag, parts in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>{''.join(parts)}"


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [f"<p>{escape(operation.get('description', ''))}</p>" if operation.get("description") else ""]
    parameters: list[dict[str, Any]] = operation.get("parameters", [])
    if parameters:
        parts.append(_table("Parameters", [(_name(p), _type(p.get("schema", {})), _about(p)) for p in parameters]))
    body = _json_schema(operation.get("requestBody", {}))
    if body is not None:
        parts.append(_table("Body", list(_fields(document, body))))
    for status in ("200", "201", "202"):
        reply = _json_schema(operation.get("responses", {}).get(status, {}))
        if reply is not None:
            parts.append(_table(f"Reply {status}", list(_fields(document, reply))))
    summary = escape(operation.get("summary", ""))
    return (
        f'<details><summary><span class="method">{method.upper()}</span> <code>{escape(path)}</code> {summary}'
        f"</summary>{''.join(parts)}</details>"
    )


def _name(parameter: dict[str, Any]) -> str:
    return f"{parameter['name']} ({parameter['in']})"


def _about(schema: dict[str, Any]) -> str:
    return str(schema.get("description") or schema.get("schema", {}).get("description") or "")


def _json_schema(holder: dict[str, Any]) -> dict[str, Any] | None:
    return holder.get("content", {}).get("application/json", {}).get("schema")


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    resolved = _resolved(document, schema)
    required = set(resolved.get("required", ()))
    for name, field in resolved.get("properties", {}).items():
        yield f"{name}{'' if name in required else '?'}", _type(field), _about(field)
        inner = field.get("items", field)
        if name == "data" and "$ref" in inner:
            for inner_name, kind, about in _fields(document, inner):
                yield f"data.{inner_name}", kind, about


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "any")


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(about)}</td></tr>"
        for name, kind, about in rows
    )
    return f"<h4>{escape(title)}</h4><table>{cells}</table>" if rows else ""
