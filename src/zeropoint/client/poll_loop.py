"""Polls one after the other, with the pace and the waits between them."""

from collections.abc import Callable
from typing import NoReturn

from zeropoint.client.context import Context
from zeropoint.client.delivery import Delivery
from zeropoint.client.outcome import AttemptError
from zeropoint.client.polling import poll
from zeropoint.client.retries import Retries
from zeropoint.client.status import Status
from zeropoint.client.wire import Batch


class PollLoop:
    def __init__(self, context: Context, delivery: Delivery, status: Status, retries: Retries) -> None:
        self._context = context
        self._delivery = delivery
        self._status = status
        self._retries = retries

    async def run(self, fault: Callable[[], str | None], was_away: bool) -> NoReturn:
        """Polls until it is cancelled, or raises FeedRefusedError. `fault` is why there is no stream.

        `was_away`: there was no server either. When one answers again, its stream is worth a try at once.
        """
        clock, timing = self._context.clock, self._context.timing
        is_back, failures = not was_away, 0
        while True:
            asked_at = clock.monotonic_seconds()
            try:
                batch = await poll(self._context, self._delivery.resume_point())
            except AttemptError as failure:
                failures += 1
                is_back = False
                total = timing.failures_before_polling + failures
                await self._retries.wait(failure.reason, failure.retry_after_seconds, total)
                continue
            failures = 0
            self._status.set("polling", fault())
            news = self._take(batch)
            if not is_back:
                self._retries.wake()
            is_back = True
            await self._keep_pace(news, clock.monotonic_seconds() - asked_at)

    def _take(self, batch: Batch) -> int:
        """Answers how many of the samples were news."""
        if batch.gap is not None:
            self._delivery.take_gap(batch.gap)
        return sum(self._delivery.take_sample(sample, size_bytes) for sample, size_bytes in batch.samples)

    async def _keep_pace(self, news: int, took_seconds: float) -> None:
        """The server waits for the next sample. Where it, or something on the way, does not, the pace is ours."""
        if news == 0 and took_seconds < self._context.timing.poll_wait_seconds / 2:
            await self._retries.pause(self._delivery.interval_seconds or 1.0)
