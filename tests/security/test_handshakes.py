"""Connections over HTTPS before their clients have agreed on how to encrypt are held to the limits, as all others."""

import json
import selectors
import socket
import ssl
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS, Answer, Appliance, parse_answer, running
from tests.support.tokens import made

pytestmark = pytest.mark.system

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return ("--tls-cert", cert, "--tls-key", key)


def connected(appliance: Appliance, client: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((appliance.host, appliance.port), TIMEOUT_SECONDS, (client, 0))


def encrypted(connection: socket.socket) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection)


def asked(connection: socket.socket) -> Answer:
    with encrypted(connection) as agreed:
        agreed.sendall(LIVEZ)
        answer = b""
        while part := agreed.recv(65536):
            answer += part
    return parse_answer(answer)


def closed(connections: Sequence[socket.socket], count: int) -> list[socket.socket]:
    """So many of the connections, or more, that were closed without a word."""
    found = []
    with selectors.DefaultSelector() as waiting:
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        while len(found) < count:
            ended = waiting.select(TIMEOUT_SECONDS)
            assert ended, f"{len(found)} were closed"
            for key, _ in ended:
                waiting.unregister(key.fileobj)
                assert isinstance(key.fileobj, socket.socket)
                assert key.fileobj.recv(65536) == b""
                found.append(key.fileobj)
    return found


def test_one_client_has_no_more_places_than_over_plain_http(tmp_path: Path, tls: tuple[str, ...]):
    made(tmp_path, "read")
    limits = ("--max-connections-per-client", "10")
    with running(tmp_path, *tls, *limits) as started, ExitStack() as opened:
        waiting = [opened.enter_context(connected(started)) for _ in range(60)]
        refused = closed(waiting, 50)
        kept = [one for one in waiting if one not in refused]
        assert len(kept) == 10
        assert asked(connected(started, "127.0.0.2")).status == 200
        # Each of the ten goes on to its request in the place that it has, and then leaves it to another.
        for connection in kept:
            assert asked(connection).status == 200
        assert asked(connected(started)).status == 200
        assert started.stop() == 0
    rows = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert sum(row["count"] for row in rows if row["reason"] == "too-many-connections") == 50


def test_who_asks_is_let_in_before_those_who_say_nothing(tmp_path: Path, tls: tuple[str, ...]):
    """Also where fewer files can be open than there are connections."""
    few_files = ("prlimit", "--nofile=300:300")
    with running(tmp_path, *tls, prefix=few_files) as started, ExitStack() as opened:
        waiting = [opened.enter_context(connected(started)) for _ in range(320)]
        assert asked(connected(started)).status == 200
        assert closed(waiting, 50)
        assert asked(connected(started)).status == 200


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01", b"\x00" * 5000, b""])
def test_who_says_something_else_leaves_the_place(tmp_path: Path, tls: tuple[str, ...], sent: bytes):
    with running(tmp_path, *tls, "--max-connections-per-client", "1") as started:
        for _ in range(5):
            with connected(started) as connection:
                connection.sendall(sent)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        assert asked(connected(started)).status == 200
        assert started.stop() == 0
        assert started.process.stderr is not None
        assert "Traceback" not in started.process.stderr.read()
