"""docs/adding-a-vendor.md shows what was really done."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-vendor.md"
CATALOG = ROOT / "src" / "perpetuo" / "providers" / "catalog"

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the wheel has no docs")


def test_the_page_shows_the_file_as_it_is() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == (CATALOG / "moonshot.py").read_text(encoding="utf-8")


def test_the_page_shows_the_lines_of_the_list() -> None:
    (diff,) = re.findall(r"```diff\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    listed = (CATALOG / "vendors.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in diff.splitlines() if line.startswith("+") and line[1:] not in listed] == []
    assert [line for line in listed if "moonshot" in line.lower()] == [
        line[1:] for line in diff.splitlines() if line.startswith("+")
    ]
