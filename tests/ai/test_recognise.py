"""Programs recognised from outside, over real processes."""

import os
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tests.ai.programs import READY, WAIT, library, machine_without_programs, program
from tests.ai.watch import as_nobody, nulls_without_reason
from zeropoint.ai.programs import Programs
from zeropoint.ai.programs_report import Program, ProgramsReport
from zeropoint.ai.recognise import MOST_LOOKED_AT, Recogniser, kinds_in, kinds_of, program_of
from zeropoint.probe import Absent, Reading, Roots
from zeropoint.processes import ProcessTable

SECRET = "--api-key=hunter2"  # noqa: S105 - it must not come out again
# Works for 0.4 s of processor time when it is told to.
WORKS = (
    READY
    + """
import time
input()
ends_at = time.process_time() + 0.4
while time.process_time() < ends_at:
    pass
print(flush=True)
input()
"""
)


class Watched:
    """The component read by a clock that the test moves; this process's own tree alone is looked at."""

    def __init__(self) -> None:
        self.now, self.wall = 1000.0, 1_000_000.0
        self.recogniser = Recogniser(ProcessTable(lambda: self.now), lambda: self.now)
        self.probe = Programs(self.recogniser, clock=lambda: self.wall)

    def read(self, after: float = 2.0) -> ProgramsReport:
        self.now, self.wall = self.now + after, self.wall + after
        reading = self.probe.read(Roots(), self.now)
        assert isinstance(reading, Reading)
        assert isinstance(reading.report, ProgramsReport)
        assert nulls_without_reason(reading.report, reading.missing) == []
        assert "hunter2" not in msgspec.json.encode(reading.report).decode()
        return reading.report

    def kinds_of(self, pid: int, after: float = 2.0) -> set[str]:
        self.now += after
        of_kind = self.recogniser.look(Roots()).of_kind
        return {kind for kind, processes in of_kind.items() if pid in [process.pid for process in processes]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("/usr/bin/llama-server", "-m", "x.gguf"), "llama-server"),
        (("python3.11", "-u", "-m", "vllm.entrypoints.openai.api_server"), "vllm.entrypoints.openai.api_server"),
        (("/opt/venv/bin/python", "/opt/venv/bin/mlflow", "server"), "mlflow"),
        (("python", "-X", "dev", "train.py", SECRET), "train.py"),
        (("python", "train.py", "-m", "vllm"), "train.py"),
        (("python", "-c", "import vllm"), ""),
        (("python", "-m"), ""),
        (("python",), "python"),
        (("VLLM::EngineCore",), "VLLM::EngineCore"),
        (("ray::f() /x/y",), "ray::f() /x/y"),
        (("",), ""),
    ],
)
def test_what_a_command_line_runs(arguments: tuple[str, ...], told: str) -> None:
    assert program_of(arguments) == told


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (("/venv/bin/python", "-m", "ipykernel_launcher", "-f", "kernel.json"), {"jupyter_kernel"}),
        (("/venv/bin/python", "-Xfrozen_modules=off", "-m", "ipykernel_launcher"), {"jupyter_kernel"}),
        (("llama-server",), {"llama_cpp"}),
        (("python", "/venv/bin/vllm", "serve", "m"), {"vllm"}),
        (("VLLM::EngineCore",), {"vllm"}),
        (("python3", "-m", "sglang.launch_server", "--model-path", "m"), {"sglang"}),
        (("sglang::scheduler",), {"sglang"}),
        (("ray::IDLE",), {"ray"}),
        (("/x/ray/core/src/ray/raylet/raylet",), {"ray"}),
        (("tritonserver", "--model-repository=/m"), {"triton"}),
        (("text-generation-launcher",), {"tgi"}),
        (("/venv/bin/python", "-m", "uvicorn", "mlflow.server.fastapi_app:app"), {"mlflow"}),
        (("gunicorn", "-b", "127.0.0.1:5000", "mlflow.server:app"), {"mlflow"}),
        (("ollama", "serve"), {"ollama"}),
        (("vim", "llama-server"), set()),
        (("grep", "-r", "vllm"), set()),
        (("python", "ipykernel_launcher_of_mine.py"), set()),
    ],
)
def test_kinds_that_a_command_line_tells(arguments: tuple[str, ...], kinds: set[str]) -> None:
    assert set(kinds_of(arguments)) == kinds


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/v/site-packages/torch/lib/libtorch_cpu.so", {"pytorch"}),
        ("/usr/lib/libtorch.so.2.13", {"pytorch"}),
        ("/v/site-packages/jaxlib/_jax.cpython-311-x86_64-linux-gnu.so", {"jax"}),
        ("/v/site-packages/tensorflow/libtensorflow_framework.so.2", {"tensorflow"}),
        ("/v/site-packages/onnxruntime/capi/onnxruntime_pybind11_state.so", {"onnxruntime"}),
        ("/usr/local/lib/libllama.so.0", {"llama_cpp"}),
        ("/v/site-packages/xllamacpp/xllamacpp.abi3.so", {"llama_cpp"}),
        ("/v/site-packages/llama_cpp/lib/libllama.so", {"llama_cpp"}),
        ("/usr/lib/libtorchlight.so", set()),
        ("/v/site-packages/torch/lib/libtorch_python.so (deleted)", {"pytorch"}),
        ("[heap]", set()),
    ],
)
def test_kinds_that_a_library_tells(path: str, kinds: set[str]) -> None:
    line = f"7f0000000000-7f0000001000 r--p 00000000 fe:00 1234                       {path}\n"
    assert kinds_in(line.encode() * 3) == kinds


def test_processes_are_rows_by_the_libraries_that_they_have_loaded(tmp_path: Path) -> None:
    torch, jax = library(tmp_path, "libtorch.so"), library(tmp_path, "jaxlib/_jax.so")
    with program(WAIT, torch) as (one, _), program(WAIT, torch, jax) as (two, _):
        told = Watched().read()
        assert told.programs is not None
        rows = {row.kind: row for row in told.programs}
        assert {one.pid, two.pid} <= set(rows["pytorch"].pids or ())
        assert two.pid in (rows["jax"].pids or ()) and one.pid not in (rows["jax"].pids or ())
        assert rows["pytorch"].processes_count is not None and rows["pytorch"].processes_count >= 2


def test_a_notebook_is_recognised_by_its_arguments_which_go_nowhere(tmp_path: Path) -> None:
    (tmp_path / "ipykernel_launcher.py").write_text(WAIT)
    arguments = (
        "-c",
        "import os, sys; os.chdir(sys.argv[1]); os.execv(sys.executable, [sys.executable, '-m', "
        f"'ipykernel_launcher', '{SECRET}'])",
        str(tmp_path),
    )
    with program("", arguments=arguments) as (process, _):
        watched = Watched()
        told = watched.read()
        assert told.programs is not None
        assert [row.kind for row in told.programs if process.pid in (row.pids or ())] == ["jupyter_kernel"]


def test_who_works_is_running_and_who_waits_is_not(tmp_path: Path) -> None:
    watched = Watched()

    def row() -> Program:
        (found,) = [row for row in watched.read().programs or () if row.kind == "jax"]
        return found

    with program(WORKS, library(tmp_path, "jaxlib/x.so")) as (process, _):
        assert row().cpu_percent is None
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        percent = row().cpu_percent
        assert percent is not None and 15 <= percent <= 40, "0.4 s in 2 s, as the clock of the test has it"
        told = watched.read()
        assert told.status == "running" and told.last_updated is not None
        assert row().cpu_percent == 0.0
    told = watched.read()
    assert process.pid not in (told.pids or ())


def test_a_library_that_is_loaded_later_is_seen_once_the_process_has_worked(tmp_path: Path) -> None:
    later = library(tmp_path, "libtorch.so")
    code = f"""
print(flush=True)
input()
sum(range(30_000_000))
with open({later!r}, "rb") as file:
    mapped.append(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
print(flush=True)
input()
"""
    watched = Watched()
    with program(code) as (process, _):
        assert watched.kinds_of(process.pid) == set()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        # At the start all other processes of this machine wait to be looked at, too.
        assert any(watched.kinds_of(process.pid) == {"pytorch"} for _ in range(100))
    assert watched.kinds_of(process.pid) == set()


def test_libraries_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody who may not")
    with program(WAIT, library(tmp_path, "libtorch.so")) as (process, _), as_nobody():
        watched = Watched()
        assert "pytorch" not in watched.kinds_of(process.pid)
        shortfall = watched.recogniser.look(Roots()).shortfall
    assert shortfall is not None and shortfall.startswith(
        "processes whose libraries only their user and root may read: "
    )


def test_without_any_it_is_absent(tmp_path: Path) -> None:
    roots = machine_without_programs(tmp_path)
    answer = Programs(Recogniser(ProcessTable())).read(roots, 1.0)
    assert isinstance(answer, Absent)


def test_processes_that_have_not_worked_are_not_looked_at_again(tmp_path: Path) -> None:
    watched = Watched()
    with program(WAIT, library(tmp_path, "libtorch.so")) as (process, _):
        assert watched.kinds_of(process.pid) == {"pytorch"}
        (looked_at,) = [known.looked_at for of, known in watched.recogniser._known.items() if of[0] == process.pid]
        for _ in range(5):
            assert watched.kinds_of(process.pid, after=100) == {"pytorch"}
        (after,) = [known.looked_at for of, known in watched.recogniser._known.items() if of[0] == process.pid]
    assert after == looked_at


def test_who_has_just_begun_is_looked_at_before_all_that_were_there(tmp_path: Path) -> None:
    torch = library(tmp_path, "libtorch.so")
    with ExitStack() as running:
        for _ in range(MOST_LOOKED_AT):
            running.enter_context(program(READY + "input()\n"))
        process, _ = running.enter_context(program(WAIT, torch))
        assert Watched().kinds_of(process.pid) == {"pytorch"}
