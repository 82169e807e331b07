"""Case 1: the list of allowed hosts holds for every path of the table, the event stream and the exposition too."""

import pytest

from tests.security.asking import head_of, send
from tests.security.conftest import Guarded
from tests.security.table import target
from tests.support.tokens import bearer
from zeropoint.server.routes import Route

FOREIGN = (
    "evil.example",
    "evil.example:3001",
    "evil:80",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "0x7f000001.evil.example",
    "localhost_",
    "localhost.",
    "2130706433x",
    "xn--lcalhost-6fg",
)
MALFORMED = (
    "",
    "local host",
    "localhost:99999",
    "localhost:x",
    "localhost,evil.example",
    "localhost/evil",
    "user@localhost",
    "[::1",
    "[evil.example]",
    "\u00e9vil.example",
    "localhost#",
    "*",
    ":80",
)
OURS = ("localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:3001", "192.168.7.7", "[fe80::1]:9")


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_is_refused_on_every_path_and_method(guarded: Guarded, routes: tuple[Route, ...], host: str):
    for route in routes:
        for method in ("OPTIONS", *route.methods):
            given = {"Host": host, **bearer(guarded.tokens["admin"])}
            answer = head_of(guarded.appliance, target(route), method, given)
            assert answer.status in {400, 421}, (route.path, method, host)
            assert "access-control-allow-origin" not in answer.headers
    assert head_of(guarded.appliance, "/nothing", "GET", {"Host": host}).status in {400, 421}


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_one_is_refused_on_every_path(guarded: Guarded, routes: tuple[Route, ...], host: str):
    for route in routes:
        answer = head_of(guarded.appliance, target(route), route.methods[0], {"Host": host})
        assert answer.status in {400, 421}, (route.path, host)


def test_a_missing_or_doubled_one_is_refused_on_every_path(guarded: Guarded, routes: tuple[Route, ...]):
    for route in routes:
        for lines in ("", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nhost: evil.example\r\n"):
            request = f"{route.methods[0]} {target(route)} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"
            assert send(guarded.appliance, request.encode()).split()[1] == b"400", (route.path, lines)


@pytest.mark.parametrize("version", ["0.9", "2.0", "1.2", "3.0", "11"])
def test_another_version_of_http_is_refused_on_every_path(guarded: Guarded, routes: tuple[Route, ...], version: str):
    for route in routes:
        given = f"Host: localhost\r\nAuthorization: Bearer {guarded.tokens['admin']}\r\nConnection: close\r\n"
        request = f"{route.methods[0]} {target(route)} HTTP/{version}\r\n{given}\r\n"
        assert send(guarded.appliance, request.encode()).split()[1] == b"400", (route.path, version)


def test_only_probes_of_http_1_0_need_none(guarded: Guarded, routes: tuple[Route, ...]):
    for route in routes:
        request = f"{route.methods[0]} {target(route)} HTTP/1.0\r\n\r\n"
        answer = send(guarded.appliance, request.encode())
        assert answer.split()[1] == (b"200" if route.path in {"/livez", "/readyz"} else b"400"), route.path


def test_no_other_header_stands_for_the_host(guarded: Guarded):
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"):
        value = "host=evil.example" if header == "Forwarded" else "/livez"
        assert head_of(guarded.appliance, "/metrics/json", "GET", {header: value}).status == 401, header
        foreign = {"Host": "evil.example", header: "localhost"}
        assert head_of(guarded.appliance, "/livez", "GET", foreign).status == 421, header


@pytest.mark.parametrize("host", OURS)
def test_our_own_are_served_on_every_path(guarded: Guarded, routes: tuple[Route, ...], host: str):
    for route in routes:
        method = route.methods[0]
        given = {"Host": host, **bearer(guarded.tokens["admin"])}
        assert head_of(guarded.appliance, target(route), method, given).status not in {421, 500}, (route.path, host)
