from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from perpetuo.control.display_name import DisplayName
from perpetuo.control.email_address import Email
from perpetuo.control.provider_keys.schemas import OfferedModel
from perpetuo.control.replies import Input, Model
from perpetuo.control.state import SignUp

VendorName = Annotated[str | None, Query(min_length=1, max_length=64, description="Null: of all.")]
Prefix = Annotated[str, Query(max_length=254, description="Only those that begin like this, in any case.")]
Quota = Annotated[
    int | None,
    Field(ge=0, le=2**53, description="Per calendar month, UTC. Null: none. The workspace's own can only be lower."),
]


class Account(Model):
    id: str
    email: str
    name: str
    is_operator: bool
    status: Literal["active", "suspended"]
    created_at: datetime


class UserWorkspace(Model):
    id: str
    name: str
    role: Literal["owner", "admin", "member", "viewer"]


class AccountDetail(Account):
    workspaces: list[UserWorkspace]


class UserCreate(Input):
    email: Email
    name: Annotated[DisplayName | None, Field(description="Null: none.")] = None
    is_operator: bool = False


class ResetLink(Model):
    """`link` works once, until `expires_at`, and is shown this once. It begins with a slash where PERPETUO_PUBLIC_URL
    does not say where people reach us, and `warnings` say so."""

    link: str
    warnings: list[str]
    expires_at: datetime


class NewAccount(Account):
    """Has no password yet: `reset_link` is how they set one."""

    reset_link: ResetLink


class MonthUsage(Model):
    """Since the first of the month, UTC; what is in the tables."""

    requests: int
    tokens: int
    cost_nanousd: int


class Limits(Model):
    """What the workspace may use in a month at most. Its own people can only set lower ones."""

    quota_requests_month: int | None
    quota_tokens_month: int | None


class LimitsUpdate(Input):
    """What is left out stays as it is; null takes a limit away."""

    quota_requests_month: Quota = None
    quota_tokens_month: Quota = None


class WorkspaceOverview(Model):
    id: str
    name: str
    owner_id: str
    owner_email: str
    status: Literal["active", "suspended"]
    created_at: datetime
    members: int
    provider_keys: int
    api_keys: int
    month: MonthUsage
    limits: Limits


class KeyUse(Model):
    """What is sealed with a key. `name`: under which this process has it; null: it has not."""

    key_id: str
    name: Literal["ENCRYPTION_KEY", "ENCRYPTION_KEY_NEXT"] | None
    seals: bool
    provider_keys: int
    request_contents: int
    audit_head: bool


class Encryption(Model):
    """`old_key_removable`: nothing needs ENCRYPTION_KEY any more, ENCRYPTION_KEY_NEXT's value can take its place."""

    keys: list[KeyUse]
    old_key_removable: bool


class Rotation(Encryption):
    """`finished` false: rotate again to go on. `unopened`: rows that no key of ours opens; they stay as they are."""

    provider_keys_sealed: int
    request_contents_sealed: int
    unopened: int
    finished: bool


class DatabaseHealth(Model):
    latency_ms: float
    server_version: str
    size_bytes: int
    connections: int
    connections_most: int
    schema_revision: str | None
    schema_needed: str
    months_ahead: Annotated[int, Field(description="Months after this one that have a partition; -1: not this one.")]


class ProjectorHealth(Model):
    """`newest_request_at`: of the requests that are in the tables. `journals`: files known, `journal_bytes`: of them in
    the tables."""

    newest_request_at: datetime | None
    newest_request_age_s: float | None
    journals: int
    journal_bytes: int


class PoolHealth(Model):
    """Connections of this worker's control plane."""

    size: int
    in_use: int


class WorkerHealth(Model):
    """The worker that answered. `prices_of`: the day whose prices it computes with."""

    pid: int
    version: str
    uptime_s: float
    draining: bool
    in_flight: int
    catalog_version: str
    prices_of: str
    snapshot_version: int
    snapshot_age_s: float | None
    workspaces: int
    provider_keys: int
    api_keys: int
    journal_bytes: int
    journal_unwritten: int
    journal_fsync: str
    open_intents: int
    events_dropped: dict[str, int]
    addresses_limited: int | None
    breakers_open: int
    keys_quarantined: int


class SystemHealth(Model):
    version: str
    database: DatabaseHealth
    projector: ProjectorHealth
    pool: PoolHealth
    worker: WorkerHealth | None


class VendorInCatalog(Model):
    name: str
    title: str
    protocol: str
    models: int
    models_without_price: list[str]


class Catalog(Model):
    """`price_data`: the package that list prices come from, with its version."""

    version: str
    price_data: str
    aliases: int
    vendors: list[VendorInCatalog]


class VendorPrices(Model):
    """`models`: with their prices in micro-USD per million tokens. `source_url`: the vendor's page that our row of it
    was read from, on `read_on`."""

    name: str
    title: str
    self_hosted: bool
    source_url: str
    read_on: str
    models: list[OfferedModel]


class PriceBook(Model):
    """List prices of the day this process started; what a workspace pays may differ. `price_data`: the package they
    come from, with its version; a model's `price_source` says where its own was read."""

    price_data: str
    vendors: list[VendorPrices]


class SignUpPolicy(Model):
    """`chosen_by`: an operator, or this process's settings."""

    sign_up: SignUp
    chosen_by: Literal["operator", "settings"]


class SignUpUpdate(Input):
    sign_up: Annotated[SignUp | None, Field(description="Null: what the settings say.")]
