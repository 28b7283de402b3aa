"""What a vendor billed, where it says so apart from what was used.

Purpose: the cost of a row can be worked out again from the row alone. Two columns without a default: no rewrite, and no
long lock.
Way back: drops them. The previous version serves beside this one: it names the columns it inserts.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("billed_input_tokens", "billed_output_tokens")


def upgrade() -> None:
    added = ", ".join(f"ADD COLUMN {name} bigint" for name in COLUMNS)
    op.execute(f"ALTER TABLE request_logs {added}")


def downgrade() -> None:
    dropped = ", ".join(f"DROP COLUMN {name}" for name in COLUMNS)
    op.execute(f"ALTER TABLE request_logs {dropped}")
