"""Server-sent events: bytes in, events out. Cut anywhere, bounded, linear even in one-byte pieces.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream (read 2026-11-23).
Lines end at CR, LF or CRLF and nowhere else: U+2028 and U+0085 are legal inside JSON strings.
"""

import re

import msgspec

MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Lines above 512 KiB exist (a base64 image in one delta); nothing legitimate was seen above 4 MiB."""

_LINE_END = re.compile(rb"[\r\n]")
_BOM = b"\xef\xbb\xbf"
_LF = 0x0A


class SseEvent(msgspec.Struct, frozen=True):
    """One event, or a piece of the stream that dispatches nothing.

    event: the `event` field, "" if there was none.
    data:  the `data` lines joined by LF; None for comments and stray blank lines.
    raw:   the very bytes, line ends included. All raws joined are the stream (without a BOM).
    """

    event: str
    data: bytes | None
    raw: bytes


class SseTooLarge(Exception):
    """An event above the cap: the stream can not be followed any further."""


class SseParser:
    """One per stream. A line that ends in CR waits for the byte behind it, unless the line before ended in a
    lone CR too: so what comes out never depends on how the bytes were cut."""

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._pending = bytearray()  # the unfinished event, from its first byte
        self._scanned = 0  # no line end before this offset, except those already taken
        self._line_start = 0
        self._after_lone_cr = False
        self._skip_lf = False
        self._bom = b""  # a prefix of the BOM, while only that has arrived
        self._started = False
        self._event = ""
        self._data: list[bytes] = []
        self._has_fields = False

    @property
    def is_between_events(self) -> bool:
        return not (self._pending or self._skip_lf or self._has_fields) and self._started

    def feed(self, data: bytes) -> list[SseEvent]:
        """Raises SseTooLarge; the parser is then spent."""
        if not self._started:
            data = self._without_bom(data)
        events: list[SseEvent] = []
        if not self._pending and not self._skip_lf and b"\r" not in data:
            data = self._take_whole_events(data, events)
        self._pending += data
        start = 0  # of the current event within pending
        while (end := self._next_line_end()) is not None:
            line = bytes(self._pending[self._line_start : end[0]])
            self._line_start = self._scanned = end[1]
            if self._take_line(line):
                events.append(self._finish(bytes(self._pending[start : end[1]])))
                start = end[1]
        if start:
            del self._pending[:start]
            self._line_start -= start
            self._scanned -= start
        if not events:  # what came before the large one is handed out first
            self._check_size()
        return events

    def end(self) -> SseEvent | None:
        """What was left without its blank line. The specification drops it; some servers forget the last one,
        so the caller decides. None when nothing is left. Raises SseTooLarge."""
        self._check_size()
        if not self._pending and not self._has_fields:
            return None
        self._take_line(bytes(self._pending[self._line_start :]).rstrip(b"\r"))
        raw = bytes(self._pending)
        self._pending.clear()
        return self._finish(raw)

    def _take_whole_events(self, data: bytes, events: list[SseEvent]) -> bytes:
        """The common case in a third of the time: events that came whole. Returns where it stopped being common."""
        start = 0
        while (end := data.find(b"\n\n", start)) != -1:
            if data[start] in b":\n":
                break
            for line in data[start:end].split(b"\n"):
                self._take_line(line)
            events.append(self._finish(data[start : end + 2]))
            start = end + 2
            self._after_lone_cr = False
        return data[start:]

    def _check_size(self) -> None:
        if len(self._pending) > self._max_event_bytes:
            raise SseTooLarge(f"An event is larger than {self._max_event_bytes} bytes.")

    def _without_bom(self, data: bytes) -> bytes:
        head = self._bom + data
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._bom = head
            return b""
        self._started = True
        self._bom = b""
        return head.removeprefix(_BOM)

    def _next_line_end(self) -> tuple[int, int] | None:
        """Where the current line ends, and where the next one starts."""
        pending = self._pending
        if self._skip_lf and self._line_start < len(pending):
            self._skip_lf = False
            if pending[self._line_start] == _LF:  # the LF of a CRLF that was taken for a lone CR: an empty piece
                self._after_lone_cr = False
                return self._line_start, self._line_start + 1
        found = _LINE_END.search(pending, self._scanned)
        if found is None:
            self._scanned = len(pending)
            return None
        at = found.start()
        if pending[at] == _LF:
            self._after_lone_cr = False
            return at, at + 1
        if self._after_lone_cr:
            self._skip_lf = True
            return at, at + 1
        if at + 1 == len(pending):
            self._scanned = at
            return None
        self._after_lone_cr = pending[at + 1] != _LF
        return at, at + 1 if self._after_lone_cr else at + 2

    def _take_line(self, line: bytes) -> bool:
        """True when a piece is complete: at a blank line, and at a comment outside an event, so that a stream of
        nothing but comments stays bounded."""
        if not line:
            return True
        if line.startswith(b":"):
            return not self._has_fields
        self._has_fields = True
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        return False

    def _finish(self, raw: bytes) -> SseEvent:
        data = b"\n".join(self._data) if self._data else None
        event = SseEvent(self._event, data, raw)
        self._event = ""
        self._data = []
        self._has_fields = False
        return event


def encode_event(data: bytes, event: str = "") -> bytes:
    """data: may hold LF, each line of it then becomes a `data` line."""
    head = f"event: {event}\n".encode() if event else b""
    return head + b"".join(b"data: " + line + b"\n" for line in data.split(b"\n")) + b"\n"


DONE_EVENT = b"data: [DONE]\n\n"
