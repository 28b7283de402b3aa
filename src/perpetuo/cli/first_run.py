"""What `up` makes sure of in the database: a user, a workspace, an API key; provider keys that were lying about."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.cli.data_dir import FirstRun
from perpetuo.cli.operator_records import (
    Operator,
    add_api_key,
    add_provider_key,
    add_user,
    add_workspace,
    find_workspace,
)
from perpetuo.core.catalog import Vendor
from perpetuo.db.queries import provider_keys, users, workspaces

EMAIL = "owner@perpetuo.local"
WORKSPACE = "default"
API_KEY_NAME = "first-run"

FROM_ENVIRONMENT = "environment"
"""The label of provider keys that `up` took over."""
DEMO = "demo"


class Found(msgspec.Struct, frozen=True):
    """is_first: user, workspace and key were made just now. known: the first run's notes, None when they are gone.
    adopted: vendors whose keys were taken over this time. providers: every enabled provider key, `vendor (label)`.
    sign_in_link: works once; None where the first user is not there any more, or others than this machine's people
    could read it."""

    workspace_id: str
    workspace_name: str
    is_first: bool
    known: FirstRun | None
    adopted: tuple[str, ...]
    providers: tuple[str, ...]
    sign_in_link: str | None = None


async def make_first_records(operator: Operator, base_url: str) -> FirstRun | None:
    """None when there is a user already: then nothing is made."""
    if await users.list_users(operator.conn):
        return None
    _, password = await add_user(operator, EMAIL, is_operator=True)
    workspace_id = await add_workspace(operator, WORKSPACE, EMAIL)
    _, api_key = await add_api_key(operator, workspace_id, API_KEY_NAME)
    return FirstRun(base_url=base_url, api_key=api_key, workspace_id=workspace_id, email=EMAIL, password=password)


async def home_workspace(conn: AsyncConnection, known: FirstRun | None) -> tuple[str, str]:
    """Id and name of the workspace that `up` looks after: the first run's, else the oldest. Raises Failure."""
    row = await workspaces.get_workspace(conn, known.workspace_id) if known else None
    if row is None:
        row = next(iter(await workspaces.list_workspaces(conn)), None) or await find_workspace(conn, None)
    return row["id"], row["name"]


async def adopt_provider_keys(operator: Operator, workspace_id: str, found: dict[str, str]) -> tuple[str, ...]:
    """found: vendor -> key from the environment. Only vendors that the workspace has no key for are taken over, so
    that what an operator entered, changed or switched off stays."""
    known = {row["vendor"] for row in await provider_keys.list_provider_keys(operator.conn, workspace_id)}
    adopted = [vendor for vendor in found if vendor not in known]
    for vendor in adopted:
        await add_provider_key(operator, workspace_id, vendor=vendor, secret=found[vendor], label=FROM_ENVIRONMENT)
    return tuple(adopted)


async def set_demo_provider(operator: Operator, workspace_id: str, vendor: Vendor, base_url: str | None) -> None:
    """base_url: where the demo model listens this time; None = it does not run: its provider key is switched off."""
    row = await provider_keys.find_provider_key(operator.conn, workspace_id, vendor.name, DEMO)
    if row is not None:
        changes = {"enabled": False} if base_url is None else {"enabled": True, "base_url": base_url}
        if all(row[column] == value for column, value in changes.items()):
            return
        await provider_keys.update_provider_key(operator.conn, workspace_id, row["id"], changes)
        operator.note("provider_keys.update", "provider_key", row["id"], workspace_id, **changes)
    elif base_url is not None:
        await add_provider_key(operator, workspace_id, vendor=vendor.name, secret="", label=DEMO, base_url=base_url)


async def provider_names(conn: AsyncConnection, workspace_id: str) -> tuple[str, ...]:
    rows = await provider_keys.list_provider_keys(conn, workspace_id)
    return tuple(
        f"{row['vendor']} ({row['label']})" if row["label"] else row["vendor"] for row in rows if row["enabled"]
    )
