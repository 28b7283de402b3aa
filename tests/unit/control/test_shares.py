import asyncio

import pytest

from perpetuo.control.replies import ControlError
from perpetuo.control.shares import Shares


async def hold(shares: Shares, workspace_id: str, entered: asyncio.Event, leave: asyncio.Event) -> None:
    async with shares.of(workspace_id):
        entered.set()
        await leave.wait()


async def test_a_workspace_that_holds_its_share_waits_and_another_does_not():
    shares, leave = Shares(at_once=2, wait_s=60), asyncio.Event()
    entered = [asyncio.Event() for _ in range(3)]
    holders = [asyncio.create_task(hold(shares, "mine", event, leave)) for event in entered]
    await entered[1].wait()
    async with shares.of("theirs"):
        assert [event.is_set() for event in entered] == [True, True, False]
    leave.set()
    await asyncio.gather(*holders)
    assert entered[2].is_set() and len(shares) == 0


async def test_all_workspaces_together_leave_some_to_find_out_who_is_calling():
    shares, leave = Shares(wait_s=0.01, together=2), asyncio.Event()
    entered = [asyncio.Event() for _ in range(2)]
    holders = [asyncio.create_task(hold(shares, f"w{n}", event, leave)) for n, event in enumerate(entered)]
    await asyncio.gather(*(event.wait() for event in entered))
    with pytest.raises(ControlError) as refused:
        async with shares.of("another"):
            pass
    assert (refused.value.status, refused.value.retry_after_s) == (503, 1.0)
    leave.set()
    await asyncio.gather(*holders)
    async with shares.of("another"):
        assert len(shares) == 1


async def test_who_waits_too_long_is_told_to_try_again_and_nothing_is_lost():
    shares, leave, entered = Shares(at_once=1, wait_s=0.01), asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(hold(shares, "mine", entered, leave))
    await entered.wait()
    with pytest.raises(ControlError) as refused:
        async with shares.of("mine"):
            pass
    assert (refused.value.status, refused.value.retry_after_s) == (429, 1.0)
    leave.set()
    await holder
    async with shares.of("mine"):
        assert len(shares) == 1
    assert len(shares) == 0


async def test_who_leaves_while_waiting_or_inside_gives_the_place_back():
    shares, leave, entered = Shares(at_once=1, wait_s=60), asyncio.Event(), asyncio.Event()
    inside = asyncio.create_task(hold(shares, "mine", entered, leave))
    await entered.wait()
    waiting = asyncio.create_task(hold(shares, "mine", asyncio.Event(), leave))
    await asyncio.sleep(0)
    waiting.cancel()
    inside.cancel()
    await asyncio.gather(waiting, inside, return_exceptions=True)
    async with shares.of("mine"):
        assert len(shares) == 1
