import re

import msgspec

from perpetuo.cli.lab_decisions import Piece, decision_lines, fitted
from perpetuo.core.decision import Attempt, CandidateNote, DecisionNote, Skipped
from perpetuo.core.usage import Usage
from perpetuo.lab.live_view import ANSI, PLAIN
from perpetuo.ledger.records import Settlement

FAILED = Attempt(1, "openai", "k1", "gpt-4o", "status", 12.4, class_="RETRYABLE", status=503, message="Overloaded.")
ANSWERED = Attempt(2, "anthropic", "k2", "claude", "ok", 84.0, status=200)
DECISION = DecisionNote(
    candidates=tuple(CandidateNote(vendor, "k", "m", False, "") for vendor in ("openai", "anthropic", "openai")),
    skipped=(Skipped("groq", "k3", None, "breaker_open", "why"),),
)
SETTLED = Settlement(
    id="i", workspace_id="w", api_key_id="a", received_at_ms=0, endpoint="chat.completions", requested_model="gpt-4o",
    streaming=True, outcome="succeeded", status=200, alias="gpt-4o", intent="chat", tier="default", strategy="cheapest",
    strategy_source="header", decision=DECISION, attempts=(FAILED, ANSWERED), fallback_used=True,
    substituted="fallback", usage=Usage(input_tokens=3, output_tokens=20), cost_nanousd=120_000, first_byte_ms=96.0,
    duration_ms=310.0,
)  # fmt: skip


def lines(settlement: Settlement, width: int = 200) -> list[str]:
    return decision_lines(settlement, at_s=4.21, width=width, style=PLAIN)


def test_a_request_is_its_decision_and_then_its_attempts():
    assert lines(SETTLED) == [
        "  4.2 s gpt-4o → chat/default · cheapest (header) · openai › anthropic  (groq: breaker open)",
        "        1 ✗ openai     gpt-4o  503 RETRYABLE  12 ms  Overloaded.",
        "        2 ✓ anthropic  claude  fallback, other model  first 96 · all 310 ms · 3+20 tok · $0.000120",
    ]


def test_a_strategy_that_nobody_chose_has_no_source():
    first = lines(msgspec.structs.replace(SETTLED, strategy="default", strategy_source="fallback"))[0]
    assert " · default · openai" in first


def test_a_refused_request_says_why():
    refused = msgspec.structs.replace(
        SETTLED, outcome="failed", status=404, error_code="model_not_found", attempts=(), decision=None, intent=None,
        strategy=None,
    )  # fmt: skip
    assert lines(refused) == ["  4.2 s gpt-4o", "        ✗ 404 model_not_found"]


def test_when_everybody_failed_the_end_is_told_behind_the_attempts():
    failed = msgspec.structs.replace(
        SETTLED, outcome="failed", status=502, error_code="upstream_failed", attempts=(FAILED,)
    )
    assert lines(failed)[-2:] == [
        "        1 ✗ openai     gpt-4o  503 RETRYABLE  12 ms  Overloaded.",
        "        ✗ 502 upstream_failed",
    ]


def test_lines_keep_to_the_terminal_and_colours_take_no_room():
    for width in (20, 60, 100):
        plain = lines(SETTLED, width)
        assert max(map(len, plain)) <= width
        coloured = decision_lines(SETTLED, at_s=4.21, width=width, style=ANSI)
        assert [re.sub(r"\x1b\[\d+m", "", line) for line in coloured] == plain
    assert fitted([Piece("abc", ANSI.red), Piece("def", ANSI.red)], 3, ANSI) == f"{ANSI.red}abc{ANSI.end}"
