"""How the proxies ask the appliance: under which name, and over how many connections."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxies.configurations import OWN_NAME, SHARED_NAME, Certificate, running_proxy
from tests.proxies.door import Door
from tests.proxies.forwarder import forwarding
from tests.support.process import Appliance, running

REQUESTS = 5


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """An appliance that was told of one of the two names."""
    with running(tmp_path_factory.mktemp("data"), "--allowed-hosts", SHARED_NAME) as started:
        yield started


def test_the_name_that_visitors_use_must_be_allowed(
    kind: str, strict: Appliance, certificate: Certificate, tmp_path: Path
):
    with running_proxy(kind, strict.port, certificate, tmp_path) as port:
        door = Door(port, OWN_NAME, "/", certificate.chain)
        refused = door.get("metrics/json")
        assert refused.status == 421
        assert refused.json["error"]["code"] == "foreign-host"
        assert "allowed_hosts" in refused.json["error"]["message"]
        allowed = door._replace(name=SHARED_NAME, mount="/box/")
        assert allowed.get("metrics/json").status == 200


@pytest.mark.parametrize("name", ["evil.example", "gpubox.example.evil.example"])
def test_a_name_that_nobody_serves_gets_no_sample(door: Door, name: str):
    try:
        answer = door.get("metrics/json", name=name)
    except OSError:
        return  # Caddy has no certificate for it
    assert answer.status in (421, 503)
    assert b"timestamp" not in answer.body


def test_several_requests_share_one_connection_to_the_appliance(
    kind: str, behind: Appliance, certificate: Certificate, tmp_path: Path
):
    with (
        forwarding(behind.port) as forwarder,
        running_proxy(kind, forwarder.port, certificate, tmp_path) as port,
    ):
        door = Door(port, OWN_NAME, "/", certificate.chain)
        connection: http.client.HTTPConnection = door.connection()
        for _ in range(REQUESTS):
            connection.request("GET", "/health", headers={"Host": door.host})
            answer = connection.getresponse()
            assert answer.status == 200
            answer.read()
        connection.close()
        assert forwarder.connections_total == 1
