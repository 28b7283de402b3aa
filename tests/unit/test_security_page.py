"""docs/security.md says what is so: its tables are those of tests/planted, its tests exist, its defects still fit."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not (ROOT / "scripts").is_dir(), reason="the wheel has no scripts")


def script() -> dict:
    return runpy.run_path(str(ROOT / "scripts" / "plant-defects.py"))


def test_the_page_is_written_from_the_list_of_defences() -> None:
    plant = script()
    assert plant["PAGE"].read_text() == plant["page"](), "run `python scripts/plant-defects.py --write`"


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for row in script()["load"]():
        path, _, name = row["test"].partition("::")
        if not (ROOT / path).is_file() or f"def {name}(" not in (ROOT / path).read_text():
            missing.append(row["test"])
    assert missing == []


def test_every_planted_defect_still_fits_its_file() -> None:
    plant = script()
    loose = [
        f"{row['defence']}: {row['planted']}"
        for row in plant["load"]()
        if "file" in row
        and any((ROOT / row["file"]).read_text().count(old) != 1 for old, _ in plant["replacements"](row))
    ]
    assert loose == []
