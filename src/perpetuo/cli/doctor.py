"""`perpetuo doctor`: what is wrong here, in a sentence each."""

import http.client
import os
import shutil
import sys
from collections.abc import Callable

import click

from perpetuo.cli import local_model
from perpetuo.cli.data_dir import DataDir
from perpetuo.cli.database_access import build_sealer, database, require_schema, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.cli.operator_records import operator_transaction
from perpetuo.cli.options import load_settings
from perpetuo.db.embedded import EmbeddedUnavailable, find_binaries
from perpetuo.db.queries import provider_keys, workspaces
from perpetuo.db.sealing import SealBroken, provider_key_place
from perpetuo.settings import Settings

LITTLE_DISK_BYTES = 1024**3


@click.command()
@click.option("--live", is_flag=True, help="Only ask the gateway on this machine whether it lives (health check).")
def doctor(live: bool) -> None:
    """Look at settings, data directory, database, secrets and extras; exit 1 when something is wrong."""
    settings = load_settings()
    if live:
        _ask_livez(settings)
        return
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("python", _check_python),
        ("data directory", _check_data_dir),
        ("secrets", _check_secrets),
        ("database", _check_database),
        ("provider keys", _check_provider_keys),
        ("demo model", _check_demo_model),
        ("proxy", _check_proxy),
    ]
    wrong = 0
    for name, check in checks:
        try:
            click.echo(f"ok     {name}: {check(settings)}")
        except (Failure, EmbeddedUnavailable) as problem:
            wrong += 1
            click.echo(f"WRONG  {name}: {problem.message}")
    if wrong:
        raise click.exceptions.Exit(1)


def _ask_livez(settings: Settings) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/livez")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"Nothing answers on {host} port {settings.port} ({type(error).__name__}).") from None
    finally:
        connection.close()
    if status != 200:
        raise Failure(f"/livez answered {status}.")
    click.echo("alive")


def _check_python(settings: Settings) -> str:
    del settings
    return f"{sys.version.split()[0]} on {sys.platform}"


def _check_data_dir(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    if not data_dir.path.exists():
        return f"{data_dir.path} (not made yet)"
    data_dir.prepare()
    free = shutil.disk_usage(data_dir.path).free
    if free < LITTLE_DISK_BYTES:
        raise Failure(f"{data_dir.path} has only {free // 1024**2} MiB left.")
    if data_dir.path.stat().st_mode & 0o066:
        raise Failure(f"{data_dir.path} can be read or written by others: chmod go-rw it.")
    running = data_dir.running()
    return f"{data_dir.path}" + (f", used by process {running.pid} on port {running.port}" if running else "")


def _check_secrets(settings: Settings) -> str:
    build_sealer(settings)
    return "ENCRYPTION_KEY is " + ("in the environment" if settings.encryption_key else "in the secrets file")


def _check_database(settings: Settings) -> str:
    if settings.database_url is None:
        find_binaries()
    with database(settings) as database_url:
        run_with_database(require_schema(database_url))
    return "reached, schema current" + ("" if settings.database_url else " (embedded)")


def _check_provider_keys(settings: Settings) -> str:
    sealer = build_sealer(settings)

    async def open_all(database_url: str) -> tuple[int, list[str]]:
        async with operator_transaction(database_url) as conn:
            rows = [
                row
                for workspace in await workspaces.list_workspaces(conn)
                for row in await provider_keys.list_provider_keys(conn, workspace["id"])
            ]
        broken: list[str] = []
        for row in rows:
            try:
                sealer.open(bytes(row["secret_sealed"]), provider_key_place(row["workspace_id"], row["id"]))
            except SealBroken as error:
                broken.append(f"{row['vendor']} {row['id']}: {error}")
        return len(rows), broken

    with database(settings) as database_url:
        count, broken = run_with_database(open_all(database_url))
    if broken:
        raise Failure("Not every provider key opens. " + "; ".join(broken) + ".")
    return f"{count}, all open with this ENCRYPTION_KEY"


def _check_demo_model(settings: Settings) -> str:
    del settings
    reason = local_model.why_not_here()
    return f"not available: {reason}" if reason else "can run here"


def _check_proxy(settings: Settings) -> str:
    del settings
    if os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return (
            "HTTPS_PROXY is set: the proxy resolves names, so the egress check covers names and literal addresses only"
        )
    return "none"
