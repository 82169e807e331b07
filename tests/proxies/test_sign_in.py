"""Signing in through real proxies, below a path of another site: the cookie comes as the appliance gave it."""

import http.client
import json
from collections.abc import Iterator

import pytest

from tests.proxies.configurations import OWN_NAME, SHARED_NAME, Certificate, running_proxy
from tests.proxies.door import Door, ProxiedStream
from tests.support.process import TIMEOUT_SECONDS, running
from tests.support.tokens import made


class Guarded:
    def __init__(self, door: Door, token: str) -> None:
        self.door = door
        self.token = token

    def post(self, path: str, **headers: str) -> http.client.HTTPResponse:
        given = {"Host": self.door.host, "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.door.host, timeout=TIMEOUT_SECONDS)
        with self.door.connect() as connection.sock:
            connection.request("POST", self.door.mount + path, json.dumps({"token": self.token}), given)
            answer = connection.getresponse()
            answer.read()
            return answer


@pytest.fixture(scope="module")
def guarded(kind: str, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    data = tmp_path_factory.mktemp("data")
    token = made(data, "read")
    names = ["--allowed-hosts", OWN_NAME, "--allowed-hosts", SHARED_NAME, "--interval", "0.2"]
    with (
        running(data, *names) as appliance,
        running_proxy(kind, appliance.port, certificate, tmp_path_factory.mktemp(kind)) as port,
    ):
        yield Guarded(Door(port, SHARED_NAME, "/box/", certificate.chain), token)


def test_a_browser_signs_in_reads_and_signs_out(guarded: Guarded):
    page = {"Sec_Fetch_Site": "same-origin", "Origin": f"https://{guarded.door.host}"}
    signed_in = guarded.post("sign-in", **page)
    assert signed_in.status == 200
    given = signed_in.getheader("Set-Cookie") or ""
    assert "path" not in given.lower(), "the browser takes /box, where sign-in lies"
    assert "HttpOnly" in given and "SameSite=Strict" in given
    cookie = given.partition(";")[0]
    assert guarded.door.get("metrics/json", {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}).status == 200
    with ProxiedStream(guarded.door, Cookie=cookie) as stream:
        stream.samples(2)
        assert guarded.post("sign-out", Cookie=cookie, **page).status == 204
        assert stream.to_the_end()[-1].type == "bye"
    assert guarded.door.get("metrics/json", {"Cookie": cookie}).status == 401


def test_another_site_signs_nobody_in(guarded: Guarded):
    for foreign in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = guarded.post("sign-in", **foreign)
        assert (answer.status, answer.getheader("Set-Cookie")) == (403, None)
