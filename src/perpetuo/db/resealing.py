"""ENCRYPTION_KEY exchanged while everything runs: which key seals is changed first, then what is stored is sealed anew.

A row is taken only while nobody else works on it, and written only if it still holds what was read; what is missed is
found by the next pass. Stopping anywhere loses nothing: either key opens, and doing it again goes on from there.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, LargeBinary, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from perpetuo.core.audit_chain import key_of_head
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.audit_log import get_audit_head, reseal_audit_head
from perpetuo.db.queries.installation import get_installation_value
from perpetuo.db.queries.sealing_key import SEALING_KEY
from perpetuo.db.sealing import (
    FOR_REQUEST_CONTENTS,
    KEY_ID_BYTES,
    NONCE_BYTES,
    Place,
    SealBroken,
    Sealer,
    provider_key_place,
    request_content_place,
)
from perpetuo.db.tables import provider_keys, request_contents

BATCH_ROWS = 50
PASSES = 5
PASS_PAUSE_S = 0.2
"""Between passes over rows that somebody else held."""
STATEMENT_S = 60
"""Counting reads every row once."""


class SealedTable(msgspec.Struct, frozen=True):
    table: Table
    column: str
    place: Callable[[str, str], Place]


PROVIDER_KEYS = SealedTable(provider_keys, "secret_sealed", provider_key_place)
REQUEST_CONTENTS = SealedTable(request_contents, "content_sealed", request_content_place)


class KeyUse(msgspec.Struct, frozen=True):
    """What is sealed with a key. known: this process has it."""

    key_id: str
    known: bool
    provider_keys: int
    request_contents: int
    audit_head: bool


class EncryptionStatus(msgspec.Struct, frozen=True):
    """current, following: ids of ENCRYPTION_KEY and ENCRYPTION_KEY_NEXT. sealing: of the key that seals."""

    current: str
    following: str | None
    sealing: str
    keys: tuple[KeyUse, ...]

    @property
    def old_key_removable(self) -> bool:
        """Nothing needs ENCRYPTION_KEY any more: what is in ENCRYPTION_KEY_NEXT can take its place."""
        if self.following is None or self.sealing != self.following:
            return False
        return all(
            not (use.provider_keys or use.request_contents or use.audit_head)
            for use in self.keys
            if use.key_id != self.following
        )


class Resealed(msgspec.Struct, frozen=True):
    """Rows sealed anew, and those that no key of ours opens. finished: nothing that opens is left on another key."""

    provider_keys: int
    request_contents: int
    unopened: int
    finished: bool


async def encryption_status(engine: AsyncEngine, sealer: Sealer, audit_keys: Mapping[str, bytes]) -> EncryptionStatus:
    """audit_keys: by the id of the key they come from."""
    async with system_transaction(engine, repeatable=True) as conn:
        await _allow_long_statements(conn)
        sealing = await get_installation_value(conn, SEALING_KEY) or sealer.key_ids[0]
        secrets, contents = await _rows_by_key(conn, PROVIDER_KEYS), await _rows_by_key(conn, REQUEST_CONTENTS)
        head = await get_audit_head(conn)
    head_key = None if head is None else key_of_head(head, audit_keys.values())
    ids = dict.fromkeys((*sealer.key_ids, *secrets, *contents))
    return EncryptionStatus(
        current=sealer.key_ids[0],
        following=sealer.key_ids[1] if len(sealer.key_ids) > 1 else None,
        sealing=sealing,
        keys=tuple(
            KeyUse(
                key_id=key_id,
                known=key_id in sealer.key_ids,
                provider_keys=secrets.get(key_id, 0),
                request_contents=contents.get(key_id, 0),
                audit_head=head_key is not None and audit_keys.get(key_id) == head_key,
            )
            for key_id in ids
        ),
    )


async def reseal(
    engine: AsyncEngine,
    sealer: Sealer,
    audit_keys: Mapping[str, bytes],
    key_id: str,
    random_bytes: Callable[[int], bytes],
    *,
    within_s: float,
) -> Resealed:
    """Everything on this key, which seals already (`set_sealing_key`). Stops, unfinished, when its time is over.

    Raises AuditHeadBroken.
    """
    ends_s = time.monotonic() + within_s
    async with system_transaction(engine) as conn:
        await reseal_audit_head(conn, tuple(audit_keys.values()), audit_keys[key_id])
    run = _Resealing(engine, key_id, random_bytes, ends_s)
    secrets = await run.every_row(PROVIDER_KEYS, sealer)
    contents = await run.every_row(REQUEST_CONTENTS, sealer.for_purpose(FOR_REQUEST_CONTENTS))
    return Resealed(secrets, contents, len(run.unopened), run.finished)


class _Resealing:
    def __init__(self, engine: AsyncEngine, key_id: str, random_bytes: Callable[[int], bytes], ends_s: float) -> None:
        self._engine = engine
        self._key_id = key_id
        self._random_bytes = random_bytes
        self._ends_s = ends_s
        self.unopened: set[str] = set()
        self.finished = True

    async def every_row(self, sealed: SealedTable, sealer: Sealer) -> int:
        """How many were sealed anew."""
        done = 0
        for _ in range(PASSES):
            after: str | None = None
            while time.monotonic() < self._ends_s:
                after, written = await self._batch(sealed, sealer, after)
                done += written
                if after is None:
                    break
            async with system_transaction(self._engine) as conn:
                await _allow_long_statements(conn)
                left = await self._count_left(conn, sealed)
            if left == 0:
                return done
            if time.monotonic() >= self._ends_s:
                break
            await asyncio.sleep(PASS_PAUSE_S)
        self.finished = False
        return done

    async def _batch(self, sealed: SealedTable, sealer: Sealer, after: str | None) -> tuple[str | None, int]:
        """The last id that was looked at, None at the end; and how many rows were sealed anew."""
        table, column = sealed.table, sealed.table.c[sealed.column]
        statement = select(table.c.id, table.c.workspace_id, column).where(_key_bytes(column) != self._target)
        if after is not None:
            statement = statement.where(table.c.id > after)
        async with system_transaction(self._engine) as conn:
            # Nothing that a gateway holds changes with it: no snapshot is read again for it (migration 0006).
            await conn.execute(text("SELECT set_config('perpetuo.resealing', 'on', true)"))
            await _allow_long_statements(conn)
            rows = (
                await conn.execute(statement.order_by(table.c.id).limit(BATCH_ROWS).with_for_update(skip_locked=True))
            ).all()
            anew = await asyncio.to_thread(self._sealed_anew, sealed, sealer, rows)
            for row, envelope in anew:
                await conn.execute(
                    table.update().where(table.c.id == row[0], column == row[2]).values({sealed.column: envelope})
                )
        return rows[-1][0] if len(rows) == BATCH_ROWS else None, len(anew)

    def _sealed_anew(self, sealed: SealedTable, sealer: Sealer, rows: Any) -> list[tuple[Any, bytes]]:
        anew: list[tuple[Any, bytes]] = []
        for row in rows:
            place = sealed.place(row[1], row[0])
            try:
                secret = sealer.open(bytes(row[2]), place)
            except SealBroken:
                self.unopened.add(row[0])
                continue
            anew.append((row, sealer.seal(secret, place, self._random_bytes(NONCE_BYTES), self._key_id)))
        return anew

    async def _count_left(self, conn: AsyncConnection, sealed: SealedTable) -> int:
        """On another key, without those that do not open."""
        column = sealed.table.c[sealed.column]
        statement = select(func.count()).where(
            _key_bytes(column) != self._target, sealed.table.c.id.not_in(list(self.unopened))
        )
        return await conn.scalar(statement) or 0

    @property
    def _target(self) -> bytes:
        return bytes.fromhex(self._key_id)


async def _rows_by_key(conn: AsyncConnection, sealed: SealedTable) -> dict[str, int]:
    key = _key_bytes(sealed.table.c[sealed.column])
    rows = await conn.execute(select(key, func.count()).group_by(key).order_by(key))
    return {bytes(found).hex(): count for found, count in rows.all()}


def _key_bytes(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """The key's id in an envelope: what follows its version."""
    return func.substring(column, 2, KEY_ID_BYTES, type_=LargeBinary)


async def _allow_long_statements(conn: AsyncConnection) -> None:
    await conn.execute(text(f"SELECT set_config('statement_timeout', '{STATEMENT_S}s', true)"))
