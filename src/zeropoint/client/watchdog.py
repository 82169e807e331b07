"""Silence that means a dead connection."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from zeropoint.client.timing import Clock, Timing

HELD_UP_SECONDS = 1.0
"""A timer that goes off this late tells that the event loop was held up."""


def silence_limit_seconds(interval_seconds: float | None, timing: Timing) -> float:
    """Three intervals, but not below the least, and at most 2.5 heartbeats, since with slow sampling it is the
    heartbeat that keeps a good stream from being silent."""
    intervals = 3 * (interval_seconds or 0.0)
    return min(max(timing.silence_min_seconds, intervals), 2.5 * timing.heartbeat_seconds)


class SilenceError(Exception):
    def __init__(self, silent_seconds: float) -> None:
        super().__init__(f"nothing arrived for {silent_seconds:.0f} s")
        self.silent_seconds = silent_seconds


class Watchdog:
    """`async with` it: what stands inside is ended with SilenceError when it was not fed for longer than its limit.

    As asyncio.timeout does, it cancels its task, and takes back that one cancellation and no other. It stands on a
    clock that is given instead of the event loop's.
    """

    def __init__(self, clock: Clock, limit_seconds: float) -> None:
        self._clock = clock
        self._limit = limit_seconds
        self._fed_at = self._due = clock.monotonic_seconds()
        self._cancel_timer: Callable[[], None] | None = None
        self._silent_seconds: float | None = None

    async def __aenter__(self) -> "Watchdog":
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - async code always runs in one
        self._task, self._cancellations = task, task.cancelling()
        self.feed()
        self._arm()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._disarm()
        if self._silent_seconds is None:
            return
        if self._task.uncancel() <= self._cancellations and kind is asyncio.CancelledError:
            raise SilenceError(self._silent_seconds) from error

    def feed(self) -> None:
        """Cheap, since it is called for every chunk: the timer is not touched, it looks at the time when it is due."""
        self._fed_at = self._clock.monotonic_seconds()

    def set_limit(self, limit_seconds: float) -> None:
        if limit_seconds != self._limit:
            self._limit = limit_seconds
            self._disarm()
            self._arm()

    def _arm(self) -> None:
        now = self._clock.monotonic_seconds()
        self._due = max(now, self._fed_at + self._limit)
        self._cancel_timer = self._clock.after(self._due - now, self._look)

    def _disarm(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    def _look(self) -> None:
        self._cancel_timer = None
        now = self._clock.monotonic_seconds()
        if now - self._due >= HELD_UP_SECONDS:
            # What held it up, the reader of the samples maybe, kept what came meanwhile from being read.
            self._fed_at = now + HELD_UP_SECONDS - self._limit
        if self._fed_at + self._limit > now:
            self._arm()
            return
        self._silent_seconds = now - self._fed_at
        self._task.cancel()
