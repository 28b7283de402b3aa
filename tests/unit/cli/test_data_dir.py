import os
import stat
import subprocess
import sys
import textwrap

import pytest

from perpetuo.cli.data_dir import DataDir, FirstRun, RunNote, write_private
from perpetuo.cli.failures import Failure, explain_os_error

NOTE = RunNote(database_url="postgresql://x/y", pid=1, port=3000)


def test_the_directory_and_its_files_are_for_their_owner_only(tmp_path) -> None:
    data_dir = DataDir(tmp_path / "a" / "b")
    previous = os.umask(0)
    try:
        data_dir.prepare()
        data_dir.write_run_note(NOTE)
        data_dir.write_first_run(FirstRun("u", "k", "w", "e", "p"))
    finally:
        os.umask(previous)
    # Under root, PostgreSQL runs as another account that has to get through.
    assert stat.S_IMODE(data_dir.path.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE(data_dir.run_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.first_run_file.stat().st_mode) == 0o600
    assert data_dir.read_first_run() == FirstRun("u", "k", "w", "e", "p")


def test_a_file_in_its_place_is_told_in_a_sentence(tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(Failure, match="is not a directory"):
        DataDir(tmp_path / "taken").prepare()
    with pytest.raises(Failure, match="is not a directory"):
        DataDir(tmp_path / "taken" / "below").prepare()


def test_a_full_disk_is_told_in_a_sentence() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    try:
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(b"x")
    except OSError as error:
        error.filename = "/data"
        assert "disk is full at /data" in explain_os_error(error).message
    else:
        pytest.fail("/dev/full took a byte")


def test_only_one_process_holds_a_data_directory_and_its_death_frees_it(tmp_path) -> None:
    data_dir = DataDir(tmp_path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import time
                from pathlib import Path
                from perpetuo.cli.data_dir import DataDir, RunNote
                data_dir = DataDir(Path({str(tmp_path)!r}))
                data_dir.lock()
                data_dir.write_run_note(RunNote(database_url="postgresql://x/y", pid=1, port=3000))
                print("held", flush=True)
                time.sleep(60)
            """),
        ],
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        assert data_dir.running() == NOTE
        with pytest.raises(Failure, match="already running"):
            DataDir(tmp_path).lock()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert data_dir.running() is None
    assert data_dir.read_run_note() == NOTE, "the note is still there: the lock tells that it is stale"
    data_dir.lock()
    data_dir.unlock()


def test_a_damaged_note_is_as_good_as_none(tmp_path) -> None:
    data_dir = DataDir(tmp_path)
    data_dir.run_file.write_bytes(b"{")
    assert data_dir.read_run_note() is None


def test_a_private_file_is_replaced_whole(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
