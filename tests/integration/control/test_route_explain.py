"""The decision over the API: of the path's workspace, with the data plane's own explainer and its live state."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
import pytest
import pytest_asyncio

from control_harness import ControlHarness, Person, running_control
from gateway_harness import CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.ids import api_key_digest
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.snapshot import ApiKey, Snapshot, Workspace
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import api_keys
from perpetuo.gateway.explain import RouteExplainer

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENAI = provider("openai", "http://127.0.0.1:9/v1", priority=1)
ANTHROPIC = provider("anthropic", "http://127.0.0.1:9", priority=2)


class Stage(NamedTuple):
    control: ControlHarness
    gateway: RunningGateway
    mine: str
    ann: Person
    api_key_id: str
    foreign: str
    foreign_key_id: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with running_gateway(tmp_path_factory.mktemp("explain")) as gateway:
        explain_route = RouteExplainer(gateway.state).explain
        async with running_control(module_database_url, explain_route=explain_route) as control:
            mine, foreign = await control.workspace("mine"), await control.workspace("foreign")
            key_id, foreign_key_id = await api_key(control, mine), await api_key(control, foreign)
            keys = {b"1" * 32: ApiKey(key_id, mine, "narrow", allowed_aliases=("claude-opus",), substitution="never")}
            keys[b"2" * 32] = ApiKey(foreign_key_id, foreign, "f")
            workspaces = {
                mine: Workspace(mine, "mine", provider_keys=(OPENAI, ANTHROPIC), strategy="cheapest"),
                foreign: Workspace(foreign, "foreign"),
            }
            gateway.state.snapshots.current = Snapshot(7, CATALOG, workspaces, keys)  # type: ignore[misc]
            yield Stage(control, gateway, mine, await control.member(mine, "viewer"), key_id, foreign, foreign_key_id)


async def api_key(control: ControlHarness, workspace_id: str) -> str:
    key_id = control.state.new_id()
    async with system_transaction(control.engine) as conn:
        await api_keys.insert_api_key(
            conn, workspace_id, id=key_id, name="k", key_hash=api_key_digest(key_id), prefix="pk_12345", last4="abcd"
        )
    return key_id


Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
def ask(stage: Stage) -> Ask:
    async def ask(**body: Any) -> tuple[int, dict[str, Any]]:
        reply = await stage.control.http.post(
            f"/workspaces/{stage.mine}/route/explain", json={"model": "gpt-4o"} | body, headers=stage.ann.headers
        )
        return reply.status_code, reply.json()

    return ask


async def test_the_decision_has_its_reasons_and_the_numbers_that_ordered_it(stage: Stage, ask: Ask) -> None:
    now_s = stage.gateway.state.clock.monotonic_s()
    stage.gateway.state.health.record_success(OPENAI.id, "gpt-4o", now_s, first_byte_ms=250.0)
    status, reply = await ask(input_tokens=1000, max_output_tokens=100)
    assert status == 200, reply
    data = reply["data"]
    (decision,) = data["decisions"]
    assert decision["refusal"] is None
    assert (decision["strategy"]["name"], decision["strategy"]["source"]) == ("cheapest", "workspace")
    assert decision["resolution"]["alias"] == "gpt-4o" and decision["substitution"] == "tier"
    by_model = {candidate["model"]: candidate for candidate in decision["candidates"]}
    exact = by_model["gpt-4o"]
    assert (exact["provider_key_id"], exact["exact"], exact["first_byte_ms"]) == (OPENAI.id, True, 250.0)
    assert exact["estimated_cost_nanousd"] == 3_500_000
    assert by_model["claude-sonnet-4-6"]["exact"] is False
    assert (data["snapshot_version"], data["catalog_version"]) == (7, CATALOG.version)
    text = msgspec.json.encode(reply).decode()
    assert OPENAI.secret.reveal() not in text and "127.0.0.1" not in text


async def test_all_strategies_come_side_by_side(ask: Ask) -> None:
    status, reply = await ask(strategies="all")
    assert status == 200, reply
    found = [decision["strategy"]["name"] for decision in reply["data"]["decisions"]]
    assert found == ["fastest", "cheapest", "reliable", "default"]
    assert {decision["strategy"]["source"] for decision in reply["data"]["decisions"]} == {"header"}


async def test_a_refusal_is_told_with_what_the_client_would_get(stage: Stage, ask: Ask) -> None:
    for body, status, code in (
        ({"model": "gpt-4oo"}, 404, "model_not_found"),
        ({"model": "gpt-4o", "needs": ["audio"]}, 400, "invalid_value"),
        ({"model": "gpt-4o", "api_key_id": stage.api_key_id}, 403, "forbidden_model"),
        ({"model": "grok-4", "substitution": "never"}, 404, "model_not_found"),
    ):
        answered, reply = await ask(**body)
        refusal = reply["data"]["decisions"][0]["refusal"]
        assert (answered, refusal["status"], refusal["code"]) == (200, status, code), body
        assert refusal["message"]


async def test_what_stands_in_the_way_now_is_seen(stage: Stage, ask: Ask) -> None:
    state = stage.gateway.state
    refused = Verdict("FATAL", "no", quarantine_key=True)
    state.availability.record_failure(OPENAI, "gpt-4o", refused, state.clock.monotonic_s(), 0.5)
    _, reply = await ask()
    decision = reply["data"]["decisions"][0]
    assert [candidate["provider"] for candidate in decision["candidates"]] == ["anthropic"]
    assert [(skip["provider"], skip["code"]) for skip in decision["skipped"]] == [("openai", "quarantined")]
    assert decision["skipped"][0]["retry_after_s"] > 0


async def test_an_api_key_of_nobody_and_of_another_workspace_are_the_same_404(stage: Stage, ask: Ask) -> None:
    nobody = await ask(api_key_id="0192f000-0000-7000-8000-00000000dead")
    assert await ask(api_key_id=stage.foreign_key_id) == nobody == await ask(api_key_id="x")
    assert nobody[0] == 404


async def test_another_workspace_s_decision_is_not_told(stage: Stage) -> None:
    reply = await stage.control.http.post(
        f"/workspaces/{stage.foreign}/route/explain", json={"model": "gpt-4o"}, headers=stage.ann.headers
    )
    assert reply.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"model": ""},
        {"model": "x" * 257},
        {"strategy": "best"},
        {"substitution": "always"},
        {"needs": ["telepathy"]},
        {"needs": ["vision"] * 17},
        {"input_tokens": -1},
        {"max_output_tokens": 10**12},
        {"intent": "image"},
        {"workspace_id": "0192f000-0000-7000-8000-000000000001"},
        {"base_url": "http://127.0.0.1:9"},
    ],
    ids=str,
)
async def test_a_question_that_can_not_be_asked_is_a_422(ask: Ask, body: dict[str, Any]) -> None:
    status, reply = await ask(**body)
    assert (status, reply["success"], reply["field"] is not None) == (422, False, True)
