"""Cases 5 and 6: secrets of processes, of settings and of files are in nothing that it tells, keeps or writes."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.chaos.serving import serving
from tests.security.asking import head_of, send
from tests.security.table import target
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment
from tests.support.stream import Stream
from tests.support.tokens import bearer, made
from zeropoint.server.routes import Route

ARGUMENT, VARIABLE, URL, QUERY = (f"canary{name}c4n4ry" for name in ("argument", "variable", "url", "query"))
# It takes all the time of a core, so that it has a row in the ledger, and answers that it runs.
BUSY = "print('ready', flush=True)\nwhile True: pass"


@contextmanager
def keeping_secrets(folder: Path) -> Iterator[Path]:
    """A busy program of a name of its own, with secrets in its arguments and its environment."""
    program = folder / "zp-secretive"
    program.symlink_to(sys.executable)
    script = folder / "busy.py"
    script.write_text(BUSY)
    command = [
        program,
        script,
        f"--password={ARGUMENT}",
        "--token",
        ARGUMENT,
        f"https://bob:{ARGUMENT}@h/?k={ARGUMENT}",
    ]
    environment = {**clean_environment(), "API_KEY": VARIABLE, "ZP_CANARY": VARIABLE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield script
        finally:
            process.kill()


def everything(folder: Path, routes: tuple[Route, ...], secrets: dict[str, str], *settings: str) -> bytes:
    """All that an appliance told over some samples: every route with and without a token, errors, its stream, what
    `export` writes of its history, its files and its log."""
    text = secrets["token"]
    told: list[bytes] = []
    with serving(folder, "--interval", "0.2", "--log-level", "debug", *settings) as started:
        with Stream(started, **bearer(text)) as stream:
            stream.samples(12)
            told.append(stream.received)
        for route in routes:
            for given in ("", bearer(text)["Authorization"], f"Basic {text}", f"Bearer {text}x"):
                for query in ("", "?sections=nothing", "?id=nobody&metric=*&since=x&at=1"):
                    path = target(route)
                    if path == "/metrics/sse":
                        told.append(head_of(started, path, "GET", {"Authorization": given} if given else {}).body)
                        continue
                    request = f"{route.methods[0]} {path}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    request += f"Authorization: {given}\r\n" if given else ""
                    told.append(send(started, request.encode() + b"\r\n"))
        command = [PROGRAM, "export", "--from", "0", "--to", "9999999999", "--data", str(folder / "data")]
        exported = subprocess.run(command, check=True, capture_output=True, env=clean_environment())
        told += [exported.stdout, exported.stderr]
    told.append((folder / "log").read_bytes())
    files = [path for path in (folder / "data").rglob("*") if path.is_file() and path.name != "tokens.json"]
    told += [path.read_bytes() for path in files]
    assert any("history" in path.parts for path in files)
    return b"\n".join(told)


@pytest.mark.parametrize("arguments", ["off", "redacted"])
def test_planted_secrets_are_found_nowhere(tmp_path: Path, routes: tuple[Route, ...], arguments: str):
    text = made(tmp_path / "data", "admin")
    hashed = (tmp_path / "data" / "tokens.json").read_text().partition('"sha256":"')[2][:64]
    assert len(hashed) == 64
    with keeping_secrets(tmp_path) as script:
        told = everything(
            tmp_path,
            routes,
            {"token": text},
            *("--process-arguments", arguments),
            *("--openmetrics-targets", f"canary=http://127.0.0.1:9/metrics?token={QUERY}#{URL}"),
        )
    assert b"zp-secretive" in told, "it was seen"
    for secret in (ARGUMENT, VARIABLE, URL, QUERY, text, hashed):
        assert secret.encode() not in told
        assert quote(secret).encode() not in told
    # With the setting the rest of the command line is told, and without it nothing.
    assert (str(script.name).encode() in told) == (arguments == "redacted")


@pytest.mark.parametrize(
    "setting",
    [
        ("--openmetrics-targets", f"x=http://bob:{URL}@h/?token={QUERY}"),
        ("--openmetrics-targets", f"bad name=http://h/?token={QUERY}"),
        ("--openmetrics-targets", f"x=ftp://h/{URL}?token={QUERY}"),
        ("--openmetrics-targets", f"{URL}://h:99999999/"),
        ("--process-arguments", "all"),
    ],
)
def test_errors_at_the_start_name_what_is_wrong_and_no_secret(tmp_path: Path, setting: tuple[str, str]):
    command = [PROGRAM, "serve", "--port", "0", "--data", str(tmp_path / "data"), *setting]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=clean_environment(), timeout=TIMEOUT_SECONDS
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert setting[0].lstrip("-").replace("-", "_") in done.stderr.replace("-", "_")
    assert URL not in done.stderr and QUERY not in done.stderr


@pytest.mark.system
def test_the_place_of_the_private_key_is_told_to_nobody(tmp_path: Path, routes: tuple[Route, ...]):
    """Case 5: not even to who may read everything."""
    folder = tmp_path / "canary-place"
    folder.mkdir()
    key, cert = folder / "canary-key.pem", folder / "canary-cert.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(["openssl", *request, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    secret = key.read_text().splitlines()[5]
    text = made(tmp_path / "data", "admin")
    context = ssl.create_default_context(cafile=str(cert))
    context.check_hostname = False
    told = b""
    with serving(tmp_path, "--tls-cert", str(cert), "--tls-key", str(key), "--log-level", "debug") as started:
        for route in routes:
            if route.path == "/metrics/sse":
                continue
            with context.wrap_socket(started.connect()) as connection:
                lines = f"{route.methods[0]} {target(route)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                connection.sendall(f"{lines}Authorization: Bearer {text}\r\n\r\n".encode())
                while part := connection.recv(65536):
                    told += part
        # What is no TLS at all, which the log may tell.
        with started.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    told += (tmp_path / "log").read_bytes()
    for word in ("canary-place", "canary-key", secret):
        assert word.encode() not in told
