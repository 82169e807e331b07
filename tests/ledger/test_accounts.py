"""CPU time by process, held against a machine whose truth is known, and against real processes."""

import math
import resource

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.ledger.kernel import Kernel
from tests.ledger.programs import command
from zeropoint.ledger.accounts import SLACK_SECONDS, Accounts, Movement
from zeropoint.probe import Roots
from zeropoint.processes import ProcessTable

WINDOW = 10


class Played:
    """A machine and the accounts of it: how much was used and charged, interval by interval."""

    def __init__(self, has_clocks: bool = True) -> None:
        self.kernel = Kernel(has_clocks)
        self.accounts = Accounts()
        self.used: list[float] = []
        self.charged: list[float] = []
        self.most = 1
        self._used_before = 0.0
        self.accounts.update(self.kernel.listing(), self.kernel.now)

    def look(self) -> Movement:
        kernel = self.kernel
        kernel.now += 1.0
        self.most = max(self.most, len(list(kernel.tasks())))
        movement = self.accounts.update(kernel.listing(), kernel.now)
        assert movement is not None
        assert all(seconds > 0 for seconds in (*movement.cpu_seconds.values(), *movement.children_cpu_seconds.values()))
        self.used.append(kernel.used - self._used_before)
        self._used_before = kernel.used
        self.charged.append(sum(movement.cpu_seconds.values()) + sum(movement.children_cpu_seconds.values()))
        return movement


AMOUNT = st.floats(0.0, 2.0, allow_subnormal=False)


def act(data: st.DataObject, played: Played, *, auto_reaping: bool) -> None:
    """One thing that happens on the machine."""
    kernel = played.kernel
    living = kernel.living()
    task = data.draw(st.sampled_from(living))
    what = data.draw(st.sampled_from(["fork", "run", "run", "exit", "wait", "subreaper", "burst", "ignore"]))
    if what == "fork" and len(living) < 12:
        kernel.fork(task, data.draw(st.none() | st.integers(2, 12)))
    elif what == "run":
        kernel.run(task, data.draw(AMOUNT), data.draw(AMOUNT))
    elif what == "exit" and task is not kernel.init:
        kernel.exit(task)
    elif what == "wait":
        for child in [child for child in task.children if child.has_ended]:
            kernel.wait(child)
    elif what == "subreaper":
        task.is_subreaper = True
    elif what == "burst":  # it comes, works, and is waited for
        child = kernel.fork(task)
        kernel.run(child, data.draw(AMOUNT), data.draw(AMOUNT))
        kernel.exit(child)
        if child in task.children:
            kernel.wait(child)
    elif what == "ignore" and auto_reaping and task is not kernel.init:
        task.ignores_children = True
    note(f"{what} {task.pid}")


def play(data: st.DataObject, *, has_clocks: bool, auto_reaping: bool) -> Played:
    played = Played(has_clocks)
    for _ in range(data.draw(st.integers(1, 14))):
        for _ in range(data.draw(st.integers(0, 8))):
            act(data, played, auto_reaping=auto_reaping)
        movement = played.look()
        note(f"used {played.used[-1]:.3f} charged {played.charged[-1]:.3f} {movement.reaped_by}")
    return played


def slack(played: Played) -> float:
    """Of each process whose times are rounded, without clocks its own too: all that there ever were at a time."""
    return SLACK_SECONDS * played.most * (1 if played.kernel.has_clocks else 2)


MACHINES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@MACHINES
@given(st.data(), st.booleans())
def test_over_any_ten_looks_no_more_is_charged_than_was_used(data: st.DataObject, has_clocks: bool):
    played = play(data, has_clocks=has_clocks, auto_reaping=True)
    for end in range(1, len(played.used) + 1):
        begin = max(0, end - WINDOW)
        assert math.fsum(played.charged[begin:end]) <= math.fsum(played.used[begin:end]) + slack(played)


@MACHINES
@given(st.data(), st.booleans())
def test_where_all_are_waited_for_all_that_was_used_is_charged(data: st.DataObject, has_clocks: bool):
    played = play(data, has_clocks=has_clocks, auto_reaping=False)
    assert math.fsum(played.charged) == pytest.approx(math.fsum(played.used), abs=slack(played))


def test_a_child_of_one_that_nobody_has_waited_for_yet_is_charged_to_nobody_again():
    played = Played()
    kernel = played.kernel
    above = kernel.fork(kernel.init)
    parent = kernel.fork(above)
    child = kernel.fork(parent)
    kernel.run(child, 0.0, 1.0)
    played.look()
    kernel.exit(parent)  # init has its child, and `above` does not wait for it
    kernel.exit(child)
    movement = played.look()
    assert movement.reaped_by == {(child.pid, child.started): (1, 0.0)}
    assert played.charged == [1.0, 0.0]


def test_a_parent_and_its_child_that_end_in_one_interval_are_charged_to_nobody_again():
    played = Played()
    kernel = played.kernel
    parent = kernel.fork(kernel.init)
    child = kernel.fork(parent)
    kernel.run(parent, 1.0, 0.0)
    kernel.run(child, 2.0, 0.5)
    played.look()
    kernel.run(child, 0.25, 0.0)
    kernel.exit(parent)  # init waits for it, and has the child
    kernel.exit(child)
    movement = played.look()
    assert played.charged == pytest.approx([3.5, 0.25])
    assert set(movement.reaped_by.values()) == {(1, 0.0)}
    assert len(movement.reaped_by) == 2


def test_children_of_one_that_ignores_their_end_take_nothing_from_those_of_others():
    played = Played()
    kernel = played.kernel
    server = kernel.fork(kernel.init)
    server.ignores_children = True
    shell = kernel.fork(kernel.init)
    lost = kernel.fork(server)
    kernel.run(lost, 1.0, 0.0)
    played.look()
    burst = kernel.fork(shell)
    kernel.run(burst, 2.0, 0.0)
    kernel.exit(burst)
    kernel.wait(burst)
    kernel.exit(lost)
    movement = played.look()
    assert movement.children_cpu_seconds == pytest.approx({(shell.pid, shell.started): 2.0})
    assert movement.reaped_by == {}


def test_one_whose_number_was_given_again_has_not_used_what_the_first_had():
    played = Played()
    kernel = played.kernel
    shell = kernel.fork(kernel.init)
    first = kernel.fork(shell, 50)
    kernel.run(first, 3.0, 0.0)
    played.look()
    kernel.exit(first)
    kernel.wait(first)
    second = kernel.fork(shell, 50)
    kernel.run(second, 0.5, 0.0)
    movement = played.look()
    assert movement.cpu_seconds == {(50, second.started): 0.5}
    assert movement.children_cpu_seconds == {}
    assert (50, second.started) in movement.born


def test_a_listing_that_read_the_parent_a_moment_too_early_is_made_up_for_in_the_next():
    played = Played()
    kernel = played.kernel
    shell = kernel.fork(kernel.init)
    child = kernel.fork(shell)
    kernel.run(child, 4.0, 0.0)
    played.look()
    kernel.exit(child)
    shell.children.remove(child)  # gone, and its time not yet with the shell as that was read
    assert played.look().children_cpu_seconds == {}
    shell.children_user += 4.0
    movement = played.look()
    assert movement.children_cpu_seconds == {}
    assert movement.reaped_by == {(child.pid, child.started): (shell.pid, shell.started)}


# Each round starts two programs that use the processor for some milliseconds and end, one of them below a shell.
LOOP = """
round=0
while [ $round -lt 120 ]; do
    awk 'BEGIN { for (i = 0; i < 60000; i++) x = x + i }'
    sh -c 'awk "BEGIN { for (i = 0; i < 60000; i++) x = x + i }"; :'
    round=$((round + 1))
    [ $((round % 12)) -eq 0 ] && echo $round
done
read end
"""


def test_a_storm_of_short_processes_is_charged_to_within_a_twentieth_of_what_the_kernel_counted():
    now = 100.0
    table, accounts = ProcessTable(clock=lambda: now), Accounts()
    accounts.update(table.look(Roots()), 0.0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    charged = 0.0
    with command("sh", "-c", LOOP) as shell:
        while (told := shell.line()) != "":
            now += 1.0
            listing = table.look(Roots())
            movement = accounts.update(listing, 0.0)
            assert movement is not None
            tree = listing.tree([shell.pid]) | {
                pid for pid, one in listing.ended.items() if one.parent_pid == shell.pid
            }
            for amounts in (movement.cpu_seconds, movement.children_cpu_seconds):
                charged += sum(seconds for (pid, _), seconds in amounts.items() if pid in tree)
            if told == "120":
                shell.tell("end")
        shell.process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    assert used > 0.5
    assert charged == pytest.approx(used, rel=0.05)
