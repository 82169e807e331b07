"""Identical questions at the same time are answered once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from http import HTTPStatus
from typing import Generic, TypeVar

from zeropoint.server.errors import ApiError

T = TypeVar("T")


class Once(Generic[T]):
    """At most `most` questions are worked on at a time; `name` is what they are, for those that are refused."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._open: dict[Hashable, asyncio.Task[T]] = {}

    async def answer(self, question: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` answers or raises. It goes on when whoever asked first has gone: others may wait for it. Raises
        ApiError where too many others are open."""
        task = self._open.get(question)
        if task is None:
            if len(self._open) >= self._most:
                message = f"{self._most} other {self._name} are being worked on"
                raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "busy", message, headers={"Retry-After": "5"})
            task = self._open[question] = asyncio.create_task(_done(work))
            task.add_done_callback(lambda ended: self._end(question, ended))
        return await asyncio.shield(task)

    def _end(self, question: Hashable, task: asyncio.Task[T]) -> None:
        del self._open[question]
        if not task.cancelled():
            task.exception()  # nobody may be left to hear of it


async def _done(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
