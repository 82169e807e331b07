"""Case 23: the headers that each answer carries, and whose pages may show ours in a frame."""

import http.client
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.security.asking import head_of
from tests.security.browsing import post, sign_in
from tests.security.conftest import Guarded
from tests.security.table import METHODS, target
from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from tests.support.tokens import bearer, made
from zeropoint.server.routes import Route

SITE = "https://lab.example"


def directives(policy: str) -> dict[str, list[str]]:
    """A Content-Security-Policy by the names of its directives."""
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def test_every_answer_carries_them(guarded: Guarded, routes: tuple[Route, ...]):
    places = {target(route) for route in routes} | {"/nothing", "/static/nothing.js"}
    for place in sorted(places):
        for method in (*METHODS, "OPTIONS"):
            for state in ("none", "read"):
                headers = head_of(guarded.appliance, place, method, bearer(guarded.tokens[state])).headers
                policy = directives(headers["content-security-policy"])
                assert policy["frame-ancestors"] == ["'none'"], (method, place)
                assert policy["default-src"] == ["'self'"] and policy["object-src"] == policy["base-uri"] == ["'none'"]
                assert not any("unsafe" in source or "*" in source for sources in policy.values() for source in sources)
                assert headers["x-content-type-options"] == "nosniff"
                assert headers["x-frame-options"] == "DENY"
                assert headers["referrer-policy"] == "no-referrer"
                assert "camera=()" in headers["permissions-policy"]
                assert headers["server"] == "zeropoint"
                assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    "request_line", [b"GET / HTTP/9.9", b"\x00\xff", b"GET /%s HTTP/1.1" % (b"x" * 70_000), b"GET / HTTP/1.1\r\nHost"]
)
def test_what_is_no_request_gets_them_too(guarded: Guarded, request_line: bytes):
    with socket.create_connection((guarded.appliance.host, guarded.appliance.port)) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.sendall(request_line + b"\r\n\r\n")
        head = connection.recv(65536).partition(b"\r\n\r\n")[0].lower()
    assert b"content-security-policy: default-src 'self'" in head
    assert b"x-content-type-options: nosniff" in head and b"referrer-policy: no-referrer" in head


def test_only_files_without_data_may_be_taken_into_other_sites(guarded: Guarded, routes: tuple[Route, ...]):
    for route in routes:
        if "GET" in route.methods:
            headers = head_of(guarded.appliance, target(route), "GET", bearer(guarded.tokens["read"])).headers
            wanted = "cross-origin" if route.name in ("static", "livez") else "same-origin"
            assert headers["cross-origin-resource-policy"] == wanted, route.path


def test_sites_that_are_named_may_show_the_page_in_a_frame(tmp_path: Path):
    with running(tmp_path, "--embed-origins", SITE, "--embed-origins", "http://127.0.0.1:8000") as started:
        for path in ("/control/metrics", "/nothing", "/metrics/json"):
            headers = started.get(path).headers
            ancestors = directives(headers["content-security-policy"])["frame-ancestors"]
            assert ancestors == ["'self'", SITE, "http://127.0.0.1:8000"]
            assert "x-frame-options" not in headers, "it knows no list, and would forbid it"


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example", f"{SITE}/", "lab.example", f"{SITE}; script-src *", f"{SITE};x", "'self'", ""]
)
def test_what_is_no_origin_is_refused_as_one_that_may_embed(tmp_path: Path, origin: str):
    refused = spawn("serve", "--port", "0", "--data", str(tmp_path / "data"), "--embed-origins", origin)
    output, errors = refused.communicate(timeout=TIMEOUT_SECONDS)
    assert (refused.returncode, output) == (2, "")
    assert errors.count("\n") == 1 and "--embed-origins" in errors
    assert not (tmp_path / "data").exists()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


@pytest.mark.system
def test_over_https_browsers_are_told_to_stay_there_and_the_cookie_never_leaves_it(
    tmp_path: Path, certificate: tuple[Path, Path]
):
    cert, key = certificate
    text = made(tmp_path, "read")
    with running(tmp_path, "--tls-cert", str(cert), "--tls-key", str(key)) as started:
        trusted = ssl.create_default_context(cafile=str(cert))
        connection = http.client.HTTPSConnection("127.0.0.1", started.port, context=trusted)

        def asked(method: str, path: str, body: str | None = None, **headers: str) -> http.client.HTTPMessage:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
            return response.headers

        own = asked("GET", "/control/metrics", Host="localhost")
        assert own["Strict-Transport-Security"] == "max-age=31536000"
        assert own["Cross-Origin-Opener-Policy"] == "same-origin"
        # A port of its own: what is said would be for all other ports of the host as well.
        beside = asked("GET", "/control/metrics", Host=f"localhost:{started.port}")
        assert beside["Strict-Transport-Security"] is None
        given = asked("POST", "/sign-in", f'{{"token":"{text}"}}', **{"Content-Type": "application/json"})
        assert "; Secure" in given["Set-Cookie"]
        connection.close()


@pytest.mark.parametrize(
    ("trusted", "proto", "is_secure"),
    [("127.0.0.1", "https", True), ("127.0.0.1", "http", False), ("10.0.0.7", "https", False)],
)
def test_https_that_a_proxy_ends_counts_where_the_proxy_is_trusted(
    tmp_path: Path, trusted: str, proto: str, is_secure: bool
):
    text = made(tmp_path, "read")
    with running(tmp_path, "--trusted-proxies", trusted) as started:
        named = {"X_Forwarded_Proto": proto, "X_Forwarded_For": "192.0.2.9"}
        for answer in (sign_in(started, text, **named), post(started, "/sign-out", **named)):
            assert ("; Secure" in answer.headers["set-cookie"]) == is_secure
            assert ("cross-origin-opener-policy" in answer.headers) == is_secure
        assert_transport_security(started, proto, is_secure)


def assert_transport_security(started: Appliance, proto: str, is_secure: bool) -> None:
    headers = {"Host": "localhost", "X-Forwarded-Proto": proto}
    assert ("strict-transport-security" in started.request("/", headers=headers).headers) == is_secure
