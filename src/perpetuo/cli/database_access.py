"""How a command reaches the database: DATABASE_URL, else the one of a running `up`, else it starts the embedded one."""

import asyncio
import contextlib
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

import asyncpg
import sqlalchemy.exc
from pydantic import SecretStr

from perpetuo.cli.data_dir import DataDir
from perpetuo.cli.failures import Failure
from perpetuo.cli.secret_values import read_secrets_file
from perpetuo.db.backup import BackupFailed
from perpetuo.db.embedded import EmbeddedPostgres
from perpetuo.db.engine import DatabaseUrlInvalid
from perpetuo.db.migrate import SchemaOutdated, require_current
from perpetuo.db.sealing import Sealer, SecretRefused
from perpetuo.installation_secrets import encryption_keys
from perpetuo.settings import Settings

T = TypeVar("T")


@contextlib.contextmanager
def database(settings: Settings, *, create: bool = False) -> Generator[str]:
    """The owner's URL. Raises Failure when there is no database yet, unless it may be created."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    data_dir = DataDir(settings.data_dir)
    running = data_dir.running()
    if running is not None:
        yield running.database_url
        return
    if not create and not data_dir.has_database():
        raise Failure(f"There is no database in {data_dir.path} yet: run `perpetuo up` first, or set DATABASE_URL.")
    embedded = EmbeddedPostgres(data_dir.path)
    try:
        yield embedded.start()
    finally:
        embedded.stop()


@contextlib.contextmanager
def database_errors_told() -> Generator[None]:
    """What the database or the way to it may raise becomes a sentence. Raises Failure."""
    try:
        yield
    except (DatabaseUrlInvalid, SchemaOutdated, BackupFailed) as error:
        raise Failure(str(error)) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise explain_database_error(error) from None
    except sqlalchemy.exc.DBAPIError as error:
        raise explain_database_error((error.orig and error.orig.__cause__) or error) from None


def run_with_database(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end. Raises Failure."""
    with database_errors_told():
        return asyncio.run(work)


def explain_database_error(error: BaseException) -> Failure:
    """Never the URL: it holds a password."""
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return Failure("The database refused the user or password in DATABASE_URL.")
        case asyncpg.InvalidCatalogNameError():
            return Failure("The database named in DATABASE_URL does not exist: create it first.")
        case asyncpg.DiskFullError():
            return Failure("The database's disk is full: free some space.")
        case asyncpg.PostgresError():
            return Failure(f"The database refused: {error}.")
        case TimeoutError():
            return Failure("The database did not answer in time: is DATABASE_URL right, and is it running?")
        case OSError():
            return Failure(f"The database can not be reached ({error.strerror or error}): is DATABASE_URL right?")
        case _:
            return Failure(f"The database failed: {type(error).__name__}.")


async def require_schema(database_url: str) -> None:
    """Raises Failure with the remedy when the database is older than this version."""
    try:
        await require_current(database_url)
    except SchemaOutdated as error:
        raise Failure(error.message) from None


def installation_keys(settings: Settings) -> tuple[bytes, ...]:
    """ENCRYPTION_KEY and, while there is one, ENCRYPTION_KEY_NEXT: from the environment, else from the secrets file of
    `up`. Raises Failure."""
    kept = read_secrets_file(DataDir(settings.data_dir).secrets_file)
    found = {
        name.lower(): SecretStr(kept[name])
        for name in ("ENCRYPTION_KEY", "ENCRYPTION_KEY_NEXT")
        if name in kept and getattr(settings, name.lower()) is None
    }
    try:
        return encryption_keys(settings.model_copy(update=found))
    except SecretRefused as refusal:
        raise Failure(f"{refusal} A running gateway has it in its environment.") from None


def build_sealer(settings: Settings) -> Sealer:
    """Raises Failure."""
    key, *others = installation_keys(settings)
    return Sealer(key, others=others)
