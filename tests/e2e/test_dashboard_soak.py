"""The page of requests over a million of them, in Chromium: how soon the first are there, how it scrolls."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from request_history import COUNTERS, LABELS
from sqlalchemy import text
from test_dashboard import run_vitest, running_backend

import many_logs
from perpetuo.db.engine import create_engine, owner_transaction, system_transaction
from perpetuo.db.partitions import ensure_partitions
from perpetuo.db.queries.workspaces import insert_workspace

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

ROWS = 1_000_000
DAY_MS = 86_400_000


def test_a_million_requests_begin_at_once_and_scroll_without_a_hitch(tmp_path: Path) -> None:
    """Prints the figures; the limits (500 ms, and 50 ms at the median) are in the browser's part."""
    with running_backend(tmp_path / "backend.json", "--no-history") as backend:
        told = json.loads(backend.read_text())
        database_url = json.loads((Path(told["data_dir"]) / "run.json").read_text())["database_url"]
        workspace = asyncio.run(crowded_workspace(database_url, told["users"]["owner"]["id"]))
        backend.write_text(json.dumps(told | {"crowded_workspace": workspace}))
        report = run_vitest(["e2e/soak/requests.e2e.ts"], backend, tmp_path / "report.json", PERPETUO_SOAK="1")
    (result,) = report["testResults"]
    assert result["status"] == "passed", [test["failureMessages"] for test in result["assertionResults"]]


async def crowded_workspace(database_url: str, owner_user_id: str) -> dict[str, str]:
    """A workspace of that owner's with a million requests of the last 90 days, the newest now. Its id and name."""
    workspace = {"id": many_logs.workspace_id(0), "name": "Crowded"}
    now_ms = int(time.time() * 1000)
    since_ms = now_ms - many_logs.DAYS * DAY_MS
    engine = create_engine(database_url, role="perpetuo_app", pool_size=2)
    try:
        async with system_transaction(engine) as conn:
            await insert_workspace(conn, **workspace, owner_user_id=owner_user_id)
        async with owner_transaction(engine) as conn:
            for day in range(0, many_logs.DAYS, 10):
                await ensure_partitions(conn, since_ms + day * DAY_MS)
            spread = {"since_ms": since_ms, "step_ms": many_logs.DAYS * DAY_MS / ROWS}
            await conn.execute(text(many_logs.LOGS), {"rows": ROWS, "others": 1, "share": 1.0} | spread)
            counted = {"workspace_id": workspace["id"], "before_ms": now_ms}
            await conn.execute(text(COUNTERS), counted)
            await conn.execute(text(LABELS), counted)
        await many_logs.vacuum(engine)
    finally:
        await engine.dispose()
    return workspace
