from datetime import datetime
from typing import Literal

from perpetuo.control.email_address import Email
from perpetuo.control.replies import Input, Model
from perpetuo.core.access import Role


class InvitationCreate(Input):
    email: Email
    role: Role


class Invitation(Model):
    """`invited_by`: a user's id."""

    id: str
    email: str
    role: Role
    status: Literal["open", "accepted", "revoked", "expired"]
    invited_by: str
    created_at: datetime
    expires_at: datetime


class NewInvitation(Invitation):
    """`link` is shown this once, and only where it was not mailed: whoever has it can take up the invitation.

    `warnings`: what is missing for the link to work as it is."""

    mailed: bool
    link: str | None
    warnings: list[str]
