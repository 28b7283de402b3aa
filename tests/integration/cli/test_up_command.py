import json
import re
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from command import Running, chat, environment, first_run, run, started, wait_until_gone

from perpetuo.cli import local_model

needs_demo_model = pytest.mark.skipif(local_model.why_not_here() is not None, reason="the demo model can not run here")


class Home:
    """One machine's worth of state, and the `up` that runs on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data_dir = path / "data"
        self.running: Running | None = None

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return run(environment(self.data_dir, **variables), *arguments, cwd=self.path)

    def row(self, *arguments: str, containing: str) -> list[str]:
        listed = self.run(*arguments)
        assert listed.returncode == 0, listed.stderr
        return next(line.split() for line in listed.stdout.splitlines() if containing in line)


@pytest.fixture(scope="module")
def home(places: Path) -> Iterator[Home]:
    """A first `up`, with the demo model where it can run. Its OPENAI_API_KEY is one of our own keys, as after pasting
    what `up` printed the time before."""
    home = Home(places / "home")
    home.path.mkdir()
    variables = environment(home.data_dir, OPENAI_API_KEY="pk_" + "0" * 48)
    with started(variables, "up", cwd=home.path) as running:
        home.running = running
        yield home


def test_the_first_run_leaves_private_notes_with_everything_needed(home: Home) -> None:
    path = home.data_dir / "first-run.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    notes = json.loads(path.read_text())
    assert set(notes) == {"base_url", "api_key", "workspace_id", "email", "password"}
    assert re.fullmatch(r"pk_[0-9a-f]{48}", notes["api_key"])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", notes["base_url"])
    assert stat.S_IMODE((home.data_dir / "secrets.env").stat().st_mode) == 0o600
    assert home.data_dir.stat().st_mode & 0o066 == 0


@needs_demo_model
def test_the_printed_shell_lines_work_when_pasted(home: Home) -> None:
    assert home.running is not None
    lines = home.running.said.splitlines()
    start = lines.index("Paste into a shell:") + 1
    pasted = subprocess.run(
        ["/bin/bash", "-ec", "\n".join(lines[start : start + 2])], capture_output=True, text=True, timeout=280
    )
    assert pasted.returncode == 0, pasted.stderr
    answer = json.loads(pasted.stdout)
    assert answer["choices"][0]["message"]["content"]
    assert "/" not in answer["model"], "the model's name is ours, not the path of a file"


@needs_demo_model
def test_the_printed_python_lines_work_when_pasted(home: Home) -> None:
    assert home.running is not None
    lines = home.running.said.splitlines()
    start = lines.index("Or in Python (pip install openai):") + 1
    notes = first_run(home.data_dir)
    pasted = subprocess.run(
        [sys.executable, "-c", "\n".join(lines[start : start + 4])],
        env=environment(home.data_dir, OPENAI_BASE_URL=notes["base_url"], OPENAI_API_KEY=notes["api_key"]),
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert pasted.returncode == 0, pasted.stderr
    assert pasted.stdout.strip()


def test_the_link_that_up_prints_signs_in_once(home: Home) -> None:
    assert home.running is not None
    base_url = first_run(home.data_dir)["base_url"].removesuffix("/v1")
    (token,) = re.findall(
        rf"^  open        {re.escape(base_url)}/app/login#token=([0-9a-f]{{64}})$", home.running.said, re.M
    )
    request = urllib.request.Request(
        f"{base_url}/auth/link", json.dumps({"token": token}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        signed_in = json.load(reply)["data"]
    assert signed_in["user"]["is_operator"] is True
    health = urllib.request.Request(
        f"{base_url}/workspaces/{signed_in['workspace']['id']}/providers/health",
        headers={"authorization": f"Bearer {signed_in['token']}"},
    )
    with urllib.request.urlopen(health, timeout=60) as reply:
        told = {key["vendor"]: key["reason"] for key in json.load(reply)["data"]["keys"]}
    assert not [reason for reason in told.values() if "not read" in reason], "it comes from the worker that serves"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=60)


def test_one_of_our_own_keys_is_never_taken_for_a_provider_key(home: Home) -> None:
    listed = home.run("admin", "provider", "list")
    assert listed.returncode == 0, listed.stderr
    assert "openai" not in listed.stdout


@needs_demo_model
def test_requests_are_in_the_logs_with_their_decision(home: Home) -> None:
    notes = first_run(home.data_dir)
    status, headers, _ = chat(notes["base_url"], notes["api_key"], "claude-opus")
    assert status == 200
    row = wait_for_log(home, headers["x-perpetuo-request-id"])
    assert (row["requested_model"], row["tier"], row["provider"]) == ("claude-opus", "premium", "local")
    assert row["decision"] and row["attempts"]
    readable = home.run("logs").stdout
    assert "claude-opus -> local/" in readable


def wait_for_log(home: Home, request_id: str) -> dict[str, object]:
    for _ in range(100):
        shown = home.run("logs", "--json", "-n", "500")
        assert shown.returncode == 0, shown.stderr
        for row in map(json.loads, shown.stdout.splitlines()):
            if row["id"] == request_id:
                return row
    raise AssertionError(f"{request_id} never came into the logs")


def test_logs_tail_shows_a_request_that_comes_later(home: Home) -> None:
    notes = first_run(home.data_dir)
    variables = environment(home.data_dir)
    output = home.path / "tail.log"
    with output.open("wb") as file:
        tail = subprocess.Popen(
            [sys.executable, "-m", "perpetuo.cli.main", "logs", "--tail", "--json"],
            env=variables, cwd=home.path, stdout=file,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        # Asked again and again: nothing says when the tail has begun.
        seen: set[str] = set()
        while not any(request_id in output.read_text() for request_id in seen):
            assert time.monotonic() < deadline
            seen.add(chat(notes["base_url"], notes["api_key"], "no-such-model")[1]["x-perpetuo-request-id"])
            time.sleep(0.5)
    finally:
        tail.terminate()
        tail.wait(30)


def test_a_second_up_on_the_same_data_says_who_runs_there(home: Home) -> None:
    assert home.running is not None
    second = home.run("up", "--no-local")
    assert second.returncode == 1
    assert f"process {home.running.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_busy_port_is_one_sentence(home: Home, tmp_path: Path) -> None:
    port = first_run(home.data_dir)["base_url"].rsplit(":", 1)[1].removesuffix("/v1")
    other = run(environment(tmp_path / "other", PERPETUO_PORT=port), "up", "--no-local", cwd=tmp_path)
    assert other.returncode == 1
    assert other.stderr == (
        f"perpetuo: Port {port} on 127.0.0.1 is busy: stop the program that listens there, or choose another port with "
        "--port or PERPETUO_PORT.\n"
    )


def test_a_new_key_works_and_a_revoked_one_no_longer(home: Home) -> None:
    base_url = first_run(home.data_dir)["base_url"]
    created = home.run("admin", "key", "create", "--name", "second")
    key = created.stdout.strip()
    assert re.fullmatch(r"pk_[0-9a-f]{48}", key)
    assert answers_with(base_url, key, 404)
    key_id = home.row("admin", "key", "list", containing="second")[0]
    assert home.run("admin", "key", "revoke", key_id).returncode == 0
    assert answers_with(base_url, key, 401)
    again = home.run("admin", "key", "revoke", key_id)
    assert again.returncode == 1
    assert "still valid" in again.stderr


def answers_with(base_url: str, key: str, status: int) -> bool:
    """Asked often enough for a notification, and the polling behind it, to have come."""
    for _ in range(100):
        if chat(base_url, key, "no-such-model")[0] == status:
            return True
        time.sleep(0.2)
    return False


def test_providers_are_added_routed_and_removed(home: Home) -> None:
    added = home.run("admin", "provider", "add", "--provider", "openai", "--api-key-env", "K", K="sk-" + "a" * 40)
    assert added.returncode == 0, added.stderr
    assert "sk-" not in added.stdout + added.stderr
    twice = home.run("admin", "provider", "add", "--provider", "openai", "--api-key", "sk-" + "b" * 40)
    assert twice.returncode == 1
    assert "another --label" in twice.stderr
    routed = home.run("route", "gpt-4", "--strategy", "cheapest")
    assert routed.returncode == 0, routed.stderr
    assert "gpt-4 -> chat/default" in routed.stdout
    assert re.search(r"^1  openai ", routed.stdout, re.MULTILINE)
    unknown = home.run("route", "gtp-4")
    assert unknown.returncode == 1
    assert "Did you mean" in unknown.stderr
    key_id = home.row("admin", "provider", "list", containing="openai")[0]
    assert home.run("admin", "provider", "remove", key_id).returncode == 0
    assert "openai" not in home.run("admin", "provider", "list").stdout


def test_an_aws_key_is_taken_for_the_region_of_its_base_url_and_never_shown(home: Home) -> None:
    add = ("admin", "provider", "add", "--provider", "bedrock", "--api-key-env", "K")
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    keys = f'{{"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "{secret}", "region": "eu-west-1"}}'
    elsewhere = home.run(*add, K=keys)
    assert elsewhere.returncode == 1
    assert "eu-west-1" in elsewhere.stderr
    added = home.run(*add, "--base-url", "https://bedrock-runtime.eu-west-1.amazonaws.com", K=keys)
    assert added.returncode == 0, added.stderr
    listed = home.run("admin", "provider", "list")
    assert secret not in added.stdout + added.stderr + elsewhere.stderr + listed.stdout
    routed = home.run("route", "nova-pro")
    assert re.search(r"^1  bedrock ", routed.stdout, re.MULTILINE), routed.stdout
    key_id = home.row("admin", "provider", "list", containing="bedrock")[0]
    assert home.run("admin", "provider", "remove", key_id).returncode == 0


def test_a_workspace_is_made_and_changed(home: Home) -> None:
    assert home.run("admin", "workspace", "create", "marketing").returncode == 0
    several = home.run("admin", "key", "list")
    assert several.returncode == 1
    assert "choose one with --workspace" in several.stderr
    changed = home.run(
        "admin",
        "workspace",
        "set",
        "marketing",
        "--strategy",
        "cheapest",
        "--quota-requests",
        "10",
        "--drop-reasoning",
        "on",
    )
    assert changed.returncode == 0, changed.stderr
    row = home.row("admin", "workspace", "list", containing="marketing")
    assert row[2:6] == ["cheapest", "tier", "reject", "10"]
    assert home.run("admin", "workspace", "set", "marketing", "--quota-requests", "none").returncode == 0
    assert home.row("admin", "workspace", "list", containing="marketing")[5] == "-"


def test_a_worker_that_dies_is_replaced(home: Home) -> None:
    assert home.running is not None
    [worker] = home.running.workers()
    worker.kill()
    home.running.wait_until_said("worker 1 ended with signal SIGKILL; starting it again")
    base_url, key = first_run(home.data_dir)["base_url"], first_run(home.data_dir)["api_key"]
    assert chat(base_url, key, "no-such-model")[0] == 404
    assert [process.pid for process in home.running.workers()] != [worker.pid]


def test_a_database_that_dies_is_started_again(home: Home) -> None:
    assert home.running is not None
    base_url, key = first_run(home.data_dir)["base_url"], first_run(home.data_dir)["api_key"]
    [postmaster] = [
        process
        for process in home.running.everything()
        if process.name() == "postgres" and process.ppid() == home.running.process.pid
    ]
    postmaster.kill()
    assert chat(base_url, key, "no-such-model")[0] == 404, "known keys are served without it"
    home.running.wait_until_said("the database died; starting it again")
    created = home.run("admin", "key", "create", "-w", "default")
    while created.returncode != 0:
        # Anything else would be a failure: it is still recovering, or listens no more.
        expected = "can not be reached|the database system is (starting up|shutting down|not yet accepting|in recovery)"
        assert re.search(expected, created.stderr), created.stderr
        created = home.run("admin", "key", "create", "-w", "default")
    assert answers_with(base_url, created.stdout.strip(), 404)


def test_secrets_are_on_no_command_line(home: Home) -> None:
    assert home.running is not None
    secrets = [line.split("=", 1)[1] for line in (home.data_dir / "secrets.env").read_text().splitlines()[1:]]
    secrets.append(first_run(home.data_dir)["api_key"])
    assert len(secrets) == 3
    for process in home.running.everything():
        assert not any(secret in " ".join(process.cmdline()) for secret in secrets)


def test_stopping_and_starting_again_finds_everything(places: Path) -> None:
    home = Home(places / "again")
    home.path.mkdir()
    with started(environment(home.data_dir), "up", "--no-local", cwd=home.path) as running:
        before = first_run(home.data_dir)
        processes = running.everything()
        assert running.stop() == 0
    wait_until_gone(processes)
    assert not (home.data_dir / "run.json").exists()

    # Without a running `up`, commands start the database for as long as they take.
    created = home.run("admin", "key", "create")
    assert created.returncode == 0, created.stderr

    adopting = environment(home.data_dir, ANTHROPIC_API_KEY="sk-ant-" + "c" * 40)
    with started(adopting, "up", "--no-local", cwd=home.path) as running:
        after = first_run(home.data_dir)
        assert {**after, "base_url": ""} == {**before, "base_url": ""}
        assert chat(after["base_url"], before["api_key"], "no-such-model")[0] == 404
        assert chat(after["base_url"], created.stdout.strip(), "no-such-model")[0] == 404
        assert "found: secrets, database, workspace" in running.said
        assert before["api_key"] not in running.said
        assert "taken over from the environment just now: anthropic" in running.said
        killed = running.everything()
        psutil.Process(running.process.pid).kill()
        running.process.wait()
    wait_until_gone(killed)

    with started(adopting, "up", "--no-local", cwd=home.path) as running:
        assert "taken over" not in running.said
        assert "anthropic (environment)" in running.said
        assert running.stop() == 0


def test_a_lost_secrets_file_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "postgres").mkdir(parents=True)
    refused = run(environment(data_dir), "up", "--no-local", cwd=tmp_path)
    assert refused.returncode == 1
    assert "secrets.env is gone" in refused.stderr
    assert not (data_dir / "secrets.env").exists()
