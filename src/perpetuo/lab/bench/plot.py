"""The figures as an SVG: a panel for each scenario and metric, a bar for each case and subject."""

from collections.abc import Sequence
from html import escape

import msgspec

from perpetuo.lab.bench.figures import Spread
from perpetuo.lab.bench.results import METRICS, Results

PLOTTED = (
    "per_s_per_core",
    "worker_cpu_us",
    "chunk_worker_cpu_us",
    "added_p50_ms",
    "added_p99_ms",
    "added_first_byte_p50_ms",
    "rest_pss_mib",
    "per_1000_streams_mib",
    "ready_s",
)
_COLOURS = ("#5b6abf", "#2a9d8f", "#e07a5f", "#8d6a9f", "#b08900", "#4a7c9b", "#a05252", "#666666")
_WIDTH, _LABELS, _BARS = 900, 300, 440
_ROW, _TITLE = 20, 34


class Bar(msgspec.Struct, frozen=True):
    label: str
    subject: str
    spread: Spread
    digits: int


def plot_svg(results: Results, machine: Sequence[str]) -> str:
    panels = [(title, bars) for title, bars in _panels(results) if bars]
    subjects = list(dict.fromkeys(bar.subject for _, bars in panels for bar in bars))
    colours = {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(subjects)}
    y, parts = 20, list[str]()
    for sentence in machine:
        parts.append(_text(12, y, sentence, "#555"))
        y += 16
    for title, bars in panels:
        y += _TITLE
        parts.append(_text(12, y - 10, title, "#111", bold=True))
        parts += _panel(bars, colours, y)
        y += _ROW * len(bars)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y + 20}" '
        f'viewBox="0 0 {_WIDTH} {y + 20}" font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{y + 20}" fill="#fff"/>', *parts, "</svg>", ""])


def _panels(results: Results) -> list[tuple[str, list[Bar]]]:
    found: list[tuple[str, list[Bar]]] = []
    for scenario in results.scenarios:
        spreads = results.spreads(scenario)
        for metric in METRICS:
            if metric.name not in PLOTTED:
                continue
            bars = [
                Bar(f"{case}, {subject}" if case else subject, subject, row[metric.name], metric.digits)
                for (case, subject), row in spreads.items()
                if metric.name in row
            ]
            found.append((f"{scenario}: {metric.title}", bars))
    return found


def _panel(bars: Sequence[Bar], colours: dict[str, str], y: int) -> list[str]:
    """The median as a bar, the range as a line."""
    longest = max(max(bar.spread.highest for bar in bars), 1e-9)
    parts: list[str] = []
    for number, bar in enumerate(bars):
        top = y + number * _ROW
        low, median, high = (
            max(value, 0.0) / longest * _BARS for value in (bar.spread.lowest, bar.spread.median, bar.spread.highest)
        )
        middle = top + _ROW / 2
        parts += [
            _text(12, top + 14, bar.label, "#333"),
            f'<rect x="{_LABELS}" y="{top + 3}" width="{median:.1f}" height="{_ROW - 6}" '
            f'fill="{colours[bar.subject]}"/>',
            f'<line x1="{_LABELS + low:.1f}" x2="{_LABELS + high:.1f}" y1="{middle}" y2="{middle}" '
            'stroke="#111" stroke-width="1.5"/>',
            _text(_LABELS + max(median, high) + 8, top + 14, f"{bar.spread.median:,.{bar.digits}f}", "#333"),
        ]
    return parts


def _text(x: float, y: float, text: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{weight}>{escape(text)}</text>'
