"""How provider keys do, over the API: from the live state of the data plane, of the path's workspace alone."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import pytest
import pytest_asyncio

from control_harness import ControlHarness, Person, running_control
from gateway_harness import CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.snapshot import ProviderKey, Snapshot, Workspace
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import provider_keys
from perpetuo.gateway.key_health import KeyHealthInspector

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stage(NamedTuple):
    control: ControlHarness
    gateway: RunningGateway
    people: dict[str, Person]
    keys: dict[str, ProviderKey]


@pytest_asyncio.fixture(loop_scope="module")
async def stage(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Two workspaces with a key each, both asked for a model of the same name; and one of a third vendor, unread."""
    async with running_gateway(tmp_path_factory.mktemp("health")) as gateway:
        health = KeyHealthInspector(gateway.state).health
        async with running_control(database_url, key_health=health) as control:
            people, keys, workspaces = {}, {}, {}
            for name in ("mine", "foreign"):
                workspace_id = await control.workspace(name)
                people[name] = await control.member(workspace_id, "viewer")
                keys[name] = await saved_key(control, workspace_id, "openai", name)
                workspaces[workspace_id] = Workspace(workspace_id, name, provider_keys=(keys[name],))
            gateway.state.snapshots.current = Snapshot(7, CATALOG, workspaces, {})  # type: ignore[misc]
            yield Stage(control, gateway, people, keys)


async def saved_key(
    control: ControlHarness, workspace_id: str, vendor: str, label: str, *, enabled: bool = True
) -> ProviderKey:
    key = msgspec.structs.replace(
        provider(vendor, "http://127.0.0.1:9/v1"), id=control.state.new_id(), workspace_id=workspace_id, label=label
    )
    async with system_transaction(control.engine) as conn:
        await provider_keys.insert_provider_key(
            conn,
            workspace_id,
            id=key.id,
            vendor=vendor,
            label=label,
            base_url=None,
            secret_sealed=b"sealed",
            secret_hint="",
            priority=1,
            enabled=enabled,
            models=[],
        )
    return key


async def asked(stage: Stage, name: str) -> list[dict[str, Any]]:
    person = stage.people[name]
    reply = await stage.control.http.get(f"/workspaces/{person.workspace_id}/providers/health", headers=person.headers)
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]["keys"]


async def test_a_key_that_was_never_asked_is_unknown(stage: Stage) -> None:
    (key,) = await asked(stage, "mine")
    assert (key["provider_key_id"], key["label"], key["state"]) == (stage.keys["mine"].id, "mine", "unknown")
    assert (key["error_rate"], key["samples"], key["models"]) == (None, 0.0, [])


async def test_what_the_data_plane_finds_out_is_told_with_figures(stage: Stage) -> None:
    state, key = stage.gateway.state, stage.keys["mine"]
    now_s = state.clock.monotonic_s()
    state.health.record_success(key.id, "gpt-4o", now_s, first_byte_ms=250.0)
    state.health.record_throughput(key.id, "gpt-4o", now_s, 40.0)
    state.availability.record_failure(key, "gpt-4", Verdict("RETRYABLE", "slow", cool_s=30.0), now_s, 0.5)
    (told,) = await asked(stage, "mine")
    assert told["state"] == "degraded"
    assert (told["first_byte_ms"], told["tokens_per_s"]) == (pytest.approx(250.0), pytest.approx(40.0))
    by_model = {model["model"]: model for model in told["models"]}
    assert by_model["gpt-4"]["state"] == "cooling" and 0 < by_model["gpt-4"]["retry_after_s"] <= 30
    assert by_model["gpt-4o"]["state"] == "healthy"


async def test_a_workspace_s_health_tells_nothing_of_another_s_keys(stage: Stage) -> None:
    state, foreign = stage.gateway.state, stage.keys["foreign"]
    now_s = state.clock.monotonic_s()
    before = await asked(stage, "mine")
    state.health.record_success(foreign.id, "their-model", now_s, first_byte_ms=987.0)
    state.availability.record_failure(foreign, "their-model", Verdict("FATAL", "no", quarantine_key=True), now_s, 0.5)
    assert await asked(stage, "mine") == before
    mine = stage.people["mine"].workspace_id
    assert stage.control.state.key_health is not None and mine is not None
    assert stage.control.state.key_health(mine).keys() == {stage.keys["mine"].id}
    (theirs,) = await asked(stage, "foreign")
    assert (theirs["state"], theirs["models"][0]["model"]) == ("quarantined", "their-model")
    for path in (stage.people["foreign"].workspace_id, foreign.id):
        url = f"/workspaces/{path}/providers/health"
        reply = await stage.control.http.get(url, headers=stage.people["mine"].headers)
        assert reply.status_code == 404
    reply = repr(await asked(stage, "mine"))
    assert foreign.id not in reply and "their-model" not in reply and foreign.secret.reveal() not in reply


async def test_a_key_that_is_not_used_says_why(stage: Stage) -> None:
    workspace_id = stage.people["mine"].workspace_id
    assert workspace_id is not None
    await saved_key(stage.control, workspace_id, "groq", "unread")
    await saved_key(stage.control, workspace_id, "groq", "off", enabled=False)
    told = {key["label"]: (key["state"], key["reason"]) for key in await asked(stage, "mine")}
    assert told["off"] == ("unknown", "It is switched off.")
    assert told["unread"][0] == "unknown" and "not read" in told["unread"][1]


async def test_without_a_data_plane_nothing_is_known(stage: Stage) -> None:
    stage.control.state.key_health = None
    assert [key["state"] for key in await asked(stage, "mine")] == ["unknown"]
