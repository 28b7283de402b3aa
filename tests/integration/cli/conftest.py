import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def places() -> Iterator[Path]:
    """Like tmp_path, but open to the account PostgreSQL runs as under root, and short enough for a socket."""
    path = Path(tempfile.mkdtemp(prefix="ppcli-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
