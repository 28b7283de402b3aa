from datetime import datetime

from perpetuo.control.replies import Input, Model
from perpetuo.core.access import Role


class MemberUpdate(Input):
    role: Role


class Member(Model):
    """`suspended`: an operator has locked the account."""

    user_id: str
    email: str
    name: str
    role: Role
    suspended: bool
    joined_at: datetime
