"""Identical questions at the same time are answered once."""

import asyncio

import pytest

from zeropoint.server.errors import ApiError
from zeropoint.server.once import Once


class Work:
    """It ends when it is told to; it counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        await self.end.wait()
        return self.begun


async def turn() -> None:
    """Lets everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_ask_together_get_one_answer_and_the_next_one_a_new_one() -> None:
    once, work = Once[int]("questions", 4), Work()
    asked = [asyncio.create_task(once.answer("same", work)) for _ in range(3)]
    await turn()
    work.end.set()
    assert await asyncio.gather(*asked) == [1, 1, 1]
    assert await once.answer("same", work) == 2


async def test_it_goes_on_for_the_others_when_the_first_has_gone() -> None:
    once, work = Once[int]("questions", 4), Work()
    first, second = (asyncio.create_task(once.answer("same", work)) for _ in range(2))
    await turn()
    first.cancel()
    await turn()
    work.end.set()
    assert await second == 1
    assert first.cancelled()


async def test_too_many_at_a_time_are_refused_with_a_time_to_come_back() -> None:
    once, work = Once[int]("questions", 2), Work()
    asked = [asyncio.create_task(once.answer(name, work)) for name in "ab"]
    await turn()
    with pytest.raises(ApiError) as refused:
        await once.answer("c", work)
    assert (refused.value.status, refused.value.body.code) == (503, "busy")
    assert refused.value.headers == {"Retry-After": "5"}
    work.end.set()
    await asyncio.gather(*asked)
    assert await once.answer("c", work) == 3


async def test_a_failure_is_told_to_each_who_asked() -> None:
    once = Once[int]("questions", 2)

    async def failing() -> int:
        await turn()
        raise OSError("no disk")

    told = await asyncio.gather(*(once.answer("same", failing) for _ in range(2)), return_exceptions=True)
    assert [str(error) for error in told] == ["no disk", "no disk"]
