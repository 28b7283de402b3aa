"""Draws that follow from a seed and from what is drawn for, not from the order in which they are made.

So a request gets the same answer whatever else runs beside it, and a failing seed fails again.
"""

from hashlib import blake2b


def digest(*parts: object) -> str:
    """32 hex digits."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def fraction(*parts: object) -> float:
    """Evenly spread in [0, 1)."""
    return int(digest(*parts)[:13], 16) / 16**13


def between(low: int, high: int, *parts: object) -> int:
    """An integer in [low, high]."""
    return low + int(fraction(*parts) * (high - low + 1))
