"""Programs that hang, print without end, fail or are not there. All are real ones."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.ended import has_ended
from zeropoint.probe import Roots
from zeropoint.verify.facts import SourceError
from zeropoint.verify.source import Tool
from zeropoint.verify.sources.ip import parse_ip
from zeropoint.verify.sources.traffic import TELLS
from zeropoint.verify.tool import LIMIT_BYTES, run_tool


def script(directory: Path, text: str) -> str:
    path = directory / "tool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_what_a_program_prints_is_its_answer_in_the_c_locale(tmp_path: Path):
    assert run_tool([script(tmp_path, 'echo "$LC_ALL $1"'), "hello"], "package", set()) == b"C hello\n"


def test_one_that_is_missing_names_the_package_that_has_it():
    with pytest.raises(SourceError, match=r"no-such-tool is not installed \(Debian's package some-package has it\)"):
        run_tool(["no-such-tool"], "some-package", set())


def test_one_that_hangs_is_given_up_and_ended_with_what_it_started(tmp_path: Path):
    noted = tmp_path / "pids"
    hanging = script(tmp_path, f"sleep 1000 & echo $! $$ > {noted}; wait")
    with pytest.raises(SourceError, match="did not answer within 4 s"):
        run_tool([hanging], "package", set())
    for pid in map(int, noted.read_text().split()):
        assert has_ended(pid)


def test_one_that_leaves_its_output_open_to_another_is_given_up(tmp_path: Path):
    with pytest.raises(SourceError, match="did not answer"):
        run_tool([script(tmp_path, "sleep 1000 & exit 0")], "package", set())


def test_one_that_prints_without_end_costs_bounded_memory(tmp_path: Path):
    with pytest.raises(SourceError, match=f"printed more than {LIMIT_BYTES // 1024**2} MiB"):
        run_tool([script(tmp_path, "exec yes")], "package", set())


def test_one_that_fails_is_no_answer(tmp_path: Path):
    with pytest.raises(SourceError, match="ended with exit code 3"):
        run_tool([script(tmp_path, "echo 1; exit 3")], "package", set())


def test_one_that_cannot_be_started_is_no_answer(tmp_path: Path):
    broken = tmp_path / "tool"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    with pytest.raises(SourceError, match="cannot be started"):
        run_tool([str(broken)], "package", set())


def test_garbage_is_told_without_being_repeated(tmp_path: Path):
    def parse(printed: bytes) -> dict[str, float]:
        return {"number": float(printed)}

    tool = Tool(script(tmp_path, "echo 'password=hunter2'"), "package", ("number",), parse)
    with pytest.raises(SourceError, match="its answer cannot be read") as told:
        tool.read(Roots(), set())
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("count", ['"many"', "1e999", "NaN", "9" * 400, "null", "[]"])
def test_a_count_that_is_none_is_garbage(count: str, tmp_path: Path):
    counts = ", ".join(f'"{name}": {count}' for name in ("bytes", "packets", "errors", "dropped", "missed_errors"))
    links = f'[{{"ifname": "lo", "link_type": "loopback", "stats64": {{"rx": {{{counts}}}, "tx": {{{counts}}}}}}}]'
    (tmp_path / "links").write_text(links)
    tool = Tool(script(tmp_path, f"cat {tmp_path}/links"), "package", TELLS, parse_ip)
    try:
        facts = tool.read(Roots(), set())
    except SourceError as error:
        assert "its answer cannot be read" in str(error)
    else:
        # A text is no number, and is compared with none.
        assert count == '"many"'
        assert isinstance(facts["system.network.interfaces.lo.bytes_sent_total"], str)


def test_nothing_is_left_open(tmp_path: Path):
    answering = script(tmp_path, "echo 1")
    run_tool([answering], "package", set())
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    for _ in range(5):
        run_tool([answering], "package", set())
    assert (len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0) == before
