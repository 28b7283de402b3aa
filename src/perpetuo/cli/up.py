"""`perpetuo up`: a working gateway with a real model behind it, from nothing, in one command."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from types import FrameType

import click
import msgspec
from pydantic import SecretStr

from perpetuo.cli.banner import called_as, ready_text
from perpetuo.cli.children import Child, Lifeline
from perpetuo.cli.data_dir import DataDir, FirstRun, RunNote
from perpetuo.cli.database_access import database_errors_told, run_with_database
from perpetuo.cli.encryption import require_sealing_key
from perpetuo.cli.failures import Failure
from perpetuo.cli.first_run import (
    Found,
    adopt_provider_keys,
    home_workspace,
    make_first_records,
    provider_names,
    set_demo_provider,
)
from perpetuo.cli.listen import bind, url_of
from perpetuo.cli.local_model import free_loopback_port, local_model_child, wait_until_healthy, why_not_here
from perpetuo.cli.operator_records import Operator, operator_change
from perpetuo.cli.options import load_settings, warn_of_unknown_variables
from perpetuo.cli.people import mint_sign_in_link
from perpetuo.cli.provider_environment import environment_with_dotenv, found_provider_keys, today, vendor_variables
from perpetuo.cli.secret_values import new_secret, read_secrets_file, require_strong, require_strong_secrets
from perpetuo.cli.workers import report, run_gateway, stop_on_signals
from perpetuo.control.auth.sign_in_links import sign_in_link
from perpetuo.db.embedded import EmbeddedPostgres, EmbeddedUnavailable
from perpetuo.db.migrate import migrate
from perpetuo.db.queries import users
from perpetuo.installation_secrets import encryption_keys
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.settings import Settings
from perpetuo.wiring import is_loopback

PREDECESSOR_PATIENCE_S = 3.0
"""How long a port is waited for that workers of a killed `up` on the same data directory still hold."""
LOCAL_STOP_S = 5.0
DATABASE_LOOK_S = 0.5
DATABASE_LONGEST_PAUSE_S = 30.0


@click.command()
@click.option("--host", help="Address to listen on (PERPETUO_HOST).")
@click.option("--port", type=int, help="Port to listen on; 0 takes any free one (PERPETUO_PORT).")
@click.option("--workers", type=int, help="Worker processes (PERPETUO_WORKERS).")
@click.option("--no-local", is_flag=True, help="Do not start the demo model.")
@click.option("--reload", is_flag=True, help="For development: replace the workers when the source changes.")
def up(host: str | None, port: int | None, workers: int | None, no_local: bool, reload: bool) -> None:
    """Start everything on this machine: secrets, database, a user, an API key, the gateway, a demo model."""
    settings = load_settings(host=host, port=port, workers=workers)
    warn_of_unknown_variables()
    data_dir = DataDir(settings.data_dir)
    data_dir.prepare()
    with data_dir.locked():
        _up(settings, data_dir, no_local, reload)


def _up(settings: Settings, data_dir: DataDir, no_local: bool, reload: bool) -> None:
    patience_s = PREDECESSOR_PATIENCE_S if data_dir.read_run_note() is not None else 0.0
    with bind(settings.host, settings.port, patience_s=patience_s) as listener, _terminated_like_interrupted():
        settings = with_secrets(settings, data_dir)
        lifeline = Lifeline()
        # Blocking and outside of any loop: PostgreSQL dies with the thread that started it, which is the main one.
        with _database(settings, data_dir) as (database_url, embedded):
            run_with_database(migrate(database_url))
            run_with_database(require_sealing_key(database_url, encryption_keys(settings)))
            data_dir.write_run_note(RunNote(database_url, os.getpid(), listener.getsockname()[1]))
            why_no_demo = "--no-local was given" if no_local else why_not_here()
            try:
                asyncio.run(_run(settings, data_dir, database_url, embedded, listener, lifeline, why_no_demo, reload))
            finally:
                data_dir.remove_run_note()
                lifeline.close()


def with_secrets(settings: Settings, data_dir: DataDir) -> Settings:
    """The environment's secrets, else those of the secrets file, else new ones, kept there. Raises Failure."""
    kept = read_secrets_file(data_dir.secrets_file)
    needed = {"JWT_SECRET": settings.jwt_secret, "ENCRYPTION_KEY": settings.encryption_key}
    values: dict[str, str] = {}
    for name, secret in (needed | {"ENCRYPTION_KEY_NEXT": settings.encryption_key_next}).items():
        if secret is not None:
            values[name] = require_strong(name, secret.get_secret_value())
        elif name in kept:
            values[name] = require_strong(name, kept[name])
    if "ENCRYPTION_KEY" not in values and data_dir.has_database():
        raise Failure(
            f"{data_dir.secrets_file} is gone, and with it the ENCRYPTION_KEY that opens the stored provider keys: "
            "restore the file, or set ENCRYPTION_KEY."
        )
    made = {name: new_secret() for name in needed if name not in values}
    if made:
        data_dir.write_secrets(kept | made)
    values |= made
    settings = settings.model_copy(update={name.lower(): SecretStr(value) for name, value in values.items()})
    require_strong_secrets(settings)
    return settings


@contextlib.contextmanager
def _database(settings: Settings, data_dir: DataDir) -> Generator[tuple[str, EmbeddedPostgres | None]]:
    """The owner's URL, and the server when it is ours."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), None
        return
    embedded = EmbeddedPostgres(data_dir.path)
    try:
        yield embedded.start(), embedded
    finally:
        embedded.stop()


@contextlib.contextmanager
def _terminated_like_interrupted() -> Generator[None]:
    """While there is no loop yet, or no more: SIGTERM ends the command in order, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


class LocalModel(msgspec.Struct):
    """The demo model's process and the loopback port it listens on."""

    child: Child
    port: int


async def _run(
    settings: Settings,
    data_dir: DataDir,
    database_url: str,
    embedded: EmbeddedPostgres | None,
    listener: socket.socket,
    lifeline: Lifeline,
    why_no_demo: str | None,
    reload: bool,
) -> None:
    base_url = f"{url_of(listener)}/v1"
    with stop_on_signals() as stop:
        keeper = asyncio.create_task(_keep_database(embedded)) if embedded else None
        local = None if why_no_demo else await _start_local_model(settings, lifeline)
        try:
            if local is None and why_no_demo is None:
                why_no_demo = "it did not start; what it said is above"
            with database_errors_told():
                found = await _prepare_records(settings, data_dir, database_url, base_url, local)
            if local is not None:
                allowed = (*settings.egress_allow, f"127.0.0.1:{local.port}")
                settings = settings.model_copy(update={"egress_allow": allowed})
            text = ready_text(
                base_url=base_url,
                data_dir=data_dir.path,
                first_run_file=data_dir.first_run_file,
                known=found.known,
                is_first=found.is_first,
                workspace_name=found.workspace_name,
                adopted=found.adopted,
                providers=found.providers,
                no_demo_because=why_no_demo,
                sign_in_link=found.sign_in_link,
                command=called_as(sys.argv[0]),
            )
            await run_gateway(
                settings,
                database_url,
                listener,
                lifeline,
                stop,
                hidden_variables=vendor_variables(),
                reload=reload,
                on_ready=lambda: click.echo(text),
            )
        finally:
            if keeper is not None:
                keeper.cancel()
            if local is not None:
                await local.child.stop(LOCAL_STOP_S)


async def _keep_database(embedded: EmbeddedPostgres) -> None:
    """Starts it again when it dies; meanwhile workers serve on from their snapshot and the journal keeps the books.

    Blocks the parent's loop, which serves nobody, while it recovers: only the main thread may start it.
    """
    pause_s = DATABASE_LOOK_S
    while True:
        await asyncio.sleep(pause_s)
        if embedded.pid is not None and embedded.poll() is None:
            pause_s = DATABASE_LOOK_S
            continue
        report("the database died; starting it again")
        embedded.stop()
        try:
            embedded.start()
        except EmbeddedUnavailable as unavailable:
            pause_s = min(pause_s * 2, DATABASE_LONGEST_PAUSE_S)
            report(f"{unavailable.message} Trying again in {pause_s:.0f} s.")


async def _prepare_records(
    settings: Settings, data_dir: DataDir, database_url: str, base_url: str, local: LocalModel | None
) -> Found:
    """First user, workspace and key if there are none; provider keys from the environment; the demo provider."""
    catalog = load_catalog(today())
    environment = environment_with_dotenv(Path(".env"))
    demo = next(vendor for vendor in catalog.vendors.values() if vendor.last_resort)
    async with operator_change(database_url, encryption_keys(settings)) as operator:
        first = await make_first_records(operator, base_url)
        known = first or data_dir.read_first_run()
        if known is not None:
            # Before the commit: a key that is in the database and nowhere else would be lost.
            data_dir.write_first_run(msgspec.structs.replace(known, base_url=base_url))
        workspace_id, workspace_name = await home_workspace(operator.conn, known)
        adopted = await adopt_provider_keys(operator, workspace_id, found_provider_keys(environment, catalog))
        demo_url = f"http://127.0.0.1:{local.port}/v1" if local else None
        await set_demo_provider(operator, workspace_id, demo, demo_url)
        if known is not None and known.workspace_id != workspace_id:
            known = None  # the notes of another database
        return Found(
            workspace_id=workspace_id,
            workspace_name=workspace_name,
            is_first=first is not None,
            known=known,
            adopted=adopted,
            providers=await provider_names(operator.conn, workspace_id),
            sign_in_link=await _sign_in_link(settings, operator, known, base_url),
        )


async def _sign_in_link(settings: Settings, operator: Operator, known: FirstRun | None, base_url: str) -> str | None:
    """For whoever sits at this machine. What listens for others may have its output in logs that others read."""
    user = await users.get_user_by_email(operator.conn, known.email) if known else None
    if user is None or user["suspended"] or not is_loopback(settings.host):
        return None
    return sign_in_link(base_url.removesuffix("/v1"), await mint_sign_in_link(operator, user))


async def _start_local_model(settings: Settings, lifeline: Lifeline) -> LocalModel | None:
    """None when it does not come up; `up` goes on without it."""
    port = free_loopback_port()
    environment = {name: value for name, value in os.environ.items() if name not in vendor_variables()}
    threads = min(2, os.cpu_count() or 1)
    child = local_model_child(port, threads, environment, lifeline, report)
    await child.start()
    if await wait_until_healthy(child, port):
        return LocalModel(child, port)
    await child.stop(LOCAL_STOP_S)
    return None
