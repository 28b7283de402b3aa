"""The workers of one machine tell each other what they find out about providers: a datagram socket for each of them.

Nobody waits for anybody. Each peer has a socket of its own to send with, because what a frozen peer has not read counts
against the sender's buffer; when that is full, messages to this peer are dropped and counted.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from perpetuo.core.ports import Clock
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.headroom import Budget, Headroom
from perpetuo.core.resilience.health import Health
from perpetuo.core.resilience.shared_health import (
    MAX_MESSAGE_BYTES,
    MAX_ROWS,
    Message,
    SampleRow,
    Samples,
    StateAsked,
    apply,
    decode_message,
    encode_message,
    room_message,
    state_messages,
)

log = logging.getLogger(__name__)

TELL_EVERY_S = 1.0
MAX_PATH_BYTES = 100
"""`sun_path` is 108 bytes on Linux and 104 elsewhere, with its end."""
MAX_PEERS = 256
READS_AT_ONCE = 64
"""So many messages in one turn of the loop; requests come between the turns."""
MAX_UNTOLD = 1024
"""Models whose sums wait for the next turn; of more the newest are not counted elsewhere."""
STATE_PAUSE_S, STATE_TRIES = 0.01, 100
"""A worker that starts reads what it asked for while it starts; nobody else waits for that."""


@dataclass(slots=True)
class ExchangeCounts:
    """dropped: the peer did not read, or the message was too long. rejected: received and not understood."""

    sent: int = 0
    dropped: int = 0
    received: int = 0
    rejected: int = 0


class HealthExchange:
    """One worker's end. `name`: unique among the workers; its process id."""

    def __init__(
        self, directory: Path, name: int, clock: Clock, availability: Availability, health: Health, headroom: Headroom
    ) -> None:
        self.counts = ExchangeCounts()
        self._directory = directory
        self._name = name
        self._clock = clock
        self._availability, self._health, self._headroom = availability, health, headroom
        self._receiver: socket.socket | None = None
        self._peers: dict[int, socket.socket] = {}
        self._asked: set[int] = set()
        self._wake = asyncio.Event()
        self._sums: dict[tuple[str, str], list[float]] = {}
        self._rooms: dict[tuple[str, str], tuple[Budget, ...]] = {}

    @property
    def has_begun(self) -> bool:
        """It hears."""
        return self._receiver is not None

    @property
    def peer_names(self) -> set[int]:
        return set(self._peers)

    def tell(self, message: Message) -> None:
        data = encode_message(message)
        if data is None:
            self.counts.dropped += 1
            return
        for name in list(self._peers):
            self._send(name, data)

    def tell_room(self, key_id: str, model_id: str, budgets: tuple[Budget, ...]) -> None:
        if len(self._rooms) < MAX_UNTOLD:
            self._rooms[key_id, model_id] = budgets

    def count_success(self, key_id: str, model_id: str, first_byte_ms: float) -> None:
        self._add(key_id, model_id, (1, first_byte_ms, 0, 0.0))

    def count_throughput(self, key_id: str, model_id: str, tokens_per_s: float) -> None:
        self._add(key_id, model_id, (0, 0.0, 1, tokens_per_s))

    async def run(self) -> None:
        """Until cancelled. Without a place for its socket the worker goes on alone, and says so once."""
        try:
            self._receiver = await asyncio.to_thread(self._bind)
        except OSError as error:
            log.warning("this worker does not hear of what others find out about providers: %s", error)
            return
        loop = asyncio.get_running_loop()
        loop.add_reader(self._receiver.fileno(), self._receive)
        try:
            await self._find_peers()
            self.tell(StateAsked(self._clock.monotonic_s(), self._name))
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TELL_EVERY_S):
                        await self._wake.wait()
                self._wake.clear()
                await self._find_peers()
                await self._answer_asked()
                self._tell_sums()
        finally:
            loop.remove_reader(self._receiver.fileno())
            self._receiver.close()
            for peer in self._peers.values():
                peer.close()
            await asyncio.to_thread(_path_of(self._directory, self._name).unlink, missing_ok=True)

    def _bind(self) -> socket.socket:
        make_private(self._directory)
        path = _path_of(self._directory, self._name)
        path.unlink(missing_ok=True)  # of a worker that died and had our process id
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.setblocking(False)
        receiver.bind(str(path))
        return receiver

    def _send(self, name: int, data: bytes) -> bool:
        """False when the peer's queue is full. A peer that is gone is forgotten."""
        peer = self._peers.get(name)
        if peer is None:
            return True
        try:
            peer.send(data)
        except BlockingIOError:
            self.counts.dropped += 1
            return False
        except OSError:
            self.counts.dropped += 1
            self._peers.pop(name).close()
            return True
        self.counts.sent += 1
        return True

    def _receive(self) -> None:
        assert self._receiver is not None
        now_s = self._clock.monotonic_s()
        for _ in range(READS_AT_ONCE):
            try:
                data = self._receiver.recv(MAX_MESSAGE_BYTES + 1)
            except BlockingIOError:
                return
            self.counts.received += 1
            message = decode_message(data, now_s)
            if message is None:
                self.counts.rejected += 1
            elif isinstance(message, StateAsked):
                if len(self._asked) < MAX_PEERS:
                    self._asked.add(message.pid)
                    self._wake.set()
            else:
                apply(message, now_s, self._availability, self._health, self._headroom)

    async def _find_peers(self) -> None:
        found = await asyncio.to_thread(_connect_new, self._directory, self._name, frozenset(self._peers))
        self._peers.update(found)

    async def _answer_asked(self) -> None:
        """Its queue may be short: what does not fit is tried again for a moment."""
        while self._asked:
            name = self._asked.pop()
            messages = state_messages(self._clock.monotonic_s(), self._availability, self._health, self._headroom)
            tries_left = STATE_TRIES
            for data in [encode_message(message) for message in messages]:
                while data is not None and not self._send(name, data) and tries_left > 0:
                    tries_left -= 1
                    await asyncio.sleep(STATE_PAUSE_S)

    def _tell_sums(self) -> None:
        now_s = self._clock.monotonic_s()
        rows = [
            SampleRow(key_id, model_id, int(sums[0]), sums[1], int(sums[2]), sums[3])
            for (key_id, model_id), sums in self._sums.items()
        ]
        rooms = [room_message(*place, budgets, now_s) for place, budgets in self._rooms.items()]
        self._sums.clear()
        self._rooms.clear()
        for start in range(0, len(rows), MAX_ROWS):
            self.tell(Samples(now_s, tuple(rows[start : start + MAX_ROWS])))
        for room in rooms:
            self.tell(room)

    def _add(self, key_id: str, model_id: str, numbers: tuple[int, float, int, float]) -> None:
        sums = self._sums.get((key_id, model_id))
        if sums is None:
            if len(self._sums) >= MAX_UNTOLD:
                return
            sums = self._sums[key_id, model_id] = [0.0, 0.0, 0.0, 0.0]
        for index, number in enumerate(numbers):
            sums[index] += number


def exchange_directory(data_dir: Path) -> Path:
    """Under the data directory, or where that is too deep for a socket's path, in the temporary directory."""
    directory = data_dir.absolute() / "run" / "health"
    if len(os.fsencode(_path_of(directory, 2**22))) <= MAX_PATH_BYTES:
        return directory
    digest = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"perpetuo-{os.getuid()}-{digest}"


def make_private(directory: Path) -> None:
    """Raises OSError where somebody else made it, or may look into it."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{directory} is not a directory of ours that only we may use.")


def _path_of(directory: Path, name: int) -> Path:
    return directory / f"{name}.sock"


def _connect_new(directory: Path, own: int, known: frozenset[int]) -> dict[int, socket.socket]:
    """Sockets to the peers not known yet. The file of a process that died is removed: nobody listens behind it."""
    found: dict[int, socket.socket] = {}
    for path in sorted(directory.glob("*.sock"))[:MAX_PEERS]:
        if not path.stem.isdecimal() or int(path.stem) == own or int(path.stem) in known:
            continue
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        peer.setblocking(False)
        try:
            peer.connect(str(path))
        except ConnectionRefusedError:
            peer.close()
            path.unlink(missing_ok=True)
        except OSError:
            peer.close()
        else:
            found[int(path.stem)] = peer
    return found
