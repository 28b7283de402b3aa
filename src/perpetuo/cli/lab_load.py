"""`perpetuo lab load`: requests at a planned rate, and how long each really took."""

import asyncio
import sys
from collections.abc import Callable

import click
import msgspec
import uvloop

from perpetuo.lab.load import (
    MAX_RATE,
    MAX_SECONDS,
    Arrival,
    LoadPlan,
    Sample,
    plan_requests,
    report_lines,
    report_of,
    run_load,
)
from perpetuo.lab.load_client import LoadClient, Target, loopback_target


@click.command()
@click.option("--url", required=True, help="The gateway's or a simulated vendor's address, on this machine.")
@click.option("--key", required=True, envvar="PERPETUO_LAB_KEY", show_envvar=True, help="The API key to send.")
@click.option(
    "--rate", default=20.0, show_default=True, type=click.FloatRange(0.1, MAX_RATE), help="Requests a second."
)
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, MAX_SECONDS))
@click.option("--arrival", default="poisson", show_default=True, type=click.Choice(["poisson", "constant"]))
@click.option("--stream-share", default=0.5, show_default=True, type=click.FloatRange(0, 1), help="Share of streams.")
@click.option("--model", "models", multiple=True, default=("gpt-4o",), show_default=True, help="May be given again.")
@click.option("--words", type=click.IntRange(0, 100_000), help="Ask the lab for answers of this length.")
@click.option("--timeout-s", default=60.0, show_default=True, type=click.FloatRange(0.1, 3600))
@click.option("--seed", default=0, show_default=True, help="Times and requests follow from it.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load(
    url: str,
    key: str,
    rate: float,
    seconds: float,
    arrival: Arrival,
    stream_share: float,
    models: tuple[str, ...],
    words: int | None,
    timeout_s: float,
    seed: int,
    as_json: bool,
) -> None:
    """Send chat requests at planned times, whatever becomes of those before, and measure from the planned time.

    Nothing is retried; every request is in the report. Loopback only.
    """
    plan = LoadPlan(rate, seconds, arrival, stream_share, models, words, timeout_s, seed)
    try:
        target = loopback_target(url)
        plan_requests(plan)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    samples = uvloop.run(_run(plan, target, key))
    report = report_of(plan, samples)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        for line in report_lines(report):
            click.echo(line)


async def _run(plan: LoadPlan, target: Target, key: str) -> list[Sample]:
    client = LoadClient(target, key)
    ended = 0

    def count(_: Sample) -> None:
        nonlocal ended
        ended += 1

    telling = asyncio.create_task(_tell_progress(lambda: ended)) if sys.stderr.isatty() else None
    try:
        return await run_load(plan, client, on_sample=count)
    finally:
        if telling is not None:
            telling.cancel()
            click.echo("\r\x1b[K", nl=False, err=True)
        client.close()


async def _tell_progress(ended: Callable[[], int]) -> None:
    while True:
        click.echo(f"\r\x1b[K{ended()} requests ended", nl=False, err=True)
        await asyncio.sleep(0.5)
