"""Signing up and in, and what one is then: who, where, in which sessions."""

import pytest
from sqlalchemy import select

from perpetuo.core.ids import api_key_digest, looks_like_api_key
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.installation import set_installation_value
from perpetuo.db.tables import audit_log, sessions, users

PASSWORD = "a good long password"
SIGN_UP = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann", "workspace_name": "Ann's"}


async def sign_up(control, **fields):
    reply = await control.http.post("/auth/signup", json=SIGN_UP | fields)
    assert reply.status_code == 201, reply.text
    return reply.json()["data"]


async def login(control, email="ann@example.org", password=PASSWORD):
    return await control.http.post("/auth/login", json={"email": email, "password": password})


def headers(data):
    return {"authorization": f"Bearer {data['token']}"}


async def actions_logged(control):
    async with system_transaction(control.engine) as conn:
        rows = (await conn.execute(select(audit_log).order_by(audit_log.c.sequence))).mappings().all()
    return [row["action"] for row in rows]


@pytest.fixture
async def set_up(control):
    """Somebody is there already."""
    await control.user("operator@example.org", operator=True)


async def test_signing_up_makes_an_account_a_workspace_and_its_first_key_and_signs_in(control, set_up):
    made = await sign_up(control)
    assert made["user"] == {"id": made["user"]["id"], "email": "ann@example.org", "name": "Ann", "is_operator": False}
    assert (made["workspace"]["name"], made["workspace"]["role"]) == ("Ann's", "owner")
    assert looks_like_api_key(made["api_key"]["key"])
    url = f"/workspaces/{made['workspace']['id']}/api-keys"
    listed = await control.http.get(url, headers=headers(made))
    assert [row["id"] for row in listed.json()["data"]] == [made["api_key"]["id"]]
    assert await actions_logged(control) == ["auth.signup"]
