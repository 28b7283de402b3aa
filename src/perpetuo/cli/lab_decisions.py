"""A settled request as lines for a terminal: what was asked, who was considered, what happened, what it cost.

Values in, text out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from perpetuo.core.decision import Attempt, DecisionNote
from perpetuo.lab.live_view import Style
from perpetuo.ledger.records import Settlement

_INDENT = "        "


class Piece(NamedTuple):
    text: str
    colour: str = ""


def decision_lines(settlement: Settlement, *, at_s: float, width: int, style: Style) -> list[str]:
    """The first line is the decision, each other one an attempt; the last attempt carries the result.

    at_s: seconds since the show began. No line is wider than `width`.
    """
    lines = [fitted(_decision(settlement, at_s, style), width, style)]
    attempts = settlement.attempts
    lines += [fitted(_attempt(each, settlement, style), width, style) for each in attempts]
    if settlement.outcome != "succeeded" and (not attempts or not settlement.partial):
        text = f"{_INDENT}✗ {settlement.status} {settlement.error_code or settlement.outcome}"
        lines.append(fitted([Piece(text, style.red)], width, style))
    return lines


def fitted(pieces: Sequence[Piece], width: int, style: Style) -> str:
    """One line, cut at `width` characters; escape sequences take no room."""
    left = width
    line = ""
    for piece in pieces:
        text = piece.text[:left]
        left -= len(text)
        line += f"{piece.colour}{text}{style.end}" if piece.colour and text else text
    return line


def _decision(settlement: Settlement, at_s: float, style: Style) -> list[Piece]:
    note = settlement.decision or DecisionNote()
    pieces = [
        Piece(f"{at_s:5.1f} s ", style.dim),
        Piece(settlement.requested_model, style.bold),
        Piece(f" → {settlement.intent}/{settlement.tier}" if settlement.intent else ""),
        Piece(_strategy(settlement), style.cyan),
        Piece(" · " if note.candidates or note.skipped else ""),
        # A provider may stand here again with its other model, for the case that it lacks the first.
        Piece(" › ".join(dict.fromkeys(candidate.provider for candidate in note.candidates))),
    ]
    for skipped in note.skipped:
        pieces.append(Piece(f"  ({skipped.provider}: {skipped.code.replace('_', ' ')})", style.yellow))
    return pieces


def _attempt(attempt: Attempt, settlement: Settlement, style: Style) -> list[Piece]:
    head = f"{attempt.provider:<10} {attempt.model}  "
    if attempt.outcome == "ok":
        return [
            Piece(f"{_INDENT}{attempt.number} "),
            Piece("✓ ", style.green),
            Piece(head),
            Piece(_note(settlement), style.yellow),
            Piece(_result(settlement), style.dim),
        ]
    what = f"{attempt.status}" if attempt.outcome == "status" else attempt.outcome.replace("_", " ")
    return [
        Piece(f"{_INDENT}{attempt.number} "),
        Piece("✗ ", style.red),
        Piece(head),
        Piece(f"{what} {attempt.class_ or ''}".rstrip(), style.red),
        Piece(f"  {attempt.duration_ms:.0f} ms", style.dim),
        Piece(f"  {attempt.message}" if attempt.message else "", style.dim),
    ]


def _strategy(settlement: Settlement) -> str:
    """Without a source where nobody asked for one."""
    if settlement.strategy is None:
        return ""
    source = "" if settlement.strategy_source == "fallback" else f" ({settlement.strategy_source})"
    return f" · {settlement.strategy}{source}"


def _note(settlement: Settlement) -> str:
    if settlement.substituted == "none":
        return "fallback  " if settlement.fallback_used else ""
    if settlement.fallback_used:
        return "fallback, other model  "
    return f"other model ({settlement.substituted})  "


def _result(settlement: Settlement) -> str:
    usage = settlement.usage
    first_ms = settlement.first_byte_ms
    first = f"first {first_ms:.0f} · all " if settlement.streaming and first_ms is not None else ""
    parts = [
        f"{first}{settlement.duration_ms:.0f} ms",
        f"{usage.input_tokens or 0}+{usage.output_tokens or 0} tok",
        f"${settlement.cost_nanousd / 1e9:.6f}" if settlement.cost_nanousd is not None else "",
    ]
    return " · ".join(part for part in parts if part)
