"""Calls that may never come back, such as statvfs() on a mount whose file server is gone."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
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
        self._calls: queue.SimpleQueue[tuple[Callable[[], T], Future[T]] | None] | None = None
        self._future: Future[T] | None = None

    @property
    def in_air(self) -> bool:
        return self._future is not None and not self._future.done()

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Starts `call`, and answers with its future. Raises RuntimeError while another one is in the air."""
        if self.in_air:
            raise RuntimeError(f"{self.name} is in the air already")
        if self._calls is None:
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_fly, args=(self._calls,), name=self.name, daemon=True).start()
        self._future = Future()
        self._future.set_running_or_notify_cancel()
        self._calls.put((call, self._future))
        return self._future

    def close(self) -> None:
        """Lets the thread end, after the call that is in the air, if any."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None


def _fly(calls: queue.SimpleQueue[tuple[Callable[[], T], Future[T]] | None]) -> None:
    while (asked := calls.get()) is not None:
        call, future = asked
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the future
            future.set_exception(error)
        else:
            future.set_result(value)


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
