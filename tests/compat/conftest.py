from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lab_gateway import SHAPES, LabGateway, lab_gateway

pytest.register_assert_rewrite("conversation")


@pytest.fixture(params=SHAPES)
async def lab(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LabGateway]:
    """Once for each protocol spoken upstream."""
    async with lab_gateway(tmp_path, request.param) as running:
        yield running


@pytest.fixture
async def openai_lab(tmp_path: Path) -> AsyncIterator[LabGateway]:
    async with lab_gateway(tmp_path, "openai") as running:
        yield running
