"""What the projector writes to: rows, counters and positions in one transaction, one bad row never in the way."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from asyncpg import PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.db.content_sealing import ContentResealer
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.api_keys import note_api_keys_used
from perpetuo.db.queries.projection import (
    delete_journal_positions,
    get_journal_positions,
    insert_settlements,
    set_journal_positions,
)
from perpetuo.db.queries.request_contents import SealedContent, insert_request_contents

_log = logging.getLogger(__name__)

COMPLETE = 2**63 - 1
"""The position of a file that was deleted because all of it is in the tables, while its writer is still alive."""

USED_EVERY_MS = 60_000
"""Of one API key, from one noted use to the next."""
MAX_KEYS_NOTED = 100_000

# Classes of SQLSTATE that a row is to blame for, not the server: data exception, constraint, program limit.
# Source: https://www.postgresql.org/docs/18/errcodes-appendix.html, read 2026-11-23.
_ROW_IS_TO_BLAME = ("22", "23", "54")


class SqlProjectionStore:
    """The projector's `ProjectionStore`. engine: of any role; everything here runs as perpetuo_system."""

    def __init__(self, engine: AsyncEngine, reseal: ContentResealer | None = None) -> None:
        self._engine = engine
        self._reseal = reseal
        self._used_at_ms: dict[str, int] = {}
        """API key id -> the use of it that was noted last."""

    async def positions(self, segments: Sequence[str]) -> dict[str, int]:
        async with system_transaction(self._engine) as conn:
            return await get_journal_positions(conn, segments)

    async def apply(
        self, rows: Sequence[dict[str, Any]], positions: Mapping[str, int], contents: Sequence[SealedContent] = ()
    ) -> tuple[set[str], dict[str, str]]:
        """ids inserted, and id -> reason for rows the tables can never take."""
        inserted, rejected = await self._apply(rows, positions, contents)
        await self._note_used([row for row in rows if row["id"] in inserted])
        return inserted, rejected

    async def _note_used(self, rows: Sequence[dict[str, Any]]) -> None:
        """When API keys were used, to the minute. It is worth no request's row: what fails is left to the next use."""
        used: dict[str, tuple[str, str, int]] = {}
        for row in rows:
            key_id, at_ms = row["api_key_id"], row["received_at_ms"]
            noted_at_ms = used[key_id][2] if key_id in used else self._used_at_ms.get(key_id, 0) + USED_EVERY_MS
            if at_ms >= noted_at_ms:
                used[key_id] = (row["workspace_id"], key_id, at_ms)
        if not used:
            return
        try:
            async with system_transaction(self._engine) as conn:
                noted = await note_api_keys_used(conn, used.values())
        except (SQLAlchemyError, PostgresError, OSError, TimeoutError) as exc:
            _log.warning("when %d API keys were used is not noted: %s", len(used), type(exc).__name__)
            return
        if len(self._used_at_ms) + len(noted) > MAX_KEYS_NOTED:
            self._used_at_ms.clear()
        self._used_at_ms |= {key_id: used[key_id][2] for key_id in noted}

    async def _apply(
        self, rows: Sequence[dict[str, Any]], positions: Mapping[str, int], contents: Sequence[SealedContent]
    ) -> tuple[set[str], dict[str, str]]:
        try:
            return await self._insert(rows, positions, contents), {}
        except PostgresError as exc:
            if not _row_is_to_blame(exc):
                raise
        # Rare: find the rows at fault, a transaction for each, and keep the others.
        inserted: set[str] = set()
        rejected: dict[str, str] = {}
        for row in rows:
            try:
                inserted |= await self._insert([row], {})
            except PostgresError as exc:
                if not _row_is_to_blame(exc):
                    raise
                rejected[row["id"]] = f"{type(exc).__name__} ({_sqlstate(exc)})"
        for content in contents:
            try:
                await self._insert([], {}, [content])
            except PostgresError as exc:
                if not _row_is_to_blame(exc):
                    raise
                _log.error("the content of request %s is not kept: %s", content.id, type(exc).__name__)
        await self._insert([], positions)
        return inserted, rejected

    async def finish(self, segments: Sequence[str]) -> None:
        await self._insert([], dict.fromkeys(segments, COMPLETE))

    async def forget(self, segments: Sequence[str]) -> None:
        async with system_transaction(self._engine) as conn:
            await delete_journal_positions(conn, segments)

    async def _insert(
        self, rows: Sequence[dict[str, Any]], positions: Mapping[str, int], contents: Sequence[SealedContent] = ()
    ) -> set[str]:
        async with system_transaction(self._engine) as conn:
            inserted = await insert_settlements(conn, rows) if rows else set[str]()
            if contents:
                anew = contents if self._reseal is None else await self._reseal(conn, contents)
                await insert_request_contents(conn, anew)
            await set_journal_positions(conn, positions)
        return inserted


def _row_is_to_blame(exc: PostgresError) -> bool:
    return _sqlstate(exc).startswith(_ROW_IS_TO_BLAME)


def _sqlstate(exc: PostgresError) -> str:
    return str(getattr(exc, "sqlstate", None) or "")
