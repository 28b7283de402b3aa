"""What the commands and the control plane ask the tables, as the application role wherever that is its role."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from perpetuo.db.engine import system_transaction, workspace_transaction
from perpetuo.db.queries import (
    administration,
    api_keys,
    memberships,
    provider_keys,
    usage_counters,
    users,
    workspaces,
)
from perpetuo.db.queries.projection import insert_settlements

NOWHERE = "00000000-0000-4000-8000-000000000009"


async def test_a_user_is_found_by_email_in_any_case_and_an_email_is_taken_once(engine, seed):
    one = await seed("ada")
    async with system_transaction(engine) as conn:
        found = await users.get_user_by_email(conn, "ADA@EXAMPLE.ORG")
        assert found is not None and found["id"] == one.user_id and found["email"] == "ada@Example.org"
        assert await users.get_user(conn, one.user_id) == found
        assert await users.get_user_by_email(conn, "nobody@example.org") is None
        assert await users.set_password_hash(conn, one.user_id, "new") is True
        assert [user["password_hash"] for user in await users.list_users(conn)] == ["new"]
    with pytest.raises(IntegrityError):
        await seed("ADA")


async def test_a_workspace_is_found_by_id_or_name_and_changes(engine, seed):
    one = await seed("Team A")
    async with system_transaction(engine) as conn:
        for wanted in (one.workspace_id, one.workspace_id.upper(), "team a"):
            assert [row["id"] for row in await workspaces.find_workspaces(conn, wanted)] == [one.workspace_id]
        assert await workspaces.find_workspaces(conn, "team") == []
        assert await workspaces.set_workspace_suspended(conn, one.workspace_id, suspended=True)
        assert [row["suspended"] for row in await workspaces.list_workspaces(conn)] == [True]
    async with workspace_transaction(engine, one.workspace_id) as conn:
        assert await workspaces.update_workspace_settings(conn, one.workspace_id, {"strategy": "cheapest"})
        assert not await workspaces.update_workspace_settings(conn, NOWHERE, {})
        row = await workspaces.get_workspace(conn, one.workspace_id)
        assert row is not None and row["settings"] == {"strategy": "cheapest"}
    async with system_transaction(engine) as conn:
        assert await workspaces.delete_workspace(conn, one.workspace_id)
        assert await provider_keys.list_provider_keys(conn, one.workspace_id) == []
        assert await workspaces.get_workspace(conn, one.workspace_id) is None


async def test_lists_read_no_documents_which_may_be_large(engine, seed):
    """At each sign-in, 50 workspaces with megabytes of settings would stop the event loop for as long as they take."""
    one = await seed("one", settings={"quota_tokens_month": 7, "aliases": {"a": {}}})
    async with system_transaction(engine) as conn:
        (mine,) = await memberships.workspaces_of_user(conn, one.user_id)
        (page,) = await memberships.page_workspaces_of_user(conn, one.user_id, limit=9, before_id=None)
        (anybodys,) = await administration.page_workspaces(conn, limit=9)
    async with workspace_transaction(engine, one.workspace_id) as conn:
        (key,) = await provider_keys.page_provider_keys(conn, one.workspace_id, limit=9, after=None)
    assert all("settings" not in row for row in (mine, page, anybodys))
    assert (anybodys["quota_requests_month"], anybodys["quota_tokens_month"]) == (None, 7)
    assert not key.keys() & {"models", "discovered"} and (key["own_models"], key["discovered_models"]) == (0, 0)


async def test_provider_keys_are_listed_by_priority_changed_and_removed_in_their_workspace_only(engine, seed):
    one, other = await seed("one"), await seed("other")
    async with workspace_transaction(engine, one.workspace_id) as conn:
        await provider_keys.insert_provider_key(
            conn, one.workspace_id, id=NOWHERE, vendor="groq", label="", secret_sealed=b"x", secret_hint="", priority=1
        )
        listed = await provider_keys.list_provider_keys(conn, one.workspace_id)
        assert [row["id"] for row in listed] == [NOWHERE, one.provider_key_id]
        assert await provider_keys.list_provider_keys(conn, other.workspace_id) == []
        changes = {"enabled": False, "models": [{"id": "m"}]}
        assert await provider_keys.update_provider_key(conn, one.workspace_id, NOWHERE, changes)
        row = await provider_keys.get_provider_key(conn, one.workspace_id, NOWHERE)
        assert row is not None and {name: row[name] for name in changes} == changes
        assert row == await provider_keys.find_provider_key(conn, one.workspace_id, "groq", "")
        assert not await provider_keys.delete_provider_key(conn, other.workspace_id, other.provider_key_id)
        assert await provider_keys.delete_provider_key(conn, one.workspace_id, NOWHERE)
        assert await provider_keys.get_provider_key(conn, one.workspace_id, NOWHERE) is None
        with pytest.raises(ValueError, match="workspace_id"):
            await provider_keys.update_provider_key(conn, one.workspace_id, NOWHERE, {"workspace_id": NOWHERE})


@pytest.mark.parametrize("change", [{"priority": 0}, {"vendor": "openai", "label": "one"}])
async def test_a_priority_below_one_and_a_label_used_twice_are_refused(engine, seed, change):
    one = await seed("one")
    row = {"id": NOWHERE, "vendor": "groq", "label": "", "secret_sealed": b"x", "secret_hint": ""} | change
    with pytest.raises(IntegrityError):
        async with workspace_transaction(engine, one.workspace_id) as conn:
            await provider_keys.insert_provider_key(conn, one.workspace_id, **row)


async def test_api_keys_are_listed_without_their_hash_and_revoked_once(engine, seed):
    one, other = await seed("one"), await seed("other")
    async with workspace_transaction(engine, one.workspace_id) as conn:
        (listed,) = await api_keys.list_api_keys(conn, one.workspace_id)
        assert listed == await api_keys.get_api_key(conn, one.workspace_id, one.api_key_id)
        assert "key_hash" not in listed and listed["revoked_at"] is None
        assert not await api_keys.revoke_api_key(conn, other.workspace_id, other.api_key_id)
        assert await api_keys.revoke_api_key(conn, one.workspace_id, one.api_key_id)
        assert not await api_keys.revoke_api_key(conn, one.workspace_id, one.api_key_id)
        revoked = await api_keys.get_api_key(conn, one.workspace_id, one.api_key_id)
        assert revoked is not None and revoked["revoked_at"] is not None


async def test_when_an_api_key_was_last_used_never_goes_back(engine, seed):
    one = await seed("one")
    late = datetime(2026, 11, 23, tzinfo=UTC)
    async with workspace_transaction(engine, one.workspace_id) as conn:
        for at in (late - timedelta(days=1), late, late - timedelta(hours=1)):
            used = [(one.workspace_id, one.api_key_id, int(at.timestamp() * 1000))]
            assert await api_keys.note_api_keys_used(conn, used) == {one.api_key_id}
        found = await api_keys.get_api_key(conn, one.workspace_id, one.api_key_id)
    assert found is not None and found["last_used_at"] == late


async def test_month_totals_and_usage_lists_count_their_hours_only(engine, seed, log_row):
    one, other = await seed("one"), await seed("other")
    november = datetime(2026, 11, 1, tzinfo=UTC)
    october_ms = int((november - timedelta(seconds=1)).timestamp() * 1000)
    async with system_transaction(engine) as conn:
        await insert_settlements(
            conn,
            [
                log_row(1, one.workspace_id),
                log_row(2, one.workspace_id, output_tokens=None),
                log_row(3, one.workspace_id, wall_ms=october_ms),
                log_row(4, other.workspace_id),
            ],
        )
        assert await usage_counters.month_totals(conn, november) == {
            one.workspace_id: (2, 25),
            other.workspace_id: (1, 15),
        }
    async with workspace_transaction(engine, one.workspace_id) as conn:
        listed = await usage_counters.list_usage(conn, one.workspace_id, november, november + timedelta(days=30))
        assert [(row["requests"], row["output_tokens"]) for row in listed] == [(2, 5)]
        assert await usage_counters.month_totals(conn, november) == {one.workspace_id: (2, 25)}
