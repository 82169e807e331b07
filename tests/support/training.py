"""Trainings that can be brought into trouble: real causes for verdicts."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("training_program.py")
HOG = "while True: pass"
BLOCK_BYTES = 4096


class Training:
    """One that runs. `workload` is its id in the ledger."""

    def __init__(self, process: "subprocess.Popen[str]", name: str, run: str) -> None:
        self.process, self.name, self.workload = process, name, f"run:{name}/{run}"

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)


@contextlib.contextmanager
def training(artifacts: Path, name: str, folder: Path) -> Iterator[Training]:
    """It is ended in all cases. `folder` is where a file lies that it reads from the disk."""
    command = [sys.executable, str(PROGRAM), name, str(artifacts), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "sdk/src")}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            run = process.stdout.readline().strip()
            assert run, "it did not begin"
            yield Training(process, name, run)
        finally:
            process.kill()


@contextlib.contextmanager
def starving(process: int, hogs: int = 4) -> Iterator[None]:
    """Puts a process on one core, to run when nobody else wants to (sched(7)), with others that use it up. The other
    cores stay free."""
    core = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(process, core)
    os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.ExitStack() as stack:
        for _ in range(hogs):
            hog = stack.enter_context(subprocess.Popen([sys.executable, "-c", HOG]))
            stack.callback(hog.kill)
            os.sched_setaffinity(hog.pid, core)
        yield


def reads_disk(folder: Path) -> bool:
    """Whether a file there can be read past the cache."""
    path = folder / "probe"
    path.write_bytes(bytes(BLOCK_BYTES))
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_DIRECT))
    except OSError:
        return False
    finally:
        path.unlink()
    return True
