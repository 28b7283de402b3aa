"""`perpetuo admin encryption`: which key seals the stored secrets, and the way from one to the next."""

import os

import click

from perpetuo.cli.database_access import build_sealer, database, installation_keys, require_schema, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.cli.operator_records import operator_change, operator_transaction
from perpetuo.cli.options import load_settings
from perpetuo.cli.table import print_table
from perpetuo.db.engine import create_engine
from perpetuo.db.queries.audit_log import AuditHeadBroken
from perpetuo.db.queries.sealing_key import gateways_without, hold_sealing_key, next_key_missing, set_sealing_key
from perpetuo.db.resealing import EncryptionStatus, Resealed, encryption_status, reseal
from perpetuo.db.sealing import Sealer, audit_key, key_id
from perpetuo.settings import Settings

TURN_S = 60.0


@click.group()
def encryption() -> None:
    """The key that seals what is stored, and its exchange for ENCRYPTION_KEY_NEXT."""


@encryption.command("status")
def status() -> None:
    """Keys by their id, what is sealed with each, and whether the old one can go."""
    _print_status(_status(load_settings()))


@encryption.command("rotate")
def rotate() -> None:
    """Seal everything with ENCRYPTION_KEY_NEXT, which every process of the installation has to have by now.

    Gateways may be running. Can be stopped, and started again, at any time.
    """
    settings = load_settings()
    keys = installation_keys(settings)
    if len(keys) == 1:
        raise Failure("ENCRYPTION_KEY_NEXT is not set: give it to every process first, then rotate to it.")
    with database(settings) as database_url:
        done = run_with_database(_rotate(database_url, keys))
    click.echo(f"sealed anew: {done.provider_keys} provider keys, {done.request_contents} logged contents")
    if done.unopened:
        click.echo(f"{done.unopened} rows open with neither key and were left as they are.", err=True)
    if not done.finished:
        raise Failure("Some rows were in use all the time: rotate again.")
    _print_status(_status(settings))


async def _rotate(database_url: str, keys: tuple[bytes, ...]) -> Resealed:
    wanted = key_id(keys[1])

    async with operator_change(database_url, keys) as operator:
        without = await gateways_without(operator.conn, wanted)
        if without:
            raise Failure(next_key_missing(without))
        began = await set_sealing_key(operator.conn, wanted)
        operator.note("encryption.rotate", "installation", None, key_id=wanted, began=began)
    engine = create_engine(database_url, "perpetuo_system", pool_size=1)
    total = Resealed(0, 0, 0, finished=False)
    try:
        while not total.finished:
            turn = await reseal(
                engine, Sealer(keys[0], others=keys[1:]), _audit_keys(keys), wanted, os.urandom, within_s=TURN_S
            )
            total = Resealed(
                total.provider_keys + turn.provider_keys,
                total.request_contents + turn.request_contents,
                turn.unopened,
                turn.finished,
            )
            if not turn.finished and not turn.provider_keys and not turn.request_contents:
                break
    except AuditHeadBroken as broken:
        raise Failure(str(broken)) from None
    finally:
        await engine.dispose()
    return total


async def require_sealing_key(database_url: str, keys: tuple[bytes, ...]) -> None:
    """Raises Failure when the installation seals with a key that is none of these: whoever is started again after a
    rotation, without the new key, could open nothing."""
    async with operator_transaction(database_url) as conn:
        sealing = await hold_sealing_key(conn)
    if sealing is not None and sealing not in map(key_id, keys):
        raise Failure(
            f"This installation was rotated to the key with the id {sealing}; given here: "
            f"{', '.join(map(key_id, keys))}. Give it as ENCRYPTION_KEY. Only if it is lost for good: `perpetuo admin "
            "audit reseal`, after which what it sealed stays closed."
        )


def _status(settings: Settings) -> EncryptionStatus:
    keys, sealer = installation_keys(settings), build_sealer(settings)

    async def read(database_url: str) -> EncryptionStatus:
        await require_schema(database_url)
        engine = create_engine(database_url, "perpetuo_system", pool_size=1)
        try:
            return await encryption_status(engine, sealer, _audit_keys(keys))
        finally:
            await engine.dispose()

    with database(settings) as database_url:
        return run_with_database(read(database_url))


def _audit_keys(keys: tuple[bytes, ...]) -> dict[str, bytes]:
    return {key_id(key): audit_key(key) for key in keys}


def _print_status(status: EncryptionStatus) -> None:
    names = {status.current: "ENCRYPTION_KEY", status.following: "ENCRYPTION_KEY_NEXT"}
    print_table(
        ["KEY ID", "NAME", "SEALS", "PROVIDER KEYS", "CONTENTS", "AUDIT HEAD"],
        [
            [
                use.key_id,
                names.get(use.key_id),
                "yes" if use.key_id == status.sealing else "no",
                use.provider_keys,
                use.request_contents,
                "yes" if use.audit_head else "no",
            ]
            for use in status.keys
        ],
    )
    if status.sealing not in names:
        click.echo(f"The key that seals, {status.sealing}, is neither of these: this process was not given it.")
    elif status.following is None:
        click.echo("No exchange is under way: ENCRYPTION_KEY_NEXT is not set.")
    elif status.old_key_removable:
        click.echo("The old key can go: make ENCRYPTION_KEY_NEXT's value ENCRYPTION_KEY everywhere.")
    else:
        click.echo("The old key is still needed: run `perpetuo admin encryption rotate`.")
