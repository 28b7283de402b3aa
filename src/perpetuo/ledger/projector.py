"""Copies settlements from the journals of this machine into the tables. May lag; never loses, never counts twice.

One projector per machine (`projector.lock`). What it has read is stored with the rows in one transaction; rows are
keyed by request id and counters move only by rows really inserted, so reading something again changes nothing.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from perpetuo.core.ports import Clock
from perpetuo.ledger.journal import (
    CorruptRegion,
    Segment,
    family_lock_path,
    list_segments,
    read_records,
    segment_name,
    try_lock,
)
from perpetuo.ledger.records import Content, Intent, Record, Settlement

POLL_S = 0.25
BATCH_ROWS = 500
BATCH_RECORDS = 5000
BATCH_CONTENT_BYTES = 8 * 1024 * 1024
BACKOFF_MAX_S = 2.0
MAINTENANCE_EVERY_S = 3600.0
_INT64_MAX = 2**63 - 1
MAX_TOKENS = 10**12
MAX_COST_NANOUSD = 10**15
"""What one request is counted as at most. Vendors are whoever a tenant names: sums over what an absurd one reports must
stay within 64 bits, or the books of everybody stop."""

_log = logging.getLogger(__name__)

LogRow = dict[str, Any]
"""A settlement as a row: the names of `Settlement`, usage spread out (`input_tokens`, ..., `usage_source`),
`decision` and `attempts` as JSON values."""


class ProjectionStore(Protocol):
    """The tables, as the projector sees them. May raise anything: the projector then waits and tries again."""

    async def positions(self, segments: Sequence[str]) -> dict[str, int]:
        """File name -> bytes of it that are in the tables; files never seen are missing."""
        ...

    async def apply(
        self, rows: Sequence[LogRow], positions: Mapping[str, int], contents: Sequence[Content] = ()
    ) -> tuple[set[str], dict[str, str]]:
        """In one transaction: inserts rows whose id is new, moves counters by these, inserts contents whose id is new,
        stores the positions.

        Returns the ids inserted, and id -> reason for rows the tables can never take. Contents they can never take are
        dropped.
        """
        ...

    async def finish(self, segments: Sequence[str]) -> None:
        """The files are deleted, all of them is in the tables. Their positions stay, beyond every offset: the writer
        lives, and compares what it settled with them."""
        ...

    async def forget(self, segments: Sequence[str]) -> None:
        """The files are deleted and their writers gone: drops the positions."""
        ...


@dataclass
class ProjectorCounts:
    """Since start. rejected: rows the tables refuse, kept in `rejected.jsonl`."""

    inserted: int = 0
    duplicates: int = 0
    rejected: int = 0
    corrupt_regions: int = 0
    deleted_segments: int = 0
    failures: int = 0


@dataclass
class _Batch:
    settlements: dict[str, Settlement] = field(default_factory=dict[str, Settlement])
    seen: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])
    """(segment, request id, is an intent), in the order of reading."""
    interrupted: set[str] = field(default_factory=set[str])
    positions: dict[str, int] = field(default_factory=dict[str, int])
    corrupt: list[tuple[Path, CorruptRegion]] = field(default_factory=list[tuple[Path, CorruptRegion]])
    contents: list[Content] = field(default_factory=list[Content])
    content_bytes: int = 0

    def full(self) -> bool:
        return (
            len(self.settlements) >= BATCH_ROWS
            or len(self.seen) >= BATCH_RECORDS
            or self.content_bytes >= BATCH_CONTENT_BYTES
        )


class Projector:
    """maintenance: awaited once an hour by the machine's projector (partitions, retention)."""

    def __init__(
        self,
        directory: Path,
        store: ProjectionStore,
        clock: Clock,
        *,
        maintenance: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._directory = directory
        self._store = store
        self._clock = clock
        self._maintenance = maintenance
        self._maintained_at_s: float | None = None
        self._lock: int | None = None
        self._offsets: dict[str, int] = {}
        self._open: dict[str, str] = {}
        """Request id -> the segment its intent is in."""
        self._settled_early: set[str] = set()
        """Settled by recovery in a file that sorts before the intent's (the wall clock went back)."""
        self._finished: list[str] = []
        self._gone: list[str] = []
        """Deleted segments of living and of dead writers, of which the store was not told yet."""
        self.counts = ProjectorCounts()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then once more, so that a graceful stop leaves nothing behind if the store is up."""
        backoff_s = POLL_S
        try:
            while not stop.is_set():
                wait_s = POLL_S
                try:
                    await self.project_once()
                    await self._maintain()
                    backoff_s = POLL_S
                except Exception as exc:  # noqa: BLE001 - the store's errors are not ours to name; the books go on
                    self.counts.failures += 1
                    _log.warning("projection waits: %s", type(exc).__name__)
                    wait_s = backoff_s = min(backoff_s * 2, BACKOFF_MAX_S)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait_s)
            with contextlib.suppress(Exception):  # What is left stays in the journal for the next start.
                await self.project_once()
        finally:
            self.close()

    async def project_once(self) -> int:
        """Projects all there is now; returns rows inserted. Does nothing while another process is the projector."""
        if self._lock is None:
            self._lock = await asyncio.to_thread(try_lock, self._directory / "projector.lock")
            if self._lock is None:
                return 0
        inserted = 0
        while True:
            segments = await asyncio.to_thread(list_segments, self._directory)
            await self._load(segments)
            batch = await asyncio.to_thread(_read_new, segments, self._offsets)
            if not batch.positions:
                break
            inserted += await self._apply(batch)
            # Under load there is always more: without this nothing would be deleted until it ends.
            await self._delete_finished(segments, only_passed=True)
        await self._delete_finished(segments)
        return inserted

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _load(self, segments: list[Segment]) -> None:
        """Where reading goes on in files not seen since start, and which of their intents are still open."""
        unknown = [segment for segment in segments if segment.path.name not in self._offsets]
        if not unknown:
            return
        stored = await self._store.positions([segment.path.name for segment in unknown])
        for segment in unknown:
            offset = stored.get(segment.path.name, 0)
            if offset:
                self._track(await asyncio.to_thread(_read_again, segment, offset))
            self._offsets[segment.path.name] = offset

    async def _apply(self, batch: _Batch) -> int:
        inserted: set[str] = set()
        if batch.settlements or batch.contents:
            rows = [log_row(settlement) for settlement in batch.settlements.values()]
            inserted, rejected = await self._store.apply(rows, batch.positions, batch.contents)
            if rejected:
                kept = [batch.settlements[request_id] for request_id in rejected]
                await asyncio.to_thread(_keep_rejected, self._directory, kept)
                _log.error("%d rows refused by the tables, e.g. %s", len(rejected), next(iter(rejected.values())))
            self.counts.inserted += len(inserted)
            self.counts.rejected += len(rejected)
            self.counts.duplicates += len(rows) - len(inserted) - len(rejected)
        for path, region in batch.corrupt:
            self.counts.corrupt_regions += 1
            _log.error("%s: bytes %d to %d are %s", path.name, region.start, region.end, region.reason)
            await asyncio.to_thread(_quarantine, path, region)
        self._offsets.update(batch.positions)
        self._track(batch)
        return len(inserted)

    def _track(self, batch: _Batch) -> None:
        for segment, request_id, is_intent in batch.seen:
            if is_intent and request_id not in self._settled_early:
                self._open[request_id] = segment
            elif not is_intent and self._open.pop(request_id, None) is None and request_id in batch.interrupted:
                self._settled_early.add(request_id)

    async def _delete_finished(self, segments: list[Segment], *, only_passed: bool = False) -> None:
        """Deletes, oldest first within a family, closed segments that are read to the end and have no open intent.

        only_passed: not all is read yet; to the end are those behind which a later one has been begun."""
        newest = {segment.family: segment.sequence for segment in segments}
        if only_passed and len(newest) == len(segments):
            return
        begun = {segment.family: segment.sequence for segment in segments if self._offsets[segment.path.name]}
        waiting = set(self._open.values())
        stuck: set[str] = set()
        for segment in segments:
            name = segment.path.name
            is_passed = segment.sequence < begun.get(segment.family, 0)
            if segment.family in stuck or name in waiting or (only_passed and not is_passed):
                stuck.add(segment.family)
            elif segment.sequence < newest[segment.family]:
                await asyncio.to_thread(segment.path.unlink, missing_ok=True)
                self._finished.append(name)
                self._drop(name)
            elif await asyncio.to_thread(_delete_last, segment, self._offsets[name]):
                self._gone += [segment_name(segment.family, at) for at in range(1, segment.sequence + 1)]
                self._drop(name)
            else:
                stuck.add(segment.family)
        if self._finished:
            await self._store.finish(self._finished)
            self._finished = []
        if self._gone:
            await self._store.forget(self._gone)
            self._gone = []

    def _drop(self, name: str) -> None:
        self._offsets.pop(name, None)
        self.counts.deleted_segments += 1

    async def _maintain(self) -> None:
        now_s = self._clock.monotonic_s()
        due = self._maintained_at_s is None or now_s - self._maintained_at_s >= MAINTENANCE_EVERY_S
        if self._maintenance is not None and self._lock is not None and due:
            await self._maintenance()
            self._maintained_at_s = now_s


def log_row(settlement: Settlement) -> LogRow:
    """The settlement as PostgreSQL can hold it: no NUL in text, integers within 64 bits, counts within reason."""
    row: LogRow = _storable(msgspec.to_builtins(settlement, str_keys=True))
    del row["type"]
    usage = row.pop("usage")
    row["usage_source"] = usage.pop("source")
    row |= {name: _bounded(count, MAX_TOKENS) for name, count in usage.items()}
    row["cost_nanousd"] = _bounded(row["cost_nanousd"], MAX_COST_NANOUSD)
    return row


def _bounded(count: int | None, most: int) -> int | None:
    return None if count is None else max(0, min(most, count))


def _storable(value: Any) -> Any:
    match value:
        case bool():
            return value
        case str():
            return value.replace("\x00", "\ufffd")
        case int():
            return max(-_INT64_MAX, min(_INT64_MAX, value))
        case list() | tuple():
            return [_storable(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def _read_new(segments: list[Segment], offsets: Mapping[str, int]) -> _Batch:
    batch = _Batch()
    for segment in segments:
        offset = offsets[segment.path.name]
        with contextlib.suppress(FileNotFoundError):
            if segment.path.stat().st_size > offset:
                _collect(segment, offset, batch)
        if batch.full():
            break
    return batch


def _collect(segment: Segment, offset: int, batch: _Batch) -> None:
    name = segment.path.name
    for record, next_offset in read_records(segment.path, offset):
        batch.positions[name] = next_offset
        if isinstance(record, CorruptRegion):
            batch.corrupt.append((segment.path, record))
        elif isinstance(record, Content):
            batch.contents.append(record)
            batch.content_bytes += len(record.sealed)
        else:
            _note(name, record, batch)
            if isinstance(record, Settlement):
                batch.settlements.setdefault(record.id, record)
        if batch.full():
            return


def _read_again(segment: Segment, end: int) -> _Batch:
    """The part of a segment that is in the tables, only to learn which of its intents are open."""
    batch = _Batch()
    for record, next_offset in _until(segment.path, end):
        if next_offset <= end and not isinstance(record, Content | CorruptRegion):
            _note(segment.path.name, record, batch)
    return batch


def _until(path: Path, end: int) -> Iterator[tuple[Record | CorruptRegion, int]]:
    for record, next_offset in read_records(path):
        yield record, next_offset
        if next_offset >= end:
            return


def _note(segment: str, record: Intent | Settlement, batch: _Batch) -> None:
    batch.seen.append((segment, record.id, isinstance(record, Intent)))
    if isinstance(record, Settlement) and record.outcome == "interrupted":
        batch.interrupted.add(record.id)


def _delete_last(segment: Segment, offset: int) -> bool:
    """Deletes a family's last segment, if its writer is gone and left nothing that was not read."""
    lock_path = family_lock_path(segment.path.parent, segment.family)
    lock = try_lock(lock_path)
    if lock is None:
        return False
    try:
        if next(read_records(segment.path, offset), None) is not None:
            return False  # Written between reading and locking: the next round reads it.
        torn_bytes = segment.path.stat().st_size - offset
        if torn_bytes:
            _log.warning("%s: its last %d bytes are torn", segment.path.name, torn_bytes)
        segment.path.unlink()
        lock_path.unlink()
        return True
    finally:
        os.close(lock)


def _quarantine(path: Path, region: CorruptRegion) -> None:
    target = path.parent / "quarantine" / f"{path.name}.{region.start}-{region.end}"
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("rb") as file:
            file.seek(region.start)
            target.write_bytes(file.read(region.end - region.start))
    except OSError as exc:  # A full disk may not stop the projection: it is what empties the disk.
        _log.error("%s could not be quarantined: %s", target.name, exc.strerror)


def _keep_rejected(directory: Path, settlements: list[Settlement]) -> None:
    with (directory / "rejected.jsonl").open("ab") as file:
        file.write(msgspec.json.Encoder().encode_lines(settlements))
