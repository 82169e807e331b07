"""An appliance with tokens in every state, shared by the tests of a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.security.table import table
from tests.support.process import Appliance, running
from tests.support.tokens import in_all_states
from zeropoint.server.routes import Route

ORIGIN = "https://lab.example"


class Guarded(NamedTuple):
    appliance: Appliance
    data: Path
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """No section is public."""
    data = tmp_path_factory.mktemp("data")
    tokens = in_all_states(data)
    with running(data, "--allowed-origins", ORIGIN, "--artifacts", str(data / "artifacts")) as started:
        yield Guarded(started, data, tokens)


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Route, ...]:
    return table(tmp_path_factory.mktemp("data"))
