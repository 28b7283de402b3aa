"""Work on large bodies, in a process beside the worker: a thread would keep the interpreter's lock, and with it
everybody else's requests (docs/adr/0006-large-bodies.md has the figures).

The process starts with the first large body and ends when none has come for a while, or with the worker, however that
ends. It does one thing at a time; workspaces take turns, so that one with many large prompts waits for its own.
"""

import asyncio
import contextlib
import logging
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import msgspec

from perpetuo.core.errors import ClientError, GatewayError, UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest, with_body
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.gateway.body_work import Decode, Done, Encode, Parse, Request, Work, do
from perpetuo.providers.base import Reply, UpstreamRequest

log = logging.getLogger(__name__)

LARGE_BODY_BYTES = 256 * 1024
"""Of a request. Reading one of this size takes 0.5 to 0.8 ms in place."""
LARGE_REPLY_BYTES = 1024 * 1024
"""Of a whole reply, which takes less work a byte."""
IDLE_S = 300.0
WORK_S = 30.0
"""Of one piece of work; the largest ones take under a second."""
TRIES = 2
NICENESS = 5
"""Where cores are scarce, small requests go before."""

_GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": str(1024 * 1024)}
"""glibc gives freed blocks from this size on back at once: between two large bodies the process is small."""
_COMMAND = (sys.executable, "-m", "perpetuo.gateway.body_helper")


class HelperFailed(Exception):
    """It died or did not answer in time."""


class BodyHelper:
    """starts: how many processes were started so far."""

    def __init__(self, *, idle_s: float = IDLE_S, work_s: float = WORK_S, command: Sequence[str] = _COMMAND) -> None:
        self.starts = 0
        self._idle_s = idle_s
        self._work_s = work_s
        self._command = command
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bodies")
        self._process: _Process | None = None
        self._waiting: dict[str, deque[_Job]] = {}
        """By workspace, whose turn is next first."""
        self._worker: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """None while no process runs."""
        return None if self._process is None else self._process.pid

    async def parse(self, workspace_id: str, endpoint: str, body: bytes) -> Request:
        """As `body_work.parse`. Raises ClientError, and GatewayError when it could not be done."""
        return with_body(cast(Request, await self._done(workspace_id, Parse(endpoint), body)), body)

    async def encode(self, workspace_id: str, work: Encode, body: bytes) -> UpstreamRequest:
        """As `body_work.encode` of the request in `body`; raises what that raises, and as above."""
        return cast(UpstreamRequest, await self._done(workspace_id, work, body))

    async def decode(self, workspace_id: str, work: Decode, body: bytes) -> Reply | UpstreamFailure:
        return cast(Reply | UpstreamFailure, await self._done(workspace_id, work, body))

    async def aclose(self) -> None:
        """Whoever still waits is told that it could not be done."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        if self._process is not None:
            self._process.kill()
        if self._idle is not None:
            self._idle.cancel()
        self._thread.submit(self._end_process)
        await asyncio.to_thread(self._thread.shutdown)

    async def _done(self, workspace_id: str, work: Work, body: bytes) -> Done:
        job = _Job(work, body, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(workspace_id, deque()).append(job)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work_off())
        try:
            return await job.done
        finally:
            del job  # an error would hold this frame, and the frame, by the job, the error and the body

    async def _work_off(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        job: _Job | None = None
        try:
            while self._waiting:
                job = self._next_job()
                if not job.done.done():  # nobody waits for it any more
                    await self._settle(job)
        finally:
            self._worker = None
            self._give_up(job)
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._thread.submit, self._end_process)

    def _next_job(self) -> "_Job":
        workspace_id, jobs = next(iter(self._waiting.items()))
        job = jobs.popleft()
        del self._waiting[workspace_id]
        if jobs:
            self._waiting[workspace_id] = jobs
        return job

    async def _settle(self, job: "_Job") -> None:
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            try:
                done = await loop.run_in_executor(self._thread, self._ask, job.work, job.body)
            except HelperFailed as failed:
                log.warning("the helper for large bodies failed: %s", failed)
            else:
                job.settle(done)
                return
        job.settle(_not_done())

    def _give_up(self, job: "_Job | None") -> None:
        for left in [job, *(each for jobs in self._waiting.values() for each in jobs)]:
            if left is not None:
                left.settle(_not_done())
        self._waiting.clear()

    # --- in the thread

    def _ask(self, work: Work, body: bytes) -> Done | Exception:
        """What the work raises is returned. Raises HelperFailed."""
        if self._process is None:
            self._process = _Process(self._command)
            self.starts += 1
        try:
            return self._process.ask(work, body, self._work_s)
        except (OSError, EOFError, HelperFailed) as error:
            self._end_process()
            raise HelperFailed(str(error) or type(error).__name__) from error

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def _not_done() -> GatewayError:
    return GatewayError("internal_error", "The gateway failed to read a large body.")


class _Job:
    def __init__(self, work: Work, body: bytes, done: "asyncio.Future[Done]") -> None:
        self.work, self.body, self.done = work, body, done

    def settle(self, done: Done | Exception) -> None:
        if self.done.done():
            return
        if isinstance(done, Exception):
            self.done.set_exception(done)
        else:
            self.done.set_result(done)


# --- between the two processes: a message and a body, each after its length. Bodies travel as they are, in system calls
# that let go of the interpreter's lock.

_LENGTHS = struct.Struct("!QQ")


class _Refused(msgspec.Struct, frozen=True):
    """A ClientError; without a code an InvalidSecret."""

    code: str | None
    message: str
    param: str | None = None

    def error(self) -> Exception:
        if self.code is None:
            return InvalidSecret(self.message)
        return ClientError(self.code, self.message, param=self.param)


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of them."""

    chat: ChatRequest | None = None
    embeddings: EmbeddingsRequest | None = None
    request: UpstreamRequest | None = None
    reply: Reply | None = None
    failure: UpstreamFailure | None = None
    refused: _Refused | None = None


def _reveal(value: object) -> str:
    """Secrets go from the worker to its helper, and nowhere else."""
    assert isinstance(value, Secret)
    return value.reveal()


def _hide(kind: type, value: str) -> Secret:
    assert kind is Secret
    return Secret(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_reveal).encode
_decode_work = msgspec.msgpack.Decoder(Work, dec_hook=_hide).decode
_decode_answer = msgspec.msgpack.Decoder(_Answer).decode


def _send(wire: socket.socket, message: bytes, body: bytes = b"") -> None:
    wire.sendall(_LENGTHS.pack(len(message), len(body)) + message)
    wire.sendall(body)


def _receive(wire: socket.socket) -> tuple[bytes, bytes]:
    """Raises EOFError at the other side's end."""
    message_bytes, body_bytes = _LENGTHS.unpack(_read(wire, _LENGTHS.size))
    return _read(wire, message_bytes), _read(wire, body_bytes)


def _read(wire: socket.socket, size: int) -> bytes:
    data = wire.recv(size, socket.MSG_WAITALL) if size else b""
    if len(data) < size:
        raise EOFError("its process ended")
    return data


class _Process:
    """The worker's end. All of it blocks. Raises OSError and EOFError when the process has died."""

    def __init__(self, command: Sequence[str]) -> None:
        self._wire, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, "--fd", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | _GIVE_BACK,
            )
        self.pid = self._process.pid
        self._answers = select.poll()  # a worker has more descriptors than `select` takes
        self._answers.register(self._wire, select.POLLIN)

    def ask(self, work: Work, body: bytes, within_s: float) -> Done | Exception:
        """Raises HelperFailed when there is no answer in time."""
        _send(self._wire, _encode(work), body)
        if not self._answers.poll(within_s * 1000):
            raise HelperFailed(f"no answer within {within_s:.0f} s")
        message, changed = _receive(self._wire)
        answer = _decode_answer(message)
        if answer.refused is not None:
            return answer.refused.error()
        if (carried := answer.request or answer.reply) is not None:
            return msgspec.structs.replace(carried, body=changed or body)
        done = answer.chat or answer.embeddings or answer.failure
        assert done is not None
        return done

    def kill(self) -> None:
        """From any thread: whoever waits for an answer gets EOFError."""
        self._process.kill()

    def end(self) -> None:
        self._wire.close()
        self._process.kill()
        self._process.wait()


def _serve(wire: socket.socket) -> None:
    """The helper's end, until the worker's is closed."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            message, body = _receive(wire)
            _answer(wire, _decode_work(message), body)


def _answer(wire: socket.socket, work: Work, body: bytes) -> None:
    try:
        done = do(work, body)
    except ClientError as error:
        _send(wire, _encode(_Answer(refused=_Refused(error.code, error.message, error.param))))
    except InvalidSecret as error:
        _send(wire, _encode(_Answer(refused=_Refused(None, str(error)))))
    else:
        _send(wire, *_told(done, body))


def _told(done: Done, body: bytes) -> tuple[bytes, bytes]:
    if isinstance(done, UpstreamFailure):
        return _encode(_Answer(failure=done)), b""
    if isinstance(done, ChatRequest | EmbeddingsRequest):
        # The fields are found again in the body, which the worker has.
        read = msgspec.structs.replace(done, body=b"", fields={})
        return _encode(_Answer(chat=read) if isinstance(read, ChatRequest) else _Answer(embeddings=read)), b""
    bare = msgspec.structs.replace(done, body=b"")
    answer = _Answer(reply=bare) if isinstance(bare, Reply) else _Answer(request=bare)
    return _encode(answer), b"" if done.body is body else done.body


def main() -> None:
    # Who ends the worker by its group, or with Ctrl-C, wants its requests to end well; the socket's end is our own.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    with socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1])) as wire:
        _serve(wire)


if __name__ == "__main__":
    main()
