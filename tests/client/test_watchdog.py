"""Silence ends what stands inside of a watchdog, and nothing else."""

import asyncio

import pytest

from tests.client.manual_clock import ManualClock, settle
from zeropoint.client.watchdog import SilenceError, Watchdog


async def watch(clock: ManualClock, inside: "asyncio.Future[str]") -> str:
    async with Watchdog(clock, 5):
        return await inside


async def test_what_ends_in_time_is_left_alone():
    clock, inside = ManualClock(), asyncio.get_running_loop().create_future()
    watching = asyncio.create_task(watch(clock, inside))
    await clock.advance(4.9)
    inside.set_result("done")
    assert await watching == "done"
    assert clock.waits == []


async def test_silence_is_an_error_that_says_how_long_it_was():
    clock, inside = ManualClock(), asyncio.get_running_loop().create_future()
    watching = asyncio.create_task(watch(clock, inside))
    await clock.advance(5)
    with pytest.raises(SilenceError, match="nothing arrived for 5 s"):
        await watching
    assert watching.cancelling() == 0


async def test_a_cancellation_from_outside_at_the_same_time_is_not_swallowed():
    clock, inside = ManualClock(), asyncio.get_running_loop().create_future()
    watching = asyncio.create_task(watch(clock, inside))
    await settle()
    clock.jump(5)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_an_error_from_inside_goes_through():
    clock, inside = ManualClock(), asyncio.get_running_loop().create_future()
    watching = asyncio.create_task(watch(clock, inside))
    await settle()
    inside.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await watching
    assert clock.waits == []
