"""`perpetuo bench`: what a request and a chunk cost here, beside nginx and no gateway at all."""

import contextlib
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import FrameType
from typing import Literal

import click
import msgspec
import platformdirs

from perpetuo.cli.failures import Failure
from perpetuo.cli.table import print_table
from perpetuo.lab.bench.certificates import Certificates, make_certificates
from perpetuo.lab.bench.children import BenchFailed, Spoken
from perpetuo.lab.bench.gateway import Gateway
from perpetuo.lab.bench.machine import Machine, this_machine
from perpetuo.lab.bench.measuring import Cores, Meter, choose_cores
from perpetuo.lab.bench.nginx import Nginx, find_nginx, nginx_version
from perpetuo.lab.bench.peers import PEERS, PeerMissing
from perpetuo.lab.bench.plot import plot_svg
from perpetuo.lab.bench.probes import ask_checked
from perpetuo.lab.bench.results import Results, csv_of, markdown_of, table_of
from perpetuo.lab.bench.scenarios import SCENARIOS, UNARY, Bench, Scale
from perpetuo.lab.bench.siblings import slowed_by
from perpetuo.lab.bench.startup import run_startup
from perpetuo.lab.bench.stub import StubPorts
from perpetuo.lab.bench.subjects import Subject, direct_subject, gateway_subjects, nginx_subjects

STARTUP = "startup"
ALL_SCENARIOS = (*SCENARIOS, STARTUP)
QUICK_SCENARIOS = ("unary", "streams")
QUICK_ROUNDS, QUICK_SECONDS = 2, 0.5
OPEN_FILES = 8192
STUB_WITHIN_S = 20.0

EdgeChoice = Literal["default", "asgi", "fast", "both"]


class Wishes(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    scenarios: tuple[str, ...]
    scale: Scale
    edge: EdgeChoice
    tls: bool
    peers: bool
    events_file: bool

    @property
    def gateways(self) -> dict[str, str | None]:
        """Name -> its PERPETUO_EDGE."""
        if self.edge == "default":
            return {"perpetuo": None}
        edges = ("asgi", "fast") if self.edge == "both" else (self.edge,)
        return {f"perpetuo ({edge})": edge for edge in edges}


@click.command()
@click.option(
    "--scenario", "scenarios", multiple=True, type=click.Choice(ALL_SCENARIOS), help="All of them by default."
)
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 50), help="Turns of each subject.")
@click.option("--seconds", default=3.0, show_default=True, type=click.FloatRange(0.2, 60), help="Of each window.")
@click.option("--quick", is_flag=True, help="Within a minute: fewer scenarios, two short rounds.")
@click.option("--edge", default="default", type=click.Choice(["default", "asgi", "fast", "both"]),
              help="Which edge of ours; PERPETUO_EDGE by default.")  # fmt: skip
@click.option("--tls", is_flag=True, help="Also with an upstream that speaks TLS.")
@click.option("--peers", is_flag=True, help="Also other gateways, installed from their package registries.")
@click.option("--events-file", is_flag=True, help="Perpetuo writes every event to a file as well.")
@click.option("--connections", default=1000, type=click.IntRange(1, 1000), help="At most so many.", hidden=True)
@click.option("--streams", default=1000, type=click.IntRange(1, 1000), help="At most so many.", hidden=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("bench"), show_default=True,
              help="The folder for results.csv, results.md and results.svg.")  # fmt: skip
def bench(
    scenarios: tuple[str, ...],
    rounds: int,
    seconds: float,
    quick: bool,
    edge: EdgeChoice,
    tls: bool,
    peers: bool,
    events_file: bool,
    connections: int,
    streams: int,
    out: Path,
) -> None:
    """Measure a gateway of our own, nginx and no gateway in turns, on this machine and on loopback only.

    Uses its own data directory and its own upstream, and ends what it started. docs/performance.md has the method.
    """
    if sys.platform != "linux":
        raise Failure("The benchmark reads /proc and sets cores: it runs on Linux only.")
    if quick:
        rounds, seconds = QUICK_ROUNDS, QUICK_SECONDS
    chosen = scenarios or (QUICK_SCENARIOS if quick else ALL_SCENARIOS)
    wishes = Wishes(
        scenarios=tuple(name for name in ALL_SCENARIOS if name in chosen),
        scale=Scale(rounds, seconds, connections, streams),
        edge=edge,
        tls=tls,
        peers=peers,
        events_file=events_file,
    )
    raise_open_files()
    began_s = time.monotonic()
    with _terminated_like_interrupted(), tempfile.TemporaryDirectory(prefix="perpetuo-bench-") as directory:
        try:
            machine, results = _run(wishes, Path(directory))
        except BenchFailed as failed:
            raise Failure(str(failed)) from failed
    write_results(out, machine, results)
    show(machine, results)
    click.echo(f"\n{time.monotonic() - began_s:.0f} s; results.csv, results.md and results.svg are in {out}")


def raise_open_files() -> None:
    """Of this process and what it starts; a thousand streams have two sockets each. Raises Failure."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < OPEN_FILES:
        raise Failure(f"Too few open files are allowed ({hard}): raise the hard limit to {OPEN_FILES}.")


def _run(wishes: Wishes, directory: Path) -> tuple[Machine, Results]:
    results = Results()
    cores = choose_cores(os.sched_getaffinity(0))
    binary = find_nginx()
    machine = this_machine({"nginx": nginx_version(binary)} if binary else {})
    results.note(_about_cores(cores))
    if cores.are_apart:
        core, other = min(cores.measured), min(cores.others)
        slowed = slowed_by(other, core)
        results.note(f"a loop on core {core} takes {slowed:.2f} times as long while core {other} is busy")
    directory.chmod(0o755)  # nginx may want to look into its own folder below as somebody else
    certificates = make_certificates(directory) if wishes.tls else None
    with contextlib.ExitStack() as stack:
        meter = Meter(cores, results)
        stack.callback(meter.close)
        ports = _start_stub(stack, certificates)
        subjects = [direct_subject(ports.port)]
        make_nginx = _nginx_maker(binary, ports, certificates)
        if make_nginx is None:
            results.note("nginx is neither on PATH nor in /usr/sbin: it was left out")
        else:
            nginx = make_nginx(directory / "nginx")
            nginx.start()
            stack.callback(nginx.stop)
            subjects += nginx_subjects(nginx, tls=wishes.tls)
        if any(name in SCENARIOS for name in wishes.scenarios):
            subjects += _start_gateways(wishes, directory, ports, certificates, stack)
        if wishes.peers:
            peers, versions = _start_peers(directory, ports, results, stack)
            subjects += peers
            machine = msgspec.structs.replace(machine, versions=machine.versions | versions)
        for subject in subjects:
            meter.place(subject)
        running = Bench(meter, subjects, results, wishes.scale, lambda sentence: click.echo(sentence, err=True))
        _warm_up(running)
        for name in wishes.scenarios:
            if name in SCENARIOS:
                SCENARIOS[name](running)
        if STARTUP in wishes.scenarios:
            click.echo("startup", err=True)
            run_startup(results, wishes.scale.rounds, _fresh_gateways(wishes, directory), make_nginx, directory)
    return machine, results


def _about_cores(cores: Cores) -> str:
    if cores.are_apart:
        others = ", ".join(map(str, sorted(cores.others)))
        return f"workers on core {min(cores.measured)}; load, upstream, projector and PostgreSQL on core {others}"
    return "this machine has one core: load, upstream and gateway share it, only CPU times mean something"


def _start_stub(stack: contextlib.ExitStack, certificates: Certificates | None) -> StubPorts:
    arguments: Sequence[str] = ()
    if certificates is not None:
        arguments = ("--certificate", str(certificates.certificate), "--private-key", str(certificates.private_key))
    stub = Spoken("perpetuo.lab.bench.stub", *arguments)
    stack.callback(stub.stop)
    return msgspec.json.decode(stub.next_line(STUB_WITHIN_S), type=StubPorts)


def _nginx_maker(
    binary: str | None, ports: StubPorts, certificates: Certificates | None
) -> Callable[[Path], Nginx] | None:
    if binary is None:
        return None
    return lambda directory: Nginx(
        binary,
        directory,
        upstream_port=ports.port,
        tls_port=ports.tls_port,
        authority=certificates.authority if certificates else None,
        as_root=os.geteuid() == 0,
    )


def _start_gateways(
    wishes: Wishes, directory: Path, ports: StubPorts, certificates: Certificates | None, stack: contextlib.ExitStack
) -> list[Subject]:
    subjects: list[Subject] = []
    for number, (name, edge) in enumerate(wishes.gateways.items()):
        click.echo(f"starting {name}", err=True)
        authority = certificates.authority if certificates else None
        gateway = Gateway(
            directory / f"perpetuo-{number}", edge=edge, authority=authority, events_file=wishes.events_file
        )
        gateway.start()
        stack.callback(gateway.stop)
        gateway.prepare(ports.port, ports.tls_port)
        subjects += gateway_subjects(name, gateway)
    return subjects


def _fresh_gateways(wishes: Wishes, directory: Path) -> dict[str, Callable[[], Gateway]]:
    return {
        name: lambda number=number, edge=edge: Gateway(directory / f"perpetuo-start-{number}", edge=edge)
        for number, (name, edge) in enumerate(wishes.gateways.items())
    }


def _start_peers(
    directory: Path, ports: StubPorts, results: Results, stack: contextlib.ExitStack
) -> tuple[list[Subject], dict[str, str]]:
    """Those that can be had, and name -> version. Of the others a note tells."""
    cache = Path(platformdirs.user_cache_dir("perpetuo", appauthor=False)) / "bench-peers"
    subjects, versions = list[Subject](), dict[str, str]()
    for known in PEERS:
        click.echo(f"starting {known.name}; the first time, this downloads", err=True)
        try:
            peer = known.start(cache, directory, ports.port)
        except PeerMissing as missing:
            results.note(str(missing))
            continue
        except BenchFailed as failed:
            results.note(f"{known.name} was left out: {failed}")
            continue
        stack.callback(peer.stop)
        subject = peer.subject()
        try:
            ask_checked(subject.name, subject.port["unary"], subject.request(UNARY), UNARY)
        except BenchFailed as failed:
            results.note(f"{known.name} was left out: {failed}")
            continue
        subjects.append(subject)
        versions[peer.name] = peer.version
    return subjects, versions


def _warm_up(bench: Bench) -> None:
    """A moment for each subject on one connection; no more, because `memory` wants to see them at rest."""
    for subject in bench.subjects:
        bench.meter.measure(subject, UNARY, connections=1, seconds=0.05, warm_up_s=0.0)


def show(machine: Machine, results: Results) -> None:
    click.echo("\n".join(machine.sentences))
    for scenario in results.scenarios:
        click.echo(f"\n{scenario}")
        print_table(*table_of(results, scenario))
    for note in results.notes:
        click.echo(f"\n{note}")


def write_results(out: Path, machine: Machine, results: Results) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "results.csv").write_text(csv_of(results.figures))
    (out / "results.md").write_text(markdown_of(results, machine.sentences))
    (out / "results.svg").write_text(plot_svg(results, machine.sentences))


@contextlib.contextmanager
def _terminated_like_interrupted() -> Generator[None]:
    """SIGTERM ends the command in order, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
