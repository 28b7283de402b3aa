"""Backup and restore of the embedded server, with the `pg_dump` and `pg_restore` of its own wheel.

The provider keys in a backup stay sealed: without ENCRYPTION_KEY they are lost, so it belongs in the backup plan too.
"""

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg

from perpetuo.db.embedded import find_binaries
from perpetuo.db.engine import connect, translate_url
from perpetuo.db.migrate import migrate


class BackupFailed(Exception):
    """`message` is one sentence; the database is as it was before."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def backup(url: str, out_path: Path) -> None:
    """Write the database to `out_path` (0600, pg_dump's custom format); an existing file is replaced when complete.

    url: the owner's. Raises BackupFailed or EmbeddedUnavailable.
    """
    partial = out_path.with_name(f".{out_path.name}.partial")
    try:
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            _run("pg_dump", url, ["--format=custom"], stdout=file.fileno())
            file.flush()
            os.fsync(file.fileno())
        partial.rename(out_path)
    except OSError as exc:
        raise BackupFailed(f"The backup could not be written: {exc}.") from exc
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


async def restore(url: str, in_path: Path) -> None:
    """Replace the database by a backup and bring it to this version's schema. Nobody else may be connected.

    It is restored beside the old one and takes its place when complete.
    Raises BackupFailed or EmbeddedUnavailable.
    """
    # The backup grants rights to roles, which belong to the server and are in no backup: migrating makes them.
    await migrate(url)
    database = urlsplit(translate_url(url)).path.removeprefix("/")
    restoring, old = f"{database}_restoring", f"{database}_before_restore"
    maintenance: Any = await connect(_with_database(url, "postgres"), "owner")
    try:
        await maintenance.execute(f"DROP DATABASE IF EXISTS {_quoted(restoring)} WITH (FORCE)")
        await maintenance.execute(f"CREATE DATABASE {_quoted(restoring)} TEMPLATE template0")
        try:
            new_url = _with_database(url, restoring)
            await asyncio.to_thread(
                _run, "pg_restore", new_url, ["--no-owner", "--exit-on-error", "--single-transaction", str(in_path)]
            )
            await migrate(new_url)
            await maintenance.execute(f"DROP DATABASE IF EXISTS {_quoted(old)}")
            async with maintenance.transaction():
                await maintenance.execute(f"ALTER DATABASE {_quoted(database)} RENAME TO {_quoted(old)}")
                await maintenance.execute(f"ALTER DATABASE {_quoted(restoring)} RENAME TO {_quoted(database)}")
        except asyncpg.ObjectInUseError as exc:
            raise BackupFailed("The database is in use: stop every perpetuo that uses it, then restore again.") from exc
        finally:
            await maintenance.execute(f"DROP DATABASE IF EXISTS {_quoted(restoring)} WITH (FORCE)")
        await maintenance.execute(f"DROP DATABASE {_quoted(old)}")
    finally:
        await maintenance.close()


def _run(program: str, url: str, arguments: list[str], stdout: int | None = None) -> None:
    ended = subprocess.run(  # noqa: S603 - our own binaries
        [str(find_binaries() / program), f"--dbname={url}", *arguments],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if ended.returncode != 0:
        lines = [line for line in ended.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise BackupFailed(f"{program} failed: {lines[0].strip().rstrip('.')}.")


def _with_database(url: str, database: str) -> str:
    parts = urlsplit(translate_url(url))
    query = f"?{parts.query}" if parts.query else ""
    return f"postgresql://{parts.netloc}/{quote(database)}{query}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
