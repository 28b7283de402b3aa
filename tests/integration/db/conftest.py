import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.core.ids import api_key_digest, uuid7
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import api_keys, provider_keys, users, workspaces
from perpetuo.db.sealing import Sealer, provider_key_place

NOVEMBER_MS = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp() * 1000)
KEY = bytes(range(7, 250, 7))[:32]


class Seeded(NamedTuple):
    """A user, a workspace, a provider key and an API key, all of the same name."""

    user_id: str
    workspace_id: str
    provider_key_id: str
    api_key_id: str
    api_key: str


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(KEY)


@pytest.fixture
def seed(engine: AsyncEngine, sealer: Sealer) -> Callable[..., Awaitable[Seeded]]:
    async def make(name: str, *, settings: dict[str, Any] | None = None, vendor: str = "openai") -> Seeded:
        made = Seeded(*(str(uuid.uuid4()) for _ in range(4)), api_key=f"pk_{name}")
        async with system_transaction(engine) as conn:
            await users.insert_user(conn, id=made.user_id, email=f"{name}@Example.org", password_hash="x")
            await workspaces.insert_workspace(
                conn, id=made.workspace_id, name=name, owner_user_id=made.user_id, settings=settings
            )
            place = provider_key_place(made.workspace_id, made.provider_key_id)
            await provider_keys.insert_provider_key(
                conn,
                made.workspace_id,
                id=made.provider_key_id,
                vendor=vendor,
                label=name,
                secret_sealed=sealer.seal(f"sk-{name}".encode(), place, b"nonce" + made.provider_key_id[:7].encode()),
                secret_hint=name[-4:],
            )
            await api_keys.insert_api_key(
                conn,
                made.workspace_id,
                id=made.api_key_id,
                name=name,
                prefix="pk_",
                last4=name[-4:],
                key_hash=api_key_digest(made.api_key),
            )
        return made

    return make


@pytest.fixture
def log_row() -> Callable[..., dict[str, Any]]:
    """A settlement as the projector writes it; `number` makes its id."""

    def make(number: int, workspace_id: str, *, wall_ms: int = NOVEMBER_MS, **changes: Any) -> dict[str, Any]:
        row = {
            "id": str(uuid7(wall_ms, number.to_bytes(10, "big"))),
            "workspace_id": workspace_id,
            "api_key_id": str(uuid.UUID(int=7)),
            "received_at_ms": wall_ms,
            "endpoint": "/v1/chat/completions",
            "requested_model": "gpt-4",
            "streaming": False,
            "outcome": "succeeded",
            "status": 200,
            "tags": {"team": "a"},
            "alias": "gpt-4",
            "decision": {"explanation": "because"},
            "attempts": [{"number": 1, "class": None}],
            "provider": "openai",
            "model": "gpt-4o",
            "fallback_used": False,
            "substituted": "none",
            "input_tokens": 10,
            "cached_input_tokens": None,
            "output_tokens": 5,
            "usage_source": "reported",
            "cost_nanousd": 1500,
            "duration_ms": 12.5,
            "partial": False,
        }
        return row | changes

    return make
