"""The waits between attempts."""

import asyncio
from collections.abc import Callable

from zeropoint.client.backoff import backoff_seconds, probe_seconds
from zeropoint.client.context import Context
from zeropoint.client.status import Status


class Retries:
    def __init__(self, context: Context, status: Status) -> None:
        self._context = context
        self._status = status
        self._sleepers: set[Callable[[], None]] = set()
        self.retry_seconds: float | None = None
        """The `retry` that the server last named."""

    async def wait(self, reason: str, asked_seconds: float | None, failures: int) -> None:
        """Waits after the last of `failures` failed attempts, and tells until when; what the server asked for holds."""
        clock, timing, random = self._context.clock, self._context.timing, self._context.random
        delay = asked_seconds
        if delay is None:
            delay = backoff_seconds(failures, self.retry_seconds, timing, random)
        self._status.set("reconnecting", reason, clock.epoch_seconds() + delay)
        await self.pause(delay)
        self._status.set("reconnecting", reason)

    async def wait_to_probe(self, attempts: int, asked_seconds: float | None) -> None:
        """Waits before the stream is tried beside polls, the `attempts`th time. `wake()` ends it, unless the server
        asked for it."""
        if asked_seconds is not None:
            await self.pause(asked_seconds)
            return
        delay = probe_seconds(attempts, self._context.timing, self._context.random)
        await self._sleep(delay, self._sleepers)

    async def pause(self, delay_seconds: float) -> None:
        await self._sleep(delay_seconds, set())

    def wake(self) -> None:
        for end in list(self._sleepers):
            end()

    async def _sleep(self, delay_seconds: float, sleepers: set[Callable[[], None]]) -> None:
        done = asyncio.Event()
        cancel = self._context.clock.after(delay_seconds, done.set)
        sleepers.add(done.set)
        try:
            await done.wait()
        finally:
            cancel()
            sleepers.discard(done.set)
