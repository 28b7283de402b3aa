"""`perpetuo lab watch`: what each simulated vendor sees, refreshed in place."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence

import click
import httpx2
import msgspec

from perpetuo.lab.live_view import ANSI, VendorView, plain_line, redraw, view_lines
from perpetuo.lab.load_client import loopback_target
from perpetuo.lab.vendor import Lab

Look = Callable[[], Awaitable[Sequence[VendorView]]]


@click.command()
@click.argument("control_urls", nargs=-1, required=True)
@click.option("--every-s", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), help="Between two looks.")
@click.option("--times", type=click.IntRange(1), help="End after so many looks.")
def watch(control_urls: tuple[str, ...], every_s: float, times: int | None) -> None:
    """Show what simulated vendors see: requests, statuses, faults, tokens, cost, connections, the current phase.

    CONTROL_URLS: as `perpetuo lab serve` prints them, or just `127.0.0.1:PORT`.
    """
    try:
        addresses = [_view_url(url) for url in control_urls]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(addresses, every_s, times))


async def show_views(look: Look, every_s: float, times: int | None = None) -> None:
    """A table in place on a terminal; elsewhere a line for each vendor that has changed."""
    before: dict[str, VendorView] = {}
    drawn = 0
    on_terminal = sys.stdout.isatty()
    while True:
        views = await look()
        if on_terminal:
            columns, rows = shutil.get_terminal_size()
            lines = view_lines(views, before, width=columns, style=ANSI)[: rows - 1]
            click.echo(redraw(lines, drawn), nl=False, color=True)
            drawn = len(lines)
        else:
            for view in views:
                seen = before.get(view.name)
                if seen is None or (seen.totals, seen.phase) != (view.totals, view.phase):
                    click.echo(plain_line(view, seen))
            sys.stdout.flush()
        before = {view.name: view for view in views}
        if times is not None and (times := times - 1) < 1:
            return
        await asyncio.sleep(every_s)


async def look_at(lab: Lab) -> list[VendorView]:
    """At vendors of this very process."""
    return [
        VendorView(vendor.name, vendor.shape_name, vendor.phase, vendor.now_s(), vendor.ledger.totals())
        for vendor in lab.vendors.values()
    ]


async def _watch(addresses: Sequence[str], every_s: float, times: int | None) -> None:
    async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as client:

        async def look() -> list[VendorView]:
            replies = await asyncio.gather(*(_view(client, address) for address in addresses))
            return list(replies)

        await show_views(look, every_s, times)


async def _view(client: httpx2.AsyncClient, address: str) -> VendorView:
    try:
        reply = await client.get(address)
        return msgspec.json.decode(reply.content, type=VendorView)
    except httpx2.TransportError as error:
        raise click.ClickException(
            f"no simulated vendor answers at {address}: is `perpetuo lab serve` running?"
        ) from error
    except msgspec.MsgspecError as error:
        raise click.ClickException(f"{address} is not a simulated vendor") from error


def _view_url(url: str) -> str:
    target = loopback_target(url, "")
    host = f"[{target.host}]" if ":" in target.host else target.host
    return f"http://{host}:{target.port}/__lab__/view"
