"""Nobody gets more than whoever gives it has, and a workspace is never without an owner."""

import itertools
import random

import pytest

from perpetuo.core.access import (
    ACTIONS,
    GRANTS,
    PEOPLE_ONLY,
    ROLES,
    beyond,
    may_grant_role,
    may_invite,
    refuse_member_change,
    token_actions,
)

CASES = 100_000


def test_each_role_holds_all_that_the_next_one_holds():
    for more, less in itertools.pairwise(ROLES):
        assert GRANTS[less] < GRANTS[more]
    assert GRANTS["owner"] == set(ACTIONS)


def test_a_role_grants_itself_and_those_below_it_only():
    for place, grantor in enumerate(ROLES):
        assert [role for role in ROLES if may_grant_role(grantor, role)] == list(ROLES[place:])


def test_whoever_invites_needs_members_write_and_invites_to_nothing_above_themselves():
    allowed = {(inviter, role) for inviter in (*ROLES, None) for role in ROLES if may_invite(inviter, role)}
    assert allowed == {("owner", role) for role in ROLES} | {("admin", role) for role in ROLES[1:]}


def test_what_a_change_leaves_behind_is_never_more_than_the_actor_has():
    """100,000 workspaces of random members, each with one random change that somebody asks for."""
    draw = random.Random(4)
    for _ in range(CASES):
        roles = ["owner", *draw.choices(ROLES, k=draw.randrange(4))]
        draw.shuffle(roles)
        target = draw.randrange(len(roles))
        leaving = draw.random() < 0.2
        actor = roles[target] if leaving else draw.choice([*roles, None])
        wanted = None if leaving else draw.choice([*ROLES, None])
        refusal = refuse_member_change(actor, roles[target], wanted, owners=roles.count("owner"), leaving=leaving)
        if refusal is not None:
            continue
        assert actor is not None
        assert leaving or "members:write" in GRANTS[actor]
        assert GRANTS[roles[target]] <= GRANTS[actor], "nobody above the actor is touched"
        assert wanted is None or GRANTS[wanted] <= GRANTS[actor]
        after = roles[:target] + ([] if wanted is None else [wanted]) + roles[target + 1 :]
        assert "owner" in after


def test_what_a_token_may_do_is_never_more_than_its_maker_may_then_and_now():
    """100,000 random requests of random makers, who afterwards get a random role or leave."""
    draw = random.Random(5)
    for _ in range(CASES):
        maker, later = draw.choice(ROLES), draw.choice([*ROLES, None])
        wanted = draw.sample(ACTIONS, draw.randrange(1, len(ACTIONS) + 1))
        refused = beyond(wanted, GRANTS[maker])
        minted = [action for action in wanted if action not in refused]
        assert set(minted) <= GRANTS[maker] - PEOPLE_ONLY
        now = token_actions(minted, later)
        assert now <= set(minted)
        assert now <= (GRANTS[later] if later else frozenset())


LEAVING = {
    "a viewer": ("viewer", 1, None),
    "one of two owners": ("owner", 2, None),
    "the last owner": ("owner", 1, "last_owner"),
}


@pytest.mark.parametrize(("role", "owners", "refusal"), LEAVING.values(), ids=LEAVING)
def test_everybody_may_leave_but_the_last_owner(role, owners, refusal):
    assert refuse_member_change(role, role, None, owners=owners, leaving=True) == refusal


REFUSED = {
    "an admin demotes an owner": ("admin", "owner", "viewer", 2, "beyond_your_role"),
    "an admin makes an owner": ("admin", "member", "owner", 1, "beyond_your_role"),
    "an admin removes an owner": ("admin", "owner", None, 2, "beyond_your_role"),
    "the last owner becomes an admin": ("owner", "owner", "admin", 1, "last_owner"),
    "a member makes a viewer of somebody": ("member", "member", "viewer", 1, "forbidden"),
    "somebody who has left": (None, "viewer", "member", 1, "forbidden"),
}


@pytest.mark.parametrize(("actor", "present", "wanted", "owners", "refusal"), REFUSED.values(), ids=REFUSED)
def test_who_may_not_change_a_member_is_told_why(actor, present, wanted, owners, refusal):
    assert refuse_member_change(actor, present, wanted, owners=owners) == refusal


def test_an_owner_who_stays_one_is_not_the_last_to_go():
    assert refuse_member_change("owner", "owner", "owner", owners=1) is None
