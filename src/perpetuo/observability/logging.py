"""Logs on stderr: JSON lines for machines, readable lines for people. Every string passes the redactor.

A record may carry `extra={"fields": {...}}`: these become keys of the JSON line. Bodies are never logged, by nobody.
"""

import datetime
import logging
import re
from typing import Any, Literal, TextIO, cast

import msgspec

from perpetuo.observability.redaction import Redactor

LogForm = Literal["json", "text"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class LogHandler(logging.StreamHandler[TextIO]):
    """`redactor` may be replaced at any time, by one that knows newer secrets."""

    def __init__(self, stream: TextIO, form: LogForm, redactor: Redactor) -> None:
        super().__init__(stream)
        self.redactor = redactor
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        redact = self.redactor.redact_text
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        message = redact(record.getMessage())
        fields = cast(dict[str, Any], _redacted(getattr(record, "fields", {}), self.redactor))
        trace = redact(_trace(record))
        if self._form == "text":
            return _readable(at, record, message, fields, trace)
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name, "message": message}
        line |= {key: value for key, value in fields.items() if key not in line}
        if trace:
            line["trace"] = trace
        return msgspec.json.encode(line, enc_hook=repr).decode()


CHATTY = ("httpx2", "httpcore2", "asyncio", "sqlalchemy.engine", "uvicorn.access")


def configure_logging(
    level: Literal["debug", "info", "warning", "error"],
    *,
    stream: TextIO,
    form: LogForm | None = None,
    redactor: Redactor | None = None,
) -> LogHandler:
    """Makes one handler the root logger's only one. form None: `text` on a terminal, else `json`."""
    if form is None:
        form = "text" if stream.isatty() else "json"
    handler = LogHandler(stream, form, redactor or Redactor())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    # What these say at info, each request of ours makes them say; at debug it has the headers of vendors in it.
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    return handler


def _readable(at: str, record: logging.LogRecord, message: str, fields: dict[str, Any], trace: str) -> str:
    pairs = "".join(
        f" {key}={value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=repr).decode()}"
        for key, value in fields.items()
        if value is not None
    )
    # A line is a line: what a client sent can neither start another one nor move the cursor.
    line = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", message + pairs)
    return f"{at} {record.levelname.lower():7} {record.name}: {line}" + (f"\n{trace}" if trace else "")


def _trace(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0] is not None:
        return logging.Formatter().formatException(record.exc_info)
    return ""


def _redacted(value: object, redactor: Redactor) -> object:
    if isinstance(value, str):
        return redactor.redact_text(value)
    if isinstance(value, dict):
        return {str(key): _redacted(item, redactor) for key, item in cast(dict[object, object], value).items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, redactor) for item in cast(list[object], value)]
    return value
