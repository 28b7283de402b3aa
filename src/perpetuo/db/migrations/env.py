"""Alembic's entry: runs on the connection `migrate.py` hands over, in the transaction that holds its lock."""

from alembic import context

from perpetuo.db.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("run `perpetuo migrate`: it brings the connection and the lock")
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
