"""JWT_SECRET and ENCRYPTION_KEY: made, kept in a file only their owner reads, and refused when weak."""

import base64
import binascii
import itertools
import secrets
from pathlib import Path

from perpetuo.cli.failures import Failure

MINIMUM_BYTES = 32
MINIMUM_DISTINCT_BYTES = 12
"""32 random bytes have about 30 distinct ones; fewer than 12 does not happen by chance (p < 1e-15)."""

HOW_TO_MAKE_ONE = "make one with `openssl rand -base64 32`"


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(MINIMUM_BYTES)).decode()


def require_strong(name: str, value: str | None) -> str:
    """Raises Failure for a missing, short, repetitive or hand-typed secret; never repeats the value."""
    if not value or not value.strip():
        raise Failure(f"{name} is not set: {HOW_TO_MAKE_ONE}.")
    decoded = _decode(value.strip())
    if decoded is None:
        raise Failure(f"{name} is not base64: {HOW_TO_MAKE_ONE}.")
    if len(decoded) < MINIMUM_BYTES:
        raise Failure(f"{name} is shorter than {MINIMUM_BYTES} bytes: {HOW_TO_MAKE_ONE}.")
    # A readable text is what people type, and what examples and tutorials contain.
    readable = all(32 <= byte < 127 for byte in decoded)
    sequence = all((after - before) % 256 == 1 for before, after in itertools.pairwise(decoded))
    if readable or sequence or len(set(decoded)) < MINIMUM_DISTINCT_BYTES:
        raise Failure(f"{name} looks like a default or hand-typed value: {HOW_TO_MAKE_ONE}.")
    return value.strip()


def _decode(value: str) -> bytes | None:
    padded = value + "=" * (-len(value) % 4)
    for altchars in (None, b"-_"):
        try:
            return base64.b64decode(padded, altchars=altchars, validate=True)
        except (binascii.Error, ValueError):
            continue
    return None


def read_secrets_file(path: Path) -> dict[str, str]:
    """NAME=value lines; an absent file is empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
