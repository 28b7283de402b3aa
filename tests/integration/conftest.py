"""A real PostgreSQL for the tests that need one: the embedded server, a migrated template, a fresh copy per test."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.db.embedded import EmbeddedPostgres
from perpetuo.db.engine import connect, create_engine
from perpetuo.db.migrate import migrate

TEMPLATE = "perpetuo_template"
_numbers = itertools.count(1)


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    head, query = url.split("?", 1)
    return f"{head.rsplit('/', 1)[0]}/{database}?{query}"


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """Short enough for a socket path, and open to the account PostgreSQL runs as when we are root."""
    path = Path(tempfile.mkdtemp(prefix="pptest-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def pg_url(server_dir: Path) -> Iterator[str]:
    """The owner's URL of a server that lives as long as the test session; its database is not migrated."""
    server = EmbeddedPostgres(server_dir / "data")
    (server_dir / "data").mkdir(mode=0o755)
    url = server.start()
    yield url
    server.stop()


@pytest.fixture(scope="session")
def template_url(pg_url: str) -> str:
    """A migrated database that nobody may connect to: copied, not used."""

    async def make() -> str:
        # Nobody needs these databases after a power cut; copies of the template are made faster.
        await _run(pg_url, "ALTER SYSTEM SET fsync = off")
        await _run(pg_url, "SELECT pg_reload_conf()")
        await _run(pg_url, f'CREATE DATABASE "{TEMPLATE}"')
        url = with_database(pg_url, TEMPLATE)
        await migrate(url)
        return url

    return asyncio.run(make())


@pytest.fixture
async def empty_database_url(pg_url: str) -> AsyncIterator[str]:
    """A new database without any schema."""
    name = f"test_{next(_numbers)}"
    await _run(pg_url, f'CREATE DATABASE "{name}"')
    yield with_database(pg_url, name)
    await _run(pg_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
async def database_url(pg_url: str, template_url: str) -> AsyncIterator[str]:
    """A new migrated database."""
    name = f"test_{next(_numbers)}"
    await _run(pg_url, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    yield with_database(pg_url, name)
    await _run(pg_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_database_url(pg_url: str, template_url: str) -> AsyncIterator[str]:
    """A new migrated database for all the tests of a module, which then run in one event loop."""
    name = f"test_{next(_numbers)}"
    await _run(pg_url, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    yield with_database(pg_url, name)
    await _run(pg_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Its sessions start as perpetuo_app."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def run_sql(database_url: str) -> Callable[[str], Awaitable[list[tuple[object, ...]]]]:
    """Runs one statement as the owner, a superuser for whom no policy holds, and returns its rows."""

    async def run(sql: str) -> list[tuple[object, ...]]:
        return await _run(database_url, sql)

    return run


async def _run(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = await connect(url, "owner")
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()
