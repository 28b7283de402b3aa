import asyncio
import stat

import pytest
from sqlalchemy import select

from perpetuo.core.catalog import Catalog
from perpetuo.db.backup import BackupFailed, backup, restore
from perpetuo.db.engine import create_engine, workspace_transaction
from perpetuo.db.queries import workspaces as workspace_queries
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.db.tables import workspaces


async def names(database_url):
    engine = create_engine(database_url, "perpetuo_system")
    async with engine.connect() as conn:
        found = set(await conn.scalars(select(workspaces.c.name)))
    await engine.dispose()
    return found


async def test_a_restore_brings_back_rows_roles_and_policies(database_url, engine, seed, sealer, tmp_path):
    one = await seed("kept")
    file = tmp_path / "perpetuo.dump"
    await asyncio.to_thread(backup, database_url, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await seed("lost")
    await engine.dispose()
    await restore(database_url, file)
    assert await names(database_url) == {"kept"}
    restored = create_engine(database_url)
    async with workspace_transaction(restored, "00000000-0000-4000-8000-000000000001") as conn:
        assert await workspace_queries.list_workspaces(conn) == []
    async with workspace_transaction(restored, one.workspace_id) as conn:
        assert len(await workspace_queries.list_workspaces(conn)) == 1
    loader = SnapshotLoader(restored, Catalog("", {}, {}, {}), sealer)
    assert (await loader.load_all())[0].keys() == {one.workspace_id}
    await restored.dispose()


async def test_a_file_that_is_no_backup_leaves_the_database_as_it_was(database_url, engine, seed, tmp_path):
    await seed("kept")
    await engine.dispose()
    file = tmp_path / "broken.dump"
    for content in (b"", b"not a dump", None):
        if content is None:
            file = tmp_path / "missing.dump"
        else:
            file.write_bytes(content)
        with pytest.raises(BackupFailed):
            await restore(database_url, file)
    assert await names(database_url) == {"kept"}


async def test_a_database_in_use_is_not_replaced(database_url, engine, seed, tmp_path):
    await seed("kept")
    file = tmp_path / "perpetuo.dump"
    await asyncio.to_thread(backup, database_url, file)
    async with engine.connect() as conn:
        await conn.execute(select(1))
        with pytest.raises(BackupFailed, match="in use"):
            await restore(database_url, file)
    assert await names(database_url) == {"kept"}


def test_a_backup_that_can_not_be_written_says_so(pg_url, tmp_path):
    with pytest.raises(BackupFailed, match="could not be written"):
        backup(pg_url, tmp_path / "missing" / "perpetuo.dump")
