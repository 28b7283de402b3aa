"""Which key seals: one answer for every process, changed at one moment.

Whoever seals holds the answer to the end of its transaction; who changes it waits for them. So nothing sealed with the
key before is committed after the change, and whoever looks for what is left on that key finds all of it.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.installation import get_installation_value, set_installation_value

SEALING_KEY = "sealing_key"
"""The installation value: a key's id. Unset before the first rotation: each process's ENCRYPTION_KEY."""

SEALING_LOCK = 0x7065_7270_7365_616C
"""The advisory lock's number: "perpseal" in ASCII. The value's row can not be locked while there is none."""


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
