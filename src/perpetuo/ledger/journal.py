"""The append-only files that requests are recorded in before anything else: the truth, tables are its projection.

A record is  length (u32 LE) | CRC32C of the payload (u32 LE) | payload (one JSON object of `ledger.records`).

JSON, not a binary form: a length below 16 MiB has a zero byte and JSON text never has one, so no client can smuggle
a forged record inside its own strings, and the reader may look for the next record after a damaged one.

Files of one writer (a *family*):  `<utc ms>-<worker>-<random>.lock`             flock-ed as long as the writer lives
                                   `<utc ms>-<worker>-<random>.<nnnnnn>.journal` segments; only the last one grows
"""

import contextlib
import errno
import fcntl
import itertools
import os
import re
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

import google_crc32c
import msgspec

from perpetuo.core.ports import Clock, Entropy
from perpetuo.ledger.records import Content, Intent, Record, Settlement

MAX_RECORD_BYTES = 4 * 1024 * 1024
"""Far above any honest record, and low enough that a length always has a zero byte."""
SETTLEMENT_RESERVE_BYTES = 4096
"""Room kept for the settlement of each open intent."""
CONTENT_SHARE = 0.5
"""How much of a full journal may be there before contents are no longer taken: the rest is for accounting."""

_HEADER = struct.Struct("<II")
_PAYLOAD_START = b'{"type":"'
_READ_BLOCK_BYTES = 1024 * 1024
_SCAN_EVERY_S = 1.0
_SCAN_EVERY_BYTES = 1024 * 1024
_SCAN_WHEN_FULL_S = 0.2
_WRITTEN_TOGETHER_BYTES = 1024 * 1024
_SYNC_PAUSE_S = 0.02
_NAME = re.compile(r"(?P<family>\d+-[A-Za-z0-9_-]+)\.(?P<sequence>\d{6,})\.journal")

_encode = msgspec.json.Encoder().encode
_crc32c = cast(Callable[[bytes], int], google_crc32c.value)  # pyright: ignore[reportUnknownMemberType]
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


class JournalUnavailable(Exception):
    """A record could not be written: disk full, size bound reached, I/O error. Nothing of it is left in the file.
    The next append tries again by itself."""


class Position(NamedTuple):
    """The end of a record. `segment` is a file name; `offset` is in bytes."""

    segment: str
    offset: int


class CorruptRegion(NamedTuple):
    """Bytes [start, end) of a segment that hold no readable record, with readable ones behind them."""

    start: int
    end: int
    reason: Literal["damaged", "unknown_record"]


class Segment(NamedTuple):
    family: str
    sequence: int
    path: Path


class JournalWriter:
    """The one writer of a family. Called from one thread.

    max_segment_bytes: a new segment starts before this is passed; a single larger record still fits.
    max_total_bytes: bound over all segments of the directory, whoever wrote them; None = no bound. Sizes are read
        once a second or MiB, so several workers together may pass it by a MiB each.
    fsync: `batch` syncs in a thread, as often as the disk can.
    defer: calls what it is given when this turn of the event loop is over. Settlements then wait until there, or for
        the next intent, and are written together; intents never wait. Without it each is written at once.
    """

    def __init__(
        self,
        directory: Path,
        worker_name: str,
        *,
        max_segment_bytes: int,
        max_total_bytes: int | None,
        clock: Clock,
        entropy: Entropy,
        fsync: Literal["off", "batch"] = "off",
        defer: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._max_segment_bytes = max_segment_bytes
        self._max_total_bytes = max_total_bytes
        self._clock = clock
        self.family, self._lock = _claim_family(directory, worker_name, clock, entropy)
        self._syncer = _Syncer() if fsync == "batch" else None
        self._fd: int | None = None
        self._sequence = 0
        self._name = ""
        """Of the present segment."""
        self._offset = 0
        self._open_intents: set[str] = set()
        self._unwritten: deque[bytes] = deque()
        self._unwritten_bytes = 0
        self._defer = defer
        self._flush_due = False
        self._total_bytes = 0
        self._since_scan_bytes = 0
        self._scanned_at_s: float | None = None
        self._full = False

    @property
    def position(self) -> Position:
        """The end of the last written record; offset 0 of no file before the first."""
        return Position(self._name, self._offset)

    @property
    def open_intents(self) -> int:
        return len(self._open_intents)

    @property
    def unwritten(self) -> int:
        """Settlements held in memory until the disk takes them."""
        return len(self._unwritten)

    def append(self, record: Record) -> Position:
        match record:
            case Intent():
                return self.append_intent(record)
            case Settlement():
                return self.append_settlement(record)
            case Content():
                return self.append_content(record)

    def append_intent(self, intent: Intent) -> Position:
        """Raises JournalUnavailable: then the request must not be forwarded."""
        frame = encode_frame(intent)
        self._require_room(len(frame))
        if self._fits_behind_unwritten(frame):
            position = self._write(b"".join((*self._unwritten, frame)) if self._unwritten else frame)
            self._unwritten.clear()
            self._unwritten_bytes = 0
        else:
            self.write_unwritten()
            position = self._write(frame)
        self._open_intents.add(intent.id)
        return position

    def append_settlement(self, settlement: Settlement) -> Position:
        """Of an open intent: never refused. When the disk does not take it, it waits in memory (no more intents are
        accepted meanwhile) and the position returned is where it will end.
        Of anything else (a request refused at the door): raises JournalUnavailable as an intent does."""
        frame = _settlement_frame(settlement)
        if settlement.id not in self._open_intents:
            self.write_unwritten()
            self._require_room(len(frame))
            return self._write(frame)
        self._open_intents.discard(settlement.id)
        if self._defer is not None and self._fits_behind_unwritten(frame):
            if not self._flush_due:
                self._flush_due = True
                self._defer(self._flush)
            return self._hold(frame)
        try:
            self.write_unwritten()
            return self._write(frame)
        except JournalUnavailable:
            return self._hold(frame)

    def append_content(self, content: Content) -> Position:
        """Raises JournalUnavailable earlier than the others: when half of the bound is used, or a settlement waits."""
        self.write_unwritten()
        frame = encode_frame(content)
        self._require_room(len(frame), of_bound=CONTENT_SHARE)
        return self._write(frame)

    def write_unwritten(self) -> None:
        """Tries again what waits in memory. Every append does this first; an idle process should each second."""
        while self._unwritten:
            count, size = 0, 0
            for frame in self._unwritten:
                if count and size + len(frame) > _WRITTEN_TOGETHER_BYTES:
                    break
                count, size = count + 1, size + len(frame)
            self._write(b"".join(itertools.islice(self._unwritten, count)))
            for _ in range(count):
                self._unwritten_bytes -= len(self._unwritten.popleft())

    def _hold(self, frame: bytes) -> Position:
        """In memory, behind what waits there already. Where it will end."""
        self._unwritten.append(frame)
        self._unwritten_bytes += len(frame)
        return Position(self._name, self._offset + self._unwritten_bytes)

    def _fits_behind_unwritten(self, frame: bytes) -> bool:
        """Into the present segment: where what waits will end has been told already."""
        return self._fd is not None and (self._offset + self._unwritten_bytes + len(frame) <= self._max_segment_bytes)

    def _flush(self) -> None:
        self._flush_due = False
        if self._lock < 0:
            return
        with contextlib.suppress(JournalUnavailable):  # They wait on.
            self.write_unwritten()

    def close(self) -> None:
        """Gives the family up: what is still open is settled by recovery. Raises nothing."""
        if self._lock < 0:
            return
        with contextlib.suppress(JournalUnavailable):  # The intents are on disk: recovery settles them.
            self.write_unwritten()
        self._retire_segment()
        if self._syncer is not None:
            self._syncer.stop()
        os.close(self._lock)
        self._lock = -1

    def _require_room(self, frame_bytes: int, of_bound: float = 1.0) -> None:
        if self._max_total_bytes is None:
            return
        now_s = self._clock.monotonic_s()
        every_s = _SCAN_WHEN_FULL_S if self._full else _SCAN_EVERY_S
        if (
            self._scanned_at_s is None
            or now_s - self._scanned_at_s >= every_s
            or self._since_scan_bytes >= _SCAN_EVERY_BYTES
        ):
            self._total_bytes = total_bytes(self._directory)
            self._since_scan_bytes = 0
            self._scanned_at_s = now_s
        reserved = (len(self._open_intents) + 1) * SETTLEMENT_RESERVE_BYTES
        expected = self._total_bytes + self._since_scan_bytes + frame_bytes + reserved
        self._full = expected > self._max_total_bytes
        if expected > self._max_total_bytes * of_bound:
            raise JournalUnavailable(f"the journal has reached its bound of {self._max_total_bytes} bytes")

    def _write(self, frame: bytes) -> Position:
        if self._fd is None or (self._offset and self._offset + len(frame) > self._max_segment_bytes):
            self._start_segment()
        fd = self._fd
        assert fd is not None
        try:
            written = os.write(fd, frame)
            while written < len(frame):  # A full disk takes a part first and says ENOSPC then.
                count = os.write(fd, frame[written:])
                if count == 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                written += count
        except OSError as exc:
            self._take_back(fd)
            raise JournalUnavailable(f"cannot write {self._name}: {exc.strerror}") from exc
        self._offset += written
        self._since_scan_bytes += written
        if self._syncer is not None:
            self._syncer.wake(fd)
        return Position(self._name, self._offset)

    def _start_segment(self) -> None:
        self._sequence += 1
        path = self._directory / segment_name(self.family, self._sequence)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as exc:
            self._sequence -= 1
            if self._fd is None:
                raise JournalUnavailable(f"cannot create {path.name}: {exc.strerror}") from exc
            return  # The present segment grows past its size rather than refuse a settlement.
        self._retire_segment()
        self._fd = fd
        self._name = path.name
        self._offset = 0

    def _take_back(self, fd: int) -> None:
        """After a failed write: cuts the file at the end of the last whole record."""
        try:
            os.ftruncate(fd, self._offset)
        except OSError:
            self._retire_segment()  # Its tail is torn; readers stop there. The next record starts a new segment.

    def _retire_segment(self) -> None:
        if self._fd is None:
            return
        if self._syncer is None:
            os.close(self._fd)
        else:
            self._syncer.sync_and_close(self._fd)
        self._fd = None


class _Syncer:
    """Calls fsync in its own thread, so that the event loop never waits for a disk."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._dirty: int | None = None
        self._retired: list[int] = []
        self.failures = 0
        self._thread = threading.Thread(target=self._run, name="journal-fsync", daemon=True)
        self._thread.start()

    def wake(self, fd: int) -> None:
        if self._dirty != fd:
            with self._mutex:
                self._dirty = fd
        if not self._woken.is_set():
            self._woken.set()

    def sync_and_close(self, fd: int) -> None:
        with self._mutex:
            if self._dirty == fd:
                self._dirty = None
            self._retired.append(fd)
        self._woken.set()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            with self._mutex:
                fd, self._dirty = self._dirty, None
                retired, self._retired = self._retired, []
            if fd is not None and fd not in retired:
                self._sync(fd)
            for old in retired:
                self._sync(old)
                os.close(old)
            if self._stopping.is_set() and not self._woken.is_set():
                return
            self._stopping.wait(_SYNC_PAUSE_S)

    def _sync(self, fd: int) -> None:
        try:
            os.fsync(fd)
        except OSError:
            self.failures += 1


def read_records(path: Path, offset: int = 0) -> Iterator[tuple[Record | CorruptRegion, int]]:
    """Yields each record from `offset` on with the offset of the next one, and what is damaged in between.

    Stops at the end or at a tail with nothing readable behind it (torn, or still being written): the last offset
    yielded then stays below the file's size.
    """
    with path.open("rb") as file:
        window = _Window(file, offset)
        damaged_from: int | None = None
        final_to = offset
        """The writer appends: what lies before a readable record does not change any more."""
        while True:
            at = window.position
            payload = window.payload()
            if payload is None and damaged_from is None:
                if window.at_end:
                    return
                if not window.fresh:
                    window.reload()  # The writer may have taken back a half-written record since it was read.
                    continue
                damaged_from = at
            if payload is None:
                if not window.skip_to_candidate():
                    return
                continue
            if damaged_from is not None and at > final_to:
                # What seemed damaged may have been half written when it was looked at, and be whole by now.
                final_to = at
                window.go_back(damaged_from)
                damaged_from = None
                continue
            if damaged_from is not None:
                yield CorruptRegion(damaged_from, at, "damaged"), at
                damaged_from = None
            end = at + _HEADER.size + len(payload)
            window.advance(_HEADER.size + len(payload))
            try:
                record = _decoder.decode(payload)
            except msgspec.DecodeError:  # Whole, but of a version that knows more than this one.
                yield CorruptRegion(at, end, "unknown_record"), end
            else:
                yield record, end


class _Window:
    """The bytes of a file from `position` on: always a whole record's worth, unless the file ends before."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self._file = file
        self.position = position
        self._bytes = b""
        self._cursor = 0
        self.fresh = False
        self.reload()

    def go_back(self, position: int) -> None:
        self.position = position
        self.reload()

    def reload(self) -> None:
        self._file.seek(self.position)
        self._bytes = self._file.read(_READ_BLOCK_BYTES)
        self._cursor = 0
        self.fresh = True

    @property
    def at_end(self) -> bool:
        return not self._has(1)

    def payload(self) -> bytes | None:
        """The payload of a valid record that starts here."""
        if not self._has(_HEADER.size):
            return None
        length, checksum = _HEADER.unpack_from(self._bytes, self._cursor)
        # Zero is what a file system leaves where it never wrote; the CRC32C of nothing is zero too.
        if not len(_PAYLOAD_START) <= length <= MAX_RECORD_BYTES or not self._has(_HEADER.size + length):
            return None
        start = self._cursor + _HEADER.size
        payload = self._bytes[start : start + length]
        return payload if _crc32c(payload) == checksum else None

    def advance(self, count: int) -> None:
        self._cursor += count
        self.position += count
        self.fresh = False

    def skip_to_candidate(self) -> bool:
        """Moves at least one byte, to where the next record may start. False: there is none up to the end."""
        self.advance(1)
        needed = _HEADER.size + len(_PAYLOAD_START)
        while self._has(needed):
            found = self._bytes.find(_PAYLOAD_START, self._cursor + _HEADER.size)
            if found >= 0:
                self.advance(found - _HEADER.size - self._cursor)
                return True
            self.advance(max(1, len(self._bytes) - self._cursor - needed + 1))
        return False

    def _has(self, count: int) -> bool:
        while len(self._bytes) - self._cursor < count:
            more = self._file.read(max(_READ_BLOCK_BYTES, count))
            if not more:
                return False
            self._bytes = self._bytes[self._cursor :] + more
            self._cursor = 0
        return True


def encode_frame(record: Record) -> bytes:
    try:
        payload = _encode(record)
    except UnicodeEncodeError:  # A lone surrogate, which UTF-8 cannot carry. Not worth losing a request's record.
        payload = _encode(_without_surrogates(msgspec.to_builtins(record)))
    if len(payload) > MAX_RECORD_BYTES:
        raise JournalUnavailable(f"a record of {len(payload)} bytes; at most {MAX_RECORD_BYTES} fit")
    return _HEADER.pack(len(payload), _crc32c(payload)) + payload


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        pairs = cast(dict[object, object], value).items()
        return {_without_surrogates(key): _without_surrogates(item) for key, item in pairs}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in cast(list[object], value)]
    return value


def _settlement_frame(settlement: Settlement) -> bytes:
    try:
        return encode_frame(settlement)
    except JournalUnavailable:  # Accounting first: what it cost is kept, the long story is not.
        return encode_frame(msgspec.structs.replace(settlement, decision=None, attempts=()))


def segment_name(family: str, sequence: int) -> str:
    return f"{family}.{sequence:06d}.journal"


def list_segments(directory: Path) -> list[Segment]:
    """All segments, the oldest family first, each family's in the order of writing."""
    found: list[Segment] = []
    for path in directory.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is not None:
            found.append(Segment(match["family"], int(match["sequence"]), path))
    return sorted(found)


def total_bytes(directory: Path) -> int:
    total = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(".journal"):
                try:
                    total += entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue  # The projector has just deleted it.
    return total


def family_lock_path(directory: Path, family: str) -> Path:
    return directory / f"{family}.lock"


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the file's lock until it is closed; None while another one holds it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(fd).st_ino:
            return fd
    except (BlockingIOError, FileNotFoundError):
        os.close(fd)  # Taken; or deleted between opening and locking, so that the lock would protect nothing.
        return None
    except OSError:
        os.close(fd)
        raise
    os.close(fd)
    return None


def _claim_family(directory: Path, worker_name: str, clock: Clock, entropy: Entropy) -> tuple[str, int]:
    worker = re.sub(r"[^A-Za-z0-9_-]", "_", worker_name) or "worker"
    for _ in range(100):
        family = f"{int(clock.wall_s() * 1000):013d}-{worker}-{entropy.random_bytes(4).hex()}"
        path = family_lock_path(directory, family)
        if not path.exists() and (fd := try_lock(path)) is not None:
            return family, fd
    raise JournalUnavailable(f"no unused name for a journal in {directory}")
