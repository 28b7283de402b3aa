"""Raw peers scripted per test, and the upstream clients that are to survive them."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import pytest
import trustme

import loop_factories
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import Resolver, default_ssl_context, system_resolver
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.proxies import ProxySettings
from perpetuo.http.reference_client import ReferenceUpstream
from perpetuo.http.upstream import Upstream


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return loop_factories.BOTH


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def receive_request(self) -> tuple[str, dict[str, str], bytes]:
        """Request line, headers by lower-case name, body by content-length."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines)}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return line, headers, body

    async def send(self, data: bytes) -> None:
        if self.writer.is_closing():
            # asyncio only warns here, uvloop raises a RuntimeError of its own.
            raise ConnectionResetError("the client has closed this connection")
        self.writer.write(data)
        await self.writer.drain()

    async def sees_end(self) -> bool:
        """Waits until the client has closed, cleanly or with a reset."""
        try:
            while await self.reader.read(65536):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        return True

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


class ScriptedServer:
    """Runs `script(peer)` for each connection; a script that fails fails the test."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0
        self.tasks: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self, script: Script, context: ssl.SSLContext | None = None) -> asyncio.Server:
        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            self._writers.append(writer)
            self.tasks.append(asyncio.ensure_future(script(Peer(reader, writer))))

        server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self, server: asyncio.Server) -> None:
        server.close()
        try:
            async with asyncio.timeout(10):
                await asyncio.gather(*self.tasks)
        finally:
            for writer in self._writers:
                writer.transport.abort()

    def url(self, path: str = "/v1/chat", scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Serve = Callable[..., Awaitable[ScriptedServer]]
MakeUpstream = Callable[..., Upstream]


@pytest.fixture
async def clients() -> AsyncIterator[AsyncExitStack]:
    """What is closed before the servers wait for their scripts."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def servers() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def serve(servers: AsyncExitStack) -> Serve:
    async def serve(script: Script, context: ssl.SSLContext | None = None) -> ScriptedServer:
        scripted = ScriptedServer()
        server = await scripted.start(script, context)
        servers.push_async_callback(scripted.stop, server)
        return scripted

    return serve


@pytest.fixture(params=["own", "reference"])
def make_upstream(request: pytest.FixtureRequest, servers: AsyncExitStack, clients: AsyncExitStack) -> MakeUpstream:
    implementation = {"own": OwnUpstream, "reference": ReferenceUpstream}[request.param]

    def make(
        *,
        allow: tuple[str, ...] = ("127.0.0.0/8",),
        context: ssl.SSLContext | None = None,
        resolver: Resolver = system_resolver,
        proxies: ProxySettings | None = None,
    ) -> Upstream:
        upstream = implementation(EgressPolicy(allow), context or default_ssl_context(), resolver, proxies)
        clients.push_async_callback(upstream.aclose)
        return upstream

    return make


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def vendor_tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server's context for vendor.test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("vendor.test").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = default_ssl_context()
    authority.configure_trust(context)
    return context
