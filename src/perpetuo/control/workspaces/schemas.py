from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from perpetuo.control.display_name import DisplayName
from perpetuo.control.replies import Input, Model
from perpetuo.core.access import Action, Role

Kind = Literal[
    "provider_keys",
    "api_keys",
    "members",
    "access_tokens",
    "invitations",
    "request_logs",
    "usage",
    "contents",
]


class WorkspaceCreate(Input):
    name: DisplayName


class WorkspaceUpdate(Input):
    name: DisplayName


class WorkspaceDelete(Input):
    confirm_name: Annotated[str, Field(max_length=1000, description="Its name, exactly.")]


class Workspace(Model):
    """`role` and `actions`: yours, there, now; a machine's token has no role."""

    id: str
    name: str
    status: Literal["active", "suspended"]
    created_at: datetime
    role: Role | None
    actions: list[Action]


class Count(Model):
    """`or_more`: counting stopped there."""

    count: int
    or_more: bool


class Deletion(Model):
    """What goes with a workspace. `deleted_at_once`: with the reply, and /v1 knows its keys no more. `deleted_later`:
    nobody can read it from then on, and the hourly maintenance deletes it."""

    name: str
    deleted_at_once: list[Kind]
    deleted_later: list[Kind]
    counts: dict[Kind, Count]
