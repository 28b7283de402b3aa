"""No request hides in another: more than 100 vectors, straight and through nginx, under both edges."""

import asyncio
import contextlib
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.http.edge import EdgeLimits
from perpetuo.lab import SimulatedVendor, VendorSettings
from smuggling_vectors import AFTER, HIDDEN, VECTORS

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
IMPATIENT = EdgeLimits(header_s=1.0, body_grace_s=0.3, body_min_bytes_per_s=1e6, keep_alive_s=5.0, drain_idle_s=0.1)
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
REFUSED = {400, 405, 408, 431, 501, 505}

NGINX_CONF = """
worker_processes 1; daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
  log_format counted '$status $upstream_status "$request"'; access_log {directory}/access.log counted;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi; client_header_timeout 2s; client_body_timeout 2s;
  upstream gateway {{ server 127.0.0.1:{gateway}; keepalive 4; }}
  server {{ listen 127.0.0.1:{port}; keepalive_timeout 2s;
    location / {{ proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off; }} }}
}}
"""


def test_there_are_enough_of_them() -> None:
    assert len(VECTORS) >= 80
    assert all(HIDDEN in raw for raw in VECTORS.values())


async def test_a_hidden_request_on_its_own_would_be_carried_out(tmp_path: Path) -> None:
    """Else the tests below would show nothing."""
    async with gateway_before_a_vendor(tmp_path) as (gateway, vendor):
        assert statuses(await said(port_of(gateway), HIDDEN + AFTER)) == [200, 200]
        assert len(vendor.ledger) == 1


async def test_none_is_carried_out(tmp_path: Path) -> None:
    async with gateway_before_a_vendor(tmp_path) as (gateway, vendor):
        port = port_of(gateway)
        answers = await asyncio.gather(*(said(port, raw + AFTER) for raw in VECTORS.values()))
        assert len(vendor.ledger) == 0
        for name, answer in zip(VECTORS, answers, strict=True):
            seen = statuses(answer)
            # Either one answer, with which the connection ends, or one to each of two whole requests.
            assert len(seen) <= 2, (name, answer)
            assert not (seen and seen[0] in REFUSED - {405}) or len(seen) == 1, (name, answer)
        assert statuses(await said(port, HIDDEN + AFTER)) == [200, 200]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed; apt-get install nginx")
async def test_behind_nginx_nothing_is_carried_out_that_nginx_has_not_seen(tmp_path: Path) -> None:
    """nginx takes a bare LF for the end of a line and so finds some of the hidden requests itself: as requests of their
    own, in its log. What may not be is a difference between its books, ours and the vendor's."""
    directory = tmp_path / "nginx"
    async with gateway_before_a_vendor(tmp_path) as (gateway, vendor), nginx_before(gateway, directory) as port:
        before = gateway.server.server_state.total_requests
        await asyncio.gather(*(said(port, raw + AFTER) for raw in VECTORS.values()))
        assert statuses(await said(port, HIDDEN + AFTER)) == [200, 200]
        seen = (directory / "access.log").read_text(errors="replace").splitlines()
        carried_out = sum('"POST /v1/chat/completions' in line and line.split()[1] == "200" for line in seen)
        assert 1 <= carried_out < len(VECTORS) / 4
        assert len(vendor.ledger) == carried_out
        assert len(await gateway.settled(carried_out)) == carried_out
        # Refused heads are answers of ours, but no requests.
        answered = sum(line.split()[1].isdigit() for line in seen)
        handled = gateway.server.server_state.total_requests - before
        assert handled <= answered <= handled + sum(line.split()[1] in ("400", "501", "408") for line in seen)


@asynccontextmanager
async def gateway_before_a_vendor(tmp_path: Path) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor]]:
    async with (
        SimulatedVendor("v", "openai", settings=VendorSettings(words=3)) as vendor,
        running_gateway(tmp_path, [provider("openai", vendor.base_url)], edge_limits=IMPATIENT) as gateway,
    ):
        yield gateway, vendor


@asynccontextmanager
async def nginx_before(gateway: RunningGateway, directory: Path) -> AsyncIterator[int]:
    assert NGINX is not None
    directory.mkdir()
    directory.chmod(0o755)
    port = _free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX_CONF.format(directory=directory, port=port, gateway=port_of(gateway)))
    process = await asyncio.to_thread(
        lambda: subprocess.Popen([NGINX, "-p", str(directory), "-c", str(configuration)], stdin=subprocess.DEVNULL)
    )
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionRefusedError:
                    assert process.poll() is None
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_of(gateway: RunningGateway) -> int:
    return int(gateway.base_url.rpartition(":")[2])


async def said(port: int, raw: bytes) -> bytes:
    """Everything up to the close, which comes: deadlines are short."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        async with asyncio.timeout(20):
            received = b""
            with contextlib.suppress(ConnectionResetError):
                while data := await reader.read(65536):
                    received += data
            return received
    finally:
        writer.transport.abort()


def statuses(received: bytes) -> list[int]:
    return [int(status) for status in STATUS.findall(received) if status != b"100"]
