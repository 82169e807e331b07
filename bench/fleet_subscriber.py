"""A bare subscriber of nats-py, on the loop that the hub has: it counts the messages of the stream, no more.

`python -m bench.fleet_subscriber URL`. It prints a line when it listens, and the count when it is asked by a line.
"""

import asyncio
import sys

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

from zeropoint.fleet.names import ALL_SAMPLES, STREAM


async def subscribe(url: str) -> None:
    count = 0

    async def on_message(message: Msg) -> None:
        nonlocal count
        count += 1

    client = await nats.connect(url)
    await client.jetstream().subscribe(
        ALL_SAMPLES, stream=STREAM, cb=on_message, ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
    )
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    print("listening", flush=True)
    while await asked.readline():
        print(count, flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(subscribe(sys.argv[1]))
