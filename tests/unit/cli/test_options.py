import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from perpetuo.cli.failures import Failure, environment_name
from perpetuo.cli.options import child_environment, load_settings, warn_of_unknown_variables
from perpetuo.cli.workers import for_workers
from perpetuo.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.startswith("PERPETUO_") or name in {"DATABASE_URL", "JWT_SECRET", "ENCRYPTION_KEY"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_an_option_wins_over_the_environment_and_that_over_dotenv(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PERPETUO_PORT=1\nPERPETUO_WORKERS=2\nPERPETUO_HOST=::1\nENCRYPTION_KEY=k\n")
    monkeypatch.setenv("PERPETUO_PORT", "3")
    monkeypatch.setenv("PERPETUO_WORKERS", "4")
    settings = load_settings(port=5, workers=None)
    assert (settings.port, settings.workers, settings.host) == (5, 4, "::1")
    assert settings.encryption_key == SecretStr("k")


WRONG = {
    "not a number": ("PERPETUO_PORT", "many"),
    "out of range": ("PERPETUO_PORT", "70000"),
    "no worker": ("PERPETUO_WORKERS", "0"),
    "unknown choice": ("PERPETUO_UPSTREAM", "curl"),
    "not a network": ("PERPETUO_IP_RATE_LIMIT_EXEMPT", "home"),
    "a URL where hosts go": ("PERPETUO_EGRESS_ALLOW", "http://x"),
    "no origin": ("PERPETUO_PUBLIC_URL", "gateway"),
    "mail without links": ("PERPETUO_SMTP_HOST", "mail.example.org"),
}


def test_a_wrong_settings_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERPETUO_PORT", "sk-pasted-into-the-wrong-line")
    with pytest.raises(Failure) as refusal:
        load_settings()
    assert "sk-pasted" not in refusal.value.message


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_named_in_one_line(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value = WRONG[case]
    monkeypatch.setenv(name, value)
    with pytest.raises(Failure) as refusal:
        load_settings()
    assert name in refusal.value.message
    for noise in ("\n", "PERPETUO_?", "Value error", "PERPETUO_EGRESS_ALLOW: PERPETUO_"):
        assert noise not in refusal.value.message


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PERPETUO_SMTP_HOST=\nPERPETUO_SIGNUP=\n")
    for name in ("PERPETUO_PUBLIC_URL", "PERPETUO_CA_BUNDLE", "PERPETUO_PORT", "PERPETUO_EGRESS_ALLOW", "DATABASE_URL"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (settings.public_url, settings.ca_bundle, settings.database_url) == (None, None, None)
    assert (settings.smtp_host, settings.signup, settings.port, settings.egress_allow) == (None, None, 3000, ())


def test_names_that_are_no_settings_are_told_and_no_value_of_theirs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".env").write_text("PERPETUO_PUBLIC_ULR=sk-secret\nPERPETUO_PUBLISHED_PORT=1\n")
    monkeypatch.setenv("PERPETUO_EGRES_ALLOW", "sk-secret")
    monkeypatch.setenv("perpetuo_port", "5")
    warn_of_unknown_variables()
    said = capsys.readouterr().err
    assert [line.split()[1] for line in said.splitlines()] == ["PERPETUO_EGRES_ALLOW", "PERPETUO_PUBLIC_ULR"]
    assert "secret" not in said


def test_a_wrong_option_is_a_failure_too() -> None:
    with pytest.raises(Failure, match="PERPETUO_WORKERS"):
        load_settings(workers=0)


def test_a_dotenv_that_is_not_text_is_told() -> None:
    Path(".env").write_bytes(b"A=\xff\xfe\n")
    with pytest.raises(Failure, match=r"\.env is not UTF-8"):
        load_settings()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_dotenv_is_told() -> None:
    Path(".env").write_text("A=1")
    Path(".env").chmod(0)
    with pytest.raises(Failure, match=r"\.env can not be read"):
        load_settings()


def test_a_child_builds_the_same_settings_from_its_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERPETUO_EVENTS_FILE", "/old")
    parent = Settings.model_validate(
        {
            "DATABASE_URL": SecretStr("postgresql://u:p@h/d"),
            "ENCRYPTION_KEY": SecretStr("k=="),
            "data_dir": Path("/data"),
            "egress_allow": ("127.0.0.1:8080", "10.0.0.0/8"),
            "drain_timeout_s": 1.5,
            "events_file": None,
            "upstream": "reference",
        }
    )
    environment = child_environment(
        parent, dict(os.environ) | {"OPENAI_API_KEY": "x"}, without=frozenset({"OPENAI_API_KEY"})
    )
    assert "OPENAI_API_KEY" not in environment
    monkeypatch.delenv("PERPETUO_EVENTS_FILE")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None) == parent


def test_every_setting_is_in_the_example_file() -> None:
    example = (Path(__file__).parents[3] / ".env.example").read_text()
    missing = [environment_name(name) for name in Settings.model_fields if f"#{environment_name(name)}=" not in example]
    assert missing == []


def test_workers_get_both_keys_and_nothing_of_the_first_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    inherited = {
        "ENCRYPTION_KEY": "a",
        "ENCRYPTION_KEY_NEXT": "b",
        "PERPETUO_OPERATOR_EMAIL": "boss@example.org",
        "PERPETUO_OPERATOR_PASSWORD": "three green bicycles",
        "PERPETUO_OPERATOR_PASSWORD_FILE": "/run/secrets/boss",
    }
    for name, value in inherited.items():
        monkeypatch.setenv(name, value)
    environment = child_environment(for_workers(load_settings(), "postgresql://h/d"), inherited, without=frozenset())
    assert (environment["ENCRYPTION_KEY"], environment["ENCRYPTION_KEY_NEXT"]) == ("a", "b")
    assert not [name for name in environment if "OPERATOR" in name]
