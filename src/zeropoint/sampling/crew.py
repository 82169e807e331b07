"""Calls that may never come back, many at a time, on as few threads as they let."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
# Whoever holds up the others for so long is left to a thread of its own.
RELIEF_SECONDS = 0.02


class Crew:
    """Makes calls one after the other on one daemon thread, and has another go on with those that wait behind one that
    takes long.

    A thread that hangs in the kernel can't be ended, so it is left alone; when its call comes back it ends. A thread
    for each call would cost as much as most calls: a dozen that start at once wait for the interpreter's lock by turns.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._hand: _Hand | None = None
        self._taken = 0

    def start(self, call: Callable[[], T], landed: Callable[[], None] = lambda: None) -> Future[T]:
        """The future of `call`; when that is done, the thread calls `landed`."""
        future: Future[T] = Future()
        self._calls.put(lambda: _make(call, future, landed))
        if self._hand is None:
            self._relieve()
        return future

    def look_after(self) -> None:
        """To be asked every RELIEF_SECONDS while calls are waited for."""
        hand = self._hand
        if hand is None or self._calls.empty():
            return
        if hand.taken == self._taken:
            self._relieve()
        else:
            self._taken = hand.taken

    def _relieve(self) -> None:
        if self._hand is not None:
            self._hand.relieved = True
        self._hand, self._taken = _Hand(self._calls), 0
        threading.Thread(target=self._hand.work, name=self._name, daemon=True).start()


class _Hand:
    """What one thread does. `taken` counts its calls."""

    def __init__(self, calls: queue.SimpleQueue[Callable[[], None]]) -> None:
        self._calls = calls
        self.taken = 0
        self.relieved = False

    def work(self) -> None:
        while not self.relieved:
            call = self._calls.get()
            self.taken += 1
            call()


def _make(call: Callable[[], T], future: Future[T], landed: Callable[[], None]) -> None:
    try:
        value = call()
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the future
        future.set_exception(error)
    else:
        future.set_result(value)
    landed()


class Landings:
    """Lets an event loop wait for several calls of a crew and wakes it once, when the last of them has landed: to wake
    it for each would cost as much as many of the calls themselves."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._all: asyncio.Future[None] = self._loop.create_future()
        self._landed: list[None] = []
        self._awaited: int | None = None

    def landed(self) -> None:
        """One has; told by its thread."""
        self._landed.append(None)
        if self._awaited is not None and len(self._landed) >= self._awaited:
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self._wake)

    async def wait(self, count: int, limit_seconds: float, crew: Crew) -> None:
        """Until `count` have landed, at most so long."""
        # In this order: whoever lands in between either sees the number or is seen.
        self._awaited = count
        if len(self._landed) >= count:
            return
        limit = self._loop.call_later(limit_seconds, self._wake)
        try:
            await self._watched(crew)
        finally:
            limit.cancel()

    async def _watched(self, crew: Crew) -> None:
        look: asyncio.TimerHandle

        def look_again() -> None:
            nonlocal look
            crew.look_after()
            look = self._loop.call_later(RELIEF_SECONDS, look_again)

        look = self._loop.call_later(RELIEF_SECONDS, look_again)
        try:
            await self._all
        finally:
            look.cancel()

    def _wake(self) -> None:
        if not self._all.done():
            self._all.set_result(None)
