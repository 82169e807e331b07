"""Calls that may never come back, such as statvfs() on a mount whose file server is gone."""

import asyncio
import math
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Makes one call at a time on a daemon thread of its own, and lets its owner wait only as long as it likes.

    A thread that hangs in the kernel can't be ended. So there is never a second call while one is in the air, and the
    thread is none of a pool, which would hold the exit of the process. It is kept between calls: to start one costs as
    much CPU as three hand-overs.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._calls: queue.SimpleQueue[tuple[Callable[[], T], Future[T], Callable[[], None]] | None] | None = None
        self._future: Future[T] | None = None

    @property
    def in_air(self) -> bool:
        return self._future is not None and not self._future.done()

    def start(self, call: Callable[[], T], landed: Callable[[], None] = lambda: None) -> Future[T]:
        """Starts `call`, and answers with its future, after which the thread calls `landed`. Raises RuntimeError while
        another one is in the air."""
        if self.in_air:
            raise RuntimeError(f"{self.name} is in the air already")
        if self._calls is None:
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_fly, args=(self._calls,), name=self.name, daemon=True).start()
        self._future = Future()
        self._future.set_running_or_notify_cancel()
        self._calls.put((call, self._future, landed))
        return self._future

    def close(self) -> None:
        """Lets the thread end, after the call that is in the air, if any."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None


def _fly(calls: queue.SimpleQueue[tuple[Callable[[], T], Future[T], Callable[[], None]] | None]) -> None:
    while (asked := calls.get()) is not None:
        call, future, landed = asked
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the future
            future.set_exception(error)
        else:
            future.set_result(value)
        landed()


class Landings:
    """Lets an event loop wait for several flights and wakes it once, when the last of them has landed: to wake it for
    each would cost as much as many of the calls themselves."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._all = self._loop.create_future()
        self._landed: list[None] = []
        self._awaited = math.inf

    def landed(self) -> None:
        """One has; told by its thread."""
        self._landed.append(None)
        if len(self._landed) >= self._awaited:
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self._wake)

    async def wait(self, count: int, limit_seconds: float) -> None:
        """Until `count` have landed, at most so long."""
        # In this order: whoever lands in between either sees the number or is seen.
        self._awaited = count
        if len(self._landed) < count:
            limit = self._loop.call_later(limit_seconds, self._wake)
            try:
                await self._all
            finally:
                limit.cancel()

    def _wake(self) -> None:
        if not self._all.done():
            self._all.set_result(None)


class Lane:
    """Calls out of an event loop to what may hang, one after the other. Who asks waits at most `limit_seconds`."""

    def __init__(self, name: str, limit_seconds: float) -> None:
        self._flight: Flight[Any] = Flight(name)
        self._limit_seconds = limit_seconds
        self._turn = asyncio.Lock()
        self._last: asyncio.Future[Any] | None = None
        self._began = 0.0

    async def call(self, call: Callable[[], T]) -> T:
        """What `call` answers or raises. Raises TimeoutError where it, or one before it, takes too long."""
        now = asyncio.get_running_loop().time
        async with asyncio.timeout(self._limit_seconds), self._turn:
            if self._last is not None and self._flight.in_air:
                if now() - self._began >= self._limit_seconds:  # one that was given up
                    raise TimeoutError(f"{self._flight.name} hangs")
                await asyncio.wait([self._last])  # whoever asked has gone away
            self._began = now()
            self._last = asyncio.wrap_future(self._flight.start(call))
            answer: T = await asyncio.shield(self._last)
            return answer
