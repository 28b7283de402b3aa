import os
from pathlib import Path

import pytest
from command import environment, run, started

from perpetuo.cli.secret_values import new_secret

GOOD = new_secret()
REFUSED = {
    "no database": ({"JWT_SECRET": GOOD, "ENCRYPTION_KEY": new_secret()}, "DATABASE_URL is not set"),
    "no JWT secret": ({"DATABASE_URL": "postgresql://h/d", "ENCRYPTION_KEY": GOOD}, "JWT_SECRET is not set"),
    "no encryption key": ({"DATABASE_URL": "postgresql://h/d", "JWT_SECRET": GOOD}, "ENCRYPTION_KEY is not set"),
    "a default secret": (
        {"DATABASE_URL": "postgresql://h/d", "JWT_SECRET": "changeme", "ENCRYPTION_KEY": GOOD},
        "JWT_SECRET looks like a default value",
    ),
    "one secret for both": (
        {"DATABASE_URL": "postgresql://h/d", "JWT_SECRET": GOOD, "ENCRYPTION_KEY": GOOD},
        "the same value",
    ),
    "not PostgreSQL": (
        {"DATABASE_URL": "mysql://h/d", "JWT_SECRET": GOOD, "ENCRYPTION_KEY": new_secret()},
        "must start with postgresql://",
    ),
    "nobody there": (
        {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/d", "JWT_SECRET": GOOD, "ENCRYPTION_KEY": new_secret()},
        "can not be reached",
    ),
    "a wrong number": ({"PERPETUO_WORKERS": "many"}, "PERPETUO_WORKERS"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_serve_refuses_in_one_sentence(case: str, tmp_path: Path) -> None:
    variables, sentence = REFUSED[case]
    refused = run(environment(tmp_path / "data", **variables), "serve", cwd=tmp_path)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "hidden" not in refused.stderr


def test_serve_wants_a_migrated_database_then_runs_and_stops(empty_database_url: str, tmp_path: Path) -> None:
    variables = environment(
        tmp_path / "data",
        DATABASE_URL=empty_database_url,
        JWT_SECRET=new_secret(),
        ENCRYPTION_KEY=new_secret(),
        PERPETUO_WORKERS="2",
    )
    too_early = run(variables, "serve", cwd=tmp_path)
    assert too_early.returncode == 1
    assert "run `perpetuo migrate`" in too_early.stderr
    for expected in ("was empty", "already"):
        migrated = run(variables, "migrate", cwd=tmp_path)
        assert migrated.returncode == 0, migrated.stderr
        assert expected in migrated.stdout
    with started(variables, "serve", cwd=tmp_path) as running:
        assert len(running.workers()) == 2
        assert running.stop() == 0


def test_a_user_and_a_workspace_are_made_for_serve(empty_database_url: str, tmp_path: Path) -> None:
    variables = environment(tmp_path / "data", DATABASE_URL=empty_database_url, ENCRYPTION_KEY=new_secret())
    assert run(variables, "migrate", cwd=tmp_path).returncode == 0
    nobody = run(variables, "admin", "key", "create", cwd=tmp_path)
    assert nobody.returncode == 1
    assert "admin workspace create" in nobody.stderr
    made = run(variables, "admin", "create-user", "ada@example.com", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "workspace default made" in made.stderr
    assert run(variables, "admin", "key", "create", cwd=tmp_path).stdout.startswith("pk_")
    again = run(variables, "admin", "create-user", "ADA@example.com", cwd=tmp_path)
    assert again.returncode == 1
    assert "already" in again.stderr


def test_commands_without_a_database_say_so(tmp_path: Path) -> None:
    lost = run(environment(tmp_path / "data"), "logs", cwd=tmp_path)
    assert lost.returncode == 1
    assert "run `perpetuo up` first" in lost.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_without_permission_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    refused = run(environment(tmp_path / "locked" / "data"), "up", cwd=tmp_path)
    assert refused.returncode == 1
    assert "No permission" in refused.stderr


def test_a_data_directory_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    refused = run(environment(tmp_path / "data"), "up", cwd=tmp_path)
    assert refused.returncode == 1
    assert "is not a directory" in refused.stderr
