"""Records, and the parts a journal is given, for the tests of the ledger."""

import contextlib
import itertools
import resource
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from perpetuo.core.decision import Attempt, CandidateNote, DecisionNote
from perpetuo.core.usage import Usage
from perpetuo.ledger.journal import CorruptRegion, JournalWriter, list_segments, read_records
from perpetuo.ledger.records import Content, Intent, Record, Settlement


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.now_s = 0.0
        self.wall = 1_795_000_000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.wall


class CountingEntropy:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def random_bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count, "big")


def intent(number: int, **changes: Any) -> Intent:
    fields: dict[str, Any] = {
        "id": f"01932b00-0000-7000-8000-{number:012d}",
        "workspace_id": "01932b00-0000-7000-8000-00000000aaaa",
        "api_key_id": "01932b00-0000-7000-8000-00000000bbbb",
        "received_at_ms": 1_795_000_000_000 + number,
        "endpoint": "chat",
        "requested_model": "gpt-4",
        "streaming": bool(number % 2),
        "tags": {"team": "a"},
    }
    return Intent(**fields | changes)


def settlement(number: int, **changes: Any) -> Settlement:
    known = intent(number)
    fields: dict[str, Any] = {name: getattr(known, name) for name in known.__struct_fields__}
    fields |= {
        "outcome": "succeeded",
        "status": 200,
        "usage": Usage(input_tokens=number, output_tokens=2 * number, source="reported"),
        "cost_nanousd": number * 1000,
        "attempts": (Attempt(1, "openai", "key", "gpt-4", "ok", 12.5),),
        "decision": DecisionNote(candidates=(CandidateNote("openai", "key", "gpt-4", True, "first"),)),
    }
    return Settlement(**fields | changes)


def writer(directory: Path, name: str = "w0", **changes: Any) -> JournalWriter:
    options: dict[str, Any] = {
        "max_segment_bytes": 1024 * 1024,
        "max_total_bytes": None,
        "clock": TestClock(),
        "entropy": CountingEntropy(),
    }
    return JournalWriter(directory, name, **options | changes)


def everything(directory: Path) -> list[Record | CorruptRegion]:
    return [record for segment in list_segments(directory) for record, _ in read_records(segment.path)]


@contextlib.contextmanager
def files_end_at(size_bytes: int) -> Iterator[None]:
    """A disk that is full: the kernel takes what fits below `size_bytes` of a file and refuses the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Tables:
    """The tables in memory: what `ProjectionStore` promises and nothing more."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, Content] = {}
        self.input_tokens = 0
        self.stored: dict[str, int] = {}
        self.down = False
        self.lose_the_answer = False
        self.refused: set[str] = set()

    async def positions(self, segments: Sequence[str]) -> dict[str, int]:
        self._reach()
        return {name: self.stored[name] for name in segments if name in self.stored}

    async def apply(
        self, rows: Sequence[dict[str, Any]], positions: Mapping[str, int], contents: Sequence[Content] = ()
    ) -> tuple[set[str], dict[str, str]]:
        self._reach()
        for content in contents:
            self.contents.setdefault(content.id, content)
        rejected = {row["id"]: "refused" for row in rows if row["id"] in self.refused}
        new = {row["id"]: row for row in rows if row["id"] not in self.rows and row["id"] not in rejected}
        self.rows |= new
        self.input_tokens += sum(row["input_tokens"] or 0 for row in new.values())
        self.stored |= positions
        if self.lose_the_answer:
            self.lose_the_answer = False
            raise ConnectionResetError
        return set(new), rejected

    async def finish(self, segments: Sequence[str]) -> None:
        self._reach()
        self.stored |= dict.fromkeys(segments, 2**63 - 1)

    async def forget(self, segments: Sequence[str]) -> None:
        self._reach()
        self.stored = {name: at for name, at in self.stored.items() if name not in segments}

    def _reach(self) -> None:
        if self.down:
            raise ConnectionRefusedError


def append_bytes(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def flip_byte(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)


def content(number: int, sealed: bytes = b"sealed") -> Content:
    return Content(intent(number).id, intent(number).workspace_id, sealed)
