"""What is changed over the API holds for the next request at /v1: a real gateway on the same database."""

import asyncio

from control_harness import CATALOG, ENCRYPTION_KEY, running_control
from gateway_harness import running_gateway
from perpetuo.db.engine import create_engine
from perpetuo.db.sealing import Sealer
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.gateway.snapshot_feed import SnapshotFeed
from perpetuo.http.egress import EgressPolicy
from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.wiring import SystemClock

FIRST, SECOND = "sk-first-0123456789abcdef-AAAA", "sk-second-0123456789abcdef-BBBB"
SEEN_WITHIN_S = 10.0
POLL_S = 600.0
"""So long that only a notification can bring a change to the gateway in time."""


async def test_a_provider_key_is_used_changed_and_gone_as_soon_as_the_api_says_so(database_url, tmp_path):
    reading = create_engine(database_url, "perpetuo_system")
    loader = SnapshotLoader(reading, CATALOG, Sealer(ENCRYPTION_KEY))
    async with (
        SimulatedVendor("v", settings=VendorSettings(words=3, api_keys=(FIRST,))) as vendor,
        running_control(database_url, egress=EgressPolicy(("127.0.0.0/8",))) as control,
        running_gateway(tmp_path) as gateway,
    ):
        feed = SnapshotFeed(loader, CATALOG, gateway.state.admission, SystemClock(), POLL_S)
        gateway.state.snapshots = feed
        following = asyncio.create_task(feed.run())
        try:
            await drive(control, gateway, vendor)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await reading.dispose()


async def drive(control, gateway, vendor):
    mine = await control.workspace("mine")
    ann = await control.member(mine, "admin")
    url = f"/workspaces/{mine}"

    async def manage(method, path, body=None):
        reply = await control.http.request(method, f"{url}{path}", headers=ann.headers, json=body)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()["data"]

    api_key = (await manage("POST", "/api-keys", {"name": "app"}))["key"]
    headers = {"authorization": f"Bearer {api_key}"}

    async def until(outcome):
        """The first reply like this: others are those of before the change."""
        async with asyncio.timeout(SEEN_WITHIN_S):
            while _outcome(await gateway.chat(headers=headers)) != outcome:
                await asyncio.sleep(0.02)

    await until("no_provider")
    added = await manage("POST", "/providers", {"vendor": "openai", "base_url": vendor.base_url, "secret": FIRST})
    await until("answered")
    assert {entry.key_hint for entry in vendor.ledger} == {FIRST[-4:]}
    await manage("PATCH", f"/providers/{added['id']}", {"enabled": False})
    await until("no_provider")
    await manage("PATCH", f"/providers/{added['id']}", {"enabled": True})
    await until("answered")
    # The vendor withdraws the key: it is refused and quarantined, until another secret takes its place.
    vendor.change_settings(api_keys=(SECOND,))
    await until("failed")
    await manage("POST", f"/providers/{added['id']}/rotate", {"secret": SECOND})
    await until("answered")
    assert vendor.ledger[-1].key_hint == SECOND[-4:] and vendor.ledger[-1].status == 200
    await manage("DELETE", f"/providers/{added['id']}")
    await until("no_provider")


def _outcome(reply):
    if reply.status_code == 200:
        return "answered"
    return "no_provider" if reply.json()["error"]["code"] == "no_provider" else "failed"
