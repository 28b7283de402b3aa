"""`perpetuo lab demo`: three simulated vendors of which some fail, the gateway before them, and each decision shown."""

import asyncio
import contextlib
import datetime
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
import uvloop

from perpetuo.cli.lab_decisions import decision_lines
from perpetuo.cli.lab_gateway import memory_gateway
from perpetuo.core.ids import api_key_digest, new_api_key, uuid7
from perpetuo.core.snapshot import ApiKey, ProviderKey, Secret, Snapshot, Workspace
from perpetuo.http.upstream import Deadlines
from perpetuo.lab.ledger import Totals
from perpetuo.lab.live_view import ANSI, PLAIN, Style, dollars
from perpetuo.lab.load import LoadPlan, plan_requests, spread_ms
from perpetuo.lab.load_client import LoadClient, loopback_target
from perpetuo.lab.scenario import Phase, Scenario, ScenarioVendor, lab_of, run_scenario
from perpetuo.lab.vendor import Lab
from perpetuo.ledger.records import Settlement
from perpetuo.providers.catalog.load import load_catalog

_DEADLINES = Deadlines(connect_s=2.0, first_byte_s=5.0, idle_s=5.0, total_s=20.0)
_TIMEOUT_S = 25.0
# What applications ask for in turn, and the strategy they wish.
_WISHES: tuple[tuple[str, str | None], ...] = (
    ("gpt-4o", None),
    ("claude-sonnet", None),
    ("gpt-4o", "fastest"),
    ("perpetuo/chat-default", "cheapest"),
    ("gpt-4o", "reliable"),
)
_SHARES_OF_TIME = (0.15, 0.45, 0.6, 0.75, 0.78, 0.92)


@click.command()
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(1, 600), help="Ends by itself.")
@click.option("--rate", default=3.0, show_default=True, type=click.FloatRange(0.1, 50), help="Requests a second.")
@click.option("--seed", default=0, show_default=True, help="What is asked and what fails follow from it.")
def demo(seconds: float, rate: float, seed: int) -> None:
    """Three simulated vendors, some of which fail; the gateway before them; each decision as it is taken.

    Needs nothing, costs nothing, listens on loopback only, and leaves nothing behind.
    """
    style = ANSI if sys.stdout.isatty() else PLAIN
    show = _Show(style, shutil.get_terminal_size((110, 40)).columns)
    with tempfile.TemporaryDirectory(prefix="perpetuo-demo-") as directory:
        uvloop.run(_demo(Path(directory), show, LoadPlan(rate, seconds, stream_share=0.5, seed=seed)))


def demo_scenario(seconds: float, seed: int) -> Scenario:
    """The vendors and their troubles, one after the other, spread over the time there is."""
    down_s, up_s, limited_s, free_s, overloaded_s, well_s = (round(share * seconds, 2) for share in _SHARES_OF_TIME)
    return Scenario(
        vendors=(
            ScenarioVendor("openai", "openai", _pace(0.12, 0.006)),
            ScenarioVendor("anthropic", "anthropic", _pace(0.20, 0.008)),
            ScenarioVendor("groq", "openai", _pace(0.05, 0.002)),
        ),
        phases=(
            Phase("openai", "is down (503)", down_s, up_s, "status_503"),
            Phase("groq", "limits the rate (half of it 429)", limited_s, free_s, "status_429", 0.5),
            Phase("anthropic", "is overloaded inside a 200", overloaded_s, well_s, "in_band_error", 0.6),
        ),
        seed=seed,
    )


def _pace(first_byte_s: float, chunk_s: float) -> dict[str, object]:
    return {"first_byte_s": first_byte_s, "chunk_s": chunk_s, "jitter": 0.5, "words": 12, "words_max": 40}


class _Show:
    """Prints, and keeps what the summary needs."""

    def __init__(self, style: Style, width: int) -> None:
        self._style = style
        self._width = width
        self._started_s = time.monotonic()
        self.settled: list[Settlement] = []

    def begin(self, origin: str, key: str) -> None:
        style = self._style
        click.echo(f"{style.bold}Perpetuo, and three simulated vendors behind it.{style.end}")
        click.echo("Applications ask one endpoint; who answers is decided here. Ask it too, while it runs:")
        click.echo(f"  {style.cyan}export OPENAI_BASE_URL={origin}/v1{style.end}")
        click.echo(f"  {style.cyan}export OPENAI_API_KEY={key}{style.end}")
        click.echo(
            "Each line: when, model → intent/tier · strategy (its source) · candidates in order (and who is left out)."
        )
        click.echo("")
        self._started_s = time.monotonic()

    def phase(self, vendor: str, text: str) -> None:
        """Not of the start, where everybody is well."""
        if not text and self._elapsed_s < 0.2:
            return
        says = f"──── {vendor} {text or 'is well again'} "
        click.echo(f"{self._style.yellow}{says.ljust(self._width, '─')}{self._style.end}")

    def settlement(self, settlement: Settlement) -> None:
        self.settled.append(settlement)
        for line in decision_lines(settlement, at_s=self._elapsed_s, width=self._width, style=self._style):
            click.echo(line)

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._started_s

    def summary(self, books: Sequence[Totals]) -> None:
        click.echo("")
        for line in summary_lines(self.settled, books, self._style):
            click.echo(line)


def summary_lines(settled: Sequence[Settlement], books: Sequence[Totals], style: Style) -> list[str]:
    """What came of it, and whether our books agree with the vendors' own."""
    answered = [each for each in settled if each.outcome == "succeeded"]
    failed = Counter(attempt.provider for each in settled for attempt in each.attempts if attempt.outcome != "ok")
    first = spread_ms([each.first_byte_ms / 1000 for each in answered if each.first_byte_ms is not None])
    ours = sum((each.usage.input_tokens or 0) + (each.usage.output_tokens or 0) for each in settled)
    theirs = sum(book.input_tokens + book.output_tokens for book in books)
    colour = style.green if len(answered) == len(settled) else style.red
    lines = [
        f"{style.bold}{len(settled)} requests, {colour}{len(answered)} answered{style.end}"
        f"{style.bold}, {sum(each.fallback_used for each in answered)} of them by a fallback.{style.end}",
        f"  answered by       {_counts(Counter(each.provider or '-' for each in answered))}",
        f"  failed attempts   {_counts(failed) or 'none'}",
    ]
    if first is not None:
        lines.append(f"  to first byte     p50 {first.p50:.0f} ms, p99 {first.p99:.0f} ms, failures included")
    lines.append(f"  list price        {dollars(sum(each.cost_nanousd or 0 for each in settled))} (nothing was spent)")
    agrees = f"{style.green}the same{style.end}" if ours == theirs else f"{style.red}not the same{style.end}"
    lines.append(f"  tokens            {ours} in our ledger, {theirs} in the vendors' own books: {agrees}")
    return lines


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


async def _demo(directory: Path, show: _Show, plan: LoadPlan) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_stop.set)
    scenario = demo_scenario(plan.seconds, plan.seed)
    key = new_api_key(secrets.token_bytes(24))
    async with lab_of(scenario) as lab:
        snapshot = _snapshot(lab, key)
        async with memory_gateway(directory / "journal", snapshot, _DEADLINES, show.settlement) as origin:
            show.begin(origin, key)
            phases = asyncio.create_task(
                run_scenario(scenario, lab, on_change=lambda _t_s, vendor, text: show.phase(vendor, text))
            )
            await _ask(origin, key, plan, told_to_stop)
            phases.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await phases
        show.summary([vendor.ledger.totals() for vendor in lab.vendors.values()])


async def _ask(origin: str, key: str, plan: LoadPlan, told_to_stop: asyncio.Event) -> None:
    """What applications would: each request at its time, until there are no more or somebody says stop. Those under
    way are waited for."""
    client = LoadClient(loopback_target(origin), key)
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    asking: set[asyncio.Task[object]] = set()
    for number, planned in enumerate(plan_requests(plan)):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told_to_stop.wait(), max(started_s + planned.at_s - loop.time(), 0.001))
        if told_to_stop.is_set():
            break
        model, route = _WISHES[number % len(_WISHES)]
        body = msgspec.json.encode(
            {"model": model, "stream": planned.stream, "messages": [{"role": "user", "content": f"question {number}"}]}
        )
        headers = {} if route is None else {"x-perpetuo-route": route}
        task = asyncio.create_task(client.send(body, timeout_s=_TIMEOUT_S, headers=headers))
        asking.add(task)
        task.add_done_callback(asking.discard)
    if asking:
        await asyncio.wait(asking)
    client.close()


def _snapshot(lab: Lab, key: str) -> Snapshot:
    """One workspace that has a key at each of the vendors."""
    catalog = load_catalog(datetime.datetime.now(datetime.UTC).date())
    workspace_id = _new_id()
    keys = tuple(
        ProviderKey(_new_id(), workspace_id, vendor.name, "demo", vendor.base_url, Secret("sk-lab-demo"))
        for vendor in lab.vendors.values()
    )
    workspace = Workspace(workspace_id, "demo", provider_keys=keys)
    api_key = ApiKey(_new_id(), workspace_id, "demo")
    return Snapshot(1, catalog, {workspace_id: workspace}, {api_key_digest(key): api_key})


def _new_id() -> str:
    return str(uuid7(int(time.time() * 1000), secrets.token_bytes(10)))
