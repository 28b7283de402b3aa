"""Searches and usage over very many rows: what they read in `make test`, how long they take in `make soak`."""

import ast
import asyncio
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Executable, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.compiler import compiles

import many_logs
from many_logs import NEEDLE, NOW, SINCE, workspace_id
from perpetuo.db.engine import connect, create_engine, workspace_transaction
from perpetuo.db.queries import request_logs
from perpetuo.db.queries.request_logs import LogFilter, horizon_statement, search_request_logs, search_statement
from perpetuo.db.queries.usage_counters import ALL_USAGE, UsageFilter, series_statement, usage_series

TEMPLATE = "perpetuo_template"
DAY_MS = 86_400_000
BIG, SMALL = workspace_id(0), workspace_id(7)
WEEK = {"since_ms": many_logs.now_ms() - 7 * DAY_MS, "until_ms": many_logs.now_ms()}
RANGE = {"since_ms": many_logs.now_ms() - 90 * DAY_MS, "until_ms": many_logs.now_ms()}

SEARCHES = {
    "the newest": LogFilter(),
    "a week": LogFilter(**WEEK),
    "90 days": LogFilter(**RANGE),
    "one provider": LogFilter(**RANGE, provider="provider-1"),
    "a model that nobody uses": LogFilter(**RANGE, model="none"),
    "one tag in 5,000": LogFilter(**RANGE, tag=(NEEDLE, None)),
    "one tag's value in 5,000": LogFilter(**RANGE, tag=(NEEDLE, "found")),
    "errors": LogFilter(**RANGE, status_class=5),
    "one status": LogFilter(**RANGE, status=429),
    "a status that never was": LogFilter(**RANGE, status=418),
    "fallbacks of one alias": LogFilter(**RANGE, alias="alias-2", fallback=True),
    "substituted": LogFilter(**RANGE, substituted=True),
    "the most costly": LogFilter(**RANGE, min_cost_nanousd=10_000_000),
    "the slowest": LogFilter(**RANGE, min_duration_ms=60_000),
    "everything at once": LogFilter(
        **WEEK, provider="provider-1", model="model-1", alias="alias-1", status=200, outcome="succeeded",
        fallback=False, substituted=False, min_cost_nanousd=1, min_duration_ms=1, tag=("team", "team-1"),
        end_user="user-1",
    ),
}  # fmt: skip

SERIES: dict[str, dict[str, Any]] = {
    "by day": {},
    "by day and provider": {"group_by": "provider"},
    "by day and model": {"group_by": "model"},
    "by day and key": {"group_by": "api_key"},
    "by day and alias": {"group_by": "alias"},
    "by day, one provider": {"wanted": UsageFilter(provider="provider-1")},
    "by day and tag": {"group_by": "tag"},
    "by day and value of one tag": {"group_by": "tag", "wanted": UsageFilter(tag=("team", None))},
    "by day, one tag": {"wanted": UsageFilter(tag=("team", "team-1"))},
    "by day and end user": {"group_by": "end_user"},
    "a week by hour": {"interval": "hour", "since": NOW - timedelta(days=7), "group_by": "model"},
}


class explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(explain)
def _explained(element: explain, compiler: Any, **kwargs: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **kwargs)}"


INDEX_PARENTS = text("SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits")


async def plan(engine: AsyncEngine, workspace: str, statement: Any) -> list[dict[str, Any]]:
    """Every node, as the application's role would run it: row-level security takes part. Indexes of partitions are
    called by the name of the index of request_logs that they are a part of."""
    async with workspace_transaction(engine, workspace) as conn:
        found = await conn.scalar(explain(statement))
        parents = dict((await conn.execute(INDEX_PARENTS)).all())
    # A statement whose first column is an id has SQLAlchemy take the plan for one, and turn it into a str.
    nodes = [(ast.literal_eval(found) if isinstance(found, str) else found)[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", ())
        if "Index Name" in node:
            node["Index Name"] = parents.get(node["Index Name"], node["Index Name"])
    return nodes


def usage_statement(workspace: str, case: dict[str, Any]) -> Any:
    usual = {"since": SINCE, "until": NOW, "interval": "day", "group_by": None, "groups": 20, "wanted": ALL_USAGE}
    return series_statement(workspace, **(usual | case))


@pytest.fixture(scope="module")
def filled_url(pg_url: str, template_url: str) -> Iterator[str]:
    """50,000 rows in 50 workspaces, made once for this file."""
    head, query = pg_url.split("?", 1)
    url = f"{head.rsplit('/', 1)[0]}/many_logs?{query}"

    async def run(*statements: str) -> None:
        owner = await connect(pg_url, "owner")
        for statement in statements:
            await owner.execute(statement)
        await owner.close()

    async def fill() -> None:
        engine = create_engine(url)
        await many_logs.fill(engine, 50_000, 50, first_has=0.02)
        await engine.dispose()

    asyncio.run(run(f'CREATE DATABASE many_logs TEMPLATE "{TEMPLATE}"'))
    asyncio.run(fill())
    yield url
    asyncio.run(run("DROP DATABASE many_logs WITH (FORCE)"))


@pytest.fixture
async def filled(filled_url: str):
    engine = create_engine(filled_url)
    yield engine
    await engine.dispose()


def months(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Relation Name"].removeprefix("request_logs_") for node in nodes if "Relation Name" in node}


def read_whole(nodes: list[dict[str, Any]]) -> list[str]:
    """Tables of which every row is read, the empty ones apart."""
    return [node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan" and node["Plan Rows"] > 1]


@pytest.mark.parametrize("wanted", SEARCHES.values(), ids=SEARCHES)
async def test_a_search_reads_an_index_and_only_the_partitions_of_its_time(filled, wanted):
    search = search_statement(SMALL, wanted, limit=50, before_id=None)
    horizon = horizon_statement(SMALL, wanted, before_id=None)
    index = "errors_idx" if (wanted.status or 0) >= 400 or wanted.status_class else "workspace_id_id_idx"
    for statement in (search, horizon):
        nodes = await plan(filled, SMALL, statement)
        assert read_whole(nodes) == []
        assert {node["Index Name"] for node in nodes if "Index Name" in node} == {f"request_logs_{index}"}
        if wanted.since_ms == WEEK["since_ms"]:
            assert months(nodes) == {"2026_11"}
        elif wanted.since_ms == RANGE["since_ms"]:
            assert months(nodes) == {"2026_08", "2026_09", "2026_10", "2026_11"}


async def test_one_request_is_looked_for_in_its_own_month(filled):
    wanted = LogFilter(request_id="019aaaaa-0000-7000-8000-000000000000")
    nodes = await plan(filled, BIG, search_statement(BIG, wanted, limit=50, before_id=None))
    assert read_whole(nodes) == [] and len(months(nodes)) == 1


@pytest.mark.parametrize("case", SERIES.values(), ids=SERIES)
async def test_usage_reads_rollups_by_their_key_and_no_logs(filled, case):
    nodes = await plan(filled, SMALL, usage_statement(SMALL, case))
    tables = {node["Relation Name"] for node in nodes if "Relation Name" in node}
    indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
    labelled = case.get("group_by") in ("tag", "end_user") or case.get("wanted", ALL_USAGE).tag
    table = "usage_labels" if labelled else "usage_counters"
    assert tables == {table} and indexes == {f"{table}_pkey"}
    assert read_whole(nodes) == []
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]


async def test_every_page_of_a_rare_search_comes_to_all_there_are(filled, monkeypatch):
    """A page may look through so many rows and no more; together the pages find each match once."""
    monkeypatch.setattr(request_logs, "SCANNED_ROWS", 50)
    wanted, found, before, pages = LogFilter(**RANGE, tag=("team", "team-1")), [], None, 0
    while pages == 0 or before is not None:
        async with workspace_transaction(filled, BIG) as conn:
            page = await search_request_logs(conn, BIG, wanted, limit=20, before_id=before)
        found += [row["id"] for row in page.rows]
        before, pages = page.next_id, pages + 1
    async with workspace_transaction(filled, BIG) as conn:
        monkeypatch.setattr(request_logs, "SCANNED_ROWS", 100_000)
        whole = await search_request_logs(conn, BIG, wanted, limit=500)
    assert found == [row["id"] for row in whole.rows] and len(found) > 1
    assert pages > 10 and whole.next_id is None


@pytest.mark.soak
async def test_with_a_million_rows_searches_and_usage_answer_within_200_ms(engine, capsys):
    """300,000 rows in one workspace, 14,000 in each of 49. Twenty times each, warm; p95."""
    await many_logs.fill(engine, 1_000_000, 50, first_has=0.3)
    slow: dict[str, float] = {}
    for workspace, size in ((BIG, "300,000"), (SMALL, "14,000")):
        for name, wanted in SEARCHES.items():
            figure = await _p95_ms(engine, workspace, _search(wanted))
            slow |= _told(capsys, f"{size} rows, search: {name}", figure)
        for name, case in SERIES.items():
            figure = await _p95_ms(engine, workspace, _usage(case))
            # More label rows than 90 days of any other workspace here have: 216,000.
            most_ms = 600 if workspace == BIG and name == "by day and end user" else 200
            slow |= _told(capsys, f"{size} rows, usage: {name}", figure, most_ms)
    assert not slow


def _search(wanted: LogFilter) -> Any:
    return lambda conn, workspace: search_request_logs(conn, workspace, wanted, limit=50)


def _usage(case: dict[str, Any]) -> Any:
    usual = {"since": SINCE, "until": NOW, "interval": "day"}
    return lambda conn, workspace: usage_series(conn, workspace, **(usual | case))


async def _p95_ms(engine: AsyncEngine, workspace: str, ask: Any) -> float:
    took_ms: list[float] = []
    for _ in range(20):
        async with workspace_transaction(engine, workspace) as conn:
            began = time.perf_counter()
            await ask(conn, workspace)
            took_ms.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took_ms, n=20)[-1]


def _told(capsys: pytest.CaptureFixture[str], name: str, figure_ms: float, most_ms: float = 200) -> dict[str, float]:
    with capsys.disabled():
        print(f"\n{name}: p95 {figure_ms:.0f} ms", end="")
    return {name: figure_ms} if figure_ms > most_ms else {}
