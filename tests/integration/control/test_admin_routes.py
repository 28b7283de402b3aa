"""What operators do: people, workspaces, limits, the installation."""

import asyncio
import datetime

import pytest
from sqlalchemy import insert

from control_harness import ControlHarness, Person, running_control
from perpetuo.control.state import ControlSettings
from perpetuo.db.engine import system_transaction
from perpetuo.db.tables import usage_counters

PEOPLE = "/admin/users"


@pytest.fixture
async def boss(control: ControlHarness) -> Person:
    return await control.sign_in(await control.user("boss@example.org", operator=True))


async def actions(control: ControlHarness, boss: Person) -> list[str]:
    reply = await control.http.get("/admin/audit", headers=boss.headers)
    return [entry["action"] for entry in reply.json()["data"]]


async def test_nobody_but_an_operator_gets_in(control: ControlHarness):
    mine = await control.workspace("mine")
    owner = await control.member(mine, "owner")
    machine = await control.machine(mine, owner.user_id, ["audit:read"])
    for headers, status in ((owner.headers, 403), (machine, 403), ({}, 401)):
        for path in ("/admin/users", "/admin/workspaces", "/admin/audit", "/admin/encryption", "/admin/health"):
            assert (await control.http.get(path, headers=headers)).status_code == status


async def test_people_are_listed_by_page_and_by_the_beginning_of_their_address(control: ControlHarness, boss: Person):
    for number in range(5):
        await control.user(f"Ann{number}_x@example.org")
    first = (await control.http.get(f"{PEOPLE}?email=ann&limit=3", headers=boss.headers)).json()
    rest = (
        await control.http.get(f"{PEOPLE}?email=ann&limit=3&cursor={first['next_cursor']}", headers=boss.headers)
    ).json()
    emails = [user["email"] for user in first["data"] + rest["data"]]
    assert emails == [f"Ann{number}_x@example.org" for number in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None
    assert "password_hash" not in first["data"][0]
    wild = await control.http.get(f"{PEOPLE}?email=ann%25", headers=boss.headers)
    assert wild.json()["data"] == []


async def test_a_new_account_has_no_password_but_a_link_that_sets_one_once(control: ControlHarness, boss: Person):
    made = await control.http.post(PEOPLE, json={"email": "new@example.org"}, headers=boss.headers)
    assert made.status_code == 201, made.text
    link = made.json()["data"]["reset_link"]["link"]
    assert link.startswith("http://localhost/app/reset-password#token=")
    guess = {"email": "new@example.org", "password": "!"}
    assert (await control.http.post("/auth/login", json=guess)).status_code == 401
    chosen = {"token": link.partition("=")[2], "password": "three green bicycles"}
    origin = {"origin": "http://localhost"}
    assert (await control.http.post("/auth/reset", json=chosen, headers=origin)).status_code == 200
    assert (await control.http.post("/auth/reset", json=chosen, headers=origin)).status_code != 200
    login = {"email": "new@example.org", "password": "three green bicycles"}
    assert (await control.http.post("/auth/login", json=login, headers=origin)).status_code == 200
    again = await control.http.post(PEOPLE, json={"email": "NEW@example.org"}, headers=boss.headers)
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


async def test_suspending_somebody_signs_them_out_at_once_and_lifting_it_does_not_sign_them_in(
    control: ControlHarness, boss: Person
):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "member")
    path = f"/workspaces/{mine}/api-keys"
    assert (await control.http.get(path, headers=ann.headers)).status_code == 200
    reply = await control.http.post(f"{PEOPLE}/{ann.user_id}/suspend", headers=boss.headers)
    assert reply.json()["data"]["status"] == "suspended"
    assert (await control.http.get(path, headers=ann.headers)).status_code in (401, 403)
    lifted = await control.http.post(f"{PEOPLE}/{ann.user_id}/unsuspend", headers=boss.headers)
    assert lifted.json()["data"]["status"] == "active"
    assert (await control.http.get(path, headers=ann.headers)).status_code == 401
    assert (await actions(control, boss))[:2] == ["users.unsuspend", "users.suspend"]


async def test_operators_do_nothing_of_the_kind_to_themselves(control: ControlHarness, boss: Person):
    await control.user(operator=True)
    for method, path in (("POST", "suspend"), ("DELETE", "operator")):
        reply = await control.http.request(method, f"{PEOPLE}/{boss.user_id}/{path}", headers=boss.headers)
        assert (reply.status_code, reply.json()["code"]) == (409, "oneself")


async def test_of_two_operators_who_end_each_other_at_the_same_time_one_is_left(control: ControlHarness, boss: Person):
    for verb, path in (("DELETE", "operator"), ("POST", "suspend")):
        other = await control.sign_in(await control.user(operator=True))
        replies = await asyncio.gather(
            control.http.request(verb, f"{PEOPLE}/{boss.user_id}/{path}", headers=other.headers),
            control.http.request(verb, f"{PEOPLE}/{other.user_id}/{path}", headers=boss.headers),
        )
        assert sorted(reply.status_code for reply in replies) in ([200, 401], [200, 403], [200, 409])
        if replies[0].status_code == 200:
            boss = other


async def test_an_operator_is_made_and_unmade(control: ControlHarness, boss: Person):
    ann = await control.sign_in(await control.user())
    assert (await control.http.get(PEOPLE, headers=ann.headers)).status_code == 403
    await control.http.put(f"{PEOPLE}/{ann.user_id}/operator", headers=boss.headers)
    assert (await control.http.get(PEOPLE, headers=ann.headers)).status_code == 200
    await control.http.delete(f"{PEOPLE}/{ann.user_id}/operator", headers=boss.headers)
    assert (await control.http.get(PEOPLE, headers=ann.headers)).status_code == 403


async def test_a_workspace_is_shown_with_its_owner_and_what_it_holds_and_used_this_month(
    control: ControlHarness, boss: Person
):
    owner_id = await control.user("owner@example.org")
    mine, other = await control.workspace("Mine", owner_id), await control.workspace("other")
    await control.member(mine, "viewer")
    now = datetime.datetime.fromtimestamp(control.state.clock.wall_s(), datetime.UTC)
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    async with system_transaction(control.engine) as conn:
        for hour, requests in ((month, 3), (month - datetime.timedelta(hours=1), 100)):
            await conn.execute(
                insert(usage_counters).values(
                    workspace_id=mine,
                    hour=hour,
                    api_key_id="k",
                    provider="openai",
                    model="m",
                    alias="",
                    requests=requests,
                    input_tokens=10,
                    output_tokens=5,
                    cost_nanousd=7,
                )
            )
    shown = (await control.http.get("/admin/workspaces?name=mi", headers=boss.headers)).json()["data"]
    assert [row["id"] for row in shown] == [mine]
    assert shown[0] == (await control.http.get(f"/admin/workspaces/{mine}", headers=boss.headers)).json()["data"]
    assert (shown[0]["owner_email"], shown[0]["members"]) == ("owner@example.org", 2)
    assert shown[0]["month"] == {"requests": 3, "tokens": 15, "cost_nanousd": 7}
    everything = (await control.http.get("/admin/workspaces", headers=boss.headers)).json()["data"]
    assert [row["id"] for row in everything] == [other, mine]
    nothing = await control.http.get(f"/admin/workspaces/{control.state.new_id()}", headers=boss.headers)
    assert nothing.status_code == 404


async def test_a_limit_of_the_operators_is_not_the_workspaces_to_lift(control: ControlHarness, boss: Person):
    mine = await control.workspace("mine", settings={"own_quota_requests_month": 5, "of_a_newer_version": "x"})
    path = f"/admin/workspaces/{mine}/limits"
    reply = await control.http.patch(path, json={"quota_requests_month": 100}, headers=boss.headers)
    assert reply.json()["data"]["limits"] == {"quota_requests_month": 100, "quota_tokens_month": None}
    admin = await control.member(mine, "admin")
    for body in ({"quota_requests_month": None}, {"quota_requests_month": 10**6}):
        refused = await control.http.patch(f"/workspaces/{mine}/settings", json=body, headers=admin.headers)
        assert refused.status_code == 422
    kept = await control.http.patch(path, json={"quota_tokens_month": 9}, headers=boss.headers)
    assert kept.json()["data"]["limits"] == {"quota_requests_month": 100, "quota_tokens_month": 9}
    async with system_transaction(control.engine) as conn:
        from_database = (await conn.exec_driver_sql(f"SELECT settings FROM workspaces WHERE id = '{mine}'")).scalar()
    assert from_database["own_quota_requests_month"] == 5
    assert from_database["of_a_newer_version"] == "x"


async def test_a_suspended_workspace_reads_but_changes_nothing(control: ControlHarness, boss: Person):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    await control.http.post(f"/admin/workspaces/{mine}/suspend", headers=boss.headers)
    path = f"/workspaces/{mine}/api-keys"
    assert (await control.http.get(path, headers=ann.headers)).status_code == 200
    assert (await control.http.post(path, json={"name": "k"}, headers=ann.headers)).status_code == 403
    await control.http.post(f"/admin/workspaces/{mine}/unsuspend", headers=boss.headers)
    assert (await control.http.post(path, json={"name": "k"}, headers=ann.headers)).status_code == 201


async def test_who_may_sign_up_is_the_operators_decision_until_they_take_it_back(control: ControlHarness, boss: Person):
    async def policy() -> tuple[str, str]:
        shown = (await control.http.get("/admin/sign-up", headers=boss.headers)).json()["data"]
        return shown["sign_up"], shown["chosen_by"]

    assert await policy() == ("open", "settings")
    await control.http.put("/admin/sign-up", json={"sign_up": "closed"}, headers=boss.headers)
    assert await policy() == ("closed", "operator")
    wanted = {"email": "ann@example.org", "password": "three green bicycles"}
    refused = await control.http.post("/auth/signup", json=wanted, headers={"origin": "http://localhost"})
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_up_closed")
    await control.http.put("/admin/sign-up", json={"sign_up": None}, headers=boss.headers)
    assert await policy() == ("open", "settings")


async def test_health_and_catalog_say_what_there_is(control: ControlHarness, boss: Person):
    health = (await control.http.get("/admin/health", headers=boss.headers)).json()["data"]
    assert health["database"]["schema_revision"] == health["database"]["schema_needed"]
    assert health["database"]["months_ahead"] >= 1
    assert health["projector"] == {
        "newest_request_at": None,
        "newest_request_age_s": None,
        "journals": 0,
        "journal_bytes": 0,
    }
    assert health["worker"] is None
    catalog = (await control.http.get("/admin/catalog", headers=boss.headers)).json()["data"]
    assert catalog["price_data"].startswith("genai-prices ")
    assert {"openai", "anthropic"} <= {vendor["name"] for vendor in catalog["vendors"]}


async def test_the_price_book_has_every_model_with_its_price_and_where_it_was_read(
    control: ControlHarness, boss: Person
):
    book = (await control.http.get("/admin/catalog/models", headers=boss.headers)).json()["data"]
    known = control.state.catalog.vendors
    assert {vendor["name"]: len(vendor["models"]) for vendor in book["vendors"]} == {
        name: len(vendor.models) for name, vendor in known.items()
    }
    one = (await control.http.get("/admin/catalog/models?vendor=openai", headers=boss.headers)).json()["data"]
    (vendor,) = one["vendors"]
    assert (vendor["name"], vendor["source_url"][:8]) == ("openai", "https://")
    priced = next(model for model in vendor["models"] if model["id"] == "gpt-4o")
    band = known["openai"].models[[model.id for model in known["openai"].models].index("gpt-4o")].price
    assert band is not None and priced["price"][0]["input"] == band.bands[0].input
    assert priced["price_source"] == book["price_data"]
    nobody = await control.http.get("/admin/catalog/models?vendor=nobody", headers=boss.headers)
    assert (nobody.status_code, nobody.json()["field"]) == (422, "vendor")


async def test_links_begin_where_the_public_url_says(database_url: str):
    settings = ControlSettings(public_url="https://gateway.example.org")
    async with running_control(database_url, settings=settings) as control:
        boss = await control.sign_in(await control.user(operator=True))
        reply = await control.http.post(f"{PEOPLE}/{boss.user_id}/reset-link", headers=boss.headers)
        assert reply.status_code == 201
        assert reply.json()["data"]["link"].startswith("https://gateway.example.org/app/reset-password#token=")
