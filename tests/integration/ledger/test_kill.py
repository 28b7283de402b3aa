"""A writer process killed with SIGKILL while it appends: what it had written is all there, once."""

import asyncio
import os
import random
import select
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from perpetuo.ledger.journal import list_segments, read_records
from perpetuo.ledger.projector import Projector
from perpetuo.ledger.records import Intent, Settlement
from perpetuo.ledger.recovery import Recovery

# Says an id on stdout only after its record was appended, as a gateway forwards only after the intent.
WRITER = textwrap.dedent("""
    import os, sys, time
    from pathlib import Path
    from perpetuo.ledger.journal import JournalWriter
    from perpetuo.ledger.records import Intent, Settlement

    class Clock:
        monotonic_s = staticmethod(time.monotonic)
        wall_s = staticmethod(time.time)

    class Entropy:
        random_bytes = staticmethod(os.urandom)

    journal = JournalWriter(Path(sys.argv[1]), sys.argv[2], max_segment_bytes=20_000, max_total_bytes=None,
                            clock=Clock(), entropy=Entropy(), fsync=sys.argv[3])
    number = 0
    while True:
        number += 1
        known = dict(id=f"{sys.argv[2]}-{number}", workspace_id="w", api_key_id="k", received_at_ms=number,
                     endpoint="chat", requested_model="gpt-4", streaming=False)
        journal.append_intent(Intent(**known))
        os.write(1, f"i {known['id']}\\n".encode())
        if number % 5:
            journal.append_settlement(Settlement(**known, outcome="succeeded", status=200))
            os.write(1, f"s {known['id']}\\n".encode())
""")


class RealClock:
    monotonic_s = staticmethod(time.monotonic)
    wall_s = staticmethod(time.time)


class RealEntropy:
    random_bytes = staticmethod(os.urandom)


class Tables:
    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.stored: dict[str, int] = {}

    async def positions(self, segments: Sequence[str]) -> dict[str, int]:
        return {name: self.stored[name] for name in segments if name in self.stored}

    async def apply(
        self, rows: Sequence[dict[str, Any]], positions: Mapping[str, int], contents: Sequence[object] = ()
    ) -> tuple[set[str], dict[str, str]]:
        new = {row["id"]: row["outcome"] for row in rows if row["id"] not in self.outcomes}
        self.outcomes |= new
        self.stored |= positions
        return set(new), {}

    async def finish(self, segments: Sequence[str]) -> None: ...

    async def forget(self, segments: Sequence[str]) -> None: ...


def start_writer(directory: Path, name: str, fsync: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(directory), name, fsync], stdout=subprocess.PIPE)


def kill_after(process: subprocess.Popen[bytes], said_bytes: int) -> list[str]:
    """Reads until that much was said, kills, and returns every whole line."""
    assert process.stdout is not None
    said = b""
    while len(said) < said_bytes:
        assert select.select([process.stdout], [], [], 30)[0]
        chunk = os.read(process.stdout.fileno(), 4096)
        assert chunk, "the writer ended by itself"
        said += chunk
    process.send_signal(signal.SIGKILL)
    process.wait()
    said += process.stdout.read()
    process.stdout.close()
    return said.decode().splitlines()


def test_after_each_kill_every_id_is_a_row_exactly_once(tmp_path: Path):
    dice = random.Random(7)
    tables = Tables()
    clock, entropy = RealClock(), RealEntropy()
    books = Projector(tmp_path, tables, clock)
    intents: set[str] = set()
    settled: set[str] = set()
    for round_ in range(8):
        process = start_writer(tmp_path, f"w{round_}", "batch" if round_ % 2 else "off")
        asyncio.run(books.project_once())
        lines = kill_after(process, dice.randrange(1, 20_000))
        intents |= {line[2:] for line in lines if line.startswith("i ")}
        settled |= {line[2:] for line in lines if line.startswith("s ")}
        if round_ % 3 == 0:
            asyncio.run(books.project_once())
        Recovery(tmp_path, clock, entropy).recover()
        asyncio.run(books.project_once())
    assert intents <= tables.outcomes.keys()
    assert all(tables.outcomes[id_] == "succeeded" for id_ in settled)
    # What was never said may be there too: the kill fell between the record and the word.
    assert len(tables.outcomes.keys() - intents) <= 8
    assert {outcome for id_, outcome in tables.outcomes.items() if id_ in intents - settled} >= {"interrupted"}
    assert list_segments(tmp_path) == []
    books.close()


def test_a_killed_writer_leaves_only_whole_records_and_its_lock_free(tmp_path: Path):
    lines = kill_after(start_writer(tmp_path, "w0", "off"), 10_000)
    records = [record for segment in list_segments(tmp_path) for record, _ in read_records(segment.path)]
    read = [("i " if isinstance(record, Intent) else "s ") + record.id for record in records]  # type: ignore[union-attr]
    assert read[: len(lines)] == lines
    assert len(read) - len(lines) in (0, 1)
    assert all(isinstance(record, Intent | Settlement) for record in records)
    assert Recovery(tmp_path, RealClock(), RealEntropy()).recover().families == 1
