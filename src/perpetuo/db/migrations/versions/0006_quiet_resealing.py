"""Sealing a provider key anew tells nobody.

Purpose: when ENCRYPTION_KEY is exchanged, every provider key is sealed anew (`db.resealing`); nothing that a gateway
holds changes with it. Ten thousand notifications would make each worker read ten thousand workspaces again for nothing.
Locks: replaces one function; nobody waits. The previous version does not seal anew, so nothing changes for it.
Way back: the function as it was.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE OR REPLACE FUNCTION perpetuo_notify_snapshot() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
    named text := TG_ARGV[0];
BEGIN
    {quiet}
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('perpetuo_snapshot', to_jsonb(OLD) ->> named);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('perpetuo_snapshot', to_jsonb(NEW) ->> named);
    END IF;
    RETURN NULL;
END
$fn$
"""

QUIET = """
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'provider_keys'
        AND current_setting('perpetuo.resealing', true) = 'on' THEN
        RETURN NULL;
    END IF;
"""


def upgrade() -> None:
    op.execute(FUNCTION.format(quiet=QUIET))


def downgrade() -> None:
    op.execute(FUNCTION.format(quiet=""))
