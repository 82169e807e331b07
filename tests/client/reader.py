"""Reads a client to its end and notes what it told, as short lines: "sample e-1", "gap 3 missed-ticks"."""

import asyncio
from collections.abc import Callable

from tests.client.manual_clock import settle
from tests.client.waiting import until
from zeropoint.client import Bye, Event, FeedRefusedError, Gap, Hello, MetricsClient, Sample, StateChanged, StateName


class Reader:
    def __init__(self, client: MetricsClient) -> None:
        self.client = client
        self.lines: list[str] = []
        self.states: list[StateChanged] = []
        self.refusal: FeedRefusedError | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._read(), name="reader")

    @property
    def sample_ids(self) -> list[str]:
        return [line.removeprefix("sample ") for line in self.lines if line.startswith("sample ")]

    async def until_sample(self, id: str) -> None:
        await self._until(lambda: f"sample {id}" in self.lines)

    async def until_line(self, line: str) -> None:
        await self._until(lambda: line in self.lines)

    async def until_state(self, name: StateName, *, waiting: bool | None = None) -> StateChanged:
        """Until this is the state that was told last; `waiting`: whether an attempt is due at a known time."""

        def holds() -> bool:
            newest = self.states[-1] if self.states else None
            if newest is None or newest.name != name:
                return False
            return waiting is None or (newest.retry_at is not None) == waiting

        await self._until(holds)
        return self.states[-1]

    async def until_end(self) -> None:
        """Until the loop over the client has ended."""
        assert self._task is not None
        task = self._task
        task.add_done_callback(lambda _: self._changed.set())
        await self._until(task.done)
        task.result()

    async def _until(self, holds: Callable[[], bool]) -> None:
        await until(holds, self._changed, lambda: f"told: {self.lines[-20:]}")
        await settle()

    async def _read(self) -> None:
        try:
            async for event in self.client:
                self._note(event)
        except FeedRefusedError as refusal:
            self.refusal = refusal

    def _note(self, event: Event) -> None:
        match event:
            case Sample():
                self.lines.append(f"sample {event.id}")
            case Gap():
                self.lines.append(f"gap {event.lost} {event.reason}")
            case Hello():
                self.lines.append(f"hello {event.newest_id}")
            case Bye():
                self.lines.append(f"bye {event.reason}")
            case StateChanged():
                self.states.append(event)
                self.lines.append(f"state {event.name}")
        self._changed.set()
