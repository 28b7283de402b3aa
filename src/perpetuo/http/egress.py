"""Where upstream requests may go. Pure: URLs and addresses in, EgressBlocked out; the connectors ask, then connect.

A workspace chooses base URLs, so a base URL is hostile input: without this check it reads the operator's own network
(cloud metadata, databases, the gateway itself). The check is made on the addresses that are then connected to, never
on a second resolution of the name.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from perpetuo.core.errors import EgressBlocked

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Our own list: `is_global` changed its mind between Python versions, and calls 6to4 and NAT64 global.
# https://www.iana.org/assignments/iana-ipv4-special-registry and …ipv6-special-registry, read 2026-11-23.
_DENIED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, and Alibaba's metadata service
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local: metadata services
        "172.16.0.0/12",  # RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, and Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # RFC 1918
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
        "168.63.129.16/32",  # Azure's wire server: a public number that only ever means the local host agent
    )
)
# Global unicast is 2000::/3; everything outside it is denied by that alone (loopback, mapped and compatible IPv4,
# NAT64 64:ff9b::/96 and 64:ff9b:1::/48, discard, ULA, link-local, site-local, multicast). Inside it:
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
        "3ffe::/16",  # the former 6bone
    )
)

_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\Z")
# Names that mean the machine or its network wherever they are resolved (RFC 6761, RFC 6762, RFC 8375, ICANN 2024).
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain")
_REMEDY = "An operator can allow it with PERPETUO_EGRESS_ALLOW."


class Destination(msgspec.Struct, frozen=True):
    """A checked URL. host: lower-case name without trailing dot, or an address without brackets.
    path: path and query as sent; never empty. host_header: with brackets, and the port unless it is the scheme's."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    path: str
    host_header: str
    literal: Address | None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)


class _NetworkRule(msgspec.Struct, frozen=True):
    network: Network
    port: int | None


class EgressPolicy:
    """allow: CIDRs, addresses and host names, each with an optional `:port` (IPv6 with a port in brackets).

    A host name in `allow` vouches for every address it resolves to. Raises ValueError for an entry that is neither.
    """

    def __init__(self, allow: tuple[str, ...] = ()) -> None:
        networks: list[_NetworkRule] = []
        names: set[tuple[str, int | None]] = set()
        for entry in allow:
            rule = _parse_entry(entry)
            if isinstance(rule, _NetworkRule):
                networks.append(rule)
            else:
                names.add(rule)
        self._networks = tuple(networks)
        self._names = frozenset(names)

    def check_url(self, url: str) -> Destination:
        """Raises EgressBlocked for all that can be known without resolving the name.

        Plain HTTP to a name that is not itself allowed passes only while networks are allowed: then
        `check_addresses` decides.
        """
        destination = parse_url(url)
        host, port, plain = destination.host, destination.port, destination.scheme == "http"
        if destination.literal is not None:
            self.check_addresses(host, port, (host,), plain=plain)
        elif not self._names_allow(host, port):
            if not self._networks:
                _refuse_local_name(host)
            if plain and not self._networks:
                raise EgressBlocked(_plain_http(host))
        return destination

    def check_addresses(self, host: str, port: int, addresses: Sequence[str], *, plain: bool = False) -> None:
        """Every address must be public or allowed: one bad address blocks them all. plain: the URL is http://.

        addresses: as resolved from `host`; empty is refused.
        """
        if self._names_allow(host, port) and addresses:
            return
        if not addresses:
            raise EgressBlocked(f"{host} has no address.")
        for text in addresses:
            address = _parse_address(text)
            if address is not None and self._networks_allow(address, port):
                continue
            if address is None or not is_public(address):
                # Not which: whoever chose the name would read the local network's addresses out of our answers.
                said = "is not a public address" if text == host else "leads to an address that is not public"
                raise EgressBlocked(f"{host} {said}. {_REMEDY}")
            if plain:
                raise EgressBlocked(_plain_http(host))

    def check_proxied(self, destination: Destination) -> None:
        """What can be said of a name that an HTTP proxy will resolve: local names are refused unless allowed."""
        host, port = destination.host, destination.port
        if destination.literal is not None or self._names_allow(host, port):
            return
        _refuse_local_name(host)
        if destination.scheme == "http":
            raise EgressBlocked(_plain_http(host))

    def _names_allow(self, host: str, port: int) -> bool:
        return (host, None) in self._names or (host, port) in self._names

    def _networks_allow(self, address: Address, port: int) -> bool:
        return any(
            rule.port in (None, port) and address.version == rule.network.version and address in rule.network
            for rule in self._networks
        )


def _refuse_local_name(host: str) -> None:
    """Before it is looked up: whether such a name exists is the local network's business."""
    if "." not in host or host.endswith(_LOCAL_SUFFIXES):
        raise EgressBlocked(f"{host} is a name of the local network. {_REMEDY}")


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _DENIED_V6)


def parse_url(url: str) -> Destination:
    """Raises EgressBlocked for what is not a plain absolute http(s) URL, and for host spellings that resolvers read
    as addresses (decimal, octal, hexadecimal, short forms)."""
    if not url.isprintable() or " " in url or "\\" in url:
        raise EgressBlocked("The URL contains characters that do not belong in a URL.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise EgressBlocked("The URL's host or port can not be read.") from exc
    if parts.scheme not in ("http", "https"):
        raise EgressBlocked("Only http:// and https:// URLs are called.")
    if "@" in parts.netloc:
        raise EgressBlocked("The URL carries user information; a provider's secret belongs in its provider key.")
    if parts.fragment:
        raise EgressBlocked("The URL carries a fragment.")
    if port == 0:
        raise EgressBlocked("The URL's port is 0.")
    scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
    host, literal = _parse_host(parts.netloc)
    default_port = 443 if scheme == "https" else 80
    port = default_port if port is None else port
    shown = f"[{host}]" if ":" in host else host
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    if not path.isascii():
        raise EgressBlocked("The URL's path is not percent-encoded.")
    return Destination(scheme, host, port, path, shown if port == default_port else f"{shown}:{port}", literal)


def _parse_host(netloc: str) -> tuple[str, Address | None]:
    if netloc.startswith("["):
        inside, bracket, rest = netloc[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or "%" in inside:
            raise EgressBlocked("The URL's IPv6 host can not be read.")
        try:
            address = ipaddress.IPv6Address(inside)
        except ValueError as exc:
            raise EgressBlocked("The URL's IPv6 host can not be read.") from exc
        return address.compressed, address
    name = netloc.partition(":")[0].lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError as exc:
            raise EgressBlocked("The URL's host is not a valid name.") from exc
    name = name.removesuffix(".")
    if len(name) > 253 or not _HOST_NAME.match(name):
        raise EgressBlocked("The URL's host is not a valid name.")
    # As the WHATWG URL standard: a host whose last label is a number is an address or nothing.
    if _NUMERIC_LABEL.match(name.rpartition(".")[2]):
        try:
            address_v4 = ipaddress.IPv4Address(name)
        except ValueError as exc:
            raise EgressBlocked(f"{name} is an address in an unusual spelling; write it as four decimals.") from exc
        return name, address_v4
    return name, None


def _parse_address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return None
    return address


def _parse_entry(entry: str) -> _NetworkRule | tuple[str, int | None]:
    text = entry.strip().lower()
    port: int | None = None
    if text.startswith("["):
        inside, _, rest = text[1:].partition("]")
        mask, colon, digits = rest.partition(":")
        text = inside + mask
        port = _parse_port(entry, digits) if colon else None
    elif text.count(":") == 1:
        text, _, digits = text.partition(":")
        port = _parse_port(entry, digits)
    try:
        return _NetworkRule(ipaddress.ip_network(text, strict=False), port)
    except ValueError:
        name = text.removesuffix(".")
        if not _HOST_NAME.match(name) or _NUMERIC_LABEL.match(name.rpartition(".")[2]):
            message = f"PERPETUO_EGRESS_ALLOW: {entry!r} is not a CIDR, an address or a host name."
            raise ValueError(message) from None
        return (name, port)


def _parse_port(entry: str, digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 65535):
        raise ValueError(f"PERPETUO_EGRESS_ALLOW: the port of {entry!r} is not a number from 1 to 65535.")
    return int(digits)


def _plain_http(host: str) -> str:
    return f"Plain HTTP would show the provider key to the network between here and {host}: use https. {_REMEDY}"
