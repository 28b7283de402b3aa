from pathlib import Path

from command import environment, first_run, run, started


def test_a_backup_of_a_running_up_is_restored_after_it_stopped(places: Path) -> None:
    home = places / "backup"
    home.mkdir()
    variables = environment(home / "data")
    with started(variables, "up", "--no-local", cwd=home) as running:
        made = run(variables, "db", "backup", "b.dump", cwd=home)
        assert made.returncode == 0, made.stderr
        assert "ENCRYPTION_KEY belongs into your backup plan" in made.stdout
        assert (home / "b.dump").stat().st_mode & 0o077 == 0
        assert run(variables, "admin", "workspace", "create", "later", cwd=home).returncode == 0
        refused = run(variables, "db", "restore", "b.dump", "--yes", cwd=home)
        assert refused.returncode == 1
        assert "already running" in refused.stderr
        assert running.stop() == 0
    unsure = run(variables, "db", "restore", "b.dump", cwd=home, text="n\n")
    assert unsure.returncode != 0
    restored = run(variables, "db", "restore", "b.dump", "--yes", cwd=home)
    assert restored.returncode == 0, restored.stderr
    listed = run(variables, "admin", "workspace", "list", cwd=home)
    assert first_run(home / "data")["workspace_id"] in listed.stdout
    assert "later" not in listed.stdout
