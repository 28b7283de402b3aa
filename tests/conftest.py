"""Guards for every test: no socket leaves this machine, nothing of ours blocks the event loop."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

import blockbuster
import pytest

import perpetuo

PACKAGE = Path(perpetuo.__file__).parent

# Code that runs before the loop serves anyone, or in threads and processes of its own, and the sinks, whose one short
# write per line is their purpose.
MAY_BLOCK = (
    "cli/**/*.py",
    "lab/**/*.py",
    "db/embedded.py",
    "db/migrate.py",
    "db/engine.py",  # asyncpg looks for ~/.pgpass and TLS files when it connects; queries pass the detector.
    "events/sinks/*.py",
    "observability/logging.py",
)
# The one exemption on the data path: a write(2) to the page cache (docs: design, section 4).
JOURNAL_APPENDS = {"append", "append_intent", "append_settlement", "append_content", "write_unwritten"}


class _AnyFunction(set[str]):
    def __contains__(self, name: object) -> bool:
        return True


@pytest.fixture(scope="session", autouse=True)
def nothing_blocks_the_event_loop() -> Iterator[None]:
    detector = blockbuster.BlockBuster(scanned_modules=["perpetuo"])
    # Held for microseconds by the standard library's executors and by logging, whoever calls them.
    for name in [name for name in detector.functions if name.startswith("threading.")]:
        del detector.functions[name]
    may_block = [path.relative_to(PACKAGE.parent).as_posix() for glob in MAY_BLOCK for path in PACKAGE.glob(glob)]
    for function in detector.functions.values():
        function.can_block_in("perpetuo/ledger/journal.py", JOURNAL_APPENDS)
        for filename in may_block:
            function.can_block_in(filename, _AnyFunction())
    detector.activate()
    yield
    detector.deactivate()


@pytest.fixture(autouse=True)
def no_network_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: object) -> None:
        _require_loopback(self, address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _require_loopback(self, address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)


def _require_loopback(sock: socket.socket, address: object) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    assert isinstance(address, tuple)
    host = address[0]
    if host == "localhost" or ipaddress.ip_address(host).is_loopback:
        return
    raise AssertionError(f"a test tried to connect to {host}")
