"""`perpetuo admin`: providers, API keys, workspaces and users, straight in the database."""

import os
import time
import uuid
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click
import msgspec

from perpetuo.cli.audit import audit
from perpetuo.cli.database_access import database, run_with_database
from perpetuo.cli.encryption import encryption
from perpetuo.cli.failures import Failure
from perpetuo.cli.offered_models import ask_for_models, parse_models
from perpetuo.cli.operator_records import (
    Operator,
    add_api_key,
    add_provider_key,
    add_workspace,
    change_database,
    change_workspace,
    find_workspace,
    operator_transaction,
)
from perpetuo.cli.options import load_settings
from perpetuo.cli.people import create_user, reset_link, sign_in_link, suspend_user
from perpetuo.cli.provider_environment import today
from perpetuo.cli.table import print_table
from perpetuo.control.provider_keys.validation import (
    KeyRefused,
    check_base_url,
    check_entered_secret,
    needs_secret,
)
from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import EgressBlocked
from perpetuo.core.snapshot import DEFAULT_PRIORITY, STRATEGIES, SUBSTITUTIONS
from perpetuo.db.queries import api_keys, provider_keys, workspaces
from perpetuo.db.settings_documents import WorkspaceSettings
from perpetuo.http.egress import EgressPolicy
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.settings import Settings

UNSET = "none"
"""What takes a setting of a workspace away again."""

workspace_option = click.option("--workspace", "-w", help="Name or id; not needed while there is only one.")


@click.group()
def admin() -> None:
    """Providers, API keys, workspaces, users. Takes effect in running gateways within a second."""


# --- providers ------------------------------------------------------------------------------------------------------


@admin.group()
def provider() -> None:
    """The keys a workspace has at its providers."""


@provider.command("add")
@workspace_option
@click.option("--provider", "vendor_name", required=True, help="openai, anthropic, groq, openrouter, custom, ...")
@click.option("--api-key", help="The key itself. It stays in your shell's history: --api-key-env is better.")
@click.option("--api-key-env", metavar="NAME", help="The environment variable that holds the key.")
@click.option("--base-url", help="As the vendor's own SDK takes it; OpenAI-compatible ones end in /v1.")
@click.option("--label", default="", help="To tell several keys of one provider apart.")
@click.option("--priority", type=click.IntRange(min=1), default=DEFAULT_PRIORITY, show_default=True,
              help="Lower is asked first.")  # fmt: skip
@click.option("--model", "model_texts", multiple=True, metavar="NAME[=TIER]",
              help="A model it offers; TIER is default, premium, fast, cheap, or embedding. Repeatable.")  # fmt: skip
def provider_add(
    workspace: str | None,
    vendor_name: str,
    api_key: str | None,
    api_key_env: str | None,
    base_url: str | None,
    label: str,
    priority: int,
    model_texts: tuple[str, ...],
) -> None:
    """Add a provider key to a workspace."""
    settings = load_settings()
    vendor = find_vendor(vendor_name)
    secret = read_secret(vendor, api_key, api_key_env)
    url = read_base_url(vendor, base_url)
    try:
        check_entered_secret(vendor, secret, url, time.time())
    except KeyRefused as refused:
        raise Failure(refused.sentence) from None
    models = parse_models(vendor, model_texts)
    if not models and vendor.self_hosted:
        models = _ask_or_explain(vendor, url, secret, settings)

    async def add(operator: Operator) -> tuple[str, str]:
        row = await find_workspace(operator.conn, workspace)
        key_id = await add_provider_key(
            operator,
            row["id"],
            vendor=vendor.name,
            secret=secret,
            label=label,
            base_url=base_url.rstrip("/") if base_url else None,
            priority=priority,
            models=models,
        )
        return key_id, row["name"]

    key_id, name = change_database(settings, add)
    click.echo(f"{key_id}  {vendor.name}{f' ({label})' if label else ''} added to workspace {name}")
    for model in models:
        click.echo(f"  serves {model.id} ({', '.join((model.intent, *model.tiers))})")
    if vendor.self_hosted and not any(model.tiers for model in models):
        click.echo("  serves no tier, only its models by name: assign one with --model NAME=TIER")
    _warn_when_blocked(url, settings)


def find_vendor(name: str) -> Vendor:
    vendors = load_catalog(today()).vendors
    vendor = vendors.get(name.lower())
    if vendor is None:
        raise Failure(f"There is no provider {name}: choose one of {', '.join(vendors)}.")
    return vendor


def read_secret(vendor: Vendor, api_key: str | None, api_key_env: str | None) -> str:
    """Empty for a server that wants none. Raises Failure."""
    if api_key is not None and api_key_env is not None:
        raise Failure("Give --api-key or --api-key-env, not both.")
    if api_key_env is not None:
        api_key = os.environ.get(api_key_env)
        if not api_key:
            raise Failure(f"The environment has no {api_key_env}.")
    secret = (api_key or "").strip()
    if not secret and needs_secret(vendor):
        raise Failure(f"{vendor.title} needs a key: give --api-key-env NAME, or --api-key KEY.")
    return secret


def read_base_url(vendor: Vendor, base_url: str | None) -> str:
    """The URL that will be used. Raises Failure."""
    try:
        return check_base_url(vendor, base_url)
    except KeyRefused as refused:
        raise Failure(f"--base-url: {refused.sentence}") from None


def _ask_or_explain(vendor: Vendor, url: str, secret: str, settings: Settings) -> tuple[Model, ...]:
    try:
        return ask_for_models(vendor, url, secret, settings.ca_bundle)
    except Failure as failure:
        click.echo(f"{failure.message} It is added without a model list and will be tried with any name.", err=True)
        return ()


def _warn_when_blocked(url: str, settings: Settings) -> None:
    try:
        EgressPolicy(settings.egress_allow).check_url(url)
    except EgressBlocked as blocked:
        click.echo(
            f"Requests to it will be refused until the gateway is started with PERPETUO_EGRESS_ALLOW naming it: "
            f"{blocked.message}",
            err=True,
        )


@provider.command("list")
@workspace_option
def provider_list(workspace: str | None) -> None:
    """Provider keys, in the order of their priority. LISTED: models of the vendor's own list beyond the catalog's."""

    async def read(database_url: str) -> list[dict[str, Any]]:
        async with operator_transaction(database_url) as conn:
            row = await find_workspace(conn, workspace)
            return await provider_keys.list_provider_keys(conn, row["id"])

    with database(load_settings()) as database_url:
        rows = run_with_database(read(database_url))
    print_table(
        ["ID", "PROVIDER", "LABEL", "KEY", "PRIORITY", "ENABLED", "MODELS", "LISTED", "LIST ERROR", "BASE URL"],
        [
            [
                row["id"],
                row["vendor"],
                row["label"] or None,
                f"...{row['secret_hint']}" if row["secret_hint"] else None,
                row["priority"],
                "yes" if row["enabled"] else "no",
                len(row["models"]) or None,
                len(row["discovered"]) if row["discovered_at"] else None,
                row["discovery_error"],
                row["base_url"],
            ]
            for row in rows
        ],
    )


@provider.command("remove")
@workspace_option
@click.argument("provider_key_id")
def provider_remove(workspace: str | None, provider_key_id: str) -> None:
    """Remove a provider key; its id is in `provider list`."""

    async def remove(operator: Operator) -> None:
        row, key_id = await find_workspace(operator.conn, workspace), require_uuid(provider_key_id)
        if not await provider_keys.delete_provider_key(operator.conn, row["id"], key_id):
            raise Failure(f"There is no provider key {provider_key_id}: see `perpetuo admin provider list`.")
        operator.note("provider_keys.delete", "provider_key", key_id, row["id"])

    change_database(load_settings(), remove)
    click.echo("removed")


# --- API keys -------------------------------------------------------------------------------------------------------


@admin.group()
def key() -> None:
    """The keys that applications use."""


@key.command("create")
@workspace_option
@click.option("--name", default="key", show_default=True, help="To tell keys apart.")
def key_create(workspace: str | None, name: str) -> None:
    """Make an API key and show it, once."""

    async def create(operator: Operator) -> tuple[str, str, str]:
        row = await find_workspace(operator.conn, workspace)
        return (*await add_api_key(operator, row["id"], name), row["name"])

    key_id, api_key, workspace_name = change_database(load_settings(), create)
    click.echo(api_key)
    click.echo(f"id {key_id}, workspace {workspace_name}; it can not be shown again.", err=True)


@key.command("list")
@workspace_option
def key_list(workspace: str | None) -> None:
    """API keys, revoked ones included."""

    async def read(database_url: str) -> list[dict[str, Any]]:
        async with operator_transaction(database_url) as conn:
            row = await find_workspace(conn, workspace)
            return await api_keys.list_api_keys(conn, row["id"])

    with database(load_settings()) as database_url:
        rows = run_with_database(read(database_url))
    print_table(
        ["ID", "NAME", "KEY", "CREATED", "EXPIRES", "REVOKED"],
        [
            [
                row["id"],
                row["name"],
                f"{row['prefix']}...{row['last4']}",
                _day(row["created_at"]),
                _day(row["expires_at"]),
                _day(row["revoked_at"]),
            ]
            for row in rows
        ],
    )


@key.command("revoke")
@workspace_option
@click.argument("api_key_id")
def key_revoke(workspace: str | None, api_key_id: str) -> None:
    """Revoke an API key; its id is in `key list`."""

    async def revoke(operator: Operator) -> None:
        row, key_id = await find_workspace(operator.conn, workspace), require_uuid(api_key_id)
        if not await api_keys.revoke_api_key(operator.conn, row["id"], key_id):
            raise Failure(f"There is no API key {api_key_id} that is still valid: see `perpetuo admin key list`.")
        operator.note("api_keys.revoke", "api_key", key_id, row["id"])

    change_database(load_settings(), revoke)
    click.echo("revoked")


# --- workspaces and users -------------------------------------------------------------------------------------------


@admin.group()
def workspace() -> None:
    """Tenants: each has its own keys, providers, quotas and logs."""


@workspace.command("list")
def workspace_list() -> None:
    """Workspaces and their settings; `-` is the default."""

    async def read(database_url: str) -> list[dict[str, Any]]:
        async with operator_transaction(database_url) as conn:
            return await workspaces.list_workspaces(conn)

    with database(load_settings()) as database_url:
        rows = run_with_database(read(database_url))
    documents = [(row, msgspec.convert(row["settings"], WorkspaceSettings)) for row in rows]
    print_table(
        ["ID", "NAME", "STRATEGY", "SUBSTITUTION", "UNKNOWN MODELS", "REQUESTS/MONTH", "TOKENS/MONTH", "SUSPENDED"],
        [
            [
                row["id"],
                row["name"],
                settings.strategy,
                settings.substitution,
                settings.unknown_models,
                settings.quota_requests_month,
                settings.quota_tokens_month,
                "yes" if row["suspended"] else "no",
            ]
            for row, settings in documents
        ],
    )


@workspace.command("create")
@click.argument("name")
@click.option("--owner", metavar="EMAIL", help="Its owner; the first user by default.")
def workspace_create(name: str, owner: str | None) -> None:
    """Make a workspace."""

    click.echo(change_database(load_settings(), lambda operator: add_workspace(operator, name, owner)))


@workspace.command("set")
@click.argument("name_or_id")
@click.option("--strategy", type=click.Choice([*STRATEGIES, UNSET]))
@click.option("--substitution", type=click.Choice(SUBSTITUTIONS))
@click.option("--unknown-models", type=click.Choice(["reject", "default"]))
@click.option(
    "--drop-reasoning",
    type=click.Choice(["on", "off"]),
    help="Leave out signed reasoning of one vendor, so that another can answer.",
)
@click.option("--quota-requests", metavar="N|none", help="Requests per calendar month (UTC).")
@click.option("--quota-tokens", metavar="N|none", help="Input and output tokens per calendar month (UTC).")
@click.option(
    "--price",
    "prices",
    multiple=True,
    metavar="VENDOR/MODEL=IN,OUT|none",
    help="What you pay, in USD per million input and output tokens, instead of the list price. May be repeated.",
)
@click.option("--suspended/--active", default=None, help="A suspended workspace gets 403 for every request.")
def workspace_set(
    name_or_id: str,
    strategy: str | None,
    substitution: str | None,
    unknown_models: str | None,
    drop_reasoning: str | None,
    quota_requests: str | None,
    quota_tokens: str | None,
    prices: tuple[str, ...],
    suspended: bool | None,
) -> None:
    """Change a workspace's settings; what is not named stays."""
    own_prices = dict(_own_price(price) for price in prices)
    changes: dict[str, Any] = {
        "strategy": strategy,
        "substitution": substitution,
        "unknown_models": unknown_models,
        "drop_reasoning": None if drop_reasoning is None else drop_reasoning == "on",
        "quota_requests_month": _quota(quota_requests, "--quota-requests"),
        "quota_tokens_month": _quota(quota_tokens, "--quota-tokens"),
    }
    changes = {name: None if value == UNSET else value for name, value in changes.items() if value is not None}
    if not changes and not own_prices and suspended is None:
        raise Failure("Nothing to change: see `perpetuo admin workspace set --help`.")

    async def change(operator: Operator) -> str:
        row, details = await find_workspace(operator.conn, name_or_id), dict[str, Any]()
        if changes or own_prices:
            details = await change_workspace(operator.conn, row["id"], changes, own_prices)
        if suspended is not None:
            await workspaces.set_workspace_suspended(operator.conn, row["id"], suspended=suspended)
            details["suspended"] = suspended
        operator.note("workspaces.update", "workspace", row["id"], row["id"], **details)
        return row["name"]

    click.echo(f"{change_database(load_settings(), change)} changed")


for command in (audit, create_user, encryption, reset_link, sign_in_link, suspend_user):
    admin.add_command(command)


def require_uuid(text: str) -> str:
    """Raises Failure."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Failure(f"{text} is not an id.") from None


def _own_price(text: str) -> tuple[str, list[dict[str, int]] | None]:
    """`openai/gpt-4o=2.5,10` -> the name and its bands in micro-USD per million tokens; None takes it away again.
    Raises Failure."""
    name, _, value = text.partition("=")
    if "/" in name and value == UNSET:
        return name, None
    try:
        amounts = [int(Decimal(part) * 1_000_000) for part in value.split(",")]
    except (InvalidOperation, ValueError, OverflowError):
        amounts = []
    if "/" not in name or len(amounts) != 2 or min(amounts) < 0:
        raise Failure(f"--price {text} is not like openai/gpt-4o=2.50,10.00 (USD per million tokens in and out).")
    return name, [{"input": amounts[0], "output": amounts[1]}]


def _quota(text: str | None, option: str) -> int | str | None:
    if text is None or text == UNSET:
        return text
    if not text.isascii() or not text.isdigit() or int(text) >= 2**63:
        raise Failure(f"{option} takes a number, or `none`.")
    return int(text)


def _day(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else None
