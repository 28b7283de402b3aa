"""Settings and aliases: changed field by field, never past an operator's limit, and always loadable."""

import asyncio
import datetime
import random

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update

from control_harness import running_control
from perpetuo.core.snapshot import AliasTarget
from perpetuo.db.engine import system_transaction
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import audit_log, provider_keys, usage_counters, workspaces

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(module_database_url):
    """One installation for all of them: each test has workspaces and people of its own."""
    async with running_control(module_database_url) as harness:
        yield harness


@pytest_asyncio.fixture(loop_scope="module")
async def mine(control):
    return await control.workspace("mine", settings={"quota_requests_month": 1000, "of_a_newer_version": [1]})


@pytest_asyncio.fixture(loop_scope="module")
async def admin(control, mine):
    return await control.member(mine, "admin")


async def patch(control, who, workspace_id, **fields):
    return await control.http.patch(f"/workspaces/{workspace_id}/settings", headers=who.headers, json=fields)


async def read(control, who, workspace_id):
    return (await control.http.get(f"/workspaces/{workspace_id}/settings", headers=who.headers)).json()["data"]


async def stored(control, workspace_id):
    async with system_transaction(control.engine) as conn:
        return await conn.scalar(select(workspaces.c.settings).where(workspaces.c.id == workspace_id))


async def loaded(control, workspace_id):
    loader = SnapshotLoader(control.engine, control.state.catalog, control.state.sealer)
    workspace, _ = await loader.load_workspace(workspace_id)
    assert workspace is not None and not workspace.suspended
    return workspace


async def test_what_is_set_is_what_the_data_plane_loads(control, mine, admin):
    reply = await patch(
        control,
        admin,
        mine,
        strategy="cheapest",
        substitution="never",
        drop_reasoning=True,
        own_quota_tokens_month=7,
        aliases={"team/best": {"models": ["gpt-4o"], "response_model": "requested"}},
        prices={"openai/gpt-4o": [{"input": 1, "output": 2}]},
        allowed_providers=["openai"],
        retention_days=30,
        log_content=True,
    )
    assert (reply.status_code, reply.json()["data"]["warnings"]) == (200, [])
    workspace = await loaded(control, mine)
    assert (workspace.strategy, workspace.substitution, workspace.drop_reasoning) == ("cheapest", "never", True)
    assert (workspace.quota_requests_month, workspace.quota_tokens_month) == (1000, 7)
    assert workspace.aliases == {"team/best": AliasTarget(models=("gpt-4o",), response_model="requested")}
    assert (workspace.allowed_providers, workspace.log_content) == (frozenset({"openai"}), True)
    document = await stored(control, mine)
    assert document["of_a_newer_version"] == [1]
    assert document["prices"]["openai/gpt-4o"] == [{"input": 1, "output": 2}]


async def test_left_out_stays_null_takes_away_and_the_reply_is_what_is_read(control, mine, admin):
    await patch(control, admin, mine, strategy="fastest", retention_days=10, log_content=True)
    changed = (await patch(control, admin, mine, strategy=None)).json()["data"]
    assert (changed["strategy"], changed["retention_days"], changed["log_content"]) == (None, 10, True)
    assert await read(control, admin, mine) == {name: value for name, value in changed.items() if name != "warnings"}


async def test_an_admin_sets_a_quota_of_their_own_and_never_lifts_the_operators(control, mine, admin):
    await patch(control, admin, mine, own_quota_requests_month=10**9)
    assert (await loaded(control, mine)).quota_requests_month == 1000
    await patch(control, admin, mine, own_quota_requests_month=10)
    assert (await loaded(control, mine)).quota_requests_month == 10
    await patch(control, admin, mine, own_quota_requests_month=None)
    assert (await loaded(control, mine)).quota_requests_month == 1000
    refused = await patch(control, admin, mine, quota_requests_month=None)
    assert (refused.status_code, refused.json()["field"]) == (422, "quota_requests_month")
    assert (await stored(control, mine))["quota_requests_month"] == 1000


async def test_two_people_who_change_different_fields_at_the_same_time_both_get_theirs(control, mine, admin):
    changes = [
        {"strategy": "reliable"},
        {"drop_reasoning": True},
        *({"aliases": {f"alias-{number}": {"tier": "fast"}}} for number in range(8)),
        *({"prices": {f"openai/m{number}": [{"input": number, "output": 1}]}} for number in range(8)),
    ]
    replies = await asyncio.gather(*(patch(control, admin, mine, **change) for change in changes))
    assert {reply.status_code for reply in replies} == {200}
    settings = await read(control, admin, mine)
    assert (settings["strategy"], settings["drop_reasoning"]) == ("reliable", True)
    assert len(settings["aliases"]) == 8 and len(settings["prices"]) == 8


async def test_whatever_is_accepted_the_loader_loads(control, mine, admin):
    """Dozens of random changes, right and wrong, through the API and out of the database."""
    draw, accepted = random.Random(7), 0
    values = {
        "strategy": ["fastest", None, "best"],
        "own_quota_tokens_month": [0, 2**53, 2**64, -1, None, "5", 1.5],
        "aliases": [{"a/b": {"models": ["x"] * 20}}, {"a": None}, {"é": {}}, {"a\n": {}}, {"z": {"tier": "fast"}}],
        "prices": [{"openai/x": [{"input": 10**10, "output": 0}]}, {"openai/x": []}, {"openai/x": None}],
        "allowed_providers": [[], None, ["openai", "openai"], ["openai\0"]],
        "retention_days": [1, 90, 91, None],
        "content_retention_days": [1, 90, None],
        "log_content": [True, "yes", None],
    }  # fmt: skip
    for _ in range(60):
        names = draw.sample(sorted(values), draw.randrange(1, 4))
        reply = await patch(control, admin, mine, **{name: draw.choice(values[name]) for name in names})
        assert reply.status_code in (200, 422), reply.text
        accepted += reply.status_code == 200
        await loaded(control, mine)
    assert 10 < accepted < 50


async def test_a_document_that_can_not_be_read_is_told_and_can_be_repaired(control, mine, admin):
    async with system_transaction(control.engine) as conn:
        await conn.execute(update(workspaces).where(workspaces.c.id == mine).values(settings={"strategy": "best"}))
    reply = await control.http.get(f"/workspaces/{mine}/settings", headers=admin.headers)
    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (409, "settings_unreadable", "strategy")
    assert (await patch(control, admin, mine, log_content=True)).status_code == 422
    assert (await patch(control, admin, mine, strategy="fastest")).status_code == 200
    assert (await loaded(control, mine)).strategy == "fastest"


async def test_members_read_settings_and_do_not_change_them(control, mine):
    member = await control.member(mine, "member")
    assert (await read(control, member, mine))["quota_requests_month"] == 1000
    assert (await patch(control, member, mine, log_content=True)).status_code == 403


# ---- aliases


async def put(control, who, workspace_id, name, **target):
    return await control.http.put(
        f"/workspaces/{workspace_id}/aliases", headers=who.headers, params={"name": name}, json=target
    )


async def test_aliases_with_slashes_are_set_listed_by_name_and_taken_away(control, mine, admin):
    url = f"/workspaces/{mine}/aliases"
    for name in ("b/../c", "a/b:1", "c"):
        assert (await put(control, admin, mine, name, tier="fast")).status_code == 200
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await control.http.get(url, headers=admin.headers, params=query)).json()
        seen += [alias["name"] for alias in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["a/b:1", "b/../c", "c"]
    assert (await control.http.delete(url, headers=admin.headers, params={"name": "b/../c"})).status_code == 200
    assert (await control.http.delete(url, headers=admin.headers, params={"name": "b/../c"})).status_code == 404
    assert sorted((await loaded(control, mine)).aliases) == ["a/b:1", "c"]
    async with system_transaction(control.engine) as conn:
        logged = select(audit_log.c.action, audit_log.c.target_id).where(audit_log.c.workspace_id == mine)
        rows = list(await conn.execute(logged.order_by(audit_log.c.sequence)))
    assert [tuple(row) for row in rows[2:]] == [("aliases.put", "c"), ("aliases.delete", "b/../c")]


async def test_a_new_target_replaces_the_old_one_whole(control, mine, admin):
    await put(control, admin, mine, "best", models=["gpt-4o"], substitution="never")
    await put(control, admin, mine, "best", tier="cheap")
    assert (await loaded(control, mine)).aliases == {"best": AliasTarget(tier="cheap")}


async def test_a_model_that_the_catalog_does_not_know_is_warned_of_unless_a_key_has_it(control, mine, admin):
    reply = (await put(control, admin, mine, "best", models=["of-my-own"])).json()["data"]
    assert "not in the catalog" in reply["warnings"][0]
    await provider_key_with(control, mine, "of-my-own")
    assert (await put(control, admin, mine, "best", models=["of-my-own"])).json()["data"]["warnings"] == []


async def provider_key_with(control, workspace_id, model):
    async with system_transaction(control.engine) as conn:
        await conn.execute(
            provider_keys.insert().values(
                id=control.state.new_id(),
                workspace_id=workspace_id,
                vendor="custom",
                secret_sealed=b"x",
                discovered=[{"id": model, "canonical": model}],
            )
        )


BAD_ALIASES = {
    "no name": ("", {}, "name"),
    "a name of ours": ("perpetuo/chat-fast", {}, "aliases"),
    "a name with a space": ("a b", {}, "name"),
    "a tier that there is not": ("a", {"tier": "best"}, "tier"),
    "too many models": ("a", {"models": ["m"] * 21}, "models"),
    "a field of nobody": ("a", {"provider": "openai"}, "provider"),
}


@pytest.mark.parametrize(("name", "target", "field"), BAD_ALIASES.values(), ids=BAD_ALIASES)
async def test_an_alias_that_can_not_be_is_refused_and_nothing_is_stored(control, mine, admin, name, target, field):
    before = await stored(control, mine)
    reply = await put(control, admin, mine, name, **target)
    assert (reply.status_code, reply.json()["field"]) == (422, field)
    assert await stored(control, mine) == before


async def test_settings_tell_what_was_used_of_the_quotas_this_month(control, mine, admin):
    foreign, month = await control.workspace("foreign"), control.state.month()
    async with system_transaction(control.engine) as conn:
        for workspace_id, hour, model in (
            (mine, month, "a"),
            (mine, month, "b"),
            (mine, month - datetime.timedelta(hours=1), "a"),
            (foreign, month, "a"),
        ):
            counted = {"hour": hour, "api_key_id": "k", "provider": "p", "model": model, "alias": "a"}
            await conn.execute(
                insert(usage_counters).values(
                    workspace_id=workspace_id, requests=3, input_tokens=10, output_tokens=5, **counted
                )
            )
    read_settings = await read(control, admin, mine)
    changed = (await patch(control, admin, mine, strategy="cheapest")).json()["data"]
    for settings in (read_settings, changed):
        assert (settings["used_requests_month"], settings["used_tokens_month"]) == (6, 30)
