"""`perpetuo bench` against a real gateway, as small as it gets, and its load generator against wrong answers."""

import asyncio
import csv
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from perpetuo.lab.bench.exchanges import Wanted, request_body, request_bytes, stream_chunk, stream_head, unary_reply
from perpetuo.lab.bench.generator import LoadRun
from perpetuo.lab.bench.load_plan import LoadPlan, LoadResult

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

REQUEST = request_bytes(request_body(Wanted()), "127.0.0.1", {})
WRONG_ANSWERS = {
    "status 429": b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
    "a body of 800 bytes instead of 700": unary_reply(800),
    "unreadable: no HTTP/1.x answer": b"not at all\r\n\r\n",
}


@asynccontextmanager
async def answering(answer: bytes, *, closes: bool = False) -> AsyncIterator[int]:
    """The port of a server that always says the same."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(len(REQUEST) - REQUEST.index(b"\r\n\r\n") - 4)
                writer.write(answer)
                await writer.drain()
                if closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def load(port: int, **changes: float) -> LoadResult:
    plan = LoadPlan(
        port=port,
        request=REQUEST,
        connections=2,
        body_bytes=700,
        warm_up_s=0.0,
        seconds=0.1,
        per_s=changes.get("per_s", 0),
    )
    return await LoadRun(plan).measure()


@pytest.mark.parametrize("problem", WRONG_ANSWERS)
async def test_an_answer_that_is_wrong_is_a_problem_and_not_a_request(problem: str) -> None:
    async with answering(WRONG_ANSWERS[problem]) as port:
        result = await load(port)
    assert problem in result.problems
    assert result.all_completed == 0


async def test_a_stream_that_is_cut_is_a_problem() -> None:
    async with answering(stream_head() + stream_chunk(0), closes=True) as port:
        result = await load(port)
    assert "the connection was cut in the middle of an answer" in result.problems
    assert result.all_completed == 0


@pytest.mark.parametrize("per_s", [0, 200], ids=["closed loop", "open loop"])
async def test_right_answers_are_counted_and_their_times_known(per_s: int) -> None:
    async with answering(unary_reply(700)) as port:
        result = await load(port, per_s=per_s)
    assert result.problems == {}
    assert result.latency is not None
    assert result.all_completed >= result.completed > 0
    assert result.latency.count > 0


async def test_a_connection_that_a_server_ends_between_two_answers_is_replaced() -> None:
    answer = unary_reply(700).replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
    async with answering(answer, closes=True) as port:
        result = await load(port)
    assert result.problems == {}
    assert result.all_completed > 2


@pytest.mark.slow
def test_the_command_measures_a_real_gateway_and_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "perpetuo.cli.main", "bench", "--out", str(tmp_path / "out")),
            *("--scenario", "unary", "--scenario", "memory", "--scenario", "prompts"),
            *("--rounds", "1", "--seconds", "0.3", "--connections", "4", "--streams", "4"),
        ],
        env={**kept, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    rows = list(csv.DictReader((tmp_path / "out" / "results.csv").read_text().splitlines()))
    found = {(row["scenario"], row["subject"], row["metric"]) for row in rows}
    assert {("unary", "direct", "per_s"), ("memory", "perpetuo", "rest_rss_mib")} <= found
    assert {("unary", "perpetuo", "worker_cpu_us"), ("prompts", "perpetuo", "added_p99_ms")} <= found
    assert (tmp_path / "out" / "results.svg").read_text().startswith("<svg")
    assert [path.name for path in tmp_path.glob("perpetuo-bench-*")] == []
    assert [process for process in psutil.process_iter() if speaks_of(process, tmp_path)] == []


def speaks_of(process: psutil.Process, path: Path) -> bool:
    """Its command or where it works."""
    try:
        return any(str(path) in text for text in (*process.cmdline(), process.cwd()))
    except psutil.Error:
        return False
