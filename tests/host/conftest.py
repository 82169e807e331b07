"""The stand-in of NVIDIA's driver library, which is compiled once a session."""

from pathlib import Path

import pytest

from tests.host.nvml.machine import build


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("nvml"))
