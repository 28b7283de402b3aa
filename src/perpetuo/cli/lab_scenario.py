"""Scenario files on the command line: which one is meant, and `perpetuo lab check`."""

from pathlib import Path

import click

from perpetuo.cli.table import print_table
from perpetuo.lab.scenario import MAX_FILE_BYTES, Scenario, ScenarioError, read_scenario, shipped_scenarios


def load_scenario(name: str) -> Scenario:
    """A file, or one of those that come with Perpetuo. Raises ClickException."""
    try:
        return read_scenario(_text(name))
    except ScenarioError as error:
        raise click.ClickException(f"{name}: {error}") from error


def _text(name: str) -> str:
    path = Path(name)
    shipped = shipped_scenarios()
    if not path.exists() and name in shipped:
        return shipped[name]
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1).decode("utf-8")
    except FileNotFoundError:
        known = ", ".join(shipped)
        raise click.ClickException(f"no file {name}, and no scenario of that name (there are {known})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{name} can not be read: {error}") from error


@click.command()
@click.argument("scenario")
def check(scenario: str) -> None:
    """Read a SCENARIO and show what happens when: a file, or the name of one that comes with Perpetuo."""
    read = load_scenario(scenario)
    if read.about:
        click.echo(f"{read.about}\n")
    before: dict[str, str] = {}
    rows: list[tuple[object, ...]] = []
    for t_s in read.changes_s():
        for name, state in read.states_at(t_s).items():
            if before.get(name) != state.text:
                rows.append((f"{t_s:g} s", name, state.text or "well"))
            before[name] = state.text
    print_table(("from", "vendor", "what holds"), rows)
