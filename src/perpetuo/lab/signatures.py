"""Signatures of reasoning, as opaque to a client as a vendor's, which the simulated vendor can check again.

They follow from what they sign alone, so that any vendor of the same shape accepts them, as two keys of one real
vendor do.
"""

import base64
import binascii
from hashlib import blake2b

_KEY_BYTES = 16
_DIGEST_BYTES = 32


def sign(key: str, what: str) -> str:
    """Base64 with its padding, with `+` and `/`. key: 32 hex digits; what: the text that may not change."""
    raw = bytes.fromhex(key)
    return base64.b64encode(raw + _digest(raw, what)).decode()


def is_signature_of(signature: str, what: str) -> bool:
    """False also for anything that the lab did not make."""
    raw = _decoded(signature)
    return raw is not None and raw[_KEY_BYTES:] == _digest(raw[:_KEY_BYTES], what)


def _decoded(signature: str) -> bytes | None:
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _KEY_BYTES + _DIGEST_BYTES else None


def _digest(key: bytes, what: str) -> bytes:
    return blake2b(what.encode("utf-8", "surrogatepass"), key=key, digest_size=_DIGEST_BYTES).digest()
