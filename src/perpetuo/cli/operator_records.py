"""What an operator does to the database from the command line, as perpetuo_system: read it, or change it and say so in
the audit log."""

import os
import pwd
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.cli.database_access import database, installation_keys, require_schema, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.control.passwords import hash_password, new_password
from perpetuo.control.provider_keys.validation import hint
from perpetuo.core.catalog import Model
from perpetuo.core.ids import api_key_digest, new_api_key, uuid7
from perpetuo.core.snapshot import DEFAULT_PRIORITY
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries import api_keys, provider_keys, users, workspaces
from perpetuo.db.queries.audit_log import AuditHeadBroken, append_audit_entry
from perpetuo.db.queries.sealing_key import hold_sealing_key
from perpetuo.db.sealing import NONCE_BYTES, Sealer, SealingKeyMissing, audit_key, provider_key_place
from perpetuo.db.settings_documents import WorkspaceSettings
from perpetuo.settings import Settings

Row = dict[str, Any]
T = TypeVar("T")


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


class Operator:
    """Changes through `conn`, each with a `note`. sealer: of provider keys."""

    def __init__(self, conn: AsyncConnection, sealer: Sealer) -> None:
        self.conn = conn
        self.sealer = sealer
        self.notes: list[Note] = []

    def note(
        self, action: str, target_kind: str, target_id: str | None, workspace_id: str | None = None, **details: Any
    ) -> None:
        """What was changed, for the audit log; details are JSON, never a secret."""
        self.notes.append(Note(action, target_kind, target_id, workspace_id, details))


class Note(msgspec.Struct, frozen=True):
    action: str
    target_kind: str
    target_id: str | None
    workspace_id: str | None
    details: dict[str, Any]


@asynccontextmanager
async def operator_change(database_url: str, keys: Sequence[bytes]) -> AsyncGenerator[Operator]:
    """One transaction; what was noted becomes its audit entries. keys: `installation_keys`. Raises Failure."""
    async with operator_transaction(database_url) as conn:
        operator = Operator(conn, Sealer(keys[0], others=keys[1:]))
        yield operator
        for note in operator.notes:
            await _append(conn, [audit_key(key) for key in keys], note)


def change_database(settings: Settings, work: Callable[[Operator], Coroutine[Any, Any, T]]) -> T:
    """What the work returns, once it is committed. Raises Failure."""
    keys = installation_keys(settings)

    async def change(database_url: str) -> T:
        async with operator_change(database_url, keys) as operator:
            return await work(operator)

    with database(settings) as database_url:
        return run_with_database(change(database_url))


async def _append(conn: AsyncConnection, head_keys: Sequence[bytes], note: Note) -> None:
    try:
        await append_audit_entry(
            conn,
            head_keys,
            id=new_id(),
            workspace_id=note.workspace_id,
            at_ms=int(time.time() * 1000),
            actor_kind="command_line",
            actor_id=None,
            actor_name=system_user(),
            action=note.action,
            target_kind=note.target_kind,
            target_id=note.target_id,
            details=note.details,
            address="",
        )
    except AuditHeadBroken as broken:
        raise Failure(str(broken)) from None


def system_user() -> str:
    """The name of the account that runs the command; its number where it has none, as in a container."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def new_id() -> str:
    return str(uuid7(int(time.time() * 1000), os.urandom(10)))


# --- users and workspaces -------------------------------------------------------------------------------------------


async def add_user(
    operator: Operator, email: str, *, is_operator: bool = False, password: str | None = None
) -> tuple[str, str]:
    """User id and password; None = a new one. Raises Failure when the address is taken."""
    user_id, password = new_id(), password or new_password()
    try:
        await users.insert_user(
            operator.conn, id=user_id, email=email, password_hash=hash_password(password), is_operator=is_operator
        )
    except IntegrityError:
        raise Failure(f"There is a user {email} already.") from None
    operator.note("users.create", "user", user_id, email=email, is_operator=is_operator)
    return user_id, password


async def add_workspace(operator: Operator, name: str, owner_email: str | None) -> str:
    """owner_email: None = the first user. Raises Failure."""
    conn = operator.conn
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
    operator.note("workspaces.create", "workspace", workspace_id, workspace_id, name=name, owner_id=owner["id"])
    return workspace_id


async def find_workspace(conn: AsyncConnection, name_or_id: str | None) -> Row:
    """None = the only one. Raises Failure."""
    if name_or_id is None:
        found = await workspaces.list_workspaces(conn)
        if len(found) > 1:
            names = ", ".join(workspace_names([(row["name"], row["id"]) for row in found]))
            raise Failure(f"There are several workspaces: choose one with --workspace ({names}).")
        if not found:
            raise Failure("There is no workspace yet: make one with `perpetuo admin workspace create NAME`.")
        return found[0]
    found = await workspaces.find_workspaces(conn, name_or_id)
    if not found:
        raise Failure(f"There is no workspace {name_or_id}: see `perpetuo admin workspace list`.")
    if len(found) > 1:
        ids = ", ".join(row["id"] for row in found)
        raise Failure(f"Several workspaces are called {name_or_id}: give the id instead ({ids}).")
    return found[0]


def workspace_names(names_and_ids: Sequence[tuple[str, str]]) -> list[str]:
    """The name where it is enough to be understood, which goes by no case; else with the id."""
    times = Counter(name.lower() for name, _ in names_and_ids)
    return [name if times[name.lower()] == 1 else f"{workspace_id} = {name}" for name, workspace_id in names_and_ids]


async def change_workspace(
    conn: AsyncConnection, workspace_id: str, changes: Mapping[str, Any], prices: Mapping[str, Any]
) -> dict[str, Any]:
    """What was changed. changes: fields of WorkspaceSettings, as JSON. prices: by name, None takes one away; the others
    stay. So does what another version has put there. Raises Failure."""
    row = await workspaces.get_workspace(conn, workspace_id, lock=True)
    if row is None:
        raise Failure("This workspace has just been deleted.")
    changed = dict(changes)
    if prices:
        kept = {**row["settings"].get("prices", {}), **prices}
        changed["prices"] = {name: bands for name, bands in kept.items() if bands is not None}
    document = {**row["settings"], **changed}
    try:
        msgspec.convert(document, WorkspaceSettings)
    except msgspec.ValidationError as error:
        raise Failure(f"The workspace's settings can not be read: {error}.") from None
    await workspaces.update_workspace_settings(conn, workspace_id, document)
    return changed


# --- API keys -------------------------------------------------------------------------------------------------------


async def add_api_key(operator: Operator, workspace_id: str, name: str) -> tuple[str, str]:
    """Id and the key itself, which can not be shown again."""
    key, key_id = new_api_key(os.urandom(24)), new_id()
    await api_keys.insert_api_key(
        operator.conn,
        workspace_id,
        id=key_id,
        name=name,
        prefix=key[:7],
        last4=key[-4:],
        key_hash=api_key_digest(key),
    )
    operator.note("api_keys.create", "api_key", key_id, workspace_id, name=name)
    return key_id, key


# --- provider keys --------------------------------------------------------------------------------------------------


async def add_provider_key(
    operator: Operator,
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
            operator.conn,
            workspace_id,
            id=key_id,
            vendor=vendor,
            label=label,
            base_url=base_url,
            secret_sealed=await _seal(operator, workspace_id, key_id, secret),
            secret_hint=hint(secret),
            priority=priority,
            models=[msgspec.to_builtins(model) for model in models],
        )
    except IntegrityError:
        called = f"labelled {label}" if label else "without a label"
        raise Failure(f"This workspace has a key for {vendor} {called} already: give another --label.") from None
    operator.note(
        "provider_keys.create", "provider_key", key_id, workspace_id, vendor=vendor, label=label, base_url=base_url
    )
    return key_id


async def _seal(operator: Operator, workspace_id: str, provider_key_id: str, secret: str) -> bytes:
    sealing_key_id = await hold_sealing_key(operator.conn)
    place = provider_key_place(workspace_id, provider_key_id)
    try:
        return operator.sealer.seal(secret.encode(), place, os.urandom(NONCE_BYTES), sealing_key_id)
    except SealingKeyMissing as missing:
        raise Failure(str(missing)) from None
