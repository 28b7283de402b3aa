"""The second wall by itself: what the database shows of another workspace when the application's own filter is gone.

Two ways to be without it. The routes run while each `workspace_id = ...` sent as perpetuo_app is made true for
every row. And every function of `db/queries` that takes a workspace is called, found by its signature, with the other
workspace's id in a transaction of ours.
"""

import datetime
import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError

import perpetuo.db.queries
from control_harness import running_control
from control_routes import BODIES, NO_SUCCESS, TABLES, build_request, every_case, send
from perpetuo.control.policies import Allows
from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.tables import api_keys
from two_tenants import World, two_tenants

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database_url: str) -> AsyncIterator[World]:
    async with running_control(module_database_url) as control, two_tenants(control, module_database_url) as world:
        yield world


# ---- routes


_FILTER = re.compile(r"(?:\b\w+\.)?(?:\bworkspace_id|\bworkspaces\.id) (?:=|IS NOT DISTINCT FROM) \$\d+(?:::\w+)?")


@contextmanager
def no_workspace_filter(world: World, *, also_as_system: bool = False) -> Iterator[list[str]]:
    """Yields the statements that lost one."""
    lost: list[str] = []

    def rewrite(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> Any:
        if "set_config('role'" in statement:
            conn.info["role"] = "perpetuo_app" if "perpetuo_app" in parameters else "perpetuo_system"
        elif also_as_system or conn.info.get("role") == "perpetuo_app":
            without = _FILTER.sub(r"(\g<0> OR true)", statement)
            if without != statement:
                lost.append(without)
                statement = without
        return statement, parameters

    engine = world.control.engine.sync_engine
    event.listen(engine, "before_cursor_execute", rewrite, retval=True)
    try:
        yield lost
    finally:
        event.remove(engine, "before_cursor_execute", rewrite)


async def test_the_filter_is_really_gone_in_these_tests(world: World) -> None:
    mine = select(api_keys.c.workspace_id).where(api_keys.c.workspace_id == world.mine.workspace_id)
    with no_workspace_filter(world, also_as_system=True):
        async with system_transaction(world.control.engine) as conn:
            assert set(await conn.scalars(mine)) == {world.mine.workspace_id, world.foreign.workspace_id}


async def test_no_route_shows_or_changes_another_workspace_s_rows_by_row_level_security_alone(world: World) -> None:
    """With one's own ids, and with each id in turn that of the other workspace."""
    wrong: list[str] = []
    owner, theirs = world.mine.owner.headers, await world.books_of(world.foreign)
    before = await world.books()
    for case in every_case(world.control):
        if not isinstance(case.policy, Allows):
            continue
        fields = [field for field in case.id_fields() if field.name != "workspace_id"]
        own = {field.name: world.mine.ids[TABLES[field.name]] for field in case.id_fields() if field.where == "path"}
        for changed in ({}, *({field.name: world.foreign.ids[TABLES[field.name]]} for field in fields)):
            body = BODIES.get(case.key, ...)
            asked = build_request(case, own | changed, body(world) if callable(body) else body)
            with no_workspace_filter(world) as lost:
                reply = await send(world.control, asked, owner)
            seen = [trace for trace in world.foreign.traces() if trace in reply.text]
            broken = reply.status_code >= 500 and reply.status_code not in NO_SUCCESS.get(case.key, ())
            if seen or (changed and reply.status_code < 300 and case.method != "GET") or broken:
                wrong.append(f"{case.key} {changed}: {reply.status_code} {seen} {reply.text[:300]} {lost}")
            if case.method != "GET":
                if await world.books_of(world.foreign) != theirs:
                    wrong.append(f"{case.key} {changed} changed the other workspace's rows: {lost}")
                await world.heal_to(before)
    assert not wrong, "\n".join(wrong)


# ---- queries


# Arguments that their type does not make valid.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "update_api_key": {"changes": {"name": "taken"}},
    "update_provider_key": {"changes": {"label": "taken"}},
    "insert_provider_key": {"vendor": "openai"},
    "insert_invitation": {"role": "viewer"},
    "put_membership": {"role": "owner"},
    "set_role": {"role": "owner"},
}


# Leaves the workspace on purpose: the audit log is one chain over all of them.
BECOMES_SYSTEM = {"audit_log.append_audit_entry"}


def functions_with_a_workspace() -> dict[str, Callable[..., Any]]:
    found = {}
    for module_info in pkgutil.iter_modules(perpetuo.db.queries.__path__):
        module = importlib.import_module(f"perpetuo.db.queries.{module_info.name}")
        for name, function in vars(module).items():
            if f"{module_info.name}.{name}" in BECOMES_SYSTEM or getattr(function, "__module__", "") != module.__name__:
                continue
            asks = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
            if asks and "workspace_id" in inspect.signature(function).parameters:
                found[f"{module_info.name}.{name}"] = function
    return found


@pytest.mark.parametrize("name", functions_with_a_workspace())
async def test_a_query_for_another_workspace_finds_and_changes_nothing(world: World, name: str) -> None:
    function, theirs = functions_with_a_workspace()[name], await world.books_of(world.foreign)
    arguments = arguments_of(function, world)
    try:
        async with workspace_transaction(world.control.engine, world.mine.workspace_id) as conn:
            found = function(conn, **arguments)
            found = [row async for row in found] if inspect.isasyncgen(found) else await found
        assert nothing(found), f"{name} found {found}"
    except DBAPIError as error:
        assert "row-level security" in str(error) or "permission denied" in str(error), error
    assert await world.books_of(world.foreign) == theirs


def nothing(found: Any) -> bool:
    """Also sums over no rows."""
    if isinstance(found, Mapping):
        return all(nothing(value) for value in found.values())
    if isinstance(found, (list, tuple)):
        return all(nothing(value) for value in found)
    return not found


def arguments_of(function: Callable[..., Any], world: World) -> dict[str, Any]:
    hints, arguments = typing.get_type_hints(function), {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if name in ARGUMENTS.get(function.__name__, {}):
            arguments[name] = ARGUMENTS[function.__name__][name]
        elif name == "workspace_id":
            arguments[name] = world.foreign.workspace_id
        elif name in TABLES:
            arguments[name] = world.foreign.ids[TABLES[name]]
        elif parameter.default is inspect.Parameter.empty:
            arguments[name] = _argument(name, hints[name], world)
    return arguments


def _argument(name: str, hint: Any, world: World) -> Any:
    if isinstance(hint, types.UnionType):
        return None if type(None) in typing.get_args(hint) else _argument(name, typing.get_args(hint)[0], world)
    origin = typing.get_origin(hint) or hint
    if origin is typing.Literal:
        return typing.get_args(hint)[0]
    if inspect.isclass(origin) and issubclass(origin, msgspec.Struct):
        return origin()
    if origin is str:
        return world.control.state.new_id()
    if origin is bytes:
        return world.control.state.entropy.random_bytes(32)
    if origin is datetime.datetime:
        hours = 48 if name in ("until", "before", "expires_at", "to") else -48
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {}
    return {int: 50, bool: False, float: 1.0}.get(origin, [])
