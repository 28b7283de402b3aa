"""`perpetuo migrate`, `perpetuo db backup` and `perpetuo db restore`."""

from pathlib import Path

import click

from perpetuo.cli.data_dir import DataDir
from perpetuo.cli.database_access import database, database_errors_told, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.cli.options import load_settings
from perpetuo.db.backup import backup, restore
from perpetuo.db.migrate import current_revision, head_revision
from perpetuo.db.migrate import migrate as migrate_to

KEY_REMINDER = (
    "ENCRYPTION_KEY belongs into your backup plan, kept apart from this file: without it the provider keys in the "
    "backup can not be opened."
)


@click.command()
def migrate() -> None:
    """Bring the database to this version's schema. Safe to run twice, and by two processes at once."""
    with database(load_settings()) as database_url:
        before = run_with_database(current_revision(database_url))
        run_with_database(migrate_to(database_url))
    after = head_revision()
    click.echo(f"schema {after}" + (" already" if before == after else f" (was {before or 'empty'})"))


@click.group()
def db() -> None:
    """Backup and restore of the embedded database. For your own PostgreSQL use its own tools."""


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def db_backup(file: Path) -> None:
    """Write the database to FILE; `up` may be running."""
    settings = load_settings()
    if settings.database_url is not None:
        raise Failure("DATABASE_URL is set: back your own PostgreSQL up with its own pg_dump.")
    with database(settings) as database_url, database_errors_told():
        backup(database_url, file.absolute())
    click.echo(f"{file} written, readable by you only. {KEY_REMINDER}")
    if settings.encryption_key is None:
        click.echo(f"It is in {DataDir(settings.data_dir).secrets_file}.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def db_restore(file: Path, yes: bool) -> None:
    """Replace the database by the backup in FILE; `up` has to be stopped."""
    settings = load_settings()
    if settings.database_url is not None:
        raise Failure("DATABASE_URL is set: restore your own PostgreSQL with its own pg_restore.")
    if not file.is_file():
        raise Failure(f"There is no file {file}.")
    data_dir = DataDir(settings.data_dir)
    data_dir.prepare()
    data_dir.lock()
    if not yes:
        click.confirm(f"Replace everything in {data_dir.path} by {file}?", abort=True)
    with database(settings, create=True) as database_url:
        run_with_database(restore(database_url, file.absolute()))
    click.echo(f"restored. {KEY_REMINDER}")
