"""Opening checked connections: resolve once, check every address, connect to a checked one."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

from perpetuo.core.errors import ConnectFailed
from perpetuo.http.egress import Destination, EgressPolicy
from perpetuo.http.proxies import Proxy, ProxySettings

Resolver = Callable[[str, int], Awaitable[list[tuple[int, str]]]]
"""(host, port) -> [(address family, address)], in the order to try them."""

_TUNNEL_HEAD_BYTES = 16 * 1024
# What a first address that does not answer may take from the time of the ones after it.
_LEAST_ATTEMPT_S = 0.25

_P = TypeVar("_P", bound=asyncio.BaseProtocol)


def default_ssl_context(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """The system's trust store, and the certificates of `ca_bundle` (PEM) beside it. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    context.set_alpn_protocols(["http/1.1"])
    return context


async def system_resolver(host: str, port: int) -> list[tuple[int, str]]:
    """The operating system's answer, asked in a thread. Raises OSError."""
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(int(family), str(address[0])) for family, _, _, _, address in rows]


class Connector:
    def __init__(
        self,
        egress: EgressPolicy,
        ssl_context: ssl.SSLContext,
        resolver: Resolver = system_resolver,
        proxies: ProxySettings | None = None,
    ) -> None:
        self._egress = egress
        self._ssl_context = ssl_context
        self._resolver = resolver
        self._proxies = proxies or ProxySettings()

    def proxy_for(self, destination: Destination) -> Proxy | None:
        return self._proxies.proxy_for(destination)

    async def dial(self, destination: Destination, factory: Callable[[], _P], deadline: float) -> _P:
        """A connection ready for a request, TLS and tunnel included. deadline: loop time, enforced by the caller.

        Raises ConnectFailed, EgressBlocked.
        """
        context = self._ssl_context if destination.scheme == "https" else None
        proxy = self.proxy_for(destination)
        try:
            if proxy is None:
                addresses = await self.checked_addresses(destination)
                return await _connect_any(destination, addresses, factory, context, deadline)
            self._egress.check_proxied(destination)
            if context is None:
                _, protocol = await asyncio.get_running_loop().create_connection(factory, proxy.host, proxy.port)
                return protocol
            return await _connect_through(proxy, destination, factory(), context)
        except ssl.SSLCertVerificationError as exc:
            raise ConnectFailed(f"{destination.host}: certificate not accepted: {exc.verify_message}") from exc
        except ssl.SSLError as exc:
            raise ConnectFailed(f"{destination.host}: TLS failed: {exc.reason or exc}") from exc
        except OSError as exc:
            raise ConnectFailed(f"Can not connect to {destination.host}:{destination.port}: {exc}") from exc

    async def checked_addresses(self, destination: Destination) -> list[tuple[int, str]]:
        """Raises EgressBlocked unless every address of the name may be called; OSError when it has none."""
        host, port, plain = destination.host, destination.port, destination.scheme == "http"
        if destination.literal is not None:
            family = socket.AF_INET if destination.literal.version == 4 else socket.AF_INET6
            found = [(int(family), host)]
        else:
            try:
                found = list(dict.fromkeys(await self._resolver(host, port)))
            except UnicodeError as exc:
                raise ConnectFailed(f"{host} is not a valid host name.") from exc
            if not found:
                raise ConnectFailed(f"{host} has no address.")
        self._egress.check_addresses(host, port, [address for _, address in found], plain=plain)
        return found


async def _connect_any(
    destination: Destination,
    addresses: list[tuple[int, str]],
    factory: Callable[[], _P],
    context: ssl.SSLContext | None,
    deadline: float,
) -> _P:
    loop = asyncio.get_running_loop()
    for left in range(len(addresses), 0, -1):
        family, address = addresses[-left]
        attempt_s = max((deadline - loop.time()) / left, _LEAST_ATTEMPT_S)
        try:
            # The last address has the caller's deadline alone, so that a timeout is told as one.
            async with asyncio.timeout(attempt_s if left > 1 else None):
                _, protocol = await loop.create_connection(
                    factory,
                    address,
                    destination.port,
                    family=family,
                    ssl=context,
                    server_hostname=destination.host if context is not None else None,
                )
                return protocol
        except ssl.SSLError:
            raise  # another address of the same name will not show a better certificate
        except OSError:
            if left == 1:
                raise
    raise OSError("no address")


async def _connect_through(proxy: Proxy, destination: Destination, protocol: _P, context: ssl.SSLContext) -> _P:
    loop = asyncio.get_running_loop()
    transport, tunnel = await loop.create_connection(_Tunnel, proxy.host, proxy.port)
    try:
        host = f"[{destination.host}]" if ":" in destination.host else destination.host
        lines = [f"CONNECT {host}:{destination.port} HTTP/1.1", f"host: {host}:{destination.port}"]
        if proxy.authorization is not None:
            lines.append(f"proxy-authorization: {proxy.authorization}")
        transport.write("\r\n".join([*lines, "", ""]).encode("ascii"))
        status = await tunnel.opened
        if not 200 <= status < 300:
            raise ConnectFailed(f"The proxy {proxy.host}:{proxy.port} refused the tunnel with status {status}.")
        secured = await loop.start_tls(transport, protocol, context, server_hostname=destination.host)
        if secured is None:
            raise ConnectFailed(f"{destination.host}: TLS failed behind the proxy.")
        protocol.connection_made(secured)
        return protocol
    except BaseException:
        transport.abort()
        raise


class _Tunnel(asyncio.Protocol):
    """Reads a proxy's answer to CONNECT. The peer speaks TLS next and waits for us, so nothing may follow the head."""

    def __init__(self) -> None:
        self.opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if self.opened.done():
            return
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            if len(self._head) > _TUNNEL_HEAD_BYTES:
                self._fail("answered CONNECT with too much")
            return
        words = head.split(b"\r\n", 1)[0].split(b" ", 2)
        if not words[0].startswith(b"HTTP/1.") or len(words) < 2 or len(words[1]) != 3 or not words[1].isdigit():
            self._fail("did not answer CONNECT with HTTP")
            return
        status = int(words[1])
        if rest and 200 <= status < 300:
            self._fail("sent bytes after opening the tunnel")
            return
        self.opened.set_result(status)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self._fail("closed the connection")

    def _fail(self, what: str) -> None:
        if not self.opened.cancelled():
            self.opened.set_exception(ConnectFailed(f"The proxy {what}."))
