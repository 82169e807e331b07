import asyncio
import threading

from zeropoint.sampling.crew import RELIEF_SECONDS, Crew, Landings


def threads(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


async def test_one_thread_makes_all_calls_in_their_order_while_none_holds_it_up():
    crew, landings, order = Crew("in order"), Landings(), list[int]()
    futures = [crew.start(lambda number=number: order.append(number), landings.landed) for number in range(12)]
    await landings.wait(12, 10, crew)
    assert all(future.done() for future in futures)
    assert order == [*range(12)]
    assert [thread.daemon for thread in threads("in order")] == [True]


async def test_what_a_call_answers_or_raises_is_its_futures():
    crew, landings = Crew("answers"), Landings()
    good, bad = crew.start(lambda: 7, landings.landed), crew.start(lambda: int("x"), landings.landed)
    await landings.wait(2, 10, crew)
    assert good.result() == 7
    assert isinstance(bad.exception(), ValueError)


async def test_those_behind_calls_that_hang_get_their_turn_and_the_threads_that_hung_end_later():
    crew, landings, gate = Crew("relieved"), Landings(), threading.Event()
    hanging = [crew.start(gate.wait, landings.landed) for _ in range(3)]
    others = [crew.start(lambda: 7, landings.landed) for _ in range(5)]
    await landings.wait(5, 10, crew)
    assert [future.result(0) for future in others] == [7] * 5
    assert not any(future.done() for future in hanging)
    held = threads("relieved")
    assert len(held) == 4
    gate.set()
    assert [await asyncio.wrap_future(future) for future in hanging] == [True] * 3
    for thread in held[:3]:
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()
    # The last one goes on.
    assert await asyncio.wrap_future(crew.start(lambda: threads("relieved"))) == held[3:]


async def test_a_call_that_hangs_is_waited_for_as_long_as_is_wanted():
    crew, landings, gate = Crew("late"), Landings(), threading.Event()
    late = crew.start(gate.wait, landings.landed)
    await landings.wait(1, 3 * RELIEF_SECONDS, crew)
    assert not late.done()
    gate.set()
    assert late.result(10)


async def test_nothing_is_waited_for_where_nothing_was_asked():
    await Landings().wait(0, 10, Crew("idle"))
    assert not threads("idle")
