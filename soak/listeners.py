"""Subscribers that read at once, in a process of their own, and when each sample reached each of them.

    python -m soak.listeners PORT COUNT

Prints `listening` once all have a sample. For each line on standard input it prints a JSON line about the time since
the last one: how many samples came, how many numbers were skipped, and the delays from the tick (the sample's
timestamp) to the arrival, in milliseconds.
"""

import asyncio
import json
import re
import sys
import time
from datetime import datetime

REQUEST = b"GET /metrics/sse?sections=ai.components.none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SAMPLE = re.compile(rb'id: [0-9a-z]+-([0-9]+)\ndata: \{[^\n]*?"timestamp":"([^"]+)"[^\n]*\n\n')


class Tally:
    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self.skipped = 0
        self._ticks: dict[bytes, float] = {}

    def take(self, timestamp: bytes, now: float) -> None:
        # All readers get the same texts.
        if timestamp not in self._ticks:
            self._ticks = {timestamp: datetime.fromisoformat(timestamp.decode()).timestamp()}
        self.delays_ms.append((now - self._ticks[timestamp]) * 1000)

    def report(self) -> str:
        delays, skipped = sorted(self.delays_ms), self.skipped
        self.delays_ms, self.skipped = [], 0
        last = len(delays) - 1
        p50, p99 = (delays[round(last * share)] for share in (0.5, 0.99))
        return json.dumps({"samples": len(delays), "skipped": skipped, "p50_ms": p50, "p99_ms": p99})


class Listener(asyncio.Protocol):
    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._received = b""
        self._number: int | None = None
        self.has_sample: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's is one
        transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._received += data
        end = 0
        for found in SAMPLE.finditer(self._received):
            end = found.end()
            number = int(found[1])
            if self._number is not None:
                self._tally.skipped += number - self._number - 1
            self._number = number
            self._tally.take(found[2], now)
        self._received = self._received[end:]
        if end and not self.has_sample.done():
            self.has_sample.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        sys.exit("a listener was cut off")


async def main(port: int, count: int) -> None:
    tally, loop = Tally(), asyncio.get_running_loop()
    for _ in range(count):
        _, listener = await loop.create_connection(lambda: Listener(tally), "127.0.0.1", port)
        await listener.has_sample
    print("listening", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(tally.report(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
