"""The real process, for end-to-end tests."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.support.events import dechunked

PROGRAM = str(Path(sys.executable).with_name("zeropoint"))
TIMEOUT_SECONDS = 60


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Appliance:
    """A running `zeropoint serve`."""

    def __init__(self, process: "subprocess.Popen[str]", first_line: str) -> None:
        self.process = process
        self.first_line = first_line
        self.url = first_line.rsplit(maxsplit=1)[-1].removesuffix("/control/metrics")
        parts = urlsplit(self.url)
        assert parts.hostname is not None and parts.port is not None
        self.host, self.port = parts.hostname, parts.port

    def connect(self, receive_buffer_bytes: int | None = None) -> socket.socket:
        connection = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        if receive_buffer_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect((self.host, self.port))
        return connection

    def send(self, request: bytes) -> bytes:
        """Sends raw bytes and reads until the server closes."""
        with self.connect() as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer

    def request(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        given = {"Host": f"localhost:{self.port}", "Connection": "close", **(headers or {})}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        answer = parse_answer(self.send("\r\n".join([*lines, "", ""]).encode()))
        if answer.headers.get("transfer-encoding") != "chunked":
            return answer
        assert answer.body.endswith(b"0\r\n\r\n"), "the answer is not whole"
        return answer._replace(body=dechunked(answer.body))

    def get(self, path: str, **headers: str) -> Answer:
        return self.request(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(TIMEOUT_SECONDS)


def parse_answer(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(status.split()[1]), headers, body)


def clean_environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZEROPOINT_", "MOCKS_"))}
    return {**kept, **changes}


def spawn(*arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> "subprocess.Popen[str]":
    """`prefix` is a program that runs it."""
    return subprocess.Popen(
        [*prefix, PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=clean_environment(**environment),
    )


@contextmanager
def running(data: Path, *arguments: str, prefix: tuple[str, ...] = (), **environment: str) -> Iterator[Appliance]:
    """A process on a free port of its own that is ended in all cases.

    Most tests sample several times a second: where none is asked for there is no overhead budget, which would have
    it read less often what they wait for.
    """
    environment = {"ZEROPOINT_OVERHEAD_BUDGET_PERCENT": "0", **environment}
    process = spawn("serve", "--port", "0", "--data", str(data), *arguments, prefix=prefix, **environment)
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
