"""What an operator does to the database from the command line: each function one transaction, as perpetuo_system."""

import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.cli.database_access import require_schema
from perpetuo.cli.failures import Failure
from perpetuo.control.passwords import hash_password, new_password
from perpetuo.core.catalog import Model
from perpetuo.core.ids import api_key_digest, new_api_key, uuid7
from perpetuo.core.snapshot import DEFAULT_PRIORITY
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries import api_keys, provider_keys, users, workspaces
from perpetuo.db.sealing import NONCE_BYTES, Sealer, parse_secret, provider_key_place
from perpetuo.db.settings_documents import WorkspaceSettings

Row = dict[str, Any]

HINT_CHARACTERS = 4
SHORTEST_HINTED = 16
"""A shorter secret is not worth a hint: four characters of it would be too much."""


@asynccontextmanager
async def operator_transaction(database_url: str) -> AsyncGenerator[AsyncConnection]:
    """Raises Failure when the schema is older than this version."""
    await require_schema(database_url)
    engine = create_engine(database_url, "perpetuo_system", pool_size=1)
    try:
        async with system_transaction(engine) as conn:
            yield conn
    finally:
        await engine.dispose()


def new_id() -> str:
    return str(uuid7(int(time.time() * 1000), os.urandom(10)))


# --- users and workspaces -------------------------------------------------------------------------------------------


async def add_user(conn: AsyncConnection, email: str, *, is_operator: bool = False) -> tuple[str, str]:
    """User id and password. Raises Failure when the address is taken."""
    user_id, password = new_id(), new_password()
    try:
        await users.insert_user(
            conn, id=user_id, email=email, password_hash=hash_password(password), is_operator=is_operator
        )
    except IntegrityError:
        raise Failure(f"There is a user {email} already.") from None
    return user_id, password


async def add_workspace(conn: AsyncConnection, name: str, owner_email: str | None) -> str:
    """owner_email: None = the first user. Raises Failure."""
    if owner_email is not None:
        owner = await users.get_user_by_email(conn, owner_email)
        if owner is None:
            raise Failure(f"There is no user {owner_email}: make one with `perpetuo admin create-user {owner_email}`.")
    else:
        everyone = await users.list_users(conn)
        if not everyone:
            raise Failure("There is no user yet: make one with `perpetuo admin create-user EMAIL`.")
        owner = everyone[0]
    if await workspaces.find_workspaces(conn, name):
        raise Failure(f"There is a workspace {name} already.")
    workspace_id = new_id()
    await workspaces.insert_workspace(conn, id=workspace_id, name=name, owner_user_id=owner["id"])
    return workspace_id


async def find_workspace(conn: AsyncConnection, name_or_id: str | None) -> Row:
    """None = the only one. Raises Failure."""
    if name_or_id is None:
        found = await workspaces.list_workspaces(conn)
        if len(found) > 1:
            names = ", ".join(row["name"] for row in found)
            raise Failure(f"There are several workspaces: choose one with --workspace ({names}).")
        if not found:
            raise Failure("There is no workspace yet: make one with `perpetuo admin workspace create NAME`.")
        return found[0]
    found = await workspaces.find_workspaces(conn, name_or_id)
    if not found:
        raise Failure(f"There is no workspace {name_or_id}: see `perpetuo admin workspace list`.")
    if len(found) > 1:
        raise Failure(f"Several workspaces are called {name_or_id}: give the id instead.")
    return found[0]


async def change_workspace(conn: AsyncConnection, workspace: Row, changes: dict[str, Any]) -> WorkspaceSettings:
    """changes: fields of WorkspaceSettings."""
    settings = msgspec.structs.replace(msgspec.convert(workspace["settings"], WorkspaceSettings), **changes)
    document: dict[str, Any] = msgspec.to_builtins(settings)
    await workspaces.update_workspace_settings(conn, workspace["id"], document)
    return settings


# --- API keys -------------------------------------------------------------------------------------------------------


async def add_api_key(conn: AsyncConnection, workspace_id: str, name: str) -> tuple[str, str]:
    """Id and the key itself, which can not be shown again."""
    key, key_id = new_api_key(os.urandom(24)), new_id()
    await api_keys.insert_api_key(
        conn, workspace_id, id=key_id, name=name, prefix=key[:7], last4=key[-4:], key_hash=api_key_digest(key)
    )
    return key_id, key


# --- provider keys --------------------------------------------------------------------------------------------------


async def add_provider_key(
    conn: AsyncConnection,
    encryption_key: str,
    workspace_id: str,
    *,
    vendor: str,
    secret: str,
    label: str,
    base_url: str | None = None,
    priority: int = DEFAULT_PRIORITY,
    models: Sequence[Model] = (),
) -> str:
    """Its id. Raises Failure when vendor and label are taken."""
    key_id = new_id()
    try:
        await provider_keys.insert_provider_key(
            conn,
            workspace_id,
            id=key_id,
            vendor=vendor,
            label=label,
            base_url=base_url,
            secret_sealed=seal(encryption_key, workspace_id, key_id, secret),
            secret_hint=hint(secret),
            priority=priority,
            models=[msgspec.to_builtins(model) for model in models],
        )
    except IntegrityError:
        called = f"labelled {label}" if label else "without a label"
        raise Failure(f"This workspace has a key for {vendor} {called} already: give another --label.") from None
    return key_id


def seal(encryption_key: str, workspace_id: str, provider_key_id: str, secret: str) -> bytes:
    sealer = Sealer(parse_secret("ENCRYPTION_KEY", encryption_key))
    place = provider_key_place(workspace_id, provider_key_id)
    return sealer.seal(secret.encode(), place, os.urandom(NONCE_BYTES))


def hint(secret: str) -> str:
    return secret[-HINT_CHARACTERS:] if len(secret) >= SHORTEST_HINTED else ""
