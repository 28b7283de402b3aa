"""An installation with two workspaces that must never meet, each with a row in every table, full of its canary.

async with two_tenants(control, database_url) as world:
    before = await world.books()
    ... call something as somebody of world.mine ...
    assert await world.books() == before
"""

import asyncio
import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import Table, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from control_harness import ControlHarness, Person
from perpetuo.control.passwords import hash_password
from perpetuo.core.access import ACTIONS, PEOPLE_ONLY, ROLES
from perpetuo.core.content import encode_content
from perpetuo.core.ids import api_key_digest
from perpetuo.db.engine import connect, system_transaction
from perpetuo.db.queries import audit_log, projection
from perpetuo.db.sealing import Place, request_content_place
from perpetuo.db.tables import metadata

PASSWORD = "canary and long enough"
"""Of everybody here."""

# Times that say when something was last seen: reading moves them.
SEEN_COLUMNS = {"last_used_at", "last_seen_at"}


@dataclass
class Tenant:
    """ids: table -> the id of its row there. canary: in every text of every row."""

    canary: str
    workspace_id: str
    owner: Person
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def traces(self) -> list[str]:
        """What no reply to somebody else may have in it."""
        return [self.canary, self.workspace_id, *self.ids.values(), *(p.user_id for p in self.people.values())]


@dataclass
class World:
    control: ControlHarness
    owner: asyncpg.Connection
    mine: Tenant
    foreign: Tenant
    tables: Sequence[str]

    async def books(self) -> dict[str, str]:
        """Table -> a hash of all its rows."""
        return dict(await self.owner.fetch(" UNION ALL ".join(_book_sql(name, "true") for name in self.tables)))

    async def books_of(self, tenant: Tenant) -> dict[str, str]:
        """The same of this tenant's rows."""
        people = ", ".join(f"'{person.user_id}'" for person in tenant.people.values())
        parts = []
        for name in self.tables:
            columns = metadata.tables[name].c
            if name == "users":
                parts.append(_book_sql(name, f"id IN ({people})"))
            elif name == "workspaces" or "workspace_id" in columns:
                column = "id" if name == "workspaces" else "workspace_id"
                parts.append(_book_sql(name, f"{column} = '{tenant.workspace_id}'"))
            elif "user_id" in columns:
                parts.append(_book_sql(name, f"user_id IN ({people})"))
        return dict(await self.owner.fetch(" UNION ALL ".join(parts)))

    async def remember(self) -> None:
        """What `heal` comes back to."""
        await self.owner.execute("DROP SCHEMA IF EXISTS remembered CASCADE; CREATE SCHEMA remembered")
        for name in self.tables:
            await self.owner.execute(f"CREATE TABLE remembered.{name} AS TABLE public.{name}")

    async def heal_to(self, before: Mapping[str, str]) -> None:
        after = await self.books()
        await self.heal([name for name in self.tables if after[name] != before[name]])

    async def heal(self, changed: Sequence[str]) -> None:
        """Puts these tables back as they were remembered. Neither triggers nor foreign keys have a say."""
        await self.owner.execute("SET session_replication_role = replica")
        for name in changed:
            await self.owner.execute(
                f"DELETE FROM public.{name}; INSERT INTO public.{name} SELECT * FROM remembered.{name}"
            )
        await self.owner.execute("SET session_replication_role = origin")


@asynccontextmanager
async def two_tenants(control: ControlHarness, database_url: str) -> AsyncIterator[World]:
    mine = await _tenant(control, "canary-mine")
    foreign = await _tenant(control, "canary-foreign")
    owner = await connect(database_url, "owner")
    try:
        world = World(control, owner, mine, foreign, sorted(metadata.tables))
        await world.remember()
        yield world
    finally:
        await owner.close()


async def _tenant(control: ControlHarness, canary: str) -> Tenant:
    password_hash = await asyncio.to_thread(hash_password, PASSWORD)
    user_id = await control.user(f"owner.{canary}@example.org", password_hash=password_hash)
    # `xxxx` is what `schema_examples` makes of a text: the alias that the routes are asked for.
    workspace_id = await control.workspace(canary, user_id, {"aliases": {"xxxx": {"models": [canary]}}})
    tenant = Tenant(canary, workspace_id, await control.sign_in(user_id, workspace_id))
    tenant.people["owner"] = tenant.owner
    for role in ROLES[1:]:
        other_id = await control.user(f"{role}.{canary}@example.org", password_hash=password_hash)
        tenant.people[role] = await control.member(workspace_id, role, user_id=other_id)
    tenant.ids |= {table.name: control.state.new_id() for table in metadata.sorted_tables if "id" in table.c}
    tenant.ids |= {"workspaces": workspace_id, "users": tenant.people["viewer"].user_id}
    tenant.ids["memberships"] = tenant.ids["users"]
    tenant.ids["request_contents"] = tenant.ids["request_logs"]
    await _requests(control, tenant)
    await _audit(control, tenant)
    for table in metadata.sorted_tables:
        if await _has_no_row(control, tenant, table):
            await _plain_row(control, tenant, table)
    return tenant


async def _has_no_row(control: ControlHarness, tenant: Tenant, table: Table) -> bool:
    """False also for a table that belongs to no tenant. Sums are filled by the settlement."""
    if table.name == "workspaces" or not {"workspace_id", "user_id"} & set(table.c.keys()):
        return False
    if table.name in ("sessions", "one_time_tokens"):
        return True
    async with system_transaction(control.engine) as conn:
        found = await conn.execute(select(table).where(table.c.workspace_id == tenant.workspace_id))
        return found.first() is None


async def _plain_row(control: ControlHarness, tenant: Tenant, table: Table) -> None:
    values = {
        column.name: _value(control, tenant, table, column)
        for column in table.c
        if not (column.server_default is not None and column.name not in OWN_VALUES.get(table.name, {}))
    }
    values |= {name: make(control, tenant, values) for name, make in OWN_VALUES.get(table.name, {}).items()}
    async with system_transaction(control.engine) as conn:
        await conn.execute(insert(table).values({name: value for name, value in values.items() if value is not ...}))


def _value(control: ControlHarness, tenant: Tenant, table: Table, column: Any) -> Any:
    if column.name == "workspace_id":
        return tenant.workspace_id
    if column.name in ("user_id", "created_by", "invited_by"):
        return tenant.owner.user_id
    if column.name == "id":
        return tenant.ids[table.name]
    if column.name.endswith("_hash"):
        secret = tenant.secrets[table.name] = control.state.entropy.random_bytes(24).hex()
        return api_key_digest(secret)
    if column.nullable and column.type.python_type is not str:
        return None
    return _of_type(control, tenant, column)


def _of_type(control: ControlHarness, tenant: Tenant, column: Any) -> Any:
    if isinstance(column.type, JSONB):
        return {"canary": tenant.canary}
    kind = column.type.python_type
    if kind is datetime.datetime:
        return _now(control) + datetime.timedelta(days=1)
    return {str: f"{tenant.canary} {column.name}", int: 1, float: 1.0, bool: True, bytes: tenant.canary.encode()}[kind]


def _now(control: ControlHarness) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(control.state.clock.wall_s(), datetime.UTC)


def _sealed_provider_key(control: ControlHarness, tenant: Tenant, values: Mapping[str, Any]) -> bytes:
    secret = tenant.secrets["provider_keys"] = f"sk-{tenant.canary}-secret"
    place = Place(tenant.workspace_id, "provider_keys", values["id"], "secret_sealed")
    return control.state.sealer.seal(secret.encode(), place, control.state.entropy.random_bytes(12))


def _sealed_content(control: ControlHarness, tenant: Tenant, values: Mapping[str, Any]) -> bytes:
    place = request_content_place(tenant.workspace_id, values["id"])
    canary = tenant.canary.encode()
    kept = encode_content(canary, [canary], len(canary))
    return control.state.content_sealer.seal(kept, place, control.state.entropy.random_bytes(12))


# Columns whose values have a meaning; what a new table needs beyond its types goes here. `...`: leave it out.
OWN_VALUES: dict[str, dict[str, Any]] = {
    "provider_keys": {
        "vendor": lambda c, t, v: "openai",
        "label": lambda c, t, v: t.canary,
        "secret_sealed": _sealed_provider_key,
        "secret_hint": lambda c, t, v: "cret",
        "base_url": lambda c, t, v: None,
    },
    "api_keys": {"prefix": lambda c, t, v: "pk_abcd", "last4": lambda c, t, v: "wxyz"},
    "access_tokens": {
        "actions": lambda c, t, v: [action for action in ACTIONS if action not in PEOPLE_ONLY],
        "prefix": lambda c, t, v: "ppt_abcd",
        "last4": lambda c, t, v: "wxyz",
    },
    "invitations": {"email": lambda c, t, v: f"guest.{t.canary}@example.org", "role": lambda c, t, v: "viewer"},
    "one_time_tokens": {"purpose": lambda c, t, v: "password_reset"},
    "sessions": {
        "address": lambda c, t, v: "192.0.2.1",
        "user_agent": lambda c, t, v: t.canary,
        "revoked_because": lambda c, t, v: None,
    },
    "request_contents": {"content_sealed": _sealed_content},
}


async def _requests(control: ControlHarness, tenant: Tenant) -> None:
    """One settled request, by the projector's own statement: the log and every sum that it moves."""
    row = {
        "id": tenant.ids["request_logs"],
        "workspace_id": tenant.workspace_id,
        "api_key_id": tenant.ids["api_keys"],
        "received_at_ms": control.state.now_ms(),
        "endpoint": "/v1/chat/completions",
        "requested_model": f"{tenant.canary} model",
        "streaming": False,
        "outcome": "succeeded",
        "status": 200,
        "tags": {"canary": tenant.canary},
        "alias": f"{tenant.canary} alias",
        "attempts": [],
        "provider": "openai",
        "provider_key_id": tenant.ids["provider_keys"],
        "model": f"{tenant.canary} model",
        "fallback_used": False,
        "substituted": "none",
        "input_tokens": 10,
        "output_tokens": 5,
        "usage_source": "reported",
        "cost_nanousd": 1500,
        "duration_ms": 12.5,
        "partial": False,
        "end_user": f"{tenant.canary} end user",
    }
    async with system_transaction(control.engine) as conn:
        assert await projection.insert_settlements(conn, [row]) == {tenant.ids["request_logs"]}


async def _audit(control: ControlHarness, tenant: Tenant) -> None:
    async with system_transaction(control.engine) as conn:
        await audit_log.append_audit_entry(
            conn,
            control.state.audit_keys,
            id=tenant.ids["audit_log"],
            workspace_id=tenant.workspace_id,
            at_ms=control.state.now_ms(),
            actor_kind="user",
            actor_id=tenant.owner.user_id,
            actor_name=f"owner.{tenant.canary}@example.org",
            action="api_keys.create",
            target_kind="api_key",
            target_id=tenant.ids["api_keys"],
            details={"name": tenant.canary},
            address="192.0.2.1",
        )


def _book_sql(name: str, where: str) -> str:
    columns = ", ".join(f'"{column.name}"' for column in metadata.tables[name].c if column.name not in SEEN_COLUMNS)
    return (
        f"SELECT '{name}', md5(coalesce(string_agg(line, '|' ORDER BY line), '')) FROM "
        f"(SELECT ROW({columns})::text AS line FROM public.{name} WHERE {where}) AS lines"
    )
