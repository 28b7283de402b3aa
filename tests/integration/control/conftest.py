from collections.abc import AsyncIterator

import pytest

from control_harness import ControlHarness, running_control


@pytest.fixture
async def control(database_url: str) -> AsyncIterator[ControlHarness]:
    async with running_control(database_url) as harness:
        yield harness
