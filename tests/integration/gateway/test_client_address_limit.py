"""The limit per address through the real server: nothing a client writes into a header moves it to another one."""

import asyncio
import random
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from gateway_harness import RunningGateway, running_gateway
from perpetuo.core.limits import IpLimiter
from perpetuo.http.edge import Edge
from perpetuo.settings import Settings
from perpetuo.wiring import _uvicorn_config

NAMES = ("X-Forwarded-For", "x-forwarded-for", "X_FORWARDED_FOR", "Forwarded", "FORWARDED", "X-Real-IP", "x-real-ip",
         "True-Client-IP", "CF-Connecting-IP", "cf-connecting-ip", "X-Client-IP")  # fmt: skip


async def statuses(gateway: RunningGateway, count: int, added: tuple[str, str] | None = None) -> list[int]:
    draw = random.Random(11)

    async def ask() -> int:
        address = f"198.51.{draw.randint(0, 255)}.{draw.randint(1, 254)}"
        name = draw.choice(NAMES)
        headers = [(name, f"for={address}" if name.lower() == "forwarded" else address), *([added] if added else [])]
        reply = await gateway.http.get("/v1/models/nothing", headers=headers)
        if reply.status_code == 429:
            assert "PERPETUO_IP_RATE_LIMIT" in reply.json()["error"]["message"]
            assert int(reply.headers["retry-after"]) > 0
        return reply.status_code

    found: list[int] = []
    for _ in range(0, count, 50):
        found += await asyncio.gather(*(ask() for _ in range(50)))
    return found


async def test_headers_of_a_peer_nobody_trusts_change_nothing(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, ip_limiter=IpLimiter(100), trusted_proxies=("10.0.0.0/8",)) as gateway:
        found = await statuses(gateway, 300)
        assert (found.count(404), found.count(429)) == (100, 200)


async def test_behind_a_trusted_proxy_each_client_has_its_own_limit(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, ip_limiter=IpLimiter(3), trusted_proxies=("127.0.0.0/8",)) as gateway:
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"):
            found = [await gateway.http.get("/v1/models/x", headers={"x-forwarded-for": address}) for _ in range(4)]
            assert [reply.status_code for reply in found] == [404, 404, 404, 429]
        neighbour = await gateway.http.get("/v1/models/x", headers={"x-forwarded-for": "1.1.1.1, [2001:db8:0:1::2]:80"})
        assert neighbour.status_code == 429


async def test_a_client_behind_a_proxy_can_not_choose_its_address(tmp_path: Path) -> None:
    proxies = ("127.0.0.0/8",)
    limiter = IpLimiter(50, exempt=proxies, never_exempt=proxies)
    async with running_gateway(tmp_path, ip_limiter=limiter, trusted_proxies=proxies) as gateway:
        found = await statuses(gateway, 300, added=("X-Forwarded-For", "203.0.113.9"))
        # Its own address, and the proxy's for those whose two headers differ.
        assert (found.count(404), found.count(429)) == (100, 200)


@pytest.mark.parametrize("trusted", [False, True])
async def test_both_planes_see_the_same_address_and_scheme(tmp_path: Path, trusted: bool) -> None:
    proxies = ("127.0.0.0/8",) if trusted else ("10.0.0.0/8",)
    async with running_gateway(tmp_path, trusted_proxies=proxies) as gateway:
        seen: list[tuple[str, str]] = []
        app = gateway.server.config.loaded_app

        async def looking(scope, receive, send):  # type: ignore[no-untyped-def]
            await app(scope, receive, send)
            seen.append((scope["client"][0], scope["scheme"]))

        gateway.server.config.loaded_app = looking
        await gateway.http.get("/livez", headers={"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https"})
        assert seen == [("192.0.2.1", "https") if trusted else ("127.0.0.1", "http")]


def test_whoever_trusts_everybody_is_told_that_clients_would_choose_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PERPETUO_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,::1/128")
    settings = Settings(_env_file=None)
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.7", "::1/128")
    for wrong in ("0.0.0.0/0", "::/0", "proxy.example.org", "10.0.0.0/33"):
        monkeypatch.setenv("PERPETUO_TRUSTED_PROXIES", wrong)
        with pytest.raises(ValidationError):
            Settings(_env_file=None)


def test_the_server_below_reads_no_such_header_itself() -> None:
    """uvicorn does by default, from 127.0.0.1."""
    assert not _uvicorn_config(FastAPI(), Settings(_env_file=None), Edge()).proxy_headers
