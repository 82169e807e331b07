"""What a peer says of who asks counts only where trusted_proxies names it, and never breaks anything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.test_limits import connect, whole
from tests.support.process import Appliance, running

PROXY, STRANGER = "127.0.0.1", "127.0.9.9"
BURST = 6
CONFUSED = (
    ("X-Forwarded-For: ",),
    ("X-Forwarded-For: , , ,",),
    ("X-Forwarded-For: unknown",),
    ("X-Forwarded-For: 192.0.2.300",),
    ("X-Forwarded-For: [::1",),
    ("X-Forwarded-For: " + "1," * 4000,),
    ("X-Forwarded-For: " + "9" * 8000,),
    ("X-Forwarded-For: \xff\xfe\x80",),
    ("Forwarded: for=",),
    ('Forwarded: for="',),
    ("Forwarded: =;=;,;;for;=",),
    ("Forwarded: for=_hidden, for=unknown",),
    ("X-Forwarded-Proto: javascript",),
    ("X-Forwarded-Proto: https, http", "Forwarded: proto=https"),
    ("X-Forwarded-For: 192.0.2.200", "Forwarded: for=192.0.2.201"),
)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """A few requests at once, then one in ten minutes: who has asked too often tells who it was taken for."""
    data = tmp_path_factory.mktemp("data")
    limits = ("--requests-per-second", "0.00166", "--requests-burst", str(BURST))
    with running(data, "--trusted-proxies", PROXY, "--trusted-proxies", "10.0.0.0/8", *limits) as started:
        yield started


def ask(behind: Appliance, peer: str, *headers: str) -> int:
    with connect(behind, peer) as connection:
        head = "".join(f"{header}\r\n" for header in headers)
        connection.sendall(f"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode())
        return whole(connection).status


def exhausted(behind: Appliance, peer: str, *headers: str) -> bool:
    """Asks as often as a client may, and says whether that was too often."""
    return 429 in [ask(behind, peer, *headers) for _ in range(BURST)]


def test_clients_of_a_trusted_proxy_have_an_allowance_each(behind: Appliance):
    for number in range(10):
        assert not exhausted(behind, PROXY, f"X-Forwarded-For: 192.0.2.{number}")
    assert exhausted(behind, PROXY, "X-Forwarded-For: 192.0.2.1")
    assert exhausted(behind, PROXY, "X-Forwarded-For: 198.51.100.1, 192.0.2.2, 10.1.2.3"), "by whichever proxies"
    assert exhausted(behind, PROXY, "Forwarded: for=192.0.2.3;proto=https")
    assert exhausted(behind, PROXY, "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 192.0.2.4")


def test_addresses_of_one_ipv6_network_are_one_client(behind: Appliance):
    assert not exhausted(behind, PROXY, "X-Forwarded-For: 2001:db8:1:1::1")
    assert exhausted(behind, PROXY, 'Forwarded: for="[2001:db8:1:1:9:9:9:9]:4711"')
    assert not exhausted(behind, PROXY, "X-Forwarded-For: 2001:db8:1:2::1")


def test_what_a_stranger_says_counts_for_nothing(behind: Appliance):
    answers = [
        ask(behind, STRANGER, f"X-Forwarded-For: 203.0.113.{number}", f"Forwarded: for=203.0.113.{number}")
        for number in range(BURST + 1)
    ]
    assert answers == [200] * BURST + [429]
    assert not exhausted(behind, PROXY, "X-Forwarded-For: 203.0.113.1")


@pytest.mark.parametrize("headers", CONFUSED)
def test_what_says_nothing_or_two_things_leaves_the_proxy_as_the_client(behind: Appliance, headers: tuple[str, ...]):
    exhausted(behind, PROXY)
    assert ask(behind, PROXY, *headers) == 429
    assert behind.get("/health").status == 200


def test_the_audit_log_has_the_client_that_the_proxy_names(tmp_path: Path):
    with running(tmp_path, "--trusted-proxies", PROXY) as started:
        for peer in (PROXY, STRANGER):
            with connect(started, peer) as connection:
                connection.sendall(b"GET /livez HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 192.0.2.77\r\n\r\n")
                assert connection.recv(65536).startswith(b"HTTP/1.1 421")
        assert started.stop() == 0
    rows = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert {row["client"] for row in rows} == {"192.0.2.77", STRANGER}
