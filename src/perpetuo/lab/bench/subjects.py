"""Who is measured: the upstream itself, nginx before it, gateways before it."""

from collections.abc import Callable, Sequence

import msgspec

from perpetuo.lab.bench.exchanges import Wanted, request_body, request_bytes
from perpetuo.lab.bench.gateway import Gateway
from perpetuo.lab.bench.nginx import Nginx

DIRECT = "direct"


def _nobody() -> list[int]:
    return []


class Subject(msgspec.Struct, frozen=True):
    """port: for `unary` and `stream`. workers: the processes whose CPU time counts. beside: those that work for it
    in the background, whose CPU time is told apart. is_peer: somebody else's gateway, only asked what all can do."""

    name: str
    port: dict[str, int]
    headers: dict[str, str] = {}
    workers: Callable[[], list[int]] = _nobody
    beside: Callable[[], list[int]] = _nobody
    is_peer: bool = False

    @property
    def is_direct(self) -> bool:
        return self.name == DIRECT

    def request(self, wanted: Wanted, body_bytes: int = 0) -> bytes:
        host = f"127.0.0.1:{self.port[wanted.kind]}"
        return request_bytes(request_body(wanted, body_bytes), host, self.headers)


def direct_subject(upstream_port: int) -> Subject:
    return Subject(DIRECT, {"unary": upstream_port, "stream": upstream_port}, _bearer("sk-bench"))


def nginx_subjects(nginx: Nginx, *, tls: bool) -> list[Subject]:
    return [
        Subject(
            "nginx, TLS upstream" if secure else "nginx",
            {"unary": nginx.ports["unary", secure], "stream": nginx.ports["stream", secure]},
            _bearer("sk-bench"),
            lambda: nginx.workers,
        )
        for secure in ((False, True) if tls else (False,))
    ]


def gateway_subjects(name: str, gateway: Gateway) -> list[Subject]:
    """One for each of its workspaces."""
    ports = {"unary": gateway.port, "stream": gateway.port}
    return [
        Subject(
            f"{name}, TLS upstream" if secure else name,
            ports,
            _bearer(key),
            lambda: gateway.workers,
            lambda: gateway.beside,
        )
        for secure, key in gateway.keys.items()
    ]


def names(subjects: Sequence[Subject]) -> list[str]:
    return [subject.name for subject in subjects]


def _bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}
