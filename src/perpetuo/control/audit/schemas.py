from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from perpetuo.control.pages import MAXIMUM
from perpetuo.control.replies import Input, Model


class AuditQuery(Input):
    """All of them must hold; [since, until)."""

    action: Annotated[str | None, Field(max_length=100, description="Only this one, as `api_keys.create`.")] = None
    actor_id: Annotated[
        str | None, Field(max_length=100, description="Only what this user's or access token's id did.")
    ] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=MAXIMUM, description="How many at most.")] = 50
    cursor: Annotated[str | None, Field(max_length=200, description="`next_cursor` of the page before.")] = None


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
