"""What a table says has changed, held against what comparing its listings says; and how it finds new processes."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.ledger.programs import python
from zeropoint.probe import Roots
from zeropoint.processes import Changes, Process, Processes, ProcessTable, Turnover
from zeropoint.processes.changes import compared
from zeropoint.processes.numbers import LIST_AGAIN_SECONDS, MOST_NUMBERS, Numbers

# Each number that it is told has it end all children and start so many others, the first of which ends at once and is
# waited for only then. It answers with their numbers.
CHILDREN = """
import os, signal, sys
print("ready", flush=True)
children = []
for line in sys.stdin:
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    children = []
    for number in range(int(line)):
        child = os.fork()
        if child == 0:
            if number: signal.pause()
            os._exit(0)
        children.append(child)
    if children:
        os.waitid(os.P_PID, children[0], os.WEXITED | os.WNOWAIT)
    print(*children, flush=True)
"""
BEFORE_ALL = Processes({}, None)


def table() -> ProcessTable:
    """Each look at it is a second after the last one."""
    seconds = iter(range(1000))
    return ProcessTable(clock=lambda: float(next(seconds)))


def objects(processes: Iterable[Process]) -> set[int]:
    return {id(process) for process in processes}


def identities(processes: Iterable[Process]) -> set[tuple[int, float]]:
    return {process.identity for process in processes}


def pids(processes: Iterable[Process]) -> set[int]:
    return {process.pid for process in processes}


def assert_same(told: Turnover, before: Processes, now: Processes) -> None:
    found = compared(before, now)
    assert objects(told.changed) == objects(found.changed)
    assert objects(told.ended) == objects(found.ended)
    were = identities((*before.by_pid.values(), *before.ended.values()))
    assert identities(told.gone) & were == identities(found.gone)


def test_what_it_says_has_changed_in_one_step_or_in_several_is_what_comparing_says():
    followed, each, seldom = table(), Changes(), Changes()
    last = last_seldom = BEFORE_ALL
    with python(CHILDREN) as parent:
        for step in range(24):
            parent.ask(str(step % 5))
            listing = followed.look(Roots())
            assert_same(each.of(listing), last, listing)
            last = listing
            if step in (2, 3, 7, 20, 23):  # of 13 steps nobody tells any more
                assert_same(seldom.of(listing), last_seldom, listing)
                assert seldom.of(listing) == Turnover()
                last_seldom = listing
        parent.ask("0")


def test_who_rests_is_not_told_and_who_has_ended_is_told_to_have_before_it_is_gone():
    followed, changes = table(), Changes()
    changes.of(followed.look(Roots()))
    with python(CHILDREN) as parent:
        first, *others = map(int, parent.ask("3").split())
        told = changes.of(followed.look(Roots()))
        assert set(others) <= pids(told.changed)
        assert first in pids(told.ended)
        for _ in range(100):  # it may be seen before it has come to rest
            told = changes.of(followed.look(Roots()))
            if not pids(told.changed) & set(others):
                break
        assert not {first, *others} & pids((*told.changed, *told.ended, *told.gone))
        parent.ask("0")
        assert {first, *others} <= pids(changes.of(followed.look(Roots())).gone)


def test_a_table_that_was_shown_another_machine_meanwhile_is_compared(tmp_path: Path):
    followed, changes = table(), Changes()
    here = followed.look(Roots())
    changes.of(here)
    nothing = followed.look(Roots(proc=str(tmp_path)))
    assert_same(changes.of(nothing), here, nothing)
    again = followed.look(Roots())
    assert_same(changes.of(again), nothing, again)


# --- new ones ---------------------------------------------------------------------------------------------------------


def test_every_new_process_is_found_in_the_next_look_and_no_thread_is_taken_for_one():
    followed, found = table(), set[int]()
    followed.look(Roots())

    def look() -> None:
        listing = followed.look(Roots())
        found.update(listing.by_pid, listing.ended)

    with python(CHILDREN) as parent:
        for count in (1, 7, 0, 3):
            started = set(map(int, parent.ask(str(count)).split()))
            # What asks is a thread that is new too: its number has a clock for it, which is this process's.
            asks = threading.Thread(target=look)
            asks.start()
            asks.join()
            assert {*started, parent.pid} <= found
            assert asks.native_id not in found
        parent.ask("0")


def machine(folder: Path, made: int, last: int) -> tuple[Roots, bytes]:
    (folder / "loadavg").write_text(f"0.10 0.20 0.30 1/90 {last}\n")
    return Roots(proc=str(folder)), b"cpu 1 2 3 4\nprocesses %d\n" % made


def given(folder: Path, looks: Iterable[tuple[int, int]], seconds: float = 1.0) -> Iterator[range | None]:
    numbers, now = Numbers(), 0.0
    for made, last in looks:
        yield numbers.given(*machine(folder, made, last), now)
        now += seconds


def test_those_of_the_last_two_looks_are_told_as_a_number_is_given_before_its_process_is_seen(tmp_path: Path):
    looks = [(100, 500), (103, 503), (103, 503), (103, 503), (104, 505)]
    assert [*given(tmp_path, looks)] == [None, range(501, 504), range(501, 504), range(504, 504), range(504, 506)]


def test_where_numbers_are_given_out_of_turn_or_from_the_beginning_again_all_are_listed(tmp_path: Path):
    # Three were made and one number given; then they begin anew; then there are too many.
    looks = [(100, 500), (103, 501), (104, 502), (105, 301), (106, 302), (107 + MOST_NUMBERS, 310 + MOST_NUMBERS)]
    told = [*given(tmp_path, looks)]
    assert [numbers is None for numbers in told] == [True, True, False, True, True, True]
    assert [*given(tmp_path, [(100, 500), (101, 501)], LIST_AGAIN_SECONDS)] == [None, None]


def test_where_nothing_is_told_all_are_listed(tmp_path: Path):
    assert [*given(tmp_path, [(0, 0), (0, 0)])] == [None, None]
    numbers, roots = Numbers(), machine(tmp_path, 1, 1)[0]
    assert [numbers.given(roots, b"cpu 1 2 3 4\n", now) for now in (1.0, 2.0)] == [None, None]
