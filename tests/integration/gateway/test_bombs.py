"""Bodies meant to exhaust the gateway: each is refused by name or answered, in a process beside the loop.

What a vendor may send is in test_hostile_vendors.py; memory and stalls are measured by tests/e2e/test_bombs_soak.py.
"""

from pathlib import Path

import pytest

from bombs import bombs
from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.gateway.body_helper import LARGE_BODY_BYTES
from perpetuo.gateway.body_work import Request
from perpetuo.lab import SimulatedVendor
from perpetuo.lab.vendor import ShapeName

BOMBS = bombs(2 * 1024 * 1024)


@pytest.mark.parametrize("shape", ["openai", "anthropic"])
async def test_a_bomb_is_refused_by_name_or_answered(tmp_path: Path, shape: ShapeName) -> None:
    model = {"openai": "gpt-4o", "anthropic": "claude-opus-4-5"}[shape]
    async with (
        SimulatedVendor("v", shape) as vendor,
        running_gateway(tmp_path, [provider(shape, vendor.base_url)]) as gateway,
    ):
        sizes = large_bodies_seen(gateway)
        for count, (name, bomb) in enumerate(BOMBS.items(), start=1):
            body = bomb.body.replace(b'"gpt-4o"', b'"%b"' % model.encode())
            headers = {"content-encoding": bomb.encoding} if bomb.encoding else {}
            sizes.clear()
            vendor.ledger.clear()
            reply = await gateway.http.post("/v1/chat/completions", content=body, headers=headers)
            if bomb.param is None:
                assert reply.status_code == 200, (name, reply.text[:500])
                assert len(vendor.ledger.inference()) == 1, name
            else:
                error = reply.json()["error"]
                assert reply.status_code in (400, 415), (name, error)
                assert error["param"] == bomb.param, name
                assert 10 < len(error["message"]) < 400, name
                assert not vendor.ledger.inference(), name
            assert bool(sizes) == (bomb.encoding is None and len(body) > LARGE_BODY_BYTES), name
            assert len(await gateway.settled(count)) == count, name
        assert (await gateway.chat(model)).status_code == 200
        assert gateway.state.bodies.starts == 1
        assert not gateway.state.in_flight


def large_bodies_seen(gateway: RunningGateway) -> list[int]:
    """The sizes of what the helper is given to read from now on."""
    sizes: list[int] = []
    read = gateway.state.bodies.parse

    async def parse(workspace_id: str, endpoint: str, body: bytes) -> Request:
        sizes.append(len(body))
        return await read(workspace_id, endpoint, body)

    gateway.state.bodies.parse = parse
    return sizes
