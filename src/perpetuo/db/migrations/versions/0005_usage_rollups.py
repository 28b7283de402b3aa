"""Usage by tag and end user, latency percentiles, and an index for the requests that failed.

Purpose: `usage_counters` also counts fallbacks and substitutions and keeps histograms of latencies
(`core.latency_histogram`); `usage_labels` is the same by tag and by end user; `request_logs` finds errors without
reading what went well.
Locks: columns with constant defaults are no rewrite. The index is made on the parent alone, which is instant; small
partitions get theirs here, large ones later, without a lock, by `partitions.build_missing_indexes` (hourly, beside the
projector); until then a search for errors reads more.
The previous version projects on beside this one: it names the columns it inserts. What it counts has no percentiles and
no labels; those begin with the upgrade.
Way back: drops all of it.
"""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SMALL_PARTITION_BYTES = 64 * 1024 * 1024
"""An index on as much is built in well under a second; the projector waits for that long, and no request does."""

TABLES = """
ALTER TABLE usage_counters
    ADD COLUMN fallbacks bigint NOT NULL DEFAULT 0,
    ADD COLUMN substituted bigint NOT NULL DEFAULT 0,
    ADD COLUMN durations numeric NOT NULL DEFAULT 0,
    ADD COLUMN first_bytes numeric NOT NULL DEFAULT 0;

CREATE TABLE usage_labels (
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    hour timestamptz NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    errors bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cached_input_tokens bigint NOT NULL DEFAULT 0,
    cache_write_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    reasoning_tokens bigint NOT NULL DEFAULT 0,
    cost_nanousd bigint NOT NULL DEFAULT 0,
    unpriced_requests bigint NOT NULL DEFAULT 0,
    fallbacks bigint NOT NULL DEFAULT 0,
    substituted bigint NOT NULL DEFAULT 0,
    durations numeric NOT NULL DEFAULT 0,
    first_bytes numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, kind, hour, name, value),
    CONSTRAINT usage_labels_kind_check CHECK (kind IN ('tag', 'end_user'))
);
ALTER TABLE usage_labels ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_labels FORCE ROW LEVEL SECURITY;
CREATE POLICY every_workspace ON usage_labels FOR ALL TO perpetuo_system USING (true) WITH CHECK (true);
CREATE POLICY this_workspace ON usage_labels FOR ALL TO perpetuo_app
    USING (workspace_id = nullif(current_setting('perpetuo.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = nullif(current_setting('perpetuo.workspace_id', true), '')::uuid);
GRANT SELECT ON usage_labels TO perpetuo_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_labels TO perpetuo_system;

CREATE INDEX request_logs_errors_idx ON ONLY request_logs (workspace_id, id DESC) WHERE status >= 400;
"""

COLUMNS = ("fallbacks", "substituted", "durations", "first_bytes")


def upgrade() -> None:
    for statement in TABLES.split(";"):
        if statement.strip():
            op.execute(statement)
    small = text(
        "SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = 'request_logs'::regclass AND pg_relation_size(inhrelid) <= :bytes ORDER BY 1"
    )
    for (partition,) in op.get_bind().execute(small, {"bytes": SMALL_PARTITION_BYTES}).all():
        index = f"{partition}_errors_idx"
        op.execute(f"CREATE INDEX {index} ON {partition} (workspace_id, id DESC) WHERE status >= 400")
        op.execute(f"ALTER INDEX request_logs_errors_idx ATTACH PARTITION {index}")


def downgrade() -> None:
    op.execute("DROP INDEX request_logs_errors_idx")
    op.execute("DROP TABLE usage_labels")
    dropped = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)
    op.execute(f"ALTER TABLE usage_counters {dropped}")
