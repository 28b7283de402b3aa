"""The control plane on a real database, called in process, with people made to order.

mine = await control.workspace("mine")
ann = await control.member(mine, "viewer")
reply = await control.http.get(f"/workspaces/{mine}/api-keys", headers=ann.headers)
"""

import datetime
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.control.app import build_control_app, build_routes
from perpetuo.control.refresh_tokens import RefreshTokens
from perpetuo.control.session_tokens import SessionTokens
from perpetuo.control.state import ControlSettings, ControlState
from perpetuo.core.ids import api_key_digest
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries import memberships, users, workspaces
from perpetuo.db.sealing import FOR_REQUEST_CONTENTS, Sealer, audit_key
from perpetuo.db.tables import access_tokens, sessions
from perpetuo.db.tables import users as users_table
from perpetuo.db.tables import workspaces as workspaces_table
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.wiring import SystemClock, SystemEntropy

ENCRYPTION_KEY = bytes(range(7, 250, 7))[:32]
JWT_SECRET = bytes(range(3, 250, 5))[:32]
CATALOG = load_catalog(datetime.date(2026, 11, 24))
ORIGIN = "http://localhost"


@dataclass(frozen=True)
class Person:
    """Somebody signed in. headers: of a session whose token speaks for workspace_id."""

    user_id: str
    email: str
    session_id: str
    workspace_id: str | None
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


class ControlHarness:
    def __init__(self, state: ControlState) -> None:
        self.state = state
        self.routes: FastAPI = build_routes(state)
        self._app = build_control_app(state)
        self.http = self.http_from(("127.0.0.1", 123), ORIGIN)
        self._numbers = itertools.count(1)

    @property
    def engine(self) -> AsyncEngine:
        return self.state.engine

    def http_from(self, client: tuple[str, int], base_url: str) -> httpx2.AsyncClient:
        """To be closed. client: the peer's address and port."""
        transport = httpx2.ASGITransport(self._app, raise_app_exceptions=False, client=client)
        return httpx2.AsyncClient(transport=transport, base_url=base_url)

    async def user(self, email: str | None = None, *, operator: bool = False, password_hash: str = "x") -> str:
        user_id = self.state.new_id()
        async with system_transaction(self.engine) as conn:
            await users.insert_user(
                conn,
                id=user_id,
                email=email or f"user{next(self._numbers)}@example.org",
                password_hash=password_hash,
                is_operator=operator,
            )
        return user_id

    async def workspace(self, name: str, owner_id: str | None = None, settings: dict[str, Any] | None = None) -> str:
        """Its id."""
        workspace_id = self.state.new_id()
        owner_id = owner_id or await self.user()
        async with system_transaction(self.engine) as conn:
            await workspaces.insert_workspace(
                conn, id=workspace_id, name=name, owner_user_id=owner_id, settings=settings
            )
        return workspace_id

    async def member(
        self, workspace_id: str, role: str, *, operator: bool = False, user_id: str | None = None
    ) -> Person:
        """A new user of that role, or this one, signed in to that workspace."""
        user_id = user_id or await self.user(operator=operator)
        async with system_transaction(self.engine) as conn:
            await memberships.put_membership(conn, workspace_id, user_id, role)
        return await self.sign_in(user_id, workspace_id)

    async def sign_in(self, user_id: str, workspace_id: str | None = None) -> Person:
        session_id = self.state.new_id()
        now = datetime.datetime.fromtimestamp(self.state.clock.wall_s(), datetime.UTC)
        async with system_transaction(self.engine) as conn:
            row = await users.get_user(conn, user_id)
            assert row is not None
            await conn.execute(
                insert(sessions).values(
                    id=session_id,
                    user_id=user_id,
                    refresh_hash=api_key_digest(session_id),
                    expires_at=now + datetime.timedelta(days=30),
                )
            )
        token = self.state.tokens.issue(
            user_id=user_id,
            workspace_id=workspace_id,
            session_id=session_id,
            token_id=self.state.new_id(),
            wall_s=self.state.clock.wall_s(),
        )
        return Person(user_id, row["email"], session_id, workspace_id, token)

    async def machine(self, workspace_id: str, maker_id: str, actions: Sequence[str]) -> dict[str, str]:
        """The headers of a new access token."""
        token = "ppt_" + self.state.entropy.random_bytes(24).hex()
        now = datetime.datetime.fromtimestamp(self.state.clock.wall_s(), datetime.UTC)
        async with system_transaction(self.engine) as conn:
            await conn.execute(
                insert(access_tokens).values(
                    id=self.state.new_id(),
                    workspace_id=workspace_id,
                    created_by=maker_id,
                    name="machine",
                    prefix=token[:8],
                    last4=token[-4:],
                    token_hash=api_key_digest(token),
                    actions=list(actions),
                    expires_at=now + datetime.timedelta(days=1),
                )
            )
        return {"authorization": f"Bearer {token}"}

    async def suspend_user(self, user_id: str) -> None:
        async with system_transaction(self.engine) as conn:
            await conn.execute(update(users_table).where(users_table.c.id == user_id).values(suspended=True))

    async def suspend_workspace(self, workspace_id: str) -> None:
        async with system_transaction(self.engine) as conn:
            await conn.execute(
                update(workspaces_table).where(workspaces_table.c.id == workspace_id).values(suspended=True)
            )

    async def revoke_session(self, session_id: str) -> None:
        async with system_transaction(self.engine) as conn:
            now = datetime.datetime.fromtimestamp(self.state.clock.wall_s(), datetime.UTC)
            await conn.execute(update(sessions).where(sessions.c.id == session_id).values(revoked_at=now))


@asynccontextmanager
async def running_control(
    database_url: str, *, settings: ControlSettings | None = None, **parts: Any
) -> AsyncIterator[ControlHarness]:
    """parts: of ControlState, instead of the usual ones."""
    engine = create_engine(database_url, role="perpetuo_app", pool_size=5)
    fields: dict[str, Any] = {
        "engine": engine,
        "clock": SystemClock(),
        "entropy": SystemEntropy(),
        "sealer": Sealer(ENCRYPTION_KEY),
        "content_sealer": Sealer(ENCRYPTION_KEY, purpose=FOR_REQUEST_CONTENTS),
        "audit_keys": (audit_key(ENCRYPTION_KEY),),
        "tokens": SessionTokens(JWT_SECRET),
        "refresh_tokens": RefreshTokens(JWT_SECRET),
        "catalog": CATALOG,
        "settings": settings or ControlSettings(sign_up="open"),
    }
    harness = ControlHarness(ControlState(**(fields | parts)))
    try:
        yield harness
    finally:
        await harness.http.aclose()
        await engine.dispose()
