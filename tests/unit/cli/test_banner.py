from pathlib import Path

import pytest

from perpetuo.cli.banner import called_as, ready_text
from perpetuo.cli.data_dir import FirstRun

KNOWN = FirstRun(
    base_url="http://127.0.0.1:3000/v1", api_key="pk_secret", workspace_id="w", email="e@x", password="password"
)


def text(
    *,
    known: FirstRun | None = KNOWN,
    is_first: bool = True,
    no_demo_because: str | None = None,
    sign_in_link: str | None = None,
    command: str = "perpetuo",
) -> str:
    return ready_text(
        base_url="http://127.0.0.1:3000/v1",
        data_dir=Path("/data"),
        first_run_file=Path("/data/first-run.json"),
        known=known,
        is_first=is_first,
        workspace_name="default",
        adopted=(),
        providers=(),
        no_demo_because=no_demo_because,
        sign_in_link=sign_in_link,
        command=command,
    )


def test_the_first_run_shows_the_key_and_the_password_once() -> None:
    first, later = text(), text(is_first=False)
    assert "pk_secret" in first and "password" in first
    assert "pk_secret" not in later and "e@x  password" not in later
    assert "/data/first-run.json" in later


def test_the_reference_of_the_control_plane_is_named() -> None:
    for said in (text(), text(is_first=False), text(known=None, is_first=False)):
        assert "  reference   http://127.0.0.1:3000/docs  " in said


def test_a_link_that_signs_in_is_shown_at_every_start() -> None:
    for is_first in (True, False):
        assert "  open        http://127.0.0.1:3000/app/login#token=t\n" in text(
            is_first=is_first, sign_in_link="http://127.0.0.1:3000/app/login#token=t"
        )


def test_without_a_link_the_dashboard_s_address_is_shown() -> None:
    for said in (text(), text(is_first=False), text(known=None, is_first=False)):
        assert "  dashboard   http://127.0.0.1:3000/app/\n" in said
        assert "/app/login#token" not in said


def test_lost_notes_lead_to_a_new_key() -> None:
    assert "perpetuo admin key create" in text(known=None, is_first=False)


def test_why_there_is_no_demo_model_is_said() -> None:
    assert "demo model  not started: this CPU is old" in text(no_demo_because="this CPU is old")
    assert "demo model" not in text()


def test_the_way_in_comes_first() -> None:
    link = "http://127.0.0.1:3000/app/login#token=t"
    assert text(sign_in_link=link).splitlines()[3] == f"  open        {link}"
    assert text().splitlines()[3] == "  dashboard   http://127.0.0.1:3000/app/"


def test_commands_are_named_as_this_one_was_called() -> None:
    said = text(known=None, command=".venv/bin/perpetuo")
    assert "Decisions as they are taken: .venv/bin/perpetuo logs --tail" in said
    assert ".venv/bin/perpetuo admin key create" in said and ".venv/bin/perpetuo admin provider add" in said


def test_a_command_that_is_on_the_path_needs_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "perpetuo"
    command.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert called_as(str(command)) == "perpetuo"
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    assert called_as(str(command)) == str(command)
    assert called_as("/anything/__main__.py") == "perpetuo"
