"""Request ids and API keys. Pure: time and randomness come in."""

import datetime
import functools
import hashlib
import re
import uuid

_API_KEY = re.compile(r"pk_[0-9a-f]{48}")
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


def uuid7(wall_ms: int, random10: bytes) -> uuid.UUID:
    """A UUIDv7 (RFC 9562, section 5.7) of this Unix time in ms and ten random bytes."""
    random_bits = int.from_bytes(random10, "big")
    value = wall_ms << 80 | _VERSION_7 | (random_bits >> 62 & 0xFFF) << 64 | _VARIANT | random_bits & (1 << 62) - 1
    return uuid.UUID(int=value)


def uuid7_text(wall_ms: int, random10: bytes) -> str:
    """A UUIDv7 in its text form, made without the object."""
    digits = f"{wall_ms:012x}{random10.hex()}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def uuid7_floor(wall_ms: int) -> uuid.UUID:
    """Not greater than any UUIDv7 of that ms, greater than all of the ms before: for ranges and partitions."""
    return uuid.UUID(int=wall_ms << 80)


def uuid7_ms(request_id: uuid.UUID) -> int:
    """The Unix time in ms that a UUIDv7 carries."""
    return request_id.int >> 80


def month_bounds(wall_ms: int) -> tuple[int, int]:
    """Unix ms of the first instant of this UTC month and of the next one."""
    return _month_of_day(wall_ms // 86_400_000)


@functools.lru_cache(maxsize=16)
def _month_of_day(day: int) -> tuple[int, int]:
    """day: days since 1970."""
    now = datetime.datetime.fromtimestamp(day * 86_400, datetime.UTC)
    start = datetime.datetime(now.year, now.month, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=datetime.UTC)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


def new_api_key(random24: bytes) -> str:
    """`pk_` and 48 hex digits. Shown once: only its digest is stored."""
    return f"pk_{random24.hex()}"


def api_key_digest(key: str | bytes) -> bytes:
    """SHA-256, 32 bytes. A fast hash is enough: the key has 192 random bits."""
    return hashlib.sha256(key.encode() if isinstance(key, str) else key).digest()


def looks_like_api_key(key: str) -> bool:
    return _API_KEY.fullmatch(key) is not None
