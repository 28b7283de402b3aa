"""The data plane's tests run under both edges of the server where the edge matters, and under plain ASGI elsewhere.

`PERPETUO_TEST_EDGE=fast` runs the others under the fast edge, too.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest

import gateway_harness
import loop_factories

BOTH_EDGES = {
    "test_client_address_limit",
    "test_client_chooses_no_address",
    "test_deadlines",
    "test_drain",
    "test_echoed_keys",
    "test_edges",
    "test_headers",
    "test_java_upgrade",
    "test_key_limits",
    "test_quota",
    "test_refusals",
    "test_smuggling",
    "test_smoke_serve",
    "test_stalls",
}


BOTH_LOOPS = {"test_cancellations", "test_garbage"}
"""uvloop, which workers run on, tells of lost connections in its own way."""


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    del config
    assert isinstance(item, pytest.Function)
    both = item.module.__name__.rpartition(".")[2] in BOTH_LOOPS
    return loop_factories.BOTH if both else loop_factories.ASYNCIO


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in BOTH_EDGES:
        metafunc.fixturenames.insert(0, "edge")
        metafunc.parametrize("edge", ["asgi", "fast"], indirect=True)


@pytest.fixture
def edge(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gateway_harness, "TEST_EDGE", request.param)
        yield request.param
