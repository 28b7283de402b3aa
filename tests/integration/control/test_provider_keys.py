"""Provider keys over the API: what each route does, what it refuses, and where a secret may go."""

import asyncio
import json

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from control_harness import ENCRYPTION_KEY, running_control
from perpetuo.control.pages import encode_cursor
from perpetuo.control.provider_keys import schemas
from perpetuo.db.engine import connect, owner_transaction, system_transaction
from perpetuo.db.queries.provider_keys import set_priorities, update_provider_key
from perpetuo.db.sealing import Sealer, provider_key_place
from perpetuo.db.tables import audit_log, provider_keys
from perpetuo.http.egress import EgressPolicy

SECRET = "sk-first-0123456789abcdef-WXYZ"
OTHER = "sk-other-0123456789abcdef-QRST"
pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOPBACK = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def shared_url(pg_url, template_url):
    """One database for all tests here, each of which has a workspace of its own: to make one takes most of the time."""

    async def run(sql):
        connection = await connect(pg_url, "owner")
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    name = template_url.split("?")[0].rsplit("/", 1)[1]
    asyncio.run(run(f'CREATE DATABASE test_provider_keys TEMPLATE "{name}"'))
    yield template_url.replace(f"/{name}?", "/test_provider_keys?")
    asyncio.run(run("DROP DATABASE test_provider_keys WITH (FORCE)"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(shared_url):
    async with running_control(shared_url, egress=EgressPolicy(("127.0.0.0/8",))) as harness:
        yield harness


@pytest_asyncio.fixture(loop_scope="module")
async def mine(control):
    return await control.workspace("mine")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(control, mine):
    return await control.member(mine, "admin")


@pytest.fixture
def call(control, mine, ann):
    """(method, path below /providers, body) -> status and the reply."""

    async def made(method, path="", body=None):
        url = f"/workspaces/{mine}/providers{path}"
        reply = await control.http.request(method, url, headers=ann.headers, json=body)
        return reply.status_code, reply.json()

    return made


@pytest.fixture
def add(call):
    async def added(**fields):
        status, reply = await call("POST", "", {"vendor": "openai", "secret": SECRET, **fields})
        assert status == 201, reply
        return reply["data"]

    return added


async def stored(control, workspace_id):
    """Its provider keys."""
    async with system_transaction(control.engine) as conn:
        found = select(provider_keys).where(provider_keys.c.workspace_id == workspace_id)
        return (await conn.execute(found)).mappings().all()


async def entries(control, workspace_id):
    """Its audit log."""
    async with system_transaction(control.engine) as conn:
        found = select(audit_log).where(audit_log.c.workspace_id == workspace_id).order_by(audit_log.c.sequence)
        return (await conn.execute(found)).mappings().all()


async def set_columns(control, workspace_id, **values):
    async with system_transaction(control.engine) as conn:
        await conn.execute(provider_keys.update().where(provider_keys.c.workspace_id == workspace_id).values(values))


async def opened(control, key):
    """The secret as it is stored."""
    async with system_transaction(control.engine) as conn:
        row = (await conn.execute(select(provider_keys).where(provider_keys.c.id == key["id"]))).mappings().one()
    place = provider_key_place(row["workspace_id"], row["id"])
    return Sealer(ENCRYPTION_KEY).open(bytes(row["secret_sealed"]), place).decode()


async def test_a_key_is_stored_sealed_and_shown_by_its_end_only(control, call, add, mine):
    made = await add(label="first")
    assert (made["secret_hint"], made["base_url"], made["called_url"]) == ("WXYZ", None, "https://api.openai.com/v1")
    assert (made["vendor_title"], made["status"], made["priority"], made["own_models"]) == ("OpenAI", "active", 100, 0)
    assert await opened(control, made) == SECRET
    _, read = await call("GET", f"/{made['id']}")
    assert {name: value for name, value in read["data"].items() if name != "models"} == made
    (row,), (entry,) = await stored(control, mine), await entries(control, mine)
    assert SECRET.encode() not in bytes(row["secret_sealed"])
    assert (entry["action"], entry["target_id"]) == ("provider_keys.create", made["id"])
    assert entry["details"] == {"vendor": "openai", "label": "first", "secret_entered": True}


async def test_the_list_is_in_the_order_keys_are_asked_in_and_goes_on_at_its_cursor(call, add):
    for priority, label in ((30, "c"), (10, "a"), (30, "d"), (20, "b"), (30, "e")):
        await add(priority=priority, label=label)
    seen, query = [], "?limit=2"
    while True:
        _, page = await call("GET", query)
        seen += [row["label"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert seen == ["a", "b", "c", "d", "e"]


async def test_a_cursor_that_is_not_ours_is_refused(call):
    ours = "1|2026-01-01T00:00:00+00:00|0192f000-0000-7000-8000-000000000001"
    for key in ("x", "1|2|3", ours[1:], ours.replace("+00:00", ""), f"{2**40}{ours[1:]}", f"-{ours}", ours[:-1]):
        status, reply = await call("GET", f"?cursor={encode_cursor(key)}")
        assert (status, reply["field"]) == (422, "cursor"), key
    assert (await call("GET", f"?cursor={encode_cursor(ours)}"))[0] == 200


async def test_one_key_is_read_with_the_models_of_all_three_sources(control, call, add, mine):
    own = [{"id": "gpt-4o", "tiers": ["premium", "default"], "price": [{"input": 5, "output": 7}]}, {"id": "mine"}]
    made = await add(models=own)
    listed = {"id": "gpt-new", "canonical": "gpt-new", "capabilities": ["tools"]}
    await set_columns(control, mine, discovered=[listed, {"id": "mine", "canonical": "mine"}])
    _, reply = await call("GET", f"/{made['id']}")
    models = {model["id"]: model for model in reply["data"]["models"]}
    assert (models["gpt-4o"]["source"], models["gpt-4o"]["tiers"]) == ("own", ["default", "premium"])
    assert models["gpt-4o"]["price"][0]["output"] == 7 and models["gpt-4o"]["price_source"] == "workspace override"
    assert "vision" in models["gpt-4o"]["capabilities"], "what is left out is the catalog's"
    assert models["mine"]["source"] == "own" and models["mine"]["price"] is None
    assert models["gpt-new"]["source"] == "discovered" and models["gpt-new"]["capabilities"] == ["tools"]
    assert models["gpt-4o-mini"]["source"] == "catalog" and models["gpt-4o-mini"]["price"]
    assert (reply["data"]["own_models"], reply["data"]["discovered_models"]) == (2, 2)


async def test_what_is_left_out_of_a_change_stays(control, call, add):
    made = await add(label="first", models=[{"id": "mine"}])
    status, reply = await call("PATCH", f"/{made['id']}", {"enabled": False, "priority": 7})
    changed = reply["data"]
    assert (status, changed["status"], changed["priority"], changed["label"]) == (200, "disabled", 7, "first")
    assert changed["own_models"] == 1 and await opened(control, made) == SECRET
    _, reply = await call("PATCH", f"/{made['id']}", {"enabled": True, "models": [], "label": ""})
    assert (reply["data"]["status"], reply["data"]["own_models"], reply["data"]["label"]) == ("active", 0, "")


ANOTHER_URL = {
    "another host": "http://127.0.0.2:9/v1",
    "another port": "http://127.0.0.1:10/v1",
    "another scheme": "https://127.0.0.1:9/v1",
    "another path": "http://127.0.0.1:9/v2",
    "the vendor's own": None,
}


async def test_a_stored_secret_is_never_sent_to_a_url_it_was_not_entered_for(control, call, add):
    for case, base_url in ANOTHER_URL.items():
        made = await add(base_url=LOOPBACK, label=case)
        status, reply = await call("PATCH", f"/{made['id']}", {"base_url": base_url, "label": "moved"})
        assert (status, reply["field"]) == (422, "secret"), case
        _, read = await call("GET", f"/{made['id']}")
        assert (read["data"]["base_url"], read["data"]["label"]) == (LOOPBACK, case)
        status, reply = await call("PATCH", f"/{made['id']}", {"base_url": base_url, "secret": OTHER})
        assert (status, reply["data"]["base_url"], reply["data"]["secret_hint"]) == (200, base_url, "QRST")
        assert await opened(control, made) == OTHER


async def test_a_vendors_own_url_is_left_only_with_the_secret_too(call, add):
    made = await add()
    status, reply = await call("PATCH", f"/{made['id']}", {"base_url": LOOPBACK})
    assert (status, reply["field"]) == (422, "secret")


async def test_the_same_url_again_needs_no_secret_and_neither_does_a_vendor_that_is_sent_none(control, call, add):
    made = await add(base_url=LOOPBACK)
    status, _ = await call("PATCH", f"/{made['id']}", {"base_url": f"{LOOPBACK}/", "label": "x"})
    assert status == 200 and await opened(control, made) == SECRET
    ollama = await add(vendor="ollama", secret="")
    status, reply = await call("PATCH", f"/{ollama['id']}", {"base_url": LOOPBACK})
    assert (status, reply["data"]["base_url"]) == (200, LOOPBACK)


async def test_a_url_changed_at_the_same_time_does_not_get_a_secret_entered_for_another(control, call, add, mine):
    """One confirms the URL, without a secret, while somebody else moves the key with another secret."""
    made = await add(base_url=LOOPBACK)
    moved = "http://127.0.0.1:10/v1"
    async with system_transaction(control.engine) as conn:
        sealed = Sealer(ENCRYPTION_KEY).seal(OTHER.encode(), provider_key_place(mine, made["id"]), b"twelve bytes")
        await update_provider_key(conn, mine, made["id"], {"base_url": moved, "secret_sealed": sealed})
        confirming = asyncio.create_task(call("PATCH", f"/{made['id']}", {"base_url": LOOPBACK, "priority": 5}))
        await waits_for_a_lock(control, confirming)
    status, reply = await confirming
    assert (status, reply["field"]) == (422, "secret")
    _, read = await call("GET", f"/{made['id']}")
    assert (read["data"]["base_url"], await opened(control, made)) == (moved, OTHER)


async def test_a_rotated_key_is_the_same_row_with_another_secret(control, call, add):
    made = await add(label="first", priority=3)
    status, reply = await call("POST", f"/{made['id']}/rotate", {"secret": f" {OTHER}\n"})
    assert (status, reply["data"]["secret_hint"], reply["data"]["priority"]) == (200, "QRST", 3)
    assert await opened(control, made) == OTHER


async def test_a_secret_is_not_rotated_into_a_url_that_was_changed_meanwhile(control, call, add, mine):
    """The one who rotates has looked at the key while somebody else is moving it."""
    made = await add(base_url=LOOPBACK)
    async with system_transaction(control.engine) as conn:
        await update_provider_key(conn, mine, made["id"], {"base_url": "http://127.0.0.1:10/v1"})
        rotating = asyncio.create_task(call("POST", f"/{made['id']}/rotate", {"secret": OTHER}))
        await waits_for_a_lock(control, rotating)
    status, reply = await rotating
    assert (status, reply["code"]) == (409, "base_url_changed")
    assert await opened(control, made) == SECRET


async def waits_for_a_lock(control, task):
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        while True:
            async with owner_transaction(control.engine) as conn:  # others do not see what people wait for
                if await conn.scalar(waiting):
                    return
            assert not task.done(), await task
            await asyncio.sleep(0.01)


async def test_an_order_is_given_at_once_for_all_keys(call, add):
    a, b, c = [(await add(label=label))["id"] for label in "abc"]
    assert (await call("PUT", "/order", {"ids": [c, a, b]}))[0] == 200
    _, page = await call("GET")
    assert [(row["id"], row["priority"]) for row in page["data"]] == [(c, 1), (a, 2), (b, 3)]
    for stale in ([a, b], [a, b, b], [a, b, c, "0192f000-0000-7000-8000-000000000001"]):
        status, reply = await call("PUT", "/order", {"ids": stale})
        assert (status, reply["code"]) == (409, "order_is_stale")
    _, page = await call("GET")
    assert [row["id"] for row in page["data"]] == [c, a, b]


async def test_of_two_orders_at_once_the_later_holds_as_a_whole(control, call, add, mine):
    a, b, c = [(await add(label=label, priority=place))["id"] for place, label in enumerate("abc", start=1)]
    async with system_transaction(control.engine) as conn:
        await set_priorities(conn, mine, {c: 1, a: 3})
        ordering = asyncio.create_task(call("PUT", "/order", {"ids": [a, c, b]}))
        await waits_for_a_lock(control, ordering)
    assert (await ordering)[0] == 200
    _, page = await call("GET")
    assert [(row["id"], row["priority"]) for row in page["data"]] == [(a, 1), (c, 2), (b, 3)]


async def test_a_deleted_key_is_gone(control, call, add, mine):
    made = await add()
    assert (await call("DELETE", f"/{made['id']}"))[0] == 200
    for method, path, body in (
        ("GET", "", None), ("DELETE", "", None), ("PATCH", "", {}), ("POST", "/test", {}),
        ("POST", "/rotate", {"secret": OTHER}),
    ):  # fmt: skip
        assert (await call(method, f"/{made['id']}{path}", body))[0] == 404
    assert await stored(control, mine) == []


LATE_BAND = {"input": 1, "output": 1, "above_input_tokens": 9}
REFUSED = {
    "a vendor nobody knows": ({"vendor": "nobody"}, "vendor"),
    "no secret where one is needed": ({"secret": " "}, "secret"),
    "a line break in a secret": ({"secret": "sk-one\r\nx-evil: 1"}, "secret"),
    "a letter that no header takes": ({"secret": "sk-ключ"}, "secret"),
    "one of our API keys": ({"secret": "pk_" + "0" * 48}, "secret"),
    "one of our access tokens": ({"secret": "ppt_" + "0" * 48}, "secret"),
    "a secret longer than any": ({"secret": "x" * 8193}, "secret"),
    "half an AWS key": ({"vendor": "bedrock", "secret": "AKIA0123456789ABCDEF"}, "secret"),
    "no service account": ({"vendor": "vertex", "base_url": "https://x.example/v1", "secret": "{}"}, "secret"),
    "no URL where there is none": ({"vendor": "custom"}, "base_url"),
    "a URL that is none": ({"base_url": "api.example.com"}, "base_url"),
    "a query in a URL": ({"base_url": "https://api.example.com/v1?x=1"}, "base_url"),
    "a user in a URL": ({"base_url": "https://user:pw@api.example.com/v1"}, "base_url"),
    "an address in disguise": ({"base_url": "https://0x7f.1/v1"}, "base_url"),
    "a private address": ({"base_url": "https://10.0.0.1/v1"}, "base_url"),
    "the metadata service": ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
    "priority 0": ({"priority": 0}, "priority"),
    "a priority beyond the column": ({"priority": 2**31}, "priority"),
    "a line break in a label": ({"label": "a\nb"}, "label"),
    "a label that turns the line around": ({"label": "a\u202eb"}, "label"),
    "a field of the server": ({"secret_hint": "abcd"}, "secret_hint"),
    "a model twice": ({"models": [{"id": "m"}, {"id": "m"}]}, "models"),
    "a tier twice": ({"models": [{"id": "m", "tiers": ["fast"]}, {"id": "n", "tiers": ["fast"]}]}, "models"),
    "an embedding with a tier": ({"models": [{"id": "m", "intent": "embedding", "tiers": ["fast"]}]}, "models"),
    "a first price band that does not start at 0": ({"models": [{"id": "m", "price": [LATE_BAND]}]}, "models"),
    "a negative price": ({"models": [{"id": "m", "price": [{"input": -1, "output": 1}]}]}, "models.0.price.0.input"),
    "too many models": ({"models": [{"id": f"m{n}"} for n in range(201)]}, "models"),
}  # fmt: skip


async def test_a_mistake_is_named_by_its_field_and_nothing_is_stored(control, call, mine):
    for case, (fields, field) in REFUSED.items():
        status, reply = await call("POST", "", {"vendor": "openai", "secret": SECRET} | fields)
        assert (status, reply["field"]) == (422, field), (case, reply)
    assert await stored(control, mine) == [] and await entries(control, mine) == []


async def test_a_blocked_url_is_refused_with_the_remedy(call):
    for base_url in ("https://10.0.0.1/v1", "http://api.example.com@10.0.0.1/", "http://[::1]/v1"):
        status, reply = await call("POST", "", {"vendor": "custom", "secret": SECRET, "base_url": base_url})
        assert (status, reply["field"]) == (422, "base_url")
        assert "@" in base_url or "PERPETUO_EGRESS_ALLOW" in reply["error"]


async def test_a_blocked_address_inside_a_secret_is_refused_too(call):
    secret = json.dumps(
        {"tenant_id": "t", "client_id": "c", "client_secret": "s", "authority": "https://169.254.169.254"}
    )
    fields = {"vendor": "azure", "secret": secret, "base_url": "https://x.openai.azure.com/openai/v1"}
    for path in ("", "/test"):
        status, reply = await call("POST", path, fields)
        assert (status, reply["field"]) == (422, "secret") and "PERPETUO_EGRESS_ALLOW" in reply["error"]


async def test_vendor_and_label_name_one_key(call, add):
    await add(label="a")
    second = await add(label="b")
    for method, path, body in (
        ("POST", "", {"vendor": "openai", "secret": SECRET, "label": "a"}),
        ("PATCH", f"/{second['id']}", {"label": "a"}),
    ):
        status, reply = await call(method, path, body)
        assert (status, reply["code"], reply["field"]) == (409, "label_taken", "label")


async def test_null_is_no_value_of_what_a_key_always_has(call, add):
    made = await add()
    for name in ("label", "secret", "priority", "enabled", "models"):
        status, reply = await call("PATCH", f"/{made['id']}", {name: None})
        assert (status, reply["field"]) == (422, name)


async def test_a_secret_alone_is_rotated_not_patched(call, add):
    made = await add()
    status, reply = await call("PATCH", f"/{made['id']}", {"secret": OTHER})
    assert (status, reply["field"]) == (422, "secret") and "rotate" in reply["error"]


async def test_a_workspace_has_so_many_keys_at_most(call, add, monkeypatch):
    monkeypatch.setattr("perpetuo.control.provider_keys.service.MAX_KEYS", 2)
    assert schemas.MAX_KEYS == 200
    await add(label="a")
    await add(label="b")
    status, reply = await call("POST", "", {"vendor": "openai", "secret": SECRET, "label": "c"})
    assert (status, reply["code"]) == (409, "too_many")


async def test_the_own_models_of_keys_are_bounded_together(call, add, monkeypatch):
    monkeypatch.setattr("perpetuo.control.provider_keys.service.MAX_MODELS_CHARACTERS", 1_000)
    models = [{"id": "a" * 250}]
    await add(label="a", models=models)
    other = await add(label="b")
    for reply in (
        await call("POST", "", {"vendor": "openai", "secret": SECRET, "label": "c", "models": models}),
        await call("PATCH", f"/{other['id']}", {"models": models}),
    ):
        assert (reply[0], reply[1]["code"]) == (409, "too_many")


async def test_a_workspace_that_allows_some_providers_takes_no_key_of_another(control):
    mine = await control.workspace("narrow", settings={"allowed_providers": ["groq"]})
    ann = await control.member(mine, "admin")
    url = f"/workspaces/{mine}/providers"
    for path in ("", "/test"):
        body = {"vendor": "openai", "secret": SECRET}
        reply = await control.http.post(f"{url}{path}", headers=ann.headers, json=body)
        assert (reply.status_code, reply.json()["code"]) == (409, "provider_not_allowed")
    body = {"vendor": "groq", "secret": SECRET}
    assert (await control.http.post(url, headers=ann.headers, json=body)).json()["data"]["status"] == "active"
    await set_columns(control, mine, vendor="mistral")
    (row,) = (await control.http.get(url, headers=ann.headers)).json()["data"]
    assert row["status"] == "not_allowed"
    reply = await control.http.get(f"/workspaces/{mine}/provider-catalog", headers=ann.headers)
    assert [vendor["name"] for vendor in reply.json()["data"] if vendor["allowed"]] == ["groq"]


async def test_the_catalog_says_what_to_enter_for_each_vendor(control, mine, ann):
    reply = await control.http.get(f"/workspaces/{mine}/provider-catalog", headers=ann.headers)
    vendors = {vendor["name"]: vendor for vendor in reply.json()["data"]}
    assert "local" not in vendors and vendors["openai"]["secret"] == "required"
    assert (vendors["ollama"]["secret"], vendors["vllm"]["secret"]) == ("none", "optional")
    assert vendors["openai"]["secret_form"] is None and "SESSION_TOKEN" in vendors["bedrock"]["secret_form"]
    for vendor in vendors.values():
        assert vendor["docs_url"].startswith("https://")
        assert vendor["base_url"] or vendor["base_url_example"].startswith("https://"), vendor["name"]


async def test_a_key_of_a_vendor_that_this_version_does_not_know_can_be_seen_switched_off_and_deleted(
    control, call, add, mine
):
    made = await add()
    await set_columns(control, mine, vendor="gone")
    _, read = await call("GET", f"/{made['id']}")
    assert (read["data"]["status"], read["data"]["models"]) == ("unknown_vendor", [])
    assert (await call("PATCH", f"/{made['id']}", {"enabled": False}))[0] == 200
    assert (await call("PATCH", f"/{made['id']}", {"base_url": LOOPBACK, "secret": OTHER}))[0] == 409
    assert (await call("POST", f"/{made['id']}/test", {}))[0] == 409
    assert (await call("DELETE", f"/{made['id']}"))[0] == 200


async def test_each_change_has_one_entry_in_the_audit_log_and_reading_has_none(control, call, add, ann, mine):
    made = await add()
    await call("GET")
    await call("GET", f"/{made['id']}")
    await call("PATCH", f"/{made['id']}", {"base_url": LOOPBACK, "secret": OTHER, "models": [{"id": "mine"}]})
    await call("POST", f"/{made['id']}/rotate", {"secret": SECRET})
    await call("PUT", "/order", {"ids": [made["id"]]})
    await call("DELETE", f"/{made['id']}")
    rows = await entries(control, mine)
    assert [row["action"].removeprefix("provider_keys.") for row in rows] == [
        "create", "update", "rotate", "order", "delete",
    ]  # fmt: skip
    assert {(row["actor_id"], row["workspace_id"]) for row in rows} == {(ann.user_id, mine)}
    assert rows[1]["details"] == {"base_url": LOOPBACK, "secret_entered": True, "models": ["mine"]}
    assert rows[3]["details"] == {"ids": [made["id"]]}


async def test_a_member_may_look_and_a_viewer_too_but_only_an_admin_may_change(control, mine, add):
    made = await add()
    url = f"/workspaces/{mine}/providers"
    for role in ("member", "viewer"):
        person = await control.member(mine, role)
        assert (await control.http.get(url, headers=person.headers)).status_code == 200
        for method, path, body in (
            ("POST", "", {"vendor": "openai", "secret": SECRET}), ("PATCH", f"/{made['id']}", {"enabled": False}),
            ("POST", f"/{made['id']}/rotate", {"secret": OTHER}), ("DELETE", f"/{made['id']}", None),
            ("PUT", "/order", {"ids": [made["id"]]}), ("POST", "/test", {"vendor": "openai", "secret": SECRET}),
            ("POST", f"/{made['id']}/test", {}),
        ):  # fmt: skip
            reply = await control.http.request(method, f"{url}{path}", headers=person.headers, json=body)
            assert reply.status_code == 403
