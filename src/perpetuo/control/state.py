"""Everything the control plane is given. Built in `wiring.py`; nothing here lives at module level."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.hash_pool import HashPool
from perpetuo.control.mail import Mailer
from perpetuo.control.refresh_tokens import RefreshTokens
from perpetuo.control.session_tokens import SessionTokens
from perpetuo.control.shares import Shares
from perpetuo.core.catalog import Catalog, Vendor
from perpetuo.core.ids import month_bounds, uuid7
from perpetuo.core.inspection import Explanation, KeyTestResult, RouteQuestion, WorkerHealth
from perpetuo.core.limits import MAX_KEYS, RequestMinute, SlidingMinutes
from perpetuo.core.ports import Clock, Entropy
from perpetuo.core.resilience.key_health import KeyHealth
from perpetuo.core.snapshot import ProviderKey
from perpetuo.db.sealing import Sealer
from perpetuo.http.egress import EgressPolicy

SignUp = Literal["open", "invite", "closed"]


class ControlSettings(msgspec.Struct, frozen=True):
    """public_url: where people reach us, without a slash at its end; None = as the request says.

    sign_up: who may make an account, unless an operator has said otherwise. origins: other pages whose scripts may
    call us (the dashboard's development server). workers: processes that share per-process limits.
    """

    version: str = ""
    public_url: str | None = None
    sign_up: SignUp = "invite"
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] | None = None
    """Names we answer to; None = any."""
    retention_days: int = 90
    workers: int = 1
    max_body_bytes: int = 1024 * 1024


def _nothing_to_check(address: str) -> None:
    del address


def _no_key_tests() -> SlidingMinutes[RequestMinute]:
    return SlidingMinutes(RequestMinute, MAX_KEYS)


class KeyTester(Protocol):
    async def __call__(self, key: ProviderKey, vendor: Vendor, *, by_chat: bool = False) -> KeyTestResult:
        """Calls the vendor, once or twice. Never raises for what the vendor or the key does."""
        ...


@dataclass(slots=True)
class ControlState:
    engine: AsyncEngine
    clock: Clock
    entropy: Entropy
    sealer: Sealer
    content_sealer: Sealer
    """Of `request_contents`."""
    audit_keys: tuple[bytes, ...]
    """Any of them may seal the audit log's head (`db.sealing.audit_key`); the first seals its first."""
    tokens: SessionTokens
    refresh_tokens: RefreshTokens
    catalog: Catalog
    settings: ControlSettings = field(default_factory=ControlSettings)
    check_address: Callable[[str], None] = _nothing_to_check
    """Raises AdmissionError for a client address over its requests a minute."""
    mailer: Mailer | None = None
    """None: this installation sends no mail."""
    passwords: HashPool = field(default_factory=HashPool)
    throttle: AuthThrottle = field(default_factory=AuthThrottle)
    shares: Shares = field(default_factory=Shares)
    """Of the engine's connections, by workspace."""

    egress: EgressPolicy = field(default_factory=EgressPolicy)
    """Where provider keys may lead; the data plane's connector decides again, with the addresses in hand."""
    test_provider_key: KeyTester | None = None
    """None: this process calls no providers."""
    key_tests: SlidingMinutes[RequestMinute] = field(default_factory=_no_key_tests)
    """Tests of provider keys, by workspace."""

    explain_route: Callable[[RouteQuestion], Explanation] | None = None
    """Of the data plane beside us; never raises for what is asked. None: there is none."""

    key_health: Callable[[str], Mapping[str, KeyHealth]] | None = None
    """Workspace id -> provider key id -> what the data plane beside us knows of that key; None: there is none."""

    worker_health: Callable[[], Awaitable[WorkerHealth]] | None = None
    """Of the data plane beside us; None: there is none."""

    def new_id(self) -> str:
        return str(uuid7(self.now_ms(), self.entropy.random_bytes(10)))

    def now_ms(self) -> int:
        return int(self.clock.wall_s() * 1000)

    def month(self) -> datetime:
        """Its first instant, UTC."""
        return datetime.fromtimestamp(month_bounds(self.now_ms())[0] / 1000, UTC)
