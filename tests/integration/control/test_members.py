"""Members and invitations: nobody hands on more than they have, and a workspace keeps an owner."""

import asyncio
import datetime
import random
import re

import pytest
import pytest_asyncio
from sqlalchemy import select, text, update

from control_harness import running_control
from perpetuo.control.invitations.service import MAX_PER_DAY
from perpetuo.control.state import ControlSettings
from perpetuo.core.access import GRANTS, ROLES
from perpetuo.core.ids import api_key_digest
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.invitations import accept_invitation, find_open_invitation
from perpetuo.db.queries.memberships import count_owners
from perpetuo.db.queries.memberships import set_role as demote
from perpetuo.db.queries.workspaces import get_workspace
from perpetuo.db.tables import access_tokens, audit_log, invitations, memberships

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Mailbox:
    def __init__(self):
        self.mails = []

    def send(self, to, subject, text):
        self.mails.append((to, subject, text))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(module_database_url):
    """One installation for all of them: each test has workspaces and people of its own."""
    async with running_control(module_database_url) as harness:
        yield harness


@pytest_asyncio.fixture(loop_scope="module")
async def mine(control):
    return await control.workspace("mine")


@pytest_asyncio.fixture(loop_scope="module")
async def owner(control, mine):
    return await control.member(mine, "owner")


def url(workspace_id, user_id=""):
    return f"/workspaces/{workspace_id}/members" + (f"/{user_id}" if user_id else "")


async def set_role(control, who, workspace_id, user_id, role):
    return await control.http.patch(url(workspace_id, user_id), headers=who.headers, json={"role": role})


async def remove(control, who, workspace_id, user_id):
    return await control.http.delete(url(workspace_id, user_id), headers=who.headers)


async def leave(control, who, workspace_id):
    return await control.http.delete(f"/workspaces/{workspace_id}/membership", headers=who.headers)


async def roles_of(control, workspace_id):
    async with system_transaction(control.engine) as conn:
        rows = await conn.execute(
            select(memberships.c.user_id, memberships.c.role).where(memberships.c.workspace_id == workspace_id)
        )
        return dict(tuple(row) for row in rows)


async def logged(control, workspace_id):
    async with system_transaction(control.engine) as conn:
        rows = select(audit_log.c.action, audit_log.c.target_id).where(audit_log.c.workspace_id == workspace_id)
        return [tuple(row) for row in await conn.execute(rows.order_by(audit_log.c.sequence))]


def outcome(reply):
    return reply.status_code, reply.json().get("code")


# ---- members


async def test_members_are_listed_with_their_names_page_by_page_and_nobody_else_is(control, mine, owner):
    viewer = await control.member(mine, "viewer")
    await control.member(await control.workspace("other"), "viewer")
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await control.http.get(url(mine), headers=viewer.headers, params=query)).json()
        seen += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert {row["user_id"]: row["role"] for row in seen} == await roles_of(control, mine)
    assert {row["email"] for row in seen} >= {owner.email, viewer.email} and len(seen) == 3
    one = (await control.http.get(url(mine, viewer.user_id), headers=owner.headers)).json()["data"]
    assert one in seen


async def test_a_changed_role_counts_at_the_next_request(control, mine, owner):
    ann = await control.member(mine, "admin")
    target = await control.member(mine, "viewer")
    assert (await set_role(control, ann, mine, target.user_id, "member")).json()["data"]["role"] == "member"
    await set_role(control, owner, mine, ann.user_id, "viewer")
    assert outcome(await set_role(control, ann, mine, target.user_id, "viewer")) == (403, "forbidden")
    assert await logged(control, mine) == [("members.update", target.user_id), ("members.update", ann.user_id)]


async def test_an_admin_neither_makes_nor_changes_nor_removes_an_owner(control, mine, owner):
    admin, member = await control.member(mine, "admin"), await control.member(mine, "member")
    before = await roles_of(control, mine)
    for reply in (
        await set_role(control, admin, mine, member.user_id, "owner"),
        await set_role(control, admin, mine, admin.user_id, "owner"),
        await set_role(control, admin, mine, owner.user_id, "viewer"),
        await remove(control, admin, mine, owner.user_id),
    ):
        assert outcome(reply) == (403, "beyond_your_role")
    assert (await roles_of(control, mine), await logged(control, mine)) == (before, [])


async def test_the_last_owner_stays_one(control):
    ann_id = await control.user()
    mine = await control.workspace("mine", ann_id)
    ann = await control.sign_in(ann_id, mine)
    for reply in (
        await leave(control, ann, mine),
        await remove(control, ann, mine, ann_id),
        await set_role(control, ann, mine, ann_id, "admin"),
    ):
        assert outcome(reply) == (409, "last_owner")
    assert (await set_role(control, ann, mine, ann_id, "owner")).status_code == 200
    assert await roles_of(control, mine) == {ann_id: "owner"}


@pytest.mark.parametrize("way", ["demote", "remove", "leave"])
async def test_two_owners_who_unmake_each_other_at_the_same_moment_leave_one(control, way):
    for _ in range(5):
        ann_id = await control.user()
        mine = await control.workspace("mine", ann_id)
        ann, bob = await control.sign_in(ann_id, mine), await control.member(mine, "owner")
        if way == "demote":
            calls = (
                set_role(control, ann, mine, bob.user_id, "viewer"),
                set_role(control, bob, mine, ann_id, "viewer"),
            )
        elif way == "remove":
            calls = remove(control, ann, mine, bob.user_id), remove(control, bob, mine, ann_id)
        else:
            calls = leave(control, ann, mine), leave(control, bob, mine)
        replies = await asyncio.gather(*calls)
        assert sorted(reply.status_code for reply in replies)[0] == 200
        assert sorted(reply.status_code for reply in replies)[1] in (403, 404, 409)
        assert list((await roles_of(control, mine)).values()).count("owner") == 1


async def somebody_waits_for(conn):
    """Until another transaction waits for this one."""
    # Not pg_stat_activity: within a transaction it stays what it was at the first look.
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
    async with asyncio.timeout(10):
        while await conn.scalar(waiting) == 0:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("what", ["change", "remove", "invite"])
async def test_who_lost_their_role_while_their_request_waited_changes_nothing(control, mine, owner, what):
    admin, target = await control.member(mine, "admin"), await control.member(mine, "viewer")
    async with system_transaction(control.engine) as conn:
        if what == "change":
            call = set_role(control, admin, mine, target.user_id, "admin")
        elif what == "remove":
            call = remove(control, admin, mine, target.user_id)
        else:
            call = invite(control, admin, mine, "guest@example.org", "admin")
        await count_owners(conn, mine)
        await get_workspace(conn, mine, lock=True)
        waiting = asyncio.create_task(call)
        await somebody_waits_for(conn)
        await demote(conn, mine, admin.user_id, "viewer")
    assert (await waiting).status_code == 403
    assert (await roles_of(control, mine))[target.user_id] == "viewer"


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_may_leave_and_has_no_access_from_then_on(control, mine, owner, role):
    ann = await control.member(mine, role)
    assert (await leave(control, ann, mine)).status_code == 200
    assert (await control.http.get(url(mine), headers=ann.headers)).status_code == 404
    assert ann.user_id not in await roles_of(control, mine)


async def test_a_machine_does_not_leave_in_its_maker_s_name(control, mine, owner):
    machine = await control.machine(mine, owner.user_id, ["members:leave", "members:write", "members:read"])
    reply = await control.http.delete(f"/workspaces/{mine}/membership", headers=machine)
    assert outcome(reply) == (403, "forbidden")


async def test_a_removed_member_s_tokens_and_invitations_do_not_come_back_with_them(control, mine, owner):
    ann = await control.member(mine, "admin")
    machine = await control.machine(mine, ann.user_id, ["workspace:read"])
    token = (await invite(control, ann, mine, "guest@example.org", "viewer")).json()["data"]["link"].partition("=")[2]
    assert (await remove(control, owner, mine, ann.user_id)).status_code == 200
    assert (await control.http.get(f"/workspaces/{mine}", headers=machine)).status_code == 401
    await control.member(mine, "admin", user_id=ann.user_id)
    assert (await control.http.get(f"/workspaces/{mine}", headers=machine)).status_code == 401
    async with system_transaction(control.engine) as conn:
        assert await find_open_invitation(conn, api_key_digest(token)) is None
        assert await conn.scalar(select(access_tokens.c.revoked_at).where(access_tokens.c.created_by == ann.user_id))


async def test_who_is_no_member_is_not_found(control, mine, owner):
    other = await control.member(await control.workspace("other"), "viewer")
    for user_id in (other.user_id, control.state.new_id(), "x"):
        assert outcome(await set_role(control, owner, mine, user_id, "viewer")) == (404, "not_found")
        assert outcome(await remove(control, owner, mine, user_id)) == (404, "not_found")
        reply = await control.http.get(url(mine, user_id), headers=owner.headers)
        assert outcome(reply) == (404, "not_found")


async def test_whatever_is_asked_for_nobody_ends_up_with_more_than_the_actor_had(control):
    """200 random changes by random people, through the API."""
    draw = random.Random(11)
    founder = await control.user()
    mine = await control.workspace("mine", founder)
    people = {founder: await control.sign_in(founder, mine)}
    for role in (*ROLES, *ROLES[1:]):
        person = await control.member(mine, role)
        people[person.user_id] = person
    changed = 0
    for _ in range(200):
        before = await roles_of(control, mine)
        actor, target = draw.choice(sorted(people)), draw.choice(sorted(people))
        wanted = draw.choice(ROLES)
        if draw.random() < 0.6:
            reply = await set_role(control, people[actor], mine, target, wanted)
        else:
            reply = await invite(control, people[actor], mine, "guest@example.org", wanted)
        after = await roles_of(control, mine)
        granted = GRANTS[before[actor]]
        if reply.status_code < 300:
            changed += 1
            assert "members:write" in granted and GRANTS[wanted] <= granted
        for user_id, role in after.items():
            if role != before[user_id]:
                assert GRANTS[role] <= granted and GRANTS[before[user_id]] <= granted
        assert "owner" in after.values()
    assert 20 < changed < 180


# ---- invitations


async def invite(control, who, workspace_id, email, role):
    return await control.http.post(
        f"/workspaces/{workspace_id}/invitations", headers=who.headers, json={"email": email, "role": role}
    )


async def test_without_mail_the_link_is_shown_once_and_only_its_hash_is_stored(control, mine, owner):
    made = (await invite(control, owner, mine, "Guest@example.org", "member")).json()["data"]
    address, _, token = made["link"].partition("#token=")
    assert (address, made["mailed"], made["status"]) == ("http://localhost/app/invitation", False, "open")
    assert made["warnings"] == []
    async with system_transaction(control.engine) as conn:
        row = await find_open_invitation(conn, api_key_digest(token))
        stored = (await conn.execute(select(invitations).where(invitations.c.id == made["id"]))).mappings().one()
        entry = (await conn.execute(select(audit_log).where(audit_log.c.target_id == made["id"]))).mappings().one()
    assert (row["email"], row["role"], row["inviter_role"]) == ("Guest@example.org", "member", "owner")
    assert token not in f"{dict(stored)} {dict(entry)}"
    assert bytes(stored["token_hash"]).hex() not in str(made)
    (listed,) = (await control.http.get(f"/workspaces/{mine}/invitations", headers=owner.headers)).json()["data"]
    assert listed == {name: value for name, value in made.items() if name not in ("link", "mailed", "warnings")}


STRANGERS = {
    "a Host of the sender's choice": (("203.0.113.7", 5), "https://evil.example", {}),
    "one behind a proxy of this machine": (("127.0.0.1", 5), "http://evil.example", {}),
    "a loopback name, forwarded": (("127.0.0.1", 5), "http://localhost", {"x-forwarded-for": "203.0.113.7"}),
}


@pytest.mark.parametrize(("client", "asked", "headers"), STRANGERS.values(), ids=STRANGERS)
async def test_no_link_leads_where_a_request_s_host_header_says(control, mine, owner, client, asked, headers):
    boss = await control.sign_in(await control.user(operator=True))
    http = control.http_from(client, asked)
    made = await http.post(
        f"/workspaces/{mine}/invitations",
        headers={**owner.headers, **headers},
        json={"email": "guest@example.org", "role": "viewer"},
    )
    reset = await http.post(f"/admin/users/{owner.user_id}/reset-link", headers={**boss.headers, **headers})
    await http.aclose()
    for reply, path in ((made, "/app/invitation#token="), (reset, "/app/reset-password#token=")):
        shown = reply.json()["data"]
        assert shown["link"].startswith(path)
        assert "PERPETUO_PUBLIC_URL is not set" in shown["warnings"][0]


async def test_with_mail_the_link_goes_to_the_invited_only_and_leads_to_the_public_url(
    control, mine, owner, monkeypatch
):
    mailbox = Mailbox()
    monkeypatch.setattr(control.state, "mailer", mailbox)
    shown = (await invite(control, owner, mine, "guest@example.org", "viewer")).json()["data"]
    assert (shown["mailed"], mailbox.mails) == (False, []), "nobody's Host header chooses where a mail's link leads"
    monkeypatch.setattr(control.state, "settings", ControlSettings(public_url="https://gateway.example.org"))
    made = (await invite(control, owner, mine, "guest@example.org", "viewer")).json()["data"]
    ((to, _, text),) = mailbox.mails
    assert (to, made["mailed"], made["link"]) == ("guest@example.org", True, None)
    assert re.search(r"^https://gateway\.example\.org/app/invitation#token=inv_[0-9a-f]{48}$", text, re.MULTILINE)


async def test_an_admin_invites_up_to_their_own_role_and_a_member_not_at_all(control, mine):
    admin, member = await control.member(mine, "admin"), await control.member(mine, "member")
    outcomes = {role: outcome(await invite(control, admin, mine, f"{role}@example.org", role)) for role in ROLES}
    assert outcomes == dict.fromkeys(ROLES[1:], (201, None)) | {"owner": (403, "beyond_your_role")}
    assert outcome(await invite(control, member, mine, "x@example.org", "viewer")) == (403, "forbidden")


async def test_a_new_invitation_of_an_address_revokes_the_one_before(control, mine, owner):
    first = (await invite(control, owner, mine, "guest@example.org", "admin")).json()["data"]
    await invite(control, owner, mine, "GUEST@example.org", "viewer")
    page = (await control.http.get(f"/workspaces/{mine}/invitations", headers=owner.headers)).json()["data"]
    assert [(row["role"], row["status"]) for row in page] == [("viewer", "open"), ("admin", "revoked")]
    async with system_transaction(control.engine) as conn:
        assert await find_open_invitation(conn, api_key_digest(first["link"].partition("=")[2])) is None


async def test_an_invitation_is_taken_up_once_and_not_when_it_is_closed(control, mine, owner):
    made = [(await invite(control, owner, mine, f"g{n}@example.org", "viewer")).json()["data"] for n in range(3)]
    await control.http.delete(f"/workspaces/{mine}/invitations/{made[1]['id']}", headers=owner.headers)
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(invitations).where(invitations.c.id == made[2]["id"]).values(expires_at=past))
    async with system_transaction(control.engine) as conn:
        taken = [await accept_invitation(conn, each["id"]) for each in (made[0], made[0], made[1], made[2])]
    assert taken == [True, False, False, False]
    page = (await control.http.get(f"/workspaces/{mine}/invitations", headers=owner.headers)).json()["data"]
    assert [row["status"] for row in page] == ["expired", "revoked", "accepted"]
    reply = await control.http.delete(f"/workspaces/{mine}/invitations/{made[0]['id']}", headers=owner.headers)
    assert outcome(reply) == (409, "not_open")


async def test_an_admin_does_not_revoke_the_invitation_of_an_owner(control, mine, owner):
    admin = await control.member(mine, "admin")
    made = (await invite(control, owner, mine, "guest@example.org", "owner")).json()["data"]
    reply = await control.http.delete(f"/workspaces/{mine}/invitations/{made['id']}", headers=admin.headers)
    assert outcome(reply) == (403, "beyond_your_role")


async def test_what_the_inviter_is_now_is_known_when_an_invitation_is_taken_up(control, mine, owner):
    ann = await control.member(mine, "admin")
    made = (await invite(control, ann, mine, "guest@example.org", "admin")).json()["data"]
    digest = api_key_digest(made["link"].partition("=")[2])
    seen = []
    for change in ("nothing", "viewer", "suspended"):
        if change == "viewer":
            await set_role(control, owner, mine, ann.user_id, "viewer")
        if change == "suspended":
            await control.suspend_user(ann.user_id)
        async with system_transaction(control.engine) as conn:
            seen.append((await find_open_invitation(conn, digest))["inviter_role"])
    assert seen == ["admin", "viewer", None]


async def test_a_member_is_not_invited_and_a_workspace_invites_so_many_a_day(control, mine, owner):
    assert outcome(await invite(control, owner, mine, owner.email.upper(), "viewer")) == (409, "already_member")
    async with system_transaction(control.engine) as conn:
        for number in range(MAX_PER_DAY):
            await conn.execute(
                invitations.insert().values(
                    id=control.state.new_id(),
                    workspace_id=mine,
                    email=f"g{number}@example.org",
                    role="viewer",
                    token_hash=api_key_digest(f"{mine} {number}"),
                    invited_by=owner.user_id,
                    expires_at=datetime.datetime.now(datetime.UTC),
                )
            )
    assert outcome(await invite(control, owner, mine, "one.more@example.org", "viewer")) == (
        409,
        "too_many_invitations",
    )


@pytest.mark.parametrize(
    "body", [{"email": "x", "role": "viewer"}, {"email": "a@b.org", "role": "root"}, {"role": "viewer"}]
)
async def test_what_is_no_invitation_is_refused(control, mine, owner, body):
    reply = await control.http.post(f"/workspaces/{mine}/invitations", headers=owner.headers, json=body)
    assert reply.status_code == 422
