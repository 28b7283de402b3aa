"""May it go on? Quotas and budgets per calendar month, limits per minute of addresses and keys. Time comes in."""

import datetime
import ipaddress
from collections import deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

import msgspec

from perpetuo.core.client_address import parse_address
from perpetuo.core.ids import month_bounds
from perpetuo.core.money import format_usd

WINDOW_S = 60.0
MAX_ADDRESSES = 100_000
MAX_KEYS = 100_000
"""With limits per minute and requests in the last one; a worker does not admit that many a minute."""


class Allow(msgspec.Struct, frozen=True):
    pass


class Deny(msgspec.Struct, frozen=True):
    """reason: one sentence for the client. resets_at_s: Unix time, where the limit has one."""

    reason: str
    retry_after_s: float
    resets_at_s: float | None = None


ALLOW = Allow()


def admit_quota(
    *,
    limit_requests: int | None,
    limit_tokens: int | None,
    used_requests: int,
    used_tokens: int,
    wanted_tokens: int,
    wall_s: float,
) -> Allow | Deny:
    """The month's quota against what is used (what is in flight counts) and what this request may use."""
    if limit_requests is not None and used_requests + 1 > limit_requests:
        return _over(f"{limit_requests} requests", wall_s)
    if limit_tokens is not None and used_tokens + wanted_tokens > limit_tokens:
        return _over(f"{limit_tokens} tokens", wall_s)
    return ALLOW


def admit_budget(*, budget_nanousd: int, used_nanousd: int, wanted_nanousd: int, wall_s: float) -> Allow | Deny:
    """The month's budget of an API key against what is used (what is in flight counts) and what this request is likely
    to cost. A budget that is used up admits nothing, not even what costs nothing."""
    if used_nanousd >= budget_nanousd:
        return _until_next_month(f"This API key's monthly budget of {format_usd(budget_nanousd)} is used up", wall_s)
    if used_nanousd + wanted_nanousd > budget_nanousd:
        return _until_next_month(
            f"This request is likely to cost {format_usd(wanted_nanousd)}, and of this API key's monthly budget of "
            f"{format_usd(budget_nanousd)} only {format_usd(budget_nanousd - used_nanousd)} is left",
            wall_s,
        )
    return ALLOW


def _over(limit: str, wall_s: float) -> Deny:
    return _until_next_month(f"The workspace's monthly quota of {limit} is used up", wall_s)


def _until_next_month(what: str, wall_s: float) -> Deny:
    resets_at_s = month_bounds(int(wall_s * 1000))[1] / 1000
    day = datetime.datetime.fromtimestamp(resets_at_s, datetime.UTC).date().isoformat()
    return Deny(
        f"{what}; it resets on {day} (UTC).",
        retry_after_s=resets_at_s - wall_s,
        resets_at_s=resets_at_s,
    )


class Minute(Protocol):
    """What one bucket was admitted in the last 60 s. Times are monotonic and never go back."""

    def leave_out_until(self, at_s: float) -> None:
        """Forget what was admitted at that time or before."""
        ...

    def is_empty_after(self, at_s: float) -> bool: ...


MinuteT = TypeVar("MinuteT", bound=Minute)


class SlidingMinutes(Generic[MinuteT]):
    """The minute of each bucket. Idle ones are forgotten; beyond max_buckets, the one asked for least recently is."""

    def __init__(self, empty: Callable[[], MinuteT], max_buckets: int) -> None:
        self._empty = empty
        self._max_buckets = max_buckets
        self._minutes: dict[str, MinuteT] = {}

    def __len__(self) -> int:
        return len(self._minutes)

    def of(self, bucket: str, now_s: float) -> MinuteT:
        """To be looked at and added to at once."""
        minute = self._minutes.pop(bucket, None)
        if minute is None:
            self._forget(now_s)
            minute = self._empty()
        self._minutes[bucket] = minute  # last in the order: the one to be forgotten last
        minute.leave_out_until(now_s - WINDOW_S)
        return minute

    def _forget(self, now_s: float) -> None:
        """Up to two idle buckets for each new one, so that their number follows the traffic."""
        for _ in range(2):
            oldest = next(iter(self._minutes), None)
            if oldest is None or not self._minutes[oldest].is_empty_after(now_s - WINDOW_S):
                break
            del self._minutes[oldest]
        if len(self._minutes) >= self._max_buckets:
            del self._minutes[next(iter(self._minutes))]


class RequestMinute:
    __slots__ = ("_stamps",)

    def __init__(self) -> None:
        self._stamps: deque[float] = deque()

    def wait_s(self, limit: int, now_s: float) -> float | None:
        """Seconds until there is room for another request; None: now."""
        if len(self._stamps) < limit:
            return None
        return self._stamps[0] + WINDOW_S - now_s if self._stamps else WINDOW_S

    def add(self, now_s: float) -> None:
        self._stamps.append(now_s)

    def leave_out_until(self, at_s: float) -> None:
        while self._stamps and self._stamps[0] <= at_s:
            self._stamps.popleft()

    def is_empty_after(self, at_s: float) -> bool:
        return not self._stamps or self._stamps[-1] <= at_s


class TakenTokens:
    """What one request takes of its key's minute: estimated, until it is corrected."""

    __slots__ = ("at_s", "minute", "tokens")

    def __init__(self, at_s: float, tokens: int, minute: "TokenMinute") -> None:
        self.at_s = at_s
        self.tokens = tokens
        self.minute = minute

    def correct(self, tokens: int) -> None:
        """Changes nothing once its minute is over."""
        self.minute.correct(self, tokens)


class TokenMinute:
    __slots__ = ("_taken", "total")

    def __init__(self) -> None:
        self._taken: deque[TakenTokens] = deque()
        self.total = 0

    def wait_s(self, tokens: int, limit: int, now_s: float) -> float | None:
        """Seconds until there is room for so many more; None: now. 60 where there never will be."""
        over = self.total + tokens - limit
        if over <= 0:
            return None
        for taken in self._taken:
            over -= taken.tokens
            if over <= 0:
                return taken.at_s + WINDOW_S - now_s
        return WINDOW_S

    def add(self, tokens: int, now_s: float) -> TakenTokens:
        taken = TakenTokens(now_s, tokens, self)
        self._taken.append(taken)
        self.total += tokens
        return taken

    def correct(self, taken: TakenTokens, tokens: int) -> None:
        if self._taken and taken.at_s >= self._taken[0].at_s:
            self.total += tokens - taken.tokens
        taken.tokens = tokens

    def leave_out_until(self, at_s: float) -> None:
        while self._taken and self._taken[0].at_s <= at_s:
            self.total -= self._taken.popleft().tokens

    def is_empty_after(self, at_s: float) -> bool:
        return not self._taken or self._taken[-1].at_s <= at_s


class KeyLimiter:
    """Requests and tokens per minute of API keys, in one worker, which holds 1/workers of each limit, at least one.

    Tokens are counted when the request is admitted: what its text takes and what it may produce, corrected when it has
    ended. A request that is larger than the worker's share is admitted when nothing else is in its minute, up to the
    whole limit: else a limit split over many workers would admit it never.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._requests = SlidingMinutes(RequestMinute, MAX_KEYS)
        self._tokens = SlidingMinutes(TokenMinute, MAX_KEYS)

    def __len__(self) -> int:
        """Keys it remembers."""
        return max(len(self._requests), len(self._tokens))

    def admit(
        self,
        key_id: str,
        *,
        requests_per_minute: int | None,
        tokens_per_minute: int | None,
        wanted_tokens: int,
        least_tokens: int,
        now_s: float,
    ) -> TakenTokens | Allow | Deny:
        """Both limits admit it, or neither counts it. least_tokens: the part of wanted_tokens that is sure: the
        request's own text, and the output it asks for. TakenTokens is to be corrected when the request has ended."""
        requests = tokens = None
        if requests_per_minute is not None:
            requests = self._requests.of(key_id, now_s)
            wait_s = requests.wait_s(self._share(requests_per_minute), now_s)
            if wait_s is not None:
                return Deny(f"Over this API key's {requests_per_minute} requests a minute.", wait_s)
        if tokens_per_minute is not None:
            if least_tokens > tokens_per_minute:
                return Deny(
                    f"This request alone may take {least_tokens} tokens, over this API key's {tokens_per_minute} a "
                    "minute: shorten it or ask for less output.",
                    WINDOW_S,
                )
            tokens = self._tokens.of(key_id, now_s)
            wait_s = tokens.wait_s(wanted_tokens, self._share(tokens_per_minute), now_s)
            if wait_s is not None and tokens.total > 0:
                return Deny(f"Over this API key's {tokens_per_minute} tokens a minute.", wait_s)
        if requests is not None:
            requests.add(now_s)
        return ALLOW if tokens is None else tokens.add(wanted_tokens, now_s)

    def _share(self, per_minute: int) -> int:
        return max(1, per_minute // self._workers) if per_minute > 0 else 0


class IpLimiter:
    """At most `per_minute` admissions per address in any 60 s. IPv6 counts by /64. Refused requests do not count.

    exempt: CIDRs that are not limited. never_exempt: CIDRs that are, all the same: of trusted proxies, whose address
    also counts for those whom they do not name. Keeps the stamps of admitted requests, of the `MAX_ADDRESSES`
    addresses that came last: whoever holds more than that many addresses is not held back by a limit per address
    anyway.
    """

    def __init__(self, per_minute: int, exempt: Iterable[str] = (), never_exempt: Iterable[str] = ()) -> None:
        self._per_minute = per_minute
        self._exempt = _networks(exempt)
        self._never_exempt = _networks(never_exempt)
        self._minutes = SlidingMinutes(RequestMinute, MAX_ADDRESSES)

    def __len__(self) -> int:
        """Addresses it remembers."""
        return len(self._minutes)

    def admit(self, address: str, now_s: float) -> Allow | Deny:
        """now_s: monotonic. A peer that is not an IP address (a UNIX socket) is not limited."""
        bucket = ip_bucket(address)
        if bucket is None or (self._exempt and self._is_exempt(address)):
            return ALLOW
        minute = self._minutes.of(bucket, now_s)
        wait_s = minute.wait_s(self._per_minute, now_s)
        if wait_s is not None:
            return Deny(f"Over {self._per_minute} requests a minute from this address.", wait_s)
        minute.add(now_s)
        return ALLOW

    def _is_exempt(self, address: str) -> bool:
        parsed = parse_address(address)
        if parsed is None or any(parsed in network for network in self._never_exempt):
            return False
        return any(parsed in network for network in self._exempt)


def _networks(networks: Iterable[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in networks)


@lru_cache(maxsize=4096)
def ip_bucket(address: str) -> str | None:
    """What is counted together: an IPv4 address, or an IPv6 /64. None for what is not an address."""
    parsed = parse_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return None if parsed is None else str(parsed)
