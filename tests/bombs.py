"""Bodies meant to exhaust whoever reads them: `bombs(size)` -> name -> Bomb. Each is about `size` bytes."""

import gzip
from typing import NamedTuple


class Bomb(NamedTuple):
    """param: the field that the refusal names; None where the request is a proper one and is answered."""

    body: bytes
    param: str | None
    encoding: str | None = None


_MESSAGE = b'{"role":"user","content":""},'


def bombs(size: int) -> dict[str, Bomb]:
    return {
        "depth": Bomb(_with(b"[" * (size // 2) + b"]" * (size // 2)), "body"),
        "depth never closed": Bomb(_with(b'{"a":' * (size // 5)), "body"),
        "depth inside an argument": Bomb(_tool(b"[" * (size // 2) + b"]" * (size // 2)), "body"),
        "keys": Bomb(_with(b"{" + b",".join(b'"%d":1' % n for n in range(size // 11)) + b"}"), "body"),
        "fields": Bomb(_body(b"".join(b'"%d":1,' % n for n in range(size // 11))), "body"),
        "one key again and again": Bomb(_body(b'"temperature":1,' * (size // 16)), "body"),
        "a long key": Bomb(_body(b'"' + b"k" * size + b'":1,'), "body"),
        "empty objects": Bomb(_with(b"[" + b"{}," * (size // 3) + b"1]"), "body"),
        "messages": Bomb(b'{"model":"gpt-4o","messages":[' + _MESSAGE * (size // len(_MESSAGE)) + b"0]}", "body"),
        "a long number": Bomb(_body(b'"temperature":' + b"9" * size + b","), "temperature"),
        "a long number nobody reads": Bomb(_with(b"9" * size), None),
        "a long fraction": Bomb(_body(b'"max_tokens":1.' + b"9" * size + b","), "max_tokens"),
        "half of a surrogate pair": Bomb(_text(b"\\ud83d" * (size // 6)), "body"),
        "half a pair nobody reads": Bomb(_with(b'"' + b"\\ud83d" * (size // 6) + b'"'), "body"),
        "half of a surrogate pair as bytes": Bomb(_text(b"\xed\xa0\xbd" * (size // 3)), "body"),
        "escapes": Bomb(_text(b"\\u0041" * (size // 6)), None),
        "brackets in a text": Bomb(_text(b"[{" * (size // 2)), None),
        "spaces": Bomb(b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]' + b" " * size + b"}", None),
        "a name": Bomb(_body(b"").replace(b"gpt-4o", b"m" * size), "model"),
        "gzip": Bomb(gzip.compress(b" " * size), "Content-Encoding", "gzip"),
        "brotli": Bomb(b"\xce\xb2\xcf\x81" * 64, "Content-Encoding", "br"),
        "zstd": Bomb(b"\x28\xb5\x2f\xfd" * 64, "Content-Encoding", "zstd"),
        "two encodings": Bomb(gzip.compress(gzip.compress(b" " * size)), "Content-Encoding", "gzip, gzip"),
    }  # fmt: skip


def _body(fields: bytes) -> bytes:
    return b"{" + fields + b'"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'


def _with(value: bytes) -> bytes:
    """As a field that we do not know."""
    return _body(b'"vendor_field":' + value + b",")


def _text(text: bytes) -> bytes:
    return b'{"model":"gpt-4o","messages":[{"role":"user","content":"' + text + b'"}]}'


def _tool(parameters: bytes) -> bytes:
    tool = b'{"type":"function","function":{"name":"f","parameters":{"a":' + parameters + b"}}}"
    return _body(b'"tools":[' + tool + b"],")
