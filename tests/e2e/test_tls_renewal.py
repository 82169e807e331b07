"""A renewed certificate is taken while it runs, by real openssl and real handshakes; streams go on over it."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, parse_answer, running

pytestmark = pytest.mark.system

RSA = ("rsa:2048",)
EC = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Pair(NamedTuple):
    chain: Path
    key: Path

    def replace(self, other: "Pair") -> None:
        """As tools do that renew certificates: each file is renamed into place."""
        for old, new in zip(self, other, strict=True):
            fresh = old.with_suffix(".fresh")
            shutil.copy(new, fresh)
            fresh.replace(old)


def make(folder: Path, kind: tuple[str, ...] = RSA) -> Pair:
    folder.mkdir()
    pair = Pair(folder / "chain.pem", folder / "private-canary.pem")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    files = ("-keyout", str(pair.key), "-out", str(pair.chain))
    command = ["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "2", *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    return pair


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return make(tmp_path / "served")


@contextmanager
def serving(tmp_path: Path, pair: Pair) -> Iterator[Appliance]:
    files = ("--tls-cert", str(pair.chain), "--tls-key", str(pair.key))
    with running(tmp_path / "data", *files, "--interval", "0.2") as started:
        yield started


def connect(appliance: Appliance, context: ssl.SSLContext, name: str | None = None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", appliance.port), TIMEOUT_SECONDS)
    return context.wrap_socket(plain, server_hostname=name)


def unverified(**changes: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in changes.items():
        setattr(context, name, value)
    return context


def served(appliance: Appliance, context: ssl.SSLContext | None = None, name: str | None = "localhost") -> bytes:
    """The certificate that a new connection is shown."""
    with connect(appliance, context or unverified(), name) as connection:
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return found


def der(pair: Pair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.chain.read_text())


class Subscribed(NamedTuple):
    """A stream over TLS, which goes on for as long as a test lasts."""

    connection: ssl.SSLSocket

    def samples(self, count: int) -> None:
        received = b""
        while received.count(b"\nid: ") < count:
            part = self.connection.recv(65536)
            assert part, "the stream ended"
            received += part


@contextmanager
def subscribed(appliance: Appliance) -> Iterator[Subscribed]:
    with connect(appliance, unverified()) as connection:
        connection.sendall(b"GET /metrics/sse?sections=server HTTP/1.1\r\nHost: localhost\r\n\r\n")
        yield Subscribed(connection)


def health(appliance: Appliance) -> Any:
    with connect(appliance, unverified()) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return parse_answer(answer).json


@pytest.mark.parametrize("kind", [RSA, EC], ids=["same kind of key", "another kind"])
def test_a_new_pair_is_served_to_all_who_come_and_streams_go_on(tmp_path: Path, pair: Pair, kind: tuple[str, ...]):
    with serving(tmp_path, pair) as started, subscribed(started) as stream:
        stream.samples(2)
        assert served(started) == der(pair)
        pair.replace(make(tmp_path / "renewed", kind))
        for _ in range(300):
            stream.samples(1)
            if served(started) == der(pair):
                break
        # Whether or not they name a host, in whichever version of the protocol.
        for context in (unverified(), unverified(maximum_version=ssl.TLSVersion.TLSv1_2)):
            for name in ("localhost", None):
                assert served(started, context, name) == der(pair)
        assert health(started)["status"] == "healthy"
        stream.samples(5)


def test_a_broken_new_pair_is_told_and_the_one_before_is_served_on(tmp_path: Path, pair: Pair):
    first, other = der(pair), make(tmp_path / "other")
    with serving(tmp_path, pair) as started, subscribed(started) as stream:
        shutil.copy(other.key, pair.key)
        for _ in range(300):
            stream.samples(1)
            if (told := health(started))["reasons"]:
                break
        assert told["status"] == "degraded"
        (reason,) = told["reasons"]
        assert reason.startswith("tls: the new certificate and key cannot be used: ")
        assert "canary" not in reason and str(tmp_path) not in reason
        assert served(started) == first
        # The certificate that goes with that key.
        shutil.copy(other.chain, pair.chain)
        for _ in range(300):
            stream.samples(1)
            if not health(started)["reasons"]:
                break
        assert health(started)["status"] == "healthy"
        assert served(started) == der(other)
        started.stop()
        assert started.process.stderr is not None
        logged = started.process.stderr.read()
    assert "certificate not renewed" in logged and "certificate renewed" in logged
    assert "canary" not in logged and str(tmp_path) not in logged


@pytest.mark.parametrize("trouble", ["gone", "empty", "no PEM"])
def test_files_that_are_gone_or_hold_nothing_change_nothing(tmp_path: Path, pair: Pair, trouble: str):
    first = der(pair)
    with serving(tmp_path, pair) as started, subscribed(started) as stream:
        if trouble == "gone":
            pair.chain.unlink()
        else:
            pair.chain.write_bytes(b"" if trouble == "empty" else b"\x00\xff" * 1000)
        for _ in range(300):
            stream.samples(1)
            if health(started)["reasons"]:
                break
        assert health(started)["status"] == "degraded"
        assert served(started) == first


def test_an_encrypted_key_asks_nobody(tmp_path: Path, pair: Pair):
    encrypted = tmp_path / "encrypted.pem"
    command = ["openssl", "pkey", "-in", pair.key, "-aes256", "-passout", "pass:secret", "-out", encrypted]
    subprocess.run(command, check=True, capture_output=True)
    refused = pytest.raises(AssertionError, match="the key is encrypted")
    with refused, serving(tmp_path, Pair(pair.chain, encrypted)):
        pass


def test_versions_before_1_2_are_refused(tmp_path: Path, pair: Pair):
    with serving(tmp_path, pair) as started:
        for version in ("-tls1", "-tls1_1"):
            asked = [
                "openssl",
                "s_client",
                "-connect",
                f"127.0.0.1:{started.port}",
                version,
                "-cipher",
                "ALL@SECLEVEL=0",
            ]
            done = subprocess.run(asked, check=False, capture_output=True, text=True, input="", timeout=TIMEOUT_SECONDS)
            assert done.returncode != 0 and "BEGIN CERTIFICATE" not in done.stdout
        assert served(started) == der(pair)


def test_who_does_not_agree_on_how_to_encrypt_is_ended(tmp_path: Path, pair: Pair):
    with serving(tmp_path, pair) as started, subscribed(started) as stream:
        with socket.create_connection(("127.0.0.1", started.port), TIMEOUT_SECONDS) as silent:
            reading = threading.Thread(target=silent.recv, args=(1,))
            reading.start()
            while reading.is_alive():
                stream.samples(1)
        stream.samples(1)
