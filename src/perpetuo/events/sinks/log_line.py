"""One structured log line for an event: its fields beside a short sentence, at the level the event deserves."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from perpetuo.core.errors import TABLE
from perpetuo.events.types import KINDS, Event, ProviderFailed, QuotaBlocked, RequestFailed

# What went well is in the request log, in full; as lines it costs more than the request, so it is told at `debug`.
_LEVELS = {"quota_blocked": logging.INFO, "provider_failure": logging.WARNING}
_ALWAYS = frozenset((RequestFailed, ProviderFailed, QuotaBlocked))
_BY_NAME = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class LogLineSink:
    """Writes through `logger`; the formatter finds the event's fields in `record.fields`."""

    name = "log_line"

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self.kinds: frozenset[type[Event]] = KINDS if logger.isEnabledFor(logging.DEBUG) else _ALWAYS

    async def write(self, events: Sequence[Event]) -> None:
        lines = [(level, event) for event in events if self._logger.isEnabledFor(level := _level(event))]
        if lines:
            # In a thread: a reader of stderr that has stopped reading would stop the event loop.
            await asyncio.to_thread(self._log, lines)

    def _log(self, lines: list[tuple[int, Event]]) -> None:
        for level, event in lines:
            fields: dict[str, Any] = msgspec.to_builtins(event)
            self._logger.log(level, _sentence(event, fields.pop("type")), extra={"fields": fields})


def _level(event: Event) -> int:
    if isinstance(event, RequestFailed):
        row = TABLE.get(event.error_code)
        return _BY_NAME[row.log_level] if row is not None else logging.WARNING
    return _LEVELS.get(_tag(event), logging.DEBUG)


def _sentence(event: Event, tag: str) -> str:
    if isinstance(event, ProviderFailed):
        return f"{tag}: {event.explanation}"
    return tag


def _tag(event: Event) -> str:
    tag = event.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
