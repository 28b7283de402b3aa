"""Links that work once, for a person (`system_transaction`). Only the SHA-256 of what is in the link is stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.tables import one_time_tokens

Row = dict[str, Any]


async def insert_one_time_token(
    conn: AsyncConnection,
    *,
    id: str,
    user_id: str,
    purpose: str,
    token_hash: bytes,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    await conn.execute(
        insert(one_time_tokens).values(
            id=id,
            user_id=user_id,
            purpose=purpose,
            token_hash=token_hash,
            created_at=created_at,
            expires_at=expires_at,
        )
    )


async def find_one_time_token(
    conn: AsyncConnection, purpose: str, token_hash: bytes, now: datetime, *, lock: bool = False
) -> Row | None:
    """None when there is none, or it was used, or its time is over. lock: to the end of the transaction."""
    statement = select(one_time_tokens).where(
        one_time_tokens.c.token_hash == token_hash,
        one_time_tokens.c.purpose == purpose,
        one_time_tokens.c.used_at.is_(None),
        one_time_tokens.c.expires_at > now,
    )
    row = (await conn.execute(statement.with_for_update() if lock else statement)).mappings().first()
    return dict(row) if row else None


async def count_open_tokens(conn: AsyncConnection, user_id: str, purpose: str, now: datetime) -> int:
    statement = select(func.count()).where(
        one_time_tokens.c.user_id == user_id,
        one_time_tokens.c.purpose == purpose,
        one_time_tokens.c.used_at.is_(None),
        one_time_tokens.c.expires_at > now,
    )
    return await conn.scalar(statement) or 0


async def use_up_tokens_for(conn: AsyncConnection, user_id: str, purpose: str, now: datetime) -> None:
    """All of the user's with this purpose."""
    await conn.execute(
        update(one_time_tokens)
        .where(
            one_time_tokens.c.user_id == user_id,
            one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.used_at.is_(None),
        )
        .values(used_at=now)
    )


async def use_up_tokens(conn: AsyncConnection, user_id: str, now: datetime) -> None:
    """All of the user's, whatever their purpose."""
    await conn.execute(
        update(one_time_tokens)
        .where(one_time_tokens.c.user_id == user_id, one_time_tokens.c.used_at.is_(None))
        .values(used_at=now)
    )
