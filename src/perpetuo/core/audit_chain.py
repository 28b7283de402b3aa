"""The audit log as a chain: each entry's hash covers the entry before it, a sealed head covers the last.

Editing, removing or reordering entries breaks the chain; cutting its end, or writing it anew from some entry on, leaves
a head that does not match, and the head's seal needs a key that is not in the database. The database as a whole, set
back to what it once was, looks like it did then: only somebody who noted a later hash elsewhere can tell.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import msgspec

GENESIS = bytes(32)
"""What the first entry follows."""


class AuditEntry(msgspec.Struct, frozen=True):
    """One change. at_ms: Unix time. workspace_id: None = the installation. details: JSON, never a secret.

    actor_kind: `user`, `access_token`, `command_line` or `nobody` (signing up, signing in).
    """

    sequence: int
    id: str
    workspace_id: str | None
    at_ms: int
    actor_kind: str
    actor_id: str | None
    actor_name: str
    action: str
    target_kind: str
    target_id: str | None
    details: dict[str, Any]
    address: str


class AuditHead(msgspec.Struct, frozen=True):
    entries: int
    last_hash: bytes
    seal: bytes


class Tampered(msgspec.Struct, frozen=True):
    """sequence: the first entry that does not fit; None: the head does not."""

    sequence: int | None
    reason: str


SEAL_NOT_OURS = Tampered(None, "the head's seal is not ours")
"""Or the keys that were asked are not those of the installation."""


def entry_hash(previous: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 of the previous hash and the entry's JSON with sorted keys."""
    return hashlib.sha256(previous + msgspec.json.encode(entry, order="sorted")).digest()


def head_seal(key: bytes, entries: int, last_hash: bytes) -> bytes:
    return hmac.digest(key, entries.to_bytes(8, "big") + last_hash, "sha256")


def key_of_head(head: AuditHead, keys: Iterable[bytes]) -> bytes | None:
    """The one of these that the head is sealed with."""
    for key in keys:
        if hmac.compare_digest(head_seal(key, head.entries, head.last_hash), head.seal):
            return key
    return None


class ChainCheck:
    """Reads entries in the order of their sequence, however many; `finish` compares the end with the head.

    expected: how many entries there were once, and the hash of the last of them.
    """

    def __init__(self, expected: tuple[int, bytes] | None = None) -> None:
        self._last = GENESIS
        self._count = 0
        self._expected = expected or (0, GENESIS)

    @property
    def count(self) -> int:
        return self._count

    @property
    def last_hash(self) -> bytes:
        return self._last

    def add(self, entry: AuditEntry, stored_hash: bytes) -> Tampered | None:
        expected = self._count + 1
        if entry.sequence != expected:
            return Tampered(entry.sequence, f"entry {expected} is missing or out of order")
        self._last = entry_hash(self._last, entry)
        self._count = expected
        if not hmac.compare_digest(self._last, stored_hash):
            return Tampered(entry.sequence, "the entry was changed, or the one before it")
        if self._count == self._expected[0] and self._last != self._expected[1]:
            return Tampered(entry.sequence, "this entry was another one once")
        return None

    def finish(self, head: AuditHead | None, keys: Iterable[bytes]) -> Tampered | None:
        """keys: those the head may be sealed with."""
        if self._count < self._expected[0]:
            return Tampered(None, f"there were {self._expected[0]} entries once, now there are {self._count}")
        if head is None:
            return Tampered(None, "the head is missing") if self._count else None
        if key_of_head(head, keys) is None:
            return SEAL_NOT_OURS
        if head.entries != self._count:
            return Tampered(None, f"the head counts {head.entries} entries, the log has {self._count}")
        if not hmac.compare_digest(head.last_hash, self._last):
            return Tampered(None, "the last entry is not the one the head knows")
        return None
