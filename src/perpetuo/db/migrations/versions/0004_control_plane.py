"""The control plane: who may do what in a workspace, sign-in, invitations, the audit log.

Purpose: memberships with roles (the owner of a workspace gets one by a trigger, so that the previous version can go on
making workspaces), sessions, machine tokens, invitations, one-time links, the audit log and its head, the
installation's own settings, and logged content. New tables and columns with defaults: no rewrite, no long lock.
Way back: drops all of it; `workspaces.owner_user_id` still names an owner.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE users ADD COLUMN suspended boolean NOT NULL DEFAULT false;

CREATE TABLE memberships (
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT memberships_role_check CHECK (role IN ('owner', 'admin', 'member', 'viewer'))
);
CREATE INDEX memberships_user_id_idx ON memberships (user_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_because text,
    address text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    CONSTRAINT sessions_refresh_hash_check CHECK (octet_length(refresh_hash) = 32)
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE access_tokens (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    created_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    last4 text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    actions jsonb NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT access_tokens_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX access_tokens_workspace_id_idx ON access_tokens (workspace_id);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    email text NOT NULL,
    role text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    invited_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT invitations_role_check CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    CONSTRAINT invitations_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX invitations_workspace_id_idx ON invitations (workspace_id);

CREATE TABLE one_time_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT one_time_tokens_token_hash_check CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX one_time_tokens_user_id_idx ON one_time_tokens (user_id);

CREATE TABLE audit_log (
    sequence bigint PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    workspace_id uuid,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id text,
    actor_name text NOT NULL,
    action text NOT NULL,
    target_kind text NOT NULL,
    target_id text,
    details jsonb NOT NULL,
    address text NOT NULL,
    entry_hash bytea NOT NULL,
    CONSTRAINT audit_log_entry_hash_check CHECK (octet_length(entry_hash) = 32)
);
CREATE INDEX audit_log_workspace_id_sequence_idx ON audit_log (workspace_id, sequence DESC);

CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true,
    entries bigint NOT NULL,
    last_hash bytea NOT NULL,
    seal bytea NOT NULL,
    CONSTRAINT audit_head_only_row_check CHECK (only_row)
);

CREATE TABLE installation (
    name text PRIMARY KEY,
    value jsonb NOT NULL
);

CREATE TABLE request_contents (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    content_sealed bytea NOT NULL
);
CREATE INDEX request_contents_workspace_id_id_idx ON request_contents (workspace_id, id);

INSERT INTO memberships (workspace_id, user_id, role) SELECT id, owner_user_id, 'owner' FROM workspaces;
"""

# table -> the column that names its workspace; None: perpetuo_app has no business there.
WORKSPACE_COLUMNS = {
    "memberships": "workspace_id",
    "sessions": None,
    "access_tokens": "workspace_id",
    "invitations": "workspace_id",
    "one_time_tokens": None,
    "audit_log": "workspace_id",
    "audit_head": None,
    "installation": None,
    "request_contents": "workspace_id",
}

# Nobody may change or delete an audit entry, the system role included.
GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships, invitations TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE ON access_tokens TO perpetuo_app;
GRANT SELECT ON audit_log, request_contents TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON memberships, sessions, access_tokens, invitations, one_time_tokens, installation, request_contents
    TO perpetuo_system;
GRANT SELECT, INSERT, UPDATE ON audit_head TO perpetuo_system;
GRANT SELECT, INSERT ON audit_log TO perpetuo_system;
"""

OWNER_IS_A_MEMBER = """
CREATE FUNCTION perpetuo_owner_is_a_member() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    INSERT INTO memberships (workspace_id, user_id, role) VALUES (NEW.id, NEW.owner_user_id, 'owner')
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$fn$
"""

AUDIT_IS_APPEND_ONLY = """
CREATE FUNCTION perpetuo_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$fn$
"""

TRIGGERS = """
CREATE TRIGGER owner_is_a_member AFTER INSERT ON workspaces
    FOR EACH ROW EXECUTE FUNCTION perpetuo_owner_is_a_member();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION perpetuo_audit_is_append_only();
"""


def upgrade() -> None:
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
    op.execute(OWNER_IS_A_MEMBER)
    op.execute(AUDIT_IS_APPEND_ONLY)
    _execute_each(TRIGGERS)


def downgrade() -> None:
    op.execute("DROP TRIGGER owner_is_a_member ON workspaces")
    for table in reversed(WORKSPACE_COLUMNS):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP FUNCTION perpetuo_owner_is_a_member()")
    op.execute("DROP FUNCTION perpetuo_audit_is_append_only()")
    op.execute("ALTER TABLE users DROP COLUMN suspended")


def _execute_each(statements: str) -> None:
    """asyncpg prepares what it executes, and a prepared statement is one statement."""
    for statement in statements.split(";"):
        if statement.strip():
            op.execute(statement)
