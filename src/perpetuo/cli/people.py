"""`perpetuo admin create-user`, `reset-link`, `suspend-user`: people, and who of them runs the installation."""

import os
from datetime import UTC, datetime

import click

from perpetuo.cli.data_dir import DataDir
from perpetuo.cli.failures import Failure
from perpetuo.cli.operator_records import Operator, Row, add_user, add_workspace, change_database, new_id
from perpetuo.cli.options import load_settings
from perpetuo.control.auth.reset_links import LIFETIME_S, TOKEN_BYTES, mint_reset_token
from perpetuo.control.auth.reset_links import reset_link as link_of
from perpetuo.control.auth.sign_in_links import LIFETIME_S as SIGN_IN_S
from perpetuo.control.auth.sign_in_links import mint_sign_in_token
from perpetuo.control.auth.sign_in_links import sign_in_link as sign_in_link_of
from perpetuo.control.email_address import is_email_address
from perpetuo.db.queries import users, workspaces
from perpetuo.db.queries.sessions import revoke_sessions_of_user
from perpetuo.settings import Settings


@click.command("create-user")
@click.argument("email")
@click.option("--workspace-name", default=None, help="Also make a workspace that the user owns.")
@click.option("--operator", "is_operator", is_flag=True, help="Runs the installation; the first user does anyway.")
def create_user(email: str, workspace_name: str | None, is_operator: bool) -> None:
    """Make a user, and a first workspace if there is none; shows the password, once."""
    email = require_email(email)

    async def create(operator: Operator) -> tuple[str, bool, str | None]:
        is_first = not await users.is_anybody_there(operator.conn)
        _, password = await add_user(operator, email, is_operator=is_operator or is_first)
        name = workspace_name or (None if await workspaces.list_workspaces(operator.conn) else "default")
        if name is not None:
            await add_workspace(operator, name, email)
        return password, is_operator or is_first, name

    password, runs_it, made = change_database(load_settings(), create)
    click.echo(password)
    click.echo(f"the password of {email}; it can not be shown again.", err=True)
    if runs_it:
        click.echo(f"{email} is an operator of this installation.", err=True)
    if made is not None:
        click.echo(f"workspace {made} made.", err=True)


@click.command("reset-link")
@click.argument("email")
def reset_link(email: str) -> None:
    """Print a link with which a user sets a new password: it works once, for an hour."""
    settings = load_settings()

    async def mint(operator: Operator) -> str:
        user = await _find_user(operator, email)
        token = await mint_reset_token(
            operator.conn,
            user["id"],
            token_id=new_id(),
            random=os.urandom(TOKEN_BYTES),
            now=datetime.now(UTC),
        )
        operator.note("users.reset_link", "user", user["id"])
        return token

    token = change_database(settings, mint)
    origin = settings.public_url or _local_url(settings)
    click.echo(link_of(origin or "", token))
    if origin is None:
        _warn_of_no_public_url()
    click.echo(f"works once, for {LIFETIME_S // 60} minutes. Whoever has it can set the password of {email}.", err=True)


@click.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link that signs a user in: it works once, for a quarter of an hour."""
    settings = load_settings()

    async def mint(operator: Operator) -> str:
        return await mint_sign_in_link(operator, await _find_user(operator, email))

    token = change_database(settings, mint)
    origin = settings.public_url or _local_url(settings)
    click.echo(sign_in_link_of(origin or "", token))
    if origin is None:
        _warn_of_no_public_url()
    click.echo(f"works once, for {SIGN_IN_S // 60} minutes. Whoever has it is {email}.", err=True)


async def mint_sign_in_link(operator: Operator, user: Row) -> str:
    """Its token."""
    token = await mint_sign_in_token(
        operator.conn, user["id"], token_id=new_id(), random=os.urandom(TOKEN_BYTES), now=datetime.now(UTC)
    )
    operator.note("users.sign_in_link", "user", user["id"])
    return token


@click.command("suspend-user")
@click.argument("email")
@click.option("--lift", is_flag=True, help="The other way round.")
def suspend_user(email: str, lift: bool) -> None:
    """A suspended user can not sign in, and is signed out everywhere at once."""

    async def suspend(operator: Operator) -> None:
        user = await _find_user(operator, email, lock=True)
        if not lift and not await users.other_operators(operator.conn, user["id"]):
            raise Failure(f"{email} is the last operator: make another one first.")
        await users.update_user(operator.conn, user["id"], {"suspended": not lift})
        if not lift:
            await revoke_sessions_of_user(operator.conn, user["id"], datetime.now(UTC), "suspended")
        operator.note("users.unsuspend" if lift else "users.suspend", "user", user["id"])

    change_database(load_settings(), suspend)
    click.echo(f"{email} {'may sign in again' if lift else 'suspended'}")


def _local_url(settings: Settings) -> str | None:
    """Of an `up` that runs here; where a `serve` listens is known to whoever started it."""
    data_dir = DataDir(settings.data_dir)
    known = data_dir.read_first_run() if data_dir.running() else None
    return known.base_url.removesuffix("/v1") if known else None


def _warn_of_no_public_url() -> None:
    click.echo("PERPETUO_PUBLIC_URL is not set: put the address where people reach the gateway before it.", err=True)


def require_email(text: str) -> str:
    """Raises Failure."""
    email = text.strip()
    if not is_email_address(email):
        raise Failure(f"{text} is not an e-mail address.")
    return email


async def _find_user(operator: Operator, email: str, *, lock: bool = False) -> Row:
    if lock:
        await users.lock_operators(operator.conn)
    user = await users.get_user_by_email(operator.conn, email)
    if user is None:
        raise Failure(f"There is no user {email}.")
    return user
