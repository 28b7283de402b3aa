"""The upstream client on httpx2's engine (httpcore2 and h11): the oracle for `client.py`, and the way back from it.

Chosen by `PERPETUO_UPSTREAM=reference`. Same behaviour, same errors; slower.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, cast

import httpcore2

from perpetuo.core.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    FirstByteTimeout,
    IdleTimeout,
    ProtocolViolation,
    TotalTimeout,
    TransportError,
    UpstreamTooLarge,
)
from perpetuo.http.client import IDLE_POOLED_S, MAX_HEAD_BYTES, MAX_HEADERS, MAX_IDLE_PER_HOST, OWN_HEADERS
from perpetuo.http.connector import Connector, Resolver, system_resolver
from perpetuo.http.egress import Destination, EgressPolicy
from perpetuo.http.proxies import Proxy, ProxySettings
from perpetuo.http.upstream import Deadlines, Through, UpstreamReply, read_to_end
from perpetuo.providers.base import UpstreamRequest

# uvloop counts in whole milliseconds: a deadline may strike before its clock says so.
_CLOCK_STEP_S = 0.002


class ReferenceUpstream:
    """Implements `Upstream`."""

    def __init__(
        self,
        egress: EgressPolicy,
        ssl_context: ssl.SSLContext,
        resolver: Resolver = system_resolver,
        proxies: ProxySettings | None = None,
        *,
        max_idle_per_host: int = MAX_IDLE_PER_HOST,
        idle_pooled_s: float = IDLE_POOLED_S,
    ) -> None:
        self._egress = egress
        self._ssl_context = ssl_context
        self._connector = Connector(egress, ssl_context, resolver, proxies)
        self._max_idle = max_idle_per_host
        self._idle_s = idle_pooled_s
        self._current: ContextVar[_Call] = ContextVar("current upstream call")
        self._pools: dict[tuple[Proxy | None, bool], httpcore2.AsyncConnectionPool] = {}
        self._calls: set[_Call] = set()
        self._releases: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self, request: UpstreamRequest, deadlines: Deadlines) -> UpstreamReply:
        if self._closed:
            raise ConnectFailed("The upstream client is closed.")
        destination = self._egress.check_url(request.url)
        proxy = self._connector.proxy_for(destination)
        if proxy is not None:
            self._egress.check_proxied(destination)
        total_at = asyncio.get_running_loop().time() + deadlines.total_s
        call = _Call(destination, deadlines, total_at)
        try:
            return await self._attempt(request, call, proxy)
        except ConnectionLost:
            if call.fresh or call.answered:
                raise
        return await self._attempt(request, _Call(destination, deadlines, total_at, insist_fresh=True), proxy)

    async def aclose(self) -> None:
        self._closed = True
        for call in tuple(self._calls):
            call.abort()
        while self._releases:
            await asyncio.wait(tuple(self._releases))
        for pool in self._pools.values():
            await pool.aclose()

    async def _attempt(self, request: UpstreamRequest, call: "_Call", proxy: Proxy | None) -> UpstreamReply:
        pool = self._pool(proxy, keeping=not call.insist_fresh)
        self._calls.add(call)
        try:
            with self.speaking_for(call):
                async with asyncio.timeout_at(call.total_at):
                    response = await pool.handle_async_request(_encode(request, call.destination))
            if not call.answered:
                # h11 had it from before this request was sent: an answer to nothing we asked.
                raise ConnectionLost(f"{call.destination.host}: sent a reply nobody asked for.", sent=True)
            call.head_done = True
            return _Reply(self, call, response)
        except BaseException as exc:
            self.ended(call)
            call.abort()
            if isinstance(exc, Exception):
                raise _translate(exc, call) from exc
            raise

    def _pool(self, proxy: Proxy | None, *, keeping: bool) -> httpcore2.AsyncConnectionPool:
        """keeping: the pool that keeps connections; the other one makes each anew, for retries."""
        pool = self._pools.get((proxy, keeping))
        if pool is None:
            pool = httpcore2.AsyncConnectionPool(
                ssl_context=self._ssl_context,
                proxy=None if proxy is None else _proxy(proxy),
                max_connections=None,
                max_keepalive_connections=self._max_idle if keeping else 0,
                keepalive_expiry=self._idle_s,
                network_backend=_Backend(self._connector, self._current, proxied=proxy is not None),
            )
            self._pools[proxy, keeping] = pool
        return pool

    @contextmanager
    def speaking_for(self, call: "_Call") -> Any:
        """Within it, the network backend knows whose bytes it moves."""
        token = self._current.set(call)
        try:
            yield
        finally:
            self._current.reset(token)

    def ended(self, call: "_Call") -> None:
        self._calls.discard(call)

    def release_later(self, release: Any) -> None:
        task = asyncio.create_task(release)
        self._releases.add(task)
        task.add_done_callback(self._releases.discard)


class _Call:
    """One request's deadlines, and what the network saw of it."""

    def __init__(
        self, destination: Destination, deadlines: Deadlines, total_at: float, *, insist_fresh: bool = False
    ) -> None:
        self.destination = destination
        self.deadlines = deadlines
        self.total_at = total_at
        self.insist_fresh = insist_fresh
        self.fresh = False
        self.connected_by: float | None = None
        self.head_by: float | None = None
        self.head_done = False
        self.written = False
        self.answered = False
        self.saw_eof = False
        self.stream: _Stream | None = None

    def connect_left_s(self) -> float:
        now = asyncio.get_running_loop().time()
        if self.connected_by is None:
            self.connected_by = now + self.deadlines.connect_s
        return max(self.connected_by - now, 0)

    def abort(self) -> None:
        if self.stream is not None:
            self.stream.abort()
            self.stream = None


class _Reply:
    """Implements `UpstreamReply`."""

    def __init__(self, upstream: ReferenceUpstream, call: _Call, response: httpcore2.Response) -> None:
        self._upstream = upstream
        self._call = call
        self._response = response
        self._open = True
        self._ended = False
        self.status = response.status
        raw = response.headers
        if self.status < 200:
            raise ProtocolViolation(f"{call.destination.host}: unexpected status {self.status}.", sent=True)
        if len(raw) > MAX_HEADERS or sum(len(name) + len(value) + 4 for name, value in raw) > MAX_HEAD_BYTES:
            raise UpstreamTooLarge(f"{call.destination.host}: the reply's head is too large.", sent=True)
        self.headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
        self._chunks: AsyncIterator[bytes] = aiter(cast(AsyncIterator[bytes], response.stream))

    async def read_chunk(self, through: Through | None = None) -> bytes:
        del through
        if not self._open:
            raise ConnectionLost("The reply was closed.", sent=True)
        if self._ended:
            return b""
        call = self._call
        idle_at = asyncio.get_running_loop().time() + call.deadlines.idle_s
        try:
            with self._upstream.speaking_for(call):
                async with asyncio.timeout_at(min(idle_at, call.total_at)):
                    chunk = await anext(self._chunks, b"")
                if not chunk:
                    self._ended = True
                    await self._response.aclose()
            return chunk
        except BaseException as exc:
            self.close()
            if isinstance(exc, Exception):
                raise _translate(exc, call) from exc
            raise

    async def read_all(self, limit_bytes: int) -> bytes:
        return await read_to_end(self, limit_bytes)

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        self._upstream.ended(self._call)
        if not self._ended:
            self._call.abort()
            self._upstream.release_later(self._release())

    async def _release(self) -> None:
        try:
            await self._response.aclose()
        except httpcore2.NetworkError:
            return  # it was closed under it on purpose


class _Backend(httpcore2.AsyncNetworkBackend):
    """Connects to the checked address only. proxied: host and port are the proxy's, chosen by the operator."""

    def __init__(self, connector: Connector, current: ContextVar[_Call], *, proxied: bool) -> None:
        self._connector = connector
        self._current = current
        self._proxied = proxied
        # Its type is lost to a fallback for installations without anyio, which is in our lock.
        self._inner = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        call = self._current.get()
        call.fresh = True
        try:
            async with asyncio.timeout(call.connect_left_s()):
                if self._proxied:
                    addresses = [host]
                else:
                    addresses = [text for _, text in await self._connector.checked_addresses(call.destination)]
        except TimeoutError as exc:
            raise httpcore2.ConnectTimeout(str(exc)) from exc
        for left in range(len(addresses), 0, -1):
            try:
                attempt_s = max(call.connect_left_s() / left, 0.01)
                inner = await self._inner.connect_tcp(addresses[-left], port, attempt_s, local_address, socket_options)
                return _Stream(inner, self._current)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if left == 1:
                    raise
        raise ConnectFailed(f"{host} has no address.")


class _Stream(httpcore2.AsyncNetworkStream):
    def __init__(self, inner: httpcore2.AsyncNetworkStream, current: ContextVar[_Call]) -> None:
        self._inner = inner
        self._current = current

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        call = self._current.get()
        if not call.head_done and call.head_by is not None:
            timeout = max(call.head_by - asyncio.get_running_loop().time(), 0)
        data = await self._inner.read(max_bytes, timeout)
        if data:
            call.answered = True
        else:
            call.saw_eof = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        call = self._current.get()
        call.stream = self
        call.written = True
        await self._inner.write(buffer, timeout)
        call.head_by = asyncio.get_running_loop().time() + call.deadlines.first_byte_s

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        call = self._current.get()
        call.written = False  # a tunnel's CONNECT is not the request
        call.head_by = None
        call.answered = False
        inner = await self._inner.start_tls(ssl_context, server_hostname, call.connect_left_s())
        return _Stream(inner, self._current)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def abort(self) -> None:
        """The peer sees the end at once; the descriptor follows when the pool closes the stream."""
        raw = self._inner.get_extra_info("socket")
        if raw is None or raw.fileno() == -1:
            return
        # On a duplicate: uvloop's stand-in for the socket has no `shutdown`.
        with socket.socket(fileno=os.dup(raw.fileno())) as duplicate, suppress(OSError):  # OSError: the peer was first
            duplicate.shutdown(socket.SHUT_RDWR)


def _encode(request: UpstreamRequest, destination: Destination) -> httpcore2.Request:
    host = destination.host_header
    headers: list[tuple[bytes, bytes]] = [(b"host", host.encode("ascii"))]
    try:
        for name, value in (*request.headers, *request.labels):
            if name not in OWN_HEADERS:
                headers.append((name.encode("latin-1"), value.encode("latin-1")))
    except UnicodeEncodeError as exc:
        raise ProtocolViolation("A header of the request is not Latin-1.", sent=False) from exc
    if not any(name == b"accept-encoding" for name, _ in headers):
        headers.append((b"accept-encoding", b"identity"))
    if request.body or request.method not in ("GET", "HEAD"):
        headers.append((b"content-length", b"%d" % len(request.body)))
    url = httpcore2.URL(
        scheme=destination.scheme.encode("ascii"),
        host=destination.host.encode("ascii"),
        port=destination.port,
        target=destination.path.encode("ascii"),
    )
    return httpcore2.Request(request.method, url, headers=headers, content=request.body)


def _proxy(proxy: Proxy) -> httpcore2.Proxy:
    url = httpcore2.URL(scheme=b"http", host=proxy.host.encode("ascii"), port=proxy.port, target=b"/")
    headers = [] if proxy.authorization is None else [(b"proxy-authorization", proxy.authorization.encode("ascii"))]
    return httpcore2.Proxy(url, headers=headers)


def _translate(exc: Exception, call: _Call) -> Exception:
    """httpcore2's exceptions as ours; what is none of them is a mistake of this file and passes."""
    host, deadlines = call.destination.host, call.deadlines
    if isinstance(exc, TransportError):
        return exc
    if isinstance(exc, TimeoutError):
        if asyncio.get_running_loop().time() >= call.total_at - _CLOCK_STEP_S:
            return TotalTimeout(f"{host}: not finished within the total time.", sent=call.written)
        return IdleTimeout(f"{host}: nothing more for {deadlines.idle_s:g} s.", sent=True)
    if isinstance(exc, httpcore2.ConnectTimeout):
        return ConnectTimeout(f"Not connected to {host} in {deadlines.connect_s:g} s.")
    if isinstance(exc, httpcore2.TimeoutException):
        return FirstByteTimeout(f"{host}: no answer in {deadlines.first_byte_s:g} s.", sent=True)
    if isinstance(exc, httpcore2.ConnectError | httpcore2.ProxyError | OSError):
        return ConnectFailed(f"Can not connect to {host}:{call.destination.port}: {exc}")
    if isinstance(exc, httpcore2.LocalProtocolError):
        return ProtocolViolation(f"The request is not valid HTTP: {exc}", sent=False)
    if isinstance(exc, httpcore2.RemoteProtocolError):
        if "Receive buffer too long" in str(exc):
            return UpstreamTooLarge(f"{host}: the reply's head is too large.", sent=True)
        if not call.saw_eof:
            return ProtocolViolation(f"{host}: not valid HTTP: {exc}", sent=True)
    if isinstance(exc, httpcore2.NetworkError | httpcore2.RemoteProtocolError):
        return ConnectionLost(f"{host}: {exc or 'connection lost'}", sent=True)
    return exc
