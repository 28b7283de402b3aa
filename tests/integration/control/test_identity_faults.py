"""Default deny: whatever finds out who is calling may raise, hang, or answer nonsense, and nobody gets in by that.

Never anonymous, never 401 (which would make a client throw its good token away): 503, and the handler is not entered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import fastapi.routing
import msgspec
import pytest
import pytest_asyncio
from sqlalchemy.exc import OperationalError

from control_harness import ControlHarness, Person, running_control
from control_routes import TABLES, Case, build_request, every_case, send
from perpetuo.control import identity, policies
from perpetuo.control.policies import Allows, Operator, Public
from two_tenants import Tenant, two_tenants

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class House:
    control: ControlHarness
    mine: Tenant
    operator: Person
    machine: dict[str, str]
    entered: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database_url: str) -> AsyncIterator[House]:
    async with running_control(module_database_url) as control, two_tenants(control, module_database_url) as world:
        operator = await control.member(await control.workspace("operators"), "owner", operator=True)
        machine = await control.machine(world.mine.workspace_id, world.mine.owner.user_id, ["api_keys:read"])
        yield House(control, world.mine, operator, machine)


@pytest.fixture(autouse=True)
def note_what_is_entered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = fastapi.routing.run_endpoint_function
    house.entered.clear()

    async def run_and_note(*, dependant: Any, values: dict[str, Any], is_coroutine: bool) -> Any:
        house.entered.append(dependant.call.__name__)
        return await run(dependant=dependant, values=values, is_coroutine=is_coroutine)

    monkeypatch.setattr(fastapi.routing, "run_endpoint_function", run_and_note)


class Nonsense:
    """Whatever is asked of it is there, and true."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __getitem__(self, name: str) -> Any:
        return self

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return True

    def __contains__(self, other: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    __hash__ = None  # type: ignore[assignment]


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


def answering(value: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: value


def slowly(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """As a coroutine function."""

    async def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


async def hanging(*args: Any, **kwargs: Any) -> Any:
    await asyncio.sleep(3600)


FAULTS: dict[str, Callable[..., Any]] = {
    "an exception of Python's": raising(RuntimeError("canary")),
    "a KeyError": raising(KeyError("role")),
    "an assertion": raising(AssertionError()),
    "endless recursion": raising(RecursionError()),
    "no memory": raising(MemoryError()),
    "a deadline": raising(TimeoutError()),
    "a broken socket": raising(ConnectionResetError()),
    "a server that shuts down": raising(asyncpg.exceptions.AdminShutdownError("canary")),
    "too many connections": raising(asyncpg.exceptions.TooManyConnectionsError("canary")),
    "an error of SQLAlchemy's": raising(OperationalError("SELECT canary", {}, Exception("canary"))),
    "a wrong type": raising(TypeError("canary")),
    "a decoding error": raising(msgspec.ValidationError("canary")),
    "no UTF-8": raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "canary")),
    "true": answering(True),
    "a text": answering("owner"),
    "an empty document": answering({}),
    "a document of nulls": answering(dict.fromkeys(("role", "suspended", "actions", "id", "name"), None)),
    "a list": answering([1]),
    "an object that agrees to everything": answering(Nonsense()),
}
# Where a None has a meaning of its own (no such session: 401; no member: 404), it is not a fault.
NONE: dict[str, Callable[..., Any]] = {"none": answering(None)}


def one_of_each_kind(house: House) -> list[Case]:
    """A route that reads and one that changes something, of each kind of policy: their code is the same."""
    guarded = [case for case in every_case(house.control) if not isinstance(case.policy, Public)]
    return list({(type(case.policy), case.method == "GET"): case for case in guarded}.values())


async def ask(house: House, cases: list[Case], headers_of: str = "person") -> list[tuple[str, int, str]]:
    """Each as somebody who may: (route, status, code)."""
    found = []
    for case in cases:
        ids = {field.name: house.mine.ids[TABLES[field.name]] for field in case.id_fields() if field.where == "path"}
        who = house.operator if isinstance(case.policy, Operator) else house.mine.owner
        headers = house.machine if headers_of == "machine" else who.headers
        reply = await send(house.control, build_request(case, ids), headers)
        assert "canary" not in reply.text
        found.append((case.key, reply.status_code, reply.json()["code"]))
    return found


def only_unavailable(found: list[tuple[str, int, str]]) -> None:
    assert found
    # What agrees to everything agrees to being suspended, too.
    expected = {(503, "database_unavailable"), (403, "user_suspended")}
    assert [one for one in found if one[1:] not in expected] == []
    assert {one[0] for one in found if one[1] == 503} or "suspended" in found[0][2]


async def test_every_guarded_route_is_503_when_nobody_can_be_identified(house, monkeypatch) -> None:
    monkeypatch.setattr(identity, "session_identity", slowly(FAULTS["an error of SQLAlchemy's"]))
    guarded = [case for case in every_case(house.control) if not isinstance(case.policy, Public)]
    assert {one[1:] for one in await ask(house, guarded)} == {(503, "database_unavailable")}
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_the_session_s_query_fails_or_answers_nonsense_every_route_is_503(house, monkeypatch, fault) -> None:
    monkeypatch.setattr(identity, "session_identity", slowly(FAULTS[fault]))
    only_unavailable(await ask(house, one_of_each_kind(house)))
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_the_machine_s_query_fails_or_answers_nonsense_every_route_is_503(house, monkeypatch, fault) -> None:
    monkeypatch.setattr(identity, "access_token_identity", slowly(FAULTS[fault]))
    only_unavailable(await ask(house, one_of_each_kind(house), "machine"))
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS | NONE)
async def test_when_a_transaction_can_not_be_had_every_route_is_503(house, monkeypatch, fault) -> None:
    monkeypatch.setattr(identity, "system_transaction", (FAULTS | NONE)[fault])
    for who in ("person", "machine"):
        only_unavailable(await ask(house, one_of_each_kind(house), who))
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_reading_the_token_fails_or_answers_nonsense_every_route_is_503(house, monkeypatch, fault) -> None:
    class Tokens:
        read = staticmethod(FAULTS[fault])

    monkeypatch.setattr(house.control.state, "tokens", Tokens())
    only_unavailable(await ask(house, one_of_each_kind(house)))
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS | NONE)
@pytest.mark.parametrize("part", ["_identify", "_person"])
async def test_when_finding_out_who_calls_fails_as_a_whole_every_route_is_503(house, monkeypatch, part, fault) -> None:
    monkeypatch.setattr(identity, part, slowly((FAULTS | NONE)[fault]))
    only_unavailable(await ask(house, one_of_each_kind(house)))
    assert house.entered == []


@pytest.mark.parametrize("part", ["session_identity", "_identify", "_person"])
async def test_what_takes_too_long_is_given_up_with_503(house, monkeypatch, part) -> None:
    monkeypatch.setattr(identity, "IDENTIFY_WITHIN_S", 0.001)
    monkeypatch.setattr(identity, part, hanging)
    async with asyncio.timeout(20):
        only_unavailable(await ask(house, one_of_each_kind(house)))
    assert house.entered == []


@pytest.mark.parametrize("fault", sorted((FAULTS | NONE).keys() - {"an object that agrees to everything"}))
async def test_when_the_policy_s_own_identity_is_none_or_nonsense_no_handler_is_entered(
    house, monkeypatch, fault
) -> None:
    """One wall further in: `identify` itself is broken. That it lets out an Identity or nothing is shown above."""
    monkeypatch.setattr(policies, "identify", slowly((FAULTS | NONE)[fault]))
    for _, status, _ in await ask(house, one_of_each_kind(house)):
        assert status in (500, 503)
    assert house.entered == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_the_role_in_another_workspace_can_not_be_found_out_nobody_gets_in(
    house, monkeypatch, fault
) -> None:
    monkeypatch.setattr(policies, "get_role", slowly(FAULTS[fault]))
    elsewhere = await house.control.sign_in(house.mine.owner.user_id)
    for case in one_of_each_kind(house):
        if isinstance(case.policy, Allows):
            ids = {
                field.name: house.mine.ids[TABLES[field.name]] for field in case.id_fields() if field.where == "path"
            }
            reply = await send(house.control, build_request(case, ids), elsewhere.headers)
            assert reply.status_code in (403, 404, 500, 503) and "canary" not in reply.text
    assert house.entered == []


ROLES = {
    "unknown": "root", "empty": "", "in capitals": "OWNER", "a number": 1, "true": True, "a list": ["owner"],
    "with a space": "owner ", "absent": None,
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
async def test_a_role_that_is_none_of_ours_is_no_role(house, monkeypatch, role) -> None:
    async def session_identity(*args: Any) -> dict[str, Any]:
        return {
            "email": "x", "name": "x", "is_operator": "yes", "suspended": False, "role": role,
            "workspace_suspended": False,
        }  # fmt: skip

    monkeypatch.setattr(identity, "session_identity", session_identity)
    cases = [case for case in one_of_each_kind(house) if isinstance(case.policy, (Allows, Operator))]
    for case, (key, status, code) in zip(cases, await ask(house, cases), strict=True):
        if isinstance(case.policy, Allows):
            # The owner in truth is told that this token is not for this workspace.
            assert code in ("not_found", "wrong_workspace", "database_unavailable"), (key, status, code)
        if isinstance(case.policy, Operator):
            assert status in (403, 503), "only True makes an operator"


async def test_a_database_that_is_gone_is_503_and_neither_401_nor_a_way_in(house) -> None:
    async with running_control("postgresql://nobody@127.0.0.1:1/none") as gone:
        found = []
        for case in one_of_each_kind(house):
            ids = {field.name: house.mine.ids[TABLES[field.name]] for field in case.id_fields()}
            for headers in (house.mine.owner.headers, house.machine):
                reply = await send(gone, build_request(case, ids), headers)
                found.append((case.key, reply.status_code, reply.json()["code"]))
        only_unavailable(found)
        token = gone.state.tokens.issue(user_id="x", workspace_id=None, session_id="x", token_id="x", wall_s=0)
        for bad in ("", "x", token, "ppt_", "pk_" + "ab" * 24):
            reply = await gone.http.get("/workspaces/x/api-keys", headers={"authorization": f"Bearer {bad}"})
            assert reply.status_code == 401, "what can be told without the database is told"
    assert house.entered == []
