"""What each simulated vendor has seen, as lines for a terminal. Values in, text out."""

from collections.abc import Mapping, Sequence

import msgspec

from perpetuo.lab.ledger import Totals

_HEAD = ("vendor", "requests", "/s", "running", "conns", "tokens in", "cached", "out", "cost", "answered with")
_MIN_WIDTH = 40


class VendorView(msgspec.Struct, frozen=True):
    """One look at a vendor, as `GET /__lab__/view` gives it. at_s: when, by the vendor's clock."""

    name: str
    shape: str
    phase: str | None
    at_s: float
    totals: Totals


class Style(msgspec.Struct, frozen=True):
    """Escape sequences of a terminal, or nothing."""

    bold: str = ""
    dim: str = ""
    red: str = ""
    green: str = ""
    yellow: str = ""
    cyan: str = ""
    end: str = ""


PLAIN = Style()
ANSI = Style("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m", "\x1b[0m")

CLEAR_BELOW = "\x1b[J"


def view_lines(
    now: Sequence[VendorView], before: Mapping[str, VendorView], *, width: int, style: Style = PLAIN
) -> list[str]:
    """A table, and under each vendor what holds there and which faults struck. No line is wider than `width`.

    before: the look before this one, by name, for the rate.
    """
    width = max(width, _MIN_WIDTH)
    rows = [_cells(view, before.get(view.name)) for view in now]
    widths = [max(len(row[column]) for row in [_HEAD, *rows]) for column in range(len(_HEAD))]
    lines = [style.bold + _line(_HEAD, widths)[:width] + style.end]
    for view, row in zip(now, rows, strict=True):
        lines.append(_line(row, widths)[:width])
        notes = _notes(view)
        if notes:
            lines.append(f"{style.yellow}  {notes}"[: width + len(style.yellow)] + style.end)
    return lines


def plain_line(view: VendorView, before: VendorView | None) -> str:
    """One vendor on one line, for a file or a pipe."""
    totals = view.totals
    parts = [
        view.name, f"requests={totals.requests}", f"rate={_rate(view, before):.1f}/s", f"running={totals.open}",
        f"connections={totals.open_connections}", f"tokens={totals.input_tokens}+{totals.output_tokens}",
        f"cost={dollars(totals.cost_nanousd)}", f"statuses={_counts(totals.by_status) or '-'}",
        f"faults={_counts(totals.by_fault) or '-'}", f"phase={view.phase or '-'}",
    ]  # fmt: skip
    return "  ".join(parts)


def redraw(lines: Sequence[str], drawn_before: int) -> str:
    """The escape sequences that put `lines` where the last `drawn_before` lines stand."""
    up = f"\x1b[{drawn_before}A\r" if drawn_before else ""
    return up + CLEAR_BELOW + "".join(f"{line}\n" for line in lines)


def dollars(nanousd: int) -> str:
    return f"${nanousd / 1e9:,.4f}"


def _cells(view: VendorView, before: VendorView | None) -> tuple[str, ...]:
    totals = view.totals
    return (
        view.name,
        str(totals.requests),
        f"{_rate(view, before):.1f}",
        str(totals.open),
        str(totals.open_connections),
        str(totals.input_tokens),
        str(totals.cached_input_tokens),
        str(totals.output_tokens),
        dollars(totals.cost_nanousd),
        _counts(totals.by_status),
    )


def _notes(view: VendorView) -> str:
    broken = {
        name: count for name, count in view.totals.by_outcome.items() if name in ("cut", "reset", "client_closed")
    }
    parts = [
        f"now: {view.phase}" if view.phase else "",
        f"struck: {_counts(view.totals.by_fault)}" if view.totals.by_fault else "",
        f"ended: {_counts(broken)}" if broken else "",
    ]
    return "   ".join(part for part in parts if part)


def _counts(counts: Mapping[str, int]) -> str:
    return " ".join(f"{name}×{count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _rate(view: VendorView, before: VendorView | None) -> float:
    """Requests a second since the look before; 0 where the books were emptied meanwhile."""
    if before is None or view.at_s <= before.at_s:
        return 0.0
    return max(view.totals.requests - before.totals.requests, 0) / (view.at_s - before.at_s)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    last = len(cells) - 1
    return "  ".join(
        cell.ljust(width) if column in (0, last) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()
