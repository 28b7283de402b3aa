"""Frames of `application/vnd.amazon.eventstream`, as AWS services send them.

A frame: total length, headers' length, CRC-32 of these eight bytes; headers; payload; CRC-32 of all before it.
Numbers are big-endian. A header: length of the name, name, type 7 (string), two bytes of length, value.
Source: https://smithy.io/2.0/aws/amazon-eventstream.html (read 2026-11-24), checked against recorded streams.
"""

import struct
from collections.abc import Mapping
from zlib import crc32

import msgspec

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7


def event_frame(event_type: str, payload: object) -> bytes:
    headers = {":event-type": event_type, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, msgspec.json.encode(payload))


def exception_frame(exception_type: str, payload: object) -> bytes:
    """exception_type: the member of the stream's union, `throttlingException`: its first letter is small."""
    headers = {":exception-type": exception_type, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, msgspec.json.encode(payload))


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(encoded) + len(payload), len(encoded))
    checked = prelude + struct.pack(">I", crc32(prelude)) + encoded + payload
    return checked + struct.pack(">I", crc32(checked))


def corrupted(whole: bytes) -> bytes:
    """The same frame with one bit of its payload turned over: the last CRC is then wrong, the lengths are right."""
    return whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:]


def _header(name: str, value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", _STRING, len(encoded)) + encoded
