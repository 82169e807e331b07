"""usd-core in its process with limits: what it says of real layers and of hostile ones."""

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.components.venvs import ROOT, python_of
from tests.components.wondercraft_programs import USD
from zeropoint.ai.artifacts import signature
from zeropoint.ai.usd_parser import UsdParser
from zeropoint.ai.usd_worker import Parsed


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """usd-core's own interpreter, which finds our module on its path."""
    script = tmp_path_factory.mktemp("python") / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{python_of("usd")}" "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    subprocess.run([python_of("usd"), "-c", USD, folder], check=True, timeout=120)
    return folder


def parsed(parser: UsdParser, path: Path) -> Parsed | None:
    file = signature(path.stat())
    parser.ask(file, path.suffix, lambda: os.open(path, os.O_RDONLY))
    deadline = time.monotonic() + 120
    while parser.is_waiting(file, path.suffix):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert parser.failure is None
    return parser.known(file, path.suffix)


def test_real_layers_are_valid_and_its_process_ends_when_nothing_is_asked(python: str, exported: Path) -> None:
    parser = UsdParser(python=python)
    for name in ("room.usda", "room.usdc", "room.usdz"):
        assert parsed(parser, exported / name) == Parsed(True, None)
    assert workers_after_a_pause() == []


def workers_after_a_pause() -> list[str]:
    """The processes that are left once nothing has been asked for some seconds."""
    for thread in threading.enumerate():
        if thread.name == "usd-core":
            thread.join(60)
            assert not thread.is_alive()
    pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids]
    return [line for line in lines if "usd_check" in line]


def test_a_crate_whose_header_fits_but_whose_sections_are_noise(python: str, exported: Path, tmp_path: Path) -> None:
    crate = bytearray((exported / "room.usdc").read_bytes())
    table = int.from_bytes(crate[16:24], "little")
    crate[200 : table - 8] = os.urandom(table - 208)
    noise = tmp_path / "noise.usdc"
    noise.write_bytes(crate)
    result = parsed(UsdParser(python=python), noise)
    assert result is not None
    assert result.valid is False
    assert result.why
    assert str(tmp_path) not in result.why


def test_one_that_crashes_it_is_invalid_and_the_next_one_is_parsed(python: str, exported: Path, tmp_path: Path) -> None:
    parser = UsdParser(python=python)
    deep = tmp_path / "deep.usda"
    deep.write_text("#usda 1.0\n" + 'def "a" {\n' * 40_000 + "}\n" * 40_000)
    assert parsed(parser, deep) == Parsed(False, "usd-core cannot read it: it ended by SIGSEGV")
    assert parsed(parser, exported / "room.usdc") == Parsed(True, None)


def test_one_that_takes_too_long_is_left_undecided_and_its_process_ended(
    python: str, exported: Path, tmp_path: Path
) -> None:
    parser = UsdParser(limit_seconds=0.05, python=python)
    large = tmp_path / "large.usda"
    large.write_text("#usda 1.0\n" + "".join(f'def "a{number}" {{\n double x = 1\n}}\n' for number in range(200_000)))
    assert parsed(parser, large) == Parsed(None, "usd-core needs more than 0.05 s for it")
    assert workers_after_a_pause() == []


def test_what_a_layer_refers_to_is_not_opened(python: str, tmp_path: Path) -> None:
    """A reference to a pipe would hang whoever opens it."""
    os.mkfifo(tmp_path / "pipe.usda")
    layer = tmp_path / "layer.usda"
    layer.write_text(
        f'#usda 1.0\n(subLayers = [@{tmp_path}/pipe.usda@])\ndef "a" (references = @{tmp_path}/pipe.usda@) {{}}\n'
    )
    assert parsed(UsdParser(python=python), layer) == Parsed(True, None)
