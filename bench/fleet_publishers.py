"""Publishes as many machines do: samples that were recorded on this machine, stamped anew, each once a second.

`python -m bench.fleet_publishers URL MACHINES FILE`: FILE has the samples, a line each. It prints a line at first.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import nats

TURNS = 100
VERSIONS = {"Zeropoint-Version": "0.1.0", "Zeropoint-Contract": "1"}


def stamped(machine: int, sequence: int, rest: bytes) -> bytes:
    """A sample of a machine; `rest` is one from its interval on."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = f'{{"host":{{"id":"{machine:032x}","name":"box-{machine}"}},"id":"bench-{sequence}","timestamp":"{now}",'
    return head.encode() + rest


async def publish(url: str, machines: int, recorded: list[bytes]) -> None:
    client = await nats.connect(url, pending_size=64 * 1024 * 1024)
    rests = [sample[sample.index(b'"interval_seconds"') :] for sample in recorded]
    each = machines // TURNS
    began, turn = time.monotonic(), 0
    print("publishing", flush=True)
    while True:
        sequence, place = divmod(turn, TURNS)
        for machine in range(place * each, (place + 1) * each):
            headers = {"Nats-Msg-Id": f"{machine:032x}.bench-{sequence}", **VERSIONS}
            payload = stamped(machine, sequence, rests[(machine + sequence) % len(rests)])
            await client.publish(f"zeropoint.{machine:032x}.samples", payload, headers=headers)
        turn += 1
        await asyncio.sleep(max(0.0, began + turn / TURNS - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(publish(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]).read_bytes().splitlines()))
