"""Refresh tokens: opaque, each good for one use. A token says which session it is for, under a key of ours.

Only the SHA-256 of a session's present token is stored. A token that we made and that is not the present one was used
before: somebody has a copy. That ends the session; and because a made-up token is not authentic, nobody can end a
session by guessing its id.
"""

import base64
import hashlib
import hmac
import re
import uuid

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RANDOM_BYTES = 24
IDLE_S = 14 * 86_400
"""A session that is not refreshed for so long is over."""
LONGEST_S = 30 * 86_400
"""After so long somebody signs in again, however often they came."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{96}")  # of 72 bytes: no padding, no spare bits, one spelling


class RefreshTokens:
    """secret: the bytes of JWT_SECRET."""

    def __init__(self, secret: bytes) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"perpetuo/1/refresh-token").derive(secret)

    def issue(self, session_id: str, random: bytes) -> str:
        """random: RANDOM_BYTES of them."""
        claimed = uuid.UUID(session_id).bytes + random
        return base64.urlsafe_b64encode(claimed + self._seal(claimed)).decode()

    def session_of(self, token: str) -> str | None:
        """The session's id; None for what we did not make."""
        if _TOKEN.fullmatch(token) is None:
            return None
        data = base64.urlsafe_b64decode(token)
        claimed, seal = data[:-32], data[-32:]
        return str(uuid.UUID(bytes=claimed[:16])) if hmac.compare_digest(seal, self._seal(claimed)) else None

    def _seal(self, claimed: bytes) -> bytes:
        return hmac.digest(self._key, claimed, "sha256")


def refresh_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def session_ends_s(created_s: float, now_s: float) -> float:
    """Unix time at which a session ends that is refreshed, or made, now."""
    return min(created_s + LONGEST_S, now_s + IDLE_S)
