import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import perpetuo
from perpetuo.db.engine import connect, create_engine
from perpetuo.db.migrate import (
    MIGRATIONS,
    SchemaOutdated,
    current_revision,
    head_revision,
    migrate,
    require_current,
)
from perpetuo.db.tables import metadata

TABLES = set(metadata.tables)


async def query(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = await connect(url, "owner")
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def tables(url: str) -> set[object]:
    rows = await query(
        url,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition AND relname <> 'alembic_version'",
    )
    return {name for (name,) in rows}


async def test_the_migrated_schema_is_the_one_the_queries_are_written_for(database_url):
    def compare(connection):
        def ours(_object, name, kind, _reflected, _compare_to):
            return kind != "table" or not name.startswith("request_logs_")

        options = {"compare_type": True, "include_object": ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    engine = create_engine(database_url, "owner")
    async with engine.connect() as conn:
        assert await conn.run_sync(compare) == []
    await engine.dispose()


async def test_migrating_makes_the_tables_and_this_and_the_next_two_months(empty_database_url):
    assert await current_revision(empty_database_url) is None
    await migrate(empty_database_url)
    assert await current_revision(empty_database_url) == head_revision()
    assert await tables(empty_database_url) == TABLES
    partitions = await query(
        empty_database_url,
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'request_logs'::regclass",
    )
    assert partitions == [(4,)]


async def test_migrating_again_changes_nothing(database_url):
    before = await query(database_url, "SELECT oid, relname FROM pg_class ORDER BY 1")
    await migrate(database_url)
    assert await query(database_url, "SELECT oid, relname FROM pg_class ORDER BY 1") == before


async def test_the_way_down_leaves_nothing_and_the_way_up_works_again(empty_database_url):
    await migrate(empty_database_url)
    await migrate(empty_database_url, "base")
    assert await tables(empty_database_url) == set()
    assert await query(empty_database_url, "SELECT proname FROM pg_proc WHERE proname LIKE 'perpetuo%'") == []
    assert await current_revision(empty_database_url) is None
    await migrate(empty_database_url)
    assert await tables(empty_database_url) == TABLES


async def test_two_processes_that_start_together_migrate_once(empty_database_url):
    program = (
        "import asyncio, sys\n"
        "from perpetuo.db.migrate import migrate\n"
        "sys.stdin.readline()\n"
        "asyncio.run(migrate(sys.argv[1]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(perpetuo.__file__).parents[1])}
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, empty_database_url, env=environment,
            stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    said = await asyncio.gather(*(racer.communicate(b"go\n") for racer in racers))
    assert [(racer.returncode, error) for racer, (_, error) in zip(racers, said, strict=True)] == [(0, b"")] * 3
    assert await query(empty_database_url, "SELECT version_num FROM alembic_version") == [(head_revision(),)]
    assert await tables(empty_database_url) == TABLES


async def test_a_database_without_schema_is_refused_with_the_remedy(empty_database_url):
    with pytest.raises(SchemaOutdated, match="perpetuo migrate"):
        await require_current(empty_database_url)


async def test_a_current_and_a_newer_database_are_accepted(database_url, run_sql):
    await require_current(database_url)
    await run_sql("UPDATE alembic_version SET version_num = '9999'")
    await require_current(database_url)


async def test_an_owner_without_superuser_rights_can_migrate_and_is_then_held_by_the_policies(
    empty_database_url, pg_url
):
    """As on a managed server, where the first user may make roles and databases but is no superuser."""
    name = empty_database_url.split("?")[0].rsplit("/", 1)[1]
    await query(pg_url, "DROP ROLE IF EXISTS tenant_admin")
    await query(pg_url, "CREATE ROLE tenant_admin NOLOGIN CREATEROLE")
    await query(pg_url, "GRANT perpetuo_app, perpetuo_system TO tenant_admin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    await query(pg_url, f'ALTER DATABASE "{name}" OWNER TO tenant_admin')
    url = f"{empty_database_url}&options=-c%20role%3Dtenant_admin"
    await migrate(url)
    assert await tables(empty_database_url) == TABLES
    owners = await query(empty_database_url, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [("tenant_admin",)]
    assert await query(url, "SELECT * FROM workspaces") == []
    await query(pg_url, f'DROP DATABASE "{name}" WITH (FORCE)')
    await query(pg_url, "DROP ROLE tenant_admin")


def test_the_migrations_are_inside_the_package():
    assert MIGRATIONS.is_relative_to(Path(perpetuo.__file__).parent)
    assert (MIGRATIONS / "env.py").is_file() and list((MIGRATIONS / "versions").glob("0001_*.py"))
