"""The split of the machine's totals, for whatever the parts and the totals are."""

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from zeropoint.ledger.split import MOST_ROWS, QUANTITIES, choose, largest_share, split
from zeropoint.model import Basis, Ledger, Usage, Workload

BASIS = Basis(found_by="cgroup", cpu="clocks", memory="pss", power="none")
COUNTS = ("pids_count", "memory_bytes", "gpu_memory_bytes")
AMOUNTS: dict[str, st.SearchStrategy[Any]] = {
    name: st.none() | (st.integers(0, 2**42) if name in COUNTS else st.floats(0, 1e12, allow_subnormal=False))
    for name in QUANTITIES
}


@st.composite
def workload_lists(draw: st.DrawFn) -> list[Workload]:
    count = draw(st.integers(0, 28))
    kinds = draw(st.lists(st.sampled_from(["run", "program", "unit"]), min_size=count, max_size=count))
    return [
        Workload(
            id=f"{kind}:{index}",
            name=str(index),
            kind=kind,  # type: ignore[arg-type]
            user="root",
            basis=BASIS,
            **draw(st.fixed_dictionaries(AMOUNTS)),
        )
        for index, kind in enumerate(kinds)
    ]


TOTALS = st.builds(Usage, **AMOUNTS)
FEW = settings(max_examples=30)


def one(id: str, cpu_percent: float | None = 0.0, **amounts: Any) -> Workload:
    return Workload(id=id, name=id, kind="program", user="root", basis=BASIS, cpu_percent=cpu_percent, **amounts)


def runs_of(workloads: list[Workload]) -> set[str]:
    return {each.id for each in workloads if each.kind == "run"}


def ids(ledger: Ledger) -> list[str]:
    return [row.id for row in ledger.workloads or ()]


@FEW
@given(workload_lists(), TOTALS)
def test_it_closes_for_every_quantity_and_nothing_is_negative(workloads: list[Workload], totals: Usage):
    ledger = split(workloads, totals, frozenset(), runs_of(workloads), 1.0)
    assert ledger.workloads is not None
    for name in QUANTITIES:
        rows = [getattr(row, name) or 0 for row in ledger.workloads]
        other = getattr(ledger.other, name)
        rest, excess = getattr(ledger.unattributed, name), getattr(ledger.over_attributed, name)
        whole = getattr(totals, name)
        assert (rest is None, excess is None) == (whole is None, whole is None)
        assert all(value >= 0 for value in (*rows, other or 0, rest or 0, excess or 0))
        if whole is not None:
            assert rest == 0 or excess == 0
            parts = math.fsum([*rows, other or 0])
            assert math.isclose(parts + rest - excess, whole, rel_tol=1e-9, abs_tol=1e-9 * max(parts, 1.0))
        # Nobody is lost between the rows and `other`.
        all_of_them = math.fsum(getattr(each, name) or 0 for each in workloads)
        assert math.isclose(math.fsum([*rows, other or 0]), all_of_them, rel_tol=1e-9, abs_tol=1e-9)


@FEW
@given(workload_lists(), TOTALS)
def test_there_are_at_most_twenty_rows_and_runs_come_first(workloads: list[Workload], totals: Usage):
    runs = runs_of(workloads)
    shown = set(ids(split(workloads, totals, frozenset(), runs, 1.0)))
    assert len(shown) == min(MOST_ROWS, len(workloads))
    assert len(shown & runs) == min(MOST_ROWS, len(runs))


@FEW
@given(workload_lists(), TOTALS)
def test_rows_stay_while_the_amounts_do(workloads: list[Workload], totals: Usage):
    shown = set(ids(split(workloads, totals, frozenset(), runs_of(workloads), 1.0)))
    again = split(list(reversed(workloads)), totals, shown, runs_of(workloads), 1.0)
    assert set(ids(again)) == shown


def test_a_row_gives_its_place_only_to_who_uses_clearly_more():
    many = [one(f"program:{index}", 50.0) for index in range(MOST_ROWS)]
    shown = {each.id for each in many}
    totals = Usage(cpu_percent=10_000.0)
    slightly = one("program:slightly", 60.0)
    assert choose([*many, slightly], totals, shown, frozenset()) == shown
    clearly = one("program:clearly", 90.0)
    assert clearly.id in choose([*many, clearly], totals, shown, frozenset())


def test_one_that_uses_most_of_anything_has_a_row():
    busy = [one(f"program:{index}", 5.0, memory_bytes=10) for index in range(MOST_ROWS)]
    large = one("program:large", 0.0, memory_bytes=900)
    totals = Usage(cpu_percent=100.0, memory_bytes=1000)
    assert large.id in ids(split([*busy, large], totals, frozenset(), frozenset(), 1.0))
    assert largest_share(large, totals) == 0.9


def test_the_number_of_processes_makes_no_row():
    assert largest_share(one("program:many", 0.0, pids_count=100), Usage(pids_count=100, cpu_percent=10.0)) == 0.0


def test_rows_are_told_by_cpu_time_then_by_id():
    ledger = split(
        [one("b", 1.0), one("a", 1.0), one("c", 2.0), one("d", None)], Usage(), frozenset(), frozenset(), 1.0
    )
    assert ids(ledger) == ["c", "a", "b", "d"]


def test_who_claims_more_than_there_is_shows_as_over_attributed_and_nobody_is_scaled_down():
    ledger = split([one("a", 80.0), one("b", 50.0)], Usage(cpu_percent=100.0), frozenset(), frozenset(), 1.0)
    assert ledger.over_attributed is not None
    assert ledger.unattributed is not None
    assert ledger.over_attributed.cpu_percent == 30.0
    assert ledger.unattributed.cpu_percent == 0.0
    assert [row.cpu_percent for row in ledger.workloads or ()] == [80.0, 50.0]


def test_what_some_rows_tell_is_nothing_in_an_empty_other_and_null_where_nobody_tells_it():
    ledger = split([one("a", 80.0)], Usage(cpu_percent=100.0, gpu_percent=50.0), frozenset(), frozenset(), 1.0)
    assert ledger.other == Usage(cpu_percent=0.0)
    assert ledger.unattributed is not None
    assert ledger.unattributed.gpu_percent == 50.0
