"""Our own PostgreSQL: it is private, it never outlives us, and it starts again after anything."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import perpetuo
from perpetuo.db import embedded
from perpetuo.db.embedded import EmbeddedBusy, EmbeddedPostgres, EmbeddedUnavailable, running_url
from perpetuo.db.engine import connect

AS_ROOT = os.geteuid() == 0
PATIENCE_S = 60.0


@pytest.fixture
def place() -> Iterator[Path]:
    """Short enough for a socket path, and open to others, as /var/lib is."""
    path = Path(tempfile.mkdtemp(prefix="ppdb-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    for process in servers_in(path):
        process.kill()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data_dir(place: Path) -> Path:
    """As `perpetuo up` makes it: for its owner only, so that under root PostgreSQL's account can not enter."""
    path = place / "data"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def make(place: Path, data_dir: Path) -> Iterator[Callable[[], EmbeddedPostgres]]:
    made: list[EmbeddedPostgres] = []

    def factory() -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(data_dir, system_dir=place / "system"))
        return made[-1]

    yield factory
    for server in made:
        server.stop()


def servers_in(place: Path) -> list[psutil.Process]:
    """Every process of PostgreSQL that works somewhere below `place`."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and Path(process.cwd()).is_relative_to(place):
                found.append(process)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def ask(url: str, sql: str) -> object:
    async def run() -> object:
        connection = await connect(url, "owner")
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(run())


PARENT = """
    import sys, threading, time
    from pathlib import Path
    from perpetuo.db.embedded import EmbeddedPostgres
    server = EmbeddedPostgres(Path(sys.argv[1]), system_dir=Path(sys.argv[2]))
    if sys.argv[3] == "main":
        server.start()
    else:
        thread = threading.Thread(target=server.start)
        thread.start()
        thread.join()
    print(server.url, flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def parent_process(data_dir: Path, place: Path, thread: str = "main") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that supervises the server, and its URL."""
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(data_dir), str(place / "system"), thread],
        env={**os.environ, "PYTHONPATH": str(Path(perpetuo.__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    try:
        yield parent, parent.stdout.readline().strip()
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def test_it_starts_stops_and_starts_again_with_what_was_written(make):
    first = make()
    url = first.start()
    assert ask(url, "CREATE TABLE kept AS SELECT 42 AS answer") is None
    first.stop()
    assert first.pid is None
    with pytest.raises(OSError):
        ask(url, "SELECT 1")
    second = make()
    assert ask(second.start(), "SELECT answer FROM kept") == 42
    assert second.poll() is None


def test_it_is_utf8_sorts_by_code_point_listens_on_no_port_and_lets_only_us_in(make, place):
    url = make().start()
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert (
        ask(url, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'perpetuo'") == "bC.UTF-8"
    )
    assert ask(url, "SHOW listen_addresses") == ""
    sockets = {Path(str(ask(url, "SHOW unix_socket_directories")))}
    assert {stat.S_IMODE(directory.stat().st_mode) for directory in sockets} == {0o700}
    for process in servers_in(place):
        assert [c for c in process.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN] == []
        assert process.uids().real != 0
    user = str(ask(url, "SELECT sys_name FROM pg_ident_file_mappings"))
    assert (
        user == psutil.Process().username() and ask(url, "SELECT DISTINCT auth_method FROM pg_hba_file_rules") == "peer"
    )


def test_its_environment_holds_nothing_of_ours(make, place, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("PGOPTIONS", "-c canary=1")
    make().start()
    assert all("canary" not in value for process in servers_in(place) for value in process.environ().values())


def test_what_statements_say_is_not_in_its_log(make, place):
    server = make()
    url = server.start()
    with pytest.raises(Exception, match="division by zero"):
        ask(url, "SELECT 'canary-value', 1/0")
    with pytest.raises(Exception, match="canary"):
        ask(url, "SELECT 'canary-value'::int")
    server.stop()
    logs = [path for path in place.rglob("*.log") if path.is_file()]
    assert logs and all("canary" not in path.read_text() for path in logs)


def test_two_can_not_use_one_directory(make):
    make().start()
    with pytest.raises(EmbeddedBusy, match=f"pid {os.getpid()}"):
        make().start()


def test_a_command_finds_the_server_that_another_process_runs(make, data_dir):
    assert running_url(data_dir) is None
    server = make()
    url = server.start()
    assert running_url(data_dir) == url
    server.stop()
    assert running_url(data_dir) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("thread", ["main", "another"])
def test_killing_the_parent_leaves_no_postgres_behind(data_dir, place, thread):
    """From another thread the watcher does it: the death signal would fire when that thread ends."""
    with parent_process(data_dir, place, thread) as (parent, url):
        assert ask(url, "SELECT 1") == 1
        assert servers_in(place)
        parent.kill()
        parent.wait()
        wait_until(lambda: not servers_in(place))


def test_stopping_ends_the_watcher_too(make):
    server = make()
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    watcher = psutil.Process(server._watcher.pid)
    assert server.poll() is None
    server.stop()
    assert not watcher.is_running()


def test_after_the_server_was_killed_the_next_start_recovers(make, place):
    first = make()
    url = first.start()
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    for process in servers_in(place):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: first.poll() is not None)
    first.stop()
    assert ask(make().start(), "SELECT answer FROM kept") == 42


def test_an_orphan_of_ours_is_ended_and_replaced(make, place):
    first = make()
    first.start()
    orphan = first.pid
    # As if its supervisor had died on a system without death signals: nobody holds the lock.
    process, first._process = first._process, None
    first.stop()
    assert process.poll() is None
    second = make()
    url = second.start()
    assert process.poll() == 0, "the orphan still ran when its successor was ready"
    assert second.pid != orphan and ask(url, "SELECT 1") == 1


def test_backends_that_outlive_their_postmaster_do_not_lock_the_next_start_out(make, place):
    first = make()
    url = first.start()
    sleeper = threading.Thread(target=lambda: _expect_loss(url))
    sleeper.start()
    wait_until(lambda: ask(url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'") == 1)
    backends = [process for process in servers_in(place) if process.pid != first.pid]
    for process in backends:
        process.suspend()
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: first.poll() is not None)
    assert servers_in(place)
    first.stop()
    resumed = threading.Timer(0.2, lambda: [process.resume() for process in backends if process.is_running()])
    resumed.start()
    assert ask(make().start(), "SELECT 1") == 1
    resumed.join()
    sleeper.join()


def _expect_loss(url: str) -> None:
    with contextlib.suppress(Exception):
        ask(url, "SELECT pg_sleep(600)")


@pytest.mark.parametrize("pid", ["a stranger's", "our own"])
def test_a_pid_file_that_names_a_process_of_somebody_else_is_no_running_server(make, data_dir, place, pid):
    first = make()
    first.start()
    pgdata = next(place.rglob("postmaster.pid")).parent
    for process in servers_in(place):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: first.poll() is not None)
    first.stop()
    command = ["/bin/sleep", "600"]
    stranger = subprocess.Popen(command, user=pgdata.stat().st_uid if AS_ROOT else None)
    try:
        number = stranger.pid if pid == "a stranger's" else os.getpid()
        file = pgdata / "postmaster.pid"
        file.write_text("\n".join([str(number), *file.read_text().splitlines()[1:]]) + "\n")
        for lock in place.rglob(".s.PGSQL.*.lock"):
            lock.write_text(file.read_text())
        assert running_url(data_dir) is None
        assert ask(make().start(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_start_that_was_cut_off_in_the_middle_of_creating_the_data_begins_anew(make, place, data_dir):
    server = make()
    server.start()
    server.stop()
    pgdata = next(place.rglob("PG_VERSION")).parent
    while pgdata.name != "data" or pgdata == data_dir:
        pgdata = pgdata.parent
    pgdata.rename(pgdata.with_name("data.partial"))
    (pgdata.with_name("data.partial") / "PG_VERSION").unlink()
    assert ask(make().start(), "SELECT 1") == 1


@pytest.mark.skipif(not AS_ROOT, reason="only root runs PostgreSQL as somebody else")
class TestAsRoot:
    def test_a_closed_data_directory_stays_closed_and_names_where_the_database_is(self, make, data_dir, place):
        make().start()
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700 and data_dir.stat().st_uid == 0
        home = Path((data_dir / "postgres.path").read_text().strip())
        assert home.parent == place / "system" and (home / "data").stat().st_uid != 0
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
        assert not (data_dir / "postgres").exists()

    def test_an_open_data_directory_holds_the_database_itself(self, make, data_dir, place):
        data_dir.chmod(0o755)
        make().start()
        assert (data_dir / "postgres" / "data" / "PG_VERSION").exists()
        assert not (place / "system").exists()

    def test_a_moved_data_directory_still_finds_its_database(self, make, data_dir, place):
        server = make()
        ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop()
        data_dir.rename(place / "moved")
        moved = EmbeddedPostgres(place / "moved", system_dir=place / "system")
        try:
            assert ask(moved.start(), "SELECT answer FROM kept") == 42
        finally:
            moved.stop()

    def test_a_strict_umask_does_not_lock_postgres_out(self, make):
        before = os.umask(0o077)
        try:
            assert ask(make().start(), "SELECT 1") == 1
        finally:
            os.umask(before)

    def test_binaries_that_its_account_can_not_reach_are_copied_once(self, make, place, monkeypatch):
        original = embedded.find_binaries()
        hidden = place / "hidden"
        package = hidden / "site" / original.parents[1].name
        package.mkdir(parents=True)
        shutil.copytree(original.parent, package / original.parent.name)
        libraries = original.parents[2] / f"{original.parents[1].name}.libs"
        shutil.copytree(libraries, package.parent / libraries.name)
        hidden.chmod(0o700)
        monkeypatch.setattr(embedded, "find_binaries", lambda version=None: package / original.parent.name / "bin")
        first = make()
        assert ask(first.start(), "SELECT 1") == 1
        (copy,) = place.glob("system/*/binaries-*")
        made = copy.stat().st_ino
        first.stop()
        second = make()
        second.start()
        assert copy.stat().st_ino == made
        assert Path(f"/proc/{second.pid}/exe").resolve().is_relative_to(copy)
        assert stat.S_IMODE(hidden.stat().st_mode) == 0o700


def test_a_path_too_long_for_a_socket_gets_a_short_private_directory(place):
    data_dir = place / ("d" * 120)
    data_dir.mkdir(mode=0o755)
    server = EmbeddedPostgres(data_dir, system_dir=place / ("s" * 120))
    try:
        url = server.start()
        directory = Path(str(ask(url, "SHOW unix_socket_directories")))
        assert len(str(directory)) < 80 and stat.S_IMODE(directory.stat().st_mode) == 0o700
    finally:
        server.stop()
    shutil.rmtree(directory)


def test_a_missing_extra_is_one_sentence_with_the_remedy(make, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedUnavailable, match=r"perpetuo-gateway\[embedded\]"):
        make().start()


def test_data_of_another_postgresql_version_is_refused_and_left_alone(make, place):
    server = make()
    server.start()
    server.stop()
    version = next(path for path in place.rglob("PG_VERSION") if path.parent.name == "data")
    version.write_text("9\n")
    with pytest.raises(EmbeddedUnavailable, match="made by PostgreSQL 9"):
        make().start()
    version.write_text("18\n")
    assert ask(make().start(), "SELECT 1") == 1


REASONS = {
    "before its log opens": ("postgresql.conf", "nonsense = 1\n", r"nonsense|configuration file"),
    "after its log opened": ("backup_label", "nonsense\n", "backup_label"),
}


@pytest.mark.parametrize(("file", "content", "reason"), REASONS.values(), ids=REASONS)
def test_a_server_that_can_not_start_says_why(make, place, file, content, reason):
    server = make()
    server.start()
    server.stop()
    pgdata = next(place.rglob("postgresql.conf")).parent
    with (pgdata / file).open("a") as broken:
        broken.write(content)
    owner = (pgdata / "PG_VERSION").stat()
    os.chown(pgdata / file, owner.st_uid, owner.st_gid)
    with pytest.raises(EmbeddedUnavailable, match=reason):
        make().start()
