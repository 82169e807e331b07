"""Keeps samples coming: over a stream, and after too many failures of it over polls."""

import asyncio
import itertools
from collections.abc import Callable
from typing import NoReturn

from zeropoint.client.bunching import Arrival
from zeropoint.client.context import Context
from zeropoint.client.delivery import Delivery, Tell
from zeropoint.client.events import StateChanged
from zeropoint.client.held_up import HeldUp
from zeropoint.client.outcome import AttemptError, FeedRefusedError, ServerLeftError
from zeropoint.client.parser import Block, Retry
from zeropoint.client.poll_loop import PollLoop
from zeropoint.client.retries import Retries
from zeropoint.client.status import Status
from zeropoint.client.stream import Stream
from zeropoint.client.stream_health import StreamHealth
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

    @property
    def delay_seconds(self) -> float | None:
        return self._delivery.delay_seconds

    async def run(self) -> NoReturn:
        """Runs until it is cancelled, or raises FeedRefusedError."""
        self._failures = 0
        self._status.set("connecting")
        try:
            while True:
                try:
                    await (self._poll_until_stream_is_good() if self._must_poll else self._read_stream())
                except (AttemptError, ServerLeftError) as end:
                    await self._recover(end)
        except FeedRefusedError as refusal:
            self._status.set(refusal.state, refusal.reason)
            raise

    @property
    def _must_poll(self) -> bool:
        return self._failures >= self._context.timing.failures_before_polling

    async def _read_stream(self, on_good: Callable[[], object] = lambda: None) -> NoReturn:
        """One stream, from its request to its end. `on_good`: it does what a stream should."""
        clock, timing = self._context.clock, self._context.timing
        good_since: float | None = None
        health = StreamHealth(needs_proof=self._last_failure is not None and self._last_failure.cause == "buffered")

        def tell_if_good() -> None:
            nonlocal good_since
            if good_since is None and health.is_good:
                good_since = clock.monotonic_seconds()
                self._last_failure = None
                on_good()
                self._status.set("live")

        def take(item: Block | Retry) -> None:
            if isinstance(item, Retry):
                self._retries.retry_seconds = item.milliseconds / 1000
                return
            if item.data is not None:
                health.note_life()
                tell_if_good()
            if item.name == "gap":
                health.forgive()
            sent = self._delivery.take_block(item, is_good=good_since is not None)
            if item.name == "bye" and item.data is not None:
                raise ServerLeftError
            stream.set_silence_limit(silence_limit_seconds(self._delivery.interval_seconds, timing))
            if sent is not None:
                health.note_arrival(Arrival(sent, clock.monotonic_seconds()), self._delivery.interval_seconds)
                tell_if_good()

        stream = Stream(self._context, take)
        try:
            with HeldUp(clock, health.forgive):
                await stream.run(self._delivery.resume_point())
        except ServerLeftError:
            self._failures = 1  # no fault of the stream, but there is a wait to come
            raise
        except AttemptError as failure:
            was_good = good_since is not None and (
                clock.monotonic_seconds() - good_since >= timing.good_connection_seconds
            )
            self._failures = (0 if was_good else self._failures) + 1
            if failure.cause == "buffered":  # the next one would find the same proxy on its way
                self._failures = max(self._failures, timing.failures_before_polling)
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

    async def _poll_until_stream_is_good(self) -> NoReturn:
        """Polls, and tries the stream beside that; raises how the first stream ended that was good."""
        fault = self._last_failure
        was_away = fault is not None and not fault.is_of_the_stream_alone
        asked = fault.retry_after_seconds if fault is not None else None
        polls = asyncio.create_task(self._polls.run(self._why_no_stream, was_away), name="zeropoint polls")
        # Polling goes on until the stream has shown that it works: one that is held back must not stop the samples.
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
        is_good = False

        def on_good() -> None:
            nonlocal is_good
            is_good = True
            stop_polling()

        for attempts in itertools.count():
            await self._retries.wait_to_probe(attempts, asked_seconds)
            try:
                await self._read_stream(on_good)
            except AttemptError as failure:
                if is_good:
                    raise
                asked_seconds = failure.retry_after_seconds
        raise AssertionError  # count() has no end
