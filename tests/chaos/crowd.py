"""Many light subscribers in a process of their own, which come back as the contract says.

    python -m tests.chaos.crowd PORT COUNT SPEED

Prints a line once all are connected, and a JSON line about each once all have come back from a restart; ends with
standard input. SPEED divides the waits: with 1 they are the contract's. It shares no code with the clients that people
use, so that a mistake of these is not its own.
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

HEAD = (
    b"GET /metrics/sse?sections=ai.components.none HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n%b\r\n"
)
LONGEST_WAIT_MS = 30_000
AT_A_TIME = 100
SOURCES = 200
"""Loopback addresses to come from, as from so many machines."""


@dataclass
class Record:
    """What one subscriber saw. Moments are monotonic seconds."""

    greeted_retry_ms: int = 0
    bye: str = ""
    last_id: str = ""
    left_at: float = 0.0
    """When the goodbye came, or the connection ended without one."""
    left_retry_ms: int = 0
    """The wait that it was left with."""
    returned_at: float = 0.0
    failures: int = 0
    greeting: list[str] = field(default_factory=list)
    """Types of the events with which the new start began, to the first sample."""
    gap: str = ""
    resumed_id: str = ""
    """The last id before the gap."""
    doubled: int = 0


class Stream(asyncio.Protocol):
    """One connection: takes chunks and events apart, as far as they are of use here."""

    def __init__(self, on_event: Callable[[str, str, str], None], last_id: str) -> None:
        self._on_event = on_event
        self._last_id = last_id
        self._received = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        resume = f"Last-Event-ID: {self._last_id}\r\n" if self._last_id else ""
        transport.write(HEAD % resume.encode())

    def data_received(self, data: bytes) -> None:
        # Chunks hold whole events, so that their framing stands between these, in lines that are no fields.
        *blocks, self._received = (self._received + data).split(b"\n\n")
        for block in blocks:
            lines = (line for line in block.decode().split("\n") if ": " in line)
            fields = {name: value for name, _, value in (line.partition(": ") for line in lines)}
            if "retry" in fields:
                self._on_event("retry", "", fields["retry"])
            elif "data" in fields:
                self._on_event(fields.get("event", "message"), fields.get("id", ""), fields["data"])

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():  # nobody waits for it any more once all is over
            self.ended.set_result(None)


class Subscriber:
    def __init__(self, port: int, number: int, speed: float, on_change: Callable[[], None]) -> None:
        self._port = port
        self._source = (f"127.0.1.{1 + number % SOURCES}", 0)
        self._speed = speed
        self._on_change = on_change
        self._retry_ms = 0
        self._attempt_failed = True
        self.record = Record()
        self.epochs: list[str] = []

    async def run(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            await self._connect()
        while True:
            await self._ended
            self._leave()
            self.record.failures += 1
            await asyncio.sleep(self._wait_ms() / 1000 / self._speed)
            await self._connect()

    def _wait_ms(self) -> float:
        """Exactly what the server said the first time, full jitter from the second failure on."""
        failures = self.record.failures
        if failures == 1:
            return self._retry_ms
        most = min(LONGEST_WAIT_MS, self._retry_ms * 2 ** (failures - 1))
        return random.random() * most  # noqa: S311 - no secret

    def _leave(self) -> None:
        if self.epochs and not self.record.left_at:
            self.record.left_at, self.record.left_retry_ms = time.monotonic(), self._retry_ms

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = loop.create_future()
        try:
            _, stream = await loop.create_connection(
                lambda: Stream(self._take, self.record.last_id), "127.0.0.1", self._port, local_addr=self._source
            )
        except OSError:
            self._ended.set_result(None)
        else:
            self._ended = stream.ended

    def _take(self, name: str, id: str, data: str) -> None:
        record, is_back = self.record, bool(self.record.left_at)
        if is_back and len(self.epochs) == 1:
            record.greeting.append(name)
        match name:
            case "retry":
                self._retry_ms = int(data)
            case "hello" if not self.epochs:
                record.greeted_retry_ms = self._retry_ms
            case "gap":
                record.gap = data
                record.resumed_id = record.last_id
            case "bye":
                record.bye = data
                self._leave()
            case "message":
                self._take_sample(id)

    def _take_sample(self, id: str) -> None:
        epoch, _, number = id.rpartition("-")
        last_epoch, _, last_number = self.record.last_id.rpartition("-")
        self.record.doubled += epoch == last_epoch and int(number) <= int(last_number)
        self.record.last_id = id
        if epoch not in self.epochs:
            self.epochs.append(epoch)
            self.record.returned_at = time.monotonic()
            self._on_change()


async def main(port: int, count: int, speed: float) -> None:
    changed = asyncio.Event()
    subscribers = [Subscriber(port, number, speed, changed.set) for number in range(count)]
    gate = asyncio.Semaphore(AT_A_TIME)
    tasks = [asyncio.create_task(one.run(gate)) for one in subscribers]
    for epochs, lines in ((1, lambda: ["connected"]), (2, lambda: [json.dumps(asdict(s.record)) for s in subscribers])):
        while not all(len(one.epochs) == epochs for one in subscribers):
            changed.clear()
            await changed.wait()
        print("\n".join(lines()), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
