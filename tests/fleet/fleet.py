"""A fleet on loopback, for tests: a real nats-server, hubs, machines, and what the stream holds."""

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import nats
from nats.js.api import DeliverPolicy

from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from zeropoint.fleet.names import ALL_SAMPLES, STREAM
from zeropoint.fleet.nats_server import free_port

NATS_SERVER = str(Path(sys.executable).with_name("nats-server"))
FAST = "0.2"
T = TypeVar("T")


def wait_for(look: Callable[[], T | None]) -> T:
    """What `look` finds, once it finds something."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not come in {TIMEOUT_SECONDS} s")


class Bus:
    """A nats-server on a port of its own, that tests end by force and start again; `configuration` is the text of its
    file."""

    def __init__(self, directory: Path, address: str = "127.0.0.1", configuration: str = "") -> None:
        self.port = free_port(address)
        self.url = f"nats://{address}:{self.port}"
        self._address = address
        self._directory = directory
        self._configuration = configuration
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["-a", self._address, "-p", str(self.port), "-js", "-sd", str(self._directory)]
        if self._configuration:
            file = self._directory.with_name(f"{self._directory.name}.conf")
            file.write_text(self._configuration)
            arguments += ["-c", str(file)]
        self._process = subprocess.Popen([NATS_SERVER, *arguments], stderr=subprocess.DEVNULL)
        wait_for(self._answers)

    def lose_all(self) -> None:
        """What it has stored is gone when it is started again."""
        self._directory = self._directory.with_name(f"{self._directory.name}-new")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(TIMEOUT_SECONDS)

    def _answers(self) -> bool:
        """Whether it greets. Without asyncio: tests in a browser have a loop on their thread already."""
        try:
            with socket.create_connection((self._address, self.port), 5) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False


@contextmanager
def bus(directory: Path, configuration: str = "") -> Iterator[Bus]:
    server = Bus(directory, configuration=configuration)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def machine(data: Path, url: str, name: str, *arguments: str, **options: Any) -> Iterator[Appliance]:
    """A real appliance that samples this machine and publishes."""
    given = ("--interval", FAST, "--artifacts", str(data / "artifacts"), "--fleet", url, "--fleet-name", name)
    with running(data, *given, *arguments, **options) as started:
        yield started


@contextmanager
def hub(data: Path, *arguments: str) -> Iterator[Appliance]:
    """A real hub on a free port."""
    process = spawn("hub", "--port", "0", "--data", str(data), *arguments)
    try:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        if not first_line:
            _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
            raise AssertionError(f"it did not start: {errors}")
        yield Appliance(process, first_line.strip())
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=TIMEOUT_SECONDS)


def into(store: str) -> list[str]:
    """Settings that write to a store with the labels by which `assert_stored` knows series."""
    labels = [f"--remote-write-labels={label}" for label in ("instance=test", "host=", "host_id=")]
    return ["--remote-write", store, *labels]


def hosts(of: Appliance) -> dict[str, Any]:
    """The machines that a hub lists, by name."""
    return {row["name"]: row for row in of.get("/api/v1/hosts").json["hosts"]}


def published(of: Appliance) -> Any:
    """What a machine tells of publishing."""
    return of.get("/metrics/json?sections=server").json["server"]["fleet"]


async def stored(url: str) -> list[Any]:
    """All messages of the stream, in order."""
    client = await nats.connect(url)
    try:
        stream = client.jetstream()
        info = await stream.stream_info(STREAM)
        found: list[Any] = []
        if info.state.messages == 0:
            return found
        subscription = await stream.subscribe(ALL_SAMPLES, ordered_consumer=True, deliver_policy=DeliverPolicy.ALL)
        while len(found) < info.state.messages:
            found.append(await subscription.next_msg(TIMEOUT_SECONDS))
        return found
    finally:
        await client.close()


def messages(url: str) -> list[Any]:
    return asyncio.run(stored(url))


def sample_ids(found: list[Any]) -> list[str]:
    return [json.loads(message.data)["id"] for message in found]


def sequences(ids: list[str], epoch: str) -> list[int]:
    return [int(id.rpartition("-")[2]) for id in ids if id.startswith(f"{epoch}-")]


def numbers(ids: list[str | None]) -> list[int]:
    """The places in the stream that ids of a hub name."""
    found = [re.fullmatch(r"js-([0-9]+)", id or "") for id in ids]
    return [int(matched[1]) for matched in found if matched]
