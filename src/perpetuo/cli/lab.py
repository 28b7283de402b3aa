"""`perpetuo lab`: simulated vendors to play and test with."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable

import click
import msgspec
from click.core import ParameterSource

from perpetuo.cli.lab_demo import demo
from perpetuo.cli.lab_load import load
from perpetuo.cli.lab_scenario import check, load_scenario
from perpetuo.cli.lab_watch import look_at, show_views, watch
from perpetuo.lab.faults import FAULTS
from perpetuo.lab.prices import LabPrice
from perpetuo.lab.scenario import Scenario, lab_of, run_scenario
from perpetuo.lab.vendor import Lab, ShapeName, SimulatedVendor, VendorSettings

_TITLES: dict[ShapeName, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "bedrock": "Bedrock",
    "cohere": "Cohere",
}
_BESIDE_A_SCENARIO = ("scenario", "live", "host", "port")
_SERVED_UNASKED: tuple[ShapeName, ...] = ("openai", "anthropic")


def _vendor_counts(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each protocol, `--openai 2`."""
    for shape, title in reversed(_TITLES.items()):
        option = click.option(
            f"--{shape}",
            default=int(shape in _SERVED_UNASKED),
            show_default=True,
            type=click.IntRange(0, 64),
            help=f"{title}-shaped vendors.",
        )
        command = option(command)
    return command


@click.group()
def lab() -> None:
    """Simulated vendors on loopback, with faults on demand and their own books."""


for command in (check, load, watch, demo):
    lab.add_command(command)


@lab.command()
@click.option("--scenario", help="A scenario file, or the name of one that comes with Perpetuo: vendors and phases.")
@click.option("--live", is_flag=True, help="Show what each vendor sees, refreshed in place.")
@_vendor_counts
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535 - 128), help="Of the first vendor, the others follow. 0: any."
)
@click.option("--seed", default=0, show_default=True, help="Everything drawn follows from it.")
@click.option("--words", default=20, show_default=True, type=click.IntRange(0, 100_000), help="Length of an answer.")
@click.option("--first-byte-ms", default=0.0, type=click.FloatRange(0), help="Before anything is sent.")
@click.option("--chunk-ms", default=0.0, type=click.FloatRange(0), help="Before each word.")
@click.option("--jitter", default=0.0, type=click.FloatRange(0, 1), help="Share by which both are spread.")
@click.option("--input-price", default=0, type=click.IntRange(0), help="Micro-USD per million tokens.")
@click.option("--output-price", default=0, type=click.IntRange(0), help="Micro-USD per million tokens.")
@click.pass_context
def serve(
    context: click.Context,
    scenario: str | None,
    live: bool,
    host: str,
    port: int,
    seed: int,
    words: int,
    first_byte_ms: float,
    chunk_ms: float,
    jitter: float,
    input_price: int,
    output_price: int,
    **counts: int,
) -> None:
    """Run simulated vendors until Ctrl-C. Prints one line of JSON with their base URLs, see docs/lab.md."""
    if scenario is not None:
        _refuse_vendor_options(context)
        read = load_scenario(scenario)
        _run(lab_of(read), read, host, port, live)
        return
    settings = VendorSettings(
        first_byte_s=first_byte_ms / 1000,
        chunk_s=chunk_ms / 1000,
        jitter=jitter,
        words=words,
        price=LabPrice(input=input_price, output=output_price),
    )
    vendors = [
        SimulatedVendor(f"{shape}-{number}", shape, seed=seed, settings=settings)
        for shape in _TITLES
        for number in range(1, counts[shape] + 1)
    ]
    if not vendors:
        raise click.UsageError("ask for at least one vendor: --openai N, --anthropic N, …")
    _run(Lab(vendors), None, host, port, live)


def _refuse_vendor_options(context: click.Context) -> None:
    """What a scenario says itself may not be said a second time."""
    for name in context.params:
        if name not in _BESIDE_A_SCENARIO and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} and --scenario do not go together: say it in the file")


def _run(lab: Lab, scenario: Scenario | None, host: str, port: int, live: bool) -> None:
    try:
        asyncio.run(_serve(lab, scenario, host, port, live))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"can not listen on {host}, port {port or 'any'}: {error.strerror}") from error


@lab.command()
def faults() -> None:
    """List the faults and what they do."""
    width = max(map(len, FAULTS))
    for name, row in FAULTS.items():
        number = f" (={row.default:g}: {row.parameter})" if row.parameter is not None else ""
        click.echo(f"{name:<{width}}  {row.group:<21}  {row.about}{number}")


async def _serve(lab: Lab, scenario: Scenario | None, host: str, port: int, live: bool) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_stop.set)
    await lab.start(host, port)
    try:
        click.echo(msgspec.json.encode({"vendors": lab.describe()}).decode())
        sys.stdout.flush()
        running: list[asyncio.Task[None]] = []
        if scenario is not None:
            running.append(asyncio.create_task(run_scenario(scenario, lab)))
        if live:
            running.append(asyncio.create_task(show_views(lambda: look_at(lab), 1.0)))
        await told_to_stop.wait()
        for task in running:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    finally:
        await lab.stop()
