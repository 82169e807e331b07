"""The receipt of `zeropoint run`: the real program, with real jobs that use known amounts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_run import finish, python, record_of, start
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment
from zeropoint.commands.receipt.looks import Looks

MIB = 1024 * 1024
BURN = """
import os, resource, sys, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
def used():
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in of)
"""
# Its second child is nobody's but init's: the first has ended. It tells by the pipe what it has used.
LEAVE = (
    BURN
    + """
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        burn(1.5)
        os.write(writer, str(used()).encode())
        {then}
    os._exit(0)
os.wait()
os.close(writer)
print(float(os.read(reader, 100)), used(), flush=True)
{wait}
"""
)


def receipt_of(artifacts: Path) -> dict[str, Any]:
    receipt: dict[str, Any] = record_of(artifacts)["receipt"]
    reasons = {row["path"]: row["reason"] for row in receipt["unavailable"]}
    for name, value in receipt.items():
        assert value is not None or reasons[name]
    return receipt


def test_the_cpu_time_is_that_of_the_job_and_of_the_children_it_waited_for(tmp_path: Path) -> None:
    children = "for _ in range(2):\n    if os.fork() == 0: burn(0.4); os._exit(0)\n    os.wait()"
    code = f"{BURN}\n{children}\nburn(0.7)\nprint(used())"
    done = finish(tmp_path, *python(code))
    used = float(done.stdout)
    receipt = receipt_of(tmp_path)
    assert used >= 1.5
    # What it takes to end comes after it has told.
    assert used <= receipt["cpu_seconds"] <= used + 0.3
    assert receipt["cpu_seconds"] <= receipt["wall_seconds"] * (os.cpu_count() or 1) + 0.05


def test_what_left_the_tree_and_goes_on_after_the_jobs_end_is_of_the_run(tmp_path: Path) -> None:
    code = LEAVE.format(then="time.sleep(600)", wait="")
    code = code.replace("os.write(writer", "print(os.getpid(), flush=True); os.write(writer")
    with start(tmp_path, *python(code), stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        left = int(child.stdout.readline())
        try:
            by_left, by_job = map(float, child.stdout.readline().split())
            assert child.wait(TIMEOUT_SECONDS) == 0
        finally:
            os.kill(left, signal.SIGKILL)
    assert by_left >= 1.5
    assert by_left + by_job - 0.03 <= receipt_of(tmp_path)["cpu_seconds"] <= by_left + by_job + 0.3


def test_what_left_the_tree_and_ended_before_the_job_is_of_the_run_as_it_was_last_seen(tmp_path: Path) -> None:
    done = finish(tmp_path, *python(LEAVE.format(then="os._exit(0)", wait="while os.read(reader, 1): pass")))
    by_left, by_job = map(float, done.stdout.split())
    # Its last second may be told to nobody: init waits for it, and for others.
    assert by_job + 0.4 <= receipt_of(tmp_path)["cpu_seconds"] <= by_left + by_job + 0.3


# Ends at once, so that no look sees all of it: the kernel alone knows.
ALLOCATES = python(f"held = bytearray(b'x') * {300 * MIB}")


def test_the_peak_of_memory_is_what_the_job_allocated(tmp_path: Path) -> None:
    finish(tmp_path, *ALLOCATES)
    assert 300 * MIB <= receipt_of(tmp_path)["peak_memory_bytes"] <= 350 * MIB


def test_the_peak_of_memory_is_the_jobs_where_a_larger_program_started_the_run(tmp_path: Path) -> None:
    # The kernel hands the ru_maxrss of a process on to the program that it becomes, execve(2).
    larger = f"import subprocess, sys\nheld = bytearray(b'x') * {400 * MIB}\nsubprocess.run(sys.argv[1:], check=True)"
    subprocess.run(
        [sys.executable, "-c", larger, PROGRAM, "run", "--quiet", *ALLOCATES],
        env=clean_environment(ZEROPOINT_ARTIFACTS=str(tmp_path)),
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert 300 * MIB <= receipt_of(tmp_path)["peak_memory_bytes"] <= 350 * MIB


def test_memory_of_several_processes_at_a_time_adds_up(tmp_path: Path) -> None:
    code = f"import os, time\nos.fork(); os.fork()\nheld = bytearray(b'x') * {100 * MIB}\ntime.sleep(1.5)"
    finish(tmp_path, *python(code + "\nfor _ in range(2):\n    try: os.wait()\n    except ChildProcessError: pass"))
    receipt = receipt_of(tmp_path)
    assert receipt["peak_processes"] == 4
    assert 400 * MIB <= receipt["peak_memory_bytes"] <= 500 * MIB


def test_bytes_that_are_written_to_a_disk_are_counted_of_children_too(tmp_path: Path) -> None:
    code = (
        f"import os, sys\nif os.fork() == 0:\n    with open({str(tmp_path / 'file')!r}, 'wb') as file:\n"
        f"        file.write(os.urandom({32 * MIB})); file.flush(); os.fsync(file.fileno())\n"
        "    print(open('/proc/self/io').read(), flush=True); os._exit(0)\nos.wait()"
    )
    done = finish(tmp_path / "artifacts", *python(code))
    told = int(done.stdout.partition("\nwrite_bytes: ")[2].partition("\n")[0])
    if told < 32 * MIB:
        pytest.skip(f"the file system of {tmp_path} writes to no disk")
    assert told <= receipt_of(tmp_path / "artifacts")["write_bytes"] <= told + MIB


def test_a_job_that_only_sleeps_was_limited_by_nothing(tmp_path: Path) -> None:
    done = finish(tmp_path, "--", "sleep", "1.2")
    receipt = receipt_of(tmp_path)
    assert receipt["limits"] == []
    assert receipt["peak_processes"] == 1
    assert receipt["wall_seconds"] >= 1.2
    assert receipt["cpu_seconds"] < 0.1
    assert "limited" not in done.stderr


def test_a_job_whose_threads_share_one_processor_was_limited_by_it(tmp_path: Path) -> None:
    if not Path("/proc/pressure/cpu").exists():
        pytest.skip("this kernel tells no pressure (PSI)")
    one = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    code = f"{BURN}\n{one}\nif os.fork() == 0: burn(1.2); os._exit(0)\nburn(1.2)\nos.wait()"
    done = finish(tmp_path, *python(code))
    limit = next(one for one in receipt_of(tmp_path)["limits"] if one["cause"] == "cpu")
    assert limit["seconds"] >= 0.5
    assert limit["of"] in ("machine", "run")
    assert "limited: waiting for processors for " in done.stderr


@pytest.fixture
def quota(tmp_path: Path) -> Iterator[Path]:
    """A control group with a fifth of a processor."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a control group with a quota")
    for place, files in (
        ("/sys/fs/cgroup/cpu", {"cpu.cfs_period_us": "50000", "cpu.cfs_quota_us": "10000"}),
        ("/sys/fs/cgroup", {"cpu.max": "10000 50000"}),
    ):
        group = Path(place) / f"zeropoint-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            for name, value in files.items():
                (group / name).write_text(value)
        except OSError:
            group.rmdir()
            continue
        yield group
        group.rmdir()
        return
    pytest.skip("this kernel, or the container, has no CPU quotas that may be set")


def test_a_quota_that_throttles_the_job_is_told_as_what_limited_it(tmp_path: Path, quota: Path) -> None:
    job = [PROGRAM, "run", *python(f"{BURN}\nburn(0.5)")]
    done = subprocess.run(
        ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(quota / "cgroup.procs"), *job],
        env=clean_environment(ZEROPOINT_ARTIFACTS=str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    rows = dict(line.split() for line in (quota / "cpu.stat").read_text().splitlines())
    limit = next(one for one in receipt_of(tmp_path)["limits"] if one["cause"] == "cpu-quota")
    assert limit["of"] == "run"
    assert 0 < limit["count"] <= int(rows["nr_throttled"])
    assert limit["seconds"] > 0.2
    assert "limited: held back by the CPU quota for " in done.stderr


def test_kill_9_of_the_job_leaves_a_receipt(tmp_path: Path) -> None:
    with start(tmp_path, *python(f"{BURN}\nburn(0.5)\nprint('there', flush=True)\ntime.sleep(600)")) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        os.kill(record_of(tmp_path)["pid"], signal.SIGKILL)
        assert child.wait(TIMEOUT_SECONDS) == 137
    assert 0.5 <= receipt_of(tmp_path)["cpu_seconds"] < 1.5


def test_kill_9_of_zeropoint_run_leaves_none_and_the_job_goes_on(tmp_path: Path) -> None:
    with start(tmp_path, *python("print('there', flush=True)\nimport sys\nfor line in sys.stdin: pass")) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        pid = record_of(tmp_path)["pid"]
        child.kill()
        assert child.wait(TIMEOUT_SECONDS) == -signal.SIGKILL
        os.kill(pid, 0)
        record = record_of(tmp_path)
        assert (record["ended"], record.get("receipt")) == (None, None)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_it_is_said_on_standard_error_unless_it_is_to_be_quiet(tmp_path: Path) -> None:
    spoken = finish(tmp_path / "a", *python("print('out')"))
    assert spoken.stdout == "out\n"
    assert spoken.stderr.startswith("zeropoint run: took ")
    assert "disks: " in spoken.stderr
    quiet = finish(tmp_path / "b", "--quiet", *python("print('out')"))
    assert (quiet.stdout, quiet.stderr) == ("out\n", "")
    assert receipt_of(tmp_path / "b")["wall_seconds"] > 0


def test_a_command_that_is_not_there_has_no_receipt(tmp_path: Path) -> None:
    done = finish(tmp_path, "--", "no-such-command-at-all")
    assert done.stderr.count("\n") == 1
    assert "receipt" not in record_of(tmp_path)


def test_the_record_stays_one_that_any_reader_takes(tmp_path: Path) -> None:
    finish(tmp_path, sys.executable, "-c", "pass")
    assert len(json.dumps(record_of(tmp_path))) < 16 * 1024


def test_nothing_is_kept_of_processes_that_came_and_went_but_their_sums(tmp_path: Path) -> None:
    code = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    children = [subprocess.Popen(code, stdin=subprocess.PIPE) for _ in range(2)]
    looks = Looks(os.getpid(), None, time.time())
    looks.look()
    assert {child.pid for child in children} <= {pid for pid, _ in looks.tree.members}
    for child in children:
        child.communicate(b"\n", timeout=TIMEOUT_SECONDS)
    looks.look()
    looks.look()
    assert not {child.pid for child in children} & {pid for pid, _ in looks.tree.members}
