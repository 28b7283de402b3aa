"""AWS's binary event stream: bytes in, messages out. Cut anywhere, bounded, linear even in one-byte pieces.

A message is a prelude (its length, the length of its headers, the CRC32 of these two), the headers, the payload, and
the CRC32 of all before. Source: https://smithy.io/2.0/aws/amazon-eventstream.html, and the limits of
https://github.com/boto/botocore/blob/develop/botocore/eventstream.py (botocore 1.44.8, read 2026-11-24).
"""

import struct
from collections.abc import Mapping
from zlib import crc32

import msgspec

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""As for an event of an SSE stream: the format allows 24 MiB, nothing of text was seen above a few KiB."""
MAX_HEADERS_BYTES = 128 * 1024

HeaderValue = bool | int | bytes | str

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_SHORTEST_BYTES = _PRELUDE.size + _CRC.size

# Type byte of a header's value -> how it is packed; types 6 and 7 bring their own length, 0 and 1 are the value.
_NUMBERS: Mapping[int, struct.Struct] = {
    2: struct.Struct(">b"),
    3: struct.Struct(">h"),
    4: struct.Struct(">i"),
    5: struct.Struct(">q"),
    8: struct.Struct(">q"),  # milliseconds since the epoch
}
_LENGTH = struct.Struct(">H")
_TRUE, _FALSE, _BYTES, _TEXT, _UUID = 0, 1, 6, 7, 9
_UUID_BYTES = 16


class EventMessage(msgspec.Struct, frozen=True):
    """headers: by name, such as `:message-type`; a name that comes twice has its last value."""

    headers: Mapping[str, HeaderValue]
    payload: bytes

    def text_header(self, name: str) -> str:
        """ "" for a header that is absent or no text."""
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""


class EventStreamCorrupt(Exception):
    """A checksum or a length contradicts the bytes: nothing behind them can be found any more."""


class EventStreamTooLarge(Exception):
    """A message above the cap."""


class AwsEventStreamParser:
    """One per stream. `pending` tells whether an unfinished message is left."""

    def __init__(self, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._max_message_bytes = max_message_bytes
        self._pending = bytearray()
        self._total = 0  # length of the message at the start of pending, 0 while its prelude has not come whole
        self._headers = 0

    @property
    def pending(self) -> bool:
        return bool(self._pending)

    def feed(self, data: bytes) -> list[EventMessage]:
        """Raises EventStreamCorrupt and EventStreamTooLarge, unless messages came whole before the bad one: then they
        are handed out first, and the next call raises. The parser is then spent."""
        self._pending += data
        messages: list[EventMessage] = []
        start = 0
        try:
            while len(self._pending) - start >= (self._total or self._read_prelude(start)):
                messages.append(self._read_message(start))
                start += self._total
                self._total = 0
        except (EventStreamCorrupt, EventStreamTooLarge):
            if not messages:
                raise
        del self._pending[:start]
        return messages

    def _read_prelude(self, start: int) -> int:
        """How many bytes are needed from `start` on; checked before any of them is waited for."""
        if len(self._pending) - start < _PRELUDE.size:
            return _PRELUDE.size
        total, headers, checksum = _PRELUDE.unpack_from(self._pending, start)
        if crc32(self._pending[start : start + 8]) != checksum:
            raise EventStreamCorrupt("The checksum of a message's prelude does not fit.")
        if total > self._max_message_bytes or headers > MAX_HEADERS_BYTES:
            raise EventStreamTooLarge(f"A message is larger than {self._max_message_bytes} bytes.")
        if total < _SHORTEST_BYTES + headers:
            raise EventStreamCorrupt("A message's lengths contradict each other.")
        self._total, self._headers = total, headers
        return total

    def _read_message(self, start: int) -> EventMessage:
        end = start + self._total - _CRC.size
        whole = bytes(self._pending[start:end])
        if crc32(whole) != _CRC.unpack_from(self._pending, end)[0]:
            raise EventStreamCorrupt("The checksum of a message does not fit.")
        payload_at = _PRELUDE.size + self._headers
        return EventMessage(_read_headers(whole[_PRELUDE.size : payload_at]), whole[payload_at:])


def _read_headers(raw: bytes) -> dict[str, HeaderValue]:
    headers: dict[str, HeaderValue] = {}
    at = 0
    try:
        while at < len(raw):
            name_end = at + 1 + raw[at]
            name = raw[at + 1 : name_end].decode()
            headers[name], at = _read_value(raw, name_end)
    except (IndexError, struct.error, UnicodeDecodeError) as exc:
        raise EventStreamCorrupt("A message's headers can not be read.") from exc
    return headers


def _read_value(raw: bytes, at: int) -> tuple[HeaderValue, int]:
    """The value whose type byte is at `at`, and where the next header starts."""
    kind = raw[at]
    at += 1
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, at
    if kind in _NUMBERS:
        packed = _NUMBERS[kind]
        return packed.unpack_from(raw, at)[0], at + packed.size
    if kind in (_BYTES, _TEXT):
        length = _LENGTH.unpack_from(raw, at)[0]
        at += _LENGTH.size
    elif kind == _UUID:
        length = _UUID_BYTES
    else:
        raise EventStreamCorrupt(f"A header's value is of the unknown type {kind}.")
    value = raw[at : at + length]
    if len(value) != length:
        raise EventStreamCorrupt("A header is longer than the headers.")
    return value.decode() if kind == _TEXT else value, at + length
