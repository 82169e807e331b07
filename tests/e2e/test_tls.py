"""HTTPS by settings, over a certificate made for the test."""

import contextlib
import http.client
import json
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.support.process import running

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    assert openssl, "Debian's package openssl brings it"
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extra = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([openssl, *request, *extra], check=True, capture_output=True)
    return cert, key


def test_the_stream_and_the_samples_come_over_https(certificate: tuple[Path, Path], tmp_path: Path):
    cert, key = certificate
    with running(tmp_path, "--tls-cert", str(cert), "--tls-key", str(key), "--interval", "0.2") as started:
        assert started.url == f"https://127.0.0.1:{started.port}"
        trusted = ssl.create_default_context(cafile=str(cert))
        connection = http.client.HTTPSConnection("127.0.0.1", started.port, context=trusted)
        connection.request("GET", "/metrics/json")
        assert json.loads(connection.getresponse().read())["id"]
        connection.request("GET", "/metrics/sse")
        stream = connection.getresponse()
        seen = 0
        while seen < 3:
            seen += stream.readline().startswith(b"id: ")
        connection.close()


def test_plain_http_gets_nothing_there(certificate: tuple[Path, Path], tmp_path: Path):
    cert, key = certificate
    with running(tmp_path, "--tls-cert", str(cert), "--tls-key", str(key)) as started:
        with started.connect() as connection:
            connection.sendall(b"GET /metrics/json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                assert b"HTTP/" not in connection.recv(65536)
        assert started.process.poll() is None


def test_a_key_of_another_certificate_is_refused(certificate: tuple[Path, Path], tmp_path: Path):
    cert, _ = certificate
    refused = pytest.raises(AssertionError, match=r"--tls-cert, --tls-key: .*cannot be used")
    with refused, running(tmp_path, "--tls-cert", str(cert), "--tls-key", str(cert)):
        pass
