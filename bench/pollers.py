"""Many clients that long-poll, in one process: pollers.py PORT COUNT.

Prints "connected" when each has had an answer. For each line on standard input it prints how many samples and how many
bytes have come since the last one, and ends with its standard input.
"""

import asyncio
import json
import sys

WAIT_SECONDS = 30


class Pollers:
    def __init__(self, port: int) -> None:
        self.port = port
        self.samples = 0
        self.bytes = 0
        self.connected = asyncio.Semaphore(0)

    async def poll(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        since = ""
        while True:
            path = f"/metrics/json?since={since}&wait={WAIT_SECONDS}" if since else "/metrics/json"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            self.bytes += len(head) + length
            samples = body.get("samples", [body])
            if samples:
                since = samples[-1]["id"]
                self.samples += len(samples)
            self.connected.release()

    async def answer(self) -> None:
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while await lines.readline():
            print(self.samples, self.bytes, flush=True)
            self.samples = self.bytes = 0


async def main(port: int, count: int) -> None:
    pollers = Pollers(port)
    running = [asyncio.create_task(pollers.poll()) for _ in range(count)]
    for _ in range(count):
        await pollers.connected.acquire()
    print("connected", flush=True)
    await pollers.answer()
    for task in running:
        task.cancel()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
