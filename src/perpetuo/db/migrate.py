"""Bringing the schema to a revision, once, however many processes try at the same time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.engine import create_engine
from perpetuo.db.partitions import ensure_partitions

MIGRATIONS = Path(__file__).parent / "migrations"

MIGRATION_LOCK = 0x7065_7270_6574_756F
"""The advisory lock's number: "perpetuo" in ASCII."""


class SchemaOutdated(Exception):
    """The database is older than this version needs. `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision` (`head`, `base`, an id), up or down, in one transaction.

    Waits for a process that is already at it, and then finds nothing left to do.
    """
    engine = create_engine(url, "owner", pool_size=1)
    try:
        async with engine.begin() as conn:
            await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
            await conn.run_sync(_run, revision)
            if await conn.scalar(text("SELECT to_regclass('request_logs') IS NOT NULL")):
                await ensure_partitions(conn, await _server_wall_ms(conn))
    finally:
        await engine.dispose()


async def require_current(url: str) -> None:
    """Raises SchemaOutdated for a database older than this version; a newer one serves too (rolling upgrades)."""
    found = await current_revision(url)
    needed = head_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is None:
        raise SchemaOutdated("The database has no Perpetuo schema yet: run `perpetuo migrate`.")
    if found != needed and found in known:
        raise SchemaOutdated(
            f"The database has schema {found}, this version needs {needed}: run `perpetuo migrate`, then start again."
        )


async def current_revision(url: str) -> str | None:
    """The database's revision; None when nothing was ever migrated."""
    engine = create_engine(url, "owner", pool_size=1)
    try:
        async with engine.connect() as conn:
            return await conn.run_sync(_current)
    finally:
        await engine.dispose()


async def revision_of(conn: AsyncConnection) -> str | None:
    """As `current_revision`, in a transaction of the tables' owner."""
    return await conn.run_sync(_current)


def head_revision() -> str:
    """The revision this version of the program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _run(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    current = _current(connection)
    if _is_older(scripts, revision, current):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _is_older(scripts: ScriptDirectory, revision: str, current: str | None) -> bool:
    if current is None or revision == "head":
        return False
    if revision == "base":
        return True
    return revision != current and any(
        script.revision == revision for script in scripts.iterate_revisions(current, "base")
    )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _server_wall_ms(conn: AsyncConnection) -> int:
    return int(await conn.scalar(text("SELECT extract(epoch FROM now()) * 1000")) or 0)
