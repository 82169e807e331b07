"""The configurations that people are shown are those that the tests run, and wait long enough."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.proxies.configurations import FILES, KINDS
from zeropoint.feed.broadcaster import HEARTBEAT_SECONDS
from zeropoint.server.live import MAX_WAIT_SECONDS
from zeropoint.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
CONFIGURATIONS = ("nginx.conf", "haproxy.cfg", "Caddyfile")
# How long each waits for a silent appliance or client. Caddy waits without an end.
TIMEOUTS: Mapping[str, str] = {
    "nginx.conf": r"proxy_read_timeout (\d+)s;",
    "haproxy.cfg": r"timeout (?:client|server) (\d+)s",
}


def test_every_configuration_is_run():
    assert sorted(path.name for path in FILES.iterdir()) == sorted(CONFIGURATIONS)
    assert len(CONFIGURATIONS) == len(KINDS)


@pytest.mark.parametrize("file", CONFIGURATIONS)
def test_the_page_shows_the_configuration_that_is_tested(file: str):
    blocks = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert (FILES / file).read_text() in blocks


@pytest.mark.parametrize("file", TIMEOUTS)
def test_timeouts_are_longer_than_any_silence(file: str):
    found = [float(seconds) for seconds in re.findall(TIMEOUTS[file], (FILES / file).read_text())]
    assert found
    assert min(found) > max(HEARTBEAT_SECONDS, MAX_WAIT_SECONDS)


def test_the_page_names_the_figures_of_the_code():
    for words in (
        f"{HEARTBEAT_SECONDS:.0f} s after which a heartbeat",
        f"{MAX_WAIT_SECONDS:.0f} s that a long poll",
        f"keeps one for {Settings().keepalive_seconds:.0f} s",
    ):
        assert words in " ".join(PAGE.split())
