"""Without a usd-core that works: nothing waits for it, and what is wrong is said. tests/components has the real one."""

import os
import sys
import time
from pathlib import Path

import pytest

from zeropoint.ai.artifacts import signature
from zeropoint.ai.usd_parser import UsdParser
from zeropoint.ai.usd_worker import environment

EXPORTED = Path(__file__).parent / "exported"


def wait_for_nothing_to_wait(parser: UsdParser) -> None:
    deadline = time.monotonic() + 60
    while parser.waiting_count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ask(parser: UsdParser, path: Path) -> None:
    parser.ask(signature(path.stat()), path.suffix, lambda: os.open(path, os.O_RDONLY))
    wait_for_nothing_to_wait(parser)


@pytest.mark.parametrize(("python", "ending"), [("/bin/false", "1"), ("/bin/sh", "2"), (sys.executable, "1")])
def test_a_process_that_does_not_start_is_told_and_not_tried_again(python: str, ending: str) -> None:
    parser = UsdParser(python=python)
    if parser.installed is not None and python == sys.executable:
        pytest.skip("usd-core is installed here")
    path = EXPORTED / "cube.usdc"
    ask(parser, path)
    assert parser.failure == f"usd-core does not start: it ended with {ending}"
    assert not parser.usable
    assert parser.known(signature(path.stat()), ".usdc") is None
    ask(parser, path)
    assert parser.waiting_count == 0


def test_a_file_that_went_away_or_changed_before_its_turn_is_forgotten(tmp_path: Path) -> None:
    parser = UsdParser(python="/bin/false")
    path = tmp_path / "a.usda"
    path.write_text("#usda 1.0\n")
    before = signature(path.stat())
    path.write_text("#usda 1.0\n\n")
    parser.ask(before, ".usda", lambda: os.open(path, os.O_RDONLY))
    parser.ask(before, ".usda", lambda: os.open(tmp_path / "gone", os.O_RDONLY))
    wait_for_nothing_to_wait(parser)
    assert parser.failure is None, "nothing was started for them"


def test_the_process_is_told_none_of_the_appliances_settings() -> None:
    assert not any(name.startswith(("ZEROPOINT", "MOCKS")) for name in environment())
