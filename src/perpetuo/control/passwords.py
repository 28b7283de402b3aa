"""Passwords of people: what makes a good one, and Argon2id, as a PHC string."""

import base64
import os
import secrets
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# OWASP's first recommendation with 19 MiB: m=19456 KiB, t=2, p=1; read 2026-11-23 at
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
MEMORY_KIB = 19456
ITERATIONS = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256
"""At most 1 KiB, and three times that where normalisation takes letters apart."""
FEWEST_DIFFERENT = 5
OBVIOUS = frozenset(
    {
        "123456789012",
        "1234567890123",
        "12345678901234",
        "abcdefghijkl",
        "administrator",
        "changemechangeme",
        "correcthorsebatterystaple",
        "iloveyouiloveyou",
        "letmeinletmein",
        "passwordpassword",
        "password1234",
        "password12345",
        "password123456",
        "perpetuoperpetuo",
        "q1w2e3r4t5y6",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "1q2w3e4r5t6y",
    }
)

PREFIX = "$argon2id$"


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


UNKNOWN_USERS_HASH = (
    f"{PREFIX}v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}${_encoded(bytes(SALT_BYTES))}${_encoded(bytes(HASH_BYTES))}"
)
"""Takes as long to compare with as a real one, and nothing is known to match it."""


def why_not(password: str, email: str) -> str | None:
    """What is wrong with this as the password of the one with that address, for people; None: nothing.

    Any characters count, spaces at the ends too, and there are no composition rules: NIST SP 800-63B section 5.1.1.2,
    https://github.com/usnistgov/800-63-3/blob/nist-pages/sp800-63b/sec5_authenticators.md, read 2026-11-25.
    """
    password, lowered = _normalised(password), password.strip().lower()
    if len(password) < MIN_CHARACTERS:
        return f"A password has at least {MIN_CHARACTERS} characters."
    if len(password) > MAX_CHARACTERS:
        return f"A password has at most {MAX_CHARACTERS} characters."
    if lowered == email.lower():
        return "The e-mail address is not a password."
    if lowered.replace(" ", "") in OBVIOUS or len(set(lowered)) < FEWEST_DIFFERENT:
        return "This password is too easy to guess."
    return None


def hash_password(password: str) -> str:
    """`$argon2id$v=19$m=...,t=...,p=...$salt$hash`"""
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES),
        length=HASH_BYTES,
        iterations=ITERATIONS,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    )
    return kdf.derive_phc_encoded(_normalised(password).encode())


def password_matches(password: str, hashed: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(_normalised(password).encode(), hashed)
    except (InvalidKey, ValueError):  # ValueError: not a hash of ours
        return False
    return True


def is_password_hash(hashed: str) -> bool:
    return hashed.startswith(PREFIX)


def new_password() -> str:
    """144 bits."""
    return secrets.token_urlsafe(18)


def _normalised(password: str) -> str:
    """NFC, so that a letter is the same whichever keyboard composed it; NFKC would make different passwords equal.
    RFC 8265, section 4.2 (OpaqueString)."""
    return unicodedata.normalize("NFC", password)
