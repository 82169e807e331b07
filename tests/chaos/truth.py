"""What the appliance really sent, read without any client's help: the measure of what clients tell."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from tests.support.events import events
from tests.support.process import Appliance


class Truth:
    """A subscriber over HTTP/1.0, which has no chunks, that keeps every sample by its id."""

    def __init__(self, appliance: Appliance, query: str) -> None:
        self._appliance = appliance
        self._query = query
        self._came = asyncio.Event()
        self.samples: dict[str, Any] = {}
        self.newest = ""

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._appliance.host, self._appliance.port)
        head = f"GET /metrics/sse{self._query} HTTP/1.0\r\nHost: localhost\r\n\r\n"
        self._writer.write(head.encode())
        self._task = asyncio.create_task(self._read())
        await self.next()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()

    async def next(self) -> str:
        """The id of the next sample that comes."""
        self._came.clear()
        await self._came.wait()
        if self._task.done():
            self._task.result()
        return self.newest

    async def _read(self) -> None:
        try:
            await self._reader.readuntil(b"\r\n\r\n")
            while True:
                block = await self._reader.readuntil(b"\n\n")
                for event in events(block):
                    if event.type == "message":
                        self._keep(json.loads(event.data))
                    elif event.type == "gap":
                        assert event.json["reason"] == "missed-ticks", f"this reader was too slow itself: {event.data}"
        finally:
            self._came.set()

    def _keep(self, sample: Any) -> None:
        self.samples[sample["id"]] = sample
        self.newest = sample["id"]
        self._came.set()
