"""Who may do what in a workspace, and who may hand it on. Pure: roles and actions in, a verdict out."""

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["owner", "admin", "member", "viewer"]
ROLES: tuple[Role, ...] = ("owner", "admin", "member", "viewer")
"""From the most to the least."""

Action = Literal[
    "workspace:read",
    "workspace:write",
    "workspace:delete",
    "members:read",
    "members:write",
    "members:leave",
    "api_keys:read",
    "api_keys:write",
    "provider_keys:read",
    "provider_keys:write",
    "access_tokens:read",
    "access_tokens:write",
    "logs:read",
    "logs:read_content",
    "usage:read",
    "routing:explain",
    "audit:read",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

_VIEWER: tuple[Action, ...] = (
    "workspace:read",
    "members:read",
    "members:leave",
    "api_keys:read",
    "provider_keys:read",
    "logs:read",
    "usage:read",
    "routing:explain",
)
_MEMBER: tuple[Action, ...] = (*_VIEWER, "api_keys:write", "logs:read_content")
_ADMIN: tuple[Action, ...] = (
    *_MEMBER,
    "workspace:write",
    "members:write",
    "provider_keys:write",
    "access_tokens:read",
    "access_tokens:write",
    "audit:read",
)
_OWNER: tuple[Action, ...] = (*_ADMIN, "workspace:delete")

GRANTS: dict[Role, frozenset[Action]] = {
    "owner": frozenset(_OWNER),
    "admin": frozenset(_ADMIN),
    "member": frozenset(_MEMBER),
    "viewer": frozenset(_VIEWER),
}

# What a machine's token can not hold, whoever makes it: with these it could make itself a successor or an owner, or
# leave in its maker's name.
PEOPLE_ONLY: frozenset[Action] = frozenset(
    {"access_tokens:write", "members:write", "members:leave", "workspace:delete"}
)


def may_grant_role(grantor: Role, role: Role) -> bool:
    """Nobody hands on more than they have."""
    return GRANTS[role] <= GRANTS[grantor]


def may_change_member(actor: Role, present: Role, wanted: Role | None) -> bool:
    """Whether `actor` may turn a member of role `present` into `wanted` (None: remove them)."""
    return may_grant_role(actor, present) and (wanted is None or may_grant_role(actor, wanted))


MemberRefusal = Literal["forbidden", "beyond_your_role", "last_owner"]


def refuse_member_change(
    actor: Role | None, present: Role, wanted: Role | None, *, owners: int, leaving: bool = False
) -> MemberRefusal | None:
    """Why a member of role `present` can not become `wanted` (None: is removed) by `actor`'s word; None: they can.

    actor: their role now; None = no member any more. owners: how many there are now. leaving: by their own will, which
    needs no right over others.
    """
    if actor is None or not (leaving or "members:write" in GRANTS[actor]):
        return "forbidden"
    if not may_change_member(actor, present, wanted):
        return "beyond_your_role"
    if present == "owner" and wanted != "owner" and owners <= 1:
        return "last_owner"
    return None


def may_invite(inviter: Role | None, role: Role) -> bool:
    """Asked when an invitation is made and again when it is accepted. None: who invites is no member."""
    return inviter is not None and "members:write" in GRANTS[inviter] and may_grant_role(inviter, role)


def beyond(requested: Iterable[Action], granted: frozenset[Action]) -> list[Action]:
    """What was asked for and is not there to be given, in the order of ACTIONS."""
    wanted = set(requested)
    return [action for action in ACTIONS if action in wanted and (action not in granted or action in PEOPLE_ONLY)]


def token_actions(minted: Iterable[Action], maker: Role | None) -> frozenset[Action]:
    """What a machine's token may do now: what it was made with, and its maker still may. None: the maker has left."""
    if maker is None:
        return frozenset()
    return (frozenset(minted) & GRANTS[maker]) - PEOPLE_ONLY
