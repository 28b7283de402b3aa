"""What row-level security refuses when the application's own filter is gone, and when a mistake would undo the role."""

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from perpetuo.db.engine import create_engine, system_transaction, workspace_transaction
from perpetuo.db.queries.projection import insert_settlements
from perpetuo.db.tables import api_keys, provider_keys, request_logs, usage_counters, usage_labels, workspaces

TENANT_TABLES = [workspaces, provider_keys, api_keys, request_logs, usage_counters, usage_labels]


def workspace_column(table):
    return table.c.id if table is workspaces else table.c.workspace_id


@pytest.fixture
async def two(engine, seed, log_row):
    """Two workspaces with a row in every table."""
    mine, theirs = await seed("mine"), await seed("theirs")
    async with system_transaction(engine) as conn:
        await insert_settlements(conn, [log_row(n, one.workspace_id) for n, one in enumerate((mine, theirs))])
    return mine, theirs


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
async def test_without_the_applications_filter_a_workspace_still_sees_only_its_own_rows(engine, two, table):
    mine, theirs = two
    async with workspace_transaction(engine, mine.workspace_id) as conn:
        assert set(await conn.scalars(select(workspace_column(table)))) == {mine.workspace_id}
    async with system_transaction(engine) as conn:
        assert set(await conn.scalars(select(workspace_column(table)))) == {mine.workspace_id, theirs.workspace_id}


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
async def test_without_a_workspace_the_application_sees_nothing(engine, two, table):
    async with engine.connect() as conn:
        assert (await conn.execute(select(table))).all() == []


async def test_a_workspace_can_not_change_anothers_rows_even_without_the_filter(engine, two):
    mine, theirs = two
    async with workspace_transaction(engine, mine.workspace_id) as conn:
        await conn.execute(update(provider_keys).values(priority=1))
        await conn.execute(update(workspaces).values(name="renamed"))
    async with system_transaction(engine) as conn:
        priorities = dict((await conn.execute(select(provider_keys.c.workspace_id, provider_keys.c.priority))).all())
        names = dict((await conn.execute(select(workspaces.c.id, workspaces.c.name))).all())
    assert priorities == {mine.workspace_id: 1, theirs.workspace_id: 100}
    assert names == {mine.workspace_id: "renamed", theirs.workspace_id: "theirs"}


async def test_a_workspace_can_not_write_rows_of_another_or_move_its_own_there(engine, two):
    mine, theirs = two
    row = {"id": theirs.user_id, "vendor": "groq", "label": "planted", "secret_sealed": b"x"}
    with pytest.raises(DBAPIError, match="row-level security"):
        async with workspace_transaction(engine, mine.workspace_id) as conn:
            await conn.execute(insert(provider_keys).values(workspace_id=theirs.workspace_id, **row))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with workspace_transaction(engine, mine.workspace_id) as conn:
            await conn.execute(update(api_keys).values(workspace_id=theirs.workspace_id))


FORBIDDEN = {
    "people": "SELECT * FROM users",
    "journal positions": "SELECT * FROM journal_positions",
    "a partition, which has no policies": "SELECT * FROM request_logs_default",
    "suspension": "UPDATE workspaces SET suspended = false",
    "its request logs": "DELETE FROM request_logs",
    "its usage": "UPDATE usage_counters SET requests = 0",
    "its usage by tag": "DELETE FROM usage_labels",
    "policies": "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
    "tables": "CREATE TABLE mine (id int)",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_a_workspace_may_not_touch(engine, two, statement):
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with workspace_transaction(engine, two[0].workspace_id) as conn:
            await conn.execute(text(statement))


async def test_the_system_role_reads_no_partition_directly_either(engine, two):
    with pytest.raises(DBAPIError, match="permission denied"):
        async with system_transaction(engine) as conn:
            await conn.execute(text("SELECT * FROM request_logs_2026_11"))


async def test_the_workspace_of_a_transaction_does_not_stay_on_the_connection(database_url, two):
    engine = create_engine(database_url, pool_size=1)
    async with workspace_transaction(engine, two[0].workspace_id) as conn:
        await conn.execute(select(workspaces))
    async with engine.connect() as conn:
        assert (await conn.execute(select(workspaces))).all() == []
        assert not await conn.scalar(text("SELECT current_setting('perpetuo.workspace_id', true)"))
    await engine.dispose()


async def test_every_session_starts_in_a_role_without_rights_and_reset_comes_back_to_it(database_url):
    for role in ("perpetuo_app", "perpetuo_system"):
        engine = create_engine(database_url, role)
        async with engine.connect() as conn:
            assert await conn.scalar(text("SELECT current_user")) == role
            await conn.execute(text("RESET ROLE"))
            assert await conn.scalar(text("SELECT current_user")) == role
            await conn.execute(text("RESET ALL"))
            assert await conn.scalar(text("SELECT current_user")) == role
        await engine.dispose()


async def test_the_helpers_set_the_role_again_on_a_session_that_lost_it(database_url, two):
    """As behind a pooler that swallows startup parameters: a superuser's session, for whom no policy holds."""
    engine = create_engine(database_url, "owner")
    async with engine.connect() as conn:
        assert len((await conn.execute(select(workspaces))).all()) == 2
    async with workspace_transaction(engine, two[0].workspace_id) as conn:
        assert len((await conn.execute(select(workspaces))).all()) == 1
    async with system_transaction(engine) as conn:
        assert await conn.scalar(text("SELECT current_user")) == "perpetuo_system"
    await engine.dispose()


async def test_the_roles_have_no_right_to_bypass_policies_or_to_log_in(run_sql):
    found = await run_sql(
        "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolinherit FROM pg_roles "
        "WHERE rolname LIKE 'perpetuo\\_%' ORDER BY 1"
    )
    assert found == [(role, False, False, False, False, False) for role in ("perpetuo_app", "perpetuo_system")]


async def test_every_table_forces_its_policies_on_its_owner_too(run_sql):
    unforced = await run_sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> 'alembic_version'"
    )
    assert unforced == []
