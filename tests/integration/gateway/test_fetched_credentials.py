"""Tokens behind provider keys, fetched from a real token service on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from perpetuo.core.catalog import Vendor
from perpetuo.core.errors import TransportError
from perpetuo.core.snapshot import ProviderKey, Secret
from perpetuo.gateway.credentials import EXPIRY_MARGIN_S, REFUSED_PAUSE_S, RENEW_BEFORE_S, Credentials
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.providers.credentials import TokenRefused

VENDOR = Vendor(name="azure-like", title="A", protocol="openai_chat", base_url=None, auth="azure")
LIFE_S = 3600.0


class MovedClock:
    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


@dataclass
class TokenService:
    """Counts what it is asked; gives a new token each time."""

    url: str = ""
    calls: int = 0
    status: int = 200
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        self.calls += 1
        self.asked.set()
        await self.may_answer.wait()
        body = json.dumps({"access_token": f"token-{self.calls}", "expires_in": LIFE_S}).encode()
        if self.status != 200:
            body = b'{"error":"invalid_client"}'
        writer.write(
            b"HTTP/1.1 %d X\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (self.status, len(body)) + body
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Credentials, TokenService, MovedClock, ProviderKey]]:
    service, clock = TokenService(), MovedClock()
    service.may_answer.set()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ssl_context = await asyncio.to_thread(default_ssl_context)
    upstream = OwnUpstream(EgressPolicy(("127.0.0.0/8",)), ssl_context)
    try:
        yield Credentials(upstream, clock), service, clock, key_for(service.url)
    finally:
        await upstream.aclose()
        server.close()
        await server.wait_closed()


def key_for(authority: str, client_secret: str = "s") -> ProviderKey:
    document = {"tenant_id": "t", "client_id": "c", "client_secret": client_secret, "authority": authority}
    return ProviderKey("k", "w", "azure-like", "", "https://x.test", Secret(json.dumps(document)))


async def test_everybody_who_waits_shares_one_call_and_then_nobody_waits() -> None:
    async with running() as (credentials, service, _, key):
        assert credentials.current(key, VENDOR) is None
        secrets = await asyncio.gather(*(credentials.fetch(key, VENDOR) for _ in range(20)))
        assert set(secrets) == {Secret("token-1")}
        assert credentials.current(key, VENDOR) == Secret("token-1")
        assert service.calls == 1


async def test_who_leaves_does_not_take_the_call_with_him() -> None:
    async with running() as (credentials, service, _, key):
        service.may_answer.clear()
        leaving = asyncio.create_task(credentials.fetch(key, VENDOR))
        staying = asyncio.create_task(credentials.fetch(key, VENDOR))
        await service.asked.wait()
        leaving.cancel()
        service.may_answer.set()
        assert await staying == Secret("token-1")
        assert service.calls == 1


async def test_a_token_about_to_end_is_not_sent_any_more() -> None:
    async with running() as (credentials, _, clock, key):
        await credentials.fetch(key, VENDOR)
        clock.now_s += LIFE_S - EXPIRY_MARGIN_S - 1
        assert credentials.current(key, VENDOR) == Secret("token-1")
        clock.now_s += 2
        assert credentials.current(key, VENDOR) is None


async def test_it_is_renewed_behind_the_requests_that_still_use_it() -> None:
    async with running() as (credentials, service, clock, key):
        renewing = asyncio.create_task(credentials.run(lambda: [(key, VENDOR)]))
        async with asyncio.timeout(10):
            while credentials.current(key, VENDOR) is None:
                await asyncio.sleep(0.01)
        renewing.cancel()
        clock.now_s += LIFE_S - RENEW_BEFORE_S + 1
        service.asked.clear()
        renewing = asyncio.create_task(credentials.run(lambda: [(key, VENDOR)]))
        async with asyncio.timeout(10):
            await service.asked.wait()
            assert credentials.current(key, VENDOR) is not None, "requests had to wait for the renewal"
            while credentials.current(key, VENDOR) != Secret("token-2"):
                await asyncio.sleep(0.01)
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def test_a_refusal_is_repeated_for_a_while_without_asking_again() -> None:
    async with running() as (credentials, service, clock, key):
        service.status = 401
        for _ in range(5):
            with pytest.raises(TokenRefused) as caught:
                await credentials.fetch(key, VENDOR)
            assert (caught.value.status, caught.value.message) == (401, "invalid_client")
        assert service.calls == 1
        service.status = 200
        clock.now_s += REFUSED_PAUSE_S
        assert await credentials.fetch(key, VENDOR) == Secret("token-2")


async def test_a_new_secret_starts_afresh_and_a_refused_token_is_fetched_anew() -> None:
    async with running() as (credentials, service, _, key):
        await credentials.fetch(key, VENDOR)
        rotated = key_for(service.url, "another")
        assert credentials.current(rotated, VENDOR) is None
        assert await credentials.fetch(rotated, VENDOR) == Secret("token-2")
        credentials.forget(key)
        assert credentials.current(key, VENDOR) is None
        assert credentials.current(rotated, VENDOR) == Secret("token-2")


async def test_a_token_service_that_is_away_is_a_failure_of_the_attempt() -> None:
    async with running() as (credentials, _, _, _):
        with pytest.raises(TransportError):
            await credentials.fetch(key_for("http://127.0.0.1:1"), VENDOR)
