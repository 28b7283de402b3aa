"""Every event as a line of a JSON Lines file; `type` says which event it is."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perpetuo.events.types import Event


class JsonlFileSink:
    """Appends to `path` (created 0600). Opened for each batch, so the file may be moved away at any time."""

    name = "jsonl_file"
    kinds: frozenset[type[Event]] | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoder = msgspec.json.Encoder()

    async def write(self, events: Sequence[Event]) -> None:
        lines = self._encoder.encode_lines(events)
        await asyncio.to_thread(self._append, lines)

    def _append(self, lines: bytes) -> None:
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(fd, "ab") as file:
            file.write(lines)
