"""Every route, as everybody, with everybody's ids. What is expected comes from `core.access` and a route's policy; the
requests come from the OpenAPI document, so that a route made tomorrow is driven without an edit here."""

import dataclasses
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI

from control_harness import ControlHarness, Person, running_control
from control_routes import BODIES, NO_SUCCESS, TABLES, Case, as_sent, build_request, every_case, names_an_id, send
from perpetuo.control.app import require_policies
from perpetuo.control.policies import Allows, Operator, Policy, Public, SignedIn
from perpetuo.core.access import ACTIONS, GRANTS, PEOPLE_ONLY
from two_tenants import Tenant, World, two_tenants

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Whoever adds one of these is seen doing it.
PUBLIC = {
    "GET /openapi.json", "GET /docs", "GET /docs/style.css",
    "GET /auth/settings", "POST /auth/signup", "POST /auth/login", "POST /auth/refresh", "POST /auth/logout",
    "POST /auth/link", "POST /auth/forgot", "POST /auth/reset", "POST /auth/invitations/show",
}  # fmt: skip
# Read one by one: none executes, renders a template, loads a plug-in, starts a program or asks a host that it is told.
OPERATOR = {
    "GET /admin/users", "POST /admin/users", "GET /admin/users/{user_id}", "POST /admin/users/{user_id}/suspend",
    "POST /admin/users/{user_id}/unsuspend", "PUT /admin/users/{user_id}/operator",
    "DELETE /admin/users/{user_id}/operator", "POST /admin/users/{user_id}/reset-link",
    "GET /admin/workspaces", "GET /admin/workspaces/{workspace_id}", "POST /admin/workspaces/{workspace_id}/suspend",
    "POST /admin/workspaces/{workspace_id}/unsuspend", "PATCH /admin/workspaces/{workspace_id}/limits",
    "GET /admin/health", "GET /admin/catalog", "GET /admin/catalog/models", "GET /admin/sign-up", "PUT /admin/sign-up",
    "GET /admin/encryption", "POST /admin/encryption/rotate", "GET /admin/audit",
}  # fmt: skip
UNDOCUMENTED = {"GET /openapi.json", "GET /docs", "GET /docs/style.css"}

MALFORMED = ["x", "' OR 1=1 --", "00000000-0000-0000-0000-00000000000g", "{0192f000-0000-7000-8000-00000000000a}", "*"]


@dataclass(frozen=True)
class Somebody:
    """verdict: what a policy is to say to them, None = they may."""

    name: str
    headers: Mapping[str, str]
    workspace: str
    role: str | None = None
    actions: frozenset[str] = frozenset()
    machine: bool = False
    operator: bool = False
    refused_everywhere: int | None = None
    suspended: bool = False


@dataclass
class Stage:
    world: World
    control: ControlHarness
    cases: list[Case]
    people: list[Somebody]
    owner: Somebody
    suspended_workspace: Tenant


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(module_database_url: str) -> AsyncIterator[Stage]:
    async with running_control(module_database_url) as control, two_tenants(control, module_database_url) as world:
        people = await everybody(control, world)
        suspended = await suspended_tenant(control, world)
        await world.remember()
        owner = next(one for one in people if one.name == "owner")
        yield Stage(world, control, every_case(control), people, owner, suspended)


async def everybody(control: ControlHarness, world: World) -> list[Somebody]:
    """Everybody who may come to the door of `world.mine`."""
    mine, foreign = world.mine, world.foreign
    people = [
        Somebody("anonymous", {}, "", refused_everywhere=401),
        Somebody("an API key", {"authorization": "Bearer pk_" + "ab" * 24}, "", refused_everywhere=401),
        Somebody("an unknown machine", {"authorization": "Bearer ppt_" + "ab" * 24}, "", refused_everywhere=401),
    ]
    for role, person in mine.people.items():
        people.append(Somebody(role, person.headers, mine.workspace_id, role, GRANTS[role]))
    for role, person in foreign.people.items():
        people.append(Somebody(f"another's {role}", person.headers, foreign.workspace_id, role, GRANTS[role]))
    operator = await control.member(await control.workspace("operators"), "owner", operator=True)
    people.append(Somebody("operator", operator.headers, operator.workspace_id or "", "owner", operator=True))
    people += await _machines(control, mine, foreign)
    people += await _those_who_were(control, mine)
    return people


async def _machines(control: ControlHarness, mine: Tenant, foreign: Tenant) -> list[Somebody]:
    made: list[Somebody] = []
    for name, tenant, actions in (
        ("a machine with everything", mine, ACTIONS),
        ("a machine with nothing", mine, ()),
        ("another's machine", foreign, ACTIONS),
    ):
        headers = await control.machine(tenant.workspace_id, tenant.owner.user_id, actions)
        can = frozenset(actions) - PEOPLE_ONLY
        made.append(Somebody(name, headers, tenant.workspace_id, actions=can, machine=True))
    of_viewer = await control.machine(mine.workspace_id, mine.people["viewer"].user_id, ACTIONS)
    return [
        *made,
        Somebody(
            "a viewer's machine", of_viewer, mine.workspace_id, None, GRANTS["viewer"] - PEOPLE_ONLY, machine=True
        ),
    ]


async def _those_who_were(control: ControlHarness, mine: Tenant) -> list[Somebody]:
    """Owners all of them, once."""

    async def owner() -> Person:
        return await control.member(mine.workspace_id, "owner")

    signed_out, suspended, expired = await owner(), await owner(), await owner()
    await control.revoke_session(signed_out.session_id)
    await control.suspend_user(suspended.user_id)
    machine = await control.machine(mine.workspace_id, suspended.user_id, ACTIONS)
    old = control.state.tokens.issue(
        user_id=expired.user_id,
        workspace_id=mine.workspace_id,
        session_id=expired.session_id,
        token_id=control.state.new_id(),
        wall_s=control.state.clock.wall_s() - 3600,
    )
    return [
        Somebody("a revoked session", signed_out.headers, mine.workspace_id, refused_everywhere=401),
        Somebody("a suspended owner", suspended.headers, mine.workspace_id, refused_everywhere=403),
        Somebody("a suspended owner's machine", machine, mine.workspace_id, machine=True),
        Somebody("an expired token", {"authorization": f"Bearer {old}"}, mine.workspace_id, refused_everywhere=401),
    ]


async def suspended_tenant(control: ControlHarness, world: World) -> Tenant:
    """A workspace whose owner may read and nothing else. Its ids are those of `mine`: none is its own."""
    owner_id = await control.user()
    workspace_id = await control.workspace("suspended", owner_id)
    await control.suspend_workspace(workspace_id)
    return Tenant("canary-suspended", workspace_id, await control.sign_in(owner_id, workspace_id), ids=world.mine.ids)


# ---- what is expected, from the policy


def verdict(policy: Policy, somebody: Somebody, workspace_id: str) -> int:
    """0: may. Otherwise the status."""
    if isinstance(policy, Public):
        return 0
    if somebody.refused_everywhere is not None:
        return somebody.refused_everywhere
    if isinstance(policy, SignedIn):
        return 403 if somebody.machine else 0
    if isinstance(policy, Operator):
        return 0 if somebody.operator else 403
    assert isinstance(policy, Allows), f"the matrix does not know the policy {policy!r}"
    if somebody.workspace != workspace_id or (somebody.machine and somebody.name.startswith("a suspended")):
        return 404
    if policy.action not in somebody.actions:
        return 403
    return 0


REFUSALS = {
    "unauthenticated", "invalid_token", "wrong_credential", "user_suspended", "people_only", "operators_only",
    "forbidden", "workspace_suspended", "wrong_workspace", "not_found",
}  # fmt: skip


def refused(reply: httpx2.Response) -> bool:
    """By a policy, or as what does not exist."""
    return reply.status_code in (401, 403, 404) and reply.json()["code"] in REFUSALS


# ---- requests


def ids_of(case: Case, tenant: Tenant, **others: str) -> dict[str, str]:
    return {
        field.name: others.get(field.name, tenant.ids[TABLES[field.name]])
        for field in case.id_fields()
        if field.where != "query" or field.name in others
    } | others


def asked_of(case: Case, stage: Stage, ids: Mapping[str, str]) -> Any:
    body = BODIES.get(case.key, ...)
    return build_request(case, ids, body(stage.world) if callable(body) else body)


def guarded(stage: Stage) -> list[Case]:
    return [case for case in stage.cases if not isinstance(case.policy, Public)]


def traces_in(reply: httpx2.Response, tenant: Tenant, sent: Iterable[str] = ()) -> list[str]:
    text = reply.text + repr(reply.headers)
    return [trace for trace in tenant.traces() if trace in text and trace not in sent]


async def require_unchanged(stage: Stage, before: Mapping[str, str], what: str) -> None:
    after = await stage.world.books()
    assert after == before, f"{what} changed {[name for name in after if after[name] != before[name]]}"


# ---- the tests


async def test_every_public_route_is_public_on_purpose(stage: Stage) -> None:
    assert {case.key for case in stage.cases if isinstance(case.policy, Public)} == PUBLIC


async def test_every_operator_s_route_was_reviewed_by_name(stage: Stage) -> None:
    operators = {case.key for case in stage.cases if isinstance(case.policy, Operator)}
    assert operators == OPERATOR
    assert operators == {case.key for case in stage.cases if case.path.startswith("/admin")}


async def test_every_route_is_described(stage: Stage) -> None:
    bare = {case.key for case in stage.cases if not (case.operation or {}).get("summary")}
    assert bare == UNDOCUMENTED


async def test_the_document_says_of_each_operation_whether_it_needs_a_token(stage: Stage) -> None:
    document = stage.cases[0].document
    (scheme,) = document["components"]["securitySchemes"].items()
    assert (scheme[0], scheme[1]["type"], scheme[1]["scheme"]) == ("bearer", "http", "bearer")
    for case in stage.cases:
        if case.operation is not None:
            expected = None if isinstance(case.policy, Public) else [{"bearer": []}]
            assert case.operation.get("security") == expected, case.key


async def test_no_name_in_the_document_tells_which_of_two_classes_of_the_same_name_it_is(stage: Stage) -> None:
    """FastAPI puts the whole path of a module into the name when there are two, and every program made from the
    document has it."""
    names = stage.cases[0].document["components"]["schemas"]
    assert [name for name in names if "__" in name or "-" in name] == []


async def test_a_route_without_a_policy_or_with_two_stops_the_application() -> None:
    async def route() -> None: ...

    for policies in ([], [Depends(Public()), Depends(SignedIn())]):
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.get("/workspaces/x", dependencies=policies)(route)
        with pytest.raises(RuntimeError, match="exactly one"):
            require_policies(app)


async def test_the_matrix_knows_what_every_id_names(stage: Stage) -> None:
    unknown = {
        f"{case.key}: {field.name} in {field.where}"
        for case in stage.cases
        for field in case.id_fields()
        if field.name not in TABLES
    }
    assert unknown == set()
    in_paths = {name for case in stage.cases for name in re.findall(r"{(\w+)}", case.path)}
    assert {name for name in in_paths if not names_an_id(name)} == set(), "name it ..._id, or tell the matrix"


async def test_who_has_no_right_is_refused_as_the_policy_says_and_changes_nothing(stage: Stage) -> None:
    mine, wrong = stage.world.mine, []
    before = await stage.world.books()
    for case in guarded(stage):
        asked = asked_of(case, stage, ids_of(case, mine))
        for somebody in stage.people:
            expected = verdict(case.policy, somebody, mine.workspace_id)
            if expected == 0:
                continue
            reply = await send(stage.control, asked, somebody.headers)
            if reply.status_code != expected or not refused(reply) or traces_in(reply, mine, asked.url):
                wrong.append(f"{case.key} as {somebody.name}: {reply.status_code}, not {expected}: {reply.text[:200]}")
        await require_unchanged(stage, before, case.key)
    assert not wrong, "\n".join(wrong)


async def test_who_has_the_right_is_let_in_and_nobody_else_s_rows_are_seen_or_changed(stage: Stage) -> None:
    mine, wrong, succeeded = stage.world.mine, [], set()
    before = await stage.world.books()
    theirs = await stage.world.books_of(stage.world.foreign)
    for case in guarded(stage):
        asked = asked_of(case, stage, ids_of(case, mine))
        for somebody in stage.people:
            if somebody.workspace == stage.world.foreign.workspace_id:
                continue
            if verdict(case.policy, somebody, mine.workspace_id) != 0:
                continue
            if isinstance(case.policy, SignedIn) and case.id_fields() and somebody != stage.owner:
                continue  # what is named there is the owner's own
            reply = await send(stage.control, asked, somebody.headers)
            if reply.status_code < 300:
                succeeded.add(case.key)
            expected = reply.status_code in NO_SUCCESS.get(case.key, ())
            if not expected and (refused(reply) or reply.status_code >= 500):
                wrong.append(f"{case.key} as {somebody.name}: {reply.status_code} {reply.text[:200]}")
            if not somebody.operator and traces_in(reply, stage.world.foreign):
                wrong.append(f"{case.key} as {somebody.name} saw {traces_in(reply, stage.world.foreign)}")
            if case.method != "GET":
                assert somebody.operator or await stage.world.books_of(stage.world.foreign) == theirs, case.key
                await stage.world.heal_to(before)
    wrong += [f"{case.key}: nobody" for case in guarded(stage) if case.key not in succeeded | set(NO_SUCCESS)]
    assert not wrong, "\n".join(wrong)


async def test_somebody_else_s_id_is_told_byte_for_byte_like_one_that_does_not_exist(stage: Stage) -> None:
    """Each id-bearing parameter in turn, as the owner of `mine`."""
    wrong: list[str] = []
    before = await stage.world.books()
    for case in guarded(stage):
        if isinstance(case.policy, Operator):
            continue
        for field in case.id_fields():
            theirs = stage.world.foreign.ids[TABLES[field.name]]
            ids = ids_of(case, stage.world.mine)
            foreign = await send(stage.control, asked_of(case, stage, ids | {field.name: theirs}), stage.owner.headers)
            nobody_s = stage.control.state.new_id()
            none = await send(stage.control, asked_of(case, stage, ids | {field.name: nobody_s}), stage.owner.headers)
            if as_sent(foreign) != as_sent(none):
                wrong.append(f"{case.key} {field.name}: {as_sent(foreign)} != {as_sent(none)}")
            if field.where == "path" and foreign.status_code != 404:
                wrong.append(f"{case.key} {field.name}: {foreign.status_code} {foreign.text[:200]}")
            if foreign.status_code >= 500 or traces_in(foreign, stage.world.foreign):
                wrong.append(f"{case.key} {field.name}: {foreign.status_code} {foreign.text[:200]}")
        await require_unchanged(stage, before, case.key)
    assert not wrong, "\n".join(wrong)


async def test_to_a_stranger_a_workspace_is_byte_for_byte_like_one_that_does_not_exist(stage: Stage) -> None:
    """With the ids of that workspace, with one's own, and as everybody who has another workspace."""
    mine, wrong = stage.world.mine, []
    before = await stage.world.books()
    strangers = [
        one for one in stage.people if one.refused_everywhere is None and one.workspace not in ("", mine.workspace_id)
    ]
    for case in guarded(stage):
        if not isinstance(case.policy, Allows):
            continue
        nobody_s = stage.control.state.new_id()
        for somebody in strangers:
            replies = [
                await send(stage.control, asked_of(case, stage, ids), somebody.headers)
                for ids in (
                    ids_of(case, mine),
                    ids_of(case, stage.world.foreign, workspace_id=mine.workspace_id),
                    ids_of(case, mine, workspace_id=nobody_s),
                )
            ]
            if len({repr(as_sent(reply)) for reply in replies}) != 1 or replies[0].status_code != 404:
                wrong.append(f"{case.key} as {somebody.name}: {[as_sent(reply) for reply in replies]}")
        await require_unchanged(stage, before, case.key)
    assert not wrong, "\n".join(wrong)


async def test_what_is_no_id_is_not_found_or_named_as_wrong(stage: Stage) -> None:
    wrong: list[str] = []
    before = await stage.world.books()
    for case in guarded(stage):
        who = next(one for one in stage.people if one.operator) if isinstance(case.policy, Operator) else stage.owner
        for field in case.id_fields():
            for text in MALFORMED:
                asked = asked_of(case, stage, ids_of(case, stage.world.mine) | {field.name: text})
                reply = await send(stage.control, asked, who.headers)
                finds_nothing = field.where == "query" and reply.is_success and reply.json()["data"] == []
                if reply.status_code not in (404, 409, 422) and not finds_nothing:
                    wrong.append(f"{case.key} {field.name}={text}: {reply.status_code} {reply.text[:200]}")
        await require_unchanged(stage, before, case.key)
    assert not wrong, "\n".join(wrong)


async def test_in_a_suspended_workspace_its_owner_may_read_and_nothing_else(stage: Stage) -> None:
    tenant, wrong = stage.suspended_workspace, []
    before = await stage.world.books()
    for case in guarded(stage):
        if not isinstance(case.policy, Allows):
            continue
        reply = await send(
            stage.control,
            asked_of(case, stage, ids_of(case, tenant) | {"workspace_id": tenant.workspace_id}),
            tenant.owner.headers,
        )
        if case.policy.action.endswith(":read"):
            as_expected = reply.status_code < 300 or reply.json()["code"] not in REFUSALS - {"not_found"}
        else:
            as_expected = (reply.status_code, reply.json()["code"]) == (403, "workspace_suspended")
        if not as_expected or reply.status_code >= 500:
            wrong.append(f"{case.key}: {reply.status_code} {reply.text[:200]}")
        await require_unchanged(stage, before, case.key)
    assert not wrong, "\n".join(wrong)


async def test_a_member_with_a_token_for_another_workspace_is_told_how_to_get_one_for_this(stage: Stage) -> None:
    both = await stage.control.sign_in(stage.world.mine.owner.user_id, stage.world.foreign.workspace_id)
    lost = await stage.control.sign_in(stage.world.mine.owner.user_id)
    replies = [
        await send(stage.control, asked_of(case, stage, ids_of(case, stage.world.mine)), person.headers)
        for case in guarded(stage)
        for person in (both, lost)
        if isinstance(case.policy, Allows)
    ]
    assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(403, "wrong_workspace")}


async def test_a_token_that_names_somebody_else_s_workspace_opens_none(stage: Stage) -> None:
    """Signed by us, for a workspace that its person does not belong to."""
    intruder = await stage.control.sign_in(stage.world.foreign.owner.user_id, stage.world.mine.workspace_id)
    wrong = []
    for case in guarded(stage):
        if isinstance(case.policy, Allows):
            reply = await send(stage.control, asked_of(case, stage, ids_of(case, stage.world.mine)), intruder.headers)
            if reply.status_code != 404 or traces_in(reply, stage.world.mine):
                wrong.append(f"{case.key}: {reply.status_code} {reply.text[:200]}")
    assert not wrong, "\n".join(wrong)


async def test_a_parameter_that_a_route_does_not_know_is_named_and_nobody_unknown_is_told(stage: Stage) -> None:
    wrong = []
    both = await stage.control.member(stage.world.mine.workspace_id, "owner", operator=True)
    for case in stage.cases:
        asked = asked_of(case, stage, ids_of(case, stage.world.mine))
        asked = dataclasses.replace(asked, query={**asked.query, "emial": "bob"})
        reply = await send(stage.control, asked, both.headers)
        found = (reply.status_code, reply.json()["field"], reply.json()["error"])
        if found != (422, "emial", "There is no parameter emial here."):
            wrong.append(f"{case.key}: {reply.status_code} {reply.text[:200]}")
        anonymous = await send(stage.control, asked, {})
        if anonymous.status_code != (422 if isinstance(case.policy, Public) else 401):
            wrong.append(f"{case.key} as nobody: {anonymous.status_code} {anonymous.text[:200]}")
    assert not wrong, "\n".join(wrong)
