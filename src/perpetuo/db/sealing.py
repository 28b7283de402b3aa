"""Secrets at rest: AES-256-GCM, bound to the place they are stored at.

envelope = version (1 byte) ‖ key id (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16)

The associated data is the place and the version, each part length-prefixed: an envelope copied to another row, column
or workspace does not open. The AES key is derived from ENCRYPTION_KEY by HKDF-SHA256, one per purpose.

While ENCRYPTION_KEY is exchanged for ENCRYPTION_KEY_NEXT both open; which of them seals is the installation's to say
(`queries.sealing_key`), so that all processes change over at one moment.
"""

import base64
import binascii
import hashlib
import itertools
import struct
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
KEY_ID_BYTES = 8
NONCE_BYTES = 12
"""96 bits: https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf, section 5.2.1.1."""
TAG_BYTES = 16
HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES

MINIMUM_SECRET_BYTES = 32
MINIMUM_DISTINCT_BYTES = 12
"""32 random bytes have about 30 distinct ones."""
FOR_PROVIDER_KEYS = "provider-key-secret"
FOR_REQUEST_CONTENTS = "request-content"
"""What a key derived from ENCRYPTION_KEY is for."""

WEAK_WORDS = ("changeme", "change-me", "change_me", "password", "default", "example", "insecure", "perpetuo", "secret")
HASHED_WORDS = ("", "admin", "changeme", "default", "key", "password", "perpetuo", "secret", "test")
"""A hash of one of these is no secret either."""


class SealBroken(Exception):
    """The envelope does not open: another key, another place, or not as it was sealed. Never says which bytes."""


class SealingKeyMissing(Exception):
    """We are told to seal with a key that we were not started with."""

    def __init__(self) -> None:
        super().__init__(
            "Secrets are sealed with another ENCRYPTION_KEY than this process has: ENCRYPTION_KEY_NEXT was given to "
            "others and rotated to. Restart this one with it."
        )


class SecretRefused(ValueError):
    """A secret of the environment is missing or weak. The message never repeats it."""


class Place(msgspec.Struct, frozen=True):
    """Where an envelope is stored: a column of a row of a workspace's table."""

    workspace_id: str
    table: str
    row_id: str
    column: str


def provider_key_place(workspace_id: str, provider_key_id: str) -> Place:
    return Place(workspace_id, "provider_keys", provider_key_id, "secret_sealed")


def request_content_place(workspace_id: str, request_id: str) -> Place:
    return Place(workspace_id, "request_contents", request_id, "content_sealed")


class Sealer:
    """Opens with `encryption_key` and `others`; seals with any of them. Raw key bytes, as `parse_secret` gives."""

    def __init__(
        self, encryption_key: bytes, *, purpose: str = FOR_PROVIDER_KEYS, others: Sequence[bytes] = ()
    ) -> None:
        self._keys = (encryption_key, *others)
        self._ciphers = {key_id(key): _cipher(key, purpose) for key in self._keys}

    def for_purpose(self, purpose: str) -> "Sealer":
        """With the same keys."""
        return Sealer(self._keys[0], purpose=purpose, others=self._keys[1:])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Hexadecimal; `encryption_key` first."""
        return tuple(self._ciphers)

    def seal(self, secret: bytes, place: Place, nonce: bytes, key_id: str | None = None) -> bytes:
        """nonce: 12 bytes from a source of randomness, never used again. Raises ValueError for another length.

        key_id: of the key to seal with; None = `encryption_key`. Raises SealingKeyMissing.
        """
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
        key_id = key_id or self.key_ids[0]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealingKeyMissing
        header = bytes((VERSION,)) + bytes.fromhex(key_id) + nonce
        return header + cipher.encrypt(nonce, secret, _associated_data(place, VERSION))

    def open(self, envelope: bytes, place: Place) -> bytes:
        """Raises SealBroken."""
        if len(envelope) < HEADER_BYTES + TAG_BYTES:
            raise SealBroken("the envelope is too short")
        if envelope[0] != VERSION:
            raise SealBroken("the envelope has an unknown version")
        cipher = self._ciphers.get(sealed_with(envelope))
        if cipher is None:
            raise SealBroken("the envelope was sealed with another ENCRYPTION_KEY")
        nonce, sealed = envelope[1 + KEY_ID_BYTES : HEADER_BYTES], envelope[HEADER_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, _associated_data(place, VERSION))
        except InvalidTag:
            raise SealBroken("the envelope was changed or belongs to another place") from None


def sealed_with(envelope: bytes) -> str:
    """The id of the key that sealed it."""
    return envelope[1 : 1 + KEY_ID_BYTES].hex()


def key_id(encryption_key: bytes) -> str:
    """16 hexadecimal digits, the same for every purpose. Derived like a key, so it tells nothing about any.

    Raises SecretRefused for a short key.
    """
    return _derive(encryption_key, FOR_PROVIDER_KEYS)[32:].hex()


def audit_key(encryption_key: bytes) -> bytes:
    """What seals the audit log's head, 32 bytes."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"perpetuo/1/audit-head").derive(encryption_key)


def parse_secret(name: str, value: str | None) -> bytes:
    """The bytes of a base64 secret (standard or URL-safe, padding optional), at least 32 of them.

    Raises SecretRefused for a missing, short, default, readable or repetitive one.
    """
    remedy = "make one with `openssl rand -base64 32`"
    text = (value or "").strip()
    if not text:
        raise SecretRefused(f"{name} is not set: {remedy}.")
    if any(word in text.lower() for word in WEAK_WORDS) or _is_hash_of_a_word(text):
        raise SecretRefused(f"{name} looks like a default value: {remedy}.")
    decoded = _decode_base64(text)
    if decoded is None:
        raise SecretRefused(f"{name} is not base64: {remedy}.")
    if len(decoded) < MINIMUM_SECRET_BYTES:
        raise SecretRefused(f"{name} is shorter than {MINIMUM_SECRET_BYTES} bytes: {remedy}.")
    if _is_patterned(decoded) or _is_typed(text):
        raise SecretRefused(f"{name} is readable or repetitive, not random: {remedy}.")
    return decoded


def _decode_base64(text: str) -> bytes | None:
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_patterned(secret: bytes) -> bool:
    readable = all(32 <= byte < 127 for byte in secret)
    steps = {(after - before) % 256 for before, after in itertools.pairwise(secret)}
    return readable or _repeats(secret) or len(steps) == 1 or len(set(secret)) < MINIMUM_DISTINCT_BYTES


def _is_typed(text: str) -> bool:
    """Words or a run of keys, which are base64 too; random base64 has letters of both cases, random hex has digits."""
    text = text.rstrip("=")
    return (
        _repeats(text)
        or len(set(text)) < MINIMUM_DISTINCT_BYTES
        or text.isdigit()
        or (text.isalpha() and (text.islower() or text.isupper()))
    )


def _repeats(text: bytes | str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _is_hash_of_a_word(text: str) -> bool:
    for word, digest in itertools.product(HASHED_WORDS, (hashlib.sha256, hashlib.sha384, hashlib.sha512)):
        hashed = digest(word.encode()).digest()
        if text.lower() == hashed.hex() or _decode_base64(text) == hashed:
            return True
    return False


def _cipher(encryption_key: bytes, purpose: str) -> AESGCM:
    return AESGCM(_derive(encryption_key, purpose)[:32])


def _derive(encryption_key: bytes, purpose: str) -> bytes:
    """An AES key and KEY_ID_BYTES."""
    if len(encryption_key) < MINIMUM_SECRET_BYTES:
        raise SecretRefused(f"an encryption key has at least {MINIMUM_SECRET_BYTES} bytes")
    info = b"perpetuo/1/" + purpose.encode()
    return HKDF(algorithm=SHA256(), length=32 + KEY_ID_BYTES, salt=None, info=info).derive(encryption_key)


def _associated_data(place: Place, version: int) -> bytes:
    parts = (place.workspace_id, place.table, place.row_id, place.column, str(version))
    encoded = [part.encode() for part in parts]
    return b"".join(struct.pack("!I", len(part)) + part for part in encoded)
