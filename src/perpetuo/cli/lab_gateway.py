"""A gateway in this very process with its configuration in memory: no database, a journal in a directory of the
caller's, loopback only. For `perpetuo lab demo`."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import uvicorn

from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.health import Health
from perpetuo.core.snapshot import Snapshot
from perpetuo.events.event_manager import EventManager
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.state import GatewayState, Limits
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.edge import Edge
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.server import protocol_at
from perpetuo.http.upstream import Deadlines
from perpetuo.ledger.journal import JournalWriter
from perpetuo.ledger.records import Content, Intent, Settlement
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.wiring import GatewayServer, SystemClock, SystemEntropy, build_app

_SEGMENT_BYTES = 16 * 1024 * 1024
_DRAIN_S = 2.0
_START_S = 10.0

OnSettled = Callable[[Settlement], None]


class FixedSnapshot:
    """A configuration that does not change."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.current: Snapshot | None = snapshot

    async def refresh_for_unknown_key(self) -> bool:
        return True


class _ToldJournal:
    """The journal, and somebody who hears of each settlement once it is written."""

    def __init__(self, journal: JournalWriter, on_settled: OnSettled) -> None:
        self._journal = journal
        self._on_settled = on_settled

    def append_intent(self, intent: Intent) -> object:
        return self._journal.append_intent(intent)

    def append_settlement(self, settlement: Settlement) -> tuple[str, int]:
        position = self._journal.append_settlement(settlement)
        self._on_settled(settlement)
        return position

    def append_content(self, content: Content) -> object:
        return self._journal.append_content(content)


class _Server(GatewayServer):
    """Signals stay with the command."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@contextlib.asynccontextmanager
async def memory_gateway(
    directory: Path, snapshot: Snapshot, deadlines: Deadlines, on_settled: OnSettled
) -> AsyncGenerator[str, None]:
    """Its origin, `http://127.0.0.1:PORT`. on_settled is called in the event loop for each request that ended."""
    clock, entropy = SystemClock(), SystemEntropy()
    journal = await asyncio.to_thread(
        lambda: JournalWriter(
            directory, "demo", max_segment_bytes=_SEGMENT_BYTES, max_total_bytes=None, clock=clock, entropy=entropy
        )
    )
    ssl_context = await asyncio.to_thread(default_ssl_context)
    state = GatewayState(
        clock=clock,
        entropy=entropy,
        snapshots=FixedSnapshot(snapshot),
        upstream=OwnUpstream(EgressPolicy(("127.0.0.0/8",)), ssl_context),
        protocols=PROTOCOLS,
        journal=_ToldJournal(journal, on_settled),
        events=EventManager(1, []),
        admission=Admission(None),
        availability=Availability(),
        health=Health(),
        limits=Limits(stream=deadlines, unary=deadlines),
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    config = uvicorn.Config(
        build_app(state),
        http=protocol_at(Edge()),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=int(_DRAIN_S) + 5,
    )
    server = _Server(config, state, _DRAIN_S)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        async with asyncio.timeout(_START_S):
            # uvicorn tells by a flag only.
            while not server.started and not serving.done():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        await state.upstream.aclose()
        await state.bodies.aclose()
        await asyncio.to_thread(journal.close)
        listener.close()
