"""The observer of the swarm is kept going, and costs nobody else anything whatever it does: real small programs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zeropoint.ai.petals_observing import SCRIPT, Observing, Patience, observing
from zeropoint.ai.petals_swarm import Message
from zeropoint.probe import Absent

GOOD = r'print("{\"models\": [], \"left_out\": %d}" % number, flush=True)'
# Every program starts a child, as hivemind starts p2pd, and notes both numbers.
PREFACE = """
import os, subprocess, sys, time
number = len(open(sys.argv[1]).read().split()) if os.path.exists(sys.argv[1]) else 0
child = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
open(sys.argv[1], "a").write(f"{os.getpid()},{child.pid} ")
"""
PATIENT = Patience(wait_seconds=0.05, longest_wait_seconds=0.2)
END_SECONDS = 30.0

Make = Callable[..., Observing]


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    return tmp_path / "noted"


@pytest.fixture
def make(tmp_path: Path, noted: Path) -> Iterator[Make]:
    made = []

    def build(program: str, patience: Patience = PATIENT) -> Observing:
        script = tmp_path / "observer.py"
        script.write_text(PREFACE + program)
        made.append(Observing(sys.executable, [str(noted)], script=script, patience=patience))
        return made[-1]

    yield build
    for one in made:
        one.close()


def until(observing: Observing, wanted: Callable[[Message | Absent], bool]) -> Message | Absent:
    end = time.monotonic() + END_SECONDS
    while time.monotonic() < end:
        told = observing.look(time.monotonic())
        if wanted(told):
            return told
        time.sleep(0.01)  # the program runs meanwhile
    raise AssertionError(f"it told {told} last")


def saying(words: str) -> Callable[[Message | Absent], bool]:
    return lambda told: isinstance(told, Absent) and words in told.reason


def told_after(number: int) -> Callable[[Message | Absent], bool]:
    return lambda told: isinstance(told, Message) and told.left_out >= number


def started(noted: Path) -> list[int]:
    return [int(pid) for pair in noted.read_text().split() for pid in pair.split(",")]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def all_end(pids: list[int]) -> bool:
    end = time.monotonic() + END_SECONDS
    while any(runs(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.01)  # what is killed takes a moment to go
    return not any(runs(pid) for pid in pids)


def test_what_it_told_last_is_told(make: Make) -> None:
    observing = make('for number in range(5):\n print("{\\"left_out\\": %d}" % number, flush=True)\nsys.stdin.read()')
    assert until(observing, told_after(4)) == Message(left_out=4)


def test_one_that_ends_is_started_again_and_leaves_no_child(make: Make, noted: Path) -> None:
    observing = make(GOOD)
    until(observing, told_after(2))
    first, *_ = started(noted)[0:4:2]
    assert not runs(first)
    observing.close()
    assert all_end(started(noted))


def test_why_it_sees_nothing_is_told(make: Make) -> None:
    observing = make('print("{\\"problem\\": \\"no peer answers\\"}", flush=True)')
    assert until(observing, saying("no peer answers")) == Absent("the swarm's observer: no peer answers")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ('print("hello", flush=True); sys.stdin.read()', "not understood"),
        ('sys.stdout.buffer.write(bytes(range(256)) * 10 + b"\\n"); sys.stdout.flush(); sys.stdin.read()', "is not"),
        ('print("[" * 50000, flush=True); sys.stdin.read()', "not understood"),
        ('sys.stdout.write("x" * 2**20); sys.stdout.flush(); sys.stdin.read()', "a line that is too long"),
        ('while True: print("{}" + " " * 10000)', "too much"),
        ('os.close(1); sys.stdin.read()', "has ended"),
        ("raise SystemExit(3)", "has ended"),
    ],
)  # fmt: skip
def test_one_that_breaks_the_rules_is_ended_with_its_child(make: Make, noted: Path, program: str, words: str) -> None:
    observing = make(program, Patience(wait_seconds=1000.0, longest_wait_seconds=1000.0))
    until(observing, saying(words))
    assert all_end(started(noted))
    assert len(started(noted)) == 2  # the wait has only begun


def test_one_that_is_silent_is_ended_with_its_child(make: Make, noted: Path) -> None:
    observing = make("sys.stdin.read()", Patience(first_seconds=0.5, wait_seconds=1000.0))
    until(observing, saying("it is silent"))
    assert all_end(started(noted))


def test_one_that_falls_silent_later_tells_nothing_any_more(make: Make, noted: Path) -> None:
    observing = make(GOOD + "\nsys.stdin.read()", Patience(later_seconds=0.5, wait_seconds=1000.0))
    until(observing, told_after(0))
    until(observing, saying("it is silent"))
    assert all_end(started(noted))


def test_waits_double_while_it_tells_nothing(make: Make, noted: Path) -> None:
    observing = make("raise SystemExit(1)", Patience(wait_seconds=10.0, longest_wait_seconds=25.0))
    now, starts = 1000.0, []
    for wait in (10.0, 20.0, 25.0, 25.0):
        observing.look(now)
        starts.append(now)
        # The clock stands still while it starts and ends, so that only the wait moves it.
        end = time.monotonic() + END_SECONDS
        while observing.is_running and time.monotonic() < end:
            observing.look(now)
            time.sleep(0.01)
        observing.look(now + wait - 0.01)
        assert not observing.is_running
        assert len(noted.read_text().split()) == len(starts)
        now += wait


def test_a_look_never_waits_for_it(make: Make) -> None:
    observing = make("time.sleep(1000)")
    began = time.monotonic()
    for _ in range(100):
        observing.look(time.monotonic())
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("python", ["/nowhere/python", "/etc/passwd", "/", "py\0thon"])
def test_an_interpreter_that_cannot_be_run_is_told(python: str) -> None:
    told = Observing(python, ["/ip4/127.0.0.1/tcp/1"]).look(1.0)
    assert isinstance(told, Absent)
    assert "the interpreter that petals_python names cannot be run" in told.reason


def test_settings_that_are_not_set_are_named() -> None:
    assert observing("", ()) == Absent("the swarm is not observed: petals_peers and petals_python are not set")
    assert observing("", ("/ip4/x",)) == Absent("the swarm is not observed: petals_python is not set")


def test_it_gets_none_of_the_appliances_secrets(make: Make, tmp_path: Path) -> None:
    os.environ["ZEROPOINT_OF_A_TEST"] = "hidden"
    try:
        observing = make(f"open({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))\n" + GOOD)
        until(observing, told_after(0))
    finally:
        del os.environ["ZEROPOINT_OF_A_TEST"]
    assert "hidden" not in (tmp_path / "seen").read_text()


def test_the_real_one_tells_that_its_interpreter_has_no_hivemind() -> None:
    program = [sys.executable, "-I", SCRIPT, "/ip4/127.0.0.1/tcp/1/p2p/QmNobody"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        assert ran.stdout.read() == b'{"problem": "hivemind cannot be imported: No module named \'hivemind\'"}\n'


def test_the_real_one_ends_when_its_input_closes(tmp_path: Path) -> None:
    # A module of this name takes the place of hivemind's, and never comes back: as a join that hangs.
    (tmp_path / "hivemind").mkdir()
    (tmp_path / "hivemind/__init__.py").write_text("import time\ntime.sleep(1000)\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, SCRIPT, "/ip4/x"], stdin=subprocess.PIPE, env=environment, start_new_session=True
    ) as program:
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(END_SECONDS) == -9
