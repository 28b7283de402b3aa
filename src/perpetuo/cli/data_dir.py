"""The directory where `perpetuo up` keeps everything: secrets, database, journals, and notes to other commands."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO

import msgspec

from perpetuo.cli.failures import Failure, explain_os_error
from perpetuo.cli.secret_values import secrets_file_text


class RunNote(msgspec.Struct, frozen=True):
    """What a running `up` tells other commands. The URL carries a password: the file is 0600."""

    database_url: str
    pid: int
    port: int


class FirstRun(msgspec.Struct, frozen=True):
    """What the first run made. The API key and the password are nowhere else in clear."""

    base_url: str
    api_key: str
    workspace_id: str
    email: str
    password: str


class DataDir:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.secrets_file = path / "secrets.env"
        self.first_run_file = path / "first-run.json"
        self.run_file = path / "run.json"
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Makes it. Raises Failure.

        Its files are for their owner only, and so is the directory; under root others may pass through it (not look
        into it), because PostgreSQL then runs as an account without privileges.
        """
        try:
            if not self.path.exists():
                self.path.mkdir(mode=0o700, parents=True)
                self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"x" * 4096)
                probe.flush()
        except (FileExistsError, NotADirectoryError):
            raise Failure(f"The data directory {self.path} is not a directory: choose another.") from None
        except OSError as error:
            error.filename = error.filename or str(self.path)
            raise explain_os_error(error) from None

    def lock(self) -> None:
        """One `up` per data directory; freed by the kernel when the process ends, however it ends. Raises Failure."""
        handle = (self.path / "up.lock").open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            note = self.read_run_note()
            by = f" (process {note.pid}, port {note.port})" if note else ""
            raise Failure(f"Perpetuo is already running on {self.path}{by}: stop it first.") from None
        self._lock = handle

    @contextlib.contextmanager
    def locked(self) -> Generator[None]:
        """Until the end of the block. Raises Failure."""
        self.lock()
        try:
            yield
        finally:
            self.unlock()

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_locked_by_another(self) -> bool:
        try:
            handle = (self.path / "up.lock").open("a")
        except OSError:
            return False
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def running(self) -> RunNote | None:
        """The note of an `up` that is alive: the lock, not the pid, is the proof, because pids are used again."""
        return self.read_run_note() if self.is_locked_by_another() else None

    def has_database(self) -> bool:
        return any((self.path / name).exists() for name in ("postgres", "postgres.path"))

    def read_run_note(self) -> RunNote | None:
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self.run_file.read_bytes(), type=RunNote)
        return None

    def write_run_note(self, note: RunNote) -> None:
        write_private(self.run_file, msgspec.json.encode(note))

    def remove_run_note(self) -> None:
        self.run_file.unlink(missing_ok=True)

    def write_secrets(self, values: dict[str, str]) -> None:
        write_private(self.secrets_file, secrets_file_text(values).encode())

    def read_first_run(self) -> FirstRun | None:
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self.first_run_file.read_bytes(), type=FirstRun)
        return None

    def write_first_run(self, first_run: FirstRun) -> None:
        write_private(self.first_run_file, msgspec.json.format(msgspec.json.encode(first_run), indent=2) + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
