"""The audit log: appended to in the transaction of the change itself (as perpetuo_system), read by page."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.core.audit_chain import GENESIS, AuditEntry, AuditHead, entry_hash, head_seal, key_of_head
from perpetuo.db.tables import audit_head, audit_log

Row = dict[str, Any]

AUDIT_LOCK = 0x7065_7270_6175_6469
"""The advisory lock's number: "perpaudi" in ASCII. The head's row can not be locked while there is none."""

PAGE = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AuditHeadBroken(Exception):
    def __init__(self) -> None:
        super().__init__(
            "The audit log's head is not sealed with this process's ENCRYPTION_KEY: nothing is changed before that is "
            "looked into with `perpetuo admin audit verify`."
        )


async def append_audit_entry(
    conn: AsyncConnection,
    head_keys: Sequence[bytes],
    *,
    id: str,
    workspace_id: str | None,
    at_ms: int,
    actor_kind: str,
    actor_id: str | None,
    actor_name: str,
    action: str,
    target_kind: str,
    target_id: str | None,
    details: dict[str, Any],
    address: str,
) -> None:
    """The last statement of a transaction, which it turns into one of perpetuo_system: everybody who changes anything
    waits from here to the commit.

    head_keys: `sealing.audit_key`s. The head stays sealed with the one it is sealed with; the very first
    head gets the first.
    Raises AuditHeadBroken for a head sealed with none of them: an entry after it would make it look right again.
    """
    await conn.execute(
        text("SELECT set_config('role', 'perpetuo_system', true), set_config('perpetuo.workspace_id', '', true)")
    )
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": AUDIT_LOCK})
    head = await get_audit_head(conn)
    head_key = head_keys[0] if head is None else key_of_head(head, head_keys)
    if head_key is None:
        raise AuditHeadBroken
    entry = AuditEntry(
        sequence=(head.entries if head else 0) + 1,
        id=id,
        workspace_id=workspace_id,
        at_ms=at_ms,
        actor_kind=actor_kind,
        actor_id=actor_id,
        actor_name=actor_name,
        action=action,
        target_kind=target_kind,
        target_id=target_id,
        details=details,
        address=address,
    )
    hashed = entry_hash(head.last_hash if head else GENESIS, entry)
    await conn.execute(
        insert(audit_log).values(
            sequence=entry.sequence,
            id=id,
            workspace_id=workspace_id,
            at=EPOCH + timedelta(milliseconds=at_ms),
            actor_kind=actor_kind,
            actor_id=actor_id,
            actor_name=actor_name,
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            details=details,
            address=address,
            entry_hash=hashed,
        )
    )
    await set_audit_head(conn, head_key, entry.sequence, hashed)


async def get_audit_head(conn: AsyncConnection) -> AuditHead | None:
    row = (await conn.execute(select(audit_head))).mappings().first()
    return AuditHead(row["entries"], bytes(row["last_hash"]), bytes(row["seal"])) if row else None


async def set_audit_head(conn: AsyncConnection, head_key: bytes, entries: int, last_hash: bytes) -> None:
    values = {"entries": entries, "last_hash": last_hash, "seal": head_seal(head_key, entries, last_hash)}
    statement = upsert(audit_head).values(only_row=True, **values)
    await conn.execute(statement.on_conflict_do_update(index_elements=["only_row"], set_=values))


async def reseal_audit_head(conn: AsyncConnection, head_keys: Sequence[bytes], head_key: bytes) -> None:
    """With another key, of those it may be sealed with now. Raises AuditHeadBroken."""
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": AUDIT_LOCK})
    head = await get_audit_head(conn)
    if head is None:
        return
    if key_of_head(head, head_keys) is None:
        raise AuditHeadBroken
    await set_audit_head(conn, head_key, head.entries, head.last_hash)


async def accept_audit_log(conn: AsyncConnection, head_key: bytes) -> int:
    """A head for the log as it is, whatever the present one says; how many entries that are."""
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": AUDIT_LOCK})
    statement = select(audit_log.c.sequence, audit_log.c.entry_hash).order_by(audit_log.c.sequence.desc()).limit(1)
    last = (await conn.execute(statement)).first()
    entries, last_hash = (last.sequence, bytes(last.entry_hash)) if last else (0, GENESIS)
    await set_audit_head(conn, head_key, entries, last_hash)
    return entries


class AuditFilter(NamedTuple):
    """None = whatever; [since, until)."""

    action: str | None = None
    actor_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = AuditFilter()


async def list_audit_entries(
    conn: AsyncConnection,
    workspace_id: str | None,
    *,
    limit: int,
    before_sequence: int | None = None,
    wanted: AuditFilter = EVERYTHING,
) -> list[Row]:
    """Newest first. workspace_id: None = of everybody (`system_transaction`)."""
    statement = select(*(column for column in audit_log.c if column.name != "entry_hash"))
    if workspace_id is not None:
        statement = statement.where(audit_log.c.workspace_id == workspace_id)
    if before_sequence is not None:
        statement = statement.where(audit_log.c.sequence < before_sequence)
    if wanted.action is not None:
        statement = statement.where(audit_log.c.action == wanted.action)
    if wanted.actor_id is not None:
        statement = statement.where(audit_log.c.actor_id == wanted.actor_id)
    if wanted.since is not None:
        statement = statement.where(audit_log.c.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(audit_log.c.at < wanted.until)
    statement = statement.order_by(audit_log.c.sequence.desc()).limit(limit)
    return [dict(row) for row in (await conn.execute(statement)).mappings()]


async def read_audit_chain(conn: AsyncConnection) -> AsyncGenerator[tuple[AuditEntry, bytes]]:
    """Every entry with its stored hash, oldest first."""
    after = None
    while True:
        statement = select(audit_log).order_by(audit_log.c.sequence).limit(PAGE)
        if after is not None:
            statement = statement.where(audit_log.c.sequence > after)
        rows = (await conn.execute(statement)).mappings().all()
        for row in rows:
            yield _entry(dict(row)), bytes(row["entry_hash"])
        if len(rows) < PAGE:
            return
        after = rows[-1]["sequence"]


def _entry(row: Row) -> AuditEntry:
    at: datetime = row.pop("at")
    del row["entry_hash"]
    # We write whole milliseconds: what lies between them is somebody else's, and no entry of ours has -1.
    at_ms = (at - EPOCH) // timedelta(milliseconds=1) if at.microsecond % 1000 == 0 else -1
    return AuditEntry(at_ms=at_ms, **row)
