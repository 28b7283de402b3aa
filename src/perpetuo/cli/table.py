"""Rows as a table for a terminal."""

from collections.abc import Sequence

import click


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """None is shown as `-`."""
    texts = [list(head), *(["-" if cell is None else str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(head))]
    for row in texts:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
