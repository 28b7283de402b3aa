"""What the vendors' own model lists say.

Purpose: models beyond the catalog's are usable without an upgrade. Four columns with defaults (no rewrite, no long
lock); gateways are told only of columns that they read, so that taking turns at the lists wakes nobody.
Way back: drops the columns; the trigger is again the one for every update. The previous version serves beside this one:
it names the columns it inserts.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = {
    "discovered": "jsonb NOT NULL DEFAULT '[]'",
    "discovered_at": "timestamptz",
    "discovery_tried_at": "timestamptz",
    "discovery_error": "text",
}
WATCHED = "workspace_id, vendor, label, base_url, secret_sealed, priority, enabled, models, discovered"


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items())
    op.execute(f"ALTER TABLE provider_keys {added}")
    _watch(f"UPDATE OF {WATCHED}")


def downgrade() -> None:
    _watch("UPDATE")
    dropped = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)
    op.execute(f"ALTER TABLE provider_keys {dropped}")


def _watch(update: str) -> None:
    op.execute("DROP TRIGGER notify_snapshot ON provider_keys")
    op.execute(
        f"CREATE TRIGGER notify_snapshot AFTER INSERT OR DELETE OR {update} ON provider_keys "
        "FOR EACH ROW EXECUTE FUNCTION perpetuo_notify_snapshot('workspace_id')"
    )
