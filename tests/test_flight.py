import asyncio
import threading

import pytest

from zeropoint.flight import Flight, Lane


def test_what_the_call_answers_or_raises_is_its_futures():
    flight: Flight[int] = Flight("probe x")
    assert flight.start(lambda: 7).result(10) == 7
    assert isinstance(flight.start(lambda: int("x")).exception(10), ValueError)
    assert not flight.in_air


def test_there_is_one_call_at_a_time_and_it_holds_nobody():
    gate = threading.Event()
    flight: Flight[bool] = Flight("probe that hangs")
    future = flight.start(gate.wait)
    assert flight.in_air
    with pytest.raises(RuntimeError, match="probe that hangs is in the air already"):
        flight.start(gate.wait)
    # As a daemon it doesn't hold the exit of the process.
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "probe that hangs"] == [True]
    gate.set()
    assert future.result(10) is True
    assert flight.start(lambda: False).result(10) is False


def test_its_thread_is_kept_between_calls_and_ends_when_it_is_closed():
    flight: Flight[threading.Thread] = Flight("probe that comes back")
    first = flight.start(threading.current_thread).result(10)
    assert flight.start(threading.current_thread).result(10) is first
    flight.close()
    first.join(10)
    assert not first.is_alive()
    again = flight.start(threading.current_thread).result(10)
    assert again is not first
    flight.close()


async def test_calls_of_a_lane_come_one_after_the_other_and_are_waited_for_so_long_only():
    gate = threading.Event()
    lane = Lane("disk", 0.05)
    assert await lane.call(lambda: 7) == 7
    with pytest.raises(ValueError, match="x"):
        await lane.call(lambda: int("x"))
    with pytest.raises(TimeoutError):
        await lane.call(gate.wait)
    with pytest.raises(TimeoutError, match="disk hangs"):
        await lane.call(lambda: 7)
    gate.set()
    while True:  # until the one that was given up has ended
        try:
            assert await lane.call(lambda: 8) == 8
        except TimeoutError:
            continue
        break


async def test_who_goes_away_costs_the_next_one_no_more_than_the_wait():
    gate, begun = threading.Event(), asyncio.Event()
    loop, lane = asyncio.get_running_loop(), Lane("disk", 10)

    def slow() -> None:
        loop.call_soon_threadsafe(begun.set)
        gate.wait()
        raise ValueError("nobody hears of it")

    gone = asyncio.create_task(lane.call(slow))
    await begun.wait()
    gone.cancel()
    waiting = asyncio.create_task(lane.call(lambda: 7))
    assert not (await asyncio.wait([waiting], timeout=0))[0]
    gate.set()
    assert await waiting == 7
