"""Clients of zeropoint.client, each read to the account of what it told."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from tests.chaos.account import Gap, Sample, Told
from zeropoint.client import Gap as ClientGap
from zeropoint.client import MetricsClient, Timing
from zeropoint.client import Sample as ClientSample

QUICK_SILENCE_SECONDS = 1.0
"""After so much silence a stream is dead for clients that are not to wait for long."""


class PythonClients:
    """`count` clients of one address. `told` is what each of them told, in order."""

    def __init__(
        self, url: str, sections: Sequence[str], count: int, silence_seconds: float = QUICK_SILENCE_SECONDS
    ) -> None:
        self._url = url
        self._sections = sections
        # Most go back to the stream after each cut; the others poll after three, and try the stream now and then.
        self._streaming = Timing(silence_min_seconds=silence_seconds, good_connection_seconds=0.0)
        self._polling = Timing(silence_min_seconds=silence_seconds, probe_base_seconds=1.0, probe_cap_seconds=2.0)
        self.told: list[list[Told]] = [[] for _ in range(count)]
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._read(number)) for number in range(len(self.told))]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def until(self, wanted: Callable[[Sequence[Told]], bool]) -> None:
        """Returns when what each of them told is what is wanted."""
        while not all(wanted(told) for told in self.told):
            for task in self._tasks:
                if task.done():
                    task.result()
            self._news.clear()
            await self._news.wait()

    async def _read(self, number: int) -> None:
        told = self.told[number]
        timing = self._polling if number % 4 == 3 else self._streaming
        try:
            async with MetricsClient(self._url, sections=self._sections, timing=timing) as client:
                async for event in client:
                    match event:
                        case ClientSample():
                            told.append(Sample(event))
                        case ClientGap():
                            told.append(Gap(event.reason, event.lost))
                        case _:
                            continue
                    self._news.set()
        finally:
            self._news.set()
