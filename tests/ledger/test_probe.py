"""The whole ledger: over this machine and real processes, and over a recorded machine whose time moves on."""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.host.trees import changed
from tests.ledger.programs import python
from tests.support.reasons import covers
from zeropoint.ledger.facts import Facts
from zeropoint.ledger.probe import LedgerProbe
from zeropoint.ledger.split import MOST_ROWS, QUANTITIES
from zeropoint.model import Gpu, GpuProcess, Ledger, Usage, Workload
from zeropoint.probe import Reading, Roots
from zeropoint.processes import ProcessTable

# It tells each tenth of a second of CPU time that it has used.
BUSY = (
    "import time; print('ready', flush=True); told = 0.0\n"
    "while True:\n"
    "    if time.process_time() - told > 0.1: told = time.process_time(); print(told, flush=True)"
)
CORES = 8


class Followed:
    """A ledger that is read when the test says so."""

    def __init__(self, roots: Roots, facts: Facts, clock: Callable[[], float] = time.monotonic) -> None:
        self.roots, self.clock = roots, clock
        self.probe = LedgerProbe(ProcessTable(clock=clock), lambda _roots, _now: facts)

    def read(self) -> Ledger:
        reading = self.probe.read(self.roots, self.clock())
        assert isinstance(reading, Reading)
        assert isinstance(reading.report, Ledger)
        check(reading.report, reading.missing)
        return reading.report


def check(ledger: Ledger, missing: Mapping[str, str]) -> None:
    """Ids are unique, numbers are finite and not negative, and each null has its reason."""
    rows = ledger.workloads or []
    assert len({each.id for each in rows}) == len(rows) <= MOST_ROWS
    parts: dict[str, Usage | None] = {f"workloads[{index}]": each for index, each in enumerate(rows)}
    parts |= {name: getattr(ledger, name) for name in ("other", "unattributed", "over_attributed", "totals")}
    for path, part in parts.items():
        for name in QUANTITIES:
            value = getattr(part, name)
            if value is None:
                assert any(covers(known, f"{path}.{name}") for known in missing), f"{path}.{name} has no reason"
            else:
                assert 0 <= value < math.inf, f"{path}.{name} is {value}"
    assert all(missing.values())


def row(ledger: Ledger, id: str) -> Workload | None:
    return next((each for each in ledger.workloads or () if each.id == id), None)


def closes(ledger: Ledger) -> None:
    for name in QUANTITIES:
        whole = getattr(ledger.totals, name)
        if whole is None:
            continue
        parts = sum(getattr(part, name) or 0 for part in (*(ledger.workloads or ()), ledger.other, ledger.unattributed))
        assert parts - getattr(ledger.over_attributed, name) == pytest.approx(whole, rel=1e-6, abs=1e-6)


def cpu_seconds(pid: int) -> float:
    """By the scheduler's own count, which the ledger does not read."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def test_a_busy_process_has_its_row_with_its_time_and_leaves_after_its_end():
    with python(BUSY) as busy, python(BUSY) as ticker:
        ledger = Followed(Roots(), Facts(components={"busy": [busy.pid]}))
        first = ledger.read()
        before = cpu_seconds(busy.pid)
        assert first.seconds is None
        closes(first)
        for _ in range(3):
            began = time.monotonic()
            while time.monotonic() - began < 1.0:  # the next listing is due after that; each line is an event
                busy.line()
            now = ledger.read()
            after = cpu_seconds(busy.pid)
            closes(now)
            mine = row(now, "component:busy")
            assert mine is not None
            assert now.seconds is not None
            assert mine.cpu_percent is not None
            assert mine.cpu_percent * now.seconds / 100 == pytest.approx(after - before, rel=0.1)
            assert (mine.pids_count, mine.basis.found_by, mine.basis.cpu) == (1, "component", "clocks")
            before = after
        busy.end()
        for _ in range(2):  # what it used until then is told once more
            last = ledger.clock()
            while ledger.clock() - last < 1.0:
                ticker.line()
            now = ledger.read()
            closes(now)
        assert row(now, "component:busy") is None


def test_a_run_has_the_process_on_a_gpu_that_its_first_one_started():
    parent = (
        "import subprocess; print('ready', flush=True)\n"
        "child = subprocess.Popen(['cat']); print(child.pid, flush=True); child.wait()"
    )
    with python(parent) as first:
        child = int(first.line())
        gpu = Gpu(uuid="GPU-1", utilization_percent=90.0, processes=[GpuProcess(pid=child, utilization_percent=80.0)])
        ledger = Followed(Roots(), Facts(runs={first.pid: "digits/1"}, gpus=[gpu])).read()
        mine = row(ledger, "run:digits/1")
        assert mine is not None
        assert (mine.gpu_percent, mine.gpu_pids) == (80.0, [child])
        assert [one.id for one in ledger.workloads or () if one.gpu_pids] == ["run:digits/1"]


# --- a recorded machine -----------------------------------------------------------------------------------------------


class Recorded:
    """A copy of a recorded server, whose files the test moves on as its kernel would."""

    def __init__(self, folder: Path) -> None:
        self.roots = changed("golden", folder, {})
        self.proc = Path(self.roots.proc)
        self.now = 1000.0
        self.ledger = Followed(self.roots, Facts(), lambda: self.now)
        for pid in (1, 611, 988, 1204, 48120, 48213):  # the recording has no command lines
            (self.proc / f"{pid}/cmdline").write_bytes((self.proc / f"{pid}/comm").read_bytes().strip() + b"\0")

    def add(self, path: str, line: int, columns: dict[int, int]) -> None:
        file = self.proc / path
        lines = file.read_text().split("\n")
        words = lines[line].split(" ")
        for column, growth in columns.items():
            words[column] = str(int(words[column]) + growth)
        lines[line] = " ".join(words)
        file.write_text("\n".join(lines))

    def passes(self, seconds: float, used: dict[int, int] | None = None, interrupts: int = 0) -> Ledger:
        """`used` is in hundredths of a second, by process; so are `interrupts`."""
        used = used or {}
        busy = sum(used.values())
        # Columns of PROC/stat after "cpu" and two spaces: user is the third word, idle the sixth, softirq the ninth.
        idle = round(seconds * 100 * CORES) - busy - interrupts
        self.add("stat", 0, {2: busy, 5: idle, 8: interrupts})
        for pid, hundredths in used.items():
            self.add(f"{pid}/stat", 0, {13: hundredths})
        self.now += seconds
        return self.ledger.read()


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def cpu(part: Any) -> float:
    assert part is not None
    return float(part.cpu_percent or 0.0)


def test_on_a_recorded_machine_times_are_ticks_and_what_processes_do_not_explain_is_interrupts(recorded: Recorded):
    recorded.passes(0.0)
    now = recorded.passes(1.0, {48120: 80}, interrupts=20)
    closes(now)
    mine = next(each for each in now.workloads or () if each.name == "python3")
    assert (cpu(mine), mine.basis.cpu) == (pytest.approx(80.0), "ticks")
    assert cpu(row(now, "kernel:interrupts")) == pytest.approx(20.0)
    assert cpu(now.totals) == pytest.approx(100.0)
    assert cpu(now.unattributed) == pytest.approx(0.0, abs=1e-6)


def test_one_that_rested_and_wakes_is_nobodys_for_one_look_and_has_its_time_in_the_next(recorded: Recorded):
    recorded.passes(0.0)
    for _ in range(3):
        recorded.passes(30.0)  # all rest, so they are read seldom now
    asleep = recorded.passes(1.0, {48120: 90})
    closes(asleep)
    assert cpu(asleep.unattributed) == pytest.approx(90.0)
    awake = recorded.passes(1.0, {48120: 95})
    closes(awake)
    mine = next(each for each in awake.workloads or () if each.name == "python3")
    # What it used in both is told when it is read, and what exceeds the total of this one is shown.
    assert cpu(mine) == pytest.approx(185.0)
    assert cpu(awake.over_attributed) == pytest.approx(90.0)


def test_processes_that_claim_more_than_the_machine_counted_are_over_attributed(recorded: Recorded):
    recorded.passes(0.0)
    recorded.add("48120/stat", 0, {13: 70})
    now = recorded.passes(1.0, {48213: 10})
    closes(now)
    assert cpu(now.totals) == pytest.approx(10.0)
    assert cpu(now.over_attributed) == pytest.approx(70.0)
    assert cpu(now.unattributed) == 0.0


def test_asked_again_before_a_new_listing_it_answers_the_same(recorded: Recorded):
    first = recorded.passes(0.0)
    assert recorded.ledger.read() is first
