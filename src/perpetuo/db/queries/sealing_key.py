"""Which key seals: one answer for every process, changed at one moment.

Whoever seals holds the answer to the end of its transaction; who changes it waits for them. So nothing sealed with the
key before is committed after the change, and whoever looks for what is left on that key finds all of it.

Gateways say which keys they have by advisory locks of the connection they listen on: those end with the process,
however it ends, and everybody may count them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.installation import get_installation_value, set_installation_value

SEALING_KEY = "sealing_key"
"""The installation value: a key's id. Unset before the first rotation: each process's ENCRYPTION_KEY."""

SEALING_LOCK = 0x7065_7270_7365_616C
"""The advisory lock's number: "perpseal" in ASCII. The value's row can not be locked while there is none."""


GATEWAY_LOCK = 0x7065_7270_7761_7463
"""Shared by every gateway: "perpwatc" in ASCII."""


async def hold_sealing_key(conn: AsyncConnection) -> str | None:
    """The id of the key that seals, and goes on to until this transaction ends; None = ENCRYPTION_KEY.

    perpetuo_app may not read `installation`, and needs no right to: the transaction is perpetuo_system for this one
    look, with the workspace put back afterwards. If that fails in between, so does the transaction.
    """
    before = (
        await conn.execute(
            text(
                "SELECT current_setting('role') AS role, "
                "coalesce(current_setting('perpetuo.workspace_id', true), '') AS workspace_id"
            )
        )
    ).one()
    await conn.execute(
        text("SELECT pg_advisory_xact_lock_shared(:number), set_config('role', 'perpetuo_system', true)"),
        {"number": SEALING_LOCK},
    )
    key_id: Any = await get_installation_value(conn, SEALING_KEY)
    await conn.execute(
        text("SELECT set_config('role', :role, true), set_config('perpetuo.workspace_id', :workspace_id, true)"),
        {"role": before.role, "workspace_id": before.workspace_id},
    )
    return key_id


async def set_sealing_key(conn: AsyncConnection, key_id: str) -> bool:
    """As perpetuo_system. False when it is that one already. Waits for everybody who holds another."""
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": SEALING_LOCK})
    if await get_installation_value(conn, SEALING_KEY) == key_id:
        return False
    await set_installation_value(conn, SEALING_KEY, key_id)
    return True


async def announce_keys(driver: Any, key_ids: Sequence[str]) -> None:
    """Until this connection ends. driver: asyncpg's."""
    for number in (GATEWAY_LOCK, *map(_number, key_ids)):
        await driver.execute("SELECT pg_advisory_lock_shared($1)", number)


async def gateways_without(conn: AsyncConnection, key_id: str) -> int:
    """How many gateways are connected that do not have this key."""
    counts = dict.fromkeys((GATEWAY_LOCK, _number(key_id)), 0)
    rows = await conn.execute(
        text(
            "SELECT classid::bigint << 32 | objid::bigint AS number, count(DISTINCT pid) AS holders FROM pg_locks "
            "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY 1"
        )
    )
    counts |= {row.number: row.holders for row in rows if row.number in counts}
    return max(0, counts[GATEWAY_LOCK] - counts[_number(key_id)])


def next_key_missing(gateways: int) -> str:
    return (
        f"{gateways} running gateway worker(s) were not given ENCRYPTION_KEY_NEXT, and could open nothing that is "
        "sealed with it: restart them with it first."
    )


def _number(key_id: str) -> int:
    """63 bits of an id that is itself random."""
    return int(key_id, 16) >> 1
