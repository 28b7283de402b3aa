"""The tables as SQLAlchemy sees them. The truth is in `migrations/`; a test compares the two."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

EMPTY_OBJECT = text("'{}'::jsonb")
EMPTY_LIST = text("'[]'::jsonb")

users = Table(
    "users",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("email", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("is_operator", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Can not sign in, and their sessions and tokens stop working at once.
    Column("suspended", Boolean, nullable=False, server_default=text("false")),
)
Index("users_email_key", func.lower(users.c.email), unique=True)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner_user_id", Uuid(as_uuid=False), ForeignKey("users.id"), nullable=False),
    # A `WorkspaceSettings`.
    Column("settings", JSONB, nullable=False, server_default=EMPTY_OBJECT),
    Column("suspended", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("workspaces_owner_user_id_idx", "owner_user_id"),
)

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("vendor", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    Column("base_url", Text),
    # `sealing.Sealer`, at Place(workspace_id, "provider_keys", id, "secret_sealed").
    Column("secret_sealed", LargeBinary, nullable=False),
    # The last four characters, for people to tell keys apart.
    Column("secret_hint", Text, nullable=False, server_default=""),
    Column("priority", Integer, nullable=False, server_default=text("100")),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    # A list of `core.catalog.Model`.
    Column("models", JSONB, nullable=False, server_default=EMPTY_LIST),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # A list of `core.catalog.Model` too: what the vendor's own list had, when it was read, and what went wrong since.
    Column("discovered", JSONB, nullable=False, server_default=EMPTY_LIST),
    Column("discovered_at", DateTime(timezone=True)),
    Column("discovery_tried_at", DateTime(timezone=True)),
    Column("discovery_error", Text),
    UniqueConstraint("workspace_id", "vendor", "label"),
    CheckConstraint("priority >= 1", name="priority"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("last4", Text, nullable=False),
    # SHA-256 of the whole key.
    Column("key_hash", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_used_at", DateTime(timezone=True)),
    # An `ApiKeySettings`.
    Column("settings", JSONB, nullable=False, server_default=EMPTY_OBJECT),
    UniqueConstraint("key_hash"),
    CheckConstraint("octet_length(key_hash) = 32", name="key_hash"),
    Index("api_keys_workspace_id_idx", "workspace_id"),
)

# One row per request: `ledger.records.Settlement`, flattened. A NULL token count was not reported, a NULL cost is
# unknown. Partitioned by UUIDv7 month (`partitions.py`).
request_logs = Table(
    "request_logs",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), nullable=False),
    Column("api_key_id", Uuid(as_uuid=False), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("requested_model", Text, nullable=False),
    Column("streaming", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("tags", JSONB, nullable=False),
    Column("alias", Text),
    Column("intent", Text),
    Column("tier", Text),
    Column("strategy", Text),
    Column("strategy_source", Text),
    Column("decision", JSONB),
    Column("attempts", JSONB, nullable=False),
    Column("provider", Text),
    Column("provider_key_id", Text),
    Column("model", Text),
    Column("fallback_used", Boolean, nullable=False),
    Column("substituted", Text, nullable=False),
    Column("error_code", Text),
    Column("input_tokens", BigInteger),
    Column("cached_input_tokens", BigInteger),
    Column("cache_write_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("reasoning_tokens", BigInteger),
    Column("usage_source", Text, nullable=False),
    Column("cost_nanousd", BigInteger),
    Column("price_source", Text),
    Column("first_byte_ms", Double),
    Column("duration_ms", Double, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("finish_reason", Text),
    Column("end_user", Text),
    # Where the vendor bills other counts than those it reports as used; else NULL.
    Column("billed_input_tokens", BigInteger),
    Column("billed_output_tokens", BigInteger),
    postgresql_partition_by="RANGE (id)",
)
Index("request_logs_workspace_id_id_idx", request_logs.c.workspace_id, request_logs.c.id.desc())
Index(
    "request_logs_errors_idx",
    request_logs.c.workspace_id,
    request_logs.c.id.desc(),
    postgresql_where=request_logs.c.status >= 400,
)


def _measures() -> list[Column[Any]]:
    """What both rollups count. durations, first_bytes: a `core.latency_histogram` of the requests that succeeded."""
    counted = (
        "requests", "errors", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
        "reasoning_tokens", "cost_nanousd", "unpriced_requests", "fallbacks", "substituted",
    )  # fmt: skip
    return [
        *(Column(name, BigInteger, nullable=False, server_default=text("0")) for name in counted),
        *(Column(name, Numeric, nullable=False, server_default=text("0")) for name in ("durations", "first_bytes")),
    ]


# Sums per workspace, hour, API key, provider, model and alias; '' where a request had none of these.
# Requests that were refused before any attempt are not counted: they spend no quota.
usage_counters = Table(
    "usage_counters",
    metadata,
    Column("workspace_id", Uuid(as_uuid=False), primary_key=True),
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("api_key_id", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("alias", Text, primary_key=True),
    *_measures(),
)

# The same sums per tag (name and value) and per end user (name is ''). Clients choose these: of each kind an hour of a
# workspace holds `projection.LABELS_PER_HOUR`, and one more for the rest (`projection.OTHER`).
usage_labels = Table(
    "usage_labels",
    metadata,
    Column("workspace_id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    *_measures(),
    CheckConstraint("kind IN ('tag', 'end_user')", name="kind"),
)

# How far the projector has read each journal file, in bytes; moves in the transaction of the rows.
journal_positions = Table(
    "journal_positions",
    metadata,
    Column("journal", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

ROLES = "role IN ('owner', 'admin', 'member', 'viewer')"

# Who may do what in which workspace (`core.access.Role`). A trigger makes the owner's with the workspace.
memberships = Table(
    "memberships",
    metadata,
    Column("workspace_id", Uuid(as_uuid=False), ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(ROLES, name="role"),
    Index("memberships_user_id_idx", "user_id"),
)

# Where somebody is signed in. refresh_hash: SHA-256 of the one refresh token that is valid now.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("user_id", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("refresh_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_because", Text),
    Column("address", Text, nullable=False, server_default=""),
    Column("user_agent", Text, nullable=False, server_default=""),
    CheckConstraint("octet_length(refresh_hash) = 32", name="refresh_hash"),
    Index("sessions_user_id_idx", "user_id"),
)

# `ppt_` tokens of machines. actions: a list of `core.access.Action`, at most what their maker may do.
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("created_by", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("actions", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_used_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    Index("access_tokens_workspace_id_idx", "workspace_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("invited_by", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("accepted_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash"),
    CheckConstraint(ROLES, name="role"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    Index("invitations_workspace_id_idx", "workspace_id"),
)

# Links that work once, for a person: purpose `password_reset` or `sign_in`.
one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("user_id", Uuid(as_uuid=False), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    UniqueConstraint("token_hash"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    Index("one_time_tokens_user_id_idx", "user_id"),
)

# One entry per change, chained (`core.audit_chain`); a trigger refuses changes. workspace_id: NULL = the installation.
audit_log = Table(
    "audit_log",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid(as_uuid=False), nullable=False),
    Column("workspace_id", Uuid(as_uuid=False)),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Text),
    Column("details", JSONB, nullable=False),
    Column("address", Text, nullable=False),
    Column("entry_hash", LargeBinary, nullable=False),
    UniqueConstraint("id"),
    CheckConstraint("octet_length(entry_hash) = 32", name="entry_hash"),
)
Index("audit_log_workspace_id_sequence_idx", audit_log.c.workspace_id, audit_log.c.sequence.desc())

# How long the chain is and how it ends, under a seal that the database's owner can not make.
audit_head = Table(
    "audit_head",
    metadata,
    Column("only_row", Boolean, primary_key=True, server_default=text("true")),
    Column("entries", BigInteger, nullable=False),
    Column("last_hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    CheckConstraint("only_row", name="only_row"),
)

# What the operators set for everybody: `sign_up`, `sealing_key`.
installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
)

# What was asked and answered, where a workspace wants it kept: `sealing.Sealer`, at
# Place(workspace_id, "request_contents", id, "content_sealed"). id: the request's.
request_contents = Table(
    "request_contents",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("workspace_id", Uuid(as_uuid=False), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Index("request_contents_workspace_id_id_idx", "workspace_id", "id"),
)
