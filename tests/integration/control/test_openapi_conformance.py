"""What schemathesis makes of the OpenAPI document, right and wrong, against the application itself.

No reply is an error of the server, none has a status or a shape that the document does not name. A few examples of each
operation here, many under soak. The requests are ours to send: the engine of the database belongs to one event loop.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from control_harness import ControlHarness, running_control
from control_routes import TABLES
from perpetuo.control import identity
from perpetuo.core.inspection import KeyTestResult
from two_tenants import World, two_tenants

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

QUIET = dict(deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


async def answers(*args: Any, **kwargs: Any) -> KeyTestResult:
    """A vendor that is content with every key."""
    return KeyTestResult(ok=True, what="models", message="", models_found=1)


@dataclass
class Bench:
    """loop: the one that the engine belongs to. Operators run it, so nothing is refused for who asks."""

    loop: asyncio.AbstractEventLoop
    control: ControlHarness
    world: World
    headers: dict[str, str]
    before: dict[str, str]


@pytest.fixture
def bench(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    # On a busy machine the deadline of two seconds is sometimes missed, and its 503 is no mistake.
    monkeypatch.setattr(identity, "IDENTIFY_WITHIN_S", 60.0)
    with asyncio.Runner() as runner:
        stack = _open(database_url)
        bench = runner.run(anext(stack))
        bench.loop = runner.get_loop()
        yield bench
        runner.run(stack.aclose())


async def _open(database_url: str) -> Any:
    async with (
        running_control(database_url, test_provider_key=answers) as control,
        two_tenants(control, database_url) as world,
    ):
        both = await control.member(world.mine.workspace_id, "owner", operator=True)
        await world.remember()
        yield Bench(asyncio.get_running_loop(), control, world, both.headers, await world.books())


def check_every_operation(bench: Bench, examples: int) -> int:
    schema = schemathesis.openapi.from_dict(bench.control.routes.openapi())
    failures: list[str] = []
    sent = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        strategy = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @settings(max_examples=examples, derandomize=True, **QUIET)
        @given(case=strategy, ids_are_known=st.sampled_from([True, True, True, False]))
        def check(case: schemathesis.Case, ids_are_known: bool) -> None:
            nonlocal sent
            sent += 1
            bench.loop.run_until_complete(_send_and_check(bench, case, ids_are_known))

        try:
            check()
        except FailureGroup as error:  # every operation has its turn before the verdict
            failures.append(f"{operation.label}: {[str(each) for each in error.exceptions]} {error}")
    assert not failures, "\n\n".join(failures)
    return sent


async def _send_and_check(bench: Bench, case: schemathesis.Case, ids_are_known: bool) -> None:
    if ids_are_known:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = bench.world.mine.ids.get(TABLES.get(name, ""), case.path_parameters[name])
    asked = case.as_transport_kwargs(base_url="http://localhost")
    asked.pop("cookies", None)
    given = {name: value for name, value in (asked.get("headers") or {}).items() if name.lower() != "authorization"}
    asked["headers"] = {**given, **bench.headers}
    if "data" in asked:
        asked["content"] = asked.pop("data")
    reply = await bench.control.http.request(**asked)
    if case.method != "GET":
        await bench.world.heal_to(bench.before)
    alone = reply.status_code == 503 and reply.json()["code"] == "no_data_plane"  # as the harness is
    case.validate_response(reply, checks=CHECKS[1:] if alone else CHECKS)


def test_no_reply_is_an_error_of_ours_or_undocumented(bench: Bench) -> None:
    assert check_every_operation(bench, 5) > 100


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_reply_is_an_error_of_ours_or_undocumented_at_length(bench: Bench) -> None:
    sent = check_every_operation(bench, int(os.environ.get("PERPETUO_SCHEMATHESIS_EXAMPLES", "300")))
    print(f"{sent} requests made by schemathesis: 0 server errors, 0 undocumented statuses or shapes")
