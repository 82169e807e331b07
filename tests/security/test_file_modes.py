"""Case 24: files that it writes are for their owner alone, whatever umask it was started with."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment, running, spawn
from tests.support.stream import Stream
from tests.support.tokens import made

UMASKS = ("0000", "0002", "0022", "0077", "0177", "0777")


def under(umask: str) -> tuple[str, ...]:
    """What runs a program under this umask."""
    return ("sh", "-c", f'umask {umask}; exec "$@"', "sh")


def modes(folder: Path) -> Iterator[tuple[str, int]]:
    for path in (folder, *folder.rglob("*")):
        yield f"{'d' if path.is_dir() else 'f'} {path}", stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("umask", UMASKS)
def test_files_are_0600_and_directories_0700_under_any_umask(tmp_path: Path, umask: str):
    data = tmp_path / "new" / "data"
    with running(data, "--interval", "0.1", prefix=under(umask)) as started, Stream(started) as stream:
        stream.samples(20)
        command = [*under(umask), PROGRAM, "token", "create", "--scope", "read", "--data", str(data)]
        subprocess.run(command, check=True, env=clean_environment(), stdout=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
        stream.to_the_end()  # the first token closes what was open
        started.stop()
    found = dict(modes(tmp_path / "new"))
    assert any(name.endswith("tokens.json") for name in found)
    assert any("/history/" in name for name in found)
    wrong = {name: oct(mode) for name, mode in found.items() if mode != (0o700 if name[0] == "d" else 0o600)}
    assert wrong == {}


@pytest.mark.parametrize(("mode", "told"), [(0o700, None), (0o755, None), (0o770, "its group"), (0o1777, "everybody")])
def test_a_data_directory_that_others_may_write_to_is_told(tmp_path: Path, mode: int, told: str | None):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    process = spawn("serve", "--port", "0", "--data", str(data))
    assert process.stdout is not None
    assert process.stdout.readline()
    process.terminate()
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert ("who may write there makes tokens" in errors) is (told is not None)
    assert told is None or f"may_write='{told}'" in errors


def test_what_is_exported_is_for_its_owner_alone(tmp_path: Path):
    with running(tmp_path / "data", "--interval", "0.1") as started, Stream(started) as stream:
        stream.samples(20)
    output = tmp_path / "out.csv"
    command = [PROGRAM, "export", "--from", "0", "--to", "9999999999", "-o", str(output)]
    subprocess.run(
        [*under("0000"), *command, "--data", str(tmp_path / "data")],
        check=True,
        env=clean_environment(),
        timeout=TIMEOUT_SECONDS,
    )
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_a_job_has_the_umask_that_it_was_started_with(tmp_path: Path):
    command = [PROGRAM, "run", "--", "sh", "-c", "umask; touch made"]
    done = subprocess.run(
        [*under("0027"), *command],
        check=True,
        env=clean_environment(),
        cwd=tmp_path,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.stdout.strip() == b"0027"
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o640


def test_a_token_file_that_others_made_readable_is_closed_when_it_is_written(tmp_path: Path):
    made(tmp_path, "read")
    os.chmod(tmp_path / "tokens.json", 0o644)
    made(tmp_path, "read")
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600
