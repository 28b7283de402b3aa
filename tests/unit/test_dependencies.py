"""The dependencies are few, pinned by hash, and each one is accounted for."""

import json
import re
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
OF_PYTHON, _, OF_DASHBOARD = DOCUMENT.partition("\n## The dashboard\n")
PACKAGE_JSON = ROOT / "dashboard" / "package.json"
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
CORE_LOCK = ROOT / "requirements" / "core.lock"
MAX_CORE_PACKAGES = 40


def package_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def direct_dependencies() -> set[str]:
    requirements = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        requirements += extra
    for group in PROJECT["dependency-groups"].values():
        requirements += group
    return {package_name(requirement) for requirement in requirements}


def documented(text: str) -> dict[str, list[str]]:
    """Package -> the other cells of its row. A row may name several."""
    rows = (line for line in text.splitlines() if line.startswith("| `"))
    cells = ([cell.strip() for cell in row.strip().strip("|").split(" | ")] for row in rows)
    return {name: others for names, *others in cells for name in re.findall("`([^`]+)`", names)}


def unmatched(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    return [name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)]


def locked(lock: Path) -> dict[str, list[str]]:
    """Package -> the lines that belong to it."""
    packages: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            lines = packages.setdefault(package_name(line), [])
        lines.append(line)
    return packages


def test_each_direct_dependency_says_why_it_is_here():
    assert direct_dependencies() == set(documented(OF_PYTHON))


def test_each_package_of_the_dashboard_says_why_it_is_here():
    packages = json.loads(PACKAGE_JSON.read_text(encoding="utf-8"))
    names, patterns = {**packages["dependencies"], **packages["devDependencies"]}, documented(OF_DASHBOARD)
    assert unmatched(names, patterns) == []
    assert [pattern for pattern in patterns if len(unmatched(names, [pattern])) == len(names)] == []


def test_each_row_names_a_reason_the_alternatives_and_a_licence():
    assert [name for name, cells in documented(DOCUMENT).items() if len(cells) != 3 or not all(cells)] == []


def test_the_core_install_stays_small():
    assert 0 < len(locked(CORE_LOCK)) <= MAX_CORE_PACKAGES


def test_the_document_tells_the_size_of_the_core_install():
    assert f"The core install is {len(locked(CORE_LOCK))} packages" in DOCUMENT


def test_the_core_lock_holds_every_core_dependency():
    assert {package_name(one) for one in PROJECT["project"]["dependencies"]} <= set(locked(CORE_LOCK))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_one_version_and_a_hash(lock: Path):
    for name, lines in locked(lock).items():
        assert "==" in lines[0], name
        assert any("--hash=sha256:" in line for line in lines), name
