"""zeropoint export as it is called: what it refuses, and that a file is whole or not there."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.history.test_export import BEGINNING, HOUR, fill
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment

TIMES = ("--from", str(BEGINNING // 1000), "--to", str((BEGINNING + HOUR) // 1000))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    fill(folder / "history", BEGINNING, BEGINNING + HOUR)
    return folder


def export(data: Path, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    command = [PROGRAM, "export", "--data", str(data), *arguments]
    return subprocess.run(
        command, env=clean_environment(), capture_output=True, timeout=TIMEOUT_SECONDS, check=False, **options
    )


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_file_has_what_standard_output_has(data: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "out"
    target.write_text("what was there")
    found = export(data, *TIMES, "--format", form, "-o", str(target))
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
    assert target.read_bytes() == export(data, *TIMES, "--format", form).stdout
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    if form != "parquet":
        assert target.read_bytes().count(b"\n") == 360 + (form == "csv")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--from", "yesterday", "--to", "2"), "--from"),
        (("--from", "2", "--to", "1"), "--from"),
        (("--from", "1"), "--to"),
        ((*TIMES, "--format", "xml"), "--format"),
        ((*TIMES, "--metric", "nobody"), "--metric"),
        ((*TIMES, "-o", "/nowhere/out.csv"), "--output"),
        ((*TIMES, "-o", "/dev/null"), "--output"),
        ((*TIMES, "--data", "/nowhere"), "--data"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_2(data: Path, arguments: tuple[str, ...], names: str) -> None:
    found = export(data, *arguments)
    assert (found.returncode, found.stdout) == (2, b"")
    (line,) = found.stderr.decode().splitlines()
    assert names in line


def test_a_time_of_which_nothing_is_stored_is_a_table_without_rows(data: Path) -> None:
    found = export(data, "--from", "1", "--to", "2")
    assert (found.returncode, found.stdout.splitlines()) == (0, [b"timestamp"])


def test_without_pyarrow_parquet_is_refused_with_what_brings_it(data: Path, tmp_path: Path) -> None:
    # A module of that name that cannot be imported stands before the real one, as on a machine without it.
    (tmp_path / "pyarrow.py").write_text("raise ImportError('not installed')")
    command = "import sys; from zeropoint.commands.main import main; main(sys.argv[1:])"
    found = subprocess.run(
        [sys.executable, "-c", command, "export", "--data", str(data), *TIMES, "--format", "parquet"],
        env=clean_environment(PYTHONPATH=str(tmp_path)),
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert found.returncode == 2
    assert b"zeropoint[parquet]" in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_a_disk_that_is_full_leaves_the_old_file_and_no_part_of_a_new_one(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "out" / "all.jsonl"
    fill(data / "history", BEGINNING, BEGINNING + 6 * HOUR)
    target.parent.mkdir()
    target.write_text("what was there")

    def no_large_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        # What SQLite keeps beside a file has 32 KiB.
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    every = ("--from", "0", "--to", "4000000000", "--format", "jsonl")
    found = export(data, *every, "-o", str(target), preexec_fn=no_large_files)
    assert found.returncode == 2
    assert b"--output" in found.stderr
    assert target.read_text() == "what was there"
    assert [path.name for path in target.parent.iterdir()] == ["all.jsonl"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_standard_output_that_is_full_is_one_line_and_exit_2(data: Path, form: str) -> None:
    command = [PROGRAM, "export", "--data", str(data), *TIMES, "--format", form]
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, env=clean_environment(), check=False
        )
    assert found.stderr == b"zeropoint: standard output cannot be written: No space left on device\n"
    assert found.returncode == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_one_that_is_ended_leaves_no_part(tmp_path: Path, number: signal.Signals, code: int) -> None:
    data, target = tmp_path / "data", tmp_path / "out" / "all.csv"
    target.parent.mkdir()
    fill(data / "history", BEGINNING, BEGINNING + 3 * HOUR)
    # Its end of a pipe is full: it stands still in the midst of writing.
    reading, writing = os.pipe()
    command = [PROGRAM, "export", "--data", str(data), "--from", "0", "--to", "4000000000"]
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL, env=clean_environment()) as process:
        os.close(writing)
        assert os.read(reading, 10) == b"timestamp,"
        process.send_signal(number)
        assert process.wait(TIMEOUT_SECONDS) == code
        os.close(reading)
    command += ["-o", str(target)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=clean_environment()) as process:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while process.poll() is None and not list(target.parent.iterdir()):
            assert time.monotonic() < deadline
        process.send_signal(number)
        process.wait(TIMEOUT_SECONDS)
    assert [path.name for path in target.parent.iterdir()] in ([], ["all.csv"])


def test_who_reads_no_further_ends_it(data: Path) -> None:
    command = [PROGRAM, "export", "--data", str(data), *TIMES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(TIMEOUT_SECONDS) == 1
