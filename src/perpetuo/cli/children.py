"""Child processes: started, watched, started again when they die, and never outliving their parent."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
STEADY_AFTER_S = 30.0
"""A child that lived this long failed for a new reason: its pauses start over."""


class Lifeline:
    """A pipe whose write end only this process holds: when it ends, however it ends, children read EOF."""

    def __init__(self) -> None:
        self.read_fd, self._write_fd = os.pipe()

    def arguments(self) -> list[str]:
        """To be given to a child's command line, for `tie_to_parent`."""
        return ["--parent", str(os.getpid()), "--lifeline", str(self.read_fd)]

    def close(self) -> None:
        for fd in (self.read_fd, self._write_fd):
            with contextlib.suppress(OSError):
                os.close(fd)


def tie_to_parent(parent_pid: int, lifeline_fd: int, *, by_kernel: bool = sys.platform == "linux") -> None:
    """In a child: ask for one SIGTERM when the parent is gone. by_kernel: Linux's parent-death signal, which also
    reaches a child that no longer runs Python code; elsewhere a thread waits for the lifeline's EOF."""
    if by_kernel:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:  # it died before the request was in place
            os.kill(os.getpid(), signal.SIGTERM)
        return

    def wait_for_eof() -> None:
        with contextlib.suppress(OSError):
            while os.read(lifeline_fd, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_eof, name="lifeline", daemon=True).start()


class Child:
    """One child process, kept alive from `start` to `stop`. Use it on the main thread's loop: the parent-death
    signal fires when the *thread* that started the child ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        pass_fds: Sequence[int] = (),
        stdout: int | None = None,
        report: Callable[[str], None],
    ) -> None:
        self.name = name
        self.command = list(command)
        self.deaths = 0
        self._environment = environment
        self._pass_fds = tuple(pass_fds)
        self._stdout = stdout
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.subprocess.Process] = set()
        """Predecessors that finish what they have."""
        self._stopping = False
        self._replacing = False
        self.first_exit: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Done once the child has died on its own: while starting up, that is a failure."""

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep_alive(), name=f"keep {self.name}")

    async def stop(self, grace_s: float) -> None:
        """SIGTERM, and SIGKILL when it has not ended after grace_s."""
        self._stopping = True
        if self._keeper is None:
            return
        processes = {self.process, *self._retiring}
        await asyncio.gather(*(self._end(process, grace_s) for process in processes if process.returncode is None))
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper
        self._keeper = None

    async def replace(self, grace_s: float) -> None:
        """Ends the process; the keeper starts the next one at once."""
        self._replacing = True
        await self._end(self.process, grace_s)

    async def succeed(self, environment: dict[str, str], ready_within_s: float, grace_s: float) -> bool:
        """A successor takes over, and only once it says so is the present process told to end, which may take until
        grace_s. False: it did not get ready in time; then everything stays as it is.

        The child says that it is ready by a byte on the descriptor that it is given as `--ready`.
        """
        read_fd, write_fd = os.pipe()
        try:
            successor = await self._start_process(environment, ready_fd=write_fd)
        finally:
            os.close(write_fd)
        try:
            is_ready = await _says_ready(read_fd, ready_within_s)
        except asyncio.CancelledError:
            await self._end(successor, 0.0)
            raise
        finally:
            os.close(read_fd)
        if not is_ready:
            await self._end(successor, 0.0)
            return False
        predecessor, self._process, self._environment = self.process, successor, environment
        assert self._keeper is not None
        self._keeper.cancel()
        self._keeper = asyncio.create_task(self._keep_alive(), name=f"keep {self.name}")
        self._retiring.add(predecessor)
        retirement = asyncio.create_task(self._end(predecessor, grace_s), name=f"retire {self.name}")
        retirement.add_done_callback(lambda _: self._retiring.discard(predecessor))
        return True

    async def _spawn(self) -> None:
        self._process = await self._start_process(self._environment)

    async def _start_process(
        self, environment: dict[str, str], ready_fd: int | None = None
    ) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C in a terminal goes to the parent alone, which stops the children in order.
        ready = [] if ready_fd is None else [ready_fd]
        return await asyncio.create_subprocess_exec(
            *self.command,
            *(f"--ready={fd}" for fd in ready),
            env=environment,
            pass_fds=(*self._pass_fds, *ready),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._stdout,
            start_new_session=True,
        )

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while True:
            started = loop.time()
            code = await self.process.wait()
            if self._stopping:
                return
            if self._replacing:
                self._replacing = False
                await self._spawn()
                continue
            self.deaths += 1
            if not self.first_exit.done():
                self.first_exit.set_result(code)
            if loop.time() - started > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            self._report(f"{self.name} ended with {describe_exit(code)}; starting it again in {pause_s:.1f} s")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            await self._spawn()

    async def _end(self, process: asyncio.subprocess.Process, grace_s: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), grace_s)
        except TimeoutError:
            self._report(f"{self.name} did not stop within {grace_s:.0f} s; killing it")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _says_ready(fd: int, within_s: float) -> bool:
    """Whether a byte comes in time; the other end's close is none."""
    loop = asyncio.get_running_loop()
    said = loop.create_future()

    def read() -> None:
        loop.remove_reader(fd)
        if not said.done():
            said.set_result(os.read(fd, 1) != b"")

    loop.add_reader(fd, read)
    try:
        return await asyncio.wait_for(said, within_s)
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fd)


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
