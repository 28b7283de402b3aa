from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from perpetuo.control.api_keys.schemas import NewApiKey
from perpetuo.control.display_name import MAX_CHARACTERS as MAX_NAME_CHARACTERS
from perpetuo.control.display_name import DisplayName, printable
from perpetuo.control.email_address import MAX_CHARACTERS as MAX_EMAIL_CHARACTERS
from perpetuo.control.email_address import Email
from perpetuo.control.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from perpetuo.control.replies import Input, Model
from perpetuo.control.state import SignUp
from perpetuo.core.access import Action, Role


def token_of(given: object) -> object:
    """What an invitation's link or a password's has after `token=`; what is no link as it is."""
    return given.rpartition("#token=")[2] if isinstance(given, str) else given


# Spaces at a password's ends are part of it.
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=MAX_CHARACTERS),
    Field(json_schema_extra={"format": "password"}),
]
NewPassword = Annotated[Password, Field(description=f"At least {MIN_CHARACTERS} characters, of any kind.")]
Name = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS), AfterValidator(printable)]
LinkToken = Annotated[
    str,
    Field(min_length=1, max_length=200, description="What the link has after `token=`, or the whole link."),
    BeforeValidator(token_of),
]
# Not checked any closer: an operator may have made an account with another one.
LoginEmail = Annotated[str, Field(min_length=1, max_length=MAX_EMAIL_CHARACTERS)]
WorkspaceId = Annotated[str, Field(max_length=64)]


class SignupInput(Input):
    email: Email
    password: NewPassword
    name: Name = ""
    workspace_name: Annotated[
        DisplayName | None, Field(description="With an invitation: left out, no workspace is made.")
    ] = None
    invitation: LinkToken | None = None


class LoginInput(Input):
    email: LoginEmail
    password: Password


class SwitchInput(Input):
    workspace_id: WorkspaceId


class RefreshInput(Input):
    """`workspace_id`: the one the new token shall speak for; left out, or of a workspace one has left: the oldest."""

    workspace_id: WorkspaceId | None = None


class PasswordChangeInput(Input):
    current_password: Password
    new_password: NewPassword


class ForgotInput(Input):
    email: LoginEmail


class ResetInput(Input):
    token: LinkToken
    password: NewPassword


class LinkInput(Input):
    token: LinkToken


class InvitationInput(Input):
    token: LinkToken


class SignedInUser(Model):
    id: str
    email: str
    name: str
    is_operator: bool


class MyWorkspace(Model):
    """`actions`: what one may do there."""

    id: str
    name: str
    role: Role
    actions: list[Action]
    suspended: bool


class NewToken(Model):
    """`token`: for `Authorization: Bearer`; until `token_expires_at`. `workspace`: the one it speaks for."""

    token: str
    token_expires_at: datetime
    workspace: MyWorkspace | None


class SignedIn(NewToken):
    user: SignedInUser


class SignedUp(SignedIn):
    """`api_key`: the workspace's first one; its `key` is shown this once."""

    api_key: NewApiKey | None


class Session(Model):
    """`address`, `user_agent`: where it was last refreshed from."""

    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    current: bool


class Me(Model):
    """`workspace_id`: the one the present token speaks for."""

    user: SignedInUser
    workspaces: list[MyWorkspace]
    workspace_id: str | None
    session: Session


class InvitationShown(Model):
    workspace_id: str
    workspace_name: str
    email: str
    role: Role
    expires_at: datetime


class AuthSettings(Model):
    """`is_set_up`: false until an operator has made the first account; before, nobody can sign up. `sends_mail`: false:
    a forgotten password needs an operator."""

    sign_up: SignUp
    is_set_up: bool
    sends_mail: bool
    min_password_characters: int
