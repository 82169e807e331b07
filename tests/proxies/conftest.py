"""Each proxy once, in front of one appliance that all of them share."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxies.configurations import KINDS, OWN_NAME, SHARED_NAME, Certificate, running_proxy
from tests.proxies.door import Door
from tests.support.process import Appliance, running

MOUNTS = {OWN_NAME: "/", SHARED_NAME: "/box/"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "documentation" not in item.path.name:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("tls")
    made = Certificate(folder / "chain.pem", folder / "key.pem", folder / "both.pem")
    assert shutil.which("openssl"), "openssl is missing: apt-get install --no-install-recommends openssl"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = [f"/CN={OWN_NAME}", "-addext", f"subjectAltName=DNS:{OWN_NAME},DNS:{SHARED_NAME}"]
    files = ["-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(["openssl", "req", "-x509", *kind, "-subj", *names, *files], check=True, capture_output=True)
    made.both.write_bytes(made.chain.read_bytes() + made.key.read_bytes())
    return made


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
