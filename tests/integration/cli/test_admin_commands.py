"""`perpetuo admin` in this process, on a database of its own: who becomes an operator, and what the audit log says."""

import asyncio
import json
import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perpetuo.cli import main as command
from perpetuo.cli.encryption import require_sealing_key
from perpetuo.cli.first_operator import make_first_operator
from perpetuo.cli.secret_values import new_secret
from perpetuo.control.passwords import password_matches
from perpetuo.db.engine import connect
from perpetuo.db.sealing import key_id, parse_secret
from perpetuo.settings import Settings

PASSWORD = "three green bicycles"
Perpetuo = Callable[..., tuple[int, str, str]]


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in [*os.environ]:
        if variable.startswith("PERPETUO_"):
            monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERPETUO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ENCRYPTION_KEY", new_secret())
    monkeypatch.setenv("JWT_SECRET", new_secret())
    return monkeypatch


@pytest.fixture
def perpetuo(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Perpetuo:
    def run(*arguments: str) -> tuple[int, str, str]:
        environment.setattr(sys, "argv", ["perpetuo", "admin", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def rows(database_url: str, sql: str) -> list[dict[str, Any]]:
    async def fetch() -> list[dict[str, Any]]:
        connection = await connect(database_url, "owner")
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def actions(database_url: str) -> list[str]:
    return [row["action"] for row in rows(database_url, "SELECT action FROM audit_log ORDER BY sequence")]


def test_every_command_that_changes_something_says_so_in_the_audit_log_and_no_other(
    perpetuo: Perpetuo, database_url: str
):
    known: list[str] = []
    secrets: list[str] = []

    def run(*arguments: str, adds: tuple[str, ...] = (), code: int = 0) -> str:
        ended, out, error = perpetuo(*arguments)
        assert ended == code, error
        known.extend(adds)
        assert actions(database_url) == known, arguments
        return out.strip()

    secrets.append(run("create-user", "ann@example.org", adds=("users.create", "workspaces.create")))
    secrets.append(run("create-user", "bob@example.org", adds=("users.create",)))
    run("create-user", "BOB@example.org", code=1)
    run("workspace", "create", "second", adds=("workspaces.create",))
    run("workspace", "set", "second", "--quota-requests", "5", "--suspended", adds=("workspaces.update",))
    run("workspace", "set", "second", "--price", "openai/gpt-4o=1,2", adds=("workspaces.update",))
    run("workspace", "set", "nowhere", "--suspended", code=1)
    secrets.append(run("key", "create", "-w", "default", adds=("api_keys.create",)))
    (key,) = rows(database_url, "SELECT id::text FROM api_keys")
    run("key", "revoke", "-w", "default", key["id"], adds=("api_keys.revoke",))
    run("key", "revoke", "-w", "default", key["id"], code=1)
    secrets.append("sk-0123456789abcdef0123456789abcdef")
    add = ("provider", "add", "-w", "default", "--provider", "openai", "--api-key", secrets[-1])
    run(*add, adds=("provider_keys.create",))
    run(*add, code=1)
    (provider,) = rows(database_url, "SELECT id::text FROM provider_keys")
    run("provider", "remove", "-w", "default", provider["id"], adds=("provider_keys.delete",))
    run("provider", "remove", "-w", "default", provider["id"], code=1)
    secrets.append(run("reset-link", "bob@example.org", adds=("users.reset_link",)).rpartition("=")[2])
    run("reset-link", "nobody@example.org", code=1)
    secrets.append(run("sign-in-link", "bob@example.org", adds=("users.sign_in_link",)).rpartition("=")[2])
    run("sign-in-link", "nobody@example.org", code=1)
    run("suspend-user", "bob@example.org", adds=("users.suspend",))
    run("suspend-user", "bob@example.org", "--lift", adds=("users.unsuspend",))
    run("encryption", "rotate", code=1)
    for reading in (("workspace", "list"), ("key", "list", "-w", "default"), ("encryption", "status")):
        run(*reading)
    assert run("audit", "verify").startswith(f"intact: {len(known)} entries")

    entries = rows(database_url, "SELECT * FROM audit_log")
    assert {row["actor_kind"] for row in entries} == {"command_line"}
    assert {row["actor_name"] for row in entries} == {pwd.getpwuid(os.getuid()).pw_name}
    assert not [secret for secret in secrets if secret and secret in str(entries)]


def test_a_reset_link_has_the_host_that_is_set_or_none(perpetuo: Perpetuo, environment: pytest.MonkeyPatch):
    assert perpetuo("create-user", "ann@example.org")[0] == 0
    _, out, error = perpetuo("reset-link", "ann@example.org")
    assert (out.startswith("/app/reset-password#token="), "PERPETUO_PUBLIC_URL is not set" in error) == (True, True)
    environment.setenv("PERPETUO_PUBLIC_URL", "https://gateway.example.org")
    _, out, error = perpetuo("reset-link", "ann@example.org")
    assert (out.startswith("https://gateway.example.org/app/reset"), "not set" in error) == (True, False)


def test_the_first_user_runs_the_installation_later_ones_only_when_told(perpetuo: Perpetuo, database_url: str):
    for email, options in (("ann", []), ("bob", []), ("eve", ["--operator"])):
        assert perpetuo("create-user", f"{email}@example.org", *options)[0] == 0
    found = rows(database_url, "SELECT split_part(email, '@', 1) AS name FROM users WHERE is_operator ORDER BY id")
    assert [row["name"] for row in found] == ["ann", "eve"]


def test_a_workspace_s_settings_keep_what_was_not_named_and_what_another_version_knows(
    perpetuo: Perpetuo, database_url: str
):
    perpetuo("create-user", "ann@example.org")
    rows(database_url, """UPDATE workspaces SET settings = '{"of_a_newer_version": 1, "prices": {"groq/a": []}}'""")
    assert perpetuo("workspace", "set", "default", "--price", "openai/b=1,2", "--quota-tokens", "9")[0] == 0
    ((stored,),) = (row.values() for row in rows(database_url, "SELECT settings::text FROM workspaces"))
    kept = json.loads(stored)
    assert (kept["of_a_newer_version"], kept["prices"].keys(), kept["quota_tokens_month"]) == (
        1, {"groq/a", "openai/b"}, 9,
    )  # fmt: skip
    rows(database_url, """UPDATE workspaces SET settings = '{"log_content": "perhaps"}'""")
    code, _, error = perpetuo("workspace", "set", "default", "--quota-tokens", "10")
    assert (code, "can not be read" in error, "Traceback" in error) == (1, True, False)


def test_workspaces_that_share_a_name_are_told_by_their_ids(perpetuo: Perpetuo, database_url: str):
    perpetuo("create-user", "ann@example.org")
    for name in ("second", "third"):
        assert perpetuo("workspace", "create", name)[0] == 0
    rows(database_url, "UPDATE workspaces SET name = 'Second' WHERE name = 'third'")
    twins = [row["id"] for row in rows(database_url, "SELECT id::text FROM workspaces WHERE name <> 'default'")]
    code, _, error = perpetuo("key", "list")
    assert (code, "(default, " in error, [f"{each} = " in error for each in twins]) == (1, True, [True, True])
    code, _, error = perpetuo("key", "list", "-w", "second")
    assert (code, [each in error for each in twins]) == (1, [True, True])
    assert perpetuo("key", "list", "-w", twins[1])[0] == 0


def test_the_last_operator_is_not_suspended(perpetuo: Perpetuo, database_url: str):
    perpetuo("create-user", "ann@example.org")
    perpetuo("create-user", "bob@example.org")
    code, _, error = perpetuo("suspend-user", "ann@example.org")
    assert (code, "last operator" in error) == (1, True)
    assert perpetuo("suspend-user", "bob@example.org")[0] == 0


def test_a_tampered_log_ends_the_verification_with_the_entry_and_stops_changes_until_it_is_accepted(
    perpetuo: Perpetuo, database_url: str
):
    assert perpetuo("create-user", "ann@example.org")[0] == 0
    secret = "sk-0123456789abcdef0123456789abcdef"
    assert perpetuo("provider", "add", "--provider", "openai", "--api-key", secret)[0] == 0  # tells which key is ours
    assert perpetuo("create-user", "eve@example.org")[0] == 0
    noted = perpetuo("audit", "verify")[1].split("note ")[1].split()[0]
    assert perpetuo("audit", "verify", "--expect", noted)[0] == 0
    rows(database_url, "ALTER TABLE audit_log DISABLE TRIGGER append_only")
    rows(database_url, "DELETE FROM audit_log WHERE sequence = 4")
    rows(
        database_url,
        "UPDATE audit_head SET entries = 3, last_hash = (SELECT entry_hash FROM audit_log WHERE sequence = 3)",
    )
    code, _, error = perpetuo("audit", "verify")
    assert (code, "the head's seal is not ours" in error) == (1, True)
    code, _, error = perpetuo("key", "create")
    assert (code, "audit verify" in error) == (1, True)
    assert rows(database_url, "SELECT 1 FROM api_keys") == []
    assert perpetuo("audit", "reseal", "--yes")[0] == 0
    assert perpetuo("audit", "verify")[0] == 0
    assert actions(database_url)[-1] == "audit.reseal"
    assert perpetuo("audit", "verify", "--expect", noted)[0] == 1, "somebody who noted the hash still knows"
    assert perpetuo("audit", "reseal", "--yes")[0] == 1
    rows(database_url, "UPDATE audit_log SET actor_name = 'eve' WHERE sequence = 2")
    code, _, error = perpetuo("audit", "verify")
    assert (code, "at entry 2" in error) == (1, True)


def test_another_encryption_key_is_no_tampered_log(
    perpetuo: Perpetuo, environment: pytest.MonkeyPatch, database_url: str
):
    ours, other = os.environ["ENCRYPTION_KEY"], new_secret()
    ids = {name: key_id(parse_secret("x", value)) for name, value in (("ours", ours), ("other", other))}
    assert perpetuo("create-user", "ann@example.org")[0] == 0
    environment.setenv("ENCRYPTION_KEY", other)
    code, _, error = perpetuo("audit", "verify")
    assert (code, ids["other"] in error, "ENCRYPTION_KEY" in error) == (2, True, True), "nothing tells which is right"
    environment.setenv("ENCRYPTION_KEY", ours)
    secret = "sk-0123456789abcdef0123456789abcdef"
    assert perpetuo("provider", "add", "--provider", "openai", "--api-key", secret)[0] == 0
    environment.setenv("ENCRYPTION_KEY", other)
    code, _, error = perpetuo("audit", "verify")
    assert (code, f"id {ids['ours']}" in error, "not what was written, at" in error) == (2, True, False)
    environment.setenv("ENCRYPTION_KEY", ours)
    environment.setenv("ENCRYPTION_KEY_NEXT", other)
    assert perpetuo("encryption", "rotate")[0] == 0
    environment.delenv("ENCRYPTION_KEY_NEXT")
    code, _, error = perpetuo("audit", "verify")
    assert (code, f"id {ids['other']}" in error, "ENCRYPTION_KEY_NEXT" in error) == (2, True, True)
    with pytest.raises(command.Failure, match=f"id {ids['other']}.*Give it as ENCRYPTION_KEY.*reseal"):
        asyncio.run(require_sealing_key(database_url, (parse_secret("x", ours),)))
    rows(database_url, "UPDATE audit_head SET seal = decode('00', 'hex')")
    environment.setenv("ENCRYPTION_KEY", other)
    code, _, error = perpetuo("audit", "verify")
    assert (code, "the head's seal is not ours" in error) == (1, True)


def first_operator(database_url: str, **settings: Any) -> None:
    known = Settings(**settings)  # pyright: ignore[reportCallIssue]
    asyncio.run(make_first_operator(known, database_url))


def test_serve_makes_the_operator_of_its_environment_once_and_never_resets_a_password(
    environment: pytest.MonkeyPatch, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    first_operator(database_url)
    assert "no operator yet" in capsys.readouterr().err
    for weak in ("short", "boss@example.org", "aaaaaaaaaaaaaaaa"):
        with pytest.raises(command.Failure) as refused:
            first_operator(database_url, operator_email="boss@example.org", operator_password=weak)
        assert weak == "boss@example.org" or weak not in refused.value.message
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    first_operator(database_url, operator_email="boss@example.org", operator_password_file=tmp_path / "password")
    first_operator(database_url, operator_email="boss@example.org", operator_password="another long password")
    first_operator(database_url, operator_email="other@example.org", operator_password="another long password")
    (user,) = rows(database_url, "SELECT * FROM users")
    assert (user["email"], user["is_operator"]) == ("boss@example.org", True)
    assert password_matches(PASSWORD, user["password_hash"])
    said = capsys.readouterr()
    assert PASSWORD not in said.err + said.out
    assert actions(database_url) == ["users.create"]


def test_somebody_who_took_the_operators_address_first_does_not_become_one(
    environment: pytest.MonkeyPatch, database_url: str, perpetuo: Perpetuo
):
    perpetuo("create-user", "boss@example.org")
    rows(database_url, "UPDATE users SET is_operator = false")
    with pytest.raises(command.Failure, match="another password"):
        first_operator(database_url, operator_email="BOSS@example.org", operator_password=PASSWORD)
    (user,) = rows(database_url, "SELECT * FROM users")
    assert not user["is_operator"]
