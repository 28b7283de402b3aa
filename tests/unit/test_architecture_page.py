"""docs/architecture.md walks one request: each module it names exists and is named once."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = re.compile(
    r"`((?:cli|core|db|events|gateway|http|ledger|observability|providers)/[a-z_/]+\.py|wiring\.py|settings\.py)`"
)


def test_each_module_of_the_walk_exists_and_is_named_once() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = Counter(MODULE.findall(page))
    assert len(named) > 25
    assert [module for module in named if not (ROOT / "src" / "perpetuo" / module).is_file()] == []
    assert [module for module, times in named.items() if times > 1] == []


def test_the_walk_names_every_module_of_the_data_plane() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    gateway = (ROOT / "src" / "perpetuo" / "gateway").glob("[a-z]*.py")
    missing = [path.name for path in gateway if f"gateway/{path.name}" not in page]
    # Not on the path of a chat request: state is what is handed in, the others answer other paths.
    assert sorted(missing) == ["models.py", "probes.py", "state.py"]
