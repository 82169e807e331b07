"""Training runs over real files and real processes."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ai.event_writer import event, record, version
from tests.ai.watch import Put, nulls_without_reason
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.tfrecords import LARGEST_RECORD_BYTES
from zeropoint.ai.training import Training
from zeropoint.ai.training_report import TrainingReport
from zeropoint.probe import Absent, Reading, Roots
from zeropoint.processes import ProcessTable

FILE = "events.out.tfevents.{started}.{host}.{pid}.0"
STATE = {"global_step": 20, "max_steps": 40, "epoch": 0.5, "log_history": [{"loss": 2.5, "step": 20}, {"eval_loss": 9}]}

# Maps the library of its first argument, and writes the file of its second.
HOLDS_A_FILE = """
import mmap, sys
with open(sys.argv[1], "rb") as library:
    mapped = mmap.mmap(library.fileno(), 0, prot=mmap.PROT_READ)
file = open(sys.argv[2], "wb", buffering=0)
file.write(bytes.fromhex(sys.argv[3]))
print(flush=True)
input()
"""


class Watched:
    """Training read by a clock that the test moves."""

    def __init__(self, artifacts: Path) -> None:
        self.wall = time.time() + 3
        self.now = 1000.0
        self.table = ProcessTable(lambda: self.now)
        self.probe = Training(artifacts, Recogniser(self.table, lambda: self.now), clock=lambda: self.wall)
        self.missing = {}

    def look(self, after: float = 0.0) -> Reading | Absent:
        self.wall += after
        self.now += after
        return self.probe.read(Roots(), self.now)

    def read(self, after: float = 0.0) -> TrainingReport:
        reading = self.look(after)
        assert isinstance(reading, Reading)
        assert isinstance(reading.report, TrainingReport)
        self.missing = reading.missing
        assert nulls_without_reason(reading.report, reading.missing) == []
        return reading.report


def step(number: int, loss: float, wall: float = 1000.0, **more: float) -> bytes:
    return event(wall + number, number, {"train/loss": loss, **more})


def file_of(pid: int, started: float | None = None) -> str:
    return FILE.format(started=int(started or time.time()), host=platform.node(), pid=pid)


@pytest.fixture
def writer() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lives for as long as a test lets it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_without_any_trace_it_is_absent(artifacts: Path) -> None:
    answer = Watched(artifacts).look()
    assert isinstance(answer, Absent)
    assert answer.reason.startswith("no event file and no trainer_state.json in ")


def test_the_newest_scalars_are_told(artifacts: Path, put: Put) -> None:
    scalars = {
        "train/epoch": 0.5,
        "train/learning_rate": 1e-3,
        "train/train_tokens_per_second": 800.0,
        "eval/loss": 7.0,
    }
    put("train/run-1/" + file_of(2**22), version() + step(1, 3.0) + step(2, 2.0, **scalars))
    told = Watched(artifacts).read()
    assert told.latest is not None
    assert (told.latest.run, told.latest.step, told.latest.loss) == ("train/run-1", 2, 2.0)
    assert (told.latest.epoch, told.latest.tokens_per_second) == (0.5, 800.0)
    assert told.latest.learning_rate == pytest.approx(1e-3)
    assert told.runs_count == 1


def test_a_run_lives_with_the_process_that_its_file_names_and_stops_with_it(
    artifacts: Path, put: Put, writer: "subprocess.Popen[bytes]"
) -> None:
    path = put("run/" + file_of(writer.pid), version() + step(1, 3.0))
    watched = Watched(artifacts)
    told = watched.read()
    assert (told.status, told.pids) == ("running", [writer.pid])
    assert watched.read(after=20).status == "idle"
    with path.open("ab") as file:
        file.write(step(2, 2.5))
    os.utime(path, (watched.wall, watched.wall))
    told = watched.read(after=2)
    assert (told.status, told.latest and told.latest.step) == ("running", 2)
    writer.communicate(b"\n")
    told = watched.read(after=2)
    assert (told.status, told.reason, told.pids) == ("stopped", None, None)
    assert told.latest is not None and told.latest.step == 2
    assert watched.read(after=2).status == "stopped"


def test_slow_steps_are_running_for_three_of_them(artifacts: Path, put: Put, writer: "subprocess.Popen[bytes]") -> None:
    rows = [event(1000.0 + 30 * number, number, {"loss": 1.0}) for number in range(5)]
    put("run/" + file_of(writer.pid), b"".join(rows))
    watched = Watched(artifacts)
    watched.read()
    assert watched.read(after=80).status == "running"
    assert watched.read(after=20).status == "idle"


def test_a_number_given_to_another_process_is_no_life_of_the_run(
    artifacts: Path, put: Put, writer: "subprocess.Popen[bytes]"
) -> None:
    put("run/" + file_of(writer.pid, started=time.time() - 3600), step(1, 3.0), age=60)
    assert Watched(artifacts).read().status == "stopped"


def test_fresh_scalars_of_nobody_are_unknown(artifacts: Path, put: Put) -> None:
    put("run/events.out.tfevents.1700000000.elsewhere", step(1, 3.0))
    told = Watched(artifacts).read()
    assert (told.status, told.reason) == ("unknown", "rows are fresh, but no process of it is known")


def test_a_torn_row_waits_and_a_damaged_one_costs_itself(artifacts: Path, put: Put) -> None:
    whole = step(2, 2.0)
    path = put("run/" + file_of(2**22), step(1, 3.0) + whole[:20])
    watched = Watched(artifacts)
    told = watched.read()
    assert told.latest is not None and told.latest.step == 1
    path.write_bytes(path.read_bytes() + whole[20:] + b"garbage!" * 5 + step(3, 1.0))
    told = watched.read(after=2)
    assert told.latest is not None and (told.latest.step, told.latest.loss) == (3, 1.0)


def test_of_a_large_file_the_end_is_read(artifacts: Path, put: Put) -> None:
    image = b"\x0a" + bytes(LARGEST_RECORD_BYTES)
    put("run/" + file_of(2**22), step(1, 9.0) + record(image) * 40 + b"".join(step(n, 1.0 / n) for n in range(2, 900)))
    watched = Watched(artifacts)
    began = time.process_time()
    told = watched.read()
    assert time.process_time() - began < 1.0
    assert told.latest is not None and (told.latest.step, told.latest.loss) == (899, pytest.approx(1.0 / 899))


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"\xff" * 5000, os.urandom(5000)])
def test_what_is_no_event_file_has_no_figures_but_reasons(artifacts: Path, put: Put, content: bytes) -> None:
    put("run/x.tfevents.y", content, age=60)
    told = Watched(artifacts).read()
    assert told.status == "stopped"
    assert told.latest is not None and (told.latest.step, told.latest.loss) == (None, None)


def test_numbers_that_are_none_have_their_reason(artifacts: Path, put: Put) -> None:
    put("run/" + file_of(2**22), event(float("nan"), -5, {"loss": float("inf"), "lr": float("nan")}))
    watched = Watched(artifacts)
    told = watched.read()
    assert told.latest is not None and (told.latest.step, told.latest.loss, told.latest.learning_rate) == (None,) * 3
    assert watched.missing["latest.loss"] == "the run has written inf"
    assert watched.missing["latest.step"] == "the step that the run has written is no count"


def test_names_that_frameworks_use_are_one_figure(artifacts: Path, put: Put) -> None:
    for number, tag in enumerate(("Loss/train", "train_loss", "loss", "lm loss", "train/loss_step")):
        put(f"run-{number}/" + file_of(2**22), event(1.0, 1, {tag: 0.25}), age=100 - 20 * number)
        told = Watched(artifacts).read()
        assert told.latest is not None and (told.latest.run, told.latest.loss) == (f"run-{number}", 0.25)


def test_a_trainers_state_adds_how_far_it_is(artifacts: Path, put: Put) -> None:
    put("out/checkpoint-20/trainer_state.json", json.dumps(STATE))
    put("out/runs/Nov24/" + file_of(2**22), b"".join(step(n, 1.0) for n in range(1, 31)))
    told = Watched(artifacts).read()
    assert told.latest is not None
    assert (told.latest.step, told.latest.max_steps, told.latest.progress_percent) == (30, 40, 75.0)
    assert told.latest.remaining_seconds == pytest.approx(10.0)
    assert told.latest.epoch == 0.5
    assert told.runs_count == 1, "a Trainer's event file and its state are one run"


def test_a_trainers_state_alone_is_a_run(artifacts: Path, put: Put) -> None:
    put("out/checkpoint-20/trainer_state.json", json.dumps(STATE), age=60)
    told = Watched(artifacts).read()
    assert (told.status, told.runs_count) == ("stopped", 1)
    assert told.latest is not None
    assert (told.latest.run, told.latest.step, told.latest.loss) == ("out", 20, 2.5)
    assert told.latest.progress_percent == 50.0


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"global_step": "x", "max_steps": [], "log_history": 3}', "[" * 100_000, '{"a": 1']
)
def test_a_state_that_is_none_costs_itself(artifacts: Path, put: Put, content: str) -> None:
    put("out/trainer_state.json", content, age=60)
    told = Watched(artifacts).read()
    assert told.status == "stopped"


def test_a_run_that_is_removed_leaves_the_component_there(artifacts: Path, put: Put) -> None:
    path = put("run/" + file_of(2**22), step(1, 3.0), age=60)
    watched = Watched(artifacts)
    assert watched.read().status == "stopped"
    path.unlink()
    for _ in range(3):
        told = watched.read(after=2)
    assert (told.latest, told.runs_count) == (None, 0)


def test_a_file_that_a_trainer_holds_open_elsewhere_is_found(artifacts: Path, tmp_path: Path) -> None:
    """A library of PyTorch's name is enough for a process to be looked at."""
    library = tmp_path / "libtorch.so"
    library.write_bytes(bytes(4096))
    logs = tmp_path / "elsewhere/logs"
    logs.mkdir(parents=True)
    events = logs / "events.out.tfevents.1.x"
    arguments = [sys.executable, "-c", HOLDS_A_FILE, str(library), str(events), (version() + step(5, 1.5)).hex()]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        watched = Watched(artifacts)
        told = watched.read()
        assert (told.status, told.pids) == ("running", [process.pid])
        assert told.latest is not None and (told.latest.run, told.latest.step) == ("elsewhere/logs", 5)
        process.communicate(b"\n")
    assert watched.read(after=2).status == "stopped"
