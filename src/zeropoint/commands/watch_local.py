"""Samples of this machine without a server, told as the client of a server would."""

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import msgspec

from zeropoint.client import Event, Gap, StateChanged
from zeropoint.client.inbox import MOST_BYTES, MOST_EVENTS, Inbox
from zeropoint.client.wire import decode_sample
from zeropoint.model import Sample
from zeropoint.sampler import Sampler
from zeropoint.sampling.scheduler import new_epoch
from zeropoint.settings import Settings


class LocalFeed:
    """Asks the probes that `serve` asks, at the same ticks, while it is entered. It serves nobody and keeps no file."""

    def __init__(self, settings: Settings) -> None:
        """Raises ValueError for runtimes to watch that cannot be."""
        self._sampler = Sampler(settings, new_epoch(datetime.now(UTC)), self._publish)
        self._inbox = Inbox(MOST_EVENTS, MOST_BYTES)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="zeropoint sampler")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._inbox.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await self._inbox.get()
        if event is None:
            raise StopAsyncIteration
        return event

    async def _run(self) -> None:
        try:
            await self._sampler.scheduler.first()
            self._inbox.put(StateChanged("live"), 0)
            await self._sampler.scheduler.run()
        except Exception as error:  # noqa: BLE001 - the reader gets it
            self._inbox.fail(error)

    def _publish(self, sample: Sample, missed: int) -> None:
        if missed:
            self._inbox.put(Gap(reason="missed-ticks", lost=missed), 0)
        # By way of JSON, so that what is shown is what a server would send.
        text = msgspec.json.encode(sample).decode()
        self._inbox.put(decode_sample(text), len(text))
