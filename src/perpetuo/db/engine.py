"""Connections and transactions: one DATABASE_URL, three roles.

owner            the URL's own user: migrations and partitions. When it is a superuser, row-level security is inert.
perpetuo_app     one workspace per transaction; sees nothing outside of it, and nothing at all without one.
perpetuo_system  every workspace, by explicit policies: login, snapshot, projector, operators.

The role is the session's default (a startup parameter, so RESET ROLE comes back to it) and is set again by each
transaction helper, because a pooler between us and PostgreSQL may have swallowed the startup parameter.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Role = Literal["owner", "perpetuo_app", "perpetuo_system"]

CONNECT_TIMEOUT_S = 10

# What asyncpg takes in a URL; it sends everything else to the server, which then refuses the connection.
# Source: https://magicstack.github.io/asyncpg/current/api/index.html#connection, read 2026-11-23.
URL_PARAMETERS = frozenset((
    "host", "port", "user", "password", "passfile", "dbname", "database", "service", "target_session_attrs",
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib", "application_name", "options",
))  # fmt: skip


class DatabaseUrlInvalid(ValueError):
    """The message never repeats the URL: it holds a password."""


def create_engine(url: str, role: Role = "perpetuo_app", *, pool_size: int = 5) -> AsyncEngine:
    """A pool whose every session starts in `role`. Connects on first use; the caller disposes of it.

    Raises DatabaseUrlInvalid.
    """
    dsn = translate_url(url)

    async def connect_one() -> asyncpg.Connection:
        return await connect(dsn, role)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect_one,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10.0,
        pool_pre_ping=True,
        hide_parameters=True,  # an exception's text goes to the log, and parameters are hashes and sealed secrets
        json_serializer=_encode_json,
        json_deserializer=msgspec.json.decode,
    )


async def connect(url: str, role: Role) -> asyncpg.Connection:
    """One connection outside of any pool. Raises OSError, TimeoutError or asyncpg.PostgresError."""
    server_settings = {"application_name": "perpetuo"}
    if role != "owner":
        server_settings["role"] = role
    # asyncpg ships without type annotations for its parameters.
    connection: asyncpg.Connection = await asyncpg.connect(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        translate_url(url), timeout=CONNECT_TIMEOUT_S, server_settings=server_settings
    )
    return connection  # pyright: ignore[reportUnknownVariableType]


def translate_url(url: str) -> str:
    """`postgres://`, `postgresql://` or `postgresql+driver://`, with libpq's parameters, as asyncpg takes it.

    `ssl=true` becomes `sslmode=require`; parameters of other drivers and poolers are dropped.
    Raises DatabaseUrlInvalid.
    """
    try:
        parts = urlsplit(url.strip())
        parameters = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise DatabaseUrlInvalid("DATABASE_URL is not a URL: write postgresql://user:password@host/name.") from None
    if parts.scheme.split("+")[0] not in ("postgres", "postgresql"):
        raise DatabaseUrlInvalid("DATABASE_URL must start with postgresql:// (PostgreSQL is the only database).")
    kept = {name: value for name, value in parameters if name in URL_PARAMETERS}
    ssl = dict(parameters).get("ssl")
    if ssl and "sslmode" not in kept:
        kept["sslmode"] = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(ssl, ssl)
    # Not `+` for a space, which libpq's own tools (pg_dump) would take literally.
    query = f"?{urlencode(kept, quote_via=quote, safe='')}" if kept else ""
    return f"postgresql://{parts.netloc}{parts.path}{query}"


@asynccontextmanager
async def workspace_transaction(engine: AsyncEngine, workspace_id: str) -> AsyncGenerator[AsyncConnection]:
    """One transaction as perpetuo_app that sees this workspace only. Commits at the end, rolls back on an exception."""
    async with engine.begin() as conn:
        await _become(conn, "perpetuo_app", workspace_id)
        yield conn


@asynccontextmanager
async def system_transaction(engine: AsyncEngine, *, repeatable: bool = False) -> AsyncGenerator[AsyncConnection]:
    """One transaction as perpetuo_system. repeatable: all of its reads see the database of one moment."""
    async with engine.connect() as conn:
        if repeatable:
            await conn.execution_options(isolation_level="REPEATABLE READ")
        async with conn.begin():
            await _become(conn, "perpetuo_system", "")
            yield conn


@asynccontextmanager
async def owner_transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """One transaction as the URL's own user, who owns the tables: partitions only. No policy holds here."""
    async with engine.begin() as conn:
        await _become(conn, "none", "")
        yield conn


async def _become(conn: AsyncConnection, role: str, workspace_id: str) -> None:
    await conn.execute(
        text("SELECT set_config('role', :role, true), set_config('perpetuo.workspace_id', :workspace_id, true)"),
        {"role": role, "workspace_id": workspace_id},
    )


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
