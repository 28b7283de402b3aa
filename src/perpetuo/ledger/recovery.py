"""Settles what dead writers left open, so that every forwarded request ends up in the tables exactly once."""

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from perpetuo.core.ports import Clock, Entropy
from perpetuo.ledger.journal import (
    CorruptRegion,
    JournalWriter,
    Segment,
    family_lock_path,
    list_segments,
    read_records,
    try_lock,
)
from perpetuo.ledger.records import Content, Intent, Settlement

_log = logging.getLogger(__name__)

_WORKER_NAME = "recovery"
INTERRUPTED_STATUS = 502
"""What a client whose connection broke would have been told; nobody was left to tell it."""


@dataclass(frozen=True)
class Recovered:
    """families: dead writers looked at. interrupted: intents that got their settlement now."""

    families: int
    interrupted: int
    corrupt_regions: int
    torn_bytes: int


class Recovery:
    """Call `recover` at start and every minute or so, in a thread: it reads files.

    Safe to call while writers, the projector and other processes' recoveries run: a family is touched only under
    its writer's lock, and settling an id once more would change nothing in the tables.
    """

    def __init__(
        self, directory: Path, clock: Clock, entropy: Entropy, *, max_segment_bytes: int = 64 * 1024**2
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._entropy = entropy
        self._max_segment_bytes = max_segment_bytes
        self._done: set[str] = set()

    def recover(self) -> Recovered:
        """Raises JournalUnavailable when the disk does not take the settlements; calling again then goes on."""
        if not self._directory.is_dir():
            return Recovered(0, 0, 0, 0)
        self._remove_orphaned_locks()
        families = {segment.family for segment in list_segments(self._directory)}
        self._done &= families
        with contextlib.ExitStack() as locks:
            dead = {family for family in families - self._done if self._lock(family, locks)}
            if not dead:
                return Recovered(0, 0, 0, 0)
            # Listed again: the files of a writer that was alive a moment ago are complete only now.
            segments = [segment for segment in list_segments(self._directory) if segment.family in dead]
            found = _Findings()
            for segment in segments:
                found.read(segment)
            open_intents = found.open_intents
            self._settle(open_intents)
        self._done |= {family for family in dead if not _is_recovery(family)}
        return Recovered(len(dead), len(open_intents), found.corrupt_regions, found.torn_bytes)

    def _lock(self, family: str, locks: contextlib.ExitStack) -> bool:
        lock = try_lock(family_lock_path(self._directory, family))
        if lock is None:
            return False
        locks.callback(os.close, lock)
        return True

    def _settle(self, open_intents: list[Intent]) -> None:
        if not open_intents:
            return
        writer = JournalWriter(
            self._directory,
            _WORKER_NAME,
            max_segment_bytes=self._max_segment_bytes,
            max_total_bytes=None,  # It is what lets the files be deleted.
            clock=self._clock,
            entropy=self._entropy,
        )
        try:
            for intent in open_intents:
                writer.append_settlement(interrupted(intent))
        finally:
            writer.close()

    def _remove_orphaned_locks(self) -> None:
        """Locks without segments, of writers that never wrote. A living writer's is held, so it stays."""
        families = {segment.family for segment in list_segments(self._directory)}
        for path in self._directory.glob("[0-9]*.lock"):
            if path.name.removesuffix(".lock") not in families and (lock := try_lock(path)) is not None:
                path.unlink(missing_ok=True)
                os.close(lock)


class _Findings:
    def __init__(self) -> None:
        self._open: dict[str, Intent] = {}
        self._settled_elsewhere: set[str] = set()
        self.corrupt_regions = 0
        self.torn_bytes = 0

    @property
    def open_intents(self) -> list[Intent]:
        return [intent for intent in self._open.values() if intent.id not in self._settled_elsewhere]

    def read(self, segment: Segment) -> None:
        end = 0
        try:
            for record, end in read_records(segment.path):  # noqa: B007 - the last one is used below
                self._note(record)
            torn_bytes = segment.path.stat().st_size - end
        except FileNotFoundError:
            return  # The projector deleted it: everything in it is in the tables.
        if torn_bytes:
            self.torn_bytes += torn_bytes
            _log.warning("%s: its last %d bytes are torn", segment.path.name, torn_bytes)

    def _note(self, record: Intent | Settlement | Content | CorruptRegion) -> None:
        match record:
            case Intent():
                self._open[record.id] = record
            case Settlement():
                if self._open.pop(record.id, None) is None and record.outcome == "interrupted":
                    self._settled_elsewhere.add(record.id)
            case Content():
                pass  # Its settlement is before it.
            case CorruptRegion():
                self.corrupt_regions += 1


def interrupted(intent: Intent) -> Settlement:
    """What is known of a request whose process died: that it was forwarded, and not how it ended."""
    return Settlement(
        id=intent.id,
        workspace_id=intent.workspace_id,
        api_key_id=intent.api_key_id,
        received_at_ms=intent.received_at_ms,
        endpoint=intent.endpoint,
        requested_model=intent.requested_model,
        streaming=intent.streaming,
        tags=intent.tags,
        outcome="interrupted",
        status=INTERRUPTED_STATUS,
        error_code="interrupted",
    )


def _is_recovery(family: str) -> bool:
    return f"-{_WORKER_NAME}-" in family
