"""From the start of a process until it answers, each time as a process of its own."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from perpetuo.lab.bench.gateway import Gateway
from perpetuo.lab.bench.nginx import Nginx
from perpetuo.lab.bench.results import Results

_AT_MOST_ROUNDS = 3
FIRST, LATER = "first start, makes its database", "later start"


def run_startup(
    results: Results,
    rounds: int,
    gateways: dict[str, Callable[[], Gateway]],
    make_nginx: Callable[[Path], Nginx] | None,
    directory: Path,
) -> None:
    """A gateway starts once more than there are rounds: the first time differs."""
    rounds = min(rounds, _AT_MOST_ROUNDS)
    for number in range(1, rounds + 1):
        if make_nginx is not None:
            began_s = monotonic()
            nginx = make_nginx(directory / f"nginx-start-{number}")
            nginx.start()
            results.add("startup", LATER, "nginx", number, ready_s=monotonic() - began_s)
            nginx.stop()
    for name, make in gateways.items():
        gateway = make()
        for _ in range(rounds + 1):
            gateway.start()
            gateway.stop()
        first, *later = gateway.ready_after_s
        results.add("startup", FIRST, name, 1, ready_s=first)
        for number, ready_s in enumerate(later, 1):
            results.add("startup", LATER, name, number, ready_s=ready_s)
