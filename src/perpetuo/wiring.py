"""Builds every object and joins them; the only module that knows all the others."""

import asyncio
import contextlib
import datetime
import gc
import hmac
import ipaddress
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import uvicorn
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.control import dashboard
from perpetuo.control.app import FIRST_SEGMENTS, build_control_app
from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.guard import App
from perpetuo.control.mail import SmtpMailer, SmtpSecurity, SmtpServer
from perpetuo.control.refresh_tokens import RefreshTokens
from perpetuo.control.session_tokens import SessionTokens
from perpetuo.control.state import ControlSettings, ControlState
from perpetuo.core.catalog import Catalog, Vendor
from perpetuo.core.limits import IpLimiter
from perpetuo.core.ports import Clock, Entropy
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.health import Health
from perpetuo.core.snapshot import ProviderKey, Workspace
from perpetuo.db.content_sealing import ContentResealer
from perpetuo.db.discovery_store import SqlDiscoveryStore
from perpetuo.db.engine import create_engine, owner_transaction, system_transaction
from perpetuo.db.partitions import build_missing_indexes, drop_expired, ensure_partitions
from perpetuo.db.projection_store import SqlProjectionStore
from perpetuo.db.queries.sessions import delete_what_is_over
from perpetuo.db.retention import delete_expired
from perpetuo.db.sealing import (
    FOR_PROVIDER_KEYS,
    FOR_REQUEST_CONTENTS,
    NONCE_BYTES,
    Sealer,
    audit_key,
    parse_secret,
    request_content_place,
)
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.events.event_manager import EventManager, Sink
from perpetuo.events.sinks.jsonl_file import JsonlFileSink
from perpetuo.events.sinks.log_line import LogLineSink
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.credentials import Credentials
from perpetuo.gateway.discovery import ModelDiscovery
from perpetuo.gateway.endpoints import handle
from perpetuo.gateway.explain import RouteExplainer
from perpetuo.gateway.health_exchange import HealthExchange, exchange_directory
from perpetuo.gateway.key_health import KeyHealthInspector
from perpetuo.gateway.key_probes import KeyProbes
from perpetuo.gateway.key_test import KeyTester
from perpetuo.gateway.snapshot_feed import SnapshotFeed
from perpetuo.gateway.state import GatewayState, Limits
from perpetuo.gateway.system_health import WorkerFacts, WorkerInspector
from perpetuo.http.asgi_exchange import AsgiExchange
from perpetuo.http.client import OwnUpstream
from perpetuo.http.client_address_app import behind_trusted_proxies
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.edge import Edge, EdgeLimits
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.proxies import proxy_from_environment
from perpetuo.http.server import protocol_at
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.installation_secrets import encryption_keys
from perpetuo.ledger.journal import JournalUnavailable, JournalWriter
from perpetuo.ledger.projector import Projector
from perpetuo.ledger.recovery import Recovery
from perpetuo.observability.logging import configure_logging
from perpetuo.providers.catalog.discovered import with_known_facts
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.providers.registry import PROTOCOLS
from perpetuo.settings import Settings

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

log = logging.getLogger(__name__)

CONTROL_CONNECTIONS = 8
ENDED_SESSIONS_KEPT_DAYS = 30
SMTP_PORTS: dict[SmtpSecurity, int] = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
DEVELOPMENT_ORIGINS = ("http://localhost:3001", "http://127.0.0.1:3001")
"""Of the dashboard's development server."""

SEGMENT_BYTES = 64 * 1024 * 1024
EVENTS_KEPT = 10_000
RECOVER_EVERY_S = 5.0
# How long a cancelled request may take to be settled when the server stops.
STRAGGLER_S = 2.0


class SystemClock:
    monotonic_s = staticmethod(time.monotonic)
    wall_s = staticmethod(time.time)


class SystemEntropy:
    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)


def run_worker(
    settings: Settings, sockets: list[socket.socket], database_url: str, on_ready: Callable[[], None]
) -> None:
    """One gateway worker on these listening sockets, until SIGTERM; then drains, flushes and returns.

    on_ready: called once it takes connections and knows its configuration."""
    configure_logging(settings.log_level, stream=sys.stderr)
    uvloop.run(_serve(settings, sockets, database_url, on_ready))


async def run_projector(settings: Settings, database_url: str, stop: asyncio.Event) -> None:
    """The machine's projector and the recovery of what dead workers left, until `stop` is set."""
    clock, entropy = SystemClock(), SystemEntropy()
    engine = create_engine(database_url, role="perpetuo_system")
    owner = create_engine(database_url, pool_size=1)
    directory = journal_directory(settings)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    projector = Projector(
        directory,
        SqlProjectionStore(engine, ContentResealer(build_sealer(settings, FOR_REQUEST_CONTENTS), entropy.random_bytes)),
        clock,
        maintenance=lambda: _maintain(owner, clock, settings.retention_days),
    )
    recovery = asyncio.create_task(
        _recover_forever(Recovery(directory, clock, entropy, max_segment_bytes=SEGMENT_BYTES))
    )
    background = [recovery, asyncio.create_task(_build_missing_indexes(database_url))]
    upstream: Upstream | None = None
    if settings.model_discovery == "on":
        upstream = await asyncio.to_thread(build_upstream, settings)
        background.append(asyncio.create_task(_build_discovery(settings, engine, upstream, clock).run()))
    try:
        await projector.run(stop)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        if upstream is not None:
            await upstream.aclose()
        await engine.dispose()
        await owner.dispose()


def _build_discovery(settings: Settings, engine: AsyncEngine, upstream: Upstream, clock: Clock) -> ModelDiscovery:
    catalog = build_catalog(clock)
    loader = SnapshotLoader(engine, catalog, build_sealer(settings))

    async def load_workspace(workspace_id: str) -> Workspace | None:
        workspace, _ = await loader.load_workspace(workspace_id)
        return workspace

    return ModelDiscovery(
        SqlDiscoveryStore(engine),
        load_workspace,
        catalog,
        PROTOCOLS,
        upstream,
        Credentials(upstream, clock),
        clock,
        lambda vendor, models: with_known_facts(vendor, models, catalog, _today(clock)),
    )


def build_sealer(settings: Settings, purpose: str = FOR_PROVIDER_KEYS) -> Sealer:
    key, *others = encryption_keys(settings)
    return Sealer(key, purpose=purpose, others=others)


def build_content_seal(
    settings: Settings, entropy: Entropy, sealing_key_id: Callable[[], str | None]
) -> Callable[[bytes, str, str], bytes]:
    """(content, workspace id, request id) -> what `request_contents` holds."""
    sealer = build_sealer(settings, FOR_REQUEST_CONTENTS)

    def seal(content: bytes, workspace_id: str, request_id: str) -> bytes:
        place = request_content_place(workspace_id, request_id)
        # One that we were not given can wait: a request is not lost for it, and a rotation finds what is left behind.
        key_id = sealing_key_id() if sealing_key_id() in sealer.key_ids else None
        return sealer.seal(content, place, entropy.random_bytes(NONCE_BYTES), key_id)

    return seal


def build_control(settings: Settings, database_url: str, state: GatewayState, catalog: Catalog) -> ControlState | None:
    """None without JWT_SECRET: then there is no control plane. Its pool is its own: people who wait for the database
    take no connection from the snapshot feed."""
    if settings.jwt_secret is None or settings.encryption_key is None:
        return None
    clock = state.clock
    jwt_secret = parse_secret("JWT_SECRET", settings.jwt_secret.get_secret_value())
    return ControlState(
        engine=create_engine(database_url, role="perpetuo_app", pool_size=CONTROL_CONNECTIONS),
        clock=clock,
        entropy=state.entropy,
        sealer=build_sealer(settings),
        content_sealer=build_sealer(settings, FOR_REQUEST_CONTENTS),
        audit_keys=tuple(audit_key(key) for key in encryption_keys(settings)),
        tokens=SessionTokens(jwt_secret),
        refresh_tokens=RefreshTokens(jwt_secret),
        catalog=catalog,
        settings=control_settings(settings),
        check_address=lambda address: state.admission.check_address(address, clock.monotonic_s()),
        egress=EgressPolicy(settings.egress_allow),
        explain_route=RouteExplainer(state).explain,
        key_health=KeyHealthInspector(state).health,
        test_provider_key=KeyTester(state.upstream, state.protocols, clock).test,
        mailer=build_mailer(settings),
        throttle=AuthThrottle(settings.workers),
    )


def build_mailer(settings: Settings) -> SmtpMailer | None:
    if settings.smtp_host is None:
        return None
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port or SMTP_PORTS[settings.smtp_security],
        sender=settings.smtp_from,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
    )
    return SmtpMailer(server, default_ssl_context(settings.ca_bundle))


def control_settings(settings: Settings) -> ControlSettings:
    """On a loopback address we answer to loopback names only, so that a web page which points a name of its own at this
    machine (DNS rebinding) gets no further; and signing up is open, because only this machine's people can."""
    loopback = is_loopback(settings.host)
    hosts: tuple[str, ...] | None = LOOPBACK_HOSTS if loopback else None
    if settings.public_url is not None and hosts is not None:
        hosts = (*hosts, urlsplit(settings.public_url).hostname or "")
    return ControlSettings(
        version=version("perpetuo-gateway"),
        public_url=settings.public_url,
        sign_up=settings.signup or ("open" if loopback else "invite"),
        origins=settings.cors_origins or (DEVELOPMENT_ORIGINS if loopback else ()),
        hosts=hosts,
        retention_days=settings.retention_days,
        workers=settings.workers,
    )


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can only be reached from this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def journal_directory(settings: Settings) -> Path:
    return settings.data_dir / "journal"


def build_catalog(clock: Clock) -> Catalog:
    """Prices are those valid today; a long-running process reads them again at its next start."""
    return load_catalog(_today(clock))


def _today(clock: Clock) -> datetime.date:
    return datetime.datetime.fromtimestamp(clock.wall_s(), datetime.UTC).date()


def build_upstream(settings: Settings) -> Upstream:
    egress = EgressPolicy(settings.egress_allow)
    ssl_context = default_ssl_context(settings.ca_bundle)
    proxies = proxy_from_environment(os.environ)
    if settings.upstream == "own":
        return OwnUpstream(egress, ssl_context=ssl_context, proxies=proxies)
    # Here, because it brings a library along that is needed for nothing else.
    from perpetuo.http.reference_client import ReferenceUpstream

    return ReferenceUpstream(egress, ssl_context=ssl_context, proxies=proxies)


def build_limits(settings: Settings) -> Limits:
    def deadlines(first_byte_s: float) -> Deadlines:
        return Deadlines(
            connect_s=settings.connect_timeout_s,
            first_byte_s=first_byte_s,
            idle_s=settings.idle_timeout_s,
            total_s=settings.total_timeout_s,
            stall_floor_bytes_per_s=settings.stall_floor_bytes_per_s,
            stall_window_s=settings.stall_window_s,
        )

    return Limits(
        stream=deadlines(settings.first_byte_timeout_s),
        unary=deadlines(settings.unary_first_byte_timeout_s),
        max_body_bytes=settings.max_body_bytes,
    )


def build_admission(settings: Settings) -> Admission:
    """Each worker holds its share of the limits per minute: workers together admit no more than it, and less when
    the kernel deals connections unevenly. A limit below the number of workers counts as one each."""
    if settings.ip_rate_limit == 0:
        return Admission(None, settings.workers)
    share = max(1, settings.ip_rate_limit // settings.workers)
    limiter = IpLimiter(share, exempt=settings.ip_rate_limit_exempt, never_exempt=settings.trusted_proxies)
    return Admission(limiter, settings.workers)


class GatewayServer(uvicorn.Server):
    """uvicorn with our way of stopping: no new requests, a drain deadline, an in-band error for what is left."""

    def __init__(self, config: uvicorn.Config, state: GatewayState, drain_s: float) -> None:
        super().__init__(config)
        self._state = state
        self._drain_s = drain_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._state.draining = True
        cut = asyncio.get_running_loop().call_later(self._drain_s, self._interrupt_all)
        try:
            await super().shutdown(sockets)
        finally:
            cut.cancel()
            await self._end_stragglers()

    async def _end_stragglers(self) -> None:
        """uvicorn cancels late requests without waiting, and after a second Ctrl-C not even that; but the journal has
        to be there when they are settled."""
        stragglers = tuple(self.server_state.tasks)
        for task in stragglers:
            task.cancel()
        if stragglers:
            await asyncio.wait(stragglers, timeout=STRAGGLER_S)

    def _interrupt_all(self) -> None:
        for run in list(self._state.in_flight):
            run.interrupt("draining")


async def _serve(
    settings: Settings, sockets: list[socket.socket], database_url: str, on_ready: Callable[[], None]
) -> None:
    clock, entropy = SystemClock(), SystemEntropy()
    engine = create_engine(database_url, role="perpetuo_system")
    catalog = build_catalog(clock)
    loader = SnapshotLoader(engine, catalog, build_sealer(settings))
    admission = build_admission(settings)
    feed = SnapshotFeed(loader, catalog, admission, clock, settings.snapshot_poll_s)
    events = EventManager(EVENTS_KEPT, _sinks(settings))
    journal = await asyncio.to_thread(_open_journal, settings, clock, entropy, asyncio.get_running_loop().call_soon)
    upstream = await asyncio.to_thread(build_upstream, settings)
    state = GatewayState(
        clock=clock,
        entropy=entropy,
        snapshots=feed,
        upstream=upstream,
        protocols=PROTOCOLS,
        journal=journal,
        events=events,
        admission=admission,
        availability=Availability(_fingerprint_key(settings)),
        health=Health(),
        limits=build_limits(settings),
        seal_content=build_content_seal(settings, entropy, lambda: loader.sealing_key_id),
    )
    control = build_control(settings, database_url, state, catalog)
    if control is not None:
        facts = WorkerFacts(
            control.settings.version, _today(clock).isoformat(), journal_directory(settings), settings.journal_fsync
        )
        control.worker_health = WorkerInspector(state, journal, feed, facts).health
    background = [
        *_start_health_tasks(settings, state),
        asyncio.create_task(feed.run()),
        asyncio.create_task(events.run()),
        asyncio.create_task(_write_held_settlements(journal)),
        asyncio.create_task(state.credentials.run(lambda: _enabled_keys(feed))),
    ]
    pages = await asyncio.to_thread(build_pages, settings, has_control=control is not None)
    app = build_app(state, control and build_control_app(control), settings.trusted_proxies, pages)
    server = GatewayServer(
        _uvicorn_config(app, settings, build_edge(settings, state)),
        state,
        settings.drain_timeout_s,
    )
    _calm_garbage_collector()
    background.append(asyncio.create_task(_tell_ready(server, feed, on_ready)))
    try:
        await server.serve(sockets)
    finally:
        await events.flush()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await state.upstream.aclose()
        await state.bodies.aclose()
        await asyncio.to_thread(journal.close)
        await engine.dispose()
        if control is not None:
            control.passwords.close()
            await control.engine.dispose()


async def _tell_ready(server: uvicorn.Server, feed: SnapshotFeed, on_ready: Callable[[], None]) -> None:
    # uvicorn tells by a flag only.
    while not server.started or feed.current is None:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    on_ready()


def _calm_garbage_collector() -> None:
    """What is here at the start stays: it need not be looked at again and again. Requests make few cycles, so young
    objects are looked at less often than by default (700)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


def _start_health_tasks(settings: Settings, state: GatewayState) -> list[asyncio.Task[None]]:
    """What workers of this machine tell each other, and the probes of one of them."""
    directory = exchange_directory(settings.data_dir)
    tasks: list[asyncio.Task[None]] = []
    if settings.workers > 1:
        exchange = HealthExchange(directory, os.getpid(), state.clock, state.availability, state.health, state.headroom)
        state.peers = exchange
        tasks.append(asyncio.create_task(exchange.run()))
    if settings.active_probes == "on":
        probes = KeyProbes(
            state, directory / "probes.lock", settings.active_probe_every_s, settings.active_probes_per_minute
        )
        tasks.append(asyncio.create_task(probes.run()))
    return tasks


def _fingerprint_key(settings: Settings) -> bytes:
    """The same in every worker; says nothing about the key it comes from."""
    if settings.encryption_key is None:
        return b""
    secret = settings.encryption_key.get_secret_value().encode()
    return hmac.digest(secret, b"perpetuo/1/health-fingerprint", "sha256")


def _enabled_keys(feed: SnapshotFeed) -> list[tuple[ProviderKey, Vendor]]:
    snapshot = feed.current
    if snapshot is None:
        return []
    return [
        (key, snapshot.catalog.vendors[key.vendor])
        for workspace in snapshot.workspaces.values()
        for key in workspace.provider_keys
        if workspace.may_use(key)
    ]


def _open_journal(
    settings: Settings, clock: Clock, entropy: Entropy, defer: Callable[[Callable[[], None]], object]
) -> JournalWriter:
    return JournalWriter(
        journal_directory(settings),
        "worker",
        max_segment_bytes=SEGMENT_BYTES,
        max_total_bytes=settings.journal_max_bytes,
        clock=clock,
        entropy=entropy,
        fsync=settings.journal_fsync,
        defer=defer,
    )


async def _write_held_settlements(journal: JournalWriter) -> None:
    """After a full disk an idle worker has nobody else to try again what is waiting in memory."""
    while True:
        await asyncio.sleep(1.0)
        with contextlib.suppress(JournalUnavailable):
            journal.write_unwritten()


def build_edge(settings: Settings, state: GatewayState) -> Edge:
    limits = EdgeLimits(
        header_s=settings.header_timeout_s,
        body_min_bytes_per_s=settings.body_min_bytes_per_s,
        keep_alive_s=settings.keep_alive_s,
        max_connections=settings.max_connections,
        max_connections_per_address=settings.max_connections_per_address,
    )
    return Edge(
        limits,
        (lambda exchange: handle(exchange, state)) if settings.edge == "fast" else None,
        trusted_proxies=settings.trusted_proxies,
        uncounted=settings.ip_rate_limit_exempt,
    )


def _uvicorn_config(app: "ASGI3Application", settings: Settings, edge: Edge) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol_at(edge),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        # The drain deadline is ours (`GatewayServer`); this one only ends what does not obey it.
        timeout_graceful_shutdown=int(settings.drain_timeout_s) + 5,
    )


def build_pages(settings: Settings, *, has_control: bool) -> App:
    """Reads files. Without a control plane there is nothing that the dashboard could show: it says so."""
    return dashboard.build_dashboard_app(
        dashboard.read_assets() if has_control else {},
        landing_page=settings.landing_page == "on",
        if_absent=dashboard.NOT_BUILT if has_control else dashboard.NO_CONTROL_PLANE,
    )


def build_app(
    state: GatewayState,
    control: App | None = None,
    trusted_proxies: Sequence[str] = (),
    dashboard_app: App | None = None,
) -> "ASGI3Application":
    """The ASGI application: one `Exchange` per request, handed to the data plane; paths of the control plane and of the
    dashboard to those.

    Which of them is asked decides nothing about who may do what. All see the same client address.
    """
    apps: dict[str, App] = {}
    if control is not None:
        apps |= dict.fromkeys(FIRST_SEGMENTS, control)
    if dashboard_app is not None:
        apps |= dict.fromkeys(dashboard.FIRST_SEGMENTS, dashboard_app)

    async def app(scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable") -> None:
        if scope["type"] != "http":
            return
        other = apps.get(scope["path"][1:].partition("/")[0])
        if other is not None:
            await other(cast(Any, scope), cast(Any, receive), cast(Any, send))
            return
        exchange = AsgiExchange(cast(Any, scope), cast(Any, receive), cast(Any, send))
        try:
            try:
                await handle(exchange, state)
            finally:
                await exchange.close()
        except asyncio.CancelledError:
            # The client left in the same turn in which its request ended: nothing is left to cancel.
            if not exchange.disconnected.is_set():
                raise

    return cast(Any, behind_trusted_proxies(cast(Any, app), trusted_proxies))


def _sinks(settings: Settings) -> Sequence[Sink]:
    sinks: list[Sink] = [LogLineSink(logging.getLogger("perpetuo.events"))]
    if settings.events_file is not None:
        sinks.append(JsonlFileSink(settings.events_file))
    return sinks


async def _maintain(owner: AsyncEngine, clock: Clock, retention_days: int) -> None:
    wall_ms = int(clock.wall_s() * 1000)
    async with owner_transaction(owner) as connection:
        await ensure_partitions(connection, wall_ms)
        await drop_expired(connection, wall_ms, retention_days)
    await delete_expired(owner, wall_ms, retention_days)
    async with system_transaction(owner) as connection:
        now = datetime.datetime.fromtimestamp(clock.wall_s(), datetime.UTC)
        await delete_what_is_over(connection, now - datetime.timedelta(days=ENDED_SESSIONS_KEPT_DAYS))


async def _build_missing_indexes(database_url: str) -> None:
    """Once, beside everything else. What it did not get to is built after the next start."""
    try:
        await build_missing_indexes(database_url)
    except Exception as exc:  # noqa: BLE001 - a task ends here; searches are slower without the index, nothing else
        log.warning("indexes of request_logs are still missing: %s", type(exc).__name__)


async def _recover_forever(recovery: Recovery) -> None:
    while True:
        try:
            recovered = await asyncio.to_thread(recovery.recover)
            if recovered.interrupted:
                log.warning("settled %d requests that dead workers left open", recovered.interrupted)
        except Exception as error:  # noqa: BLE001 - tried again at the next turn
            log.error("recovery failed, trying again: %s", error)
        await asyncio.sleep(RECOVER_EVERY_S)
