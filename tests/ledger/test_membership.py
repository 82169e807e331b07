"""Which workload a process belongs to: real processes on this machine, and trees of /proc for hostile ones."""

import os
import pwd
import signal
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.programs import NOBODY, needs_root, python
from zeropoint.ai.jupyter import kernels_of
from zeropoint.ai.recognise import Recogniser
from zeropoint.ledger.cgroup_names import CgroupNames
from zeropoint.ledger.facts import Facts
from zeropoint.ledger.label import read_label
from zeropoint.ledger.membership import Membership
from zeropoint.ledger.owner import Owner, run_owner
from zeropoint.ledger.users import Users
from zeropoint.probe import Roots
from zeropoint.processes import ProcessTable

RUN, INNER = "train/2026-11-24-aaaa", "inner/2026-11-24-bbbb"
# A process that starts others as it is told, tells their numbers, and goes on. They end with the lifeline.
STARTS = """
import os, sys
def below(depth):
    reader, writer = os.pipe()
    if os.fork() == 0:
        if depth:
            child = below(depth - 1)
            os.write(writer, str(child).encode())
        else:
            os.write(writer, str(os.getpid()).encode())
        os.read(int(sys.argv[1]), 1)
        os._exit(0)
    os.close(writer)
    return int(os.read(reader, 20))
def daemon():
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.write(writer, str(os.getpid()).encode())
        # On its own: not on the pipes of whom it left. It ends with the descriptor that the test holds.
        os.read(int(sys.argv[1]), 1)
        os._exit(0)
    os.waitpid(first, 0)
    return int(os.read(reader, 20))
print("ready", flush=True)
for line in sys.stdin:
    print(below(1) if line == "grandchild\\n" else daemon() if line == "daemon\\n" else 0, flush=True)
"""


class Machine:
    """This machine as the ledger follows it; each look is a new listing."""

    def __init__(self, roots: Roots | None = None) -> None:
        self.roots, self.now = roots or Roots(), 100.0
        self.table = ProcessTable(clock=lambda: self.now)
        self.members = Membership(CgroupNames(lambda: self.now), Users(lambda: self.now))

    def look(self, facts: Facts | None = None, seconds: float = 1.0) -> dict[int, Owner]:
        self.now += seconds
        listing = self.table.look(self.roots)
        self.members.update(self.roots, listing, facts or Facts(), self.now)
        found = {pid: self.members.owner(one.identity) for pid, one in listing.by_pid.items()}
        return {pid: owner for pid, owner in found.items() if owner is not None}


@pytest.fixture
def lifeline() -> Iterator[int]:
    """Who daemonises reads this, and ends with it."""
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    yield reader
    os.close(writer)
    os.close(reader)


def test_a_run_is_its_whole_tree_and_stays_so_when_parents_end(lifeline: int):
    machine = Machine()
    with python(STARTS, str(lifeline), pass_fds=(lifeline,)) as first:
        grandchild = int(first.ask("grandchild"))
        facts = Facts(runs={first.pid: RUN})
        owners = machine.look(facts)
        assert owners[grandchild] == owners[first.pid] == run_owner(RUN, "process-tree")
        left = int(first.ask("daemon"))
        machine.look(facts)
        # Without a label there is nothing but what was seen, and it left unseen.
        assert machine.look(facts)[left].kind != "run"


def test_who_was_seen_in_a_tree_stays_in_it_when_its_parent_ends():
    code = (
        "import os, sys\n"
        "child = os.fork()\n"
        "if not child: sys.stdin.read(); os._exit(0)\n"
        "print('ready', flush=True); print(child, flush=True)\n"
        "os.read(int(sys.argv[1]), 1); os._exit(0)"
    )
    reader, writer = os.pipe()
    machine = Machine()
    with python(code, str(reader), pass_fds=(reader,)) as first:
        child = int(first.line())
        facts = Facts(runs={first.pid: RUN})
        assert machine.look(facts)[child].id == f"run:{RUN}"
        os.write(writer, b"x")
        first.process.wait()
        for _ in range(3):  # the run is over for those who list runs, and what it left behind is still its
            owners = machine.look(Facts())
            assert owners[child].id == f"run:{RUN}"
        assert first.pid not in owners
    os.close(reader)
    os.close(writer)


def test_who_left_unseen_is_found_by_the_label_and_both_are_one_workload(lifeline: int):
    machine = Machine()
    with python(STARTS, str(lifeline), pass_fds=(lifeline,), environment={"ZP_RUN": RUN}) as first:
        left = int(first.ask("daemon"))
        owners = machine.look(Facts(runs={first.pid: RUN}))
        assert owners[left].found_by == "run-label"
        assert owners[first.pid].found_by == "process-tree"
        assert owners[left] == owners[first.pid]
        assert len({owners[left], owners[first.pid]}) == 1


def test_a_run_within_a_run_is_itself_and_a_component_within_a_run_is_the_run(lifeline: int):
    machine = Machine()
    with python(STARTS, str(lifeline), pass_fds=(lifeline,)) as outer:
        inner = int(outer.ask("grandchild"))
        assert machine.look(Facts(runs={outer.pid: RUN, inner: INNER}))[inner].id == f"run:{INNER}"
        facts = Facts(runs={outer.pid: RUN}, components={"tinygrad": [inner]})
        assert machine.look(facts)[inner].id == f"run:{RUN}"


def test_a_component_is_its_processes_and_what_they_start_and_kinds_of_programs_are_none(lifeline: int):
    machine = Machine()
    with python(STARTS, str(lifeline), pass_fds=(lifeline,)) as server:
        child = int(server.ask("grandchild"))
        owners = machine.look(Facts(components={"petals": [server.pid]}))
        assert owners[server.pid].id == owners[child].id == "component:petals"
        machine = Machine()
        assert machine.look(Facts(components={"programs": [server.pid]}))[server.pid].kind != "component"


@needs_root
def test_others_are_told_by_program_and_user():
    machine = Machine()
    with python(
        f"import ctypes, os, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "ctypes.CDLL(None).prctl(4, 1)  # as after exec: what it has is its own user's\n"
        "open('/proc/self/comm', 'w').write('mine'); print('ready', flush=True); sys.stdin.read()"
    ) as program:
        owner = machine.look()[program.pid]
        assert owner.id == f"program:mine ({pwd.getpwuid(NOBODY).pw_name})"
        assert owner.found_by == "program-and-user"


@pytest.mark.parametrize("name", ["", "  "])
def test_a_process_that_calls_itself_nothing_has_a_name_to_be_shown(name: str):
    machine = Machine()
    with python(
        "import ctypes, sys; ctypes.CDLL(None).prctl(15, sys.argv[1].encode()); print('ready', flush=True); "
        "sys.stdin.read()",
        name,
    ) as program:
        assert Path(f"/proc/{program.pid}/comm").read_text() == f"{name}\n"
        assert machine.look()[program.pid].name.startswith("unnamed")


def control_group() -> Path | None:
    """A folder in which this machine lets groups be made."""
    for place in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
        if os.access(f"{place}/cgroup.procs", os.W_OK):
            return Path(place)
    return None


@needs_root
@pytest.mark.skipif(control_group() is None, reason="needs a control group that may be written to")
@pytest.mark.parametrize(
    ("group", "id"),
    [
        (f"zp-test-{os.getpid()}.service", f"unit:zp-test-{os.getpid()}.service"),
        (f"docker-{'ab' * 32}.scope", f"container:{'ab' * 6}"),
    ],
    ids=["unit", "container"],
)
def test_a_real_control_group_makes_a_unit_or_a_container(group: str, id: str, lifeline: int):
    place = control_group()
    assert place
    folder = place / group
    folder.mkdir()
    machine = Machine()
    try:
        with python(STARTS, str(lifeline), pass_fds=(lifeline,)) as program:
            before = machine.look()[program.pid]
            assert before.kind == "program"
            (folder / "cgroup.procs").write_text(str(program.pid))
            # It was looked at when it was young, and is so again a little later.
            assert machine.look(seconds=4.0)[program.pid].id == id
            child = int(program.ask("grandchild"))
            assert machine.look()[child].id == id
    finally:
        for pid in (folder / "cgroup.procs").read_text().split():  # all are of this test
            os.kill(int(pid), signal.SIGKILL)
        until = time.monotonic() + 30
        while (folder / "cgroup.procs").read_text() and time.monotonic() < until:
            os.sched_yield()
        folder.rmdir()


# --- trees of /proc --------------------------------------------------------------------------------------------------


def tree(folder: Path, processes: dict[int, tuple[bytes, bytes, bytes]]) -> Roots:
    """By number: name, arguments, and the environment."""
    (folder / "stat").write_text("cpu 1 2 3 4\nbtime 1700000000\nprocesses 9\n")
    for pid, (name, arguments, environment) in processes.items():
        place = folder / str(pid)
        place.mkdir(exist_ok=True)
        (place / "stat").write_bytes(b"%d (%s) S 1" % (pid, name) + b" 0" * 9 + b" 1 1" + b" 0" * 6 + b" 500 0 9 0\n")
        (place / "cmdline").write_bytes(arguments)
        (place / "environ").write_bytes(environment)
        (place / "cgroup").write_text("0::/\n")
    return Roots(proc=str(folder))


def test_kernels_of_jupyter_are_told_by_the_beginning_of_their_id(tmp_path: Path):
    kernel = b"python3\0-m\0ipykernel_launcher\0-f\0/home/a/kernel-1b2c3d4e-aaaa-bbbb-cccc-0123456789ab.json\0"
    roots = tree(
        tmp_path,
        {
            30: (b"python3", kernel, b""),
            31: (b"python3", b"python3\0other.py\0kernel-1b2c3d4e-a.json\0", b""),
            32: (b"python3", b"python3\0-m\0ipykernel_launcher\0-f\0/etc/passwd\0", b""),
        },
    )
    machine = Machine(roots)
    kernels = kernels_of(Recogniser(machine.table).look(roots))
    assert kernels == {30: "kernel 1b2c3d4e"}
    assert machine.look(Facts(kernels=kernels))[30].id == "jupyter:kernel 1b2c3d4e"


@pytest.mark.parametrize(
    ("environment", "label"),
    [
        (b"A=1\0ZP_RUN=train/one\0B=2\0", "train/one"),
        (b"ZP_RUN=train/one\0ZP_RUN=train/two\0", "train/one"),
        (b"A=ZP_RUN=train/one\0", None),
        (b"XZP_RUN=train/one\0", None),
        (b"ZP_RUN=one\0", None),
        (b"ZP_RUN=../../etc/passwd\0", None),
        (b"ZP_RUN=train/<b>\0", None),
        (b"ZP_RUN=" + b"a" * 81 + b"/b\0", None),
        (b"ZP_RUN=train/one", "train/one"),
        (b"", None),
    ],
)
def test_a_label_is_a_name_and_an_id_or_it_is_none(tmp_path: Path, environment: bytes, label: str | None):
    assert read_label(tree(tmp_path, {30: (b"sh", b"sh\0", environment)}), 30) == label


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=60), st.binary(max_size=80), st.binary(max_size=60))
def test_names_of_hostile_processes_are_bounded_and_clean_and_no_argument_is_told(
    tmp_path: Path, name: bytes, environment: bytes, secret: bytes
):
    roots = tree(tmp_path, {30: (name, b"prog\0--password=hunter2\0" + secret, environment)})
    for owner in Machine(roots).look().values():
        assert len(owner.id) < 300
        assert not {unicodedata.category(one) for one in owner.id + owner.name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert "hunter2" not in owner.id + owner.name
