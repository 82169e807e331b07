"""A network that cuts, splits and stalls: no sample is lost unsaid, none comes twice."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.process import running
from zeropoint.client import Gap, MetricsClient, Sample
from zeropoint.client.timing import SystemClock

HURRY = 20
"""The client's time runs this many times faster, so that the server's `retry` of a second is over soon."""
CUTS = 30
SEED = 1


class HurriedClock(SystemClock):
    def monotonic_seconds(self) -> float:
        return time.monotonic() * HURRY

    def after(self, delay_seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        return super().after(delay_seconds / HURRY, callback)


class BadNetwork:
    """A proxy on loopback. Each connection carries so many bytes of answers, in small pieces; then it is cut, or stays
    open and silent until the client gives up."""

    def __init__(self, target_port: int, draw: random.Random) -> None:
        self._target_port = target_port
        self._draw = draw
        self._serving: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self.ended = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        self._open |= {writer, to_server}
        asking = asyncio.create_task(_forward(reader, to_server))
        try:
            left = self._draw.randint(1, 12_000)
            while left > 0 and (piece := await from_server.read(min(left, self._draw.choice([1, 2, 700, 5000])))):
                writer.write(piece)
                left -= len(piece)
                await asyncio.sleep(0)
            if self._draw.random() < 0.2:
                await asyncio.wait((asking,))
        finally:
            for end in (writer, to_server):
                end.transport.abort()
            await asking
            self._open -= {writer, to_server}
            self._serving.discard(task)
            self.ended += 1


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)


async def test_28_a_network_that_cuts_and_stalls_loses_and_doubles_nothing(tmp_path: Path):
    with running(tmp_path / "data", "--interval", "0.1") as appliance:
        port = urlsplit(appliance.url).port
        assert port is not None
        network = BadNetwork(port, random.Random(SEED))  # noqa: S311 - the same faults each time
        await network.start()
        numbers: list[int] = []
        gaps: list[Gap] = []
        states: set[str] = set()
        url = f"http://127.0.0.1:{network.port}"
        try:
            async with MetricsClient(url, sections=["system.memory"], clock=HurriedClock()) as client:
                async for event in client:
                    states.add(client.state.name)
                    if isinstance(event, Gap):
                        gaps.append(event)
                    if isinstance(event, Sample):
                        numbers.append(int(event.id.rpartition("-")[2]))
                        if network.ended >= CUTS:
                            break
        finally:
            await network.stop()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    # What a busy machine did not sample is the sampler's own to tell, and once as well.
    assert {gap.reason for gap in gaps} <= {"missed-ticks"}
    assert len({gap.until for gap in gaps}) == len(gaps)
    assert states >= {"live", "reconnecting", "polling"}
