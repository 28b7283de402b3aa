"""A real gateway on a loopback port for tests: real sockets, client, journal; configuration from memory.

async with running_gateway(tmp_path, [provider("openai", base_url=...)]) as gateway:
    reply = await gateway.http.post("/v1/chat/completions", json=...)
    await gateway.settlements()
"""

import asyncio
import datetime
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx2
import uvicorn

from perpetuo.control.guard import App
from perpetuo.core.catalog import Catalog, Model
from perpetuo.core.ids import api_key_digest
from perpetuo.core.limits import IpLimiter
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.health import Health
from perpetuo.core.snapshot import ApiKey, ProviderKey, Secret, Snapshot, Workspace
from perpetuo.events.event_manager import EventManager
from perpetuo.events.types import Event
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.endpoints import handle
from perpetuo.gateway.state import GatewayState, Limits
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.edge import Edge, EdgeLimits
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.reference_client import ReferenceUpstream
from perpetuo.http.server import protocol_at
from perpetuo.http.upstream import Deadlines
from perpetuo.ledger.journal import CorruptRegion, JournalWriter, list_segments, read_records
from perpetuo.ledger.records import Record, Settlement
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.wiring import GatewayServer, SystemClock, SystemEntropy, build_app

API_KEY = "pk_" + "ab" * 24
WORKSPACE = "0192f000-0000-7000-8000-000000000001"
API_KEY_ID = "0192f000-0000-7000-8000-000000000002"
TEST_EDGE = os.environ.get("PERPETUO_TEST_EDGE", "asgi")
"""Under which edge the gateway's tests run: `make test` runs them under both."""
CATALOG = load_catalog(datetime.date(2026, 11, 23))


def provider(
    vendor: str,
    base_url: str,
    *,
    label: str = "",
    priority: int = 100,
    secret: str = "sk-lab-0123456789abcdef",
    models: Sequence[Model] = (),
) -> ProviderKey:
    return ProviderKey(
        id=f"0192f000-0000-7000-9000-{abs(hash((vendor, label, base_url))) % 16**12:012x}",
        workspace_id=WORKSPACE,
        vendor=vendor,
        label=label,
        base_url=base_url,
        secret=Secret(secret),
        priority=priority,
        models=tuple(models),
    )


class MemorySnapshots:
    """The configuration of one workspace. `reachable` False: the store does not answer."""

    def __init__(self, workspace: Workspace, catalog: Catalog = CATALOG, api_keys: Mapping[str, ApiKey] | None = None):
        self.reachable = True
        self.workspace = workspace
        keys = {API_KEY: ApiKey(API_KEY_ID, workspace.id, "test")} if api_keys is None else api_keys
        self.current: Snapshot | None = Snapshot(
            1, catalog, {workspace.id: workspace}, {api_key_digest(key): row for key, row in keys.items()}
        )

    async def refresh_for_unknown_key(self) -> bool:
        return self.reachable


class CollectingSink:
    name = "collecting"
    kinds = None

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def write(self, events: Sequence[Event]) -> None:
        self.events.extend(events)


@dataclass
class RunningGateway:
    base_url: str
    state: GatewayState
    server: GatewayServer
    journal_dir: Path
    snapshots: MemorySnapshots
    sink: CollectingSink
    http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx2.AsyncClient(
            base_url=self.base_url,
            headers={"authorization": f"Bearer {API_KEY}"},
            timeout=30.0,
            limits=httpx2.Limits(max_connections=None),
        )

    async def chat(self, model: str = "gpt-4o", *, headers: Mapping[str, str] | None = None, **body: Any):
        body.setdefault("messages", [{"role": "user", "content": "count to five"}])
        return await self.http.post("/v1/chat/completions", json={"model": model, **body}, headers=dict(headers or {}))

    async def records(self) -> list[Record]:
        return await asyncio.to_thread(self._read_records)

    def _read_records(self) -> list[Record]:
        found: list[Record] = []
        for segment in list_segments(self.journal_dir):
            for record, _ in read_records(segment.path):
                assert not isinstance(record, CorruptRegion)
                found.append(record)
        return found

    async def settlements(self) -> list[Settlement]:
        return [record for record in await self.records() if isinstance(record, Settlement)]

    async def settled(self, count: int) -> list[Settlement]:
        """Wait until so many requests have ended: the record follows the reply's last byte."""
        async with asyncio.timeout(10):
            while len(found := await self.settlements()) < count:
                await asyncio.sleep(0.01)
        return found

    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {API_KEY}"}


@asynccontextmanager
async def running_gateway(
    directory: Path,
    providers: Sequence[ProviderKey] = (),
    *,
    workspace: Mapping[str, Any] | None = None,
    api_keys: Mapping[str, ApiKey] | None = None,
    deadlines: Deadlines | None = None,
    ip_limiter: IpLimiter | None = None,
    reference_client: bool = False,
    drain_s: float = 2.0,
    max_body_bytes: int = 32 * 1024 * 1024,
    trusted_proxies: Sequence[str] = (),
    control: App | None = None,
    edge_limits: EdgeLimits | None = None,
    edge_kind: Literal["asgi", "fast"] | None = None,
) -> AsyncIterator[RunningGateway]:
    """control: `build_control_app`'s, to be served beside the data plane."""
    clock, entropy = SystemClock(), SystemEntropy()
    snapshots = MemorySnapshots(
        Workspace(id=WORKSPACE, name="test", provider_keys=tuple(providers), **(workspace or {})), api_keys=api_keys
    )
    sink = CollectingSink()
    events = EventManager(100_000, [sink])
    journal_dir = directory / "journal"
    defer = asyncio.get_running_loop().call_soon
    journal = await asyncio.to_thread(
        lambda: JournalWriter(
            journal_dir, "test", max_segment_bytes=64 * 2**20, max_total_bytes=None, clock=clock, entropy=entropy,
            defer=defer,
        )
    )  # fmt: skip
    ssl_context = await asyncio.to_thread(default_ssl_context)
    implementation = ReferenceUpstream if reference_client else OwnUpstream
    chosen = deadlines or Deadlines(connect_s=2.0, first_byte_s=2.0, idle_s=2.0, total_s=20.0)
    state = GatewayState(
        clock=clock,
        entropy=entropy,
        snapshots=snapshots,
        upstream=implementation(EgressPolicy(("127.0.0.0/8",)), ssl_context),
        protocols=PROTOCOLS,
        journal=journal,
        events=events,
        admission=Admission(ip_limiter),
        availability=Availability(),
        health=Health(),
        limits=Limits(stream=chosen, unary=chosen, max_body_bytes=max_body_bytes),
    )
    edge = Edge(
        edge_limits or EdgeLimits(drain_idle_s=0.2),
        (lambda exchange: handle(exchange, state)) if (edge_kind or TEST_EDGE) == "fast" else None,
        trusted_proxies=trusted_proxies,
    )
    # Named TCP, or asyncio leaves Nagle's algorithm on, and each reply waits 40 ms for the client's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    config = uvicorn.Config(
        build_app(state, control, trusted_proxies), http=protocol_at(edge), ws="none", lifespan="off",
        log_config=None, access_log=False, proxy_headers=False,
        timeout_graceful_shutdown=int(drain_s) + 5,
    )  # fmt: skip
    server = GatewayServer(config, state, drain_s)
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
    serving = asyncio.create_task(server._serve([listener]))
    publishing = asyncio.create_task(events.run())
    gateway = RunningGateway(
        f"http://127.0.0.1:{listener.getsockname()[1]}", state, server, journal_dir, snapshots, sink
    )
    try:
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.005)
        yield gateway
    finally:
        await gateway.http.aclose()
        server.should_exit = True
        await serving
        await events.flush()
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
        await state.upstream.aclose()
        await state.bodies.aclose()
        await asyncio.to_thread(journal.close)
        listener.close()
