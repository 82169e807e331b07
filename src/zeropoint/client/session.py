"""Keeps samples coming: over a stream, and after too many failures of it over polls."""

import asyncio
import itertools
from collections.abc import Callable
from typing import NoReturn

from zeropoint.client.context import Context
from zeropoint.client.delivery import Delivery, Tell
from zeropoint.client.events import StateChanged
from zeropoint.client.outcome import AttemptError, FeedRefusedError, ServerLeftError
from zeropoint.client.parser import Block, Retry
from zeropoint.client.poll_loop import PollLoop
from zeropoint.client.retries import Retries
from zeropoint.client.status import Status
from zeropoint.client.stream import Stream
from zeropoint.client.watchdog import silence_limit_seconds


class Session:
    """It decides when to stream, poll and wait, and counts the failures. Its position outlives a refusal."""

    def __init__(self, context: Context, tell: Tell) -> None:
        self._context = context
        self._delivery = Delivery(tell, context.clock, context.timing.resumable_seconds)
        self._status = Status(lambda state: tell(state, 0))
        self._retries = Retries(context, self._status)
        self._polls = PollLoop(context, self._delivery, self._status, self._retries)
        self._failures = 0
        self._last_failure: AttemptError | None = None

    @property
    def state(self) -> StateChanged:
        return self._status.now

    async def run(self) -> NoReturn:
        """Runs until it is cancelled, or raises FeedRefusedError."""
        self._failures = 0
        self._status.set("connecting")
        try:
            while True:
                try:
                    await (self._poll_until_stream_is_live() if self._must_poll else self._read_stream())
                except (AttemptError, ServerLeftError) as end:
                    await self._recover(end)
        except FeedRefusedError as refusal:
            self._status.set(refusal.state, refusal.reason)
            raise

    @property
    def _must_poll(self) -> bool:
        return self._failures >= self._context.timing.failures_before_polling

    async def _read_stream(self, on_live: Callable[[], object] = lambda: None) -> NoReturn:
        """One stream, from its request to its end. `on_live`: its first event came."""
        clock, timing = self._context.clock, self._context.timing
        live_since: float | None = None

        def take(item: Block | Retry) -> None:
            nonlocal live_since
            if isinstance(item, Retry):
                self._retries.retry_seconds = item.milliseconds / 1000
                return
            if live_since is None and item.data is not None:
                live_since = clock.monotonic_seconds()
                on_live()
                self._status.set("live")
            self._delivery.take_block(item)
            if item.name == "bye" and item.data is not None:
                raise ServerLeftError
            stream.set_silence_limit(silence_limit_seconds(self._delivery.interval_seconds, timing))

        stream = Stream(self._context, take)
        try:
            await stream.run(self._delivery.resume_point())
        except ServerLeftError:
            self._failures = 1  # no fault of the stream, but there is a wait to come
            raise
        except AttemptError as failure:
            was_good = live_since is not None and (
                clock.monotonic_seconds() - live_since >= timing.good_connection_seconds
            )
            self._failures = (0 if was_good else self._failures) + 1
            self._last_failure = failure
            if self.state.name == "polling":
                self._status.set("polling", failure.reason)
            raise

    async def _recover(self, end: AttemptError | ServerLeftError) -> None:
        """What has to be before the next attempt: for the most part, a wait."""
        asked = None
        if isinstance(end, AttemptError):
            asked = end.retry_after_seconds
            if end.is_of_the_stream_alone and self._must_poll:
                self._status.set("reconnecting", end.reason)
                return
        # Polls have a backoff of their own, so the wait before the first of them need not grow with each return to it.
        failures = min(self._failures, self._context.timing.failures_before_polling)
        await self._retries.wait(end.reason, asked, failures)

    async def _poll_until_stream_is_live(self) -> NoReturn:
        """Polls, and tries the stream beside that; raises how the first stream ended that was live."""
        fault = self._last_failure
        was_away = fault is not None and not fault.is_of_the_stream_alone
        asked = fault.retry_after_seconds if fault is not None else None
        polls = asyncio.create_task(self._polls.run(self._why_no_stream, was_away), name="zeropoint polls")
        # Polling goes on until something has come through: a stream that is held back must not stop the samples.
        probes = asyncio.create_task(self._probe(asked, stop_polling=polls.cancel), name="zeropoint stream")
        try:
            await asyncio.wait((polls, probes), return_when=asyncio.FIRST_COMPLETED)
            if polls.done() and not polls.cancelled():
                polls.result()  # the refusal
            await probes
        finally:
            polls.cancel()
            probes.cancel()
            await asyncio.gather(polls, probes, return_exceptions=True)

    def _why_no_stream(self) -> str | None:
        return self._last_failure.reason if self._last_failure is not None else None

    async def _probe(self, asked_seconds: float | None, stop_polling: Callable[[], object]) -> NoReturn:
        is_live = False

        def on_live() -> None:
            nonlocal is_live
            is_live = True
            stop_polling()

        for attempts in itertools.count():
            await self._retries.wait_to_probe(attempts, asked_seconds)
            try:
                await self._read_stream(on_live)
            except AttemptError as failure:
                if is_live:
                    raise
                asked_seconds = failure.retry_after_seconds
        raise AssertionError  # count() has no end
