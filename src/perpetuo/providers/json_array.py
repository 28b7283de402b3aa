"""A JSON array that arrives piece by piece: bytes in, its elements out. Cut anywhere, bounded, linear.

Only elements that are objects or arrays come out, each as its own bytes; what is inside is not looked at.
"""

import re

_IN_STRING = re.compile(rb'["\\]')
_BETWEEN_STRINGS = re.compile(rb'["{}\[\]]')
_QUOTE, _BACKSLASH = 0x22, 0x5C
_OPENING = b"{["


class JsonArrayTooLarge(Exception):
    """An element above the cap: the array can not be followed any further."""


class JsonArrayParser:
    """One per array. What comes behind its end is left alone."""

    def __init__(self, max_element_bytes: int) -> None:
        self._max_element_bytes = max_element_bytes
        self._pending = bytearray()  # from the first byte of the unfinished element
        self._scanned = 0
        self._depth = 0
        self._in_string = False
        self._ended = False

    def feed(self, data: bytes) -> list[bytes]:
        """Raises JsonArrayTooLarge; the parser is then spent."""
        elements: list[bytes] = []
        if self._ended:
            return elements
        pending = self._pending
        pending += data
        start = 0
        while not self._ended and (at := self._next_mark()) is not None:
            if pending[at] in _OPENING:
                self._depth += 1
                if self._depth == 2:
                    start = at
            else:
                self._depth -= 1
                if self._depth == 1:
                    elements.append(bytes(pending[start : at + 1]))
                self._ended = self._depth <= 0
        keep_from = start if self._depth > 1 else self._scanned
        del pending[:keep_from]
        self._scanned -= keep_from
        if not elements and len(pending) > self._max_element_bytes:
            raise JsonArrayTooLarge(f"An element is larger than {self._max_element_bytes} bytes.")
        return elements

    def _next_mark(self) -> int | None:
        """Where the next bracket outside a string is."""
        pending = self._pending
        while self._scanned < len(pending):
            found = (_IN_STRING if self._in_string else _BETWEEN_STRINGS).search(pending, self._scanned)
            if found is None:
                self._scanned = len(pending)
                return None
            at = found.start()
            if pending[at] == _BACKSLASH:
                if at + 1 == len(pending):  # what it escapes has not arrived
                    self._scanned = at
                    return None
                self._scanned = at + 2
                continue
            self._scanned = at + 1
            if pending[at] != _QUOTE:
                return at
            self._in_string = not self._in_string
        return None
