"""Runtimes found by their processes, over real processes and sockets."""

from pathlib import Path

from tests.ai.programs import SERVE, WAIT, library, machine_without_programs, program
from tests.ai.raw_server import page, raw_server
from zeropoint.ai.openmetrics_targets import parse_targets
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.runtime_finder import Finder
from zeropoint.ai.runtime_report import RuntimeReport
from zeropoint.ai.runtimes import FoundRuntime
from zeropoint.probe import Absent, Reading, Roots
from zeropoint.processes import ProcessTable


class Watched:
    """llama.cpp, looked for by a clock that the test moves."""

    def __init__(self, *targets: str) -> None:
        self.now = 1000.0
        recogniser = Recogniser(ProcessTable(lambda: self.now), lambda: self.now)
        self.probe = FoundRuntime("llama_cpp", Finder("llama_cpp", recogniser, parse_targets(targets)))

    def look(self, after: float = 2.0) -> Reading | Absent:
        self.now += after
        return self.probe.read(Roots(), self.now)

    def read(self, after: float = 2.0) -> RuntimeReport:
        reading = self.look(after)
        assert isinstance(reading, Reading)
        assert isinstance(reading.report, RuntimeReport)
        return reading.report


def test_a_server_is_found_by_its_process_and_is_stopped_once_that_has_ended(tmp_path: Path) -> None:
    watched = Watched()
    with program(SERVE, library(tmp_path, "libllama.so")) as (process, port):
        told = watched.read()
        assert (told.status, told.runtime, told.pids) == ("running", "llama_cpp", [process.pid])
        assert told.endpoint == f"http://127.0.0.1:{port}/metrics"
        assert told.requests_running == 1
        assert watched.read().tokens_per_second == 0.0
    told = watched.read()
    assert (told.status, told.endpoint, told.pids) == ("stopped", None, None)
    assert watched.read().status == "stopped"


def test_a_server_that_moves_to_another_port_is_found_again(tmp_path: Path) -> None:
    watched = Watched()
    llama = library(tmp_path, "libllama.so")
    with program(SERVE, llama) as (_, first):
        assert watched.read().endpoint == f"http://127.0.0.1:{first}/metrics"
    with program(SERVE, llama) as (_, second):
        watched.read()
        assert watched.read().endpoint == f"http://127.0.0.1:{second}/metrics"


def test_a_program_that_only_has_the_library_is_unknown(tmp_path: Path) -> None:
    with program(WAIT, library(tmp_path, "libllama.so")) as (process, _):
        told = Watched().read()
    assert (told.status, told.pids) == ("unknown", [process.pid])
    assert told.reason == "its processes listen on no port of loopback"


def test_the_ports_of_others_are_never_asked(tmp_path: Path) -> None:
    """This process listens, and is none that is recognised."""
    with raw_server(page("llamacpp:requests_processing 1\n")) as server:
        with program(WAIT, library(tmp_path, "libllama.so")):
            Watched().read()
        assert server.requests == []


def test_an_endpoint_that_a_setting_names_is_not_found_a_second_time(tmp_path: Path) -> None:
    with program(SERVE, library(tmp_path, "libllama.so")) as (_, port):
        answer = Watched(f"mine=http://localhost:{port}/metrics").look()
    assert isinstance(answer, Absent)


def test_without_a_process_it_is_absent(tmp_path: Path) -> None:
    answer = Watched().probe.read(machine_without_programs(tmp_path), 1000.0)
    assert answer == Absent("no process of llama_cpp runs here")
