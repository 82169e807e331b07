"""What is left of subscribers that have gone: nothing, at the latest after a heartbeat."""

import asyncio
import json
import signal
import socket
import struct
from pathlib import Path

import pytest

from tests.chaos.descriptors import descriptors
from tests.chaos.serving import errors_of, serving
from tests.support.process import Appliance, running
from tests.support.stream import Stream, messages
from zeropoint.appliance import serve
from zeropoint.settings import Settings

LEAVERS = 20
HEARTBEAT_SAMPLES = 100
"""As many as come in a heartbeat's 10 s at ten samples a second."""
RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@pytest.mark.parametrize("way", ["close", "reset", "vanish"])
def test_a_disconnect_frees_the_subscriber_and_its_descriptor(tmp_path: Path, way: str):
    with running(tmp_path, "--interval", "0.1") as started, Stream(started) as clock:
        clock.samples(3)
        before = descriptors(started.process.pid)["socket"]
        leave(started, way)
        for _ in range(HEARTBEAT_SAMPLES):
            newest = messages(clock.samples(len(messages(clock.events)) + 1))[-1]
            clients, left = newest.json["server"]["clients"], descriptors(started.process.pid)["socket"] - before
            if (clients, left) == (1, 0):
                break
        else:
            raise AssertionError(
                f"clients: {newest.json['server']['clients']}, {descriptors(started.process.pid)} open"
            )


def leave(appliance: Appliance, way: str) -> None:
    """As a closed tab does; as one whose machine restarted; as one that goes in the middle of its request."""
    streams = []
    for _ in range(LEAVERS):
        if way == "vanish":
            connection = appliance.connect()
            connection.sendall(b"GET /metrics/sse HTTP/1.1\r\nHost: localhost\r\n")
            connection.close()
        else:
            streams.append(Stream(appliance))
    for stream in streams:
        stream.samples(1)
    for stream in streams:
        if way == "reset":
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        stream.socket.close()


@pytest.mark.parametrize("way", ["close", "reset"])
def test_a_client_that_is_gone_before_its_answer_is_no_error_of_the_appliance(tmp_path: Path, way: str):
    with serving(tmp_path, "--interval", "0.2") as started, Stream(started) as clock:
        clock.samples(1)
        # Request and end lie there together when it goes on: it answers somebody who is gone.
        started.process.send_signal(signal.SIGSTOP)
        for _ in range(LEAVERS):
            with started.connect() as connection:
                connection.sendall(b"GET /metrics/sse HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if way == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        started.process.send_signal(signal.SIGCONT)
        clock.until(lambda seen: [one.json["server"]["clients"] for one in messages(seen)[-2:]] == [1, 1])
        assert errors_of(tmp_path) == []


async def test_a_disconnect_frees_the_task(tmp_path: Path):
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    settings = Settings(port=0, interval=0.1, data=str(tmp_path), artifacts=str(tmp_path / "artifacts"))
    appliance = asyncio.create_task(serve(settings, address.set_result))
    try:
        port = int((await address).split(":")[2].split("/")[0])
        clock, clock_writer = await subscribe(port)
        before = len(asyncio.all_tasks())
        leavers = [await subscribe(port) for _ in range(LEAVERS)]
        assert len(asyncio.all_tasks()) >= before + LEAVERS, "a subscriber has no task of its own any more"
        for number, (_, writer) in enumerate(leavers):
            writer.transport.abort() if number % 2 else writer.close()
        for _ in range(HEARTBEAT_SAMPLES):
            clients = await next_clients(clock)
            if (clients, len(asyncio.all_tasks())) == (1, before):
                break
        else:
            raise AssertionError(f"clients: {clients}, tasks: {asyncio.all_tasks()}")
        clock_writer.close()
    finally:
        signal.raise_signal(signal.SIGTERM)
        await appliance


async def subscribe(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics/sse?sections=server HTTP/1.0\r\nHost: localhost\r\n\r\n")
    await next_clients(reader)
    return reader, writer


async def next_clients(reader: asyncio.StreamReader) -> int:
    """The subscribers that the next sample counts."""
    while True:
        line = await reader.readline()
        if line.startswith(b"data: ") and b'"samples_total"' in line:
            return int(json.loads(line[6:])["server"]["clients"])
