"""Logs as CSV or JSON Lines. Pure: rows in, bytes out."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from perpetuo.control.logs.schemas import Format, Log

MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

COLUMNS = tuple(Log.model_fields)

# A spreadsheet takes what begins like this for a formula, and clients choose the names of models, tags and users.
# Source: https://owasp.org/www-community/attacks/CSV_Injection, read 2026-11-24.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def header(form: Format) -> bytes:
    return _csv_lines([COLUMNS]) if form == "csv" else b""


def lines(form: Format, logs: Sequence[Log]) -> bytes:
    if form == "jsonl":
        return b"".join(log.model_dump_json().encode() + b"\n" for log in logs)
    return _csv_lines([[_cell(value) for value in log.model_dump(mode="json").values()] for log in logs])


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would calculate gets an apostrophe before it; nothing is left out."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case str():
            return f"'{value}" if value.startswith(FORMULA_STARTS) else value
        case _:
            return value


def _csv_lines(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
