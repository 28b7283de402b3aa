from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query

from perpetuo.control.replies import Model

Action = Annotated[str | None, Query(max_length=100, description="Only this one, as `api_keys.create`.")]
Actor = Annotated[str | None, Query(max_length=100, description="Only what this user's or access token's id did.")]


class AuditEntry(Model):
    """`sequence` counts the whole installation's changes. `details`: what changed, never a secret."""

    sequence: int
    id: str
    at: datetime
    workspace_id: str | None
    actor_kind: Literal["user", "access_token", "command_line", "nobody"]
    actor_id: str | None
    actor_name: str
    action: str
    target_kind: str
    target_id: str | None
    details: dict[str, Any]
    address: str
