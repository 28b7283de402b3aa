"""nginx as the plain proxy that others are compared with: one worker, HTTP/1.1, connections kept on both sides."""

import shutil
import subprocess
from pathlib import Path

from perpetuo.lab.bench.children import BenchFailed, end, start, wait_until
from perpetuo.lab.bench.probes import free_port, is_listening
from perpetuo.lab.bench.processes import descendants

_START_WITHIN_S = 10.0

_CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
{user}
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_max_body_size 64m;
  client_body_buffer_size 2m;
  keepalive_requests 100000000;
  keepalive_timeout 120s;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  {upstreams}
  {servers}
}}
"""

_UPSTREAM = """
  upstream {name} {{
    server 127.0.0.1:{port};
    keepalive 2048;
    keepalive_requests 100000000;
    keepalive_timeout 120s;
  }}
"""

_SERVER = """
  server {{
    listen 127.0.0.1:{port} backlog=8192;
    location / {{
      proxy_pass {scheme}://{name};
      proxy_buffering {buffering};
      {tls}
    }}
  }}
"""

_TLS = """
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate {authority};
      proxy_ssl_name localhost;
      proxy_ssl_server_name on;
      proxy_ssl_session_reuse on;
"""


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def nginx_version(binary: str) -> str:
    ended = subprocess.run([binary, "-v"], capture_output=True, text=True, check=False)  # noqa: S603
    return ended.stderr.strip().rpartition("/")[2] or "of unknown version"


class Nginx:
    """Listens on four ports: unary and streams (which it must not buffer), to a plain upstream and to one with TLS."""

    def __init__(
        self, binary: str, directory: Path, *, upstream_port: int, tls_port: int, authority: Path | None, as_root: bool
    ) -> None:
        self.ports = {(kind, tls): free_port() for tls in (False, True) for kind in ("unary", "stream")}
        directory.mkdir(mode=0o755)
        self._binary = binary
        self._directory = directory
        configuration = _configuration(directory, self.ports, upstream_port, tls_port, authority, as_root=as_root)
        (directory / "nginx.conf").write_text(configuration)

    def start(self) -> None:
        """Returns when it listens."""
        log = self._directory / "output.log"
        arguments = [self._binary, "-p", str(self._directory), "-c", str(self._directory / "nginx.conf")]
        self._process = start(arguments, log)
        try:
            wait_until(lambda: is_listening(self.ports["unary", False]), self._process, log, _START_WITHIN_S)
        except BenchFailed:
            end(self._process)
            raise

    @property
    def workers(self) -> list[int]:
        return descendants(self._process.pid)[1:]

    def stop(self) -> None:
        end(self._process)


def _configuration(
    directory: Path,
    ports: dict[tuple[str, bool], int],
    upstream_port: int,
    tls_port: int,
    authority: Path | None,
    *,
    as_root: bool,
) -> str:
    upstreams, servers = _UPSTREAM.format(name="plain", port=upstream_port), ""
    if authority is not None:
        upstreams += _UPSTREAM.format(name="secure", port=tls_port)
    for (kind, with_tls), port in ports.items():
        if with_tls and authority is None:
            continue
        servers += _SERVER.format(
            port=port,
            scheme="https" if with_tls else "http",
            name="secure" if with_tls else "plain",
            buffering="off" if kind == "stream" else "on",
            tls=_TLS.format(authority=authority) if with_tls else "",
        )
    user = "user root;" if as_root else ""
    return _CONFIGURATION.format(
        directory=directory, upstreams=upstreams, servers=servers, user=user, files=16384, connections=8192
    )
