"""Each proxy once, in front of one appliance that all of them share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxies.configurations import KINDS, OWN_NAME, SHARED_NAME, Certificate, running_proxy, self_signed
from tests.proxies.door import Door
from tests.support.process import Appliance, running

MOUNTS = {OWN_NAME: "/", SHARED_NAME: "/box/"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "documentation" not in item.path.name:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """The appliance, which may be asked under the names that the proxies serve."""
    data, artifacts = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("artifacts")
    names = ["--allowed-hosts", OWN_NAME, "--allowed-hosts", SHARED_NAME]
    limits = ["--trusted-proxies", "127.0.0.1", "--requests-per-second", "0"]
    with running(data, "--interval", "0.1", "--artifacts", str(artifacts), *names, *limits) as started:
        yield started


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="session")
def proxy_port(
    kind: str, behind: Appliance, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    with running_proxy(kind, behind.port, certificate, tmp_path_factory.mktemp(kind)) as port:
        yield port


@pytest.fixture(params=MOUNTS, ids=["own-name", "below-a-path"])
def door(request: pytest.FixtureRequest, proxy_port: int, certificate: Certificate) -> Door:
    """Through each proxy, with a name of its own and below a path of another site."""
    return Door(proxy_port, request.param, MOUNTS[request.param], certificate.chain)
