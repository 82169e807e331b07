"""The recipe for single sign-on: who is signed in reads with the proxy's token, and nobody else reads anything.

oauth2-proxy itself is not to be had with the tests: a server with the same answers stands in its place.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.proxies.configurations import OWN_NAME, Certificate
from tests.proxies.door import Door, ProxiedStream
from tests.proxies.single_sign_on import FILES, PERSON, SIGNED_IN, Guarded, single_sign_on
from tests.proxies.test_forwarded import ask
from tests.support.process import Appliance, running
from tests.support.stream import messages
from tests.support.tokens import bearer, made, token

PAGE = (Path(__file__).parents[2] / "docs" / "single-sign-on.md").read_text()
PAGES = ("", "control/metrics")
DATA = ("metrics/json", "metrics/sse", "metrics", "health", "version", "api/v1/history", "openapi.json")


class Behind(NamedTuple):
    appliance: Appliance
    proxy: Guarded
    door: Door
    data: Path
    token: str


@pytest.fixture
def behind(certificate: Certificate, tmp_path: Path) -> Iterator[Behind]:
    """Samples come once a minute: nothing pushes out what a proxy holds back."""
    data, folder = tmp_path / "data", tmp_path / "proxy"
    data.mkdir(mode=0o700)
    folder.mkdir()
    text = made(data, "read", "--name", "proxy")
    arguments = ["--allowed-hosts", OWN_NAME, "--trusted-proxies", "127.0.0.1", "--interval", "60"]
    with running(data, *arguments) as appliance, single_sign_on(appliance.port, text, certificate, folder) as proxy:
        yield Behind(appliance, proxy, Door(proxy.port, OWN_NAME, "/", certificate.chain), data, text)


def test_nobody_reads_who_is_not_signed_in(behind: Behind):
    for path in PAGES:
        answer = behind.door.get(path)
        assert (answer.status, b"zeropoint" in answer.body) == (302, False)
        assert answer.headers["location"].endswith("/oauth2/start?rd=/control/metrics")
    assert behind.door.get("oauth2/start").headers["location"] == "https://id.example/authorize"
    for path in DATA:
        # Not with a token either, nor by a cookie that the appliance would take.
        for headers in ({}, bearer(behind.token), {"Cookie": f"zeropoint-{behind.appliance.port}=x"}):
            answer = behind.door.get(path, headers)
            assert (path, answer.status) == (path, 401)
            assert b"timestamp" not in answer.body


def test_who_is_signed_in_reads_with_the_token_of_the_proxy_and_never_sees_it(behind: Behind):
    for path in ("control/metrics", "metrics/json", "version", "metrics", "openapi.json"):
        # What a browser sends of its own counts for nothing.
        for headers in (SIGNED_IN, {**SIGNED_IN, **bearer("zp_wrong")}):
            answer = behind.door.get(path, headers)
            assert (path, answer.status) == (path, 200)
            assert behind.token.encode() not in answer.body
            assert behind.token not in str(answer.headers)
    assert b"data-sections" not in behind.door.get("control/metrics", SIGNED_IN).body


def test_the_stream_is_not_held_back(behind: Behind):
    with ProxiedStream(behind.door, **SIGNED_IN) as stream:
        seen = stream.until(lambda seen: bool(messages(seen)))
    assert [one.type for one in seen] == ["retry", "hello", "message"]
    newest = behind.appliance.get("/metrics/json", **bearer(behind.token))
    assert messages(seen)[0].json == newest.json


def test_the_token_is_exchanged_for_nothing(behind: Behind):
    for path in ("api/v1/tickets", "sign-in", "sign-out"):
        with behind.door.connect() as connection:
            head = f"POST /{path} HTTP/1.1\r\nHost: {behind.door.host}\r\nCookie: {SIGNED_IN['Cookie']}\r\n"
            connection.sendall(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 403 ")


def test_when_the_token_of_the_proxy_is_revoked_streams_end_and_nobody_reads(behind: Behind):
    with ProxiedStream(behind.door, **SIGNED_IN) as stream:
        stream.until(lambda seen: bool(messages(seen)))
        assert token(behind.data, "revoke", "proxy").returncode == 0
        assert stream.to_the_end()[-1].type == "bye"
    assert behind.door.get("metrics/json", SIGNED_IN).status == 401


def test_neither_side_gets_what_is_the_others(behind: Behind):
    assert behind.door.get("metrics/json?ticket=secret", SIGNED_IN).status == 200
    asked = [one for one in behind.proxy.server.asked if one.path == "/oauth2/auth"]
    assert asked
    assert all(behind.token not in str(one.headers) and one.body_bytes == 0 for one in asked)


def test_the_log_of_the_proxy_tells_who_read_what_and_that_of_the_appliance_from_where(
    behind: Behind, certificate: Certificate
):
    ask(behind.proxy.port, certificate, "127.0.7.9", "GET /metrics/json?ticket=secret", cookie=SIGNED_IN["Cookie"])
    assert behind.appliance.stop() == 0
    (line,) = [line for line in behind.proxy.log.read_text().splitlines() if "/metrics/json" in line]
    assert re.fullmatch(rf'\S+ 127\.0\.7\.9 "{PERSON}" GET /metrics/json 200', line)
    audit = (behind.data / "audit.jsonl").read_text()
    assert '"client":"127.0.7.9","token":"proxy"' in audit


@pytest.mark.parametrize("file", ["nginx.conf", "oauth2-proxy.cfg"])
def test_the_page_shows_the_files(file: str):
    blocks = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert (FILES / file).read_text() in blocks


def test_the_two_files_are_for_one_another():
    settings = tomllib.loads((FILES / "oauth2-proxy.cfg").read_text())
    site = (FILES / "nginx.conf").read_text()
    assert f"http://{settings['http_address']}" in site
    assert settings["redirect_url"] == f"https://{OWN_NAME}/oauth2/callback"
    assert settings["set_xauthrequest"] and settings["reverse_proxy"] and settings["cookie_secure"]
    assert not [name for name in settings if "insecure" in name or "skip_auth" in name]
