"""Tokens and certificates, against the real process."""

import gc
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from zeropoint.client import FeedRefusedError, MetricsClient, Sample


def token(data: Path, *arguments: str) -> str:
    finished = subprocess.run(
        [PROGRAM, "token", *arguments, "--data", str(data)],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=clean_environment(),
    )
    return finished.stdout.strip()


async def read_until_sample(client: MetricsClient) -> Sample:
    while not isinstance(event := await anext(client), Sample):
        pass
    return event


async def test_23_a_token_is_asked_for_accepted_and_its_revocation_told(tmp_path: Path):
    data = tmp_path / "data"
    secret = token(data, "create", "--scope", "read", "--name", "script")
    with running(data, "--interval", "0.2") as appliance:
        async with MetricsClient(appliance.url) as client:
            with pytest.raises(FeedRefusedError, match="asks for a token"):
                await read_until_sample(client)
        async with MetricsClient(appliance.url, token=secret) as client:
            await read_until_sample(client)
            token(data, "revoke", "script")
            with pytest.raises(FeedRefusedError, match="asks for a token"):
                while True:
                    await read_until_sample(client)
            assert client.state.name == "signed-out"


async def test_23_a_token_that_may_not_read_is_told_apart(tmp_path: Path):
    data = tmp_path / "data"
    secret = token(data, "create", "--scope", "status", "--name", "status")
    with running(data, "--interval", "0.2") as appliance:
        async with MetricsClient(appliance.url, token=secret) as client:
            with pytest.raises(FeedRefusedError, match="does not allow"):
                await read_until_sample(client)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    openssl = shutil.which("openssl")
    assert openssl, "Debian's package openssl brings it"
    key, cert = folder / "key.pem", folder / "cert.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([openssl, *request, *extra], check=True, capture_output=True)
    return cert, key


@pytest.fixture(scope="module")
def guarded(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    cert, key = map(str, certificate)
    with running(tmp_path_factory.mktemp("data"), "--tls-cert", cert, "--tls-key", key, "--interval", "0.2") as started:
        yield started


@pytest.mark.system
async def test_a_session_that_trusts_the_certificate_reads_over_https(
    guarded: Appliance, certificate: tuple[Path, Path]
):
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted))
    async with http, MetricsClient(guarded.url, http=http) as client:
        assert (await read_until_sample(client)).server.health in ("healthy", "degraded")


# On a busy machine asyncio sometimes leaves the transport of a failed handshake to the garbage collector, and it warns.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.system
async def test_a_certificate_that_is_not_trusted_is_told(guarded: Appliance):
    async with MetricsClient(guarded.url) as client:
        assert (await anext(client)) == client.state
        state = await anext(client)
    assert "certificate verify failed" in state.reason
    gc.collect()
