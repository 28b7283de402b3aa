"""Passwords of people: Argon2id, as a PHC string."""

import os
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# OWASP's first recommendation with 19 MiB: m=19456 KiB, t=2, p=1; read 2026-11-23 at
# https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
MEMORY_KIB = 19456
ITERATIONS = 2
LANES = 1
SALT_BYTES = 16
HASH_BYTES = 32


def hash_password(password: str) -> str:
    """`$argon2id$v=19$m=...,t=...,p=...$salt$hash`"""
    kdf = Argon2id(
        salt=os.urandom(SALT_BYTES),
        length=HASH_BYTES,
        iterations=ITERATIONS,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    )
    return kdf.derive_phc_encoded(password.encode())


def password_matches(password: str, hashed: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), hashed)
    except (InvalidKey, ValueError):  # ValueError: not a hash of ours
        return False
    return True


def new_password() -> str:
    """144 bits."""
    return secrets.token_urlsafe(18)
