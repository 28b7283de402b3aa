import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_process import Home


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """Short enough for a socket path, and open to the account PostgreSQL runs as under root. Its first `up` has run,
    and the workspace has the first vendor port as its provider openai."""
    path = Path(tempfile.mkdtemp(prefix="ppe2e-", dir="/tmp"))
    path.chmod(0o755)
    home = Home(path)

    async def first_up() -> None:
        async with home.up():
            await home.add_provider(home.vendor_ports[0], provider="openai", priority=1)

    asyncio.run(first_up())
    yield home
    assert home.servers() == [], "a PostgreSQL was left behind"
    shutil.rmtree(path, ignore_errors=True)
