"""The listening socket: bound by the parent, before anything else is started, and inherited by every worker."""

import errno
import ipaddress
import socket
import time

from perpetuo.cli.failures import Failure

BACKLOG = 2048
RETRY_PAUSE_S = 0.1


def bind(host: str, port: int, *, patience_s: float = 0.0) -> socket.socket:
    """port 0 takes any free one. patience_s: how long a busy port is tried again, because workers of a killed
    predecessor are still letting go of it. Raises Failure."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _bind_once(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(RETRY_PAUSE_S)
                continue
            raise _explain(error, host, port) from None


def _bind_once(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _explain(error: OSError, host: str, port: int) -> Failure:
    if isinstance(error, socket.gaierror):
        return Failure(f"PERPETUO_HOST={host} is not an address of this machine.")
    match error.errno:
        case errno.EADDRINUSE:
            return Failure(
                f"Port {port} on {host} is busy: stop the program that listens there, or choose another port with "
                f"--port or PERPETUO_PORT."
            )
        case errno.EADDRNOTAVAIL:
            return Failure(f"PERPETUO_HOST={host} is not an address of this machine.")
        case errno.EACCES:
            return Failure(f"No permission to listen on port {port}: ports below 1024 belong to root; choose another.")
        case _:
            return Failure(f"Can not listen on {host} port {port}: {error.strerror}.")


def url_of(listener: socket.socket) -> str:
    """Where a client on this machine reaches it: a wildcard address is named by its loopback."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.split("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if address.version == 6 else f"http://{host}:{port}"
