"""The parent of a running gateway: N workers on one listening socket, the projector, and an orderly end."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit

import click
from pydantic import SecretStr

import perpetuo
from perpetuo.cli.children import Child, Lifeline, describe_exit
from perpetuo.cli.failures import Failure
from perpetuo.cli.listen import url_of
from perpetuo.cli.options import child_environment
from perpetuo.settings import Settings
from perpetuo.wiring import journal_directory, run_projector

READY_WITHIN_S = 60.0
STOP_MARGIN_S = 10.0
"""A worker that has not ended this long after its drain deadline is killed; its journal is recovered."""
PROJECTOR_FLUSH_S = 30.0
LONGEST_PROJECTOR_PAUSE_S = 30.0


def report(sentence: str) -> None:
    """A line for the operator's terminal or log."""
    click.echo(f"perpetuo: {sentence}", err=True)


@contextlib.contextmanager
def stop_on_signals() -> Generator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set, instead of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def run_gateway(
    settings: Settings,
    database_url: str,
    listener: socket.socket,
    lifeline: Lifeline,
    stop: asyncio.Event,
    *,
    hidden_variables: frozenset[str],
    reload: bool = False,
    reread: Callable[[], Settings] | None = None,
    on_ready: Callable[[], None],
) -> None:
    """Returns after `stop` was set and everything has ended: workers drained, then the projector's last flush.
    Closes the listener. At SIGHUP each worker hands over to a successor.

    reread: the settings as they are now, for successors; None = they stay. It may raise Failure.
    hidden_variables: names workers do not inherit. Raises Failure when the first workers can not start.
    """
    settings = for_workers(settings, database_url)
    journal_directory(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = child_environment(settings, dict(os.environ), without=hidden_variables)
    workers = [_worker(number, listener, environment, lifeline) for number in range(1, settings.workers + 1)]
    projector_stop = asyncio.Event()
    projector = asyncio.create_task(_keep_projecting(settings, database_url, projector_stop), name="projector")
    reloader = asyncio.create_task(_reload_on_change(workers, settings)) if reload else None

    def environment_now() -> dict[str, str]:
        fresh = settings if reread is None else for_workers(reread(), database_url)
        unchanged = {"host": settings.host, "port": settings.port, "workers": settings.workers}
        return child_environment(fresh.model_copy(update=unchanged), dict(os.environ), without=hidden_variables)

    hang_up = asyncio.create_task(_roll_on_hang_up(workers, settings.drain_timeout_s, environment_now), name="reload")
    try:
        for worker in workers:
            await worker.start()
        if await _wait_until_ready(url_of(listener), workers, stop):
            on_ready()
        await stop.wait()
        report("stopping: requests in flight may finish")
        # Workers close theirs as they drain; with ours open, new clients would wait in the backlog for nobody.
        listener.close()
    finally:
        hang_up.cancel()
        await asyncio.gather(hang_up, return_exceptions=True)
        if reloader is not None:
            reloader.cancel()
        grace_s = settings.drain_timeout_s + STOP_MARGIN_S
        await asyncio.gather(*(worker.stop(grace_s) for worker in workers))
        projector_stop.set()
        await _finish_projector(projector)


def for_workers(settings: Settings, database_url: str) -> Settings:
    """With the database they use, and without the first operator's password, which is none of their business."""
    nothing = dict.fromkeys(("operator_email", "operator_password", "operator_password_file"))
    return settings.model_copy(update={"database_url": SecretStr(database_url), **nothing})


def _worker(number: int, listener: socket.socket, environment: dict[str, str], lifeline: Lifeline) -> Child:
    fd = listener.fileno()
    return Child(
        f"worker {number}",
        [sys.executable, "-m", "perpetuo.cli.worker", "--fd", str(fd), *lifeline.arguments()],
        environment,
        pass_fds=[fd, lifeline.read_fd],
        report=report,
    )


async def _wait_until_ready(url: str, workers: list[Child], stop: asyncio.Event) -> bool:
    """True when one worker answers /readyz with 200; False when told to stop first. Raises Failure."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not stop.is_set():
        for worker in workers:
            if worker.first_exit.done():
                code = describe_exit(worker.first_exit.result())
                raise Failure(f"{worker.name} ended with {code} while starting; what it said is above.")
        if await asyncio.to_thread(_is_ready, url):
            return True
        if time.monotonic() > deadline:
            raise Failure(f"No worker was ready within {READY_WITHIN_S:.0f} s; what they said is above.")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.05)
    return False


def _is_ready(url: str) -> bool:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


async def _keep_projecting(settings: Settings, database_url: str, stop: asyncio.Event) -> None:
    """The journal keeps what the projector could not write, so its failures cost freshness and nothing else."""
    pause_s = 1.0
    while True:
        try:
            await run_projector(settings, database_url, stop)
            return
        except Exception as error:  # noqa: BLE001 - a task ends here; whatever failed, the journal is kept
            report(f"the projector failed ({type(error).__name__}: {error}); trying again in {pause_s:.0f} s")
        if stop.is_set():
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)
        pause_s = min(pause_s * 2, LONGEST_PROJECTOR_PAUSE_S)


async def _finish_projector(projector: asyncio.Task[None]) -> None:
    done, _ = await asyncio.wait([projector], timeout=PROJECTOR_FLUSH_S)
    if not done:
        report(f"the projector did not finish within {PROJECTOR_FLUSH_S:.0f} s; the rest is written at the next start")
        projector.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await projector


async def _roll_on_hang_up(workers: list[Child], drain_s: float, environment_now: Callable[[], dict[str, str]]) -> None:
    """SIGHUP: successors on the same listening socket, one after the other. Each is ready before its predecessor is
    told to finish, so somebody takes connections all the time. Hang-ups during a reload make one more."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        while True:
            await asked.wait()
            asked.clear()
            await _roll(workers, drain_s, environment_now)
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


async def _roll(workers: list[Child], drain_s: float, environment_now: Callable[[], dict[str, str]]) -> None:
    report("reloading: each worker hands over to a successor")
    try:
        environment = environment_now()
    except Failure as failure:
        report(f"not reloaded, the settings are not valid: {failure.message}")
        return
    for worker in workers:
        if not await worker.succeed(environment, READY_WITHIN_S, drain_s + STOP_MARGIN_S):
            report(f"the reload was broken off: the successor of {worker.name} did not get ready; the others go on")
            return
        report(f"{worker.name} has handed over")
    report("reloaded")


async def _reload_on_change(workers: list[Child], settings: Settings) -> None:
    """For development: new code is in the workers a moment after it was saved. The parent itself is not reloaded."""
    import watchfiles

    watch = watchfiles.awatch  # pyright: ignore
    async for changes in watch(Path(perpetuo.__file__).parent, watch_filter=watchfiles.PythonFilter()):
        names = ", ".join(sorted({Path(path).name for _, path in changes}))
        report(f"{names} changed: replacing the workers")
        for worker in workers:
            await worker.replace(settings.drain_timeout_s)
