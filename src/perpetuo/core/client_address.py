"""Whose request is it? The peer's address, or, of a trusted proxy, what that proxy says. Pure.

Of the headers X-Forwarded-For and Forwarded only what a trusted proxy added is read: from the right, hop by hop, up to
the first address that is no trusted proxy. Everything left of it was written by that client, or by somebody it chose.
Other headers (X-Real-IP, True-Client-IP, CF-Connecting-IP, ...) are never read: a proxy that does not know them passes
on what a client sent.

When both headers are sent and name different clients, neither is believed, and the proxy itself counts as the client.
A proxy writes one of them and passes the other one on as the client sent it; which is which can not be seen, and
whichever were preferred, behind a proxy that writes the other one clients could choose their address.

Source: https://www.rfc-editor.org/rfc/rfc7239#section-4 to 6, read 2026-11-24.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Headers = Sequence[tuple[bytes, bytes]]

MAX_HOPS = 32
"""Proxies looked through at most; nobody has more. The one furthest away then counts as the client."""
MAX_HEADER_CHARS = 8 * 1024
"""Of the end of each header line; MAX_HOPS hops fit many times."""
MAX_NODE_CHARS = 64
"""A bracketed IPv6 address with a port has 47."""

_PAIR = re.compile(r"""[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;,"\s]*))[ \t]*(?:;|$)""")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9A-Za-z._-]+)?")
_IPV4_AND_PORT = re.compile(r"([0-9.]+):[0-9A-Za-z._-]+")


class TrustedProxies:
    """networks: CIDRs of the proxies, and of nothing else: an address in them may say whose request it forwards.

    Raises ValueError for what is no network.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(network, strict=False) for network in networks)

    def trusts(self, address: str) -> bool:
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def client_of(self, peer: str, headers: Headers) -> str:
        """headers: as ASGI has them, names in lower case. `peer` itself where that is no trusted proxy, or where it
        does not say whom it forwards."""
        if not self.trusts(peer):
            return peer
        told = _lines(headers, b"x-forwarded-for")
        told_by_rfc = _lines(headers, b"forwarded")
        client = self._first_untrusted(peer, _x_forwarded_for(told)) if told else None
        client_by_rfc = self._first_untrusted(peer, _forwarded_for(told_by_rfc)) if told_by_rfc else None
        if client is None or client_by_rfc is None:
            return client or client_by_rfc or peer
        return client if client == client_by_rfc else peer

    def scheme_of(self, peer: str, headers: Headers) -> str | None:
        """`http` or `https`, as a trusted proxy says in X-Forwarded-Proto; None where none says so. Of several
        values the last one: it is the nearest proxy's."""
        lines = _lines(headers, b"x-forwarded-proto")
        if not lines or not self.trusts(peer):
            return None
        scheme = lines[-1].rpartition(",")[2].strip().lower()
        return scheme if scheme in ("http", "https") else None

    def _first_untrusted(self, peer: str, nodes: Iterator[str | None]) -> str:
        """nodes: the hops, nearest first. A hop that can not be read ends the walk: who told us of it is the last one
        known."""
        known = peer
        for _ in range(MAX_HOPS):
            node = next(nodes, None)
            address = None if node is None else address_of_node(node)
            if address is None:
                break
            known = address
            if not self.trusts(known):
                break
        return known


def parse_address(address: str) -> IpAddress | None:
    """Without the zone of a link-local address; an IPv4 address in IPv6 form is the IPv4 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return parsed if mapped is None else mapped


def address_of_node(node: str) -> str | None:
    """`192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711` -> the address in its usual
    spelling. None for `unknown`, for an obfuscated identifier (`_hidden`), and for anything else."""
    node = node.strip()
    if not node or len(node) > MAX_NODE_CHARS:
        return None
    matched = _BRACKETED.fullmatch(node) or _IPV4_AND_PORT.fullmatch(node)
    parsed = parse_address(node if matched is None else matched[1])
    return None if parsed is None else str(parsed)


def _lines(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _x_forwarded_for(lines: Sequence[str]) -> Iterator[str]:
    """Hops, nearest first. Several lines are one list (RFC 9110, section 5.3)."""
    for line in reversed(lines):
        end = len(line)
        first = max(0, end - MAX_HEADER_CHARS)
        while (comma := line.rfind(",", first, end)) >= 0:
            yield line[comma + 1 : end]
            end = comma
        if first:
            return  # What is left of a hop that was cut is another address.
        yield line[:end]


def _forwarded_for(lines: Sequence[str]) -> Iterator[str | None]:
    """The `for` of each hop, nearest first; None for a hop without one."""
    for line in reversed(lines):
        end = len(line)
        first = max(0, end - MAX_HEADER_CHARS)
        while (comma := _last_separator(line, first, end)) >= 0:
            yield _for_parameter(line[comma + 1 : end])
            end = comma
        if first:
            return
        yield _for_parameter(line[:end])


def _last_separator(line: str, first: int, end: int) -> int:
    """The last comma of line[first:end] outside quotes, looked for from the right: what a client wrote, to the left,
    can not open a quote that swallows what a proxy added."""
    quoted = False
    for at in range(end - 1, first - 1, -1):
        if line[at] == '"':
            backslashes = at
            while backslashes > first and line[backslashes - 1] == "\\":
                backslashes -= 1
            if (at - backslashes) % 2 == 0:
                quoted = not quoted
        elif line[at] == "," and not quoted:
            return at
    return -1


def _for_parameter(element: str) -> str | None:
    """None without a `for`, with two, or when any of the element is malformed."""
    found: list[str] = []
    at = 0
    while at < len(element):
        pair = _PAIR.match(element, at)
        if pair is None:
            return None
        if pair[1].lower() == "for":
            found.append(pair[3] if pair[2] is None else pair[2])
        at = pair.end()
    return found[0] if len(found) == 1 else None
