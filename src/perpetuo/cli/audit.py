"""`perpetuo admin audit`: whether the audit log is what was written."""

import re

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.cli.database_access import database, installation_keys, require_schema, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.cli.operator_records import Operator, change_database
from perpetuo.cli.options import load_settings
from perpetuo.core.audit_chain import SEAL_NOT_OURS, ChainCheck, Tampered, key_of_head
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries.audit_log import accept_audit_log, get_audit_head, read_audit_chain
from perpetuo.db.queries.installation import get_installation_value
from perpetuo.db.queries.sealing_key import SEALING_KEY, hold_sealing_key, set_sealing_key
from perpetuo.db.resealing import KeyUse, encryption_status
from perpetuo.db.sealing import Sealer, audit_key, key_id


class KeyNotGiven(Failure):
    """Not known whether the log is what was written: 2, where 1 says that it is not."""

    exit_code = 2


@click.group()
def audit() -> None:
    """The log of who changed what."""


@audit.command("verify")
@click.option(
    "--expect",
    metavar="ENTRIES:HASH",
    help="What an earlier run printed: the log has to go on from there. Finds a database set back to an older state.",
)
def verify(expect: str | None) -> None:
    """Read the whole audit log and tell the first entry that was changed, removed or put in; exit 1 if there is one,
    2 without the key that the log's head is sealed with.

    A gateway may be running: the log is read as it was at one moment.
    """
    settings = load_settings()
    expected = _parse_expected(expect)
    with database(settings) as database_url:
        check, found = run_with_database(_verify(database_url, installation_keys(settings), expected))
    if found is not None:
        where = "its head" if found.sequence is None else f"entry {found.sequence}"
        raise Failure(f"The audit log is not what was written, at {where}: {found.reason}.")
    click.echo(f"intact: {check.count} entries; note {check.count}:{check.last_hash.hex()} outside of the database")


@audit.command("reseal")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reseal(yes: bool) -> None:
    """Go on from the log as it is now, with this ENCRYPTION_KEY.

    Only after the key before was lost, or when you have looked into what `verify` found: until then nothing can be
    changed. The log itself will say that this was done. What the lost key sealed stays closed.
    """
    settings = load_settings()
    keys = installation_keys(settings)
    if not yes:
        click.confirm("Seal the audit log as it is now, whatever was done to it?", abort=True)

    async def accept(operator: Operator) -> None:
        sealing = await hold_sealing_key(operator.conn)
        head = await get_audit_head(operator.conn)
        if head is not None and key_of_head(head, [audit_key(key) for key in keys]) is not None:
            raise Failure("The audit log's head is sealed with this ENCRYPTION_KEY: there is nothing to do.")
        if sealing is not None and sealing not in map(key_id, keys):
            await set_sealing_key(operator.conn, key_id(keys[0]))
        entries = await accept_audit_log(operator.conn, audit_key(keys[0]))
        operator.note("audit.reseal", "installation", None, entries=entries, head_said=head and head.entries)

    change_database(settings, accept)
    click.echo("sealed; provider keys that do not open any more are named by `perpetuo doctor`")


async def _verify(
    database_url: str, keys: tuple[bytes, ...], expected: tuple[int, bytes] | None
) -> tuple[ChainCheck, Tampered | None]:
    """Raises KeyNotGiven."""
    await require_schema(database_url)
    engine = create_engine(database_url, "perpetuo_system", pool_size=1)
    check = ChainCheck(expected)
    try:
        async with system_transaction(engine, repeatable=True) as conn:
            async for entry, stored_hash in read_audit_chain(conn):
                found = check.add(entry, stored_hash)
                if found is not None:
                    return check, found
            found = check.finish(await get_audit_head(conn), [audit_key(key) for key in keys])
        if found == SEAL_NOT_OURS:
            await _require_the_key(engine, keys)
        return check, found
    finally:
        await engine.dispose()


async def _require_the_key(engine: AsyncEngine, keys: tuple[bytes, ...]) -> None:
    """Raises KeyNotGiven unless one of these is known to be the installation's."""
    status = await encryption_status(
        engine, Sealer(keys[0], others=keys[1:]), {key_id(key): audit_key(key) for key in keys}
    )
    async with system_transaction(engine) as conn:
        sealing: str | None = await get_installation_value(conn, SEALING_KEY)
    given = [key_id(key) for key in keys]
    why = why_not_our_key(given, sealing, status.keys)
    if why is not None:
        raise KeyNotGiven(why)


def why_not_our_key(given: list[str], sealing: str | None, uses: tuple[KeyUse, ...]) -> str | None:
    """None when one of the given keys is the installation's. sealing: the key that the installation says it seals with;
    before its first rotation it does not, and what is sealed says it."""
    used = [use.key_id for use in uses if use.provider_keys or use.request_contents]
    if sealing in given or (sealing is None and set(used) & set(given)):
        return None
    ours = sealing or (used[0] if used else None)
    if ours is None:
        return (
            "The audit log's head is not sealed with a key given here, and nothing else is sealed that would tell "
            f"which key this installation has. If it is the one given ({', '.join(given)}), the log is not what was "
            "written; if not, give it as ENCRYPTION_KEY."
        )
    return (
        f"The audit log's head is sealed with another key than those given here ({', '.join(given)}): this "
        f"installation's has the id {ours}. Give it as ENCRYPTION_KEY or ENCRYPTION_KEY_NEXT: without it nobody can "
        "tell whether the log is what was written."
    )


def _parse_expected(text: str | None) -> tuple[int, bytes] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if match is None:
        raise Failure("--expect takes what `perpetuo admin audit verify` printed: a number, a colon, 64 hex digits.")
    return int(match[1]), bytes.fromhex(match[2])
