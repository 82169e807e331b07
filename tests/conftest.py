"""What all tests start from, and fixtures shared by the end-to-end tests."""

import signal
from collections.abc import Iterator

import pytest

from tests.support.process import Appliance, running


def pytest_configure() -> None:
    """A shell has what it starts in the background ignore SIGINT, and so would all programs that tests interrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def appliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """A real process that samples this machine five times a second, shared by the tests of a module."""
    data = tmp_path_factory.mktemp("data")
    artifacts = tmp_path_factory.mktemp("artifacts")
    with running(data, "--interval", "0.2", "--artifacts", str(artifacts)) as started:
        yield started
