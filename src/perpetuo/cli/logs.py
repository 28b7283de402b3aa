"""`perpetuo logs`: requests and the decisions behind them, from `request_logs`."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.cli.database_access import database, require_schema, run_with_database
from perpetuo.cli.operator_records import find_workspace
from perpetuo.cli.options import load_settings
from perpetuo.core.money import format_usd
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.queries.request_logs import list_request_logs

Row = dict[str, Any]

POLL_S = 0.5
LATE_ROWS = 200
"""Ids are made when a request begins and rows when it ends: this many of the newest are looked at each time, so that a
long request which ends after later ones is shown too."""


@click.command()
@click.option("--workspace", "-w", help="Name or id; not needed while there is only one.")
@click.option("--tail", "-f", is_flag=True, help="Go on with new requests until Ctrl-C.")
@click.option("--limit", "-n", type=click.IntRange(1, 500), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Whole rows, one JSON object a line.")
def logs(workspace: str | None, tail: bool, limit: int, as_json: bool) -> None:
    """Show the newest requests, oldest first, with who answered and why."""
    with database(load_settings()) as database_url, contextlib.suppress(KeyboardInterrupt):
        run_with_database(_show(database_url, workspace, tail, limit, as_json))


async def _show(database_url: str, workspace: str | None, tail: bool, limit: int, as_json: bool) -> None:
    await require_schema(database_url)
    engine = create_engine(database_url, "perpetuo_system", pool_size=1)
    try:
        async with system_transaction(engine) as conn:
            workspace_id: str = (await find_workspace(conn, workspace))["id"]
        rows = await _newest(engine, workspace_id, limit)
        _print(rows, as_json)
        shown = {row["id"] for row in await _newest(engine, workspace_id, LATE_ROWS)} if tail else set[str]()
        while tail:
            await asyncio.sleep(POLL_S)
            newest = await _newest(engine, workspace_id, LATE_ROWS)
            _print([row for row in newest if row["id"] not in shown], as_json)
            shown |= {row["id"] for row in newest}
            if len(shown) > 10 * LATE_ROWS:
                shown = {row["id"] for row in newest}
    finally:
        await engine.dispose()


async def _newest(engine: AsyncEngine, workspace_id: str, limit: int) -> list[Row]:
    """Oldest first."""
    async with system_transaction(engine) as conn:
        return list(reversed(await list_request_logs(conn, workspace_id, limit=limit)))


def _print(rows: Sequence[Row], as_json: bool) -> None:
    for row in rows:
        click.echo(msgspec.json.encode(row) if as_json else readable(row))


def readable(row: Row) -> str:
    """One line for the request, one for each attempt when there was more than one or none that worked."""
    used = f"{row['provider']}/{row['model']}" if row["provider"] else "-"
    facts = [
        row["received_at"].strftime("%Y-%m-%d %H:%M:%S"),
        str(row["status"]),
        f"{row['requested_model']} -> {used}",
        f"{row['strategy']} ({row['strategy_source']})" if row["strategy"] else None,
        f"{row['duration_ms']:.0f} ms",
        _tokens(row),
        format_usd(row["cost_nanousd"]) if row["cost_nanousd"] is not None else "cost unknown",
        "streamed" if row["streaming"] else None,
        "partial" if row["partial"] else None,
        "fallback" if row["fallback_used"] else None,
        f"substituted by {row['substituted']}" if row["substituted"] != "none" else None,
        row["outcome"] if row["outcome"] != "succeeded" else None,
        row["error_code"],
        " ".join(f"{name}={value}" for name, value in row["tags"].items()) or None,
        row["id"],
    ]
    lines = ["  ".join(fact for fact in facts if fact)]
    attempts: list[Row] = row["attempts"]
    if len(attempts) > 1 or row["outcome"] != "succeeded":
        lines += [_attempt(attempt) for attempt in attempts]
    return "\n".join(lines)


def _tokens(row: Row) -> str:
    given, made = row["input_tokens"], row["output_tokens"]
    if given is None and made is None:
        return "tokens unknown"
    return f"{'?' if given is None else given}+{'?' if made is None else made} tokens"


def _attempt(attempt: Row) -> str:
    """Fields of `core.decision.Attempt`; those at their default may be missing."""
    verdict = f" {attempt['class']}" if attempt.get("class") else ""
    status = f" {attempt['status']}" if attempt.get("status") else ""
    said = f": {attempt['message']}" if attempt.get("message") else ""
    return (
        f"    {attempt['number']}. {attempt['provider']}/{attempt['model']} {attempt['outcome']}{status}{verdict} "
        f"{attempt['duration_ms']:.0f} ms{said}"
    )
