"""Links with which somebody sets a new password: mailed, or made by an operator (`perpetuo admin reset-link`)."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.one_time_tokens import insert_one_time_token

PURPOSE = "password_reset"
LIFETIME_S = 3600
TOKEN_BYTES = 32


async def mint_reset_token(
    conn: AsyncConnection, user_id: str, *, token_id: str, random: bytes, now: datetime, lifetime_s: int = LIFETIME_S
) -> str:
    """The token for a link, which exists nowhere else. random: TOKEN_BYTES of them. In a `system_transaction`."""
    return await mint_token(conn, user_id, PURPOSE, token_id=token_id, random=random, now=now, lifetime_s=lifetime_s)


async def mint_token(
    conn: AsyncConnection, user_id: str, purpose: str, *, token_id: str, random: bytes, now: datetime, lifetime_s: int
) -> str:
    token = random.hex()
    await insert_one_time_token(
        conn,
        id=token_id,
        user_id=user_id,
        purpose=purpose,
        token_hash=token_digest(token),
        created_at=now,
        expires_at=now + timedelta(seconds=lifetime_s),
    )
    return token


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def reset_link(origin: str, token: str) -> str:
    """origin: empty = just the path.

    The token is in the fragment, which browsers send to nobody: no log of a server or proxy has it.
    """
    return f"{origin}/app/reset-password#token={token}"
