"""`perpetuo lab` as a person uses it: serve a scenario, watch it, load it, and the demo."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

SCENARIO = """
vendors:
  - {name: groq, settings: {words: 3}}
  - {name: claude, shape: anthropic}
phases:
  - groq every-second-of-it
"""
GOOD = SCENARIO.replace("groq every-second-of-it", "groq 50 % status_429 from second 0")


async def started(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "perpetuo.cli.main", "lab", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "COLUMNS": "120"},
    )  # fmt: skip


async def ran(*arguments: str) -> tuple[int, str, str]:
    process = await started(*arguments)
    out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


@asynccontextmanager
async def served(*arguments: str) -> AsyncIterator[Sequence[dict[str, str]]]:
    process = await started("serve", *arguments)
    assert process.stdout is not None
    try:
        yield msgspec.json.decode(await process.stdout.readline())["vendors"]
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "scenario.yaml"
    path.write_text(GOOD)
    return str(path)


async def test_check_shows_what_happens_when(scenario: str) -> None:
    code, out, _ = await ran("check", scenario)
    assert code == 0
    assert re.search(r"0 s +groq +50 % status_429", out)
    code, out, _ = await ran("check", "rate-limited")
    assert (code, "10 s  groq" in out, "40 s  groq" in out) == (0, True, True)


async def test_check_says_in_one_sentence_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SCENARIO)
    code, _, error = await ran("check", str(path))
    assert code == 1
    assert "wrong.yaml: line 6, phases[0].fault: unknown fault 'every-second-of-it'" in error
    assert "Traceback" not in error
    code, _, error = await ran("check", "no-such-scenario")
    assert (code, "there are cheats, outage, rate-limited" in error) == (1, True)


async def test_a_scenario_is_served_loaded_and_watched(scenario: str) -> None:
    async with served("--scenario", scenario) as vendors:
        assert [vendor["name"] for vendor in vendors] == ["groq", "claude"]
        url = vendors[0]["base_url"]
        code, out, _ = await ran("load", "--url", url, "--key", "k", "--rate", "100", "--seconds", "1", "--json")
        report = msgspec.json.decode(out)
        assert (code, set(report["outcomes"])) == (0, {"ok", "status_429"})
        assert report["planned"] == sum(report["outcomes"].values()) > 50
        code, out, _ = await ran("load", "--url", url, "--key", "k", "--rate", "50", "--seconds", "0.5")
        assert (code, "outcome" in out, "from the planned time" in out) == (0, True, True)
        code, out, _ = await ran("watch", "--times", "1", *(vendor["control_url"] for vendor in vendors))
        groq, claude = out.splitlines()
        assert code == 0
        assert re.search(r"^groq  requests=\d+ .*429×\d+.*faults=status_429×\d+  phase=50 % status_429$", groq)
        assert claude.startswith("claude  requests=0")


async def test_serve_shows_what_vendors_see_while_it_runs(scenario: str) -> None:
    process = await started("serve", "--scenario", scenario, "--live")
    assert process.stdout is not None
    await process.stdout.readline()
    lines = [(await process.stdout.readline()).decode() for _ in range(2)]
    assert [line.split()[0] for line in lines] == ["groq", "claude"]
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("load", "--url", "http://example.com", "--key", "k"), "loopback only"),
        (("watch", "http://10.0.0.1:80"), "loopback only"),
        (("serve", "--scenario", "outage", "--anthropic", "2"), "--anthropic and --scenario do not go together"),
        (("serve", "--scenario", "outage", "--words", "2"), "--words and --scenario do not go together"),
    ],
)
async def test_what_can_not_be_is_refused_with_the_reason(arguments: tuple[str, ...], says: str) -> None:
    code, _, error = await ran(*arguments)
    assert (code, says in error, "Traceback" in error) == (2, True, False)


async def test_the_demo_shows_decisions_and_fallbacks_and_ends_by_itself() -> None:
    code, out, error = await ran("demo", "--seconds", "6", "--rate", "12")
    assert (code, error) == (0, "")
    assert re.search(r"gpt-4o → chat/default · \w+.* · openai › anthropic › groq", out), "decisions"
    assert re.search(r"1 ✗ openai +gpt-4o  503 RETRYABLE", out), "attempts that failed"
    assert re.search(r"2 ✓ (anthropic|groq) .*fallback", out), "and what answered instead"
    assert re.search(r"\(openai: (cooling|breaker open)\)", out), "who was left out"
    assert "──── openai is down (503)" in out
    assert "──── openai is well again" in out
    summary = re.search(r"(\d+) requests, (\d+) answered, (\d+) of them by a fallback", out)
    assert summary is not None
    asked, answered, fallbacks = map(int, summary.groups())
    assert asked == answered > 30
    assert fallbacks > 0
    assert "vendors' own books: the same" in out
    assert "\x1b[" not in out, "no colours in a pipe"


async def test_the_demo_ends_when_told_to_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "perpetuo.cli.main", "lab", "demo", "--seconds", "300", "--rate", "20",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout is not None
    while b"\xe2\x9c\x93" not in await process.stdout.readline():  # the first answer
        assert process.returncode is None
    process.send_signal(signal.SIGINT)
    out, error = await process.communicate()
    assert (process.returncode, error) == (0, b"")
    assert b"requests, " in out
    assert list(tmp_path.iterdir()) == []
