"""The first tables.

Purpose: users, workspaces and their keys, request logs and usage counters, behind row-level security.
Way back: drops all of it; the roles stay while another database of the server uses them.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the whole server, so another database may have made them. Since PostgreSQL 16 making a role does
# not include the right to become it; the grant that gives it must not also inherit its rights.
# Source: https://www.postgresql.org/docs/18/sql-grant.html, read 2026-11-23.
ROLES = """
DO $do$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['perpetuo_app', 'perpetuo_system'] LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended('role ' || wanted, 0));
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format(
                    'CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
            RAISE EXCEPTION 'role % exists with rights it must not have: NOSUPERUSER NOBYPASSRLS NOLOGIN', wanted;
        END IF;
        IF current_setting('server_version_num')::int < 160000 THEN
            IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
            END IF;
        ELSIF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', wanted);
        END IF;
    END LOOP;
END
$do$
"""

TABLES = """
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    password_hash text NOT NULL,
    name text NOT NULL DEFAULT '',
    is_operator boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    owner_user_id uuid NOT NULL REFERENCES users (id),
    settings jsonb NOT NULL DEFAULT '{}',
    suspended boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX workspaces_owner_user_id_idx ON workspaces (owner_user_id);

CREATE TABLE provider_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    vendor text NOT NULL,
    label text NOT NULL DEFAULT '',
    base_url text,
    secret_sealed bytea NOT NULL,
    secret_hint text NOT NULL DEFAULT '',
    priority integer NOT NULL DEFAULT 100,
    enabled boolean NOT NULL DEFAULT true,
    models jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, vendor, label),
    CONSTRAINT provider_keys_priority_check CHECK (priority >= 1)
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    last4 text NOT NULL,
    key_hash bytea NOT NULL UNIQUE,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    settings jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT api_keys_key_hash_check CHECK (octet_length(key_hash) = 32)
);
CREATE INDEX api_keys_workspace_id_idx ON api_keys (workspace_id);

CREATE TABLE request_logs (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    endpoint text NOT NULL,
    requested_model text NOT NULL,
    streaming boolean NOT NULL,
    outcome text NOT NULL,
    status integer NOT NULL,
    tags jsonb NOT NULL,
    alias text,
    intent text,
    tier text,
    strategy text,
    strategy_source text,
    decision jsonb,
    attempts jsonb NOT NULL,
    provider text,
    provider_key_id text,
    model text,
    fallback_used boolean NOT NULL,
    substituted text NOT NULL,
    error_code text,
    input_tokens bigint,
    cached_input_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    usage_source text NOT NULL,
    cost_nanousd bigint,
    price_source text,
    first_byte_ms double precision,
    duration_ms double precision NOT NULL,
    partial boolean NOT NULL,
    finish_reason text,
    end_user text
) PARTITION BY RANGE (id);
CREATE INDEX request_logs_workspace_id_id_idx ON request_logs (workspace_id, id DESC);
CREATE TABLE request_logs_default PARTITION OF request_logs DEFAULT;

CREATE TABLE usage_counters (
    workspace_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    api_key_id text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    alias text NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    errors bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cached_input_tokens bigint NOT NULL DEFAULT 0,
    cache_write_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    reasoning_tokens bigint NOT NULL DEFAULT 0,
    cost_nanousd bigint NOT NULL DEFAULT 0,
    unpriced_requests bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, hour, api_key_id, provider, model, alias)
);

CREATE TABLE journal_positions (
    journal text PRIMARY KEY,
    position bigint NOT NULL
);
"""

# table -> the column that names its workspace; None: perpetuo_app has no business there.
WORKSPACE_COLUMNS = {
    "users": None,
    "workspaces": "id",
    "provider_keys": "workspace_id",
    "api_keys": "workspace_id",
    "request_logs": "workspace_id",
    "usage_counters": "workspace_id",
    "journal_positions": None,
}

# Partitions get no grants: queried directly they would bypass the policies of request_logs.
GRANTS = """
GRANT USAGE ON SCHEMA public TO perpetuo_app, perpetuo_system;
GRANT SELECT ON workspaces, request_logs, usage_counters TO perpetuo_app;
GRANT UPDATE (name, settings) ON workspaces TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_keys TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE ON api_keys TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON users, workspaces, provider_keys, api_keys, request_logs, usage_counters, journal_positions
    TO perpetuo_system;
"""

# An API key's `last_used_at` changes all the time and is nothing a gateway needs to know.
NOTIFY = """
CREATE FUNCTION perpetuo_notify_snapshot() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
    named text := TG_ARGV[0];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('perpetuo_snapshot', to_jsonb(OLD) ->> named);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('perpetuo_snapshot', to_jsonb(NEW) ->> named);
    END IF;
    RETURN NULL;
END
$fn$;
CREATE TRIGGER notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON workspaces
    FOR EACH ROW EXECUTE FUNCTION perpetuo_notify_snapshot('id');
CREATE TRIGGER notify_snapshot AFTER INSERT OR UPDATE OR DELETE ON provider_keys
    FOR EACH ROW EXECUTE FUNCTION perpetuo_notify_snapshot('workspace_id');
CREATE TRIGGER notify_snapshot
    AFTER INSERT OR DELETE OR UPDATE OF workspace_id, name, key_hash, expires_at, revoked_at, settings ON api_keys
    FOR EACH ROW EXECUTE FUNCTION perpetuo_notify_snapshot('workspace_id');
"""

# The schema grant goes first: a role that still has one can not be dropped.
DROP_ROLES = """
DO $do$
DECLARE
    unwanted text;
BEGIN
    FOREACH unwanted IN ARRAY ARRAY['perpetuo_app', 'perpetuo_system'] LOOP
        BEGIN
            EXECUTE format('REVOKE ALL ON SCHEMA public FROM %I', unwanted);
            EXECUTE format('DROP ROLE IF EXISTS %I', unwanted);
        EXCEPTION WHEN dependent_objects_still_exist OR object_in_use OR insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
END
$do$
"""


def upgrade() -> None:
    op.execute(ROLES)
    _execute_each(TABLES)
    for table, column in WORKSPACE_COLUMNS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY every_workspace ON {table} FOR ALL TO perpetuo_system USING (true) WITH CHECK (true)"
        )
        if column is not None:
            this_one = f"{column} = nullif(current_setting('perpetuo.workspace_id', true), '')::uuid"
            op.execute(
                f"CREATE POLICY this_workspace ON {table} FOR ALL TO perpetuo_app "
                f"USING ({this_one}) WITH CHECK ({this_one})"
            )
    _execute_each(GRANTS)
    function, triggers = NOTIFY.split("$fn$;", 1)
    op.execute(function + "$fn$")
    _execute_each(triggers)


def downgrade() -> None:
    for table in reversed(WORKSPACE_COLUMNS):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP FUNCTION perpetuo_notify_snapshot()")
    op.execute(DROP_ROLES)


def _execute_each(statements: str) -> None:
    """asyncpg prepares what it executes, and a prepared statement is one statement."""
    for statement in statements.split(";"):
        if statement.strip():
            op.execute(statement)
