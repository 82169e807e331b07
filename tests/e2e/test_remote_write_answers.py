"""Remote write of the real process to a real server that refuses, asks to wait, hangs, or is not who it says."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from tests.support.receiver import Receiver, Reply, Request, decoded, receiving
from tests.support.stream import Stream

FAST = ("--interval", "0.2")
STALE = (0x7FF0000000000002).to_bytes(8, "little")
CLOCK = ("__name__", "zeropoint_server_samples_total")


def until(wanted: Callable[[], bool], otherwise: Callable[[], object]) -> None:
    ends_at = time.monotonic() + TIMEOUT_SECONDS
    while not wanted():
        assert time.monotonic() < ends_at, otherwise()
        time.sleep(0.2)


def report(appliance: Appliance) -> dict[str, Any]:
    found: dict[str, Any] = appliance.get("/metrics/json").json["server"]["remote_write"]
    return found


def reasons(appliance: Appliance) -> str:
    return "\n".join(appliance.get("/health").json["reasons"])


def numbers(body: bytes) -> list[int]:
    """The sequences of the samples that a request holds: a sample tells how many there have been."""
    (points,) = [points for labels, points in decoded(body) if CLOCK in labels]
    return [int(value) for _, value, raw in points if raw != STALE]


def accepted(receiver: Receiver) -> list[int]:
    return [
        number
        for request, reply in list(receiver.requests)
        if reply.status // 100 == 2
        for number in numbers(request.body)
    ]


def address(receiver: Receiver) -> str:
    return f"http://127.0.0.1:{receiver.port}"


def test_of_several_samples_only_the_one_that_is_refused_is_dropped(tmp_path: Path) -> None:
    with receiving() as receiver:
        receiver.reply = lambda request: (
            Reply(400, b"out of order sample" * 9999) if 7 in numbers(request.body) else Reply()
        )
        with running(tmp_path, "--remote-write", address(receiver), *FAST) as appliance:
            until(lambda: 20 in accepted(receiver), lambda: accepted(receiver))
            told = reasons(appliance)
            until(lambda: report(appliance)["dropped_samples_total"] == 1, lambda: report(appliance))
    found = accepted(receiver)
    assert found == [number for number in range(1, found[-1] + 1) if number != 7]
    assert f"remote write to 127.0.0.1:{receiver.port}: 1 samples are not written: HTTP 400: out of order" in told
    refused = [numbers(request.body) for request, reply in receiver.requests if reply.status == 400]
    assert len(refused) <= 2 and refused[-1] == [7]


def test_who_asks_to_wait_gets_the_same_request_no_sooner(tmp_path: Path) -> None:
    with receiving() as receiver:
        replies = iter([Reply(429, b"", {"Retry-After": "2"}), Reply(503), Reply(500)])
        receiver.reply = lambda request: next(replies, Reply())
        with running(tmp_path, "--remote-write", address(receiver), *FAST) as appliance:
            until(lambda: 10 in accepted(receiver), lambda: accepted(receiver))
            until(lambda: report(appliance)["sent_samples_total"] >= 10, lambda: report(appliance))
            told = report(appliance)
            assert (told["failed_requests_total"], told["dropped_samples_total"]) == (3, 0)
            assert reasons(appliance) == ""
    requests = [request for request, _ in receiver.requests]
    assert len({request.body for request in requests[:4]}) == 1
    assert requests[1].at - requests[0].at >= 2
    found = accepted(receiver)
    assert found == list(range(1, found[-1] + 1))


def test_samples_that_the_store_took_without_an_answer_are_not_lost(tmp_path: Path) -> None:
    taken: set[int] = set()

    def reply(request: Request) -> Reply:
        """As Prometheus does, which takes no older ones. The answer to the first request of several is lost."""
        found = set(numbers(request.body))
        if found & taken:
            return Reply(400, b"out of order sample")
        taken.update(found)
        return Reply(0) if len(found) > 1 and max(found) < 60 else Reply()

    with receiving() as receiver:
        receiver.reply = reply
        with running(tmp_path, "--remote-write", address(receiver), *FAST) as appliance:
            until(lambda: report(appliance)["sent_samples_total"] >= 60, lambda: reasons(appliance))
            assert (report(appliance)["dropped_samples_total"], reasons(appliance)) == (0, "")
    assert any(reply.status == 0 for _, reply in receiver.requests)
    assert taken == set(range(1, max(taken) + 1))


def test_credentials_that_were_replaced_are_read_again_and_wrong_ones_are_told(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.touch(0o600)
    file.write_text("first-word\n")
    wanted = "Bearer first-word"

    def reply(request: Request) -> Reply:
        return Reply() if request.headers["Authorization"] == wanted else Reply(401)

    with receiving() as receiver:
        receiver.reply = reply
        arguments = ("--remote-write", address(receiver), "--remote-write-credentials", str(file), *FAST)
        with running(tmp_path / "data", *arguments) as appliance:
            until(lambda: accepted(receiver) != [], lambda: reasons(appliance))
            file.write_text("me:second-word\n")
            wanted = "Basic bWU6c2Vjb25kLXdvcmQ="
            until(lambda: 30 in accepted(receiver), lambda: reasons(appliance))
            assert report(appliance)["dropped_samples_total"] == 0
            wanted = "Bearer third-word"
            until(lambda: "samples are not written: HTTP 401" in reasons(appliance), lambda: reasons(appliance))
            until(lambda: report(appliance)["dropped_samples_total"] > 0, lambda: report(appliance))
    found = accepted(receiver)
    assert found == list(range(1, found[-1] + 1))


def test_a_store_that_hangs_costs_no_sample_and_does_not_hold_the_end(tmp_path: Path) -> None:
    goes_on = threading.Event()

    def hang(request: Request) -> Reply:
        goes_on.wait(TIMEOUT_SECONDS)
        return Reply()

    with receiving() as receiver:
        receiver.reply = hang
        with running(tmp_path, "--remote-write", address(receiver), *FAST) as appliance:
            with Stream(appliance) as stream:
                seen = [int((one.id or "").partition("-")[2]) for one in stream.samples(30)]
            assert seen == list(range(seen[0], seen[0] + 30))
            assert report(appliance)["lag_seconds"] is None
            assert appliance.stop() == 0
        goes_on.set()


def test_a_store_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "Debian's package openssl brings it"
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([openssl, *request, *extra], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    with receiving(tls) as receiver:
        arguments = ("--remote-write", f"https://me:word@127.0.0.1:{receiver.port}", *FAST)
        with running(tmp_path / "data", *arguments) as appliance:
            until(lambda: "its certificate is not trusted" in reasons(appliance), lambda: reasons(appliance))
        assert not receiver.requests
        with running(tmp_path / "data", *arguments, SSL_CERT_FILE=str(cert)) as appliance:
            until(lambda: accepted(receiver) != [], lambda: reasons(appliance))


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    with receiving() as receiver:
        replies = iter([Reply(500), Reply(400, b"secret-word")])
        receiver.reply = lambda request: next(replies, Reply())
        store = f"http://me:secret-word@127.0.0.1:{receiver.port}/write?key=secret-word"
        with running(tmp_path, "--log-level", "debug", "--remote-write", store, *FAST) as appliance:
            until(lambda: accepted(receiver) != [], lambda: reasons(appliance))
            for path in ("/metrics/json", "/health", "/metrics", "/openapi.json", "/version"):
                assert b"secret-word" not in appliance.get(path).body, path
            appliance.process.terminate()
            output, errors = appliance.process.communicate(timeout=TIMEOUT_SECONDS)
        assert "credentials go to the store without encryption" in errors
        assert "secret-word" not in output + errors
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"secret-word" not in file.read_bytes(), file
    assert next(request.path for request, _ in receiver.requests) == "/write?key=secret-word"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--remote-write", "store:9090"], ["--remote-write", "http://store.example"]),
        (["--remote-write", "http://me:secret-word@store:x"], ["--remote-write", "http://store.example"]),
        (["--remote-write-labels", "site=lab"], ["--remote-write-labels", "it needs --remote-write"]),
        (["--remote-write-credentials", "/nowhere"], ["--remote-write-credentials", "it needs --remote-write"]),
        (["--remote-write", "http://store", "--remote-write-labels", "x"], ["--remote-write-labels", "NAME=TEXT"]),
        (["--remote-write", "http://store", "--remote-write-credentials", "/nowhere"], ["/nowhere", "No such file"]),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], names: list[str]) -> None:
    command = [PROGRAM, "serve", "--port", "0", "--data", str(tmp_path / "data"), *arguments]
    finished = subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (2, "", 1)
    assert all(name in finished.stderr for name in names) and "secret-word" not in finished.stderr
    assert not (tmp_path / "data").exists()


def test_who_writes_to_no_store_loads_nothing_of_it() -> None:
    program = (
        "import json, sys, zeropoint.commands.main, zeropoint.commands.serve;"
        "from zeropoint.appliance import Appliance; from zeropoint.settings import Settings;"
        "from zeropoint.parts.remote_write import store_of;"
        "Appliance(Settings(history=False), store=store_of(Settings()));"
        "print(json.dumps([name for name in sys.modules if name.startswith('zeropoint.fleet.remote')]))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert json.loads(answer.stdout) == []
