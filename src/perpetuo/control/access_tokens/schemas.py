from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from perpetuo.control.display_name import DisplayName
from perpetuo.control.replies import Input, Model
from perpetuo.core.access import ACTIONS, Action


class AccessTokenCreate(Input):
    name: DisplayName
    actions: Annotated[list[Action], Field(min_length=1, max_length=len(ACTIONS))]
    expires_at: Annotated[AwareDatetime, Field(description="At most 365 days from now.")]


class AccessToken(Model):
    """`actions`: what it was made with. `actions_now`: those of them that its maker (`created_by`, a user's id) still
    may. `last_used_at`: to the minute."""

    id: str
    name: str
    token_hint: str
    status: Literal["active", "expired", "revoked"]
    actions: list[Action]
    actions_now: list[Action]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewAccessToken(AccessToken):
    """`token` is shown this once: only its hash is stored."""

    token: str
