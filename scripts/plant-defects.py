"""Takes each defence away in a copy of the source and runs the test that guards it, which then has to fail.

python scripts/plant-defects.py            all of tests/planted/defences.toml, one after the other
python scripts/plant-defects.py B3 cookie  those whose threat, defence or test has one of these words
python scripts/plant-defects.py --write    writes the table of docs/security.md
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DEFENCES = ROOT / "tests" / "planted" / "defences.toml"
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- defences: written by scripts/plant-defects.py --write -->\n", "<!-- end of defences -->\n"


def load() -> list[dict[str, Any]]:
    return tomllib.loads(DEFENCES.read_text(encoding="utf-8"))["defence"]


def table() -> str:
    parts = []
    for threat, rows in groupby(load(), key=lambda row: row["threat"]):
        parts.append(f"\n### {threat}\n\n| defence | test | planted defect that turns it red |\n|---|---|---|\n")
        for row in rows:
            path, _, name = row["test"].partition("::")
            by_hand = "" if "file" in row else " (by hand)"
            parts.append(f"| {row['defence']} | [`{name}`](../{path}) | {row['planted']}{by_hand} |\n")
    return "".join(parts)


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + table() + "\n" + END + rest.partition(END)[2]


def replacements(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Several where two walls stand behind one another, and one of them is enough."""
    old, new = row["old"], row["new"]
    return [(old, new)] if isinstance(old, str) else list(zip(old, new, strict=True))


def turns_red(row: dict[str, Any]) -> str:
    """`red`, or what happened instead."""
    with tempfile.TemporaryDirectory(prefix="planted-") as directory:
        copy = Path(directory) / "src"
        shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = Path(directory) / row["file"]
        source = file.read_text(encoding="utf-8")
        for old, new in replacements(row):
            if source.count(old) != 1:
                return f"the defect does not fit: this is {source.count(old)} times in {row['file']}: {old}"
            source = source.replace(old, new)
        file.write_text(source, encoding="utf-8")
        env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        found = subprocess.run(
            [sys.executable, "-c", "import perpetuo; print(perpetuo.__file__)"], env=env, capture_output=True, text=True
        )
        if not found.stdout.startswith(str(copy)):
            return f"the copy is not what is imported: {found.stdout}"
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-q", "-x"]
        ran = subprocess.run(
            [*pytest, "--tb=line", row["test"]],
            cwd=ROOT, env=env, capture_output=True, text=True,
        )  # fmt: skip
    # An error before the test began (a copy that does not even start) proves nothing.
    if ran.returncode == 1 and re.search(r"^\d+ failed", ran.stdout.splitlines()[-1]):
        return "red"
    return f"exit {ran.returncode}:\n{ran.stdout[-1500:]}{ran.stderr[-500:]}"


def main(words: list[str]) -> int:
    if words == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    rows = [row for row in load() if "file" in row]
    if words:
        rows = [
            row
            for row in rows
            if any(word.lower() in f"{row['threat']} {row['defence']} {row['test']}".lower() for word in words)
        ]
    not_red = 0
    for row in rows:
        outcome = turns_red(row)
        not_red += outcome != "red"
        print(f"{'red' if outcome == 'red' else 'NOT RED'}  {row['defence']} <- {row['planted']}", flush=True)
        if outcome != "red":
            print(outcome, flush=True)
    print(f"{len(rows) - not_red} of {len(rows)} planted defects turned their test red")
    return 1 if not_red else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
