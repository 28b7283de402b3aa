"""ENCRYPTION_KEY exchanged while a real gateway serves from the same database. The same with processes is a soak
(tests/integration/cli/test_encryption_rotation.py)."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select, text, update

from control_harness import CATALOG, ENCRYPTION_KEY, ControlHarness, Person, running_control
from gateway_harness import RunningGateway, running_gateway
from perpetuo.control.sealing import seal_secret
from perpetuo.core.audit_chain import ChainCheck
from perpetuo.db import resealing
from perpetuo.db.engine import connect, create_engine, system_transaction, workspace_transaction
from perpetuo.db.queries.audit_log import get_audit_head, read_audit_chain
from perpetuo.db.queries.installation import get_installation_value
from perpetuo.db.queries.provider_keys import insert_provider_key
from perpetuo.db.queries.sealing_key import SEALING_KEY, announce_keys, set_sealing_key
from perpetuo.db.sealing import (
    FOR_REQUEST_CONTENTS,
    SealBroken,
    Sealer,
    audit_key,
    key_id,
    provider_key_place,
    request_content_place,
    sealed_with,
)
from perpetuo.db.snapshot_loader import CHANNEL, SnapshotLoader
from perpetuo.db.tables import provider_keys, request_contents
from perpetuo.gateway.snapshot_feed import SnapshotFeed
from perpetuo.lab import SimulatedVendor, VendorSettings
from perpetuo.wiring import SystemClock

NEXT_KEY = bytes(range(11, 250, 7))[:32]
BOTH = Sealer(ENCRYPTION_KEY, others=[NEXT_KEY])
OLD_ID, NEW_ID = key_id(ENCRYPTION_KEY), key_id(NEXT_KEY)
SECRET = "sk-lab-0123456789abcdef"
POLL_S = 0.2
"""The gateway reads everything again and again, whatever it is told."""


@asynccontextmanager
async def with_both_keys(database_url: str) -> AsyncIterator[ControlHarness]:
    keys = (audit_key(ENCRYPTION_KEY), audit_key(NEXT_KEY))
    async with running_control(database_url, sealer=BOTH, audit_keys=keys) as control:
        yield control


@asynccontextmanager
async def following_gateway(database_url: str, path, sealer: Sealer) -> AsyncIterator[RunningGateway]:
    """A gateway whose configuration is the database's, opened with this sealer."""
    reading = create_engine(database_url, "perpetuo_system")
    loader = SnapshotLoader(reading, CATALOG, sealer)
    async with running_gateway(path) as gateway:
        feed = SnapshotFeed(loader, CATALOG, gateway.state.admission, SystemClock(), POLL_S)
        gateway.state.snapshots = feed
        following = asyncio.create_task(feed.run())
        try:
            yield gateway
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await reading.dispose()


async def add_key(control: ControlHarness, workspace_id: str, *, base_url: str | None = None, label: str = "") -> str:
    row_id = control.state.new_id()
    async with workspace_transaction(control.engine, workspace_id) as conn:
        sealed = await seal_secret(conn, control.state, provider_key_place(workspace_id, row_id), SECRET.encode())
        await insert_provider_key(
            conn,
            workspace_id,
            id=row_id,
            vendor="openai",
            label=label,
            secret_sealed=sealed,
            secret_hint="",
            base_url=base_url,
        )
    return row_id


async def add_content(control: ControlHarness, workspace_id: str) -> str:
    """Sealed with the old key, as by a worker that had not heard yet."""
    row_id = control.state.new_id()
    sealer = Sealer(ENCRYPTION_KEY, purpose=FOR_REQUEST_CONTENTS)
    sealed = sealer.seal(b"what was asked", request_content_place(workspace_id, row_id), os.urandom(12))
    async with system_transaction(control.engine) as conn:
        await conn.execute(
            request_contents.insert().values(id=row_id, workspace_id=workspace_id, content_sealed=sealed)
        )
    return row_id


async def changed_over(control: ControlHarness) -> bool:
    async with system_transaction(control.engine) as conn:
        return await get_installation_value(conn, SEALING_KEY) == NEW_ID


async def operator(control: ControlHarness) -> Person:
    return await control.sign_in(await control.user(operator=True))


async def verify(control: ControlHarness, *keys: bytes) -> bool:
    chain = ChainCheck()
    async with system_transaction(control.engine, repeatable=True) as conn:
        async for entry, stored in read_audit_chain(conn):
            assert chain.add(entry, stored) is None
        return chain.finish(await get_audit_head(conn), [audit_key(key) for key in keys]) is None


async def test_under_load_no_request_fails_no_row_stays_behind_and_the_new_key_alone_opens_everything(
    database_url, tmp_path
):
    async with (
        SimulatedVendor("v", settings=VendorSettings(words=3, api_keys=(SECRET,))) as vendor,
        with_both_keys(database_url) as control,
        following_gateway(database_url, tmp_path / "both", BOTH) as gateway,
    ):
        boss = await operator(control)
        mine = await control.workspace("mine")
        admin = await control.member(mine, "admin")
        path = f"/workspaces/{mine}/api-keys"
        api_key = (await control.http.post(path, json={"name": "app"}, headers=admin.headers)).json()["data"]["key"]
        headers = {"authorization": f"Bearer {api_key}"}
        await add_key(control, mine, base_url=vendor.base_url)
        others = [await control.workspace(f"w{number}") for number in range(3)]
        for number in range(2 * resealing.BATCH_ROWS):
            await add_key(control, others[number % 3], label=str(number))
        content = await add_content(control, mine)
        statuses: list[int] = []
        stopped = asyncio.Event()

        async def chat() -> None:
            while not stopped.is_set():
                statuses.append((await gateway.chat(headers=headers)).status_code)

        async def change() -> None:
            """People go on adding keys, and owners go on rotating theirs."""
            number = 0
            while not stopped.is_set():
                await add_key(control, others[0], label=f"during {(number := number + 1)}")
                await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            while (await gateway.chat(headers=headers)).status_code != 200:
                await asyncio.sleep(0.02)
        assert await verify(control, ENCRYPTION_KEY)
        load = [asyncio.create_task(work()) for work in (chat, chat, change)]
        try:
            before = (await control.http.get("/admin/encryption", headers=boss.headers)).json()["data"]
            assert not before["old_key_removable"]
            rotated = (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).json()["data"]
            assert rotated["finished"] and rotated["unopened"] == 0
            assert rotated["provider_keys_sealed"] > 2 * resealing.BATCH_ROWS
            assert rotated["request_contents_sealed"] == 1
            assert rotated["old_key_removable"]
            assert await verify(control, ENCRYPTION_KEY, NEXT_KEY)
            served = len(statuses)
            async with asyncio.timeout(20):
                while len(statuses) < served + 20:
                    await asyncio.sleep(0.01)
        finally:
            stopped.set()
            await asyncio.gather(*load)
        assert set(statuses) == {200}
        again = (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).json()["data"]
        assert (again["finished"], again["provider_keys_sealed"]) == (True, 0)

        alone = Sealer(NEXT_KEY)
        async with system_transaction(control.engine) as conn:
            rows = (await conn.execute(select(provider_keys))).mappings().all()
            kept = await conn.scalar(select(request_contents.c.content_sealed).where(request_contents.c.id == content))
        for row in rows:
            place = provider_key_place(row["workspace_id"], row["id"])
            assert alone.open(bytes(row["secret_sealed"]), place) == SECRET.encode()
            with pytest.raises(SealBroken):
                Sealer(ENCRYPTION_KEY).open(bytes(row["secret_sealed"]), place)
        assert alone.for_purpose(FOR_REQUEST_CONTENTS).open(bytes(kept), request_content_place(mine, content))
        assert await verify(control, NEXT_KEY)

        async with following_gateway(database_url, tmp_path / "new", alone) as restarted, asyncio.timeout(20):
            while (await restarted.chat(headers=headers)).status_code != 200:
                await asyncio.sleep(0.02)


async def test_a_key_that_its_owner_changes_meanwhile_stays_as_the_owner_left_it(database_url, monkeypatch):
    async with with_both_keys(database_url) as control:
        mine = await control.workspace("mine")
        row_id = await add_key(control, mine)
        place = provider_key_place(mine, row_id)
        boss = await operator(control)
        async with system_transaction(control.engine) as owner:
            anew = BOTH.seal(b"sk-the-owners-new-one", place, os.urandom(12), NEW_ID)
            await owner.execute(update(provider_keys).where(provider_keys.c.id == row_id).values(secret_sealed=anew))
            # Their change is not committed yet: the row is theirs.
            rotating = asyncio.create_task(control.http.post("/admin/encryption/rotate", headers=boss.headers))
            async with asyncio.timeout(20):
                while not await changed_over(control):
                    await asyncio.sleep(0.01)
            await asyncio.wait([rotating], timeout=0.5)  # time for a batch; it ends without this row, or waits for it
        assert (await rotating).json()["data"]["finished"]
        async with system_transaction(control.engine) as conn:
            stored = await conn.scalar(select(provider_keys.c.secret_sealed))
        assert BOTH.open(bytes(stored), place) == b"sk-the-owners-new-one"


async def test_whoever_seals_first_is_waited_for_and_whoever_comes_after_seals_with_the_new_key(database_url):
    async with with_both_keys(database_url) as control:
        mine = await control.workspace("mine")
        place = provider_key_place(mine, control.state.new_id())

        async def change_over() -> None:
            async with system_transaction(control.engine) as conn:
                await set_sealing_key(conn, NEW_ID)

        async with workspace_transaction(control.engine, mine) as conn:
            assert sealed_with(await seal_secret(conn, control.state, place, b"s")) == OLD_ID
            assert (await conn.execute(text("SELECT current_user"))).scalar() == "perpetuo_app"
            assert await conn.scalar(select(func.count()).select_from(provider_keys)) == 0
            changing = asyncio.create_task(change_over())
            await asyncio.wait([changing], timeout=0.2)
            assert not changing.done()
        await changing
        async with workspace_transaction(control.engine, mine) as conn:
            assert sealed_with(await seal_secret(conn, control.state, place, b"s")) == NEW_ID


async def test_a_process_without_the_key_that_seals_adds_nothing_and_changes_nothing(database_url):
    async with with_both_keys(database_url) as control:
        boss = await operator(control)
        mine = await control.workspace("mine")
        admin = await control.member(mine, "admin")
        assert (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).status_code == 200
        async with running_control(database_url) as forgotten:
            refused = await forgotten.http.post(
                f"/workspaces/{mine}/providers", json={"vendor": "openai", "secret": SECRET}, headers=admin.headers
            )
            assert (refused.status_code, refused.json()["code"]) == (503, "sealing_key_missing")
            refused = await forgotten.http.post(
                f"/workspaces/{mine}/api-keys", json={"name": "k"}, headers=admin.headers
            )
            assert (refused.status_code, refused.json()["code"]) == (503, "audit_head_broken")
            refused = await forgotten.http.post("/admin/encryption/rotate", headers=boss.headers)
            assert (refused.status_code, refused.json()["code"]) == (409, "no_next_key")


async def test_a_rotation_does_not_begin_while_a_gateway_lacks_the_next_key(database_url):
    async with with_both_keys(database_url) as control:
        boss = await operator(control)
        has_both, has_one = await connect(database_url, "perpetuo_system"), await connect(database_url, "perpetuo_app")
        try:
            await announce_keys(has_both, (OLD_ID, NEW_ID))
            await announce_keys(has_one, (OLD_ID,))
            refused = await control.http.post("/admin/encryption/rotate", headers=boss.headers)
            assert (refused.status_code, refused.json()["code"]) == (409, "next_key_missing")
            assert refused.json()["error"].startswith("1 running")
        finally:
            await has_one.close()
        try:
            async with asyncio.timeout(5):
                while (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).status_code != 200:
                    await asyncio.sleep(0.02)
        finally:
            await has_both.close()


async def test_sealing_anew_tells_no_gateway_and_any_other_change_does(database_url):
    async with with_both_keys(database_url) as control:
        mine = await control.workspace("mine")
        await add_key(control, mine)
        boss = await operator(control)
        told: list[str] = []
        listener = await connect(database_url, "perpetuo_system")
        try:
            await listener.add_listener(CHANNEL, lambda *message: told.append(message[3]))
            assert (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).status_code == 200
            async with system_transaction(control.engine) as conn:
                await conn.execute(update(provider_keys).values(enabled=False))
                await conn.execute(text("SELECT pg_notify(:channel, 'the end')"), {"channel": CHANNEL})
            async with asyncio.timeout(5):
                while "the end" not in told:
                    await asyncio.sleep(0.01)
        finally:
            await listener.close()
        assert told == [mine, "the end"]


async def test_what_no_key_opens_is_counted_and_left_alone(database_url):
    async with with_both_keys(database_url) as control:
        mine = await control.workspace("mine")
        row_id = await add_key(control, mine)
        stranger = Sealer(bytes(range(13, 250, 7))[:32])
        envelope = stranger.seal(b"sk", provider_key_place(mine, row_id), os.urandom(12))
        async with system_transaction(control.engine) as conn:
            await conn.execute(update(provider_keys).values(secret_sealed=envelope))
        boss = await operator(control)
        done = (await control.http.post("/admin/encryption/rotate", headers=boss.headers)).json()["data"]
        assert (done["finished"], done["unopened"], done["old_key_removable"]) == (True, 1, False)
        assert [use["name"] for use in done["keys"]] == ["ENCRYPTION_KEY", "ENCRYPTION_KEY_NEXT", None]
        async with system_transaction(control.engine) as conn:
            assert bytes(await conn.scalar(select(provider_keys.c.secret_sealed))) == envelope


async def test_a_suspended_workspace_is_refused_by_the_gateway_within_a_second(database_url, tmp_path):
    async with (
        SimulatedVendor("v", settings=VendorSettings(words=3, api_keys=(SECRET,))) as vendor,
        with_both_keys(database_url) as control,
        following_gateway(database_url, tmp_path, BOTH) as gateway,
    ):
        boss = await operator(control)
        mine = await control.workspace("mine")
        admin = await control.member(mine, "admin")
        path = f"/workspaces/{mine}/api-keys"
        api_key = (await control.http.post(path, json={"name": "app"}, headers=admin.headers)).json()["data"]["key"]
        headers = {"authorization": f"Bearer {api_key}"}
        await add_key(control, mine, base_url=vendor.base_url)

        async def until(status: int, within_s: float) -> None:
            async with asyncio.timeout(within_s):
                while (await gateway.chat(headers=headers)).status_code != status:
                    await asyncio.sleep(0.01)

        await until(200, 10.0)
        await control.http.post(f"/admin/workspaces/{mine}/suspend", headers=boss.headers)
        await until(403, 5.0)
        await control.http.post(f"/admin/workspaces/{mine}/unsuspend", headers=boss.headers)
        await until(200, 5.0)
