"""Nobody sets what the server owns, and nobody hands on more than they have."""

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from control_harness import ControlHarness, running_control
from control_routes import BODIES, TABLES, Case, build_request, every_case, send
from perpetuo.control.policies import Operator, Public
from perpetuo.core.access import ACTIONS, GRANTS, PEOPLE_ONLY, ROLES
from perpetuo.db.tables import metadata
from schema_examples import body_schema, fields, resolved
from two_tenants import World, two_tenants

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLUMNS = sorted({column.name for table in metadata.tables.values() for column in table.c})
# Each by itself; the others all at once.
WORTH_TRYING = [
    "id", "workspace_id", "user_id", "owner_user_id", "created_by", "role", "is_operator", "suspended", "actions",
    "key_hash", "token_hash", "password_hash", "secret_sealed", "settings", "created_at", "revoked_at", "sequence",
]  # fmt: skip


@dataclass
class Place:
    world: World
    control: ControlHarness
    operator: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(module_database_url: str) -> AsyncIterator[Place]:
    async with running_control(module_database_url) as control, two_tenants(control, module_database_url) as world:
        operator = await control.member(await control.workspace("operators"), "owner", operator=True)
        await world.remember()
        yield Place(world, control, operator.headers)


def cases_with_a_body(place: Place) -> Iterator[tuple[Case, dict[str, Any], dict[str, str]]]:
    """With a valid body, and who may send it."""
    for case in every_case(place.control):
        schema = body_schema(case.operation or {})
        if schema is None:
            continue
        ids = {field.name: place.world.mine.ids[TABLES[field.name]] for field in case.id_fields()}
        body = BODIES.get(case.key, ...)
        asked = build_request(case, ids, body(place.world) if callable(body) else body)
        headers = place.operator if isinstance(case.policy, Operator) else place.world.mine.owner.headers
        yield case, asked.body, {} if isinstance(case.policy, Public) else headers


async def post(place: Place, case: Case, body: Any, headers: dict[str, str]) -> Any:
    ids = {field.name: place.world.mine.ids[TABLES[field.name]] for field in case.id_fields()}
    return await send(place.control, build_request(case, ids, body), headers)


async def test_a_column_s_name_as_a_field_too_many_is_refused_and_nothing_changes(place: Place) -> None:
    before = await place.world.books()
    for case, body, headers in cases_with_a_body(place):
        known = {path[0] for path, _ in fields(case.document, body_schema(case.operation or {}) or {})}
        for column in WORTH_TRYING:
            if column not in known:
                reply = await post(place, case, {**body, column: place.world.foreign.workspace_id}, headers)
                assert (reply.status_code, reply.json()["field"]) == (422, column), (case.key, column, reply.text)
        too_many = {**body, **dict.fromkeys((name for name in COLUMNS if name not in known), "x")}
        reply = await post(place, case, too_many, headers)
        assert reply.status_code == 422, (case.key, reply.text)
        assert await place.world.books() == before, case.key


async def test_no_object_in_a_body_takes_a_field_that_it_does_not_name(place: Place) -> None:
    """At any depth: an object either forbids other fields, or is a map whose values have a type of their own."""
    loose = set()
    for case, _, _ in cases_with_a_body(place):
        schema = body_schema(case.operation or {}) or {}
        for path, inner in [((), schema), *fields(case.document, schema)]:
            for one in _alternatives(case.document, inner):
                if one.get("type") == "object" and not _is_strict(one):
                    loose.add(f"{case.key}: {'.'.join(path)}")
    assert loose == set()


def _alternatives(document: Any, schema: Any) -> Iterator[Any]:
    schema = resolved(document, schema)
    yield schema
    for word in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(word, ()):
            yield from _alternatives(document, option)


def _is_strict(schema: Any) -> bool:
    others = schema.get("additionalProperties")
    is_map = "patternProperties" in schema or (isinstance(others, dict) and others != {})
    return others is False or (is_map and not schema.get("properties"))


async def test_a_machine_s_token_holds_at_most_what_its_maker_may_when_made_and_when_used(place: Place) -> None:
    """Random roles and wishes; then the maker becomes a viewer, and so do their tokens."""
    chance = random.Random(4)
    mine, url = place.world.mine, f"/workspaces/{place.world.mine.workspace_id}/access-tokens"
    made = 0
    for _ in range(60):
        role = chance.choice(ROLES)
        wanted = sorted(chance.sample(ACTIONS, chance.randint(1, len(ACTIONS))))
        body = BODIES["POST /workspaces/{workspace_id}/access-tokens"](place.world) | {"actions": wanted}
        reply = await place.control.http.post(url, headers=mine.people[role].headers, json=body)
        may = "access_tokens:write" in GRANTS[role] and set(wanted) <= GRANTS[role] - PEOPLE_ONLY
        assert reply.is_success == may, (role, wanted, reply.text)
        if may:
            made += 1
            assert set(reply.json()["data"]["actions"]) == set(wanted)
    assert made > 0

    maker = await place.control.member(mine.workspace_id, "admin")
    body = BODIES["POST /workspaces/{workspace_id}/access-tokens"](place.world) | {"actions": ["api_keys:write"]}
    token = (await place.control.http.post(url, headers=maker.headers, json=body)).json()["data"]["token"]
    headers = {"authorization": f"Bearer {token}"}
    keys = f"/workspaces/{mine.workspace_id}/api-keys"
    assert (await place.control.http.post(keys, headers=headers, json={"name": "x"})).status_code == 201
    members = f"/workspaces/{mine.workspace_id}/members/{maker.user_id}"
    changed = await place.control.http.patch(members, headers=mine.owner.headers, json={"role": "viewer"})
    assert changed.is_success, changed.text
    assert (await place.control.http.post(keys, headers=headers, json={"name": "x"})).status_code == 403
    removed = await place.control.http.delete(members, headers=mine.owner.headers)
    assert removed.is_success, removed.text
    assert (await place.control.http.post(keys, headers=headers, json={"name": "x"})).status_code in (401, 404)


@pytest.mark.parametrize("actor", ROLES)
async def test_a_role_is_handed_on_only_by_who_has_all_that_it_may(place: Place, actor: str) -> None:
    """By invitation, and by changing a member: one of each role into each role."""
    mine = place.world.mine
    headers = mine.people[actor].headers
    before = await place.world.books()
    for role in ROLES:
        body = {"email": f"{actor}.{role}@example.org", "role": role}
        reply = await place.control.http.post(
            f"/workspaces/{mine.workspace_id}/invitations", headers=headers, json=body
        )
        may = "members:write" in GRANTS[actor] and GRANTS[role] <= GRANTS[actor]
        assert reply.is_success == may, (actor, role, reply.text)
        for present, person in mine.people.items():
            if person == mine.people[actor]:
                continue
            url = f"/workspaces/{mine.workspace_id}/members/{person.user_id}"
            reply = await place.control.http.patch(url, headers=headers, json={"role": role})
            may_change = may and GRANTS[present] <= GRANTS[actor]
            assert reply.is_success == may_change, (actor, present, role, reply.text)
            await place.world.heal_to(before)


async def test_signing_up_makes_no_operator_and_no_member_of_anybody_s(place: Place) -> None:
    before = await place.world.books_of(place.world.foreign)
    body = {"email": "somebody@example.org", "password": "long enough, I say"}
    for column in ("is_operator", "role", "workspace_id", "id", "suspended"):
        reply = await place.control.http.post("/auth/signup", json={**body, column: True})
        assert (reply.status_code, reply.json()["field"]) == (422, column)
    reply = await place.control.http.post("/auth/signup", json=body)
    assert reply.status_code == 201, reply.text
    assert reply.json()["data"]["user"]["is_operator"] is False
    assert await place.world.books_of(place.world.foreign) == before
