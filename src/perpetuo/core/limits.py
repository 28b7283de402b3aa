"""May it go on? Quotas per calendar month and requests per minute per address. Time comes in."""

import datetime
import ipaddress
from collections import deque
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from perpetuo.core.ids import month_bounds

WINDOW_S = 60.0
MAX_ADDRESSES = 100_000


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
    in_flight_requests: int,
    in_flight_tokens: int,
    wanted_tokens: int,
    wall_s: float,
) -> Allow | Deny:
    """The month's quota against what is used, what is in flight and what this request may use."""
    if limit_requests is not None and used_requests + in_flight_requests + 1 > limit_requests:
        return _over(f"{limit_requests} requests", wall_s)
    if limit_tokens is not None and used_tokens + in_flight_tokens + wanted_tokens > limit_tokens:
        return _over(f"{limit_tokens} tokens", wall_s)
    return ALLOW


def _over(limit: str, wall_s: float) -> Deny:
    resets_at_s = month_bounds(int(wall_s * 1000))[1] / 1000
    day = datetime.datetime.fromtimestamp(resets_at_s, datetime.UTC).date().isoformat()
    return Deny(
        f"The workspace's monthly quota of {limit} is used up; it resets on {day} (UTC).",
        retry_after_s=resets_at_s - wall_s,
        resets_at_s=resets_at_s,
    )


class IpLimiter:
    """At most `per_minute` admissions per address in any 60 s. IPv6 counts by /64. Refused requests do not count.

    exempt: CIDRs that are not limited. Keeps the stamps of admitted requests, of the `MAX_ADDRESSES` addresses that
    came last: whoever holds more than that many addresses is not held back by a limit per address anyway.
    """

    def __init__(self, per_minute: int, exempt: Iterable[str] = ()) -> None:
        self._per_minute = per_minute
        self._exempt = tuple(ipaddress.ip_network(network, strict=False) for network in exempt)
        self._admitted: dict[str, deque[float]] = {}

    def admit(self, address: str, now_s: float) -> Allow | Deny:
        """now_s: monotonic. A peer that is not an IP address (a UNIX socket) is not limited."""
        bucket = ip_bucket(address)
        if bucket is None or (self._exempt and self._is_exempt(address)):
            return ALLOW
        stamps = self._admitted.pop(bucket, None)
        if stamps is None:
            stamps = deque[float]()
            if len(self._admitted) >= MAX_ADDRESSES:
                del self._admitted[next(iter(self._admitted))]
        self._admitted[bucket] = stamps  # last in the order: the one to be forgotten last
        while stamps and stamps[0] <= now_s - WINDOW_S:
            stamps.popleft()
        if len(stamps) >= self._per_minute:
            return Deny(f"Over {self._per_minute} requests a minute from this address.", stamps[0] + WINDOW_S - now_s)
        stamps.append(now_s)
        return ALLOW

    def _is_exempt(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._exempt)


@lru_cache(maxsize=4096)
def ip_bucket(address: str) -> str | None:
    """What is counted together: an IPv4 address, or an IPv6 /64. None for what is not an address."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))
    return None if parsed is None else str(parsed)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Without the zone of a link-local address; an IPv4 address in IPv6 form is the IPv4 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return parsed if mapped is None else mapped
