"""Clients that send or read slowly, by hand and by slowhttptest: they are ended, and /health answers all the while."""

import contextlib
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.security.raw_fuzzer import standing
from tests.support.process import TIMEOUT_SECONDS, Appliance, parse_answer, running
from tests.support.stream import Stream, messages

HEAD = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
CONNECTIONS = 200


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """It waits a second where it would wait ten, and three where it would wait 75."""
    data = tmp_path_factory.mktemp("data")
    waits = ("--header-seconds", "1", "--body-seconds", "1", "--keepalive-seconds", "3")
    with running(data, *waits, "--interval", "0.2") as started:
        yield started


def to_the_end(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
    return answer


def drip(appliance: Appliance, connection: socket.socket, part: bytes) -> bytes:
    """Sends a part over and over until it is answered; a sample goes by between two."""
    with Stream(appliance) as clock:
        connection.settimeout(0.01)
        for _ in range(300):
            clock.samples(len(messages(clock.events)) + 1)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
                connection.sendall(part)
            with contextlib.suppress(TimeoutError):
                return connection.recv(65536)
    raise AssertionError("it listens still")


def test_who_sends_nothing_is_ended_without_a_word(hasty: Appliance):
    with hasty.connect() as connection:
        assert to_the_end(connection) == b""


def test_headers_that_drip_get_408(hasty: Appliance):
    with hasty.connect() as connection:
        connection.sendall(HEAD)
        answer = drip(hasty, connection, b"X-a: b\r\n")
    assert answer.split()[1] == b"408"


def test_headers_of_a_later_request_have_the_same_time(tmp_path: Path):
    with running(tmp_path, "--header-seconds", "1") as started, started.connect() as connection:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(HEAD)
        assert to_the_end(connection).split()[1] == b"408"


def test_a_body_that_drips_gets_408(hasty: Appliance):
    with hasty.connect() as connection:
        connection.sendall(POST)
        answer = drip(hasty, connection, b"x")
    assert answer.split()[1] == b"408"
    assert parse_answer(answer).headers["connection"] == "close"


def test_a_connection_without_a_request_is_ended_and_a_stream_is_not(hasty: Appliance):
    with Stream(hasty) as stream, hasty.connect() as connection:
        connection.sendall(HEAD + b"\r\n")
        assert to_the_end(connection).startswith(b"HTTP/1.1 200")
        count = len(stream.samples(1))
        stream.samples(count + 30)


def test_part_of_a_request_behind_a_stream_does_it_no_harm(hasty: Appliance):
    with Stream(hasty) as stream:
        stream.samples(1)
        stream.socket.sendall(HEAD)
        stream.samples(30)


def test_a_thousand_connections_that_send_nothing(tmp_path: Path):
    with running(tmp_path, "--interval", "0.2") as started, ExitStack() as opened:
        stream = opened.enter_context(Stream(started))
        for number in range(1000):
            connection = opened.enter_context(started.connect())
            if number % 2:
                connection.sendall(HEAD)
        assert started.get("/health").status == 200
        stream.samples(5)


def test_slow_readers_of_a_file_hold_little_of_it(appliance: Appliance):
    file = "/static/dashboard.js"
    size_bytes = len(appliance.get(file).body)
    with ExitStack() as opened:
        before = standing(appliance.process.pid).resident_bytes
        readers = [opened.enter_context(appliance.connect(2048)) for _ in range(CONNECTIONS)]
        for reader in readers:
            reader.sendall(f"GET {file} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for reader in readers:
            assert reader.recv(12) == b"HTTP/1.1 200"
        grown = standing(appliance.process.pid).resident_bytes - before
    assert grown / CONNECTIONS < min(100 * 1024, size_bytes / 2)


SLOW_WAYS = {
    "headers": ("-H", "-i", "1", "-x", "8"),
    "body": ("-B", "-i", "1", "-x", "8", "-s", "4096"),
    "range": ("-R", "-a", "1", "-b", "3000"),
    "read": ("-X", "-w", "8", "-y", "16", "-n", "1", "-z", "4", "-k", "3"),
}
PATHS = {"body": "/sign-out", "read": "/static/dashboard.js"}


@pytest.mark.system
@pytest.mark.parametrize("way", SLOW_WAYS)
def test_slowhttptest_finds_it_answering(appliance: Appliance, way: str):
    """soak/slow.py does the same with 1,000 connections, and measures how fast."""
    program = shutil.which("slowhttptest")
    assert program, "Debian's package slowhttptest brings it"
    url = f"http://localhost:{appliance.port}{PATHS.get(way, '/control/metrics')}"
    load = ("-c", str(CONNECTIONS), "-r", "100", "-l", "8", "-p", "5")
    with Stream(appliance) as stream:
        attack = subprocess.Popen([program, *SLOW_WAYS[way], *load, "-u", url], stdout=subprocess.PIPE, text=True)
        try:
            while attack.poll() is None:
                assert appliance.get("/health").status == 200
                stream.samples(len(messages(stream.events)) + 1)
            told, _ = attack.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            attack.kill()
            attack.wait(TIMEOUT_SECONDS)
    verdicts = re.findall(r"service available:\s+(YES|NO)", re.sub(r"\x1b\[[0-9;]*m", "", told))
    assert verdicts and set(verdicts) == {"YES"}, told[-2000:]
