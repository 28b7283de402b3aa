"""What is built into the package: nothing in it needs a hole in the Content-Security-Policy."""

import re
from pathlib import Path

import pytest

from perpetuo.control.dashboard import FOLDER


def test_pages_have_no_inline_script_and_no_style_attribute():
    for page in ("index.html", "app.html"):
        text = (FOLDER / page).read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), page
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|data:", text), page
        assert set(re.findall(r'(?:src|href)="([^"]*)"', text)) - {"/docs"} <= {
            f"/assets/{file.name}" for file in (FOLDER / "assets").iterdir()
        }


def scripts() -> list[Path]:
    return sorted((FOLDER / "assets").glob("*.js"))


def test_no_script_evaluates_text():
    assert len(scripts()) > 10
    for script in scripts():
        assert not re.search(r"\beval\(|\bnew Function\(|\bFunction\(", script.read_text()), script.name


def test_no_source_of_ours_sets_html():
    sources = Path(__file__).parents[3] / "dashboard" / "src"
    assert sources.is_dir()
    for source in sources.rglob("*.ts*"):
        if ".test." not in source.name:
            found = re.search(
                r"dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write",
                source.read_text(),
            )
            assert not found, f"{source}: {found}"


@pytest.mark.parametrize("kind", ["map", "ts", "tsx"])
def test_sources_are_not_shipped(kind):
    assert not list(FOLDER.rglob(f"*.{kind}"))
