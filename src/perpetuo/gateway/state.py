"""Everything the data plane is given. Built in `wiring.py`; nothing here lives at module level."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from perpetuo.core.carriage import Carriage
from perpetuo.core.ports import Clock, Entropy
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.resilience.headroom import Headroom
from perpetuo.core.resilience.health import Health
from perpetuo.core.resolvers.provider_selector import ProviderSelector
from perpetuo.core.resolvers.strategy import StrategyResolver
from perpetuo.core.snapshot import Snapshot
from perpetuo.events.event_manager import EventManager
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.body_helper import BodyHelper
from perpetuo.gateway.callers import Callers
from perpetuo.gateway.credentials import Credentials
from perpetuo.gateway.health_peers import HealthPeers, NoPeers
from perpetuo.gateway.plans import Plans
from perpetuo.gateway.request_ids import RequestIds
from perpetuo.gateway.run import Run
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.ledger.records import Content, Intent, Settlement
from perpetuo.providers.base import ChatProvider


class Journal(Protocol):
    def append_intent(self, intent: Intent) -> object:
        """Raises JournalUnavailable: the request must not be forwarded."""
        ...

    def append_settlement(self, settlement: Settlement) -> tuple[str, int]:
        """The journal file's name and the offset behind the record."""
        ...

    def append_content(self, content: Content) -> object:
        """Raises JournalUnavailable: then there is no room for it."""
        ...


class SnapshotHolder(Protocol):
    @property
    def current(self) -> Snapshot | None:
        """None until the first load."""
        ...

    async def refresh_for_unknown_key(self) -> bool:
        """One coalesced, rate-limited reload. False: the store did not answer, nothing is known."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """stream: deadlines while an answer is streamed; unary: the whole answer is made before its first byte.
    body_s: how long a client may take to send its request."""

    stream: Deadlines = field(default_factory=Deadlines)
    unary: Deadlines = field(default_factory=lambda: Deadlines(first_byte_s=300.0))
    body_s: float = 300.0
    max_body_bytes: int = 32 * 1024 * 1024
    max_reply_bytes: int = 64 * 1024 * 1024
    max_error_bytes: int = 1024 * 1024
    held_bytes: int = 64 * 1024


@dataclass(slots=True)
class GatewayState:
    clock: Clock
    entropy: Entropy
    snapshots: SnapshotHolder
    upstream: Upstream
    protocols: Mapping[str, ChatProvider]
    journal: Journal
    events: EventManager
    admission: Admission
    availability: Availability
    health: Health
    limits: Limits = Limits()
    headroom: Headroom = field(default_factory=Headroom)
    peers: HealthPeers = field(default_factory=NoPeers)
    strategies: StrategyResolver = field(default_factory=StrategyResolver)
    selector: ProviderSelector = field(default_factory=ProviderSelector)
    classifier: ErrorClassifier = field(default_factory=ErrorClassifier)
    callers: Callers = field(default_factory=Callers)
    plans: Plans = field(default_factory=Plans)
    bodies: BodyHelper = field(default_factory=BodyHelper)
    request_ids: RequestIds = field(init=False)
    credentials: Credentials = field(init=False)
    carriages: Mapping[str, Carriage] = field(init=False)
    """Of each protocol, by name."""
    seal_content: Callable[[bytes, str, str], bytes] | None = None
    """(content, workspace id, request id) -> sealed for its place; None: contents are not kept, whoever asks for it."""
    contents_dropped: int = 0
    """Since start: the journal had no room."""
    in_flight: set[Run] = field(default_factory=set[Run])
    draining: bool = False

    def __post_init__(self) -> None:
        self.request_ids = RequestIds(self.entropy)
        self.credentials = Credentials(self.upstream, self.clock)
        self.carriages = {name: protocol.carriage for name, protocol in self.protocols.items()}

    def now_ms(self) -> int:
        return int(self.clock.wall_s() * 1000)
